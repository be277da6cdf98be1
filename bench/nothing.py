"""A publish with nothing to do against a process that only reads the episode files."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.processes import FOLGE, HERE, PYTHON, measure
from bench.rows import Row
from bench.shows import add_episodes, make_show

LIMIT = 5.0


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield wall and CPU against the peer, then the same without a cache, which has no limit."""
    count = 1000
    show = make_show(folder / "show")
    add_episodes(show, count, note_bytes=2000, audio_bytes=20_000)
    kept = {"FOLGE_CACHE": str(folder / "cache")}
    publish, read = [FOLGE, "publish", "--yes"], [PYTHON, str(HERE / "read_files.py"), "episodes"]
    for _ in range(3):  # publishes; finds nothing to do and remembers; what is read from disk once
        measure(publish, cwd=show, environment=kept)
    pairs = [(measure(publish, cwd=show, environment=kept), measure(read, cwd=show)) for _ in range(5 if quick else 15)]
    for kind in ("wall", "cpu"):
        yield Row(
            what=f"publish with nothing to do, {count:,} episodes, {kind}",
            unit="ms",
            ours=[1000 * getattr(ours, kind) for ours, _ in pairs],
            peer_name="read the files",
            peer=[1000 * getattr(peer, kind) for _, peer in pairs],
            limit=LIMIT,
        )
    full = []
    for _ in range(1 if quick else 3):
        with tempfile.TemporaryDirectory(dir=folder) as empty:
            ours = measure(publish, cwd=show, environment={"FOLGE_CACHE": empty})
        full.append((ours, measure(read, cwd=show)))
    yield Row(
        what="the same with an empty cache, wall",
        unit="ms",
        ours=[1000 * ours.wall for ours, _ in full],
        peer_name="read the files",
        peer=[1000 * peer.wall for _, peer in full],
    )
