"""Responses of a real identity provider (SimpleSAMLphp), asked for by our own requests."""

import base64

import pytest

from identity_provider import ACS_URL, ENTITY_ID, Browser


def verified(idp, page, request_id="_request1"):
    return idp.ask("verify", request_id, page.fields["SAMLResponse"])


@pytest.fixture(autouse=True)
def options(idp):
    idp.set_options("")
    yield idp.set_options
    idp.set_options("")


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_person_signs_in_by_either_binding(idp, binding):
    page = idp.sign_in(binding)
    assert page.action == ACS_URL
    assert page.fields["RelayState"] == "state of the browser"
    principal = verified(idp, page)
    assert principal["subject"] == "ana@example.com"
    assert principal["issuer"] == f"{idp.base}/idp"
    assert principal["groups"] == ["sre", "data-eu"]
    assert principal["claims"] == {
        "sub": "ana@example.com", "iss": f"{idp.base}/idp", "aud": ENTITY_ID,
        "uid": "ana@example.com", "department": "payments & cards"}
    assert 8 * 3600 - 60 <= principal["lasts_s"] <= 8 * 3600


@pytest.mark.parametrize("assertion, response", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("bits", [256, 384, 512])
def test_whatever_is_signed_with_a_strong_hash_is_believed(idp, options, assertion, response, bits):
    options(f"'saml20.sign.response' => {str(response).lower()},"
            f"'signature.algorithm' =>"
            f" 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha{bits}',", assertion)
    page = idp.sign_in()
    xml = base64.b64decode(page.fields["SAMLResponse"])
    assert xml.count(b"<ds:Signature ") == assertion + response
    assert f"rsa-sha{bits}".encode() in xml
    assert verified(idp, page)["subject"] == "ana@example.com"


def test_what_is_signed_weakly_or_not_at_all_is_refused(idp, options):
    options("'signature.algorithm' => 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',")
    assert verified(idp, idp.sign_in())["refused"].endswith(
        "its algorithm is not RSA or ECDSA with SHA-256 or better")
    options("'saml20.sign.response' => false,", False)
    assert verified(idp, idp.sign_in())["refused"].endswith(
        "neither the response nor its assertion is signed")


def test_one_changed_letter_is_refused(idp):
    page = idp.sign_in()
    assert "refused" not in verified(idp, page)
    xml = base64.b64decode(page.fields["SAMLResponse"])
    assert xml.count(b">ana@example.com<") == 2
    changed = xml.replace(b">ana@example.com<", b">ann@example.com<", 1)
    page.fields["SAMLResponse"] = base64.b64encode(changed).decode()
    assert "over other bytes" in verified(idp, page)["refused"]


def test_the_answer_to_another_request_is_refused(idp):
    page = idp.sign_in(request_id="_request2")
    assert "it answers another request" in verified(idp, page, "_request3")["refused"]
    assert verified(idp, page, "_request2")["subject"] == "ana@example.com"


def test_the_provider_finds_our_signature_wrong_when_the_request_was_changed(idp):
    url = idp.ask("redirect")["url"]
    assert "AuthState" in Browser().visit(url).fields
    for changed in (url.replace("RelayState=state", "RelayState=other"),
                    url[:url.index("&SigAlg=")]):
        assert changed != url
        assert "AuthState" not in Browser().visit(changed).fields
    form = idp.ask("post")
    assert "AuthState" in Browser().visit(form["url"], form).fields
    xml = base64.b64decode(form["SAMLRequest"]).replace(b"AllowCreate", b"Allowcreate")
    form["SAMLRequest"] = base64.b64encode(xml).decode()
    assert "AuthState" not in Browser().visit(form["url"], form).fields
