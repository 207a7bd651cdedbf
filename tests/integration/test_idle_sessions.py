"""What idle sessions cost: as little as was promised."""

import contextlib

import pytest

from wire import kinds, query, signed_in

WARM_UP = 100
SERVER = {"postgres_settings": ("max_connections=1150", "shared_buffers=16MB")}


def open_some(bed, stack, count):
    clients = [stack.enter_context(signed_in(bed)) for _ in range(count)]
    for client in clients:
        assert kinds(client.ask(query("SELECT 1"))) == "TDCZI"
    return clients


def resident_kib(bed):
    return {each.name: each.status("VmRSS") for each in (bed.gateway, bed.agent)}


@pytest.mark.parametrize("client_tls, sessions, gateway_kib, agent_kib", [
    (False, 1000, 8, 8), (True, 400, 64, 8)], ids=["clear", "tls"])
def test_idle_sessions_are_cheap(make_bed, client_tls, sessions, gateway_kib, agent_kib):
    bed = make_bed(client_tls=client_tls, **SERVER)
    with contextlib.ExitStack() as warming:
        open_some(bed, warming, WARM_UP)
    before = resident_kib(bed)
    with contextlib.ExitStack() as stack:
        clients = open_some(bed, stack, sessions)
        after = resident_kib(bed)
        each = {name: (after[name] - before[name]) / sessions for name in before}
        assert each["gateway"] <= gateway_kib and each["agent"] <= agent_kib, each
        # They are all alive.
        assert all(kinds(client.ask(query("SELECT 1"))) == "TDCZI" for client in clients)
