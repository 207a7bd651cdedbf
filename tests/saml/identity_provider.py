"""A real identity provider and a browser without a screen, for the tests of this folder."""

import html.parser
import http.cookiejar
import json
import os
import pathlib
import subprocess
import urllib.parse
import urllib.request

from processes import free_port, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "asan" / "tests" / "saml_sp"
INSTALLED = pathlib.Path("/usr/share/simplesamlphp")
ENTITY_ID = "https://gw.example.com/saml"
ACS_URL = "https://gw.example.com/saml/acs"

CONFIG = """<?php
$config = [
  'baseurlpath' => '{base}/', 'timezone' => 'UTC',
  'certdir' => '{folder}/', 'metadatadir' => '{folder}/metadata/',
  'loggingdir' => '{folder}/', 'datadir' => '{folder}/', 'tempdir' => '{folder}/tmp',
  'logging.handler' => 'file', 'logging.level' => SimpleSAML\\Logger::INFO,
  'secretsalt' => 'of this test alone', 'auth.adminpassword' => 'of this test alone',
  'technicalcontact_name' => 'nobody', 'technicalcontact_email' => 'nobody@example.com',
  'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true],
  'session.cookie.secure' => false, 'session.cookie.samesite' => null,
  'session.phpsession.savepath' => '{folder}/tmp', 'store.type' => 'phpsession',
  'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => '{folder}/sp.xml']],
];
"""
PEOPLE = """<?php
$config = ['people' => ['exampleauth:UserPass',
  'ana:correct horse' => ['uid' => ['ana@example.com'], 'groups' => ['sre', 'data-eu'],
                          'department' => ['payments & cards']],
]];
"""
HOSTED = """<?php
$metadata['{base}/idp'] = [
  'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt',
  'auth' => 'people', 'validate.authnrequest' => true,
  'SingleSignOnServiceBinding' => ['urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
                                   'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'],
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  'authproc' => [20 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid',
    'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress']],
  {options}
];
"""


class Page(html.parser.HTMLParser):
    """The first form of a page: where it goes, and its hidden fields."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attrs.get("action", "")
        if tag == "input" and attrs.get("type") == "hidden" and attrs.get("name"):
            self.fields[attrs["name"]] = attrs.get("value", "")


class Browser:
    """Keeps cookies and follows redirects; each visit says what the page's form wants."""

    def __init__(self):
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def visit(self, url, fields=None):
        body = None if fields is None else urllib.parse.urlencode(fields).encode()
        with self.opener.open(url, body, timeout=30) as answer:
            self.url, text = answer.url, answer.read().decode()
        page = Page(text)
        page.action = urllib.parse.urljoin(self.url, page.action or "")
        return page


class IdentityProvider:
    def __init__(self, folder):
        self.folder = folder
        port = free_port()
        self.base = f"http://127.0.0.1:{port}/simplesaml"
        for name in ("metadata", "www", "tmp"):
            (folder / name).mkdir()
        (folder / "www" / "simplesaml").symlink_to(INSTALLED / "www")
        (folder / "config.php").write_text(CONFIG.format(base=self.base, folder=folder))
        (folder / "authsources.php").write_text(PEOPLE)
        self.own_metadata = self.run("metadata")
        self.set_options("")
        self.output = (folder / "php.log").open("w")
        self.process = subprocess.Popen(
            ["php", "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", "-t", folder / "www"],
            env={**os.environ, "SIMPLESAMLPHP_CONFIG_DIR": str(folder)},
            stdout=self.output, stderr=self.output)
        wait_until(self._has_metadata, 20, "the identity provider's metadata")

    def _has_metadata(self):
        try:
            url = f"{self.base}/saml2/idp/metadata.php"
            with urllib.request.urlopen(url, timeout=10) as answer:
                (self.folder / "idp.xml").write_bytes(answer.read())
            return True
        except OSError:
            return False

    def set_options(self, options, sign_assertions=True):
        """PHP lines for this provider's own description; all is read again for each request."""
        # What a service provider wants outweighs what is set at the identity provider.
        wanted = str(sign_assertions).lower()
        (self.folder / "sp.xml").write_text(self.own_metadata.replace(
            'WantAssertionsSigned="true"', f'WantAssertionsSigned="{wanted}"'))
        (self.folder / "metadata" / "saml20-idp-hosted.php").write_text(
            HOSTED.format(base=self.base, options=options))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.output.close()

    def run(self, command, request_id="_request1", text=""):
        """What the service provider under test makes of it."""
        words = [PROGRAM, command, ENTITY_ID, ACS_URL, self.folder, request_id]
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, command, request_id="_request1", text=""):
        return json.loads(self.run(command, request_id, text))

    def log_in(self, browser, page):
        """From the login page to the form that goes back to the service provider."""
        return browser.visit(page.action or browser.url,
                             {**page.fields, "username": "ana", "password": "correct horse"})

    def sign_in(self, command="redirect", request_id="_request1"):
        request, browser = self.ask(command, request_id), Browser()
        fields = None if command == "redirect" else request
        return self.log_in(browser, browser.visit(request["url"], fields))
