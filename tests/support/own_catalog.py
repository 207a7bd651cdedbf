#!/usr/bin/python3
"""Prints gateway/rehearsal/own_catalog.txt: what PostgreSQL itself puts into every database.

own_catalog.py DSN > gateway/rehearsal/own_catalog.txt, with a server of PostgreSQL 15 and nothing
of a user's in the database. One line each, fields parted by tabs, lists by commas:

    r OID SCHEMA NAME KIND COLUMNS DEFINITION
    f OID SCHEMA NAME KIND VOLATILITY LEAST-ARGUMENTS MOST-ARGUMENTS TYPES
"""

import subprocess
import sys

QUERY = r"""
SET search_path = pg_catalog;
SELECT 'r', c.oid, n.nspname, c.relname, c.relkind,
       (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
       CASE c.relkind WHEN 'v' THEN regexp_replace(pg_get_viewdef(c.oid), '\s+', ' ', 'g')
         ELSE '' END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid < 16384 AND c.relkind IN ('r', 'v')
    AND n.nspname IN ('pg_catalog', 'information_schema')
  ORDER BY c.oid;
SELECT 'f', p.oid, n.nspname, p.proname, p.prokind, p.provolatile,
       p.pronargs - p.pronargdefaults,
       CASE WHEN p.provariadic <> 0 THEN 65535 ELSE p.pronargs END,
       coalesce((SELECT string_agg(
           CASE WHEN p.provariadic <> 0 AND u.place = p.pronargs THEN 'VARIADIC ' ELSE '' END
             || format_type(u.type, NULL), ', ' ORDER BY u.place)
         FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(type, place)), '')
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.oid < 16384 AND n.nspname IN ('pg_catalog', 'information_schema')
    AND NOT 'internal'::regtype = ANY (p.proargtypes)
  ORDER BY p.oid;
"""


def text(dsn, environment=None):
    done = subprocess.run(["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d",
                           dsn, "-c", QUERY], capture_output=True, text=True, check=True,
                          env=environment, timeout=60)
    return done.stdout


if __name__ == "__main__":
    print(text(sys.argv[1]), end="")
