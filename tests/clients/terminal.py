"""A program at a terminal of its own, as a person has it before them."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time

CTRL_C = "\x03"


class Terminal:
    """What is typed is echoed, so it stands in what is read."""

    def __init__(self, *command, environment):
        self.descriptor, theirs = pty.openpty()
        self.read = ""

        def take_terminal():
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=take_terminal, env=environment | {"TERM": "dumb"})
        os.close(theirs)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.descriptor)

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def expect(self, pattern, timeout_s=20):
        """Reads on until the pattern is there; returns all that came up to its end."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = re.search(pattern, self.read)
            if found:
                passed, self.read = self.read[:found.end()], self.read[found.end():]
                return passed
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self.descriptor], [], [], left)[0]:
                raise TimeoutError(f"{pattern!r} did not come; there is {self.read!r}")
            try:
                self.read += os.read(self.descriptor, 65536).decode()
            except OSError as error:
                raise EOFError(f"{pattern!r} did not come; there is {self.read!r}") from error

    def ask(self, line, pattern):
        self.type(line + "\n")
        return self.expect(pattern)

    def end(self, line, timeout_s=20):
        self.type(line + "\n")
        return self.process.wait(timeout_s)
