"""What pages tell machines: JSON-LD and Open Graph, whole, true, and harmless whatever the text."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import cast

import pytest
from lxml import html

from episodes.model import Appearance, Recording
from episodes.namespace import EpisodeTags, License, ShowTags
from episodes.problems import Problem
from feed.answers import Answer, Probe
from feed.checks.rule import registered_rules
from feed.document import read_document
from feed.item import Enclosure, Item, Transcript
from feed.show import Selection, Show
from podcast.website.jsonld import Thing, episode_of, iso_length, series_of
from podcast.website.page import Page
from podcast.website.render import Site, render_site
from podcast.website.sources import website_of
from tests.feed.builders import BASE, GUEST, HOST, a_feed, a_full_item, a_full_show, a_show, an_item

HOME = f"{BASE}/"
RULES = tuple(rule for rule in registered_rules() if rule.id.startswith("WEB-"))
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "-->",
    "<![CDATA[ ]]>",
    "a\u2028b\u2029c",
    '"}]}, "name": "\\',
    "&lt;/script&gt; &amp; {{ show.guid }}",
    "\U0001f422 رحلة e\u0301",
)


def site(*items: Item, show: Show, selections: tuple[Selection, ...] = (), directory_index: bool = True) -> Site:
    pages = [Page(item=item, notes="Notizen", topics=(), path=item.guid, aliases=(f"f/{item.guid}",)) for item in items]
    return render_site(website_of(show, pages, base_url=HOME, selections=selections, directory_index=directory_index))


def described(page: bytes) -> Thing:
    """The one JSON-LD block of a page, as an HTML parser and a JSON parser see it."""
    (script,) = html.document_fromstring(page).iterfind(".//script[@type='application/ld+json']")
    assert script.get("type") == "application/ld+json"
    return cast("Thing", json.loads(script.text or ""))


def told(page: bytes) -> dict[str, str]:
    """What the page says in Open Graph."""
    tags = html.document_fromstring(page).iterfind(".//meta[@property]")
    return {tag.get("property", ""): tag.get("content", "") for tag in tags}


def found(item: Item, show: Show, pages: Mapping[str, bytes]) -> list[Problem]:
    """What every rule for pages finds, given the feed and the pages its links lead to."""
    probes = {
        url: Probe(get=Answer(url=url, status=200, headers={"content-type": "text/html"}, body=body, whole=True))
        for url, body in pages.items()
    }
    document = replace(read_document(a_feed(item, show=show)), probes=probes)
    return [problem for rule in RULES for problem in rule(document)]


def rendered(item: Item, show: Show) -> dict[str, bytes]:
    """The pages of a show with one episode by their addresses."""
    there = site(item, show=show)
    return {item.link: there.pages[f"{item.guid}/index.html"], show.link: there.indexes["index.html"]}


@pytest.mark.parametrize(("item", "show"), [(an_item(), a_show()), (a_full_item(), a_full_show())])
def test_the_rules_for_pages_are_silent_about_ours(item: Item, show: Show) -> None:
    assert len(RULES) >= 6
    assert found(item, show, rendered(item, show)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_the_rules_are_silent_whatever_the_text(text: str) -> None:
    guest = Appearance(name=text, function=text, organisation=text)
    item = an_item(title=text, summary=text, people=(guest,), recording=Recording(occasion=text, place=text))
    show = a_show(title=text, description=text, author=text)
    assert found(item, show, rendered(item, show)) == []


@pytest.mark.parametrize(
    ("rule_id", "part", "instead"),
    [
        ("WEB-1", b"application/rss+xml", b"text/plain"),
        ("WEB-2", b'"contentUrl"', b'"url"'),
        ("WEB-3", b'"webFeed"', b'"feed"'),
        ("WEB-4", b'"name": "', b'"name": "</b>'),
        ("WEB-5", b"og:image", b"og:picture"),
        ("WEB-8", b' preload="none"', b""),
    ],
)
def test_each_of_these_rules_would_have_seen_a_fault(rule_id: str, part: bytes, instead: bytes) -> None:
    item, show = an_item(transcripts=()), a_show()
    worse = {url: body.replace(part, instead) for url, body in rendered(item, show).items()}
    assert {rule_id} == {problem.rule for problem in found(item, show, worse)}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_arrives_in_json_as_it_was_written(text: str) -> None:
    item = an_item(title=text, summary=text)
    page = site(item, show=a_show(title=text)).pages[f"{item.guid}/index.html"]
    thing = described(page)
    assert (thing["name"], thing["description"]) == (text, text)
    assert cast("Thing", thing["partOfSeries"])["name"] == text
    block = page.split(b'<script type="application/ld+json">')[1].split(b"</script>")[0]
    assert block.isascii()
    assert not set(b"<>&") & set(block)


def test_an_episode_says_who_where_and_when() -> None:
    thing = episode_of(a_full_item(), a_full_show(), ("Mut",))
    assert thing == {
        "@context": "https://schema.org",
        "@type": "PodcastEpisode",
        "url": f"{BASE}/diensteid-1/",
        "name": "Diensteid für Transformation",
        "description": "Über Mut, und ob Wandel einen Diensteid braucht.",
        "datePublished": "2024-06-02T06:00:00+02:00",
        "duration": "PT20M31S",
        "episodeNumber": 1,
        "partOfSeason": {"@type": "PodcastSeason", "seasonNumber": 2, "name": "Mut"},
        "partOfSeries": {
            "@type": "PodcastSeries",
            "name": "Kommunen-Podcast",
            "url": HOME,
            "webFeed": f"{BASE}/feed.xml",
        },
        "associatedMedia": {
            "@type": "AudioObject",
            "contentUrl": f"{BASE}/audio/diensteid-1-a1b2c3d4.mp3",
            "encodingFormat": "audio/mpeg",
            "contentSize": "29548432 B",
            "duration": "PT20M31S",
            "caption": [
                {
                    "@type": "MediaObject",
                    "contentUrl": f"{BASE}/transcripts/a.vtt",
                    "encodingFormat": "text/vtt",
                    "inLanguage": "de",
                },
                {
                    "@type": "MediaObject",
                    "contentUrl": f"{BASE}/transcripts/a.json",
                    "encodingFormat": "application/json",
                    "inLanguage": "de",
                },
            ],
        },
        "image": f"{BASE}/covers/diensteid-1.png",
        "inLanguage": "de-de",
        "keywords": ["Mut"],
        "author": "Kommunen-Podcast",
        "actor": [
            {"@type": "Person", "name": "Anna Beispiel", "url": HOST.link},
            {
                "@type": "Person",
                "name": "Uwe Schneidewind",
                "jobTitle": "Oberbürgermeister",
                "worksFor": {"@type": "Organization", "name": "Stadt Wuppertal"},
                "url": GUEST.link,
                "image": GUEST.picture,
            },
        ],
        "recordedAt": {
            "@type": "Event",
            "name": "K360-Festival",
            "location": {
                "@type": "Place",
                "name": "Berlin",
                "address": {"@type": "PostalAddress", "addressCountry": "DE"},
                "geo": {"@type": "GeoCoordinates", "latitude": "52.52", "longitude": "13.40"},
            },
        },
        "license": {"@type": "CreativeWork", "name": "CC-BY-4.0"},
    }


def test_a_show_says_what_it_is_and_where_its_feed_is() -> None:
    assert series_of(a_full_show(author="Anna Beispiel")) == {
        "@context": "https://schema.org",
        "@type": "PodcastSeries",
        "name": "Kommunen-Podcast",
        "url": HOME,
        "description": a_show().description,
        "image": f"{BASE}/cover-3fa9.jpg",
        "inLanguage": "de-de",
        "author": {"@type": "Person", "name": "Anna Beispiel", "url": HOST.link},
        "actor": [{"@type": "Person", "name": "Anna Beispiel", "url": HOST.link}],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "webFeed": f"{BASE}/feed.xml",
    }


def test_what_nobody_knows_is_not_said() -> None:
    bare = Item(
        guid="1",
        title="Ohne alles",
        link=f"{BASE}/1/",
        enclosure=Enclosure(url=f"{BASE}/1.mp3", bytes=0, media_type="audio/mpeg"),
        duration=timedelta(),
        published=datetime(2024, 6, 2, 6, tzinfo=UTC),
    )
    thing = episode_of(bare, a_show(author="", hosts=()))
    assert thing.keys() == {
        *("@context", "@type", "url", "name", "datePublished", "partOfSeries", "associatedMedia"),
        "inLanguage",
    }
    assert thing["associatedMedia"] == {
        "@type": "AudioObject",
        "contentUrl": f"{BASE}/1.mp3",
        "encodingFormat": "audio/mpeg",
    }


def test_a_film_is_no_audio() -> None:
    film = Enclosure(url=f"{BASE}/1.mp4", bytes=1, media_type="video/mp4")
    assert cast("Thing", episode_of(an_item(enclosure=film), a_show())["associatedMedia"])["@type"] == "VideoObject"


def test_who_is_not_heard_contributed() -> None:
    people = (GUEST, Appearance(name="Bea", role="editor", group="writing"))
    thing = episode_of(an_item(people=people), a_show())
    assert [person["name"] for person in cast("list[Thing]", thing["actor"])] == ["Anna Beispiel", "Uwe Schneidewind"]
    assert thing["contributor"] == [{"@type": "Person", "name": "Bea"}]


def test_the_hosts_are_heard_where_no_guest_is_named() -> None:
    thing = episode_of(an_item(people=()), a_show())
    assert [person["name"] for person in cast("list[Thing]", thing["actor"])] == ["Anna Beispiel"]


@pytest.mark.parametrize(
    ("recording", "event"),
    [
        (Recording(on=date(2024, 6, 1)), {"@type": "Event", "startDate": "2024-06-01"}),
        (Recording(place="Berlin"), {"@type": "Event", "location": {"@type": "Place", "name": "Berlin"}}),
        (Recording(remark="im Freien"), None),
        (
            Recording(on=date(2024, 6, 1), remark="im Freien"),
            {"@type": "Event", "startDate": "2024-06-01", "description": "im Freien"},
        ),
    ],
)
def test_a_recording_says_what_is_known_of_it(recording: Recording, event: Thing | None) -> None:
    assert episode_of(an_item(recording=recording), a_show()).get("recordedAt") == event


def test_a_transcript_without_times_is_no_caption() -> None:
    text = Transcript(url=f"{BASE}/transcripts/a.html", media_type="text/html", language="de")
    audio = cast("Thing", episode_of(an_item(transcripts=(text,)), a_show())["associatedMedia"])
    assert audio["transcript"] == [text.url]
    assert "caption" not in audio


def test_an_episode_has_the_licence_of_its_show_unless_it_has_its_own() -> None:
    show = a_show(tags=ShowTags(license=License(name="CC-BY-4.0", url="https://a.example/by")))
    own = EpisodeTags(license=License(name="eigene", url="https://a.example/eigene"))
    assert episode_of(an_item(), show)["license"] == "https://a.example/by"
    assert episode_of(an_item(tags=own), show)["license"] == "https://a.example/eigene"


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(), "PT0S"),
        (timedelta(seconds=59.5), "PT1M"),
        (timedelta(minutes=30, seconds=1), "PT30M1S"),
        (timedelta(hours=25, seconds=4), "PT25H4S"),
    ],
)
def test_lengths_are_written_in_iso_8601(length: timedelta, written: str) -> None:
    assert iso_length(length) == written


def test_a_local_mean_time_is_written_in_whole_minutes() -> None:
    when = datetime(1890, 1, 1, 6, 0, 0, 5, tzinfo=timezone(timedelta(minutes=53, seconds=28)))
    assert episode_of(an_item(published=when), a_show())["datePublished"] == "1890-01-01T05:59:32+00:53"


def test_addresses_no_page_may_link_to_are_left_out() -> None:
    bad = replace(GUEST, link="javascript:alert(1)", picture="data:text/html,x")
    show = a_show(hosts=(replace(HOST, link="javascript:alert(1)"),))
    item = an_item(people=(bad,))
    there = site(item, show=show)
    rendered = {**there.pages, **there.indexes}
    for page in (body for key, body in rendered.items() if key.endswith(".html")):
        assert b"javascript:" not in page
        assert b"data:" not in page


def test_every_page_that_is_shared_shows_itself_in_previews() -> None:
    item, show = an_item(), a_show()
    there = site(item, show=show)
    graph = {
        "og:title": item.title,
        "og:description": item.summary,
        "og:type": "website",
        "og:url": item.link,
        "og:site_name": show.title,
        "og:image": item.image_url,
        "og:image:alt": item.title,
        "og:audio": item.enclosure.url,
        "og:audio:secure_url": item.enclosure.url,
        "og:audio:type": "audio/mpeg",
    }
    assert told(there.pages[f"{item.guid}/index.html"]) == graph
    assert told(there.pages[f"f/{item.guid}/index.html"]) == graph
    assert told(there.indexes["index.html"]) == {
        "og:title": show.title,
        "og:description": show.description,
        "og:type": "website",
        "og:url": HOME,
        "og:site_name": show.title,
        "og:image": show.image_url,
        "og:image:alt": show.title,
    }


@pytest.mark.parametrize("items", [(), (an_item(link=f"{BASE}/1/index.html"),)])
def test_where_no_server_finds_the_index_its_address_names_the_file(items: tuple[Item, ...]) -> None:
    there = site(
        *items, show=a_show(link=f"{HOME}index.html" if not items else "https://b.example/"), directory_index=False
    )
    assert told(there.indexes["index.html"])["og:url"] == f"{HOME}index.html"


def test_every_page_names_every_feed_the_whole_one_first() -> None:
    guid = "bab2ba12-9757-5da6-a770-0e70e6bcf214"
    selections = (
        Selection(name="opus", guid=guid, format="opus"),
        Selection(name="mut", guid=guid, title='Nur "Mut"', topic="Mut"),
    )
    item, show = an_item(), a_show()
    there = site(item, show=show, selections=selections)
    rendered = {**there.pages, **there.indexes}
    for page in (body for key, body in rendered.items() if key.endswith(".html")):
        links = html.document_fromstring(page).iterfind("head/link[@type='application/rss+xml'][@rel='alternate']")
        assert [(link.get("title"), link.get("href")) for link in links] == [
            ("Kommunen-Podcast", f"{BASE}/feed.xml"),
            ("Kommunen-Podcast (opus)", f"{BASE}/feed/opus.xml"),
            ('Nur "Mut"', f"{BASE}/feed/mut.xml"),
        ]
