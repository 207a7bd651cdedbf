"""psycopg 3 looks up types by name, and psycopg 2 registers types of its extras."""

import psycopg
import psycopg2
import psycopg2.extras
from psycopg.types.composite import CompositeInfo
from psycopg.types.enum import EnumInfo
from psycopg.types.hstore import TypeInfo
from psycopg.types.range import RangeInfo

with psycopg.connect("") as connection:
    for kind, name in ((EnumInfo, "shop.colour"), (CompositeInfo, "shop.place"),
                       (TypeInfo, "shop.positive"), (RangeInfo, "int4range"),
                       (TypeInfo, "nothing")):
        print(name, type(kind.fetch(connection, name)).__name__)
    for number in range(8):
        connection.execute("SELECT * FROM shop.parts WHERE id = %s", [number], prepare=True)
    with connection.cursor("named") as cursor:
        cursor.execute("SELECT id FROM shop.orders")
        cursor.scroll(3)
        print(cursor.fetchmany(3))
    with connection.transaction(force_rollback=True), connection.transaction():
        print(connection.execute("TABLE shop.sales").fetchall())
    with connection.cursor().copy("COPY shop.sales_old TO STDOUT (FORMAT binary)") as copy:
        print(len(b"".join(copy)))
with psycopg2.connect("") as older:
    older.set_session(isolation_level="REPEATABLE READ", readonly=True)
    place = psycopg2.extras.register_composite("shop.place", older)
    print(place.attnames, psycopg2.extras.HstoreAdapter.get_oids(older))
    psycopg2.extras.register_default_jsonb(older)
    with older.cursor("far", withhold=True) as cursor:
        cursor.execute("SELECT kept_at, facts FROM shop.parts ORDER BY id")
        print(cursor.fetchone())
