"""The memory it takes to add and to publish one very large file."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.processes import FOLGE, measure
from bench.rows import Row
from bench.shows import make_show, set_endpoint, write_mp3
from tests.servers.seaweed import seaweed_server

LIMIT_MB = 150.0
_MB = 1_000_000


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the peaks of `folge add` and `folge publish`; megabytes (10^6)."""
    size = 300 * _MB if quick else 2000 * _MB
    audio = folder / "long.mp3"
    write_mp3(audio, size, 1)
    added, published = [], []
    for number in range(1 if quick else 2):
        show = make_show(folder / f"show{number}")
        surroundings = {"FOLGE_CACHE": str(folder / f"cache{number}")}
        with tempfile.TemporaryDirectory(dir=folder) as data, seaweed_server(Path(data)) as server:
            command = [FOLGE, "add", str(audio), "--title", "Sehr lang"]
            added.append(measure(command, cwd=show, environment=surroundings).peak / _MB)
            set_endpoint(show, server.http)
            surroundings |= server.environment() | {"FOLGE_STORE": f"s3://{server.bucket}/show"}
            published.append(measure([FOLGE, "publish", "--yes"], cwd=show, environment=surroundings).peak / _MB)
    audio.unlink()
    os.sync()  # what is left to write would disturb whoever measures next
    for name, peaks in (("add", added), ("publish", published)):
        yield Row(what=f"peak memory of folge {name}, {size / 1e9:g} GB", unit="MB", ours=peaks, limit=LIMIT_MB)
