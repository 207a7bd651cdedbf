"""psql at a terminal, whose user presses the tabulator."""

import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from terminal import Terminal  # noqa: E402

# Each is a line that has an end which psql must ask the server about, and what is taken of the
# answer.
LINES = (
    ("SELECT * FROM shop.or", "shop.orders"), ("SELECT * FROM sho", "shop."),
    ("SELECT * FROM custo", "customers"), ("TABLE shop.par", "parts"),
    ("INSERT INTO shop.sal", "sales"), ("UPDATE shop.orders SET tot", "total"),
    ("DELETE FROM custo", "customers"), ("DROP INDEX CONCURRENTLY shop.plac", "placed_late"),
    ("ALTER TABLE shop.orders ALTER COLUMN pla", "placed"), ("ALTER ROLE app_rea", "app_readonly"),
    ("DROP INDEX shop.orders_p", "key"), ("DROP FUNCTION shop.twi", "twice"),
    ("DROP TYPE shop.col", "colour"), ("DROP VIEW shop.rec", "recent"),
    ("DROP SCHEMA sho", "shop"), ("DROP TRIGGER stam", "stamped"),
    ("DROP TRIGGER stamped ON shop.ord", "orders"), ("DROP POLICY all_o", "all_of_them"),
    ("CREATE INDEX ON custo", "customers"), ("CALL shop.ti", "tidy"),
    ("GRANT SELECT ON custo", "customers"), ("GRANT app_read", "app_readonly"),
    ("REFRESH MATERIALIZED VIEW shop.cou", "counts"), ("VACUUM custo", "customers"),
    ("ANALYZE shop.ord", "orders"), ("LOCK TABLE custo", "customers"), ("COPY custo", "customers"),
    ("SET search_path TO sho", "shop"), ("SET work_m", "work_mem"), ("SHOW work_m", "work_mem"),
    ("SET enable_seqscan TO of", "off"), ("LISTEN no", "no"),
    ("COMMENT ON TABLE custo", "customers"),
    ("SECURITY LABEL ON TABLE custo", "customers"), ("REINDEX TABLE custo", "customers"),
    ("CREATE PUBLICATION p FOR TABLE custo", "customers"), ("DROP PUBLICATION tol", "told"),
    ("CREATE TABLE t (c shop.col", "colour"), ("EXPLAIN SELECT * FROM custo", "customers"),
    ("\\d shop.or", "orders"), ("\\dt shop.or", "orders"), ("\\df shop.tw", "twice"),
    ("\\dn sho", "shop"), ("\\du app_r", "app_readonly"), ("\\dT shop.co", "colour"),
    ("\\dv shop.re", "recent"), ("\\di shop.orders_p", "key"), ("\\sf shop.tw", "twice"),
    ("\\sv shop.re", "recent"), ("\\ef shop.tw", "twice"), ("\\l postg", "postgres"),
    ("\\dC shop.co", "colour"), ("\\dx plp", "plpgsql"), ("\\c postg", "postgres"),
    ("\\dA btr", "btree"), ("\\dm shop.co", "counts"), ("\\ds shop.num", "numbers"),
    ("\\encoding UT", "UTF8"), ("\\z custo", "customers"), ("\\password app_r", "app_readonly"))

with Terminal("psql", "-X", "-v", "PROMPT1=> ", environment=dict(os.environ)) as terminal:
    terminal.expect("=?[>#] $")
    for line, _ in LINES:
        # The line is given up, not run.
        terminal.type(line + "\t\t")
        terminal.expect(re.escape(line.rpartition(" ")[0]))
        terminal.type("\x01\x0b")
        terminal.ask("\\echo done", r"\r\ndone\r\n")
    print(len(LINES), "lines completed, exit", terminal.end("\\q"))
