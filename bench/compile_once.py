"""One side of a compile, in a process of its own: writes the CPU seconds it took and the digest of the feed as JSON.

Arguments: which side, which items (`usual`, or `plain`: what feedgen has words for), how many, the file to write.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bench.items import items, what_feedgen_can
from feed.item import Item
from feed.show import Show
from tests.feed.builders import CHANGED, a_show

_AT_LEAST = 2000
"""Items compiled in all: few are compiled several times, since one time would be too short to tell."""


class _Compile(Protocol):
    def __call__(self, show: Show, items: Sequence[Item], *, changed: datetime) -> bytes: ...


def _ours() -> _Compile:
    from feed.compiler import compile_feed

    return compile_feed


def _lxml() -> _Compile:
    from bench.with_lxml import compile_with_lxml

    return compile_with_lxml


def _feedgen() -> _Compile:
    from bench.with_feedgen import compile_with_feedgen

    return compile_with_feedgen


def _nothing() -> _Compile:
    """Return what shows the memory that the items take, and `folge`, lxml and feedgen once they are loaded."""
    _ours()(a_show(), (), changed=CHANGED)
    return lambda show, items, *, changed: b""


SIDES: dict[str, Callable[[], _Compile]] = {"ours": _ours, "lxml": _lxml, "feedgen": _feedgen, "nothing": _nothing}


def main(side: str, kind: str, count: int, report: Path) -> None:
    """Compile, and write what it took."""
    compile_once, show, chosen = SIDES[side](), a_show(), items(count)
    if kind == "plain":
        chosen = tuple(what_feedgen_can(item) for item in chosen)
    compile_once(show, chosen[:10], changed=CHANGED)  # imports are no part of it
    times = max(1, _AT_LEAST // count)
    started = time.process_time()
    for _ in range(times):
        body = compile_once(show, chosen, changed=CHANGED)
    seconds = (time.process_time() - started) / times
    report.write_text(json.dumps({"cpu": seconds, "sha256": hashlib.sha256(body).hexdigest()}), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
