"""Tools that read a catalog work for one who may only read, under guardrails as a stranger would
write them: none of what they ask is taken for more than it is."""

import pytest

import readers
from testbed import SCHEMA
from ways import directly, through

POLICY = """\
version: 1
groups:
  analysts: { claim: groups, any_of: ["data-*"] }
guardrails:
  - { name: unreadable, class: [do_block, unknown], action: refuse }
  - { name: no-where, class: [update, delete], where: absent, action: refuse }
  - { name: no-escape, functions: [pg_read_file, lo_export, "dblink*"], action: refuse }
  - { name: no-user-functions, class: function, except: ["public.order_total(integer)"],
      action: refuse }
  - { name: no-program, class: copy_program, action: refuse }
grants:
  - name: reader
    who: [analysts]
    on: { connections: ["*"] }
    as: { role: app_readonly }
    session: { max: 8h }
    rules: [{ class: [read, misc], action: allow }]
"""

# Databases are what these tools are shown, so both ways lead to one by its own name.
BED = {"policy": POLICY, "schema": SCHEMA + readers.SCHEMA, "postgres_settings":
       ("wal_level=logical",), "connections": (("postgres", "postgres"),)}


@pytest.mark.parametrize("tool", readers.TOOLS)
def test_what_reads_the_catalog_is_not_refused(bed, tool):
    direct, ours = (readers.read(tool, way) for way in (
        directly(bed, role="app_readonly"),
        through(bed, "postgres", user="reader", group="data-eu")))
    for expected, found in zip(direct, ours, strict=True):
        assert expected.returncode == 0, expected.stderr
        assert found.returncode == 0, found.stdout[-2000:] + found.stderr
        assert found.stderr == expected.stderr
        assert found.stdout == expected.stdout
    statements = [each["statement"] for each in bed.records() if "statement" in each]
    assert [each["sql"] for each in statements if each.get("decision") == "REFUSE"] == []
