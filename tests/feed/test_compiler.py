import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from episodes.markup import parse_markup
from episodes.model import Appearance, Kind, Recording
from episodes.namespace import EpisodeTags
from episodes.problems import ProblemsFound
from feed.compiler import compile_feed, newest_first
from feed.document import Element, read_document
from feed.item import Enclosure
from feed.reader import read_feed
from feed.show import ShowKind
from feed.times import whole_seconds
from tests.feed.builders import CHANGED, GUEST, HOST, SUMMER, a_feed, a_show, an_item

ROOT = Path(__file__).parents[2]


def channel_of(body: bytes) -> Element:
    return read_document(body).channels[0]


def item_of(body: bytes) -> Element:
    return read_document(body).items[0]


def test_the_feed_declares_utf8_and_rss_2() -> None:
    body = a_feed()
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<rss ")
    assert b' version="2.0"' in body.splitlines()[1]
    assert "für" in body.decode("utf-8")


def test_the_channel_says_what_the_show_is() -> None:
    channel = channel_of(a_feed(show=a_show(kind=ShowKind.SERIAL, explicit=True)))
    assert {child.name: child.text.strip() for child in channel.children if child.name != "item"} == {
        "title": "Kommunen-Podcast",
        "link": "https://kommunen-podcast.example/",
        "description": "Gespräche über Verwaltung & Wandel, für Leser:innen und Hörer:innen.",
        "atom:link": "",
        "copyright": "Anna Beispiel",
        "generator": "folge",
        "image": "",
        "language": "de-de",
        "lastBuildDate": "Tue, 10 Dec 2024 09:30:00 +0100",
        "itunes:author": "Kommunen-Podcast",
        "itunes:type": "serial",
        "itunes:owner": "",
        "itunes:category": "",
        "itunes:explicit": "true",
        "itunes:image": "",
        "podcast:guid": "bab2ba12-9757-5da6-a770-0e70e6bcf214",
        "podcast:locked": "yes",
        "podcast:person": "Anna Beispiel",
    }


def test_the_self_link_names_the_feed() -> None:
    link = channel_of(a_feed()).all("atom:link")
    assert [found.attributes for found in link] == [
        {"rel": "self", "type": "application/rss+xml", "href": "https://kommunen-podcast.example/feed.xml"}
    ]


def test_the_picture_of_the_channel_repeats_title_and_link() -> None:
    channel = channel_of(a_feed(show=a_show(title="A & <B>")))
    image = channel.all("image")[0]
    assert (image.value("title"), image.value("link")) == ("A & <B>", "https://kommunen-podcast.example/")
    assert image.value("url") == channel.all("itunes:image")[0].get("href")


def test_a_bare_show_writes_no_empty_elements() -> None:
    show = a_show(
        author="", owner_name="", owner_email="", categories=(), image_url="", copyright="", hosts=(), guid=""
    )
    channel = channel_of(a_feed(show=show))
    names = {child.name for child in channel.children}
    assert names.isdisjoint(
        {"itunes:author", "itunes:owner", "itunes:category", "itunes:image", "image", "copyright", "podcast:guid"}
    )
    assert channel.all("podcast:locked")[0].attributes == {}


def test_a_bare_item_writes_no_empty_elements() -> None:
    item = an_item(
        link="", number=None, season=None, summary="", notes_html="", image_url="", people=(), transcripts=()
    )
    element = item_of(a_feed(item))
    assert {child.name for child in element.children} == {
        "title", "guid", "enclosure", "pubDate", "itunes:duration", "itunes:episodeType", "itunes:explicit",
        "podcast:location",
    }  # fmt: skip


def test_notes_without_a_summary_stay_notes() -> None:
    element = item_of(a_feed(an_item(summary="")))
    assert element.first("description") is None
    assert element.value("content:encoded").startswith("<p>")


def test_items_stand_last_and_newest_first() -> None:
    same = datetime(2024, 7, 1, tzinfo=SUMMER)
    old = an_item(1, published=same - timedelta(days=1))
    first, second = an_item(2, guid="a", published=same), an_item(3, guid="b", published=same)
    body = compile_feed(a_show(), (old, second, first), changed=CHANGED)
    names = [child.name for child in channel_of(body).children]
    assert names[-3:] == ["item", "item", "item"]
    assert "item" not in names[:-3]
    assert [item.value("guid") for item in read_document(body).items] == ["a", "b", old.guid]
    assert newest_first((old, second, first)) == (first, second, old)


def test_the_order_given_does_not_matter() -> None:
    items = (an_item(1), an_item(2), an_item(3))
    assert compile_feed(a_show(), items, changed=CHANGED) == compile_feed(a_show(), items[::-1], changed=CHANGED)


def test_description_stands_before_the_notes() -> None:
    names = [child.name for child in item_of(a_feed()).children]
    assert names.index("description") < names.index("content:encoded")


def test_a_show_without_episodes_has_a_feed() -> None:
    assert read_document(compile_feed(a_show(), (), changed=CHANGED)).items == ()


@pytest.mark.parametrize(
    "text", ["A ]]> B", "Q&amp;A", "a < b & c > d", "Grüße 👩🏽‍💻 \u202bעברית\u202c", "<p>]]&gt;</p>"]
)
def test_text_and_notes_arrive_as_written(text: str) -> None:
    element = item_of(a_feed(an_item(title=text, summary=text, notes_html=text)))
    assert [element.value(name) for name in ("title", "description", "content:encoded")] == [text, text, text]


def test_notes_are_cdata() -> None:
    assert b"<content:encoded><![CDATA[<p>" in a_feed()


def test_ampersands_in_titles_survive_being_decoded_twice() -> None:
    body = a_feed(an_item(title="Q&A <live>", notes_html="<title>Q&amp;A</title>"), show=a_show(title="R&D"))
    assert b"<title>Q&#x26;A &#x3C;live&gt;</title>" in body
    assert body.count(b"<title>R&#x26;D</title>") == 2
    assert b"<![CDATA[<title>Q&amp;A</title>]]>" in body


def test_a_long_summary_is_cut_to_4000_bytes_between_words() -> None:
    summary = "Bürger:innen " * 400
    text = item_of(a_feed(an_item(summary=summary))).value("description")
    assert 3900 < len(text.encode()) <= 4000
    assert text.endswith("Bürger:innen…")


def test_a_long_description_of_the_show_is_cut() -> None:
    text = channel_of(a_feed(show=a_show(description="ü" * 3000))).value("description")
    assert 3900 < len(text.encode()) <= 4000


def test_the_date_is_in_the_zone_it_was_given_in() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    dates = [
        item_of(a_feed(an_item(published=when))).value("pubDate")
        for when in (datetime(2024, 7, 1, 6, tzinfo=berlin), datetime(2024, 12, 1, 6, tzinfo=berlin))
    ]
    assert dates == ["Mon, 01 Jul 2024 06:00:00 +0200", "Sun, 01 Dec 2024 06:00:00 +0100"]


def test_a_foreign_element_keeps_its_own_prefix_and_moves_with_nothing() -> None:
    xml = '<neu:grüße xmlns:neu="https://neu.example/ns" neu:art="winken"><b xmlns="urn:b">ja</b></neu:grüße>'
    tags = EpisodeTags(extra=(parse_markup(xml), parse_markup('<a xmlns="urn:a"/>')))
    written = [
        compile_feed(a_show(hubs=hubs), [an_item(tags=tags)], changed=CHANGED).decode()
        for hubs in ((), ("https://hub.example/",))
    ]
    for feed in written:
        assert '<neu:grüße xmlns:neu="https://neu.example/ns"' in feed
        assert 'neu:art="winken"' in feed
        assert "ns0" not in feed
    items = [feed[feed.index("<item>") :] for feed in written]
    assert items[0] == items[1]
    (item,) = read_feed(written[0].encode()).items
    assert item.tags.extra == tags.extra


@pytest.mark.parametrize(("seconds", "written"), [(0.4, 0), (0.5, 1), (1231.08, 1231), (1231.5, 1232), (7200, 7200)])
def test_durations_are_whole_seconds(seconds: float, written: int) -> None:
    assert whole_seconds(timedelta(seconds=seconds)) == written
    element = item_of(a_feed(an_item(duration=timedelta(seconds=seconds))))
    assert element.value("itunes:duration") == str(written)


def test_an_item_says_its_kind() -> None:
    element = item_of(a_feed(an_item(kind=Kind.TRAILER, explicit=True)))
    assert (element.value("itunes:episodeType"), element.value("itunes:explicit")) == ("trailer", "true")


def test_a_guest_brings_the_hosts_along() -> None:
    people = item_of(a_feed()).all("podcast:person")
    assert [person.text for person in people] == [HOST.name, GUEST.name]
    assert people[1].attributes == {
        "role": "guest",
        "group": "cast",
        "img": "https://kommunen-podcast.example/people/uwe.jpg",
        "href": "https://wuppertal.example/",
    }


def test_a_host_named_on_the_item_is_not_repeated() -> None:
    named = Appearance(name="anna beispiel", role="guest")
    assert [person.text for person in item_of(a_feed(an_item(people=(named,)))).all("podcast:person")] == [named.name]


def test_an_item_without_people_leaves_the_channel_to_speak() -> None:
    assert item_of(a_feed(an_item(people=()))).all("podcast:person") == ()


def test_the_place_is_where_it_was_recorded() -> None:
    location = item_of(a_feed()).all("podcast:location")
    assert [found.text for found in location] == ["Berlin"]
    assert location[0].attributes == {"rel": "creator", "geo": "geo:52.52,13.40", "osm": "R62422", "country": "DE"}


def test_an_unnamed_place_is_not_published() -> None:
    item = an_item(recording=Recording(geo="geo:52.52,13.40", country="DE"))
    assert item_of(a_feed(item)).all("podcast:location") == ()


def test_what_no_feed_can_carry_is_refused_all_at_once() -> None:
    naive = datetime(2024, 6, 1, 6)  # noqa: DTZ001 - a time without a zone is the case
    items = (
        an_item(1, title="\x00", published=naive),
        an_item(2, guid="same", number=0, season=-1),
        an_item(3, guid="same", enclosure=Enclosure(url="", bytes=-1, media_type="audio/mpeg")),
    )
    with pytest.raises(ProblemsFound) as refused:
        compile_feed(a_show(link=""), items, changed=naive)
    assert [problem.field for problem in refused.value.problems] == [
        "link", "changed", "title", "published", "number", "season", "enclosure", "enclosure", "guid",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_bytes_do_not_depend_on_the_process(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
    script = "import sys; from tests.feed.builders import a_feed; sys.stdout.buffer.write(a_feed())"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=True, timeout=60
    )
    assert done.stdout == a_feed()


def test_the_compiler_is_loaded_without_feedgen_and_lxml() -> None:
    script = (
        "import sys, feed.compiler, feed.reader, feed.checks.run; "
        "sys.exit(any(name.partition('.')[0] in {'feedgen', 'lxml'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60).returncode == 0
