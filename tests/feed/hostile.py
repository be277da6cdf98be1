"""Feeds of people who mean ill or know no better, and a program that reads one of them within bounds.

`python -m tests.feed.hostile NAME` prints, as JSON, what `check_feed` finds and how many items `read_feed` then sees.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping

from episodes.markup import ITUNES, PODCAST
from feed.checks.run import check_feed
from feed.reader import read_feed
from tests.soaking import SOAK

MEMORY = 1 << 30
"""Bytes of address space; the document itself, at most 100 MB, is among them."""
SECONDS = 90
"""Of processor time, on a machine that is busy with other tests."""
_SHARE = 1 if SOAK else 10
"""What `make test` takes of the feeds below every limit, which are read to their end."""
ITEMS = 20_000 // _SHARE

_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="{ITUNES}" xmlns:podcast="{PODCAST}"><channel>
""".encode()
_FOOT = b"</channel></rss>"

_LAUGHS = b"".join(b'<!ENTITY l%d "%s">\n' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))
_NOTES = ("<p>Über Mut, Wandel und den Diensteid.</p>\n" * 55).encode()
_ITEM = (
    b"<item>\n<title>Folge %d</title><guid>g-%d</guid><link>https://a.example/%d/</link><description>Mut</description>\n"
    b'<enclosure url="https://a.example/%d.mp3" length="1" type="audio/mpeg"/><itunes:duration>1</itunes:duration>\n'
    b"<pubDate>Sat, 01 Jun 2024 06:00:00 +0200</pubDate><itunes:explicit>false</itunes:explicit>\n"
    b"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA["
)


def _inside(markup: bytes) -> bytes:
    return _HEAD + markup + _FOOT


def _many_items() -> bytes:
    return _inside(b"".join(_ITEM % (n, n, n, n) + _NOTES + b"]]></content:encoded></item>\n" for n in range(ITEMS)))


CASES: Mapping[str, Callable[[], bytes]] = {
    "very many items": _many_items,
    "a line of 100 MB": lambda: _inside(b"<description>" + b"y" * 99_000_000 + b"</description>"),
    "more than 100 MB": lambda: b" " * 100_000_001,
    "100 MB of nothing": lambda: _HEAD + b"\n" * 99_000_000,
    "ten texts of 9 MB": lambda: _inside((b"<description>" + b"y" * 9_000_000 + "😀</description>".encode()) * 10),
    "very many tiny elements": lambda: _inside(b"<a/>" * (1_000_000 // _SHARE)),
    "ten million tiny elements": lambda: _inside(b"<a/>" * 10_000_000),
    "a million different names": lambda: _inside(b"".join(b"<a%d/>" % n for n in range(1_000_000))),
    "100,000 elements deep": lambda: _inside(b"<a>" * 100_000 + b"</a>" * 100_000),
    "an attribute of 10 MB": lambda: _inside(b'<itunes:image href="' + b"x" * 10_000_000 + b'"/>'),
    "a name of 10 MB": lambda: _inside(b"<" + b"x" * 10_000_000 + b"/>"),
    "a comment without an end": lambda: _HEAD + b"<!--" + b"x" * 50_000_000,
    "100,000 attributes": lambda: _inside(b"<a " + b" ".join(b'b%d=""' % n for n in range(100_000)) + b"/>"),
    "100,000 namespaces": lambda: _inside(b"".join(b'<a xmlns:b="urn:%d"/>' % n for n in range(100_000))),
    "5,000 namespaces": lambda: _inside(b"".join(b'<b:a xmlns:b="urn:%d"/>' % n for n in range(5_000)) * 5),
    "very many findings": lambda: _inside(b"<item>" + b"<link>x</link>" * (1_400_000 // _SHARE) + b"</item>"),
    "50 MB of references": lambda: _inside(b"<description>" + b"&amp;" * 10_000_001 + b"</description>"),
    "billion laughs": lambda: b'<!DOCTYPE rss [<!ENTITY l0 "ha">\n' + _LAUGHS + b"]><rss>&l9;</rss>",
    "an external entity": lambda: b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss>&x;</rss>',
    "a parameter entity": lambda: b'<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/">%x;]><rss/>',
}

SLOW = frozenset({"ten million tiny elements", "ten texts of 9 MB"})
"""Those that take long and have a lighter one of their kind beside them: `make soak` reads them."""


def _main(name: str) -> None:
    body = CASES[name]()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    found = check_feed(body)
    read = "" if any(problem.rule == "RSS-11" for problem in found) else f"{len(read_feed(body).items)} items"
    findings = [(problem.rule, problem.line, problem.message) for problem in found[:100]]
    print(json.dumps({"found": findings, "read": read}))  # noqa: T201 - the answer to the test


if __name__ == "__main__":
    _main(sys.argv[1])
