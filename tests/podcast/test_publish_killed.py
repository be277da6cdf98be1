"""A publish that is killed at any moment: an app finds a whole feed, and the next publish puts the rest right."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from podcast.stores.folder import FolderStore
from tests.podcast.builders import REPOSITORY, ShowFolder, assert_whole, feed_in, later, make_show, objects
from tests.podcast.station import Station, station
from tests.servers.faultproxy import Fault
from tests.servers.running import S3Server
from tests.soaking import SOAK

MOMENTS = 40
NURSERY = """\
import os, sys, time
from datetime import datetime
from pathlib import Path
import boto3, feedgen.feed, filelock, lxml.html, PIL.Image
from podcast.publishing.publish import Publisher
from podcast.workspace import open_workspace
for line in sys.stdin:
    folder, now, seconds = line.split()
    child = os.fork()
    if not child:
        workspace = open_workspace(Path(folder))
        publisher = Publisher(workspace, workspace.store(), now=datetime.fromisoformat(now), by="anna@laptop")
        publisher.run(lambda prepared: True)
        os._exit(0)
    print(child, flush=True)
    if float(seconds) >= 0:
        time.sleep(float(seconds))
        os.kill(child, 9)  # also where it has ended by now: its number is nobody else's before the next line
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""
"""A process that has imported everything, and forks one that publishes for each line: killing is what takes time."""


class Nursery:
    """Starts publishes as processes, without the time it takes to start an interpreter."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, show: ShowFolder, hours: int, kill_after: float = -1) -> int:
        """Begin to publish, and kill it after so many seconds where they are not negative; returns the process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{show.path} {later(hours).isoformat()} {kill_after}\n")
        self._process.stdin.flush()
        return int(self._told())

    def ended(self) -> int:
        """Wait for its end; returns the signal that ended it, 0 where it came to its end by itself."""
        status = int(self._told())
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def close(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def test_killed_at_random_moments_a_folder_keeps_a_whole_feed(tmp_path: Path, nursery: Nursery) -> None:
    show = make_show(tmp_path / "show")
    store = FolderStore(show.path / "public")
    show.publish(store)
    start = time.monotonic()
    show.episode(1, title="Runde 0")
    nursery.start(show, 1)
    assert nursery.ended() == 0
    whole = time.monotonic() - start
    chance = random.Random(5)
    killed = 0
    for number in range(1, (MOMENTS if SOAK else 8) + 1):
        before = [item.title for item in feed_in(store).items]
        show.episode(1, title=f"Runde {number}")
        nursery.start(show, 2 * number, kill_after=chance.uniform(0, whole))
        killed += nursery.ended() == signal.SIGKILL
        assert_whole(store)
        assert [item.title for item in feed_in(store).items] in (before, ["Mut 2", f"Runde {number}"])

        show.publish(store, now=later(2 * number + 1), by="ben@laptop")

        assert [item.title for item in feed_in(store).items] == ["Mut 2", f"Runde {number}"]
        assert_whole(store)
        there = objects(store)
        assert show.publish(store, now=later(2 * number + 1)).plan.empty
        assert objects(store) == there
    assert killed


@pytest.fixture
def there(seaweed: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    for name, value in seaweed.environment().items():
        monkeypatch.setenv(name, value)
    with station(seaweed, tmp_path) as made:
        yield made


def test_killed_between_any_two_steps_a_bucket_keeps_a_whole_feed(there: Station, nursery: Nursery) -> None:
    there.begin()
    there.publish()
    writes = len([seen for seen in there.proxy.seen if seen.startswith("PUT")])
    assert writes > 8
    for step in range(writes) if SOAK else (0, writes // 3, writes // 2, writes - 4, writes - 2, writes - 1):
        there.begin()
        versions = len(there.ledger().entries[0].history)
        passing, stopping = Fault(method="PUT", times=step), Fault(method="PUT", stall_after=0, times=99)
        there.proxy.faults += [passing, stopping]
        child = nursery.start(there.show, there.hours + 1)
        deadline = time.monotonic() + 60
        while stopping.times == 99:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        assert nursery.ended() == signal.SIGKILL
        assert there.heard() in (there.before, there.after)
        there.hours += 1
        there.assert_the_next_publish_puts_all_right(versions)
