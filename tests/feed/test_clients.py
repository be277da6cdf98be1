"""What podcast apps see: two parsers in use read our feeds and agree with the model, field by field."""

import calendar
import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import cast

import feedparser
import podcastparser
import pytest

from episodes.model import Appearance, Chapter
from feed.compiler import compile_feed
from feed.item import Item
from feed.show import Category, Show
from tests.feed.agreement import (
    FEEDS,
    ITEM_FIELDS,
    SHOW_FIELDS,
    Blind,
    Told,
    at,
    disagreements,
    feed,
    read,
    seconds,
)
from tests.feed.builders import CHANGED, a_show, an_item

pytestmark = pytest.mark.xdist_group("parsers")

Said = Mapping[str, object]

# podcastparser 0.6 knows the podcast namespace by its former address only, and of that few elements
_FORMER = Blind("podcastparser knows the podcast namespace only by its former address")
_NOT_READ = Blind("podcastparser has no such field")
_LAST = Blind("feedparser keeps the attributes of the last one only, and not its text")
_TEXT = Blind("feedparser keeps the attributes and loses the text")


def _categories(show: Show) -> Sequence[Sequence[str]]:
    """Podcastparser makes a list of a category and its subcategories."""
    return [[it.name, it.subcategory] if it.subcategory else [it.name] for it in show.categories]


def _enclosures(item: Item) -> Sequence[Said]:
    """Podcastparser takes media:content for an enclosure."""
    carried = [dict(it.attributes) for it in item.tags.extra if it.name == "media:content"]
    return [
        {"url": item.enclosure.url, "file_size": item.enclosure.bytes, "mime_type": item.enclosure.media_type},
        *({"url": it["url"], "file_size": -1, "mime_type": it["type"]} for it in carried),
    ]


def _chapters(item: Item) -> Sequence[Said]:
    """Podcastparser knows whole seconds."""
    return [
        {"start": int(seconds(it.start)), "title": it.title, "href": it.link, "image": it.image} for it in item.chapters
    ]


PODCASTPARSER_SHOW: Mapping[str, Told[Show] | Blind] = {
    "title": Told("title", lambda show: show.title),
    "description": Told("description", lambda show: show.description),
    "language": Told("language", lambda show: show.language),
    "link": Told("link", lambda show: show.link),
    "feed_url": _NOT_READ,
    "guid": _FORMER,
    "author": Told("itunes_author", lambda show: show.author),
    "owner_name": Told("itunes_owner.name", lambda show: show.owner_name),
    "owner_email": Told("itunes_owner.email", lambda show: show.owner_email),
    "categories": Told("itunes_categories", _categories),
    "explicit": Told("explicit", lambda show: show.explicit),
    "kind": Told("type", lambda show: show.kind),
    "image_url": Told("cover_url", lambda show: show.image_url),
    "copyright": _NOT_READ,
    "locked": _FORMER,
    "hosts": _FORMER,
    "hubs": _NOT_READ,
    "images": _FORMER,
    "trailers": _FORMER,
    "tags.itunes_title": _NOT_READ,
    "tags.new_feed_url": Told("new_url", lambda show: show.tags.new_feed_url),
    "tags.complete": _NOT_READ,
    "tags.blocked": _NOT_READ,
    **{
        f"tags.{name}": _FORMER
        for name in (
            "podping", "medium", "license", "update_frequency", "publisher", "chat", "funding", "locations", "txt",
            "social_interact", "podroll", "blocks", "value",
        )
    },
    "tags.extra": _NOT_READ,
}  # fmt: skip

PODCASTPARSER_ITEM: Mapping[str, Told[Item] | Blind] = {
    "guid": Told("guid", lambda item: item.guid),
    "title": Told("title", lambda item: item.title),
    "link": Told("link", lambda item: item.link),
    "enclosure": Told("enclosures", _enclosures),
    "duration": Told("total_time", lambda item: seconds(item.duration)),
    "published": Told("published", lambda item: int(item.published.timestamp())),
    "kind": Told("type", lambda item: item.kind),
    "number": Told("number", lambda item: item.number),
    "season": Told("season", lambda item: item.season),
    "summary": Told("description", lambda item: item.summary),
    "notes_html": Told("description_html", lambda item: item.notes_html),
    "image_url": Told("episode_art_url", lambda item: item.image_url),
    "explicit": Told("explicit", lambda item: item.explicit),
    "people": _FORMER,
    "recording": _FORMER,
    "transcripts": _FORMER,
    "chapters": Told("chapters", _chapters),
    "chapters_url": _FORMER,
    "alternates": _FORMER,
    "images": _FORMER,
    "tags.itunes_title": _NOT_READ,
    "tags.blocked": _NOT_READ,
    **{
        f"tags.{name}": _FORMER
        for name in (
            "season_name", "number_display", "soundbites", "locations", "license", "funding", "txt", "chat",
            "social_interact", "value",
        )
    },
    "tags.extra": Told("enclosures", _enclosures),
}  # fmt: skip


def _terms(categories: Sequence[Category]) -> Sequence[Said]:
    """Feedparser makes one flat list of categories and subcategories, each once."""
    names = [name for it in categories for name in (it.name, it.subcategory) if name]
    return [{"term": name, "scheme": "http://www.itunes.com/"} for name in dict.fromkeys(names)]


def _last_person(people: Sequence[Appearance]) -> Said | None:
    if not people:
        return None
    last = people[-1]
    return {"role": last.role, "group": last.group, "href": last.link, "img": last.picture}


def _links(show: Show) -> Sequence[Said]:
    return [
        {"rel": "alternate", "type": "text/html", "href": show.link},
        {"rel": "self", "type": "application/rss+xml", "href": show.feed_url},
        *({"rel": "hub", "type": "text/html", "href": hub} for hub in show.hubs),
    ]


def _clocked(chapter: Chapter) -> Said:
    return {"title": chapter.title, "href": chapter.link, "image": chapter.image, "start_parsed": chapter.start}


FEEDPARSER_SHOW: Mapping[str, Told[Show] | Blind] = {
    "title": Told("title", lambda show: show.title),
    "description": Told("subtitle", lambda show: show.description),
    "language": Told("language", lambda show: show.language),
    "link": Told("link", lambda show: show.link),
    "feed_url": Told("links.1.href", lambda show: show.feed_url),
    "guid": Told("podcast_guid", lambda show: show.guid),
    "author": Blind("the owner's name takes its place"),
    "owner_name": Told("author_detail.name", lambda show: show.owner_name),
    "owner_email": Told("author_detail.email", lambda show: show.owner_email),
    "categories": Told("tags", lambda show: _terms(show.categories)),
    "explicit": Blind("feedparser knows yes, no and clean only"),
    "kind": Told("itunes_type", lambda show: show.kind),
    "image_url": Told("image.href", lambda show: show.image_url),
    "copyright": Told("rights", lambda show: show.copyright),
    "locked": _TEXT,
    "hosts": Told("podcast_person", lambda show: _last_person(show.hosts)),  # the last, without the name
    "hubs": Told("links", _links),
    "images": Told("podcast_image.href", lambda show: show.images[-1].url if show.images else None),
    "trailers": Told("podcast_trailer.url", lambda show: show.trailers[-1].url if show.trailers else None),
    "tags.itunes_title": Told("itunes_title", lambda show: show.tags.itunes_title),
    "tags.new_feed_url": Told("itunes_new-feed-url", lambda show: show.tags.new_feed_url),
    "tags.complete": Told("itunes_complete", lambda show: "Yes" if show.tags.complete else None),
    "tags.blocked": Told("itunes_block", lambda show: 1 if show.tags.blocked else None),
    "tags.podping": Told("podcast_podping.usespodping", lambda show: "true" if show.tags.podping else None),
    "tags.medium": Told("podcast_medium", lambda show: show.tags.medium),
    "tags.license": Told("podcast_license.url", lambda show: it.url if (it := show.tags.license) else None),
    "tags.update_frequency": Told(
        "podcast_updatefrequency.rrule", lambda show: it.rrule if (it := show.tags.update_frequency) else None
    ),
    "tags.publisher": Blind("feedparser does not nest: the last podcast:remoteItem is the podroll's"),
    "tags.chat": Told("podcast_chat.server", lambda show: it.server if (it := show.tags.chat) else None),
    "tags.funding": Told("podcast_funding.url", lambda show: show.tags.funding[-1].url if show.tags.funding else None),
    "tags.locations": Told(
        "podcast_location.geo", lambda show: show.tags.locations[-1].geo if show.tags.locations else None
    ),
    "tags.txt": _TEXT,
    "tags.social_interact": Told(
        "podcast_socialinteract.uri",
        lambda show: show.tags.social_interact[-1].uri if show.tags.social_interact else None,
    ),
    "tags.podroll": Told(
        "podcast_remoteitem.feedurl", lambda show: show.tags.podroll[-1].feed_url if show.tags.podroll else None
    ),
    "tags.blocks": _LAST,
    "tags.value": Told("podcast_value", lambda show: dict(show.tags.value[-1].attributes) if show.tags.value else None),
    "tags.extra": Told("ttl", lambda show: next((it.text for it in show.tags.extra if it.name == "ttl"), None)),
}

FEEDPARSER_ITEM: Mapping[str, Told[Item] | Blind] = {
    "guid": Told("id", lambda item: item.guid),
    "title": Told("title", lambda item: item.title),
    "link": Told("link", lambda item: item.link),
    "enclosure": Told(
        "links.1",
        lambda item: {
            "rel": "enclosure",
            "href": item.enclosure.url,
            "length": str(item.enclosure.bytes),
            "type": item.enclosure.media_type,
        },
    ),
    "duration": Told("itunes_duration", lambda item: str(int(seconds(item.duration)))),
    "published": Told("published_seconds", lambda item: int(item.published.timestamp())),
    "kind": Told("itunes_episodetype", lambda item: item.kind),
    "number": Told("itunes_episode", lambda item: str(item.number or "")),
    "season": Told("itunes_season", lambda item: str(item.season or "")),
    "summary": Told("summary", lambda item: _as_html(item.summary)),
    "notes_html": Told("content.0.value", lambda item: item.notes_html),
    "image_url": Told("image.href", lambda item: item.image_url),
    "explicit": Blind("feedparser knows yes, no and clean only"),
    "people": Told("podcast_person", lambda item: _last_person(item.people)),  # the last, without the name
    "recording": Told("podcast_location.geo", lambda item: _last_geo(item)),
    "transcripts": Told("podcast_transcript.url", lambda item: item.transcripts[-1].url if item.transcripts else None),
    "chapters": Told("psc_chapters.chapters", lambda item: [_clocked(it) for it in item.chapters]),
    "chapters_url": Told("podcast_chapters.url", lambda item: item.chapters_url),
    "alternates": Told(
        "podcast_source.uri", lambda item: item.alternates[-1].sources[-1].url if item.alternates else None
    ),
    "images": Told("podcast_image.href", lambda item: item.images[-1].url if item.images else None),
    "tags.itunes_title": Told("itunes_title", lambda item: item.tags.itunes_title),
    "tags.season_name": Told("podcast_season.name", lambda item: item.tags.season_name),
    "tags.number_display": Told("podcast_episode.display", lambda item: item.tags.number_display),
    "tags.blocked": Told("itunes_block", lambda item: 1 if item.tags.blocked else None),
    "tags.soundbites": Told(
        "podcast_soundbite.starttime",
        lambda item: f"{seconds(item.tags.soundbites[-1].start):g}" if item.tags.soundbites else None,
    ),
    "tags.locations": Told("podcast_location.geo", lambda item: _last_geo(item)),
    "tags.license": Told("podcast_license", lambda item: it.name if (it := item.tags.license) else None),
    "tags.funding": Told("podcast_funding.url", lambda item: item.tags.funding[-1].url if item.tags.funding else None),
    "tags.txt": _TEXT,
    "tags.chat": Told("podcast_chat.server", lambda item: it.server if (it := item.tags.chat) else None),
    "tags.social_interact": Told(
        "podcast_socialinteract.uri",
        lambda item: item.tags.social_interact[-1].uri if item.tags.social_interact else None,
    ),
    "tags.value": Told("podcast_value", lambda item: dict(item.tags.value[-1].attributes) if item.tags.value else None),
    "tags.extra": Told("media_content", lambda item: [dict(it.attributes) for it in item.tags.extra]),
}


def _as_html(text: str) -> str:
    """Feedparser takes a description with a < for HTML, and writes it as such."""
    return text.replace("&", "&amp;") if "<" in text else text


def _last_geo(item: Item) -> str:
    return item.tags.locations[-1].geo if item.tags.locations else item.recording.geo


@cache
def _podcastparser(name: str) -> tuple[Said, Sequence[Said]]:
    parsed = cast("Said", podcastparser.parse(read(name).show.feed_url, io.BytesIO(feed(name))))
    # oldest first: podcastparser sorts by the time they were published
    episodes = {str(it["guid"]): it for it in cast("Sequence[Said]", parsed["episodes"])}
    return parsed, [episodes[item.guid] for item in read(name).items]


@cache
def _feedparser(name: str) -> tuple[Said, Sequence[Said]]:
    parsed = feedparser.parse(feed(name))
    assert not parsed.bozo
    entries = [
        {**entry, "published_seconds": calendar.timegm(entry["published_parsed"])}
        | ({"psc_chapters": _without_clock(entry["psc_chapters"])} if "psc_chapters" in entry else {})
        for entry in parsed.entries
    ]
    return cast("Said", parsed.feed), entries


def _without_clock(chapters: Mapping[str, Sequence[Said]]) -> Said:
    return {"chapters": [{key: it[key] for key in it if key != "start"} for it in chapters["chapters"]]}


PARSERS = {"podcastparser": _podcastparser, "feedparser": _feedparser}
SHOWS = {"podcastparser": PODCASTPARSER_SHOW, "feedparser": FEEDPARSER_SHOW}
ITEMS = {"podcastparser": PODCASTPARSER_ITEM, "feedparser": FEEDPARSER_ITEM}


@pytest.mark.parametrize("parser", PARSERS)
def test_every_field_of_the_model_is_compared_or_a_known_blind_spot(parser: str) -> None:
    assert set(SHOWS[parser]) == SHOW_FIELDS
    assert set(ITEMS[parser]) == ITEM_FIELDS


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("parser", PARSERS)
def test_a_parser_tells_the_show_as_we_do(parser: str, name: str) -> None:
    assert disagreements(read(name).show, PARSERS[parser](name)[0], SHOWS[parser]) == []


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("parser", PARSERS)
def test_a_parser_tells_every_item_as_we_do(parser: str, name: str) -> None:
    ours, theirs = read(name).items, PARSERS[parser](name)[1]
    found = [line for item, said in zip(ours, theirs, strict=True) for line in disagreements(item, said, ITEMS[parser])]
    assert found[:20] == []


def test_podcastparser_reads_every_podcast_element_it_knows_by_the_former_address() -> None:
    former = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
    told = feed("every field").replace(b"https://podcastindex.org/namespace/1.0", former.encode())
    parsed = podcastparser.parse(a_show().feed_url, io.BytesIO(told))
    item = read("every field").items[0]
    episode = next(it for it in parsed["episodes"] if it["guid"] == item.guid)
    assert episode["transcript_url"] in {it.url for it in item.transcripts}
    assert episode["chapters_json_url"] == item.chapters_url
    assert [it["name"] for it in episode["persons"]] == [it.name for it in item.people]
    assert parsed["funding_url"] == read("every field").show.tags.funding[0].url


def test_feedparser_reads_titles_as_html_and_ours_survive() -> None:
    title = "Q&A: a < b"
    body = compile_feed(a_show(), (an_item(title=title),), changed=CHANGED)
    assert at(feedparser.parse(body).entries, "0.title") == title
