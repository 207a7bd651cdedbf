"""Detectors find values by what they look like, whether or not the policy masks any columns."""

import psycopg
import pytest

from testbed import POLICY, SCHEMA

BED = {
    "policy": POLICY.replace("grants:\n", """\
masks:
  - { name: personal, detect: [email, card_number], with: redact }
grants:
""", 1),
    "schema": SCHEMA + """\
CREATE TABLE public.numbers (n bigint);
INSERT INTO public.numbers VALUES (4111111111111111);
GRANT SELECT ON public.numbers TO app_rw;
"""}

EMAIL = b"c7@example.com"


# The first grant asks for no names, so that nothing else needs the catalog.
@pytest.fixture(params=[("everything", "dba"), ("write", "sre")], ids=["bare", "naming"])
def client(bed, request):
    grant, group = request.param
    with psycopg.connect(bed.dsn(grant, token=bed.token(groups=(group,))),
                         autocommit=True) as connected:
        yield connected


def copied(client, what, options):
    with client.cursor().copy(f"COPY {what} TO STDOUT {options}") as copy:
        return b"".join(bytes(part) for part in copy)


@pytest.mark.parametrize("options", ["", "(FORMAT csv, HEADER)", "(FORMAT binary)"])
def test_a_copy_is_searched(client, options):
    data = copied(client, "customers", options)
    assert b"name 7" in data and b"[redacted]" in data and EMAIL not in data


@pytest.mark.parametrize("options", ["", "(FORMAT csv, HEADER)", "(FORMAT binary)"])
def test_what_is_found_in_a_computed_column_of_a_copy_is_null(client, options):
    data = copied(client, "(SELECT name || '.', 'to ' || email FROM customers)", options)
    assert b"name 7." in data and b"to c" not in data


def test_a_column_of_numbers_is_copied_as_it_is(client):
    assert copied(client, "numbers", "") == b"4111111111111111\n"


def test_rows_are_searched(client):
    assert client.execute("SELECT email FROM customers WHERE id = 7").fetchone() == ("[redacted]",)
