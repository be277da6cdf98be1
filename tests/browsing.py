"""A real browser for tests of pages: headless Chromium, driven by playwright, and pages served on loopback.

`.ci/run` installs Chromium; without it the tests are skipped, and fail where CI=true.
"""

import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from podcast.preview import make_preview_server

REPOSITORY = Path(__file__).parents[1]
NODE = REPOSITORY / "build" / "node" / "node_modules"
"""Where `.ci/run` puts packages of npm."""

_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def missing(what: str) -> None:
    """Skip the test that needs what is not here; fail it in CI."""
    reason = f"there is no {what}; .ci/run installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


_RUNNING: list[Browser] = []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process, however many modules import this."""
    if _RUNNING:
        yield _RUNNING[0]
        return
    program = shutil.which("chromium")
    if program is None:
        missing("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        _RUNNING.append(opened)
        yield opened
        _RUNNING.clear()
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


def node_file(package: str, name: str) -> Path:
    """Return a file of a package of npm in the very version the tests name."""
    wanted = json.loads((REPOSITORY / "tests/clients/node/package.json").read_text("utf-8"))["dependencies"][package]
    manifest = NODE / package / "package.json"
    there = json.loads(manifest.read_text("utf-8"))["version"] if manifest.exists() else "nothing"
    if there != wanted:
        missing(f"{package} {wanted} (but {there}) in build/node")
    return NODE / package / name


def axe_findings(page: Page) -> list[str]:
    """Return what axe-core finds on a page as it stands, best practices included: rule, and where."""
    # isolated: the policy of the page keeps out every script that is not its own
    page.evaluate(node_file("axe-core", "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    violations = cast("list[Mapping[str, object]]", found["violations"])
    return [
        f"{each['id']}: {[node['html'] for node in cast('list[Mapping[str, object]]', each['nodes'])]}"
        for each in violations
    ]
