"""Reads what shows and episodes tell apps beyond the ordinary: the inverse of `feed.tags`, lenient with other hands."""

import re
from datetime import timedelta

from episodes.markup import Markup
from episodes.namespace import (
    Block,
    Chat,
    EpisodeTags,
    Funding,
    License,
    Location,
    Relation,
    RemoteItem,
    ShowTags,
    SocialInteract,
    Soundbite,
    Txt,
    UpdateFrequency,
)
from feed.document import SPACE, Element
from feed.item import Alternate, Integrity, Source
from feed.show import Image, Trailer
from feed.times import parse_date

_SHARED = (
    "itunes:title", "itunes:block", "podcast:location", "podcast:license", "podcast:funding", "podcast:txt",
    "podcast:chat", "podcast:socialInteract", "podcast:value", "itunes:explicit", "itunes:image", "podcast:person",
    "podcast:image", "title", "link", "description",
)  # fmt: skip
_IN_SHOW = frozenset(
    {*_SHARED, "itunes:new-feed-url", "itunes:complete", "podcast:medium", "podcast:podping", "podcast:block"}
    | {"podcast:updateFrequency", "podcast:publisher", "podcast:podroll", "podcast:trailer", "podcast:guid"}
    | {"podcast:locked", "itunes:author", "itunes:type", "itunes:owner", "itunes:category", "language", "copyright"}
    | {"lastBuildDate", "generator", "docs", "image", "atom:link", "fh:archive", "item"}
)
_IN_EPISODE = frozenset(
    {*_SHARED, "podcast:soundbite", "podcast:season", "podcast:episode", "podcast:transcript", "podcast:chapters"}
    | {"psc:chapters", "podcast:alternateEnclosure", "guid", "enclosure", "pubDate", "content:encoded"}
    | {"itunes:duration", "itunes:episodeType", "itunes:season", "itunes:episode"}
)


def read_show_tags(channel: Element) -> ShowTags:
    """Return the tags of a show; elements without a field of their own are its `extra`."""
    publisher = channel.first("podcast:publisher")
    remote = publisher.first("podcast:remoteItem") if publisher else None
    podroll = channel.first("podcast:podroll")
    return ShowTags(
        itunes_title=channel.value("itunes:title"),
        new_feed_url=channel.value("itunes:new-feed-url"),
        complete=channel.value("itunes:complete").lower() == "yes",
        blocked=channel.value("itunes:block").lower() == "yes",
        podping=any(found.get("usesPodping") == "true" for found in channel.all("podcast:podping")),
        medium=channel.value("podcast:medium"),
        license=_license(channel),
        update_frequency=_update_frequency(channel),
        publisher=_remote(remote) if remote else None,
        chat=_chat(channel),
        funding=_funding(channel),
        locations=read_locations(channel),
        txt=_txt(channel),
        social_interact=_social(channel),
        podroll=tuple(_remote(found) for found in podroll.all("podcast:remoteItem")) if podroll else (),
        blocks=tuple(
            Block(blocked=_text(found).lower() == "yes", service=found.get("id"))
            for found in channel.all("podcast:block")
        ),
        value=tuple(read_markup(found) for found in channel.all("podcast:value")),
        extra=tuple(read_markup(child) for child in channel.children if child.name not in _IN_SHOW),
    )


def read_episode_tags(item: Element, locations: tuple[Location, ...]) -> EpisodeTags:
    """Return the tags of an episode; `locations` are those that are not its recording's."""
    return EpisodeTags(
        itunes_title=item.value("itunes:title"),
        season_name=_attribute(item, "podcast:season", "name"),
        number_display=_attribute(item, "podcast:episode", "display"),
        blocked=item.value("itunes:block").lower() == "yes",
        soundbites=tuple(
            Soundbite(
                start=read_seconds(found.get("startTime")),
                duration=read_seconds(found.get("duration")),
                title=_text(found),
            )
            for found in item.all("podcast:soundbite")
        ),
        locations=locations,
        license=_license(item),
        funding=_funding(item),
        txt=_txt(item),
        chat=_chat(item),
        social_interact=_social(item),
        value=tuple(read_markup(found) for found in item.all("podcast:value")),
        extra=tuple(read_markup(child) for child in item.children if child.name not in _IN_EPISODE),
    )


def read_locations(parent: Element) -> tuple[Location, ...]:
    """Return the places."""
    return tuple(
        Location(
            name=_text(found),
            relation=Relation.CREATOR if found.get("rel") == "creator" else Relation.SUBJECT,
            geo=found.get("geo"),
            osm=found.get("osm"),
            country=found.get("country"),
        )
        for found in parent.all("podcast:location")
    )


def read_images(parent: Element) -> tuple[Image, ...]:
    """Return the pictures besides the cover."""
    return tuple(
        Image(
            url=found.get("href"),
            alt=found.get("alt"),
            purpose=found.get("purpose"),
            aspect_ratio=found.get("aspect-ratio"),
            width=whole_number(found.get("width")),
            height=whole_number(found.get("height")),
            media_type=found.get("type"),
        )
        for found in parent.all("podcast:image")
    )


def read_trailers(channel: Element) -> tuple[Trailer, ...]:
    """Return the trailers that have an address and a date."""
    found = []
    for trailer in channel.all("podcast:trailer"):
        published = parse_date(trailer.get("pubdate"))
        if published and trailer.get("url"):
            found.append(
                Trailer(
                    title=_text(trailer),
                    url=trailer.get("url"),
                    published=published,
                    bytes=whole_number(trailer.get("length")) or 0,
                    media_type=trailer.get("type"),
                    season=whole_number(trailer.get("season")),
                )
            )
    return tuple(found)


def read_alternates(item: Element) -> tuple[Alternate, ...]:
    """Return the other forms of an episode."""
    alternates = []
    for found in item.all("podcast:alternateEnclosure"):
        proof = found.first("podcast:integrity")
        alternates.append(
            Alternate(
                media_type=found.get("type"),
                sources=tuple(
                    Source(url=source.get("uri"), media_type=source.get("contentType"))
                    for source in found.all("podcast:source")
                ),
                bytes=whole_number(found.get("length")),
                bitrate=whole_number(found.get("bitrate")),
                height=whole_number(found.get("height")),
                language=found.get("lang"),
                title=found.get("title"),
                rel=found.get("rel"),
                codecs=found.get("codecs"),
                default=found.get("default") == "true",
                integrity=Integrity(kind=proof.get("type"), value=proof.get("value")) if proof else None,
            )
        )
    return tuple(alternates)


def whole_number(text: str) -> int | None:
    """Return a whole number, or nothing where it is none."""
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


def read_seconds(text: str) -> timedelta:
    """Return seconds, with a fraction or without; zero where they are none."""
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII):
        return timedelta()
    return timedelta(milliseconds=round(float(text) * 1000))


def read_markup(element: Element) -> Markup:
    """Return an element as it is, with everything in it."""
    return Markup(
        name=element.name,
        attributes=tuple(element.attributes.items()),
        text="" if element.children else _text(element),
        children=tuple(read_markup(child) for child in element.children),
    )


def _text(element: Element) -> str:
    return element.text.strip(SPACE)


def _attribute(parent: Element, name: str, attribute: str) -> str:
    child = parent.first(name)
    return child.get(attribute) if child else ""


def _license(parent: Element) -> License | None:
    found = parent.first("podcast:license")
    return License(name=_text(found), url=found.get("url")) if found else None


def _funding(parent: Element) -> tuple[Funding, ...]:
    return tuple(Funding(url=found.get("url"), message=_text(found)) for found in parent.all("podcast:funding"))


def _txt(parent: Element) -> tuple[Txt, ...]:
    return tuple(Txt(text=_text(found), purpose=found.get("purpose")) for found in parent.all("podcast:txt"))


def _chat(parent: Element) -> Chat | None:
    found = parent.first("podcast:chat")
    if found is None:
        return None
    return Chat(
        server=found.get("server"),
        protocol=found.get("protocol"),
        account_id=found.get("accountId"),
        space=found.get("space"),
    )


def _social(parent: Element) -> tuple[SocialInteract, ...]:
    return tuple(
        SocialInteract(
            protocol=found.get("protocol"),
            uri=found.get("uri"),
            account_id=found.get("accountId"),
            account_url=found.get("accountUrl"),
            priority=whole_number(found.get("priority")),
        )
        for found in parent.all("podcast:socialInteract")
    )


def _remote(found: Element) -> RemoteItem:
    return RemoteItem(
        feed_guid=found.get("feedGuid"),
        feed_url=found.get("feedUrl"),
        item_guid=found.get("itemGuid"),
        medium=found.get("medium"),
        title=found.get("title"),
    )


def _update_frequency(channel: Element) -> UpdateFrequency | None:
    found = channel.first("podcast:updateFrequency")
    if found is None:
        return None
    return UpdateFrequency(
        message=_text(found),
        rrule=found.get("rrule"),
        start=found.get("dtstart"),
        complete=found.get("complete") == "true",
    )
