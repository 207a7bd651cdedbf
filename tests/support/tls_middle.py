"""Somebody between an agent and its server who ends TLS on both sides with a certificate of theirs.

The agent trusts that certificate (a stolen key, a careless CA): only channel binding is left.
"""

import contextlib
import socket
import ssl
import struct
import subprocess
import threading

SSL_REQUEST = struct.pack("!II", 8, 80877103)
OFFER = b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"


class TlsMiddle:
    """`hides_binding`: takes SCRAM-SHA-256-PLUS out of what the server offers."""

    def __init__(self, folder, target_port, hides_binding):
        self.target_port, self.hides_binding = target_port, hides_binding
        self.certificate, key = folder / "middle.crt", folder / "middle.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        self._near = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._near.load_cert_chain(self.certificate, key)
        self._far = ssl._create_unverified_context()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.passed = 0  # Connections in which both sides had TLS.
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        with contextlib.suppress(OSError, AssertionError):
            assert near.recv(8) == SSL_REQUEST
            near.sendall(b"S")
            near = self._near.wrap_socket(near, server_side=True)
            far = socket.create_connection(("127.0.0.1", self.target_port))
            far.sendall(SSL_REQUEST)
            assert far.recv(1) == b"S"
            far = self._far.wrap_socket(far)
            self.passed += 1
            threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
            self._pump(far, near)

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if self.hides_binding and OFFER in piece:
                    rest = OFFER.partition(b"\0")[2]
                    piece = b"R" + struct.pack("!II", 8 + len(rest), 10) + rest
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listening.close()
