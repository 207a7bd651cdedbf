"""Leases from the gateway's API, and sign-in by SCRAM message by message."""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import struct

from wire import V30, message, startup, text


def api(bed, method, path, body=None, token=None, headers=None):
    """(status, headers, JSON) of one request."""
    if bed.client_tls:
        context = ssl.create_default_context(cafile=str(bed.folder / "gw.crt"))
        asking = http.client.HTTPSConnection("localhost", bed.http_port, timeout=20,
                                             context=context)
    else:
        asking = http.client.HTTPConnection("localhost", bed.http_port, timeout=20)
    sent = dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    asking.request(method, path, None if body is None else json.dumps(body), sent)
    answer = asking.getresponse()
    found = answer.read()
    asking.close()
    return answer.status, dict(answer.getheaders()), json.loads(found)


def lease(bed, token=None, **more):
    status, _, issued = api(bed, "POST", "/api/v1/leases", {"connection": "demo"} | more,
                            token or bed.token())
    assert status == 201, issued
    return issued


def revoke(bed, issued, token=None):
    return api(bed, "DELETE", f"/api/v1/leases/{issued['id']}", token=token or bed.token())


def operator_token(bed):
    return (bed.state / "operator.token").read_text().strip()


def sasl_initial(first, mechanism="SCRAM-SHA-256"):
    return message("p", text(mechanism), struct.pack("!I", len(first)), first)


def scram_final(first_bare, challenge, secret):
    """The client-final-message (RFC 5802 section 5), without channel binding."""
    parts = dict(part.split("=", 1) for part in challenge.decode().split(","))
    salted = hashlib.pbkdf2_hmac("sha256", secret.encode(), base64.b64decode(parts["s"]),
                                 int(parts["i"]))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    without_proof = b"c=biws,r=" + parts["r"].encode()
    signed = b",".join([first_bare, challenge, without_proof])
    signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
    proof = bytes(a ^ b for a, b in zip(client_key, signature))
    return without_proof + b",p=" + base64.b64encode(proof)


def scram_login(client, user, database, secret, **parameters):
    """Signs in by SCRAM and returns all that was said."""
    client.send(startup(user, database, V30, **parameters))
    messages = client.receive_until("R", "E")
    if messages[-1].type == "E":
        return messages
    first_bare = b"n=,r=" + base64.b64encode(b"nonce of a client")
    client.send(sasl_initial(b"n,," + first_bare))
    messages += client.receive_until("R", "E")
    if messages[-1].type == "E":
        return messages
    client.send(message("p", scram_final(first_bare, messages[-1].body[4:], secret)))
    return messages + client.answers()
