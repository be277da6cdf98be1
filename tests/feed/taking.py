"""A program that takes in one feed of somebody who means ill, within bounds.

`python -m tests.feed.taking NAME` prints, as JSON, how many items came in, or why the feed is refused.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping

from episodes.problems import UserError
from feed.intake import take_in
from tests.feed import hostile
from tests.feed.dirty import a_dirty_feed, an_item

MEMORY = 1 << 30
"""Bytes of address space; the document itself, at most 50 MB, is among them."""
SECONDS = 90
"""Of processor time, on a machine that is busy with other tests."""
_MOST = 49_000_000
_HEAD = b"<rss><channel>&"
_FOOT = b"</title></item></channel></rss>"


def _broken(name: str) -> Callable[[], bytes]:
    """Return one of the hostile feeds with an ampersand in it, so that it has to be mended."""
    return lambda: hostile.CASES[name]().replace(b"<channel>", b"<channel>&", 1)[:_MOST]


_WELL_FORMED = (
    "very many items", "a line of 100 MB", "100 MB of nothing", "very many tiny elements", "a million different names",
    "100,000 elements deep", "an attribute of 10 MB", "a name of 10 MB", "a comment without an end",
    "100,000 attributes", "100,000 namespaces", "50 MB of references",
)  # fmt: skip

CASES: Mapping[str, Callable[[], bytes]] = {
    **{name: hostile.CASES[name] for name in hostile.CASES if name not in hostile.SLOW},
    **{f"{name}, broken": _broken(name) for name in _WELL_FORMED},
    "a million ampersands": lambda: _HEAD + b"&" * 1_000_000 + _FOOT,
    "a million angles": lambda: _HEAD + b"<" * 1_000_000 + _FOOT,
    "a million tags cut off": lambda: _HEAD + b'<a b="c ' * 1_000_000 + _FOOT,
    "a million sections in one another": lambda: _HEAD + b"<![CDATA[" * 1_000_000 + _FOOT,
    "sections that are closed once too few": lambda: _HEAD + b"<title>" + b"<![CDATA[<![CDATA[x]]>" * 100_000 + _FOOT,
    "a million comments that do not end": lambda: _HEAD + b"<!-- " * 1_000_000 + _FOOT,
    "a million titles that do not end": lambda: _HEAD + b"<title>" * 1_000_000,
    "a million items that do not end": lambda: _HEAD + b"<item>" * 1_000_000 + _FOOT,
    "a million end tags": lambda: _HEAD + b"</a>" * 1_000_000 + _FOOT,
    "a million attributes without quotation marks": lambda: _HEAD + b"<a " + b"b=c " * 1_000_000 + b">",
    "a million entities of HTML": lambda: _HEAD + b"<title>" + b"&uuml;" * 1_000_000 + b"</title>",
    "a thousand namespaces by other names": lambda: (
        b"<rss "
        + b" ".join(b'xmlns:a%d="http://search.yahoo.com/mrss%s"' % (n, b"/" * n) for n in range(1000))
        + b"><channel>"
        + b"x" * 9_000_000
        + b"</channel></rss>"
    ),
    "a date of a megabyte": lambda: a_dirty_feed(an_item(date=f"<pubDate>{'(1. ' * 250_000}</pubDate>")).encode(),
    "a length of a megabyte": lambda: a_dirty_feed(
        an_item(more=f"<itunes:duration>{'1 ' * 500_000}</itunes:duration>")
    ).encode(),
    "ten thousand items of one guid": lambda: a_dirty_feed(*[an_item()] * 10_000).encode(),
    "a million beginnings before the feed": lambda: b"<?" * 1_000_000 + b"<!--" * 1_000_000 + b"<rss><channel/></rss>",
    "a million spaces in a section": lambda: _HEAD + b"<title><![CDATA[" + b" " * 1_000_000 + b"<![CDATA[x]]></title>",
    "a web page of links": lambda: b"<html>" + b"<link type=application/rss+xml " * 100_000,
    "bytes of Windows": lambda: _HEAD + b"\xfc" * 1_000_000 + _FOOT,
}


def _main(name: str) -> None:
    body = CASES[name]()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        intake = take_in(body)
    except UserError as error:
        answer: dict[str, object] = {"refused": str(error)}
    else:
        answer = {"items": len(intake.feed.items), "left_out": len(intake.left_out), "said": len(intake.problems)}
    print(json.dumps(answer))  # noqa: T201 - the answer to the test


if __name__ == "__main__":
    _main(sys.argv[1])
