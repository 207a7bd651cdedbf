"""The files under check, and what a rule says about them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = (".h", ".cc", ".c")


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    advice: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


class Tree:
    """A root folder and the text files in it, by path relative to the root."""

    def __init__(self, root, paths):
        self.root = Path(root)
        self.paths = sorted(paths)
        self._texts = {}

    @classmethod
    def of_git(cls, root):
        """What git tracks or would add: nothing that is ignored."""
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode().split("\0")
        return cls(root, [path for path in listed if path and (Path(root) / path).is_file()])

    def text(self, path):
        """The file's text; empty for a file that is not UTF-8 (a fuzz seed, say)."""
        if path not in self._texts:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self._texts[path] = ""
        return self._texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def having(self, *suffixes, under=""):
        return [path for path in self.paths if path.endswith(suffixes) and path.startswith(under)]

    def scripts(self):
        """Programs that name their interpreter and have no suffix, such as tests/run."""
        return [path for path in self.paths
                if "." not in path.rpartition("/")[2] and self.text(path).startswith("#!")]

    def sources(self, under=""):
        return self.having(*SOURCE, under=under)

    def modules(self):
        """Folders of common/, gateway/ and agent/ that hold source, as "common/wire"."""
        found = set()
        for path in self.sources():
            parts = path.split("/")
            if parts[0] in ("common", "gateway", "agent") and len(parts) > 2:
                found.add("/".join(parts[:2]))
        return sorted(found)

    def exists(self, path):
        return os.path.exists(self.root / path)
