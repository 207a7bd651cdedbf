"""The testbed itself: what it starts does not outlive it."""

import pytest

import testbed


def test_a_testbed_that_cannot_be_made_leaves_nothing_running(monkeypatch, tmp_path):
    servers = []

    class Kept(testbed.Postgres):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **settings)
            servers.append(self)

    monkeypatch.setattr(testbed, "Postgres", Kept)
    monkeypatch.setattr(testbed, "BUILD", tmp_path)
    with pytest.raises(FileNotFoundError):
        testbed.Testbed()
    assert len(servers) == 1
    assert not testbed.accepts(servers[0].port)
    assert not servers[0].data.exists()
