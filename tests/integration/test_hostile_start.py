"""Before authentication: what breaks the protocol ends the connection, and hurts nobody else."""

import contextlib
import os
import socket
import ssl
import struct

import pytest

from wire import (GSSENC_REQUEST, SSL_REQUEST, SYNC, TERMINATE, V30, Client, errors, kinds,
                  message, packet, parse, password, query, rows, signed_in, startup, token_of)

BED = {"client_tls": True, "gateway_settings": "limits: { handshake_timeout: 2s }"}

HELLO = startup("everything", "demo")


def connect(bed):
    return Client(("localhost", bed.port))


def secured(bed, alpn=None):
    client = connect(bed)
    client.ask_for_tls(bed.folder / "gw.crt")
    return client


def serves(bed):
    with signed_in(bed) as client:
        return rows(client.ask(query("SELECT 1"))) == [["1"]]


def violation(client, code="08P01"):
    """One FATAL that says so, and the end."""
    messages = [each for each in client.rest() if each.type == "E"]
    fields = errors(messages)[-1]
    return (fields["S"], fields["C"]) == ("FATAL", code)


def test_tls_is_required_and_said_so(bed):
    with connect(bed) as client:
        client.send(HELLO)
        fields = errors(client.rest())[0]
        assert (fields["S"], fields["C"]) == ("FATAL", "28000")
        assert "TLS only" in fields["M"]


@pytest.mark.parametrize("requests, answers", [
    ([SSL_REQUEST], b"S"), ([GSSENC_REQUEST, SSL_REQUEST], b"NS")])
def test_the_requests_of_libpq_are_answered(bed, requests, answers):
    with connect(bed) as client:
        for request, answer in zip(requests, answers):
            client.send(request)
            assert client.exactly(1) == bytes([answer])
        client.start_tls(bed.folder / "gw.crt")
        assert client.login("everything", "demo", token_of(bed))[-1].type == "Z"


def test_encryption_requests_cannot_be_repeated_for_ever(bed):
    with connect(bed) as client:
        client.send(GSSENC_REQUEST)
        assert client.exactly(1) == b"N"
        client.send(GSSENC_REQUEST)
        assert violation(client)


@pytest.mark.parametrize("request_inside", [SSL_REQUEST, GSSENC_REQUEST])
def test_encryption_is_not_asked_for_inside_tls(bed, request_inside):
    with secured(bed) as client:
        client.send(request_inside)
        assert violation(client)


@pytest.mark.parametrize("injected", [
    HELLO, HELLO + password("x"), b"\0", GSSENC_REQUEST, SSL_REQUEST, b"\x16\x03\x01"])
def test_bytes_that_were_sent_before_tls_are_never_taken_as_said_inside_it(bed, injected):
    with connect(bed) as client:
        client.send(SSL_REQUEST + injected)
        assert client.exactly(1) == b"S"
        with contextlib.suppress(ssl.SSLError, OSError):
            client.start_tls(bed.folder / "gw.crt")
            # If TLS came about, the injected bytes must not count: nobody is asked for a password.
            assert client.receive() is None
    assert serves(bed)


def test_direct_tls_needs_the_protocols_name(bed):
    with connect(bed) as client:
        client.start_tls(bed.folder / "gw.crt", alpn="postgresql")
        assert client.socket.selected_alpn_protocol() == "postgresql"
        assert client.login("everything", "demo", token_of(bed))[-1].type == "Z"


@pytest.mark.parametrize("alpn", [None, "http/1.1", "h2"])
def test_direct_tls_without_the_name_is_ended(bed, alpn):
    with connect(bed) as client, contextlib.suppress(ssl.SSLError, ConnectionResetError):
        client.start_tls(bed.folder / "gw.crt", alpn=alpn)
        client.send(HELLO)
        assert client.rest() == []


def test_old_versions_of_tls_are_refused(bed):
    context = ssl.create_default_context(cafile=str(bed.folder / "gw.crt"))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with connect(bed) as client:
        client.send(SSL_REQUEST)
        assert client.exactly(1) == b"S"
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            context.wrap_socket(client.socket, server_hostname="localhost")


LENGTHS = [0, 1, 4, 7, 10_001, 0x7fffffff, 0x80000000, 0xffffffff]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_start_up_packet_of_a_wrong_length_ends_the_connection(bed, length):
    with secured(bed) as client:
        client.send(struct.pack("!II", length, V30) + b"user\0everything\0\0")
        assert client.is_closed()  # As the server does: it may be no PostgreSQL client at all.


@pytest.mark.parametrize("body", [
    b"", b"user\0", b"user\0everything", b"user\0everything\0", b"\0", b"user\0\0\0",
    b"user\0everything\0\0x", b"user\0everything\0\0\0", b"user\0everything\0database\0\0",
    b"user\0every\xff\xfe\0\0", b"database\0demo\0\0"])
def test_a_malformed_start_up_packet_lets_nobody_in(bed, body):
    with secured(bed) as client:
        client.send(packet(V30, body))
        messages = client.receive_until("E", "R")
        if kinds(messages) == "R":  # Well-formed after all: it still opens nothing.
            client.send(password(token_of(bed)))
            messages = client.receive_until("E", "Z")
        assert kinds(messages) == "E" and errors(messages)[0]["S"] == "FATAL"


FIRST = {"a query": query("SELECT 1"), "a Parse": parse("SELECT 1"), "Sync": SYNC,
         "Terminate": TERMINATE, "a second start-up": HELLO, "a cancel": packet(80877102, b"x" * 8),
         "an SSLRequest": SSL_REQUEST, "a COPY": message("d", b"x"),
         "an unknown type": message("!"), "zeros": b"\0" * 64,
         "a server's message": message("R", b"\0\0\0\0")}


@pytest.mark.parametrize("said", FIRST)
def test_a_message_in_place_of_the_password_is_fatal(bed, said):
    with secured(bed) as client:
        client.send(HELLO)
        assert kinds(client.receive_until("R")) == "R"
        client.send(FIRST[said])
        assert violation(client)
    assert bed.backends() == 0


def test_a_second_start_up_packet_before_the_first_is_answered_is_fatal(bed):
    with secured(bed) as client:
        client.send(HELLO + startup("write", "demo"))
        assert violation(client)


@pytest.mark.parametrize("length", [0, 3, 20_001, 0x7fffffff, 0xffffffff])
def test_a_password_of_a_wrong_length_is_fatal(bed, length):
    with secured(bed) as client:
        client.send(HELLO, b"p" + struct.pack("!I", length))
        assert violation(client)


@pytest.mark.parametrize("body", [b"", b"unterminated", b"two\0words\0"])
def test_a_malformed_password_is_fatal(bed, body):
    with secured(bed) as client:
        client.send(HELLO, message("p", body))
        assert violation(client)


def test_statements_that_are_sent_with_the_password_wait_for_it_to_be_judged(bed):
    with secured(bed) as client:
        client.send(HELLO, password(token_of(bed)), query("SELECT 'early'"))
        assert rows(client.answers(2)) == [["early"]]
    with secured(bed) as client:
        client.send(HELLO, password("wrong"), query("SELECT 'never'"))
        assert violation(client, "28P01")


def test_garbage_of_all_kinds_ends_the_connection_and_nothing_else(bed):
    random = os.urandom(4096)
    for garbage in (random, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello",
                    b"\xff" * 1000, b"SSH-2.0-x\r\n", b"\x80\x2e\x01\x03\x01" + random):
        with connect(bed) as client:
            client.socket.settimeout(8)
            with contextlib.suppress(ConnectionError):
                client.send(garbage)
                with contextlib.suppress(OSError):  # It may be closed already.
                    client.socket.shutdown(socket.SHUT_WR)
                while client.socket.recv(4096):
                    pass
    assert serves(bed)
