"""SIGHUP: good files are adopted at once, bad ones change nothing and are complained about."""

import pytest

from testbed import POLICY
from wire import errors, kinds, query, signed_in, token_of

ALLOWED = query("SELECT count(*) FROM customers")


def loaded(bed):
    return [each["configuration_loaded"] for each in bed.records()
            if "configuration_loaded" in each]


@pytest.mark.expects_log("the grant allows nothing")
def test_a_new_rule_holds_for_open_sessions_from_the_next_statement_on(bed, reload):
    with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as client:
        assert kinds(client.ask(ALLOWED)) == "TDCZI"
        stricter = POLICY.replace("{ class: read, action: allow }\n      - { class: ddl",
                                  "{ class: read, action: refuse }\n      - { class: ddl")
        assert stricter != POLICY
        reload(stricter)
        assert errors(client.ask(ALLOWED))[0]["C"] == "42501"
        reload(POLICY)
        assert kinds(client.ask(ALLOWED)) == "TDCZI"


@pytest.mark.parametrize("policy", [
    POLICY.replace("name: analyst-read", "name: analyst-other"),       # The grant is gone.
    POLICY.replace('any_of: ["data-*"]', 'any_of: ["other-*"]'),       # The principal is out.
    POLICY.replace("role: app_readonly", "role: app_rw"),              # Another role.
    POLICY.replace('connections: ["demo"] }\n    as: { role: app_r',   # Another connection.
                   'connections: ["x"] }\n    as: { role: app_r')],
    ids=["grant", "group", "role", "connection"])
def test_a_session_whose_grant_has_gone_ends_in_mid_statement(bed, reload, policy):
    assert policy != POLICY
    with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as client, \
            signed_in(bed) as other:
        client.send(query("SELECT pg_sleep(66)"))
        reload(policy)
        fields = errors(client.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert fields["M"] == "terminating connection: the policy has changed"
        # Whom it does not concern goes on.
        assert kinds(other.ask(ALLOWED)) == "TDCZI"


@pytest.mark.parametrize("policy", [
    "version: 1\n", "grants: [", "", POLICY + "nonsense: 1\n",
    POLICY.replace("action: allow", "action: hold"), POLICY + "masks: []\n"])
@pytest.mark.expects_log("the configuration has errors and was not loaded; the old one stays")
def test_a_bad_policy_changes_nothing_and_is_complained_about(bed, reload, policy):
    with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as client:
        reload(policy, "the configuration has errors and was not loaded")
        assert kinds(client.ask(ALLOWED)) == "TDCZI"
        with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as later:
            assert errors(later.ask(query("DROP TABLE customers")))[0]["C"] == "42501"
    last = loaded(bed)[-1]
    assert not last.get("ok") and "policy.yaml" in last["errors"][0]


@pytest.mark.expects_log("the configuration has errors and was not loaded; the old one stays")
def test_a_bad_gateway_file_keeps_the_policy_too(bed, reload):
    text = (bed.folder / "gateway.yaml").read_text()
    stricter = POLICY.replace("class: read, action: allow", "class: read, action: refuse")
    reload(stricter, "the configuration has errors and was not loaded",
           gateway=text + "surprise: true\n")
    with signed_in(bed, "analyst-read", token=token_of(bed, "data-eu")) as client:
        assert kinds(client.ask(ALLOWED)) == "TDCZI"


@pytest.mark.expects_log("change with a restart only")
def test_what_needs_a_restart_is_said(bed, reload):
    text = (bed.folder / "gateway.yaml").read_text()
    reload(POLICY, gateway=text + "limits: { sessions: 17 }\n")
    with signed_in(bed) as client:
        assert kinds(client.ask(ALLOWED)) == "TDCZI"


def test_a_new_key_of_the_issuer_is_believed_and_the_old_one_is_not(bed, reload):
    old = bed.token()
    keys = (bed.issuer_dir / "jwks.json").read_text()
    other = bed.folder / "other-issuer"
    bed.portreeve("dev", "issuer", "--dir", other, "--issuer", "https://issuer.test.invalid")
    new = bed.portreeve("dev", "token", "--dir", other, "--sub", "dora", "--groups", "dba").strip()
    assert "authentication failed" in bed.psql("SELECT 1", token=new).stderr
    (bed.issuer_dir / "jwks.json").write_text((other / "jwks.json").read_text())
    try:
        reload(POLICY)
        assert bed.psql("SELECT 1", token=new).stdout == "1\n"
        assert "authentication failed" in bed.psql("SELECT 1", token=old).stderr
    finally:
        (bed.issuer_dir / "jwks.json").write_text(keys)


def test_every_load_is_on_record_with_the_version_in_force(bed, reload):
    before = loaded(bed)[-1]["policy_version"]
    reload(POLICY.replace("idle: 15m", "idle: 16m"))
    after = loaded(bed)[-1]
    assert after["ok"] and after["policy_version"] != before
    with signed_in(bed):
        pass
    opened = [each["session_opened"] for each in bed.records() if "session_opened" in each][-1]
    assert opened["policy_version"] == after["policy_version"]
