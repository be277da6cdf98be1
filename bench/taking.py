"""One side of an intake or an import, in a process of its own: writes the CPU seconds and the items as JSON.

Arguments: which side, the feed, the file to write.
"""

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

_SMALL = (
    b"<rss version='2.0'><channel><title>x</title><item><title>x</title><guid>x</guid><description>&lt;p>x&lt;/p>"
    b"</description><enclosure url='https://a.example/x.mp3' length='1' type='audio/mpeg'/></item></channel></rss>"
)


def _ours() -> Callable[[bytes], int]:
    from feed.intake import take_in

    zone = ZoneInfo("Europe/Berlin")
    return lambda body: len(take_in(body, "https://a.example/feed.xml", zone=zone).feed.items)


def _feedparser() -> Callable[[bytes], int]:
    import feedparser

    warnings.simplefilter("ignore")
    return lambda body: len(feedparser.parse(body).entries)


def _import() -> Callable[[bytes], int]:
    from feed.intake import take_in
    from podcast.importing.folder import look_at, write_import
    from podcast.importing.merging import merge
    from podcast.importing.plan import plan_import
    from podcast.importing.reading import state_of
    from podcast.importing.showtext import Wanted
    from podcast.importing.sources import Source

    def whole(body: bytes) -> int:
        with tempfile.TemporaryDirectory() as name:
            source = Source(name="feed.xml", bytes=len(body), intake=take_in(body))
            plan = plan_import(merge((state_of(source),)), look_at(Path(name)), Wanted())
            write_import(plan, Path(name))
            return len(list(Path(name).glob("episodes/*.md")))

    return whole


SIDES = {"ours": _ours, "import": _import, "feedparser": _feedparser}


def main(side: str, feed: Path, report: Path) -> None:
    """Take the feed in, and write what it took."""
    body = feed.read_bytes()
    take = SIDES[side]()
    take(_SMALL)  # loading modules is no part of it
    started = time.process_time()
    count = take(body)
    seconds = time.process_time() - started
    report.write_text(json.dumps({"cpu": seconds, "items": count}), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
