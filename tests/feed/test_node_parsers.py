"""Podcast parsers of npm read our feeds and agree with the model, field by field.

`.ci/run` installs them (tests/clients/node/package.json) into build/node; without them the tests are skipped, and
fail where CI=true.
"""

import html
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from episodes.markup import Markup
from episodes.model import Appearance, Recording
from episodes.namespace import Chat, Funding, License, Location, RemoteItem, SocialInteract, Txt
from feed.item import Alternate, Item
from feed.show import Category, Image, Show
from tests.feed.agreement import (
    FEEDS,
    ITEM_FIELDS,
    SHOW_FIELDS,
    Blind,
    Told,
    at,
    disagreements,
    feed,
    iso,
    read,
    seconds,
)

pytestmark = pytest.mark.xdist_group("parsers")

_REPOSITORY = Path(__file__).parents[2]
_SOURCE = _REPOSITORY / "tests" / "clients" / "node"
_INSTALLED = _REPOSITORY / "build" / "node"

Said = Mapping[str, object]


@cache
def parsed(name: str) -> Said:
    """What both parsers make of a feed: {"partytime": …, "feedsmith": …}."""
    program = shutil.which("node")
    named = json.loads((_SOURCE / "package.json").read_text("utf-8"))["dependencies"]
    wanted = {package: named[package] for package in ("feedsmith", "podcast-partytime")}
    there = {
        package: json.loads((_INSTALLED / "node_modules" / package / "package.json").read_text("utf-8"))["version"]
        for package in wanted
        if (_INSTALLED / "node_modules" / package).exists()
    }
    if program is None or there != wanted:
        missing = "no node" if program is None else f"not {wanted} but {there} in build/node"
        reason = f"there is {missing}; .ci/run installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    script = (_SOURCE / "parse.mjs").read_text("utf-8")
    call = [program, "--input-type=module", "--eval", script]
    environment = {"PATH": os.environ["PATH"], "TZ": "America/New_York"}
    done = subprocess.run(
        call, cwd=_INSTALLED, env=environment, input=feed(name), capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return cast("Said", json.loads(done.stdout))


def _person(person: Appearance) -> Said:
    return {
        "display": person.name, "role": person.role, "group": person.group, "href": person.link, "img": person.picture
    }  # fmt: skip


def _category(category: Category) -> Said:
    return {"text": category.name, "categories": [{"text": category.subcategory}] if category.subcategory else ()}


def _image(image: Image) -> Said:
    return {
        "href": image.url,
        "alt": image.alt,
        "aspectRatio": image.aspect_ratio,
        "width": image.width,
        "height": image.height,
        "type": image.media_type,
        "purpose": image.purpose,
    }


def _license(found: License | None) -> Said | None:
    return {"display": found.name, "url": found.url} if found else None


def _chat(chat: Chat | None) -> Said | None:
    if chat is None:
        return None
    return {"server": chat.server, "protocol": chat.protocol, "accountId": chat.account_id, "space": chat.space}


def _funding(found: Sequence[Funding]) -> Sequence[Said]:
    return [{"url": it.url, "display": it.message} for it in found]


def _place(place: Location) -> Said:
    return {
        "display": place.name, "rel": place.relation, "geo": place.geo, "osm": place.osm, "country": place.country
    }  # fmt: skip


def _places(recording: Recording, locations: Sequence[Location]) -> Sequence[Said]:
    places = [_place(it) for it in locations]
    if not recording.place:
        return places
    where = {"geo": recording.geo, "osm": recording.osm, "country": recording.country}
    return [{"display": recording.place, "rel": "creator", **where}, *places]


def _txt(found: Sequence[Txt]) -> Sequence[Said]:
    return [{"display": it.text, "purpose": it.purpose} for it in found]


def _social(found: Sequence[SocialInteract]) -> Sequence[Said]:
    return [
        {
            "protocol": it.protocol,
            "uri": it.uri,
            "accountId": it.account_id,
            "accountUrl": it.account_url,
            "priority": it.priority,
        }
        for it in found
    ]


def _remote(remote: RemoteItem) -> Said:
    return {
        "feedGuid": remote.feed_guid,
        "feedUrl": remote.feed_url,
        "itemGuid": remote.item_guid,
        "medium": remote.medium,
        "title": remote.title,
    }


def _value(value: Markup, recipients: str, **more: object) -> Said:
    told = [
        {name: int(text) if name == "split" else text for name, text in recipient.attributes} | more
        for recipient in value.children
    ]
    return {**dict(value.attributes), recipients: told}


def _alternate(alternate: Alternate) -> Said:
    return {
        "type": alternate.media_type,
        "length": alternate.bytes,
        "bitrate": alternate.bitrate,
        "height": alternate.height,
        "lang": alternate.language,
        "title": alternate.title,
        "rel": alternate.rel,
        "codecs": alternate.codecs,
        "default": alternate.default or None,
        "sources": [{"uri": source.url, "contentType": source.media_type} for source in alternate.sources],
        "integrity": {"type": it.kind, "value": it.value} if (it := alternate.integrity) else None,
    }


FEEDSMITH_SHOW: Mapping[str, Told[Show] | Blind] = {
    "title": Told("title", lambda show: show.title),
    "description": Told("description", lambda show: show.description),
    "language": Told("language", lambda show: show.language),
    "link": Told("link", lambda show: show.link),
    "feed_url": Told("atom.links.0.href", lambda show: show.feed_url),
    "guid": Told("podcast.guid", lambda show: show.guid),
    "author": Told("itunes.author", lambda show: show.author),
    "owner_name": Told("itunes.owner.name", lambda show: show.owner_name),
    "owner_email": Told("itunes.owner.email", lambda show: show.owner_email),
    "categories": Told("itunes.categories", lambda show: [_category(it) for it in show.categories]),
    "explicit": Told("itunes.explicit", lambda show: show.explicit),
    "kind": Told("itunes.type", lambda show: show.kind),
    "image_url": Told("itunes.image", lambda show: show.image_url),
    "copyright": Told("copyright", lambda show: show.copyright),
    "locked": Told("podcast.locked.value", lambda show: show.locked),
    "hosts": Told("podcast.persons", lambda show: [_person(it) for it in show.hosts]),
    "hubs": Told(
        "atom.links",
        lambda show: [
            {"href": show.feed_url, "rel": "self", "type": "application/rss+xml"},
            *({"href": hub, "rel": "hub"} for hub in show.hubs),
        ],
    ),
    "images": Told("podcast.images", lambda show: [_image(it) for it in show.images]),
    "trailers": Told("podcast.trailers.0.url", lambda show: show.trailers[0].url if show.trailers else None),
    "tags.itunes_title": Told("itunes.title", lambda show: show.tags.itunes_title),
    "tags.new_feed_url": Told("itunes.newFeedUrl", lambda show: show.tags.new_feed_url),
    "tags.complete": Told("itunes.complete", lambda show: show.tags.complete or None),
    "tags.blocked": Told("itunes.block", lambda show: show.tags.blocked or None),
    "tags.podping": Told("podcast.podping.usesPodping", lambda show: show.tags.podping or None),
    "tags.medium": Told("podcast.medium", lambda show: show.tags.medium),
    "tags.license": Told("podcast.license", lambda show: _license(show.tags.license)),
    "tags.update_frequency": Told(
        "podcast.updateFrequency",
        lambda show: (
            {"display": it.message, "rrule": it.rrule, "dtstart": it.start, "complete": it.complete or None}
            if (it := show.tags.update_frequency)
            else None
        ),
    ),
    "tags.publisher": Told(
        "podcast.publisher.remoteItem", lambda show: _remote(it) if (it := show.tags.publisher) else None
    ),
    "tags.chat": Told("podcast.chat", lambda show: _chat(show.tags.chat)),
    "tags.funding": Told("podcast.fundings", lambda show: _funding(show.tags.funding)),
    "tags.locations": Told("podcast.locations", lambda show: [_place(it) for it in show.tags.locations]),
    "tags.txt": Told("podcast.txts", lambda show: _txt(show.tags.txt)),
    "tags.social_interact": Blind("feedsmith 3 reads podcast:socialInteract in items only"),
    "tags.podroll": Told("podcast.podroll.remoteItems", lambda show: [_remote(it) for it in show.tags.podroll]),
    "tags.blocks": Told(
        "podcast.blocks", lambda show: [{"value": it.blocked, "id": it.service} for it in show.tags.blocks]
    ),
    "tags.value": Told("podcast.values", lambda show: [_value(it, "valueRecipients") for it in show.tags.value]),
    "tags.extra": Told(
        "spotify.countryOfOrigin",
        lambda show: next((it.text for it in show.tags.extra if it.name == "spotify:countryOfOrigin"), None),
    ),
}

FEEDSMITH_ITEM: Mapping[str, Told[Item] | Blind] = {
    "guid": Told("guid", lambda item: {"value": item.guid, "isPermaLink": False}),
    "title": Told("title", lambda item: item.title),
    "link": Told("link", lambda item: item.link),
    "enclosure": Told(
        "enclosures",
        lambda item: [
            {"url": item.enclosure.url, "length": item.enclosure.bytes, "type": item.enclosure.media_type},
        ],
    ),
    "duration": Told("itunes.duration", lambda item: seconds(item.duration)),
    "published": Told("pubDate", lambda item: item.published.strftime("%a, %d %b %Y %H:%M:%S %z")),
    "kind": Told("itunes.episodeType", lambda item: item.kind),
    "number": Told("itunes.episode", lambda item: item.number),
    "season": Told("itunes.season", lambda item: item.season),
    "summary": Told("description", lambda item: item.summary),
    "notes_html": Told("content.encoded", lambda item: item.notes_html),
    "image_url": Told("itunes.image", lambda item: item.image_url),
    "explicit": Told("itunes.explicit", lambda item: item.explicit),
    "people": Told("podcast.persons", lambda item: [_person(it) for it in item.people]),
    "recording": Told("podcast.locations", lambda item: _places(item.recording, item.tags.locations)),
    "transcripts": Told(
        "podcast.transcripts",
        lambda item: [
            {"url": it.url, "type": it.media_type, "language": it.language, "rel": "captions" if it.captions else None}
            for it in item.transcripts
        ],
    ),
    "chapters": Told(
        "psc.chapters",
        lambda item: [
            {"start": _clock(seconds(it.start)), "title": it.title, "href": it.link, "image": it.image}
            for it in item.chapters
        ],
    ),
    "chapters_url": Told("podcast.chapters.url", lambda item: item.chapters_url),
    "alternates": Told("podcast.alternateEnclosures", lambda item: [_alternate(it) for it in item.alternates]),
    "images": Told("podcast.images", lambda item: [_image(it) for it in item.images]),
    "tags.itunes_title": Told("itunes.title", lambda item: item.tags.itunes_title),
    "tags.season_name": Told("podcast.season.name", lambda item: item.tags.season_name),
    "tags.number_display": Told("podcast.episode.display", lambda item: item.tags.number_display),
    "tags.blocked": Told("itunes.block", lambda item: item.tags.blocked or None),
    "tags.soundbites": Told(
        "podcast.soundbites",
        lambda item: [
            {"startTime": seconds(it.start), "duration": seconds(it.duration), "display": it.title}
            for it in item.tags.soundbites
        ],
    ),
    "tags.locations": Told("podcast.locations", lambda item: _places(item.recording, item.tags.locations)),
    "tags.license": Told("podcast.license", lambda item: _license(item.tags.license)),
    "tags.funding": Blind("feedsmith 3 reads podcast:funding in the channel only"),
    "tags.txt": Told("podcast.txts", lambda item: _txt(item.tags.txt)),
    "tags.chat": Told("podcast.chat", lambda item: _chat(item.tags.chat)),
    "tags.social_interact": Told("podcast.socialInteracts", lambda item: _social(item.tags.social_interact)),
    "tags.value": Told("podcast.values", lambda item: [_value(it, "valueRecipients") for it in item.tags.value]),
    "tags.extra": Told("media.contents", lambda item: [dict(it.attributes) for it in item.tags.extra]),
}


def _clock(start: float) -> str:
    return f"{int(start // 3600):02}:{int(start // 60 % 60):02}:{start % 60:06.3f}"


def _first_place(recording: Recording, locations: Sequence[Location]) -> Said | None:
    """Partytime knows one place, the first, and neither its relation nor its country."""
    if recording.place:
        return {"name": recording.place, "geo": recording.geo, "osm": recording.osm}
    return next(({"name": it.name, "geo": it.geo, "osm": it.osm} for it in locations), None)


def _capitalised(person: Appearance) -> Said:
    return {
        "name": person.name,
        "role": person.role.title(),
        "group": person.group.title(),
        "href": person.link,
        "img": person.picture,
    }


def _partytime_license(found: License | None) -> Said | None:
    """Partytime looks the address of a known licence up where none is given."""
    if found is None:
        return None
    return {"identifier": found.name, "url": found.url or f"https://spdx.org/licenses/{found.name}.html"}


def _partytime_chat(chat: Chat | None) -> Said | None:
    told = _chat(chat)
    return {"phase": "7", **told} if told else None


def _partytime_alternate(alternate: Alternate) -> Said:
    told = dict(_alternate(alternate))
    del told["sources"]
    sources = [{"uri": it.url, "contentType": it.media_type or alternate.media_type} for it in alternate.sources]
    return {**told, "source": sources, "default": alternate.default}


PARTYTIME_SHOW: Mapping[str, Told[Show] | Blind] = {
    "title": Told("title", lambda show: show.title),
    "description": Told("description", lambda show: show.description),
    "language": Told("language", lambda show: show.language),
    "link": Told("link", lambda show: show.link),
    "feed_url": Told("pubsub.self", lambda show: show.feed_url),
    "guid": Told("guid", lambda show: show.guid),
    "author": Told("author", lambda show: show.author),
    "owner_name": Told("owner.name", lambda show: show.owner_name),
    "owner_email": Told("owner.email", lambda show: show.owner_email),
    "categories": Told(
        "itunesCategory",
        lambda show: [f"{it.name} > {it.subcategory}" if it.subcategory else it.name for it in show.categories],
    ),
    "explicit": Told("explicit", lambda show: show.explicit),
    "kind": Told("itunesType", lambda show: show.kind),
    "image_url": Told("itunesImage", lambda show: show.image_url),
    "copyright": Told("copyright", lambda show: show.copyright),
    "locked": Told("locked", lambda show: show.locked),
    "hosts": Told("podcastPeople", lambda show: [_capitalised(it) for it in show.hosts]),
    "hubs": Told("pubsub.hub", lambda show: next(iter(show.hubs), None)),  # of several, the last
    "images": Blind("partytime 5 does not read podcast:image"),
    "trailers": Told(
        "trailers",
        lambda show: [
            {
                "title": it.title,
                "url": it.url,
                "pubdate": iso(it.published),
                "type": it.media_type,
                "length": it.bytes,
                "season": it.season,
            }
            for it in show.trailers
        ],
    ),
    "tags.itunes_title": Blind("partytime 5 reads itunes:title only where there is no title"),
    "tags.new_feed_url": Told("itunesNewFeedUrl", lambda show: show.tags.new_feed_url),
    "tags.complete": Told("itunesComplete", lambda show: show.tags.complete),
    "tags.blocked": Told("itunesBlock", lambda show: show.tags.blocked),
    "tags.podping": Blind("partytime 5 does not read podcast:podping"),
    "tags.medium": Told("medium", lambda show: show.tags.medium),
    "tags.license": Told("license", lambda show: _partytime_license(show.tags.license)),
    "tags.update_frequency": Blind("partytime 5 does not read podcast:updateFrequency"),
    "tags.publisher": Told(
        "podcastPublisher",
        lambda show: {"feedGuid": it.feed_guid, "feedUrl": it.feed_url} if (it := show.tags.publisher) else None,
    ),
    "tags.chat": Told("chat", lambda show: _partytime_chat(show.tags.chat)),
    "tags.funding": Told(
        "podcastFunding", lambda show: [{"message": it.message, "url": it.url} for it in show.tags.funding]
    ),
    "tags.locations": Told("podcastLocation", lambda show: _first_place(Recording(), show.tags.locations)),
    "tags.txt": Told("podcastTxt", lambda show: [{"value": it.text, "purpose": it.purpose} for it in show.tags.txt]),
    "tags.social_interact": Blind("partytime 5 reads podcast:socialInteract in items only"),
    "tags.podroll": Told("podroll", lambda show: [_remote(it) for it in show.tags.podroll]),
    "tags.blocks": Told(
        "podcastBlockedPlatforms", lambda show: {it.service: it.blocked for it in show.tags.blocks if it.service}
    ),
    "tags.value": Told(
        "value", lambda show: next((_value(it, "recipients", fee=False) for it in show.tags.value), None)
    ),
    "tags.extra": Told("ttl", lambda show: next((int(it.text) for it in show.tags.extra if it.name == "ttl"), None)),
}

PARTYTIME_ITEM: Mapping[str, Told[Item] | Blind] = {
    "guid": Told("guid", lambda item: item.guid),
    "title": Told("title", lambda item: item.title),
    "link": Told("link", lambda item: item.link),
    "enclosure": Told(
        "enclosure",
        lambda item: {"url": item.enclosure.url, "length": item.enclosure.bytes, "type": item.enclosure.media_type},
    ),
    "duration": Told("duration", lambda item: seconds(item.duration)),
    "published": Told("pubDate", lambda item: iso(item.published)),
    "kind": Told("itunesEpisodeType", lambda item: item.kind),
    "number": Told("itunesEpisode", lambda item: item.number),
    "season": Told("itunesSeason", lambda item: item.season),
    # partytime makes one line of it
    "summary": Told("description", lambda item: " ".join(item.summary.split())),
    # partytime decodes the entities of HTML, and what was text may be markup then
    "notes_html": Told("content", lambda item: html.unescape(item.notes_html)),
    "image_url": Told("itunesImage", lambda item: item.image_url),
    "explicit": Told("explicit", lambda item: item.explicit),
    "people": Told("podcastPeople", lambda item: [_capitalised(it) for it in item.people]),
    "recording": Told("podcastLocation", lambda item: _first_place(item.recording, item.tags.locations)),
    "transcripts": Told(
        "podcastTranscripts",
        lambda item: [
            {
                "url": it.url,
                # Apple's other name for SRT (APPLE-TR-1)
                "type": it.media_type.replace("application/x-subrip", "application/srt"),
                "language": it.language,
                "rel": "captions" if it.captions else None,
            }
            for it in item.transcripts
        ],
    ),
    "chapters": Blind("partytime 5 does not read psc:chapters"),
    "chapters_url": Told("podcastChapters.url", lambda item: item.chapters_url),
    "alternates": Told("alternativeEnclosures", lambda item: [_partytime_alternate(it) for it in item.alternates]),
    "images": Blind("partytime 5 does not read podcast:image"),
    "tags.itunes_title": Blind("partytime 5 reads itunes:title only where there is no title"),
    "tags.season_name": Told("podcastSeason.name", lambda item: item.tags.season_name),
    "tags.number_display": Told("podcastEpisode.display", lambda item: item.tags.number_display),
    "tags.blocked": Blind("partytime 5 reads itunes:block in the channel only"),
    "tags.soundbites": Told(
        "podcastSoundbites",
        lambda item: [
            {"startTime": seconds(it.start), "duration": seconds(it.duration), "title": it.title}
            for it in item.tags.soundbites
        ],
    ),
    "tags.locations": Told("podcastLocation", lambda item: _first_place(item.recording, item.tags.locations)),
    "tags.license": Told("license", lambda item: _partytime_license(item.tags.license)),
    "tags.funding": Blind("partytime 5 reads podcast:funding in the channel only"),
    "tags.txt": Blind("partytime 5 reads podcast:txt in the channel only"),
    "tags.chat": Told("chat", lambda item: _partytime_chat(item.tags.chat)),
    "tags.social_interact": Told(
        "podcastSocialInteraction",
        lambda item: [
            {"platform": it.protocol, "id": it.account_id, "url": it.uri} for it in item.tags.social_interact
        ],
    ),
    "tags.value": Told(
        "value", lambda item: next((_value(it, "recipients", fee=False) for it in item.tags.value), None)
    ),
    "tags.extra": Blind("partytime 5 does not read media:content"),
}

SHOWS = {"feedsmith": FEEDSMITH_SHOW, "partytime": PARTYTIME_SHOW}
ITEMS = {"feedsmith": FEEDSMITH_ITEM, "partytime": PARTYTIME_ITEM}


@pytest.mark.parametrize("parser", SHOWS)
def test_every_field_of_the_model_is_compared_or_a_known_blind_spot(parser: str) -> None:
    assert set(SHOWS[parser]) == SHOW_FIELDS
    assert set(ITEMS[parser]) == ITEM_FIELDS


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("parser", SHOWS)
def test_a_parser_tells_the_show_as_we_do(parser: str, name: str) -> None:
    assert disagreements(read(name).show, parsed(name)[parser], SHOWS[parser]) == []


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("parser", ITEMS)
def test_a_parser_tells_every_item_as_we_do_in_our_order(parser: str, name: str) -> None:
    theirs = cast("Sequence[object]", at(parsed(name)[parser], "items"))
    ours = read(name).items
    assert len(theirs) == len(ours)
    found = [line for item, said in zip(ours, theirs, strict=True) for line in disagreements(item, said, ITEMS[parser])]
    assert found[:20] == []
