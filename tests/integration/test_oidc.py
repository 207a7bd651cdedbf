"""Issuers found by discovery: a real OpenID provider, whose tokens are passwords."""

import base64
import json
import signal
import time

import pytest

from leases import lease
from oidc_provider import Provider
from testbed import wait_until

# The gateway asks no more often than this for the sake of tokens.
GAP_S = 5


@pytest.fixture(scope="module")
def providers(tmp_path_factory):
    """Two: the second takes the tokens of one client only, and calls it by another claim."""
    folder = tmp_path_factory.mktemp("providers")
    made = [Provider(folder, name) for name in ("corp", "partner")]
    yield made
    for each in made:
        each.stop()


@pytest.fixture(scope="module")
def bed(providers, make_module_bed):
    corp, partner = providers
    narrow = ",\n      subject_claim: client_id, required_claims: { client_id: ['migr*', x] }"
    return make_module_bed(issuers=corp.configuration() + partner.configuration(narrow))


def signed_in_as(bed):
    return [each["sign_in"] for each in bed.records() if "sign_in" in each][-1]


def test_a_client_credentials_token_is_a_password(bed, providers):
    corp, _ = providers
    result = bed.psql("SELECT 1", token=corp.token("migrator"))
    assert (result.stdout, result.stderr) == ("1\n", "")
    record = signed_in_as(bed)
    assert (record["ok"], record["issuer"], record["subject"]) == (True, corp.issuer, "migrator")


@pytest.mark.parametrize("client, user, role", [
    ("migrator", "everything", "postgres"), ("reader", "analyst-read", "app_readonly")])
def test_groups_decide_the_grant(bed, providers, client, user, role):
    token = providers[0].token(client)
    assert bed.psql("SELECT current_user", user=user, token=token).stdout == role + "\n"
    other = "analyst-read" if user == "everything" else "everything"
    assert "no grant" in bed.psql("SELECT 1", user=other, token=token).stderr


def test_without_a_group_of_a_grant_a_good_token_opens_nothing(bed, providers):
    refused = bed.psql("SELECT 1", user="stranger", token=providers[0].token("stranger"))
    assert refused.returncode == 2 and "authentication failed" not in refused.stderr


def test_several_issuers_are_asked_at_once_and_each_for_its_own(bed, providers):
    corp, partner = providers
    for each in (corp, partner, corp):
        assert bed.psql("SELECT 1", token=each.token("migrator")).stdout == "1\n"
        assert signed_in_as(bed)["issuer"] == each.issuer
    # The header of one with the claims of the other.
    head = corp.token("migrator").split(".")[0]
    mixed = ".".join([head, *partner.token("migrator").split(".")[1:]])
    assert "authentication failed" in bed.psql("SELECT 1", token=mixed).stderr


def test_required_claims_keep_the_other_clients_of_an_issuer_out(bed, providers):
    _, partner = providers
    assert bed.psql("SELECT 1", token=partner.token("migrator")).stdout == "1\n"
    assert signed_in_as(bed)["subject"] == "migrator"
    assert "authentication failed" in bed.psql("SELECT 1", token=partner.token("reader")).stderr
    assert "another `client_id`" in signed_in_as(bed)["reason"]


def test_a_token_for_somebody_else_is_refused(bed, providers):
    token = providers[0].token("migrator", audience="another")
    assert "authentication failed" in bed.psql("SELECT 1", token=token).stderr
    assert "another audience" in signed_in_as(bed)["reason"]


def test_keys_are_rotated_without_a_restart(bed, providers):
    corp, _ = providers
    old = corp.token("migrator")
    assert bed.psql("SELECT 1", token=old).stdout == "1\n"
    corp.rotate()
    new = corp.token("migrator")
    wait_until(lambda: bed.psql("SELECT 1", token=new).stdout == "1\n", 2 * GAP_S,
               "the new key to be in force")
    # The old one has gone with the same look.
    assert "authentication failed" in bed.psql("SELECT 1", token=old).stderr
    assert "no key with the id" in signed_in_as(bed)["reason"]


def test_a_token_of_a_key_that_is_not_known_yet_buys_a_lease(bed, providers):
    corp, _ = providers
    time.sleep(GAP_S)
    corp.rotate()
    issued = lease(bed, corp.token("reader"))
    ran = bed.psql("SELECT current_user", user=issued["user"], token=issued["password"])
    assert (ran.stdout, ran.stderr) == ("app_readonly\n", "")


def renamed(token):
    """The token with the id of a key that nobody has."""
    head, *rest = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    header["kid"] = "nobody's"
    changed = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return ".".join([changed, *rest])


def test_wrong_tokens_do_not_become_questions_to_the_issuer(bed, providers):
    corp, _ = providers
    wrong, before, began = renamed(corp.token()), corp.requests("GET /jwks"), time.monotonic()
    for _ in range(30):
        assert "authentication failed" in bed.psql("SELECT 1", token=wrong).stderr
    allowed = 1 + (time.monotonic() - began) / GAP_S
    assert corp.requests("GET /jwks") - before <= allowed


@pytest.mark.expects_log("an issuer does not give its keys; its tokens are refused until it does")
def test_a_gateway_starts_without_its_issuer_and_takes_its_tokens_once_it_is_there(
        make_bed, tmp_path):
    late = Provider(tmp_path, "late", start=False)
    own = make_bed(issuers=late.configuration())
    wait_until(lambda: "an issuer does not give its keys" in own.gateway.log(), what="the warning")
    assert own.psql("SELECT 1").stdout == "1\n"  # By the issuer whose keys are in a file.
    late.start()
    try:
        token = late.token("migrator")
        wait_until(lambda: own.psql("SELECT 1", token=token).stdout == "1\n", 2 * GAP_S,
                   "the issuer's tokens to be taken")
        assert "an issuer gives its keys again" in own.gateway.log()
    finally:
        late.stop()


@pytest.mark.expects_log("an issuer does not give its keys; those that it gave before stay")
def test_keys_stay_in_force_while_their_issuer_is_away_also_after_a_reload(make_bed, tmp_path):
    away = Provider(tmp_path, "away")
    try:
        own = make_bed(issuers=away.configuration())
        token = away.token("migrator")
        assert own.psql("SELECT 1", token=token).stdout == "1\n"
    finally:
        away.stop()
    own.gateway.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "those that it gave before stay in force" in own.gateway.log(),
               what="the warning")
    assert own.psql("SELECT 1", token=token).stdout == "1\n"
