"""The sound feed with sound answers of all its addresses, to be changed in one."""

from collections.abc import Mapping
from dataclasses import replace

from episodes.problems import Problem
from feed.answers import Answer, Probe
from feed.checks import artwork, http
from feed.checks.rule import Rule, registered_rules
from feed.checks.targets import Kind, targets
from feed.document import FeedDocument, read_document
from tests.feed.builders import a_feed, an_item
from tests.podcast.builders import COVER

FEED_URL = "https://kommunen-podcast.example/feed.xml"
AUDIO_URL = "https://kommunen-podcast.example/audio/diensteid-1-a1b2c3d4.mp3"
COVER_URL = "https://kommunen-podcast.example/cover-3fa9.png"
TRANSCRIPT_URL = "https://kommunen-podcast.example/transcripts/a.vtt"
CHAPTERS_URL = "https://kommunen-podcast.example/chapters/a.json"
PAGE_URL = "https://kommunen-podcast.example/diensteid-1/"
SIZE = 29_548_432

_MODULES = (artwork.__name__, http.__name__)
RULES: Mapping[str, Rule] = {rule.id: rule for rule in registered_rules() if rule.find.__module__ in _MODULES}

_HEADERS = {
    "etag": '"1"',
    "last-modified": "Sat, 01 Jun 2024 06:00:00 GMT",
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
}
_TYPES = {
    Kind.FEED: "application/rss+xml; charset=utf-8",
    Kind.AUDIO: "audio/mpeg",
    Kind.PICTURE: "image/png",
    Kind.TRANSCRIPT: "text/vtt; charset=utf-8",
    Kind.CHAPTERS: "application/json+chapters",
    Kind.PAGE: "text/html",
}

FEED = (
    a_feed(an_item(1))
    .decode()
    .replace("cover-3fa9.jpg", "cover-3fa9.png")
    .replace("</item>", f'<podcast:chapters url="{CHAPTERS_URL}" type="application/json+chapters"/></item>', 1)
)


def sound(kind: Kind, url: str) -> Probe:
    """What a good server answers."""
    body = COVER.read_bytes() if kind is Kind.PICTURE else b"WEBVTT"
    size = SIZE if kind is Kind.AUDIO else len(body)
    headers = _HEADERS | {"content-type": _TYPES[kind], "content-length": str(size)}
    told = Answer(url=url, status=200, headers=headers)
    if kind is Kind.PAGE:
        return Probe(head=told)
    if kind not in (Kind.AUDIO, Kind.PICTURE):
        again = Answer(url=url, status=304) if kind is Kind.FEED else None
        return Probe(head=told, get=replace(told, body=body, whole=True), again=again)
    part = Answer(
        url=url,
        status=206,
        headers=headers | {"content-range": f"bytes 1000-1099/{size}", "content-length": "100"},
        body=bytes(100),
        whole=True,
    )
    get = replace(told, body=body, whole=True) if kind is Kind.PICTURE else None
    beyond = Answer(url=url, status=416) if kind is Kind.AUDIO else None
    return Probe(head=told, get=get, part=part, part_start=1000, part_end=1099, beyond=beyond)


def document(changed: Mapping[str, Probe] | None = None, *, feed: str = FEED) -> FeedDocument:
    """The feed with what its addresses answered; `changed` answers stand in for the sound ones."""
    parsed = read_document(feed.encode())
    probes = {target.url: sound(target.kind, target.url) for target in reversed(tuple(targets(parsed)))}
    assert set(changed or {}) <= set(probes)
    return replace(parsed, served_from=FEED_URL, probes=probes | dict(changed or {}))


def with_headers(answer: Answer | None, **headers: str | None) -> Answer:
    """An answer with some headers changed, or taken away where None is given; `_` in names is `-`."""
    assert answer is not None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in answer.headers.items() if name not in named}
    return replace(answer, headers=kept | {name: value for name, value in named.items() if value is not None})


def said(rule_id: str, changed: Mapping[str, Probe] | None = None, *, feed: str = FEED) -> tuple[Problem, ...]:
    """What one rule says."""
    return RULES[rule_id](document(changed, feed=feed))
