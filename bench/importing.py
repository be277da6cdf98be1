"""Importing a feed into an empty folder, plan and files, against feedparser only parsing the same bytes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.items import items, what_feedgen_can
from bench.processes import FOLGE, HERE, PYTHON, NotMeasuredError, Usage, measure
from bench.rows import Row
from episodes.markup import Markup
from feed.compiler import compile_feed
from feed.item import Item
from tests.feed.builders import CHANGED, a_show

LIMIT = 1.5

_SIDES = ("import", "feedparser")


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield CPU and memory of importing 1,000 items, rich and plain, and what the whole command takes."""
    count, rounds = (200, 2) if quick else (1000, 5)
    plain = tuple(what_feedgen_can(item) for item in items(count))
    for what, chosen in (("", tuple(map(_with_more, items(count)))), (", plain", plain)):
        body = compile_feed(replace(a_show(), locked=False), chosen, changed=CHANGED)
        feed = folder / "feed.xml"
        feed.write_bytes(body)
        found = [{side: _once(folder, side, feed, count) for side in _SIDES} for _ in range(rounds)]
        yield Row(
            what=f"import {count:,} items{what}, {len(body) / 1e6:.1f} MB, CPU",
            unit="ms",
            ours=[1000 * one["import"][0] for one in found],
            peer_name="feedparser",
            peer=[1000 * one["feedparser"][0] for one in found],
            limit=LIMIT,
        )
        yield Row(
            what=f"the same{what}, peak memory",
            unit="MB",
            ours=[one["import"][1].peak / 1e6 for one in found],
            peer_name="feedparser",
            peer=[one["feedparser"][1].peak / 1e6 for one in found],
        )
        yield from _command(folder, feed, f"folge import{what}", [one["feedparser"][1] for one in found])


def _with_more(item: Item) -> Item:
    """Return an item with elements folge has no field for."""
    extra = (
        Markup(name="podcast:unheardOf", attributes=(("to", f"everyone-{item.number}"),), text="Mut & Wandel"),
        Markup(name="{https://a.example/ns}mood", text="heiter", prefixes=(("mood", "https://a.example/ns"),)),
    )
    return replace(item, tags=replace(item.tags, extra=extra))


def _command(folder: Path, feed: Path, what: str, peers: list[Usage]) -> Iterator[Row]:
    """Yield wall and CPU of the whole command, which loads what it needs, writes to disk and tells what it did."""
    ours = []
    for number in range(len(peers)):
        into = folder / f"{feed.stem}{what}{number}"
        ours.append(measure([FOLGE, "import", str(feed), "--into", str(into), "--yes"], cwd=folder))
    for kind in ("cpu", "wall"):
        yield Row(
            what=f"{what}, {kind}",
            unit="ms",
            ours=[1000 * getattr(one, kind) for one in ours],
            peer_name="feedparser, the process",
            peer=[1000 * getattr(one, kind) for one in peers],
        )


def _once(folder: Path, side: str, feed: Path, count: int) -> tuple[float, Usage]:
    """Return CPU seconds of one side alone, and what the whole process took."""
    report = folder / "imported.json"
    usage = measure([PYTHON, "-m", "bench.taking", side, str(feed), str(report)], cwd=HERE.parent)
    told = json.loads(report.read_text(encoding="ascii"))
    if told["items"] != count:
        raise NotMeasuredError(f"{side} found {told['items']} items of {count}")
    return told["cpu"], usage
