"""Rules for links, hosts, chapters and media in the feed: what they pass over, then what they speak up about."""

import pytest

from episodes.problems import Severity
from tests.feed.checks.cases import SOUND, Edit, edited, said, spoken, the_one_finding

OWN = "https://kommunen-podcast.example/feed.xml"
HUB = "https://hub.example/"
FILE = "https://kommunen-podcast.example/audio/diensteid-2-a1b2c3d4.mp3"
HISTORY = '<{} xmlns="http://purl.org/syndication/history/1.0"/>'
ARCHIVE, COMPLETE = HISTORY.format("archive"), HISTORY.format("complete")
CURRENT = ("current", OWN)
ONE, TWO = "https://kommunen-podcast.example/1.xml", "https://kommunen-podcast.example/2.xml"


def before_type(text: str) -> tuple[str, str]:
    """An edit that puts `text` into the channel."""
    return "<itunes:type>", text + "<itunes:type>"


def linked(*links: tuple[str, str], also: str = "") -> tuple[str, str]:
    """An edit that puts links into the channel: relation and address."""
    return before_type("".join(f'<atom:link rel="{rel}" href="{href}"/>' for rel, href in links) + also)


def chaptered(*chapters: tuple[str, str], uri: str = "http://podlove.org/simple-chapters") -> tuple[str, str]:
    """An edit that puts chapters into the first item: start and title."""
    inner = "".join(f'<psc:chapter start="{start}" title="{title}"/>' for start, title in chapters)
    return "<item>", f'<item><psc:chapters xmlns:psc="{uri}" version="1.2">{inner}</psc:chapters>'


def media(inner: str, *, uri: str = "http://search.yahoo.com/mrss/") -> tuple[str, str]:
    """An edit that puts Media RSS into the first item."""
    return "<item>", f'<item><media:group xmlns:media="{uri}">{inner}</media:group>'


QUIET: list[Edit] = [
    ("RSS-10", *before_type("<managingEditor>anna@a.example (Anna Beispiel)</managingEditor><webMaster/>")),
    ("ATOM-1", *linked(("next", TWO))),
    ("WEBSUB-1", *linked(("hub", HUB), ("hub", "https://other.example/"))),
    ("WEBSUB-1", 'rel="self"', 'rel="alternate"'),
    ("RFC5005-1", *linked(("first", OWN), ("next", TWO), ("last", TWO), ("current", OWN))),
    ("RFC5005-1", *linked(CURRENT, ("prev-archive", ONE), ("next-archive", TWO), also=ARCHIVE)),
    ("RFC5005-1", *linked(CURRENT, ("prev-archive", ONE), also=ARCHIVE)),
    ("RFC5005-1", *linked(CURRENT, also=ARCHIVE)),
    ("RFC5005-1", *linked(CURRENT, also=COMPLETE)),
    ("RFC5005-1", *linked(CURRENT, also=COMPLETE + ARCHIVE)),
    ("S3-1", FILE, "https://s3-website.example/a.mp3"),
    ("S3-1", FILE, "https://s3.eu-central-1.amazonaws.com/a.b.c/a.mp3"),
    ("S3-2", FILE, "https://a-b-c.s3.eu-central-1.amazonaws.com/a.mp3"),
    ("S3-2", FILE, "https://s3.eu-central-1.amazonaws.com/a.b.c/a.mp3"),
    ("S3-2", FILE, "https://a.b.c.s3.example/a.mp3"),
    ("R2-1", FILE, "https://notr2.dev/a.mp3"),
    ("PSC-1", *chaptered(("0", "a"))),
    ("PSC-2", *chaptered(("0", "a"), ("37", "b"), ("7:48", "c"), ("35:12.250", "d"), ("01:35:52", "e"))),
    ("MRSS-1", *media('<media:content url="https://a.example/b.jpg"/><media:thumbnail url="https://a.example/b.jpg"/>')),
    ("MRSS-1", *media('<media:content><media:player url="https://a.example/"/></media:content>')),
]  # fmt: skip

EDITS: list[Edit] = [
    ("RSS-10", *before_type("<managingEditor>anna@a.example</managingEditor>")),
    ("RSS-10", *before_type("<webMaster>Anna Beispiel (anna@a.example)</webMaster>")),
    ("ATOM-1", *linked(("self", TWO))),
    ("WEBSUB-1", *linked(("hub", ""))),
    ("WEBSUB-1", *linked(("hub", OWN))),
    ("WEBSUB-1", *linked(("hub", HUB), ("hub", "https://hub.example"))),
    ("WEBSUB-1", 'rel="self"', 'rel="hub"'),
    ("RFC5005-1", *linked(("next", TWO), ("next", ONE))),
    ("RFC5005-1", *linked(("next", ""))),
    ("RFC5005-1", *linked(("next", OWN))),
    ("RFC5005-1", *linked(("prev-archive", ONE), also=COMPLETE)),
    ("RFC5005-1", *linked(("prev-archive", ONE), also=ARCHIVE)),
    ("RFC5005-1", "<item>", f'<item><atom:link rel="next" href="{TWO}"/>'),
    ("S3-1", FILE, "http://bucket.s3-website-us-east-1.amazonaws.com/a.mp3"),
    ("S3-1", FILE, "https://bucket.s3-website.eu-central-1.amazonaws.com/a.mp3"),
    ("S3-2", FILE, "https://audio.podcast.example.s3.amazonaws.com/a.mp3"),
    ("S3-2", FILE, "https://audio.podcast.s3.eu-central-1.amazonaws.com/a.mp3"),
    ("S3-2", FILE, "https://audio.podcast.s3.dualstack.eu-central-1.amazonaws.com/a.mp3"),
    ("S3-2", FILE, "https://audio.podcast.s3-accelerate.amazonaws.com/a.mp3"),
    ("R2-1", FILE, "https://pub-0123456789abcdef.r2.dev/a.mp3"),
    ("PSC-1", *chaptered()),
    ("PSC-1", *chaptered(("0", "a"), uri="https://podlove.org/simple-chapters/")),
    ("PSC-2", *chaptered(("0", "a"), ("", "b"))),
    ("PSC-2", *chaptered(("0", "a"), ("1", ""))),
    ("PSC-2", *chaptered(("0", "a"), ("1m 30s", "b"))),
    ("PSC-2", *chaptered(("0", "a"), ("1:75:00", "b"))),
    ("PSC-2", *chaptered(("0", "a"), ("7:48", "b"), ("1:30", "c"))),
    ("MRSS-1", *media("<media:content/>")),
    ("MRSS-1", *media("<media:thumbnail/>")),
    ("MRSS-1", *media('<media:content url="https://a.example/"/>', uri="http://search.yahoo.com/mrss")),
]

SPOKEN = spoken(*EDITS)


@pytest.mark.parametrize(("rule_id", "old", "new"), QUIET)
def test_what_is_right_is_met_with_silence(rule_id: str, old: str, new: str) -> None:
    assert said(rule_id, edited(old, new)) == ()


@pytest.mark.parametrize(("rule_id", "old", "new"), EDITS)
def test_one_thing_wrong_is_one_finding(rule_id: str, old: str, new: str) -> None:
    the_one_finding(rule_id, edited(old, new))


@pytest.mark.parametrize(
    "served_from",
    ["", OWN, "http://kommunen-podcast.example/feed.xml", "https://Kommunen-Podcast.example:443/%66eed.xml#a"],
)
def test_a_self_link_is_where_the_feed_is_served_from(served_from: str) -> None:
    assert said("ATOM-1", SOUND, served_from=served_from) == ()


@pytest.mark.parametrize("served_from", [TWO, f"{OWN}?b", "https://cdn.example/feed.xml"])
def test_a_self_link_that_leads_elsewhere_is_told_with_both_addresses(served_from: str) -> None:
    (problem,) = said("ATOM-1", SOUND, served_from=served_from)
    assert OWN in problem.message
    assert served_from in problem.message


def test_a_second_list_of_chapters_is_not_read() -> None:
    old, new = chaptered(("0", "a"))
    feed = edited(old, new + new.removeprefix(old))
    assert "second" in the_one_finding("PSC-1", feed).message


def test_apps_put_chapters_in_order_so_that_is_a_warning() -> None:
    problem = the_one_finding("PSC-2", edited(*chaptered(("9", "a"), ("8", "b"))))
    assert problem.severity is Severity.WARNING


def test_a_website_endpoint_is_told_once() -> None:
    feed = edited(FILE, "http://bucket.s3-website-us-east-1.amazonaws.com/a.mp3")
    assert said("HTTP-1", feed) == ()
