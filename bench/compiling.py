"""Compiling a feed: against feedgen, against lxml building the same tree, and after a change of one episode."""

import json
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.processes import FOLGE, HERE, PYTHON, NotMeasuredError, Usage, measure
from bench.rows import Row
from bench.shows import add_episodes, make_show

FEEDGEN_LIMIT = 2.5
"""1 would be feedgen itself, which neither cleans text and addresses nor writes season and number twice."""

SPLICE_LIMIT = 0.06
EXPONENT_LIMIT = 1.1
_MB = 1_000_000
_SIDES = ("ours", "lxml", "feedgen")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One compile: CPU seconds of the compile alone, what the whole process took, and which bytes came of it."""

    cpu: float
    usage: Usage
    sha256: str


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the rows: CPU milliseconds of a compile, its exponent and peak memory, and a change of one episode."""
    sizes = (100, 1000) if quick else (100, 1000, 10_000)
    rounds = 3 if quick else 5
    usual = {count: [_round(folder, "usual", count) for _ in range(rounds)] for count in sizes}
    plain = {count: [_round(folder, "plain", count, ("ours", "feedgen")) for _ in range(rounds)] for count in sizes[1:]}
    for count in sizes[1:]:
        if any(one["ours"].sha256 != one["lxml"].sha256 for one in usual[count]):
            raise NotMeasuredError(f"lxml built another feed than ours of {count:,} items")
        yield _against("lxml", f"compile {count:,} items, the same bytes, CPU", usual[count])
        yield _against("feedgen", f"compile {count:,} items of what feedgen can, CPU", plain[count], FEEDGEN_LIMIT)
        yield _against("feedgen", f"compile {count:,} items, of which feedgen writes a part, CPU", usual[count])
    yield Row(
        what=f"exponent of compiling {sizes[0]:,} to {sizes[-1]:,} items",
        unit="",
        ours=[_exponent([(count, usual[count][one]["ours"].cpu) for count in sizes]) for one in range(rounds)],
        limit=EXPONENT_LIMIT,
        places=2,
    )
    yield from _memory(folder, sizes[-1], usual[sizes[-1]])
    yield from _one_change(folder, sizes[-1], rounds)
    yield from _publish_one_change(folder, 200 if quick else 1000, 1 if quick else 3)


def _round(folder: Path, kind: str, count: int, sides: Sequence[str] = _SIDES) -> dict[str, _Run]:
    """Compile once on every side, each in a process of its own."""
    found = {}
    for side in sides:
        report = folder / "compiled.json"
        command = [PYTHON, "-m", "bench.compile_once", side, kind, str(count), str(report)]
        usage = measure(command, cwd=HERE.parent)
        found[side] = _Run(usage=usage, **json.loads(report.read_text(encoding="ascii")))
    return found


def _against(peer: str, what: str, rounds: Sequence[dict[str, _Run]], limit: float | None = None) -> Row:
    return Row(
        what=what,
        unit="ms",
        ours=[1000 * one["ours"].cpu for one in rounds],
        peer_name=peer,
        peer=[1000 * one[peer].cpu for one in rounds],
        limit=limit,
    )


def _exponent(points: Sequence[tuple[int, float]]) -> float:
    """Return the slope of the straight line through the logarithms: 1 where twice as many items take twice as long."""
    return statistics.linear_regression(*zip(*((math.log(x), math.log(y)) for x, y in points), strict=True)).slope


def _memory(folder: Path, count: int, rounds: Sequence[dict[str, _Run]]) -> Iterator[Row]:
    """Yield the peaks above what a process takes that holds the items and compiles nothing."""
    held = statistics.median(_round(folder, "usual", count, ("nothing",))["nothing"].usage.peak for _ in rounds)
    for peer in _SIDES[1:]:
        yield Row(
            what=f"memory added by compiling {count:,} items (which take {held / _MB:,.0f} MB)",
            unit="MB",
            ours=[(one["ours"].usage.peak - held) / _MB for one in rounds],
            peer_name=peer,
            peer=[(one[peer].usage.peak - held) / _MB for one in rounds],
            limit=1.0,
        )


def _one_change(folder: Path, count: int, rounds: int) -> Iterator[Row]:
    """Yield a compile with one changed episode and a warm cache against one of everything; the bytes are the same."""
    report = folder / "edited.json"
    command = [PYTHON, "-m", "bench.edit_once", str(count), str(rounds), str(folder), str(report)]
    measure(command, cwd=HERE.parent)
    found = json.loads(report.read_text(encoding="ascii"))
    yield Row(
        what=f"compile after one change in {count:,} episodes, the same bytes, CPU",
        unit="ms",
        ours=[1000 * seconds for seconds in found["edited"]],
        peer_name="everything anew",
        peer=[1000 * seconds for seconds in found["full"]],
        limit=SPLICE_LIMIT,
    )


def _publish_one_change(folder: Path, count: int, rounds: int) -> Iterator[Row]:
    """Yield `folge publish` after an edit of one episode against the first publish of the same show."""
    show = make_show(folder / "show")
    add_episodes(show, count, note_bytes=2000, audio_bytes=20_000)
    episodes = sorted((show / "episodes").iterdir())
    publish, settings = [FOLGE, "publish", "--yes"], show / "podcast.toml"
    text = settings.read_text(encoding="utf-8")
    first, edited = [], []
    for number in range(rounds):
        settings.write_text(text.replace('url = "public"', f'url = "public{number}"'), encoding="utf-8")
        surroundings = {"FOLGE_CACHE": str(folder / f"cache{number}")}
        first.append(measure(publish, cwd=show, environment=surroundings))
        with episodes[number * 7 % count].open("a", encoding="utf-8") as file:
            file.write("\n\nEin Nachtrag.\n")
        edited.append(measure(publish, cwd=show, environment=surroundings))
    for kind in ("wall", "cpu"):
        yield Row(
            what=f"folge publish after one change in {count:,} episodes, {kind}",
            unit="ms",
            ours=[1000 * getattr(usage, kind) for usage in edited],
            peer_name="the first publish",
            peer=[1000 * getattr(usage, kind) for usage in first],
        )
