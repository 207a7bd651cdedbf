#include "introspect/catalog_query.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace portreeve::introspect {
namespace {

// The search_path is asked for before it is set; until then every name is qualified. A row that was
// changed has another xmin. What the gateway does not look at is left out of the stamp, and so are
// temporary relations, which belong to other sessions. $0 is the first number of what users make.
constexpr char kBeginning[] = R"sql(
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_catalog.current_setting('server_version'), session_user,
       pg_catalog.current_setting('search_path');
SET LOCAL search_path = pg_catalog;
SET LOCAL statement_timeout = '25s';
SET LOCAL quote_all_identifiers = off;
SET LOCAL jit = off;
WITH spaces AS (
    SELECT oid, xmin FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'),
  relations AS (SELECT oid, xmin FROM pg_class WHERE relpersistence <> 't'),
  rows(place, owner, mark) AS (
    SELECT 1, oid, xmin::text FROM spaces
    UNION ALL SELECT 2, oid, xmin::text FROM relations
    UNION ALL SELECT 3, r.oid, a.xmin::text FROM pg_attribute a
      JOIN relations r ON r.oid = a.attrelid WHERE a.attnum > 0
    UNION ALL SELECT 4, inhrelid, xmin::text FROM pg_inherits
    UNION ALL SELECT 5, ev_class, xmin::text FROM pg_rewrite
    UNION ALL SELECT 6, oid, xmin::text FROM pg_proc
    UNION ALL SELECT 7, oid, xmin::text FROM pg_operator
    UNION ALL SELECT 8, t.oid, t.xmin::text FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace
    UNION ALL SELECT 9, oid, xmin::text FROM pg_constraint WHERE contypid <> 0
    UNION ALL SELECT 10, oid, xmin::text FROM pg_cast
    UNION ALL SELECT 11, objid, xmin::text FROM pg_depend
      WHERE classid = 'pg_proc'::regclass AND deptype = 'e'
    UNION ALL SELECT 12, oid, xmin::text FROM pg_language
    UNION ALL SELECT 13, oid, concat_ws(' ', oid, rolname, rolsuper) FROM pg_roles),
  sums(place, own, sum) AS (
    SELECT place, owner >= $0, concat(count(*), ':', sum(hashtextextended(mark, 0)))
    FROM rows GROUP BY 1, 2)
SELECT coalesce(string_agg(concat(place, ':', sum), ' ' ORDER BY place) FILTER (WHERE NOT own), ''),
       coalesce(string_agg(concat(place, ':', sum), ' ' ORDER BY place) FILTER (WHERE own), '')
  FROM sums)sql";

// Everything is ordered, so that equal catalogs read equal. $0 is the first of the numbers that are
// asked for. Of a domain's column the type is the one beneath, as RowDescription has it.
constexpr char kRest[] = R"sql(;
SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_' ORDER BY nspname;
SELECT DISTINCT n.nspname, CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END
  FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  WHERE a.privilege_type = 'USAGE' AND n.nspname !~ '^pg_(toast_)?temp_' ORDER BY 1, 2;
SELECT c.oid, n.nspname, c.relname, c.relkind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= $0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 't')
    AND c.relpersistence <> 't'
  ORDER BY c.oid;
WITH RECURSIVE bases(type, base) AS (
    SELECT oid, typbasetype FROM pg_type WHERE typtype = 'd'
    UNION ALL SELECT b.type, t.typbasetype FROM bases b JOIN pg_type t ON t.oid = b.base
      WHERE t.typtype = 'd')
SELECT a.attrelid, a.attnum, a.attname, coalesce(b.base, a.atttypid), a.attgenerated <> ''
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN bases b ON b.type = a.atttypid
      AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid = b.base AND t.typtype = 'd')
  WHERE c.oid >= $0 AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  ORDER BY a.attrelid, a.attnum;
SELECT inhrelid, inhparent FROM pg_inherits WHERE inhrelid >= $0
  ORDER BY inhrelid, inhseqno, inhparent;
SELECT indexrelid, indrelid FROM pg_index WHERE indexrelid >= $0
  UNION ALL SELECT reltoastrelid, oid FROM pg_class WHERE reltoastrelid >= $0 AND reltoastrelid <> 0
  ORDER BY 1, 2;
SELECT oid, coalesce(pg_get_viewdef(oid), '') FROM pg_class
  WHERE oid >= $0 AND relkind IN ('v', 'm') AND relpersistence <> 't' ORDER BY oid;
SELECT DISTINCT r.ev_class, d.refobjid
  FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  WHERE r.ev_class >= $0 AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
  ORDER BY 1, 2;
SELECT r.ev_class, d.refobjid
  FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  WHERE r.ev_class >= $0 AND d.refclassid = 'pg_proc'::regclass
  UNION SELECT r.ev_class, o.oprcode::oid
  FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  JOIN pg_operator o ON o.oid = d.refobjid
  WHERE r.ev_class >= $0 AND d.refclassid = 'pg_operator'::regclass ORDER BY 1, 2;
SELECT p.oid, n.nspname, p.proname,
       coalesce((SELECT string_agg(
           CASE WHEN p.provariadic <> 0 AND u.place = p.pronargs THEN 'VARIADIC ' ELSE '' END
             || format_type(u.type, NULL), ', ' ORDER BY u.place)
         FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(type, place)), ''),
       p.pronargs - p.pronargdefaults,
       CASE WHEN p.provariadic <> 0 THEN 65535 ELSE p.pronargs END,
       p.prokind, p.provolatile, l.lanname, p.prosecdef,
       coalesce(r.rolsuper, false) AND EXISTS (
         SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
           AND d.deptype = 'e'),
       CASE WHEN n.nspname = 'pg_catalog' THEN ''
         ELSE encode(sha256(convert_to(coalesce(
           CASE WHEN p.prokind = 'a' THEN p.prosrc ELSE pg_get_functiondef(p.oid) END, ''),
           getdatabaseencoding())), 'hex') END
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_language l ON l.oid = p.prolang LEFT JOIN pg_roles r ON r.oid = p.proowner
  WHERE p.oid >= $0 AND n.nspname !~ '^pg_(toast_)?temp_' ORDER BY p.oid;
SELECT n.nspname, o.oprname, o.oprcode::oid
  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE n.nspname <> 'pg_catalog' AND o.oprcode <> 0 ORDER BY o.oid;
WITH RECURSIVE bases(type, base) AS (
    SELECT oid, oid FROM pg_type WHERE typtype = 'd'
    UNION SELECT b.type, t.typbasetype FROM bases b JOIN pg_type t ON t.oid = b.base
      WHERE t.typtype = 'd'),
  calls(type, function) AS (
    SELECT b.type, d.refobjid
      FROM bases b JOIN pg_constraint c ON c.contypid = b.base
      JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = c.oid
      WHERE d.refclassid = 'pg_proc'::regclass
    UNION SELECT b.type, o.oprcode::oid
      FROM bases b JOIN pg_constraint c ON c.contypid = b.base
      JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = c.oid
      JOIN pg_operator o ON o.oid = d.refobjid
      WHERE d.refclassid = 'pg_operator'::regclass
    UNION SELECT s.type, c.castfunc
      FROM pg_cast c CROSS JOIN LATERAL (VALUES (c.castsource), (c.casttarget)) s(type)
      WHERE c.castfunc <> 0 AND (s.type = c.casttarget OR NOT EXISTS (
        SELECT FROM pg_type t
        WHERE t.oid = s.type AND t.typnamespace = 'pg_catalog'::regnamespace)))
SELECT t.oid, n.nspname, t.typname, c.function
  FROM calls c JOIN pg_type t ON t.oid = c.type JOIN pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_proc p ON p.oid = c.function JOIN pg_namespace f ON f.oid = p.pronamespace
  WHERE f.nspname <> 'pg_catalog'
  ORDER BY t.oid, c.function)sql";

constexpr char kEnd[] = ";\nCOMMIT";

std::string Beginning() { return absl::Substitute(kBeginning, catalog::kFirstUserOid); }

}  // namespace

std::string CatalogQuery(catalog::Oid first) {
  return absl::StrCat(Beginning(), absl::Substitute(kRest, first), kEnd);
}

std::string StampQuery() { return absl::StrCat(Beginning(), kEnd); }

}  // namespace portreeve::introspect
