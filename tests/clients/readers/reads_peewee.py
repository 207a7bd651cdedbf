"""Peewee makes models of the tables that it finds."""

import os

import peewee
from playhouse.reflection import Introspector, print_model, print_table_sql

database = peewee.PostgresqlDatabase(os.environ["PGDATABASE"])
for schema in ("public", "shop"):
    introspector = Introspector.from_database(database, schema=schema)
    models = introspector.generate_models(skip_invalid=True, include_views=True)
    for name in sorted(models):
        print_model(models[name])
        print_table_sql(models[name])
    print(database.get_tables(schema), database.get_views(schema))
    print(database.sequence_exists("numbers"))
    for table in database.get_tables(schema):
        print(database.get_indexes(table, schema), database.get_foreign_keys(table, schema))
        print(database.get_primary_keys(table, schema))
