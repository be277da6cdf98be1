"""A feed whose links were followed: what a rule says when it knows the files."""

from collections.abc import Mapping
from dataclasses import replace

from episodes.problems import Problem
from feed.answers import Answer, Probe
from feed.checks.rule import registered_rules
from feed.document import FeedDocument, read_document

ITEM = "https://a.example/1/"
SHOW = "https://a.example/"
AUDIO = "https://a.example/1.mp3"


def a_document(
    item: str = "", *, files: Mapping[str, str | bytes], channel: str = "", media_type: str = ""
) -> FeedDocument:
    """A feed with one item, and the bodies its addresses sent."""
    feed = (
        '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/'
        f'Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><link>{SHOW}</link>{channel}'
        f'<item><link>{ITEM}</link><enclosure url="{AUDIO}"/>{item}</item></channel></rss>'
    )
    headers = {"content-type": media_type} if media_type else {}
    probes = {
        url: Probe(get=Answer(url=url, status=200, headers=headers, body=_bytes(body), whole=True))
        for url, body in files.items()
    }
    return replace(read_document(feed.encode()), probes=probes)


def found(rule_id: str, document: FeedDocument) -> tuple[Problem, ...]:
    """The findings of one rule."""
    (rule,) = (rule for rule in registered_rules() if rule.id == rule_id)
    assert rule.online
    problems = rule(document)
    assert all(problem.message and problem.hint and problem.line for problem in problems)
    return problems


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body
