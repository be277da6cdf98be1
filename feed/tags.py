"""Writes what shows and episodes tell apps beyond the ordinary: itunes and the podcast namespace."""

from collections.abc import Sequence
from datetime import timedelta

from episodes.markup import ITUNES, PODCAST
from episodes.namespace import (
    Chat,
    EpisodeTags,
    Funding,
    License,
    Location,
    RemoteItem,
    ShowTags,
    SocialInteract,
    Soundbite,
    Txt,
    UpdateFrequency,
)
from feed.elements import Element, add, add_markup, count
from feed.item import Alternate
from feed.show import Image, Trailer
from feed.text import ascii_url, clean, one_line
from feed.times import rfc2822


def write_show_tags(channel: Element, tags: ShowTags) -> None:
    """Write the tags of a show, in a fixed order."""
    _itunes(channel, tags.itunes_title, blocked=tags.blocked)
    if tags.new_feed_url:
        add(channel, ITUNES, "new-feed-url", ascii_url(tags.new_feed_url))
    if tags.complete:
        add(channel, ITUNES, "complete", "Yes")
    if tags.medium:
        add(channel, PODCAST, "medium", one_line(tags.medium))
    if tags.podping:
        add(channel, PODCAST, "podping", attributes={"usesPodping": "true"})
    for block in tags.blocks:
        add(channel, PODCAST, "block", "yes" if block.blocked else "no", {"id": one_line(block.service)})
    if tags.update_frequency:
        _update_frequency(channel, tags.update_frequency)
    if tags.publisher:
        _remote_item(add(channel, PODCAST, "publisher"), tags.publisher)
    _shared(channel, tags)
    if tags.podroll:
        podroll = add(channel, PODCAST, "podroll")
        for remote in tags.podroll:
            _remote_item(podroll, remote)
    for markup in (*tags.value, *tags.extra):
        add_markup(channel, markup)


def write_episode_tags(item: Element, tags: EpisodeTags) -> None:
    """Write the tags of an episode, in a fixed order; season and number are written by `write_numbers`."""
    _itunes(item, tags.itunes_title, blocked=tags.blocked)
    for soundbite in tags.soundbites:
        _soundbite(item, soundbite)
    _shared(item, tags)
    for markup in (*tags.value, *tags.extra):
        add_markup(item, markup)


def write_numbers(item: Element, season: int | None, number: int | None, tags: EpisodeTags) -> None:
    """Write season and number in the words of the podcast namespace, with their names (P20-SEASON, P20-EPISODE)."""
    if season is not None:
        add(item, PODCAST, "season", str(season), {"name": one_line(tags.season_name)})
    if number is not None:
        add(item, PODCAST, "episode", str(number), {"display": one_line(tags.number_display)})


def write_images(parent: Element, images: Sequence[Image]) -> None:
    """Write the pictures besides the cover."""
    for image in images:
        attributes = {
            "href": ascii_url(image.url),
            "alt": one_line(image.alt),
            "aspect-ratio": one_line(image.aspect_ratio),
            "width": count(image.width),
            "height": count(image.height),
            "type": one_line(image.media_type),
            "purpose": one_line(image.purpose),
        }
        add(parent, PODCAST, "image", attributes=attributes)


def write_trailers(channel: Element, trailers: Sequence[Trailer]) -> None:
    """Write the trailers of a show."""
    for trailer in trailers:
        attributes = {
            "url": ascii_url(trailer.url),
            "pubdate": rfc2822(trailer.published),
            "length": str(trailer.bytes) if trailer.bytes else "",
            "type": one_line(trailer.media_type),
            "season": count(trailer.season),
        }
        add(channel, PODCAST, "trailer", one_line(trailer.title), attributes)


def write_alternates(item: Element, alternates: Sequence[Alternate]) -> None:
    """Write the other forms of an episode."""
    for alternate in alternates:
        attributes = {
            "type": one_line(alternate.media_type),
            "length": count(alternate.bytes),
            "bitrate": count(alternate.bitrate),
            "height": count(alternate.height),
            "lang": one_line(alternate.language),
            "title": one_line(alternate.title),
            "rel": one_line(alternate.rel),
            "codecs": one_line(alternate.codecs),
            "default": "true" if alternate.default else "",
        }
        element = add(item, PODCAST, "alternateEnclosure", attributes=attributes)
        for source in alternate.sources:
            given = {"uri": ascii_url(source.url), "contentType": one_line(source.media_type)}
            add(element, PODCAST, "source", attributes=given)
        if alternate.integrity:
            proof = {"type": one_line(alternate.integrity.kind), "value": one_line(alternate.integrity.value)}
            add(element, PODCAST, "integrity", attributes=proof)


def write_location(parent: Element, location: Location) -> None:
    """Write a place."""
    attributes = {
        "rel": location.relation.value,
        "geo": one_line(location.geo),
        "osm": one_line(location.osm),
        "country": one_line(location.country),
    }
    add(parent, PODCAST, "location", one_line(location.name), attributes)


def seconds(length: timedelta) -> str:
    """Write a length in seconds, to the millisecond: `12.5`."""
    return f"{round(length / timedelta(milliseconds=1)) / 1000:.3f}".rstrip("0").rstrip(".")


def _itunes(parent: Element, title: str, *, blocked: bool) -> None:
    if plain := one_line(title):
        add(parent, ITUNES, "title", plain)
    if blocked:
        add(parent, ITUNES, "block", "Yes")


def _shared(parent: Element, tags: ShowTags | EpisodeTags) -> None:
    """Write what shows and episodes have in common."""
    for location in tags.locations:
        write_location(parent, location)
    if tags.license:
        _license(parent, tags.license)
    for funding in tags.funding:
        _funding(parent, funding)
    for txt in tags.txt:
        _txt(parent, txt)
    if tags.chat:
        _chat(parent, tags.chat)
    for social in tags.social_interact:
        _social(parent, social)


def _license(parent: Element, license: License) -> None:
    add(parent, PODCAST, "license", one_line(license.name), {"url": ascii_url(license.url)})


def _funding(parent: Element, funding: Funding) -> None:
    add(parent, PODCAST, "funding", one_line(funding.message), {"url": ascii_url(funding.url)})


def _txt(parent: Element, txt: Txt) -> None:
    add(parent, PODCAST, "txt", clean(txt.text), {"purpose": one_line(txt.purpose)})


def _chat(parent: Element, chat: Chat) -> None:
    attributes = {
        "server": one_line(chat.server),
        "protocol": one_line(chat.protocol),
        "accountId": one_line(chat.account_id),
        "space": one_line(chat.space),
    }
    add(parent, PODCAST, "chat", attributes=attributes)


def _social(parent: Element, social: SocialInteract) -> None:
    attributes = {
        "protocol": one_line(social.protocol),
        "uri": ascii_url(social.uri),
        "accountId": one_line(social.account_id),
        "accountUrl": ascii_url(social.account_url),
        "priority": count(social.priority),
    }
    add(parent, PODCAST, "socialInteract", attributes=attributes)


def _soundbite(item: Element, soundbite: Soundbite) -> None:
    attributes = {"startTime": seconds(soundbite.start), "duration": seconds(soundbite.duration)}
    add(item, PODCAST, "soundbite", one_line(soundbite.title), attributes)


def _remote_item(parent: Element, remote: RemoteItem) -> None:
    attributes = {
        "feedGuid": one_line(remote.feed_guid),
        "feedUrl": ascii_url(remote.feed_url),
        "itemGuid": one_line(remote.item_guid),
        "medium": one_line(remote.medium),
        "title": one_line(remote.title),
    }
    add(parent, PODCAST, "remoteItem", attributes=attributes)


def _update_frequency(channel: Element, frequency: UpdateFrequency) -> None:
    attributes = {
        "rrule": one_line(frequency.rrule),
        "dtstart": one_line(frequency.start),
        "complete": "true" if frequency.complete else "",
    }
    add(channel, PODCAST, "updateFrequency", one_line(frequency.message), attributes)
