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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send all tests of a server to one worker, which then starts it once."""
    for item in items:
        for name in _SERVERS:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(name))


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
