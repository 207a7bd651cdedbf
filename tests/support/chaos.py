"""A TCP gate to stand between two processes: it can stall, slice, corrupt and cut what passes.

Listens on `port` and dials `target_port` for each connection; both on loopback.
"""

import contextlib
import socket
import threading

PIECE_BYTES = 65536


class _Pair:
    """One connection and its continuation."""

    def __init__(self, gate, near, far):
        self.gate, self.near, self.far = gate, near, far
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                self.gate.open.wait()
                piece = self.gate.maybe_corrupted(piece, towards_target=sink is self.far)
                step = self.gate.slice_bytes or len(piece)
                for at in range(0, len(piece), step):
                    sink.sendall(piece[at:at + step])
                self.gate.passed_bytes += len(piece)
        # The end of one direction is passed on; what still flows the other way is not harmed.
        for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
            with contextlib.suppress(OSError):
                end.shutdown(how)

    def cut(self):
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Gate:
    def __init__(self, target_port=0):
        self.target_port = target_port
        self.slice_bytes = 0    # Greater than 0: nothing passes in larger pieces.
        self.passed_bytes = 0
        self.open = threading.Event()
        self.open.set()
        self._corrupt_next = None
        self._pairs = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self.open.wait()
                try:
                    far = socket.create_connection(("127.0.0.1", self.target_port), 5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._pairs.append(_Pair(self, near, far))

    def maybe_corrupted(self, piece, towards_target):
        if self._corrupt_next != towards_target:
            return piece
        self._corrupt_next = None
        middle = len(piece) // 2
        return piece[:middle] + bytes([piece[middle] ^ 0x20]) + piece[middle + 1:]

    def stall(self):
        """Nothing passes any more, and nothing new comes about; no connection ends."""
        self.open.clear()

    def resume(self):
        self.open.set()

    def corrupt(self, towards_target):
        """One bit of the next piece that passes in this direction."""
        self._corrupt_next = towards_target

    def cut(self):
        """Ends what there is; new connections are let through."""
        for pair in self._pairs:
            pair.cut()
        self._pairs.clear()

    def close(self):
        self._listening.close()
        self.cut()
        self.resume()
