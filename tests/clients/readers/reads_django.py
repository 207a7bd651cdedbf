"""Django writes models of the tables that it finds, and asks which migrations there were."""

import os

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

settings.configure(DATABASES={"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"],
    "OPTIONS": {"options": os.environ["PGOPTIONS"] + " -c search_path=shop,public"}}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField")
django.setup()
call_command("inspectdb", include_partitions=True, include_views=True)
call_command("showmigrations", no_color=True)
call_command("migrate", plan=True, no_color=True)
with connection.cursor() as cursor:
    for table in ("orders", "customers"):
        print(connection.introspection.get_sequences(cursor, table))
        print(connection.introspection.get_key_columns(cursor, table))
        print(connection.introspection.get_primary_key_column(cursor, table))
        print(connection.introspection.get_constraints(cursor, table))
from django.db import models  # noqa: E402


class Part(models.Model):
    """A table that somebody else made."""

    name = models.CharField(max_length=40)
    many = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "shop", "parts", False


print(Part.objects.filter(many__gt=3, name__icontains="PART").exclude(pk=4).count())
print(list(Part.objects.order_by("-many").values_list("name", flat=True)[:3]))
print(Part.objects.filter(name__iregex="1$").aggregate(models.Max("many"), models.Avg("many")))
print(len(list(Part.objects.all().iterator(chunk_size=7))))
