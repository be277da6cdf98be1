"""What the rules say to the pages of a show and its episodes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.problems import Problem, Severity
from feed.checks import pages
from feed.checks.html_tags import read_tags
from tests.feed.checks.fetched import AUDIO, ITEM, SHOW, a_document, found
from tests.soaking import examples

FEED = "https://a.example/feed.xml"
CHANNEL = f'<atom:link rel="self" href="{FEED}"/>'
NUMBERS = "<itunes:duration>1801</itunes:duration><itunes:episode>2</itunes:episode><itunes:season>1</itunes:season>"

SERIES: dict[str, object] = {
    "@context": "https://schema.org/",
    "@type": "PodcastSeries",
    "name": "Kommunen-Podcast",
    "url": SHOW,
    "description": "Gespräche",
    "image": "https://a.example/cover.jpg",
    "author": {"@type": "Person", "name": "Anna"},
    "webFeed": FEED,
}
EPISODE: dict[str, object] = {
    "@context": "https://schema.org/",
    "@type": ["PodcastEpisode"],
    "url": ITEM,
    "name": "Diensteid",
    "datePublished": "2024-06-02T06:00:00+02:00",
    "description": "Über Mut",
    "duration": "PT30M1S",
    "episodeNumber": 2,
    "partOfSeason": {"@type": "PodcastSeason", "seasonNumber": 1},
    "partOfSeries": {"@type": "PodcastSeries", "name": "Kommunen-Podcast"},
    "associatedMedia": {"@type": "AudioObject", "contentUrl": AUDIO},
}
ALTERNATE = '<link rel="alternate home" type="application/rss+xml" title="Feed" href="/feed.xml">'
GRAPH = (
    '<meta property="og:title" content="a"><meta property="og:type" content="website">'
    '<meta name="og:url" content="https://a.example/"><meta property="og:image" content="https://a.example/c.jpg">'
    '<meta property="og:audio" content="https://a.example/1.mp3">'
)
PLAYER = f'<audio controls preload="none" src="{AUDIO}"></audio><a href="/1.mp3">Herunterladen</a>'


def ld(thing: object) -> str:
    return '<script type="application/ld+json">' + json.dumps(thing).replace("</", "<\\/") + "</script>"


def a_page(*, block: str, head: str = ALTERNATE + GRAPH, body: str = PLAYER, lang: str = ' lang="de"') -> str:
    return f"<!doctype html>\n<html{lang}><head>{head}{block}</head>\n<body>{body}</body></html>"


SHOW_PAGE = a_page(block=ld(SERIES))
EPISODE_PAGE = a_page(block=ld({"@graph": [EPISODE]}))

SPOKEN = frozenset({"WEB-1", "WEB-2", "WEB-3", "WEB-4", "WEB-5", "WEB-8"})
"""The rules that have a case here."""


def said(rule_id: str, *, show: str = SHOW_PAGE, episode: str | bytes = EPISODE_PAGE) -> tuple[Problem, ...]:
    files: dict[str, str | bytes] = {SHOW: show, ITEM: episode}
    return found(rule_id, a_document(NUMBERS, files=files, channel=CHANNEL, media_type="text/html; charset=utf-8"))


@pytest.mark.parametrize("rule_id", sorted(SPOKEN))
def test_good_pages_are_met_with_silence(rule_id: str) -> None:
    assert said(rule_id) == ()
    assert said(rule_id, episode=a_page(block=ld([{"@type": "WebPage", "mainEntity": EPISODE}]))) == ()
    assert said(rule_id, episode=a_page(block=ld(EPISODE), body="<p>ein Rahmen</p>")) == ()
    assert found(rule_id, a_document(NUMBERS, files={}, channel=CHANNEL)) == ()


@pytest.mark.parametrize("rule_id", sorted(SPOKEN))
def test_what_is_no_page_is_not_judged(rule_id: str) -> None:
    files: dict[str, str | bytes] = {SHOW: b"\xff\xfb\x90", ITEM: "{}"}
    assert found(rule_id, a_document(files=files)) == ()
    assert found(rule_id, a_document(files=files, media_type="audio/mpeg")) == ()


@pytest.mark.parametrize("rule_id", ["WEB-2", "WEB-3"])
def test_items_that_lead_to_the_page_of_the_show_have_none_of_their_own(rule_id: str) -> None:
    document = a_document(f"<link>{SHOW}</link>", files={SHOW: SHOW_PAGE}, channel=CHANNEL, media_type="text/html")
    assert found(rule_id, document) == ()


def broken(thing: dict[str, object], **changes: object) -> str:
    return a_page(block=ld({name: value for name, value in (thing | changes).items() if value != ""}))


@pytest.mark.parametrize(
    ("rule_id", "page", "message"),
    [
        ("WEB-1", a_page(block="", head=GRAPH), "does not lead to the feed"),
        ("WEB-1", a_page(block="", head='<link rel="alternate" type="application/rss+xml">'), "does not lead"),
        ("WEB-2", a_page(block=""), "has no JSON-LD PodcastEpisode"),
        ("WEB-2", a_page(block=ld(SERIES)), "has no JSON-LD PodcastEpisode"),
        ("WEB-2", broken(EPISODE, duration="", name=""), "has no name, duration"),
        ("WEB-2", broken(EPISODE, episodeNumber="", partOfSeason=""), "has no episodeNumber, partOfSeason"),
        ("WEB-2", broken(EPISODE, associatedMedia=""), "has no associatedMedia"),
        ("WEB-2", broken(EPISODE, associatedMedia={"name": "a"}), "has an associatedMedia without contentUrl"),
        ("WEB-2", broken(EPISODE, duration="30:01"), "has the duration '30:01', not one such as PT30M1S"),
        ("WEB-2", broken(EPISODE, datePublished="2. Juni"), "has the datePublished '2. Juni'"),
        ("WEB-2", a_page(block='\n<script type="application/ld+json">{"@type": 1,}</script>'), "(line 3) is broken: "),
        ("WEB-4", a_page(block=ld(EPISODE).replace("Mut", "<b>Mut</b>")), "(line 2) holds </"),
        ("WEB-4", a_page(block=ld(EPISODE).replace("Mut", "</script>")), "ends inside a text, which holds </script>"),
        ("WEB-5", a_page(block="", head=GRAPH.replace("og:type", "og:typ")), "has no og:type"),
        ("WEB-5", a_page(block="", head=GRAPH.replace("og:audio", "og:video")), "has no og:audio"),
        ("WEB-5", a_page(block="", head=GRAPH.replace("https://a.example/c.jpg", "/c.jpg")), "og:image of "),
        ("WEB-8", a_page(block="", lang=""), "does not name its language"),
        ("WEB-8", a_page(block="", body=PLAYER.replace('preload="none"', "")), "loads audio nobody asked for"),
        ("WEB-8", a_page(block="", body=PLAYER.replace("none", "metadata")), "loads audio nobody asked for"),
        ("WEB-8", a_page(block="", body=PLAYER.replace("/1.mp3", "/2.mp3")), "has a player and no link to the file"),
    ],
)
def test_one_thing_wrong_with_the_page_of_an_episode_is_one_finding(rule_id: str, page: str, message: str) -> None:
    (problem,) = said(rule_id, episode=page)
    assert message in problem.message
    assert problem.field == "/rss/channel/item/link"
    assert problem.severity is (Severity.NOTE if rule_id == "WEB-5" else Severity.WARNING)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (a_page(block=ld({"@type": "WebSite"})), "has no JSON-LD PodcastSeries"),
        (broken(SERIES, image="", author=""), "has no image, author"),
        (broken(SERIES, webFeed="https://a.example/other.xml"), "which is not the self link of the feed"),
    ],
)
def test_one_thing_wrong_with_the_page_of_a_show_is_one_finding(page: str, message: str) -> None:
    (problem,) = said("WEB-3", show=page)
    assert message in problem.message
    assert problem.field == "/rss/channel/link"


@pytest.mark.parametrize("feed", ["/feed.xml", {"@type": "DataFeed", "url": FEED}, [FEED]])
def test_a_series_may_name_its_feed_in_several_forms(feed: object) -> None:
    assert said("WEB-3", show=broken(SERIES, webFeed=feed)) == ()


def test_the_best_description_counts() -> None:
    poor = {"@type": "https://schema.org/PodcastEpisode", "name": "die vorige"}
    assert said("WEB-2", episode=a_page(block=ld([poor, EPISODE]))) == ()


def test_the_way_to_the_file_may_be_counted() -> None:
    body = PLAYER.replace('href="/1.mp3"', 'href="https://count.example/a.example/1.mp3?x=1"')
    assert said("WEB-8", episode=a_page(block="", body=body)) == ()


def test_umlauts_are_read_with_and_without_a_declaration() -> None:
    for page in ("<p>Bürger</p>".encode(), '<meta charset="iso-8859-1"><p>Bürger</p>'.encode("latin-1")):
        assert [tag.text for tag in read_tags(page) if tag.name == "p"] == ["Bürger"]


def test_every_rule_on_pages_has_a_case() -> None:
    assert {name.upper().replace("_", "-") for name in vars(pages) if name.startswith("web_")} == SPOKEN


@settings(max_examples=examples(150), deadline=None)
@given(place=st.integers(0, len(EPISODE_PAGE)), gone=st.integers(0, 30), junk=st.binary(max_size=30))
def test_any_bytes_end_in_findings_or_silence(place: int, gone: int, junk: bytes) -> None:
    whole = EPISODE_PAGE.encode()
    for body in (whole[:place] + junk + whole[place + gone :], junk):
        for rule_id in SPOKEN:
            said(rule_id, episode=body)


@pytest.mark.parametrize(
    "part",
    [
        "<div>",
        "<",
        "<a href=x>",
        "<audio></audio>",
        "<p>a",
        "&amp;",
        "<!--",
        '<script type="application/ld+json"></script>',
        "\x00",
    ],
)
def test_a_megabyte_of_the_same_ends_too(part: str) -> None:
    # A rule whose time grows with the square of the page would never end here.
    body = EPISODE_PAGE + part * (1_000_000 // len(part))
    for rule_id in ("WEB-2", "WEB-4", "WEB-8"):
        assert len(said(rule_id, episode=body)) < 10


def test_json_of_any_depth_ends_too() -> None:
    for text in ("[" * 100_000, '{"@graph":' * 900 + "1" + "}" * 900):
        block = f'<script type="application/ld+json">{text}</script>'
        assert len(said("WEB-2", episode=a_page(block=block))) == 1
