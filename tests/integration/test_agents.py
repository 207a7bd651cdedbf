"""Agents: how they join, what they may reach, how their certificates go on and come to an end."""

import contextlib
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from agents import connected, connection, join_token, run_agent
from chaos import Gate
from testbed import wait_until
from wire import Client, errors, kinds, query, rows, signed_in, token_of

BED = {"start_agent": False}
CANNOT_JOIN = "agent could not join"
DOWN = "a link to the gateway is down"


@pytest.fixture(scope="module", autouse=True)
def agent(bed):
    bed.agent = run_agent(bed, connection(bed))


@pytest.fixture(scope="module", autouse=True)
def renewing(make_module_bed):
    """An agent whose certificate lives a minute, behind a gate."""
    own = make_module_bed(start_agent=False,
                          gateway_settings="agents: { certificate_lifetime: 1m }")
    gate = Gate(own.agents_port)
    own.agent = run_agent(own, connection(own), gateway_port=gate.port)
    return own, gate


def refused(bed, database):
    with Client(("localhost", bed.port)) as client:
        return errors(client.login("everything", database, token_of(bed)))[0]["C"]


def tcp_sockets(program):
    """The process's, as a set of (state, the other side's port)."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{program.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(link.readlink()).removeprefix("socket:[").rstrip("]"))
    lines = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
    fields = [line.split() for line in lines.splitlines()]
    return {(each[3], int(each[2].rpartition(":")[2], 16)) for each in fields
            if len(each) > 9 and each[9] in inodes}


@pytest.mark.parametrize("database", [
    "other", "127.0.0.1", "127.0.0.1:5432", "demo@127.0.0.1", "host=127.0.0.1", "//127.0.0.1/demo",
    "postgres://127.0.0.1/demo", "../demo", "DEMO", "demo ", "/demo", "demo\tx"])
def test_only_connections_of_the_agents_own_file_can_be_named(bed, database):
    assert refused(bed, database) == "57P03"


@pytest.mark.parametrize("name", ["host", "hostaddr", "port", "dbname", "sslmode", "service"])
def test_a_client_cannot_turn_the_agent_to_another_server(bed, name):
    with Client(("localhost", bed.port)) as client:
        parameters = {name: "127.0.0.1"}
        messages = client.login("analyst-read", "demo", token_of(bed, "data-eu"), **parameters)
        assert errors(messages)[0]["C"] == "42501"


def test_the_agent_dials_the_gateway_and_its_servers_only_and_listens_to_nobody(bed):
    established, listening = "01", "0A"
    with signed_in(bed), signed_in(bed):
        assert tcp_sockets(bed.agent) == {(established, bed.link_port),
                                          (established, bed.postgres.port)}
    assert (listening, 0) in tcp_sockets(bed.gateway)


@pytest.mark.expects_log(CANNOT_JOIN)
def test_a_join_token_works_once(bed):
    token = join_token(bed, "twice")
    first = run_agent(bed, connection(bed, "second"), name="first", token=token)
    assert rows_of(bed, "second") == "1\n"
    again = run_agent(bed, connection(bed, "third"), name="again", token=token, joins=False)
    assert again.process.wait(10) == 1
    assert "it serves once and expires" in again.log()
    assert refused(bed, "third") == "57P03"
    first.stop()


def rows_of(bed, database):
    return bed.psql("SELECT 1", database=database, token=token_of(bed)).stdout


@pytest.mark.expects_log(CANNOT_JOIN)
@pytest.mark.parametrize("spoil", ["late", "wrong", "empty", "operator"])
def test_what_is_no_valid_join_token_lets_no_agent_in(bed, spoil):
    token = join_token(bed, "late", "--expires", "1s")
    if spoil == "late":
        time.sleep(1.2)
    else:
        token = {"wrong": token[:-3] + "AAA", "empty": "x",
                 "operator": (bed.state / "operator.token").read_text().strip()}[spoil]
    program = run_agent(bed, connection(bed, "third"), name=f"bad-{spoil}", token=token,
                        joins=False)
    assert program.process.wait(10) == 1
    assert connected(bed) == 1


def test_an_agent_keeps_its_certificate_and_needs_no_token_to_come_back(bed):
    token = join_token(bed, "kept")
    program = run_agent(bed, connection(bed, "kept"), name="kept", token=token)
    known = len(bed.agents())
    program.stop()
    (bed.folder / "kept.token").write_text("used up")
    program.start()
    wait_until(lambda: rows_of(bed, "kept") == "1\n", 10, "the agent to come back")
    assert len(bed.agents()) == known
    program.stop()


class Impostor:
    """Listens like a gateway, with a certificate of its own, and keeps what it is told."""

    def __init__(self, folder):
        certificate, key = folder / "impostor.crt", folder / "impostor.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9",
                        "-subj", "/CN=portreeve-gateway", "-addext",
                        "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._context.set_alpn_protocols(["h2"])
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.visits, self.heard = 0, b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self.visits += 1
                near.settimeout(5)
                with contextlib.suppress(OSError):
                    secured = self._context.wrap_socket(near, server_side=True)
                    self.heard += secured.recv(65536)

    def close(self):
        self._listening.close()


@pytest.mark.expects_log(CANNOT_JOIN, "Handshake failed", "ssl_transport_security", "level=WARN")
def test_an_agent_says_nothing_to_who_is_not_its_gateway(bed):
    impostor = Impostor(bed.folder)
    program = run_agent(bed, connection(bed, "third"), name="cheated", gateway_port=impostor.port,
                        joins=False)
    wait_until(lambda: impostor.visits > 0 and CANNOT_JOIN in program.log(), 20, "the attempt")
    assert impostor.heard == b""
    program.kill()
    impostor.close()


@pytest.mark.expects_log("ssl_transport_security", "Handshake failed")
def test_without_a_certificate_of_the_gateways_ca_no_link_comes_about(bed):
    """A TLS client without one, and one with a foreign one, speak HTTP/2 and get nothing."""
    folder = bed.folder
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9",
                    "-subj", "/CN=agent-0000000000000000", "-keyout", folder / "foreign.key",
                    "-out", folder / "foreign.crt"], check=True, capture_output=True)
    for own in (None, folder / "foreign.crt"):
        context = ssl.create_default_context(cafile=str(bed.state / "ca.crt"))
        context.set_alpn_protocols(["h2"])
        if own is not None:
            context.load_cert_chain(own, folder / "foreign.key")
        with contextlib.suppress(ssl.SSLError, ConnectionResetError):
            with socket.create_connection(("localhost", bed.agents_port), 5) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secured:
                    secured.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
                    while secured.recv(4096):
                        pass
    assert connected(bed) == 1


@pytest.mark.expects_log(DOWN, "an agent was turned away")
def test_a_stolen_certificate_is_worth_nothing_once_it_is_revoked(make_bed):
    own = make_bed(start_agent=False)
    own.agent = run_agent(own, connection(own))
    stolen = own.folder / "thief-state"
    shutil.copytree(own.folder / "agent-state", stolen)
    own.portreeve("agent", "revoke", own.agents()[0]["id"], operator=True)
    thief = run_agent(own, connection(own, "stolen"), name="thief", joins=False)
    wait_until(lambda: DOWN in thief.log(), 10, "the thief to fail")
    assert "an agent was turned away" in own.gateway.log()
    assert connected(own) == 0
    thief.kill()


@pytest.mark.expects_log(DOWN, "an agent was turned away")
def test_an_agent_serves_what_its_join_token_was_for_and_nothing_else(bed):
    token = join_token(bed, "bound", "--connections", "bound,spare")
    good = run_agent(bed, connection(bed, "bound"), name="bound", token=token)
    assert rows_of(bed, "bound") == "1\n"
    good.stop()
    # The same agent, whose file now claims one that another agent serves.
    bad = run_agent(bed, connection(bed, "bound"), connection(bed, "demo"), name="bound",
                    joins=False)
    wait_until(lambda: DOWN in bad.log(), 10, "the agent to be turned away")
    assert "the agent's join token was not for the connection demo" in bed.gateway.log()
    assert connected(bed) == 1
    assert refused(bed, "bound") == "57P03"
    assert rows_of(bed, "demo") == "1\n"
    bad.kill()
    known = [each for each in bed.agents() if each["name"] == "bound"]
    assert [each["may_serve"] for each in known] == [["bound", "spare"]]
    records = bed.records()
    enrolled = [each["agent_enrolled"] for each in records if "agent_enrolled" in each][-1]
    turned_away = [each["agent_refused"] for each in records if "agent_refused" in each]
    assert enrolled["connections"] == ["bound", "spare"]
    assert [each["agent"] for each in turned_away] == [known[0]["id"]]
    assert turned_away[0]["connections"] == ["bound", "demo"]


def test_two_agents_of_one_connection_take_over_from_each_other(bed):
    twin = run_agent(bed, connection(bed), name="twin")
    wait_until(lambda: connected(bed) == 2, 10, "both to be there")
    twin.stop()
    assert rows_of(bed, "demo") == "1\n"
    with signed_in(bed) as client:
        assert rows(client.ask(query("SELECT 1"))) == [["1"]]


@pytest.mark.expects_log(DOWN)
def test_a_renewed_certificate_disturbs_nobody_and_is_used_from_then_on(renewing, guard):
    """The last of this file, since it takes half a minute from the start of the file."""
    own, gate = renewing
    guard.watch(own)
    certificate = own.folder / "agent-state" / "agent.pem"
    first = certificate.read_text()
    with signed_in(own) as client:
        client.ask(query("BEGIN; LOCK customers"))
        wait_until(lambda: "certificate was renewed" in own.agent.log(), 40, "the renewal")
        assert certificate.read_text() != first
        assert kinds(client.ask(query("COMMIT"))) == "CZI"
    gate.cut()
    wait_until(lambda: rows_of(own, "demo") == "1\n", 20, "the agent to come back")
    own.agent.stop()
    own.agent.start()
    wait_until(lambda: rows_of(own, "demo") == "1\n", 20, "the agent to come back")
    assert len(own.agents()) == 1
    renewals = [each["agent_renewed"] for each in own.records() if "agent_renewed" in each]
    assert renewals[0]["agent"] == own.agents()[0]["id"]
    assert renewals[0]["certificate_serial"] != renewals[0]["old_certificate_serial"]
