"""Feeds of strangers, whole and damaged: they end with findings or in silence, and nothing else is raised.

FOLGE_SOAK=1 damages each in many more ways.
"""

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from episodes.problems import UNFIT
from feed.checks.run import check_feed
from feed.document import MalformedFeedError, read_document
from feed.reader import read_feed
from tests.feed.builders import a_feed, a_full_item, a_full_show
from tests.soaking import SOAK

_REPOSITORY = Path(__file__).parents[2]
_CORPUS = Path(os.environ.get("FOLGE_CORPUS", _REPOSITORY.parent / "shared" / "corpus")) / "feeds"
_FILES = tuple(sorted(path.name for path in _CORPUS.glob("*") if path.name != "manifest.json"))
_LARGEST = 100_000
_SEEDS = 300 if SOAK else 3

_MARKS = (b"<", b">", b"&", b"]]>", b"<![CDATA[", b"\0", b"\xff", b'"', b"&#0;", b"<item>", b"</item>", b"<channel>")
_VALUES = (
    b"", b"-1", b"9" * 5000, b"1e999", b"::::", b"[", b"http://[", b"\xe2\x80\xae", b"-0000", b"\n", b"&#x10FFFF;",
    b"\xd9\xa3", b"Sat, 01 Jun 2024 06:00:00 +9999", b"https://a.example:99999/", b"geo:", b"00:00:00:00",
)  # fmt: skip


def _cut(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.randrange(200) :]


def _insert(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(_MARKS) + body[place:]


def _repeat(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    piece = body[start : start + chance.randrange(2000)]
    return body[:start] + piece * chance.randrange(2, 20) + body[start:]


def _change_a_value(body: bytes, chance: random.Random) -> bytes:
    """Put something else between the > and < of an element, or the quotation marks of an attribute."""
    opening, closing = chance.choice([(b">", b"<"), (b'"', b'"')])
    start = body.find(opening, chance.randrange(len(body))) + 1
    end = body.find(closing, start)
    value = chance.choice([*_VALUES, str(chance.random()).encode()])
    return body[:start] + value + body[end:] if 0 < start <= end else body


def _swap(body: bytes, chance: random.Random) -> bytes:
    one, other = sorted(chance.sample(range(len(body)), 2)) if len(body) > 1 else (0, 0)
    return body[:one] + body[other : other + 100] + body[one:other] + body[other + 100 :]


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut, _insert, _repeat, _change_a_value, _change_a_value, _change_a_value, _swap
)  # fmt: skip


def _damaged(body: bytes, seed: str) -> bytes:
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 4)):
        body = chance.choice(_DAMAGES)(body, chance) if body else body
    return body


def _ends_well(body: bytes) -> None:
    for problem in check_feed(body):
        assert not UNFIT.search(problem.message)
        assert problem.line >= 1
    try:
        read_feed(body)
    except MalformedFeedError as error:
        assert error.line >= 1


@pytest.mark.parametrize("name", _FILES)
def test_a_feed_of_a_stranger_ends_with_findings_or_in_silence(name: str) -> None:
    _ends_well((_CORPUS / name).read_bytes())


@pytest.mark.parametrize("name", _FILES)
def test_a_damaged_feed_of_a_stranger_does_so_too(name: str) -> None:
    body = (_CORPUS / name).read_bytes()[:_LARGEST]
    for seed in range(_SEEDS):
        _ends_well(_damaged(body, f"{name} {seed}"))


@pytest.mark.parametrize("tenth", range(10))
def test_a_damaged_feed_of_ours_does_so_too(tenth: int) -> None:
    body = a_feed(a_full_item(1), a_full_item(2), show=a_full_show())
    for seed in range(_SEEDS * 3):
        _ends_well(_damaged(body, f"{tenth} {seed}"))


@pytest.mark.skipif(not _FILES, reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_the_corpus_is_seen_as_another_parser_sees_it_and_on_its_lines() -> None:
    seen = 0
    for name in _FILES:
        body = (_CORPUS / name).read_bytes()
        try:
            root = read_document(body).root
        except MalformedFeedError:
            continue
        lines = re.split(rb"\r\n|\r|\n", body)
        elements = [(_local(element.name), element) for element in root.walk()]
        assert [local for local, _ in elements] == [
            etree.QName(it).localname for it in etree.fromstring(body).iter("*")
        ]
        assert all(local.encode() in lines[element.line - 1] for local, element in elements)
        seen += 1
    assert seen > 50


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]
