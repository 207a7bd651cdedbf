-- The demo database: one table, and a role that may only read it.
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email text NOT NULL);
INSERT INTO customers VALUES
  (1, 'Ada', 'ada@example.com'), (2, 'Grace', 'grace@example.com'), (3, 'Edsger', 'ed@example.com');
CREATE ROLE app_readonly NOLOGIN;
GRANT SELECT ON customers TO app_readonly;
