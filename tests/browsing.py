"""A real browser for tests: headless Chromium, driven by playwright, and pages served on loopback."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from podcast.preview import make_preview_server

_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process; they are skipped where there is none, and fail where CI=true."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium must be installed in CI")
        pytest.skip("chromium is not on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        yield opened
        opened.close()


@contextmanager
def served(root: Path, public_url: str) -> Iterator[str]:
    """Serve a published folder as `folge serve` does; yields its address, which ends with a slash."""
    server = make_preview_server(root, public_url, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
