"""node's pg: it prints the same through Portreeve as at the server."""

import pathlib

from ways import TLS, differences

BED = TLS

CLIENT = pathlib.Path(__file__).parent / "node" / "client.mjs"


def test_node_prints_the_same(ways):
    # Many queries at once on one connection is a use that node's pg is going to give up.
    direct, ours = (way.run("node", "--no-deprecation", CLIENT) for way in ways)
    assert direct.returncode == 0, direct.stderr
    assert 'timeout: {"code":"57014"' in direct.stdout and "pooled: 1225" in direct.stdout
    assert differences(direct, ours) == ""
