from datetime import timedelta, timezone

import pytest

from episodes.model import Kind, Recording
from episodes.problems import Severity
from feed.checks.run import all_rules, check_feed
from feed.compiler import compile_feed
from feed.item import Enclosure
from feed.show import Category, ShowKind
from tests.feed.builders import CHANGED, GUEST, a_feed, a_show, an_item
from tests.feed.checks.cases import SOUND, edited, said, without

LOOPBACK = "http://127.0.0.1:8000/"

CORRECT = {
    "two items": a_feed(),
    "serial": a_feed(show=a_show(kind=ShowKind.SERIAL)),
    "explicit": a_feed(an_item(explicit=True), show=a_show(explicit=True)),
    "a preview": a_feed(show=a_show(link=LOOPBACK, feed_url=f"{LOOPBACK}feed.xml", image_url=f"{LOOPBACK}cover.jpg")),
    "no hosts": a_feed(an_item(people=(GUEST,)), show=a_show(hosts=())),
    "no people": a_feed(an_item(people=())),
    "a trailer without a number": a_feed(an_item(number=None, season=None, kind=Kind.TRAILER)),
    "a plain item": a_feed(an_item(image_url="", notes_html="", transcripts=(), recording=Recording())),
    "m4a": a_feed(an_item(enclosure=Enclosure(url="https://a.example/b.m4a?c=1", bytes=9, media_type="audio/x-m4a"))),
    "odd text": a_feed(
        an_item(title="Q&A: <live> &amp; ]]>", summary="👩🏽‍💻 \u202bעברית\u202c &amp;", notes_html="]]>&nbsp;<br>"),
        show=a_show(title="Bürger & Meister", description="ü" * 2000),
    ),
    "long text": a_feed(an_item(title="ä" * 255, summary="ü" * 5000)),
    "a number in the title": a_feed(an_item(1, title="100 Tage im Amt"), an_item(2, title="2024: ein Rückblick")),
    "a far zone": a_feed(an_item(published=CHANGED.astimezone(timezone(timedelta(hours=13))))),
    "another category": a_feed(show=a_show(categories=(Category(name="TV & Film", subcategory="After Shows"),))),
}


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_feed_is_met_with_silence(name: str) -> None:
    assert check_feed(CORRECT[name], now=CHANGED) == ()


@pytest.mark.parametrize("rule_id", [rule.id for rule in all_rules()])
def test_every_rule_is_silent_on_a_correct_feed(rule_id: str) -> None:
    for body in CORRECT.values():
        assert said(rule_id, body.decode(), now=CHANGED) == ()


@pytest.mark.parametrize(
    "element",
    [
        "<itunes:complete>Yes</itunes:complete>",
        "<ttl>60</ttl>",
        "<managingEditor>anna@kommunen-podcast.example (Anna Beispiel)</managingEditor>",
        '<atom:link rel="hub" href="https://hub.example/"/>',
        "<itunes:new-feed-url>https://kommunen-podcast.example/feed.xml</itunes:new-feed-url>",
    ],
)
def test_what_a_feed_may_have_besides_is_met_with_silence(element: str) -> None:
    assert check_feed(edited("<itunes:type>", f"{element}<itunes:type>").encode(), now=CHANGED) == ()


def test_a_show_before_its_first_episode_is_no_fault() -> None:
    (problem,) = check_feed(compile_feed(a_show(), (), changed=CHANGED))
    assert (problem.rule, problem.severity) == ("APPLE-IT-14", Severity.NOTE)


def test_a_finding_says_what_where_and_what_to_do() -> None:
    feed = edited("<itunes:explicit>false</itunes:explicit>", "<itunes:explicit>no</itunes:explicit>")
    (problem,) = check_feed(feed.encode(), name="build/feed.xml")
    line = 1 + feed[: feed.index(">no<")].count("\n")
    assert (problem.path, problem.line, problem.rule) == ("build/feed.xml", line, "APPLE-CH-6")
    assert problem.field == "/rss/channel/itunes:explicit"
    assert problem.severity is Severity.ERROR
    assert problem.hint == "write false"


def test_what_several_rules_ask_for_is_said_once_and_with_the_gravest_word() -> None:
    problems = check_feed(without("link").encode())
    (problem,) = (problem for problem in problems if problem.field == "/rss/channel/link")
    assert problem.severity is Severity.ERROR


def test_five_mistakes_are_five_findings_in_the_order_of_the_feed() -> None:
    feed = SOUND
    for old, new in (
        ("<language>de-de<", "<language>deutsch<"),
        (">episodic<", ">weekly<"),
        ("<itunes:duration>1231<", "<itunes:duration>20:31<"),
        ('osm="R62422"', 'osm="62422"'),
        ("Mon, 03 Jun", "Tue, 03 Jun"),
    ):
        feed = edited(old, new, feed=feed)
    problems = check_feed(feed.encode())
    assert sorted(problem.rule for problem in problems) == [
        "APPLE-CH-5", "APPLE-CH-9", "APPLE-IT-8", "APPLE-IT-9", "P20-LOC-2",
    ]  # fmt: skip
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


@pytest.mark.parametrize("body", [b"", b"<rss>", b"<!DOCTYPE rss><rss/>", b"\xff\xfe<"])
def test_bytes_that_are_no_xml_are_one_finding(body: bytes) -> None:
    (problem,) = check_feed(body)
    assert (problem.rule, problem.severity) == ("RSS-11", Severity.ERROR)
    assert problem.line == 1


def test_what_is_no_rss_is_one_finding() -> None:
    (problem,) = check_feed(b'<feed xmlns="http://www.w3.org/2005/Atom"/>')
    assert problem.rule == "RSS-1"
