"""Who gets in, under which grant, and what everybody else hears."""

import base64
import json
import subprocess

import pytest

from testbed import POLICY
from wire import Client, errors, kinds, query, rows, signed_in, token_of

BED = {"policy": POLICY + """\
  - name: elsewhere
    who: [owners]
    on: { connections: ["other"] }
    rules: [{ class: any, action: allow }]
"""}

BAD_CREDENTIAL = {"S": "FATAL", "V": "FATAL", "C": "28P01", "M": "authentication failed",
                  "H": "Use a token of a configured issuer as the password."}


def refusal(bed, secret, user="everything", database="demo"):
    with Client(("localhost", bed.port)) as client:
        messages = client.login(user, database, secret)
        assert kinds(messages) == "RE"
        assert client.is_closed()
        return errors(messages)[0]


def test_the_principal_is_on_record_with_every_session(bed):
    with signed_in(bed, application_name="me", token=bed.token("dora@example.com", ["dba", "x"])):
        pass
    opened = [each["session_opened"] for each in bed.records() if "session_opened" in each][-1]
    principal = opened["principal"]
    assert (principal["subject"], principal["groups"]) == ("dora@example.com", ["dba", "x"])
    assert (principal["method"], principal["issuer"]) == ("jwt", "https://issuer.test.invalid")
    assert (opened["grant"], opened["connection"]) == ("everything", "demo")
    assert opened["application_name"] == "me"


def test_a_user_that_names_no_grant_gets_the_first_one_and_is_told(bed):
    with Client(("localhost", bed.port)) as client:
        messages = client.login("ana", "demo", token_of(bed, "data-eu", "sre"))
        notice = [each.fields for each in messages if each.type == "N"][0]
        assert (notice["S"], notice["C"]) == ("NOTICE", "00000")
        assert notice["M"] == "this session runs under the grant analyst-read"
        assert rows(client.ask(query("SELECT current_user"))) == [["app_readonly"]]


def test_a_user_that_names_a_grant_gets_that_one_in_silence(bed):
    with Client(("localhost", bed.port)) as client:
        messages = client.login("write", "demo", token_of(bed, "data-eu", "sre"))
        assert "N" not in kinds(messages)
        assert rows(client.ask(query("SELECT current_user"))) == [["app_rw"]]


def tampered(token, part, **changes):
    parts = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(parts[part] + "=="))
    content.update(changes)
    parts[part] = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return ".".join(parts)


def with_actors(bed, token, actors):
    """The token with an `act` claim, signed again with the issuer's key."""
    signed = tampered(token, 1, act=actors).rpartition(".")[0]
    (bed.folder / "signed").write_text(signed)
    signature = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", bed.issuer_dir / "key.pem", "-in",
         bed.folder / "signed"], check=True, capture_output=True).stdout
    return signed + "." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


def test_on_whose_behalf_is_on_record(bed):
    token = with_actors(bed, bed.token("ana", ["dba"]),
                        {"sub": "assistant", "act": {"sub": "scheduler"}})
    with signed_in(bed, token=token):
        pass
    records = bed.records()
    opened = [each["session_opened"] for each in records if "session_opened" in each][-1]
    signed_in_as = [each["sign_in"] for each in records if "sign_in" in each][-1]
    assert (opened["principal"]["subject"], signed_in_as["subject"]) == ("ana", "ana")
    assert opened["principal"]["act"] == ["assistant", "scheduler"]
    assert signed_in_as["act"] == ["assistant", "scheduler"]


@pytest.mark.parametrize("spoil", [
    lambda token: "", lambda token: "secret", lambda token: token[:-6] + "AAAAAA",
    lambda token: token + "A", lambda token: token.rpartition(".")[0] + ".",
    lambda token: tampered(token, 1, groups=["dba", "more"]),
    lambda token: tampered(token, 0, alg="none").rpartition(".")[0] + ".",
    lambda token: tampered(token, 0, kid="other"), lambda token: " " + token,
    lambda token: "x" * 15_000], ids=range(10))
def test_a_password_that_is_no_valid_token_is_refused_without_a_hint_why(bed, spoil):
    assert refusal(bed, spoil(bed.token())) == BAD_CREDENTIAL
    failed = [each["sign_in"] for each in bed.records() if "sign_in" in each][-1]
    assert not failed.get("ok") and failed["reason"]


def test_a_token_for_another_audience_or_of_another_issuer_is_refused(bed):
    arguments = ("dev", "token", "--sub", "dora", "--groups", "dba")
    own = ("--dir", bed.issuer_dir)
    assert kinds(Client(("localhost", bed.port)).login(
        "everything", "demo", bed.portreeve(*arguments, *own).strip()))[-1] == "I"
    other = bed.portreeve(*arguments, *own, "--audience", "another").strip()
    assert refusal(bed, other) == BAD_CREDENTIAL
    folder = bed.folder / "foreign"
    bed.portreeve("dev", "issuer", "--dir", folder, "--issuer", "https://issuer.test.invalid")
    foreign = bed.portreeve(*arguments, "--dir", folder).strip()
    assert refusal(bed, foreign) == BAD_CREDENTIAL


@pytest.mark.parametrize("user, groups, database", [
    ("write", ["data-eu"], "demo"),          # Somebody else's grant.
    ("ana", ["strangers"], "demo"),          # No grant at all.
    ("elsewhere", ["dba"], "demo"),          # A grant for another connection.
    ("analyst-read", ["DATA-eu"], "demo")])  # Groups are compared exactly.
def test_without_a_grant_nobody_gets_in(bed, user, groups, database):
    fields = refusal(bed, token_of(bed, *groups), user, database)
    assert (fields["S"], fields["C"]) == ("FATAL", "28000")
    assert bed.backends() == 0


def test_a_connection_that_no_agent_serves_is_told_as_such(bed):
    fields = refusal(bed, token_of(bed), "elsewhere", "other")
    assert (fields["S"], fields["C"]) == ("FATAL", "57P03")
    assert fields["M"] == 'no agent serves a connection "other" now'
    assert "<connection>/<dbname>" in fields["H"]


def test_without_an_agent_everybody_hears_57P03(make_bed):
    own = make_bed(start_agent=False)
    assert refusal(own, own.token())["C"] == "57P03"
    own.start_agent()
    assert own.psql("SELECT 1").stdout == "1\n"


@pytest.mark.expects_log("a server cannot be reached")
def test_a_server_that_does_not_listen_is_told_without_its_address(make_bed):
    own = make_bed()
    own.postgres.stop()
    fields = refusal(own, own.token())
    assert (fields["S"], fields["C"]) == ("FATAL", "57P03")
    assert fields["M"] == "the database server cannot be reached"
    assert str(own.postgres.port) not in str(fields)
    own.postgres.start()


@pytest.mark.expects_log("a server refused the login")
def test_a_wrong_password_of_the_server_is_the_operators_matter(make_bed):
    own = make_bed()
    (own.folder / "server.password").write_text("wrong")
    fields = refusal(own, own.token())
    assert (fields["C"], fields["M"]) == ("57P03", "the database server cannot be reached")
    assert "28P01" in own.agent.log()


def test_more_sessions_than_the_limit_are_told_53300(make_bed):
    own = make_bed(gateway_settings="limits: { sessions: 2 }")
    with signed_in(own), signed_in(own):
        fields = refusal(own, own.token())
        assert (fields["S"], fields["C"]) == ("FATAL", "53300")
    with signed_in(own):
        pass
