"""What a publish asks of its store, in requests and bytes, and what memory it takes, by how much is published."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.processes import FOLGE, HERE, PYTHON, measure
from bench.rows import Row
from bench.shows import add_episodes, make_show, set_endpoint
from tests.servers.faultproxy import FaultProxy, fault_proxy
from tests.servers.running import S3Server
from tests.servers.seaweed import seaweed_server

NO_OP_REQUESTS = 3
EPISODE_KB = 50
_MB = 1_000_000
_NEW = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One publish: requests, bytes of bodies to the store and from it, the peak of the process's memory in bytes."""

    requests: int
    sent: int
    got: int
    peak: int


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield requests, bytes and memory at each size of the catalogue, first of a folder store, then of a bucket."""
    sizes = (100, 1000) if quick else (100, 1000, 10_000)
    found = {}
    for count in sizes:
        shows = folder / str(count)
        found[count] = _in_folder(shows, count)
        shutil.rmtree(shows)
        os.sync()
    yield from _rows("a folder", found)
    yield from _memory({count: published["one new episode"].peak for count, published in found.items()})
    data = folder / "server"
    data.mkdir()
    with seaweed_server(data) as server, fault_proxy(server.http) as proxy:
        found = {count: _in_bucket(folder / str(count), count, server, proxy) for count in sizes}
    yield from _rows("a bucket", found)


def _rows(where: str, found: Mapping[int, Mapping[str, _Asked]]) -> Iterator[Row]:
    first = min(found)
    for count, published in found.items():
        for what, asked in published.items():
            limit = NO_OP_REQUESTS if what == "nothing to do" else None
            peer = (found[first][what].requests,) if count != first and limit is None else ()
            yield Row(
                what=f"{what}, {count:,} published in {where}: requests",
                unit="requests",
                ours=[asked.requests],
                peer_name=f"at {first}" if peer else "",
                peer=peer,
                limit=1.0 if peer else limit,
            )
            for direction, size in (("sent", asked.sent), ("got", asked.got)):
                if where == "a folder":
                    yield Row(what=f"the same: {direction}", unit="kB", ours=[size / 1000])


def _memory(peaks: Mapping[int, int]) -> Iterator[Row]:
    """Yield the peaks, and what an episode more takes."""
    for count, peak in peaks.items():
        yield Row(what=f"peak memory of one new episode at {count:,} published", unit="MB", ours=[peak / _MB])
    few, many = list(peaks)[-2:]
    yield Row(
        what=f"memory an episode takes, from {few:,} to {many:,}",
        unit="kB",
        ours=[(peaks[many] - peaks[few]) / (many - few) / 1000],
        limit=EPISODE_KB,
        places=1,
    )


def _in_folder(folder: Path, count: int) -> dict[str, _Asked]:
    report = folder / "report.json"
    show = make_show(folder / "show")

    def publish() -> _Asked:
        command = [PYTHON, "-m", "bench.publish_once", str(show), str(report)]
        usage = measure(command, cwd=HERE.parent, environment={"FOLGE_CACHE": str(folder / "cache")})
        return _Asked(peak=usage.peak, **json.loads(report.read_text(encoding="ascii")))

    return _steps(show, count, publish)


def _in_bucket(folder: Path, count: int, server: S3Server, proxy: FaultProxy) -> dict[str, _Asked]:
    """Publish by command to a real server, as the front before it sees it."""
    show = make_show(folder / "show")
    set_endpoint(show, proxy.url)
    surroundings = {"FOLGE_CACHE": str(folder / "cache"), "FOLGE_STORE": f"s3://{server.bucket}/{count}"}

    def publish() -> _Asked:
        requests, sent = len(proxy.seen), proxy.carried
        usage = measure([FOLGE, "publish", "--yes"], cwd=show, environment=surroundings | server.environment())
        return _Asked(requests=len(proxy.seen) - requests, sent=proxy.carried - sent, got=0, peak=usage.peak)

    return _steps(show, count, publish)


def _steps(show: Path, count: int, publish: Callable[[], _Asked]) -> dict[str, _Asked]:
    """Publish so many episodes, then nothing, then one more, then a thousand more."""
    settings = show / "podcast.toml"
    settings.write_text(
        f"{settings.read_text(encoding='utf-8')}\n[audio]\ntag = false\nloudness = false\nwaveform = false\n",
        encoding="utf-8",
    )
    add_episodes(show, count + 1 + _NEW, note_bytes=2000, audio_bytes=20_000)
    waiting = sorted((show / "episodes").iterdir())[count:]
    for path in waiting:
        path.rename(path.with_suffix(".later"))
    publish()
    nothing = publish()
    waiting[0].with_suffix(".later").rename(waiting[0])
    one = publish()
    for path in waiting[1:]:
        path.with_suffix(".later").rename(path)
    return {"nothing to do": nothing, "one new episode": one, f"{_NEW:,} new episodes": publish()}
