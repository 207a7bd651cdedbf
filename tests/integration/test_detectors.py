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


@pytest.mark.parametrize("options", ["", "(FORMAT csv, HEADER)", "(FORMAT binary)"])
@pytest.mark.parametrize("what", ["customers", "(SELECT 'to ' || email FROM customers)"])
def test_a_copy_is_searched(client, what, options):
    with client.cursor().copy(f"COPY {what} TO STDOUT {options}") as copy:
        data = b"".join(bytes(part) for part in copy)
    assert b"[redacted]" in data and EMAIL not in data


def test_a_column_of_numbers_is_copied_as_it_is(client):
    with client.cursor().copy("COPY numbers TO STDOUT") as copy:
        assert b"".join(bytes(part) for part in copy) == b"4111111111111111\n"


def test_rows_are_searched(client):
    assert client.execute("SELECT email FROM customers WHERE id = 7").fetchone() == ("[redacted]",)
