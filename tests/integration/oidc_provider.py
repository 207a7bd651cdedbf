"""A real OpenID provider on loopback, with clients that sign in for themselves."""

import json
import ssl
import urllib.parse
import urllib.request

from testbed import ROOT, Program, accepts, free_port, make_certificate, wait_until

SCRIPT = ROOT / "tests" / "integration" / "node" / "provider.mjs"


class Provider:
    def __init__(self, folder, name="provider", start=True):
        self.folder, self.name = folder, name
        self.port = free_port()
        self.issuer = f"https://localhost:{self.port}"
        self.certificate, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        make_certificate(self.key, self.certificate)
        self.keys = folder / f"{name}.keys.json"
        self.program = None
        if start:
            self.start()

    def start(self):
        self.program = Program(self.name, ["node", SCRIPT, self.port, self.certificate, self.key,
                                           self.keys], self.folder)
        wait_until(lambda: accepts(self.port), what="the OpenID provider")

    def stop(self):
        if self.program is not None:
            self.program.process.kill()
            self.program.process.wait()
            self.program = None

    def rotate(self):
        """The keys that were there are gone, and others sign."""
        self.stop()
        self.keys.unlink()
        self.start()

    def configuration(self, more=""):
        """An item of gateway.yaml's `issuers`."""
        return (f"  - {{ name: {self.name}, issuer: '{self.issuer}', audience: [portreeve],\n"
                f"      algorithms: [RS256, ES256, EdDSA], ca_file: {self.certificate}{more} }}\n")

    def token(self, client="migrator", audience="portreeve"):
        form = urllib.parse.urlencode({
            "grant_type": "client_credentials", "client_id": client,
            "client_secret": f"the secret of {client}", "resource": f"urn:{audience}"})
        trusting = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(f"{self.issuer}/token", form.encode(),
                                    context=trusting) as answer:
            return json.load(answer)["access_token"]

    def requests(self, path):
        return self.program.log().count(path)
