"""gPodder's command line, `gpo` of Debian's package gpodder (3.11): a podcast app that needs no screen.

It is a Python program that runs with the system's own interpreter (`#!/usr/bin/python3`), so nothing of our
environment may reach it (PYTHONPATH, VIRTUAL_ENV); GPODDER_HOME holds its database, settings and downloads. It needs
neither D-Bus nor a display, asks gpodder.net nothing unless told to, and fetches with requests, which obeys
`no_proxy`. It answers 0 whatever happens, so what it did is judged by the files it leaves.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.clients.shows import called, loopback_only


class Gpodder:
    """One listener with an empty home."""

    def __init__(self, home: Path) -> None:
        program = shutil.which("gpo")
        if program is None:
            reason = "there is no gpo; it comes with Debian's package gpodder"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        self.program = program
        self.home = home
        self.folder = home / "gpodder"

    def __call__(self, *arguments: str) -> str:
        environment = loopback_only(self.home, GPODDER_HOME=str(self.folder))
        return called([self.program, *arguments], environment, self.home)

    def downloads(self) -> list[bytes]:
        """The files below its folder of downloads, sorted; a broken one, `….partial`, would be among them."""
        return sorted(path.read_bytes() for path in (self.folder / "Downloads").rglob("*") if path.is_file())
