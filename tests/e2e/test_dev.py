"""`portreeve dev`, as a person starts and ends it: a real PostgreSQL, gateway, agent and issuer."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from world import PORTREEVE, World, gone_within, portreeve, processes_of


def test_the_tour_shows_an_answer_a_refusal_and_the_record_of_both(folder):
    for _ in range(2):
        done = portreeve("dev", "--tour", "--dir", folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert processes_of(folder) == []
        assert re.search(r"DE +\| +200", done.stdout)
        assert re.search(r"ERROR: .*\n.*DETAIL: .*grants/analyst-read.*\n.*HINT: ", done.stdout)
        assert "the table is there, with 1000 rows" in done.stdout
        assert re.search(r'statement .*sql="SELECT country.* decision=ALLOW', done.stdout)
        assert re.search(r'statement .*sql="DROP TABLE customers".* decision=REFUSE', done.stdout)


def test_it_keeps_running_and_its_lines_can_be_followed(folder):
    world = World(folder)
    try:
        assert world.psql("SELECT count(*) FROM customers").stdout == "1000\n"
        write = "UPDATE customers SET name = 'x' WHERE id = 1"
        assert "refused" in world.psql(write).stderr
        assert world.psql(write, "wim", "app-shop").returncode == 0
        assert world.psql("CREATE TABLE t (i int); DROP TABLE t", "dora", "dba").returncode == 0
        assert "connected" in world.ask("agent", "ls").stdout
        assert world.ask("session", "ls").returncode == 0
        assert "UPDATE customers" in world.ask("audit", "tail").stdout
    finally:
        assert world.stop() == 0
    assert gone_within(folder, 5) == []


def test_a_second_start_goes_on_with_the_same_state(folder):
    first = World(folder)
    first.psql("INSERT INTO customers VALUES (2000, 'n', 'e', 'DE')", "wim", "app-x")
    first.stop(signal.SIGINT)
    second = World(folder)
    try:
        assert second.target() == first.target()
        assert second.psql("SELECT count(*) FROM customers WHERE id = 2000").stdout == "1\n"
        agents = second.ask("agent", "ls").stdout
        assert agents.count("connected") == 1 and "offline" not in agents
    finally:
        second.stop()


def test_a_second_one_in_the_same_folder_says_that_it_runs_already(folder):
    world = World(folder)
    try:
        other = portreeve("dev", "--dir", folder)
        assert other.returncode == 1
        assert f"process {world.process.pid}" in other.stderr and "--dir" in other.stderr
        assert world.psql("SELECT 1").stdout == "1\n"
    finally:
        world.stop()


def test_a_taken_port_is_passed_over(folder):
    world = World(folder)
    world.stop()
    port = int(re.search(r"port=(\d+)", world.said).group(1))
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        moved = World(folder)
    try:
        assert f"port={port} " not in moved.said
        assert moved.psql("SELECT 1").stdout == "1\n"
    finally:
        moved.stop()


def test_nothing_outlives_one_that_was_killed_and_the_next_start_works(folder):
    world = World(folder)
    world.stop(signal.SIGKILL)
    assert gone_within(folder, 15) == []
    world = World(folder)
    assert world.psql("SELECT count(*) FROM customers").stdout == "1000\n"
    world.stop()


@pytest.mark.parametrize("after_s", [0.3, 0.7, 1.5])
def test_a_start_that_was_killed_half_way_is_made_good_by_the_next(folder, after_s):
    process = subprocess.Popen([str(PORTREEVE), "dev", "--dir", str(folder)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    time.sleep(after_s)
    process.kill()
    process.wait()
    done = portreeve("dev", "--tour", "--dir", folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_start_that_is_asked_to_stop_stops(folder):
    process = subprocess.Popen([str(PORTREEVE), "dev", "--dir", str(folder)],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "stopped before everything was started" in said


def test_an_open_session_is_told_when_it_ends(folder):
    world = World(folder)
    token = portreeve("dev", "token", "--dir", folder / "issuer", "--sub", "dora", "--groups",
                      "dba").stdout.strip()
    sleeper = subprocess.Popen(
        ["psql", "-X", "-d", world.target(), "-c", "SELECT pg_sleep(60)"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=os.environ | {"PGPASSWORD": token})
    deadline = time.monotonic() + 10
    while "dora" not in world.ask("session", "ls").stdout and time.monotonic() < deadline:
        time.sleep(0.1)
    started = time.monotonic()
    assert world.stop() == 0
    assert time.monotonic() - started < 12
    _, heard = sleeper.communicate(timeout=10)
    assert "FATAL" in heard


def test_a_changed_policy_is_read_on_sighup(folder):
    world = World(folder)
    try:
        policy = folder / "policy.yaml"
        policy.write_text(policy.read_text().replace("data-*", "readers"))
        world.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while world.psql("SELECT 1").returncode == 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert world.psql("SELECT 1").returncode == 2
        assert world.psql("SELECT 1", groups="readers").stdout == "1\n"
    finally:
        world.stop()


def test_a_program_that_ends_by_itself_ends_it_all_with_its_log(folder):
    world = World(folder)
    gateway = next(int(entry.parent.name) for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                   if b"portreeve-gateway" in entry.read_bytes()
                   and str(folder).encode() in entry.read_bytes())
    os.kill(gateway, signal.SIGKILL)
    assert world.process.wait(30) == 1
    said = world.process.stdout.read()
    assert "the gateway has ended" in said and "gateway.log" in said
