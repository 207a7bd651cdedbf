"""SQLAlchemy reflects every table that it is shown, and asks its inspector for the rest."""

import sqlalchemy

engine = sqlalchemy.create_engine("postgresql+psycopg2://")
for schema in ("public", "shop"):
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine, schema=schema, views=True)
    for table in metadata.sorted_tables:
        print(table.fullname)
        for column in table.columns:
            default = column.server_default
            print(column.name, column.type, column.nullable, column.comment,
                  getattr(default, "arg", getattr(default, "sqltext", None)))
        print(*sorted(str(each.columns.keys()) for each in table.constraints))
inspector = sqlalchemy.inspect(engine)
print(inspector.default_schema_name, inspector.get_schema_names())
for schema in (None, "shop"):
    print(inspector.get_view_names(schema), inspector.get_sequence_names(schema))
    print(inspector.get_foreign_table_names(schema), inspector.get_enums(schema))
    print(inspector.get_sorted_table_and_fkc_names(schema))
for name in ("recent", "counts"):
    print(inspector.get_view_definition(name, "shop"))
for ask in (inspector.get_columns, inspector.get_pk_constraint, inspector.get_foreign_keys,
            inspector.get_indexes, inspector.get_unique_constraints, inspector.get_table_comment,
            inspector.get_check_constraints, inspector.has_table):
    print(ask.__name__, ask("orders", "shop"), ask("customers"))
parts = sqlalchemy.Table("parts", sqlalchemy.MetaData(), autoload_with=engine, schema="shop")
with engine.connect() as connection:
    chosen = sqlalchemy.select(parts.c.name, sqlalchemy.func.count()).group_by(parts.c.name)
    print(len(connection.execute(chosen.where(parts.c.many.between(3, 7))).all()))
    print(connection.get_isolation_level())
