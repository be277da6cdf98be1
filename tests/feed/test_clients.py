"""What podcast apps see: two parsers in use read the compiled feed and agree with it, field by field."""

import calendar
import io
from datetime import UTC, datetime
from typing import Protocol, cast

import feedparser
import podcastparser
import pytest

from feed.compiler import compile_feed
from feed.item import Item
from tests.feed.builders import CHANGED, a_show, an_item

ITEMS = (
    an_item(
        1, title="Q&A: a < b", summary="Grüße 👩🏽‍💻 \u202bעברית\u202c", notes_html="<p>Über &amp; mehr ]]> Ende</p>"
    ),
    an_item(2, title="Weg mit der Agilität, her mit den Schildkröten!"),
)
FEED = compile_feed(a_show(), ITEMS, changed=CHANGED)


class Fields(Protocol):
    """A feedparser dictionary."""

    def __getitem__(self, name: str, /) -> object: ...
    def get(self, name: str, /) -> object:
        """Return a field, or nothing."""


def podcastparser_feed() -> tuple[dict[str, object], list[dict[str, object]]]:
    parsed = cast("dict[str, object]", podcastparser.parse(a_show().feed_url, io.BytesIO(FEED)))
    return parsed, cast("list[dict[str, object]]", parsed["episodes"])


def feedparser_feed() -> tuple[Fields, list[Fields]]:
    parsed = feedparser.parse(FEED)
    assert not parsed.bozo
    return cast("Fields", parsed.feed), cast("list[Fields]", parsed.entries)


def test_podcastparser_reads_the_show() -> None:
    parsed, _ = podcastparser_feed()
    show = a_show()
    assert (parsed["title"], parsed["link"], parsed["description"]) == (show.title, show.link, show.description)
    assert (parsed["cover_url"], parsed["language"], parsed["type"]) == (show.image_url, show.language, "episodic")
    assert (parsed["itunes_author"], parsed["generator"]) == (show.author, "folge")
    assert parsed["itunes_owner"] == {"name": show.owner_name, "email": show.owner_email}
    assert parsed["explicit"] is False


@pytest.mark.parametrize("item", ITEMS, ids=["first", "second"])
def test_podcastparser_reads_the_items(item: Item) -> None:
    # Blind spots of podcastparser 0.6: podcast:person, podcast:location, itunes:season.
    episode = next(found for found in podcastparser_feed()[1] if found["guid"] == item.guid)
    assert (episode["title"], episode["link"], episode["description"]) == (item.title, item.link, item.summary)
    assert episode["description_html"] == item.notes_html
    assert episode["published"] == int(item.published.timestamp())
    assert episode["total_time"] == 1231
    assert (episode["number"], episode["type"], episode["explicit"]) == (item.number, "full", False)
    assert episode["episode_art_url"] == item.image_url
    assert episode["enclosures"] == [
        {"url": item.enclosure.url, "file_size": item.enclosure.bytes, "mime_type": item.enclosure.media_type}
    ]


def test_podcastparser_keeps_the_order() -> None:
    assert [episode["guid"] for episode in podcastparser_feed()[1]] == [ITEMS[1].guid, ITEMS[0].guid]


def test_feedparser_reads_the_show() -> None:
    # Blind spots of feedparser 6: its author is the owner's name, and itunes:explicit only yes, no and clean.
    parsed, _ = feedparser_feed()
    show = a_show()
    assert (parsed["title"], parsed["link"], parsed["subtitle"]) == (show.title, show.link, show.description)
    assert (parsed["language"], parsed["author"], parsed["rights"]) == (show.language, show.owner_name, show.copyright)
    assert parsed["updated"] == "Tue, 10 Dec 2024 09:30:00 +0100"
    assert parsed["generator"] == "folge"
    assert cast("Fields", parsed["image"])["href"] == show.image_url


@pytest.mark.parametrize("item", ITEMS, ids=["first", "second"])
def test_feedparser_reads_the_items(item: Item) -> None:
    # Blind spots of feedparser 6: podcast:person keeps only the last, itunes:explicit knows only yes, no and clean.
    entry = next(found for found in feedparser_feed()[1] if found["id"] == item.guid)
    assert (entry["link"], entry["guidislink"]) == (item.link, False)
    assert entry["itunes_episode"] == str(item.number)
    assert (entry["itunes_season"], entry["itunes_duration"]) == ("2", "1231")
    published = cast("tuple[int, ...]", entry["published_parsed"])
    assert datetime.fromtimestamp(calendar.timegm(published), UTC) == item.published
    (enclosure,) = cast("list[Fields]", entry["enclosures"])
    assert (enclosure["href"], enclosure["length"]) == (item.enclosure.url, str(item.enclosure.bytes))
    assert enclosure["type"] == item.enclosure.media_type
    assert cast("Fields", entry["image"])["href"] == item.image_url
    assert entry["summary"] == item.summary


def test_feedparser_reads_titles_as_html_and_ours_survive() -> None:
    titles = [entry["title"] for entry in feedparser_feed()[1]]
    assert titles == [ITEMS[1].title, ITEMS[0].title]
