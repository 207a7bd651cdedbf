"""What operators do: end sessions, revoke agents, stop the gateway and the agents in order."""

import json
import os
import signal
import time
import urllib.error
import urllib.request

import pytest

from testbed import accepts, wait_until
from wire import (Client, errors, kinds, password, query, rows, signed_in, startup,
                  token_of)


def sessions(bed):
    return json.loads(bed.portreeve("session", "ls", "--json", operator=True))["sessions"]


def ready(bed):
    try:
        with urllib.request.urlopen(f"http://localhost:{bed.http_port}/readyz", timeout=5) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code


def last(bed, event):
    found = [each[event] for each in bed.records() if event in each]
    return found[-1] if found else None


def test_a_session_can_be_ended_in_mid_statement(bed):
    with signed_in(bed) as client, signed_in(bed) as other:
        client.send(query("SELECT pg_sleep(67)"))
        mine = [each["id"] for each in sessions(bed)
                if each["client_address"].endswith(str(client.socket.getsockname()[1]))]
        bed.portreeve("session", "kill", mine[0], "--reason", "too costly", operator=True)
        fields = errors(client.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert "operator" in fields["M"]
        assert kinds(other.ask(query("SELECT 1"))) == "TDCZI"
        assert len(sessions(bed)) == 1
    wait_until(lambda: bed.backends() == 0, 10, "the server session to end")
    closed = [each["session_closed"] for each in bed.records()
              if each.get("session_closed", {}).get("session") == mine[0]]
    assert closed[0]["reason"] == "too costly"


def test_a_session_that_is_ended_while_it_opens_is_on_record(make_bed):
    """Its server takes no login until the end."""
    own = make_bed()
    stopped = own.postgres.postmaster_pid()
    os.kill(stopped, signal.SIGSTOP)
    try:
        with Client(("localhost", own.port)) as client:
            client.send(startup("everything", "demo"))
            assert client.receive().type == "R"
            client.send(password(token_of(own)))
            mine = wait_until(lambda: sessions(own), 10, "the session")[0]["id"]
            own.portreeve("session", "kill", mine, "--reason", "lunch", operator=True)
            assert errors(client.rest())[-1]["C"] == "57P01"
    finally:
        os.kill(stopped, signal.SIGCONT)
    wait_until(lambda: last(own, "session_closed"), 5, "its record")
    assert last(own, "session_closed")["session"] == mine
    assert last(own, "session_closed")["reason"] == "lunch"
    assert last(own, "session_opened") is None


def test_a_session_that_is_not_there_cannot_be_ended(bed):
    with pytest.raises(RuntimeError, match="exit 6"):
        bed.portreeve("session", "kill", "s-0000000000000001", operator=True)


@pytest.mark.expects_log("an HTTP request without the operator token")
def test_without_the_operators_token_nothing_is_done(bed):
    with signed_in(bed) as client:
        target = sessions(bed)[0]["id"]
        for token in (None, "", "wrong", token_of(bed)):
            request = urllib.request.Request(
                f"http://localhost:{bed.http_port}/api/v1/sessions/{target}/kill", b"{}")
            if token is not None:
                request.add_header("Authorization", f"Bearer {token}")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=5)
            assert refused.value.code == 401
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"


@pytest.mark.expects_log("a link to the gateway is down", "revoked")
def test_a_revoked_agent_is_cut_off_at_once_and_does_not_come_back(make_bed):
    own = make_bed()
    agent = own.agents()[0]["id"]
    with signed_in(own) as client:
        client.send(query("SELECT pg_sleep(68)"))
        started = time.monotonic()
        own.portreeve("agent", "revoke", agent, "--reason", "lost", operator=True)
        fields = errors(client.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "08006")
        assert time.monotonic() - started < 3
    wait_until(lambda: own.backends() == 0, 10, "the server session to end")
    time.sleep(2)  # Time enough for the agent to dial again.
    assert [each["state"] for each in own.agents()] == ["revoked"]
    with Client(("localhost", own.port)) as client:
        refused = errors(client.login("everything", "demo", own.token()))[0]
        assert refused["C"] == "57P03"
    assert last(own, "agent_revoked")["reason"] == "lost"
    # A new agent with a new token serves again.
    own.agent.stop()
    for stale in (own.folder / "agent").iterdir():
        stale.unlink()
    own.start_agent()
    wait_until(lambda: own.psql("SELECT 1").stdout == "1\n", 10, "the new agent to serve")


@pytest.mark.expects_log("a link to the gateway is down")
def test_a_gateway_that_is_told_to_stop_lets_statements_finish_but_nobody_in(make_bed):
    own = make_bed(gateway_settings="limits: { drain_timeout: 6s }")
    assert ready(own) == 200
    with signed_in(own) as finishing, signed_in(own) as endless:
        finishing.send(query("SELECT pg_sleep(1.5), 'done'"))
        endless.send(query("SELECT pg_sleep(69)"))
        own.gateway.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not accepts(own.port), 3, "the gateway to take no more clients")
        assert ready(own) == 503
        assert rows(finishing.answers()) == [["", "done"]]
        finishing.send(b"X\0\0\0\4")
        fields = errors(endless.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "57P01")
        assert fields["M"] == "terminating connection: the gateway stops"
    assert own.gateway.process.wait(10) == 0
    assert "gateway_stopped" in own.records()[-1]
    wait_until(lambda: own.backends() == 0, 10, "the server sessions to end")


@pytest.mark.expects_log("a link to the gateway is down")
def test_a_second_signal_does_not_wait(make_bed):
    own = make_bed(gateway_settings="limits: { drain_timeout: 60s }")
    with signed_in(own) as client:
        own.gateway.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not accepts(own.port), 3, "the gateway to take no more clients")
        own.gateway.process.send_signal(signal.SIGTERM)
        assert errors(client.rest())[-1]["C"] == "57P01"
    assert own.gateway.process.wait(10) == 0


def test_an_agent_that_is_told_to_stop_gets_no_new_sessions(make_bed):
    own = make_bed()
    with signed_in(own) as client:
        own.agent.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "the agent drains" in own.agent.log(), 5, "the agent to drain")
        assert rows(client.ask(query("SELECT pg_sleep(0.5), 'done'"))) == [["", "done"]]
        heard = own.psql("SELECT 1")
        assert heard.returncode == 2 and "no agent serves" in heard.stderr
    assert own.agent.process.wait(10) == 0
