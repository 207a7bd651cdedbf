BEGIN
%%
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
%%
CLOSE "far"
%%
CLOSE "named"
%%
COMMIT
%%
COPY shop.sales_old TO STDOUT (FORMAT binary)
%%
DEALLOCATE ALL
%%
DECLARE "far" CURSOR WITH HOLD FOR SELECT kept_at, facts FROM shop.parts ORDER BY id
%%
DECLARE "named" CURSOR FOR SELECT id FROM shop.orders
%%
FETCH FORWARD 1 FROM "far"
%%
FETCH FORWARD 3 FROM "named"
%%
MOVE 3 FROM "named"
%%
RELEASE "_pg3_1"
%%
RELEASE "_pg3_2"
%%
ROLLBACK
%%
ROLLBACK TO "_pg3_1"
%%
SAVEPOINT "_pg3_1"
%%
SAVEPOINT "_pg3_2"
%%
SELECT
    t.typname AS name, t.oid AS oid, t.typarray AS array_oid,
    t.oid::regtype::text AS regtype,
    coalesce(a.fnames, '{}') AS field_names,
    coalesce(a.ftypes, '{}') AS field_types
FROM pg_type t
LEFT JOIN (
    SELECT
        attrelid,
        array_agg(attname) AS fnames,
        array_agg(atttypid) AS ftypes
    FROM (
        SELECT a.attrelid, a.attname, a.atttypid
        FROM pg_attribute a
        JOIN pg_type t ON t.typrelid = a.attrelid
        WHERE t.oid = $1::regtype
        AND a.attnum > 0
        AND NOT a.attisdropped
        ORDER BY a.attnum
    ) x
    GROUP BY attrelid
) a ON a.attrelid = t.typrelid
WHERE t.oid = $1::regtype
%%
SELECT
    typname AS name, oid, typarray AS array_oid,
    oid::regtype::text AS regtype, typdelim AS delimiter
FROM pg_type t
WHERE t.oid = $1::regtype
ORDER BY t.oid
%%
SELECT * FROM shop.parts WHERE id = $1
%%
SELECT name, oid, array_oid, array_agg(label) AS labels
FROM (
    SELECT
        t.typname AS name, t.oid AS oid, t.typarray AS array_oid,
        e.enumlabel AS label
    FROM pg_type t
    LEFT JOIN  pg_enum e
    ON e.enumtypid = t.oid
    WHERE t.oid = $1::regtype
    ORDER BY e.enumsortorder
) x
GROUP BY name, oid, array_oid
%%
SELECT t.oid, typarray
FROM pg_type t JOIN pg_namespace ns
    ON typnamespace = ns.oid
WHERE typname = 'hstore';
%%
SELECT t.oid, typarray, attname, atttypid
FROM pg_type t
JOIN pg_namespace ns ON typnamespace = ns.oid
JOIN pg_attribute a ON attrelid = typrelid
WHERE typname = 'place' AND nspname = 'shop'
    AND attnum > 0 AND NOT attisdropped
ORDER BY attnum;
%%
SELECT t.typname AS name, t.oid AS oid, t.typarray AS array_oid,
    t.oid::regtype::text AS regtype,
    r.rngsubtype AS subtype_oid
FROM pg_type t
JOIN pg_range r ON t.oid = r.rngtypid
WHERE t.oid = $1::regtype
%%
TABLE shop.sales
