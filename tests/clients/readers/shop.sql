-- What tools are shown: one of each kind of object that they ask the catalog about.
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'what is sold';
CREATE TYPE shop.colour AS ENUM ('red', 'green');
CREATE TYPE shop.place AS (street text, town text);
CREATE DOMAIN shop.positive AS int CHECK (VALUE > 0);
CREATE SEQUENCE shop.numbers;
CREATE TABLE shop.parts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(40) NOT NULL UNIQUE, colour shop.colour DEFAULT 'red', many shop.positive,
  kept_at shop.place, tags text[], facts jsonb, number int DEFAULT nextval('shop.numbers'),
  doubled int GENERATED ALWAYS AS (many * 2) STORED);
CREATE TABLE shop.orders (id serial PRIMARY KEY, customer int REFERENCES public.customers,
  part bigint REFERENCES shop.parts ON DELETE CASCADE, placed timestamptz DEFAULT now(),
  total numeric(10, 2) CHECK (total >= 0), UNIQUE (customer, part));
CREATE INDEX placed_late ON shop.orders (placed DESC) WHERE total > 100;
CREATE INDEX ON shop.parts (lower(name));
COMMENT ON TABLE shop.orders IS 'what was bought';
COMMENT ON COLUMN shop.orders.total IS 'in cents';
CREATE TABLE shop.sales (day date NOT NULL, part bigint) PARTITION BY RANGE (day);
CREATE TABLE shop.sales_old PARTITION OF shop.sales
  FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE shop.rare (why text) INHERITS (shop.parts);
CREATE VIEW shop.recent AS SELECT * FROM shop.orders WHERE placed > '2020-01-01';
CREATE MATERIALIZED VIEW shop.counts AS SELECT colour, count(*) FROM shop.parts GROUP BY 1;
CREATE FUNCTION shop.twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * i';
CREATE PROCEDURE shop.tidy(INOUT n int) LANGUAGE plpgsql AS 'BEGIN n := 1; END';
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamped BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE RULE quiet AS ON DELETE TO shop.rare DO INSTEAD NOTHING;
CREATE AGGREGATE shop.total (int) (SFUNC = int4pl, STYPE = int, INITCOND = 0);
CREATE OPERATOR shop.<+> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE STATISTICS shop.related ON customer, part FROM shop.orders;
ALTER TABLE shop.rare ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_them ON shop.rare FOR SELECT TO app_readonly USING (true);
CREATE PUBLICATION told FOR TABLE shop.orders;
-- TypeORM keeps in it what generated columns are made of.
CREATE TABLE public.typeorm_metadata (type text, database text, schema text, "table" text,
  name text, value text);
GRANT SELECT ON public.typeorm_metadata TO app_readonly;
INSERT INTO shop.parts (name, many, kept_at, tags, facts)
  SELECT 'part ' || i, i, ('High Street', 'Town')::shop.place, ARRAY['a', NULL], '{}'
  FROM generate_series(1, 20) i;
INSERT INTO shop.orders (customer, part, total) SELECT i, i, i * 100 FROM generate_series(1, 20) i;
INSERT INTO shop.sales VALUES ('2020-02-29', 1);
REFRESH MATERIALIZED VIEW shop.counts;
GRANT USAGE ON SCHEMA shop TO app_readonly;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO app_readonly;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA shop TO app_readonly;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app_readonly;
