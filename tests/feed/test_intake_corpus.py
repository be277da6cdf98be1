"""Feeds of strangers are taken in whole: what feedparser and podcastparser see of them is in the intake, too.

Where they see something else the feed is named below, with the reason.
"""

import calendar
import io
import os
import warnings
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import podcastparser
import pytest

from episodes.problems import UserError
from feed.compiler import compile_feed
from feed.intake import Intake, take_in
from feed.reader import read_feed
from feed.text import ascii_url, one_line
from tests.feed.builders import CHANGED, a_show

_REPOSITORY = Path(__file__).parents[2]
_CORPUS = Path(os.environ.get("FOLGE_CORPUS", _REPOSITORY.parent / "shared" / "corpus")) / "feeds"
_FILES = tuple(sorted(path.name for path in _CORPUS.glob("*") if path.name != "manifest.json"))

REFUSED = {"feedsmith__subscriptions.opml": "a list of feeds (OPML)"}

DIFFERENT_GUIDS = {
    "feedsmith__rss-ns.xml": "the item has no guid: feedparser and podcastparser take other elements of it for one",
}
DIFFERENT_AUDIO = {
    "feedsmith__rss-ns.xml": "its only audio is in media:content, which feedparser does not count as an enclosure",
}
DIFFERENT_TITLES = {
    "koel__podcast-stale-pubdate.xml": "an item has its title in itunes:title alone, which feedparser does not read",
}
DIFFERENT_DATES = {
    "radiofeed-app__rss_bad_pub_date.xml": "a date has a second 352: feedparser gives it up, podcastparser adds them",
}
UNREAD_BY_PODCASTPARSER = {
    "feedsmith__rss-ns.xml": "it takes the link of an item without a guid for one",
    "koel__podcast-stale-pubdate.xml": "it makes addresses of guids",
    "partytime__dk-podcast.xml": "it takes the link of an item without a guid for one",
    "radiofeed-app__rss_mock_catalan.xml": "it makes addresses of guids",
}


@cache
def taken(name: str) -> Intake:
    return take_in((_CORPUS / name).read_bytes(), zone=ZoneInfo("Europe/Berlin"))


@cache
def seen_by_feedparser(name: str) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(feedparser.parse((_CORPUS / name).read_bytes()).entries)


def plain(text: str) -> str:
    """A title without what parsers treat each in its own way: space at its ends, and of several kinds."""
    return " ".join(text.split())


_TAKEN = [name for name in _FILES if name not in REFUSED]


@pytest.mark.parametrize("name", _TAKEN)
def test_every_item_of_a_stranger_is_in_the_intake_or_left_out_with_a_reason(name: str) -> None:
    intake = taken(name)
    assert len(intake.feed.items) + len(intake.left_out) == len(seen_by_feedparser(name))
    assert all(left.why and left.xml and left.line for left in intake.left_out)
    assert all(problem.rule and problem.line for problem in intake.problems)


@pytest.mark.parametrize("name", [name for name in REFUSED if name in _FILES])
def test_what_is_no_feed_in_the_corpus_is_refused(name: str) -> None:
    with pytest.raises(UserError) as refused:
        taken(name)
    assert REFUSED[name] in str(refused.value)


@pytest.mark.parametrize("name", _TAKEN)
def test_guids_audio_titles_and_dates_are_those_feedparser_sees(name: str) -> None:
    entries: dict[str, Any] = {}
    for entry in seen_by_feedparser(name):
        files = entry.get("enclosures") or [{}]
        entries.setdefault(entry.get("id") or files[0].get("href", ""), entry)
    different: Counter[str] = Counter()
    for item in taken(name).feed.items:
        entry = entries.get(item.guid)
        if entry is None:
            different["guid"] += 1
            continue
        addresses = [ascii_url(file.get("href", "").strip()) for file in entry.get("enclosures", [])]
        different["audio"] += ascii_url(item.enclosure.url) not in addresses
        different["title"] += plain(item.title) != plain(entry.get("title") or "")
        published = entry.get("published_parsed" if "published" in entry else "updated_parsed")
        different["date"] += published is None or calendar.timegm(published) != item.published.timestamp()
    expected = {
        "guid": name in DIFFERENT_GUIDS,
        "audio": name in DIFFERENT_AUDIO and name not in DIFFERENT_GUIDS,
        "title": name in DIFFERENT_TITLES,
        "date": name in DIFFERENT_DATES,
    }
    assert {what: different[what] > 0 for what in expected} == expected


@pytest.mark.parametrize("name", _TAKEN)
def test_podcastparser_sees_the_same(name: str) -> None:
    try:
        parsed = podcastparser.parse("https://a.example/", io.BytesIO((_CORPUS / name).read_bytes()))
    except podcastparser.FeedParseError:
        assert taken(name).problems, "what it refuses was mended here"
        return
    episodes = {episode["guid"]: episode for episode in parsed["episodes"]}
    unseen = 0
    for item in taken(name).feed.items:
        episode = episodes.get(item.guid)
        if episode is None:
            unseen += 1
            continue
        assert plain(item.title) == plain(episode["title"])
        assert ascii_url(item.enclosure.url) in [ascii_url(file["url"]) for file in episode["enclosures"]]
        if name not in DIFFERENT_DATES:
            assert episode["published"] == int(item.published.timestamp())
        assert episode["total_time"] == int(item.duration.total_seconds())
    assert (unseen > 0) == (name in UNREAD_BY_PODCASTPARSER)


@pytest.mark.parametrize("name", _TAKEN)
def test_what_was_taken_in_can_be_published_and_is_read_back_the_same(name: str) -> None:
    # a length of 0 is what fetching the audio finds out; a show without a link is told so when it is imported
    items = [replace(item, enclosure=replace(item.enclosure, bytes=1)) for item in taken(name).feed.items]
    again = read_feed(compile_feed(a_show(), items, changed=CHANGED))
    before = sorted((item.guid, one_line(item.title), ascii_url(item.enclosure.url)) for item in items)
    assert sorted((item.guid, item.title, item.enclosure.url) for item in again.items) == before
    moments = {item.guid: item.published for item in again.items}
    assert all(moments[item.guid] == item.published.replace(microsecond=0) for item in items)
    offsets = {item.guid: item.published.utcoffset() for item in again.items}
    assert all(offsets[item.guid] == item.published.utcoffset() for item in items)


@pytest.mark.skipif(not _FILES, reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_the_exceptions_name_feeds_that_are_there() -> None:
    tables = (REFUSED, DIFFERENT_GUIDS, DIFFERENT_AUDIO, DIFFERENT_TITLES, DIFFERENT_DATES, UNREAD_BY_PODCASTPARSER)
    assert {name for table in tables for name in table} <= set(_FILES)
    assert len(_FILES) > 50
