"""Every command in the documents is run as it stands there, or has its reason why it is not."""

import json
import os
import re
import subprocess


from world import BIN, ROOT, World

# Where a command of this kind stands, and why it is not run here.
NOT_RUN = {
    r"git clone .*": "the address is the reader's",
    r"deploy/quickstart": "installs and compiles; tests/e2e/test_quickstart.py has all its steps",
    r"tests/run": "would run itself",
    r"cmake --preset release .*|\(cd build/release && cpack .*": "tests/deploy/debs does it",
    r"apt install .*": "changes the machine; tests/deploy/debs unpacks the packages",
    r"install -.*": "needs the user of the package",
    r"systemctl .*": "needs systemd as the first process",
    r"portreeve-(gateway|agent) --config \S+ --check": "tests/docs checks every example so",
    r"cd deploy/compose|docker .*|.*docker compose .*|PGPASSWORD=\$token .*": "needs docker",
    r"export PORTREEVE_ISSUER=.*|portreeve login .*|.*\$\(portreeve token\).*|curl -s \S+/token .*":
        "needs an OpenID provider; tests/integration/test_login.py and test_oidc.py have one",
    r"portreeve audit tail --json \| jq .*": "needs sign-ins that failed",
}


def commands():
    """(document, command), with continued lines joined and comments taken off."""
    patterns = ("*.md", "docs/**/*.md", "deploy/**/*.md")
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        for block in re.finditer(r"^ *```sh\n(.*?)^ *```", path.read_text(), re.M | re.S):
            for line in re.sub(r"\\\n\s*", "", block.group(1)).splitlines():
                line = re.sub(r"\s+#.*", "", line).strip()
                if line:
                    yield str(path.relative_to(ROOT)), line


ALL = list(commands())


class Reader:
    """Follows the documents at a world that runs in the default folder."""

    def __init__(self, world, environment):
        self.world = world
        self.environment = environment

    def shell(self, command, within_s=60):
        """The command as it stands, but for where things are installed."""
        command = re.sub(r"^(build/release/bin/)?portreeve ", f"{BIN}/portreeve ", command)
        command = command.replace("$(build/release/bin/", f"$({BIN}/")
        command = command.replace("/etc/portreeve/", f"{self.world.folder}/")
        return subprocess.run(["timeout", str(within_s), "bash", "-c", command], check=False,
                              capture_output=True, text=True, env=self.environment,
                              cwd=self.world.folder)

    def reads_files(self, command):
        return self.runs(command.replace("docs/examples/", f"{ROOT}/docs/examples/"))

    def runs(self, command):
        done = self.shell(command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def starts(self, _):
        assert self.world.process.poll() is None

    def exports(self, command):
        self.environment["PGPASSWORD"] = self.runs(command + "; echo $PGPASSWORD").strip()

    def connects(self, command):
        # The world may have been given another port than the document's.
        def portless(line):
            return re.sub(r"port=\d+", "port", line)

        printed = f'psql "{self.world.target()}"'
        assert portless(printed) == portless(command)
        done = self.shell(printed + " -X -Atc 'SELECT count(*) FROM customers'")
        assert done.stdout == "1000\n", done.stderr
        assert "ERROR:  tables are changed by their owners: ask a dba" in self.shell(
            printed + " -Xc 'DROP TABLE customers'").stderr

    def follows(self, command):
        done = self.shell(command, within_s=2)
        assert done.returncode in (0, 124), done.stderr
        assert [json.loads(line) for line in done.stdout.splitlines()]

    def ends_a_session(self, command):
        # The grant reads; a call of pg_sleep would take more than that.
        endless = "SELECT max(i) FROM (SELECT generate_series(1, 100000000000) AS i) s"
        waiting = subprocess.Popen(["psql", "-X", self.world.target(), "-c", endless],
                                   env=self.environment, stderr=subprocess.PIPE, text=True)
        listed = f"{BIN}/portreeve session ls"
        found = self.runs(f"until {listed} | grep ' ana '; do sleep 0.1; done")
        self.runs(command.replace("SESSION", re.search(r"s-[0-9a-f]+", found).group()))
        assert "due to an operator's command" in waiting.communicate(timeout=20)[1]

    def revokes(self, command):
        listed = self.runs(f"{BIN}/portreeve agent ls --json")
        agent = json.loads(listed)["agents"][0]
        self.runs(command.replace("AGENT", agent["id"]))


RUN = {
    r"build/release/bin/portreeve dev": Reader.starts,
    r"export PGPASSWORD=.*": Reader.exports,
    r"psql .*": Reader.connects,
    r"\S*portreeve audit tail --follow .*": Reader.follows,
    r"\S*portreeve session kill SESSION": Reader.ends_a_session,
    r"portreeve agent revoke AGENT .*": Reader.revokes,
    r"portreeve (policy (check|test|explain)|can) docs/examples/.*": Reader.reads_files,
    r"\S*portreeve (audit tail|session ls|agent ls|agent token create .*)( --config \S+)?( > \S+)?":
        Reader.runs,
}


def kind(patterns, command):
    return [pattern for pattern in patterns if re.fullmatch(pattern, command)]


def test_every_command_is_run_or_has_its_reason():
    unclear = [each for each in ALL if len(kind([*RUN, *NOT_RUN], each[1])) != 1]
    assert unclear == []
    unused = [pattern for pattern in [*RUN, *NOT_RUN]
              if not any(re.fullmatch(pattern, command) for _, command in ALL)]
    assert unused == []


def test_the_commands_do_what_the_documents_say(folder, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(folder.parent))
    world = World(folder.parent / "portreeve-dev", by_default=True)
    try:
        reader = Reader(world, os.environ.copy())
        # What takes the agent away comes last.
        todo = sorted((command for _, command in ALL if kind(RUN, command)),
                      key=lambda command: "revoke" in command)
        for command in todo:
            RUN[kind(RUN, command)[0]](reader, command)
    finally:
        world.stop()
