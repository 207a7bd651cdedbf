"""An issuer over HTTPS, good or hostile by the first part of the path.

issuer_server.py FOLDER: writes server.crt and other.crt (a stranger's) to the folder, and its port
to standard output. What it serves as keys and as UserInfo is read from keys.json and userinfo.json
of the folder at each request; each request leaves a line in requests.log.
"""

import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import time

FOLDER = pathlib.Path(sys.argv[1])
SLOW_S = 30


def make_certificate(name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", FOLDER / f"{name}.key", "-out",
         FOLDER / f"{name}.crt"], check=True, stderr=subprocess.DEVNULL)


def metadata(issuer, **changes):
    document = {"issuer": issuer, "jwks_uri": f"{issuer}/keys",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "authorization_endpoint": f"{issuer}/auth"}
    return json.dumps(document | changes)


class Issuer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self):
        with (FOLDER / "requests.log").open("a") as log:
            log.write(f"{self.path} {self.headers.get('Authorization', '-')}\n")
        _, kind, *rest = self.path.split("/")
        issuer = f"https://localhost:{self.server.server_address[1]}/{kind}"
        if (FOLDER / "down").exists():
            return self.answer("", 503)
        if rest == ["keys"]:
            return self.keys(kind)
        if rest == ["userinfo"]:
            status = 401 if kind == "denying" else 200
            return self.answer((FOLDER / "userinfo.json").read_text(), status)
        return self.metadata(kind, issuer)

    def keys(self, kind):
        if kind == "oversize-keys":
            return self.answer('{"keys": [' + " " * 300_000 + "]}")
        if kind == "redirected-keys":
            return self.answer("", 302, Location="/good/keys")
        if kind == "text-keys":
            return self.answer("keys: []")
        return self.answer((FOLDER / "keys.json").read_text())

    def metadata(self, kind, issuer):
        whole = metadata(issuer)
        if kind == "slow":
            time.sleep(SLOW_S)
        if kind == "trickle":
            self.send_response(200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            for letter in whole:
                self.wfile.write(letter.encode())
                self.wfile.flush()
                time.sleep(0.1)
            return
        if kind == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b" " * 65_536)
        if kind == "headers":
            return self.answer(whole, **{f"X-{i}": "x" * 8_000 for i in range(20)})
        if kind == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(whole) + 1))
            self.end_headers()
            self.wfile.write(whole.encode())
            self.close_connection = True
            return
        bodies = {
            "wrong-issuer": metadata(issuer + "/"),
            "no-issuer": metadata(None),
            "no-keys-uri": json.dumps({"issuer": issuer}),
            "http-keys": metadata(issuer, jwks_uri="http://localhost:1/keys"),
            "file-keys": metadata(issuer, jwks_uri="file:///etc/passwd"),
            "not-json": "<html>Sign in</html>",
            "deep": '{"a":' + "[" * 100 + "]" * 100 + "," + whole[1:],
            "twice": whole[:-1] + f', "issuer": "{issuer}"}}',
            "oversize": whole[:-1] + " " * 200_000 + "}",
        }
        if kind == "redirect":
            return self.answer("", 301, Location="/good/.well-known/openid-configuration")
        if kind == "missing":
            return self.answer("no such page", 404)
        return self.answer(bodies.get(kind, whole))


def main():
    make_certificate("server")
    make_certificate("other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "server.crt", FOLDER / "server.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    # In the connection's own thread, or one that says nothing would keep the others out.
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    server.handle_error = lambda *_: None
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
