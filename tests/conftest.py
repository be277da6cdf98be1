"""Servers the tests talk to: started when the first test asks, ended with the session, on loopback only."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.browsing import browser as browser
from tests.servers.rgw import rgw_server
from tests.servers.running import NotStartedError, S3Server
from tests.servers.seaweed import seaweed_server

_SERVERS = ("seaweed", "rgw", "browser")
_HALVES = ("seaweed",)
"""Servers whose tests take so long that two workers share them, each with a server of its own."""

_LONGEST_ID = 60


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call large parameters by their size: with megabytes in it, a name takes longer to tell than the test to run."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > _LONGEST_ID else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send all tests of a server to one worker, which then starts it once, or half of the modules to each of two."""
    for name in _SERVERS:
        asking = [item for item in items if name in getattr(item, "fixturenames", ())]
        modules = sorted({item.path for item in asking})
        for item in asking:
            half = f" {modules.index(item.path) % 2}" if name in _HALVES else ""
            item.add_marker(pytest.mark.xdist_group(f"{name}{half}"))


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """Spare the tests the wait for the disk: it matters only to who loses power, and took a third of their time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def _serve(
    start: Callable[[Path], AbstractContextManager[S3Server]], factory: pytest.TempPathFactory, name: str
) -> Iterator[S3Server]:
    try:
        with start(factory.mktemp(name)) as server:
            yield server
    except NotStartedError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A SeaweedFS server; the test is skipped where it cannot be had, and fails where CI=true."""
    yield from _serve(seaweed_server, tmp_path_factory, "seaweed")


@pytest.fixture(scope="session")
def rgw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A Ceph gateway; the test is skipped where it cannot be had, and fails where CI=true."""
    yield from _serve(rgw_server, tmp_path_factory, "rgw")
