"""Agents beside the testbed's own: with connections, folders and join tokens of their choice."""

import json
import pathlib

from testbed import BUILD, Program, wait_until


def join_token(bed, name="test-agent", *arguments):
    created = bed.portreeve("agent", "token", "create", "--name", name, "--json", *arguments,
                            operator=True)
    return json.loads(created)["token"]


def write_secret(path, text):
    path = pathlib.Path(path)
    path.write_text(text)
    path.chmod(0o600)
    return path


def connection(bed, name="demo", host="127.0.0.1", port=None, tls="{ mode: disable }",
               credential=None):
    """An entry of `connections`, by default the bed's server with its superuser."""
    if credential is None:
        secret = write_secret(bed.folder / "server.password", bed.postgres.password)
        credential = f"{{ user: postgres, password: {{ from_file: {secret} }} }}"
    return (f"  - {{ name: {name}, labels: {{ env: test }}, host: {host}, "
            f"port: {port or bed.postgres.port}, database: postgres, tls: {tls}, "
            f"credential: {credential} }}\n")


def run_agent(bed, *connections, name="agent", token=None, gateway_port=None, joins=True):
    """Starts an agent; with `joins`, waits until it serves its connections."""
    secret = write_secret(bed.folder / f"{name}.token", token or join_token(bed, name))
    config = bed.folder / f"{name}.yaml"
    config.write_text(f"""\
gateways: [ "localhost:{gateway_port or bed.link_port}" ]
ca_file: {bed.state}/ca.crt
join_token: {{ from_file: {secret} }}
state_dir: {bed.folder}/{name}-state
connections:
{"".join(connections)}""")
    before = connected(bed)
    program = Program(name, [BUILD / "bin" / "portreeve-agent", "--config", config], bed.folder)
    if joins:
        wait_until(lambda: connected(bed) > before, what=f"{name} to join")
    return program


def connected(bed):
    """How many agents are there."""
    return sum(each["state"] == "connected" for each in bed.agents())
