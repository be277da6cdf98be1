"""Taking in a feed of another hand, sound and broken, against feedparser parsing the same bytes."""

import json
from collections.abc import Iterator
from pathlib import Path

from bench.items import items
from bench.processes import HERE, PYTHON, NotMeasuredError, Usage, measure
from bench.rows import Row
from feed.compiler import compile_feed
from tests.feed.builders import CHANGED, a_show

LIMIT = 0.8
"""A whole import, of which this is the reading, may take 1.5."""

_SIDES = ("ours", "feedparser")


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield CPU and peak memory of taking in 1,000 items, sound and with an entity of HTML in each."""
    count, rounds = (200, 2) if quick else (1000, 5)
    sound = compile_feed(a_show(), items(count), changed=CHANGED)
    broken = sound.replace(b"</description>", b" &uuml; & mehr</description>")
    for what, body in (("", sound), (", not well-formed", broken)):
        feed = folder / "feed.xml"
        feed.write_bytes(body)
        found = [{side: _once(folder, side, feed, count) for side in _SIDES} for _ in range(rounds)]
        yield Row(
            what=f"take in {count:,} items{what}, {len(body) / 1e6:.1f} MB, CPU",
            unit="ms",
            ours=[1000 * one["ours"][0] for one in found],
            peer_name="feedparser",
            peer=[1000 * one["feedparser"][0] for one in found],
            limit=LIMIT,
        )
        yield Row(
            what=f"the same{what}, peak memory",
            unit="MB",
            ours=[one["ours"][1].peak / 1e6 for one in found],
            peer_name="feedparser",
            peer=[one["feedparser"][1].peak / 1e6 for one in found],
        )


def _once(folder: Path, side: str, feed: Path, count: int) -> tuple[float, Usage]:
    """Return CPU seconds of the intake alone, and what the whole process took."""
    report = folder / "taken.json"
    usage = measure([PYTHON, "-m", "bench.taking", side, str(feed), str(report)], cwd=HERE.parent)
    told = json.loads(report.read_text(encoding="ascii"))
    if told["items"] != count:
        raise NotMeasuredError(f"{side} found {told['items']} items of {count}")
    return told["cpu"], usage
