from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from episodes.model import Appearance, Kind
from episodes.namespace import EpisodeTags, Location, ShowTags
from episodes.problems import UserError
from feed.compiler import compile_feed, newest_first
from feed.item import Enclosure, Item
from feed.reader import parse_duration, read_feed
from feed.show import Category, Show, ShowKind
from feed.times import parse_date
from tests.feed.builders import CHANGED, a_feed, a_full_item, a_full_show, a_show, an_item
from tests.feed.public import public_item, public_show
from tests.feed.strategies import ITEMS, SHOWS, WHEN
from tests.soaking import examples


@settings(derandomize=True, deadline=None, max_examples=examples(80), suppress_health_check=[HealthCheck.too_slow])
@given(SHOWS, st.lists(ITEMS, max_size=3, unique_by=lambda item: item.guid), WHEN)
def test_what_was_compiled_is_read_back(show: Show, items: list[Item], changed: datetime) -> None:
    feed = read_feed(compile_feed(show, items, changed=changed))
    assert feed.show == public_show(show)
    assert feed.items == tuple(public_item(item, show) for item in newest_first(items))
    assert feed.changed == changed.replace(microsecond=0)
    assert feed.problems == ()


@settings(derandomize=True, deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(SHOWS, st.lists(ITEMS, max_size=2, unique_by=lambda item: item.guid), WHEN)
def test_a_feed_read_and_compiled_again_is_the_same(show: Show, items: list[Item], changed: datetime) -> None:
    # What a feed has no place for, such as a handle by which a host is known, is not in it the second time.
    public = [public_item(item, show) for item in items]
    body = compile_feed(public_show(show), public, changed=changed)
    feed = read_feed(body)
    assert feed.changed is not None
    assert compile_feed(feed.show, feed.items, changed=feed.changed) == body


def test_every_field_of_show_and_item_comes_back() -> None:
    show, item = a_full_show(), a_full_item()
    feed = read_feed(compile_feed(show, [item], changed=CHANGED))
    assert feed.show == show
    assert feed.items == (public_item(item, show),)


@pytest.mark.parametrize("full", [a_full_show(), a_full_item(), a_full_show().tags, a_full_item().tags])
def test_the_full_examples_have_every_field_filled(full: Show | Item | ShowTags | EpisodeTags) -> None:
    # what a test of all fields rests on: a new field has to be added to the builders
    defaults = {field.name: field.default for field in fields(full) if field.default is not MISSING}
    assert [name for name, default in defaults.items() if getattr(full, name) == default] == []


def test_the_running_example_comes_back_equal() -> None:
    feed = read_feed(a_feed(an_item(2), an_item(1)))
    assert feed.show == a_show()
    assert feed.items == (public_item(an_item(2), a_show()), public_item(an_item(1), a_show()))
    assert feed.changed == CHANGED


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<rss>\n<channel", "line 2: not well-formed XML"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "<atom:feed> is not an RSS feed"),
        (b"<rss/>", "is not an RSS feed with a channel"),
        (b"<html><body/></html>", "<html> is not an RSS feed"),
    ],
)
def test_what_is_not_a_feed_is_refused_in_words(body: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_feed(body)


_OTHER = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
     xmlns:podcast="https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md">
<channel>
  <title> Anderswo </title><image><url>https://a.example/c.png</url></image>
  <itunes:explicit>yes</itunes:explicit><itunes:type>Serial</itunes:type>
  <itunes:category text="Arts"><itunes:category text="Food"/><itunes:category text="Design"/></itunes:category>
  <podcast:person>Anna</podcast:person>
  <item><title>eins</title><enclosure url="https://a.example/1.mp3" length="12 MB" type="audio/mpeg"/>
    <pubDate>Sun, 02 Jun 2024 06:00:00 GMT</pubDate><itunes:duration>1:02:03</itunes:duration>
    <itunes:explicit>clean</itunes:explicit><itunes:episodeType>Bonus</itunes:episodeType>
    <podcast:episode>7</podcast:episode>
    <podcast:location geo="geo:1,2">der Gegenstand</podcast:location></item>
  <item><title>zwei</title><pubDate>Sun, 02 Jun 2024 06:00:00 GMT</pubDate></item>
  <item><title>drei</title><enclosure url="https://a.example/3.mp3"/><pubDate>gestern</pubDate></item>
</channel></rss>"""


def test_feeds_of_other_hands_are_read_leniently() -> None:
    feed = read_feed(_OTHER)
    assert (feed.show.title, feed.show.explicit, feed.show.kind) == ("Anderswo", True, ShowKind.SERIAL)
    assert feed.show.image_url == "https://a.example/c.png"
    assert feed.show.categories == (
        Category(name="Arts", subcategory="Food"),
        Category(name="Arts", subcategory="Design"),
    )
    assert feed.show.hosts == (Appearance(name="Anna", role="host"),)
    assert not feed.show.locked
    assert feed.changed is None
    (item,) = feed.items
    assert item == Item(
        guid="https://a.example/1.mp3",
        title="eins",
        link="",
        enclosure=Enclosure(url="https://a.example/1.mp3", bytes=0, media_type="audio/mpeg"),
        duration=timedelta(hours=1, minutes=2, seconds=3),
        published=datetime(2024, 6, 2, 6, tzinfo=UTC),
        kind=Kind.BONUS,
        number=7,
        tags=EpisodeTags(locations=(Location(name="der Gegenstand", geo="geo:1,2"),)),
    )


def test_an_item_that_cannot_be_read_is_named_and_not_lost_in_silence() -> None:
    first, second = read_feed(_OTHER).problems
    assert (first.message, first.line, first.field) == (
        "the item 'zwei' is left out: it has no enclosure", 14, "/rss/channel/item[2]",
    )  # fmt: skip
    assert second.message == "the item 'drei' is left out: its pubDate 'gestern' is not a date"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1231", 1231),
        ("20:31", 1231),
        ("0:20:31", 1231),
        ("1231.5", 1232),
        ("", 0),
        ("lang", 0),
        ("1:2:3:4", 0),
        ("-3", 0),
    ],
)
def test_durations_are_read_in_every_common_form(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "gestern", "Sun, 31 Feb 2024 06:00:00 +0000", "Sun, 02 Jun 2024 06:00:00 +9999"])
def test_what_is_no_date_is_nothing(text: str) -> None:
    assert parse_date(text) is None


def test_an_unknown_zone_means_utc() -> None:
    assert parse_date("Sun, 02 Jun 2024 06:00:00 -0000") == datetime(2024, 6, 2, 6, tzinfo=UTC)
