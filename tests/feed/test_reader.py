from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.model import Appearance, Kind, Recording
from episodes.problems import UserError
from feed.compiler import compile_feed, newest_first, whole_seconds
from feed.extensions import with_hosts
from feed.item import Enclosure, Item, Transcript
from feed.reader import parse_date, parse_duration, read_feed
from feed.show import Category, Show, ShowKind
from feed.text import clean, one_line
from tests.feed.builders import CHANGED, a_feed, a_show, an_item


def public_person(person: Appearance) -> Appearance:
    """What a feed tells of a person."""
    return Appearance(name=person.name, role=person.role, group=person.group, link=person.link, picture=person.picture)


def public_show(show: Show) -> Show:
    """What a feed tells of a show: an owner's name only beside an address."""
    owner_name = show.owner_name if show.owner_email else ""
    return replace(show, owner_name=owner_name, hosts=tuple(map(public_person, show.hosts)))


def public_item(item: Item, show: Show) -> Item:
    """What a feed tells of an item."""
    where = item.recording
    recording = Recording(place=where.place, geo=where.geo, osm=where.osm, country=where.country)
    return replace(
        item,
        published=item.published.replace(microsecond=0),
        duration=timedelta(seconds=whole_seconds(item.duration)),
        people=tuple(map(public_person, with_hosts(item.people, show.hosts))),
        recording=recording if where.place else Recording(),
    )


_CHARACTERS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("äöüß&<>'\"]\n\t 👩\u202b"))
_TEXT = st.text(_CHARACTERS, max_size=30).map(clean)
_LINE = st.text(_CHARACTERS, max_size=30).map(one_line)
_NAME = _LINE.filter(bool)
_SLUG = st.text("abcdefgh0123456789-", min_size=1, max_size=8)
_URL = _SLUG.map(lambda slug: f"https://kommunen-podcast.example/{slug}?a=1&b=%C3%BC")
_MAYBE_URL = st.one_of(st.just(""), _URL)
_ZONE = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
_WHEN = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=_ZONE)  # noqa: DTZ001 - bounds are naive
_NUMBER = st.one_of(st.none(), st.integers(1, 9999))

_PEOPLE = st.lists(
    st.builds(
        Appearance,
        name=_NAME,
        role=st.sampled_from(["host", "guest", "audio editor"]),
        group=st.sampled_from(["cast", "audio post-production"]),
        function=_LINE,
        link=_MAYBE_URL,
        picture=_MAYBE_URL,
        person=st.sampled_from(["", "anna", "uwe"]),
    ),
    max_size=3,
).map(tuple)

_SHOWS = st.builds(
    Show,
    title=_NAME,
    description=_TEXT.filter(bool),
    language=st.sampled_from(["de", "de-at", "en-us"]),
    link=_URL,
    feed_url=_URL,
    guid=st.uuids().map(str),
    author=_LINE,
    owner_name=_LINE,
    owner_email=st.sampled_from(["", "post@kommunen-podcast.example"]),
    categories=st.lists(
        st.builds(Category, name=_NAME, subcategory=st.one_of(st.just(""), _NAME)), max_size=3
    ).map(tuple),
    explicit=st.booleans(),
    kind=st.sampled_from(ShowKind),
    image_url=_MAYBE_URL,
    copyright=_LINE,
    locked=st.booleans(),
    hosts=_PEOPLE,
)  # fmt: skip

_ITEMS = st.builds(
    Item,
    guid=st.uuids().map(str),
    title=_NAME,
    link=_MAYBE_URL,
    enclosure=st.builds(
        Enclosure,
        url=_URL,
        bytes=st.integers(1, 2**40),
        media_type=st.sampled_from(["audio/mpeg", "audio/x-m4a"]),
    ),
    duration=st.timedeltas(timedelta(), timedelta(hours=30)),
    published=_WHEN,
    kind=st.sampled_from(Kind),
    number=_NUMBER,
    season=_NUMBER,
    summary=_TEXT,
    notes_html=_TEXT,
    image_url=_MAYBE_URL,
    explicit=st.booleans(),
    people=_PEOPLE,
    recording=st.builds(
        Recording,
        place=_LINE,
        occasion=_LINE,
        geo=st.sampled_from(["", "geo:52.52,13.40"]),
        osm=st.sampled_from(["", "R62422"]),
        country=st.sampled_from(["", "DE"]),
    ),
    transcripts=st.lists(
        st.builds(
            Transcript, url=_URL, media_type=st.just("text/vtt"), language=st.sampled_from(["", "de"])
        ),
        max_size=2,
    ).map(tuple),
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=60)
@given(_SHOWS, st.lists(_ITEMS, max_size=4, unique_by=lambda item: item.guid), _WHEN)
def test_what_was_compiled_is_read_back(show: Show, items: list[Item], changed: datetime) -> None:
    feed = read_feed(compile_feed(show, items, changed=changed))
    assert feed.show == public_show(show)
    assert feed.items == tuple(public_item(item, show) for item in newest_first(items))
    assert feed.changed == changed.replace(microsecond=0)
    assert feed.problems == ()


@settings(derandomize=True, deadline=None, max_examples=30)
@given(_SHOWS, st.lists(_ITEMS, max_size=3, unique_by=lambda item: item.guid), _WHEN)
def test_a_feed_read_and_compiled_again_is_the_same(show: Show, items: list[Item], changed: datetime) -> None:
    # A handle, by which a host is known under another name, is not in a feed.
    without_handles = [replace(item, people=tuple(map(public_person, item.people))) for item in items]
    body = compile_feed(show, without_handles, changed=changed)
    feed = read_feed(body)
    assert feed.changed is not None
    assert compile_feed(feed.show, feed.items, changed=feed.changed) == body


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
