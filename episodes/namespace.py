"""What the podcast namespace adds to a show or an episode, under its own words (Podcasting 2.0, `docs/tags/*.md`)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from episodes.markup import Markup


class Relation(StrEnum):
    """What a place has to do with an episode: it is about it, or it was made there (P20-LOCATION)."""

    SUBJECT = "subject"
    CREATOR = "creator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """A page where listeners can give money; `message` has at most 128 characters (P20-FUNDING)."""

    url: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place by name, at most 128 characters; `geo` is an RFC 5870 `geo:` URI, `country` ISO 3166-1 (P20-LOCATION)."""

    name: str
    relation: Relation = Relation.SUBJECT
    geo: str = ""
    osm: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """A licence by its slug, or by its own name with the address of its text (P20-LICENSE)."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundbite:
    """A part worth hearing; `title` empty means the episode's (P20-SOUNDBITE)."""

    start: timedelta
    duration: timedelta
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Txt:
    """Free text for machines, at most 4,000 characters; `purpose` says for which (P20-TXT)."""

    text: str
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Where listeners talk; `protocol` is irc, xmpp, nostr or matrix (P20-CHAT)."""

    server: str
    protocol: str
    account_id: str = ""
    space: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialInteract:
    """The post under which comments are collected; of several the lowest `priority` comes first (P20-SOCIAL)."""

    protocol: str
    uri: str = ""
    account_id: str = ""
    account_url: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteItem:
    """A feed, or an item of it, that lives elsewhere; the guid wins over the address (P20-REMOTE)."""

    feed_guid: str
    feed_url: str = ""
    item_guid: str = ""
    medium: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFrequency:
    """How often episodes come, for people (at most 128 characters) and as an RFC 5545 `rrule` (P20-UPDFREQ).

    `start` is the `dtstart`, a time of ISO 8601; `complete` says that no more will come.
    """

    message: str
    rrule: str = ""
    start: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Whether a directory may list the show: that with the slug `service`, or where it is empty any (P20-BLOCK)."""

    blocked: bool
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A picture besides the cover as written: a file of the show folder or an address, and what it is for.

    `purpose` holds the namespace's tokens, such as `banner` (P20-IMAGE); sizes in pixels are measured for a file.
    """

    path: str = ""
    url: str = ""
    alt: str = ""
    purpose: str = ""
    aspect_ratio: str = ""
    width: int | None = None
    height: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternateFile:
    """The same episode in another form as written: a file of the show folder, or addresses (P20-ALTENC).

    `media_type` and `bytes` are measured for a file. `bitrate` is in bit/s, `height` in pixels; `integrity` is an SRI.
    """

    path: str = ""
    urls: tuple[str, ...] = ()
    media_type: str = ""
    bytes: int | None = None
    bitrate: int | None = None
    height: int | None = None
    language: str = ""
    title: str = ""
    rel: str = ""
    codecs: str = ""
    integrity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeTags:
    """What an episode tells apps beyond the ordinary; the same as written and in the feed.

    `itunes_title` is the title without number and show; `number_display` what apps show instead of the number (at most
    32 characters); `blocked` keeps the episode out of Apple's catalogue; `extra` are elements carried verbatim.
    """

    itunes_title: str = ""
    season_name: str = ""
    number_display: str = ""
    blocked: bool = False
    soundbites: tuple[Soundbite, ...] = ()
    locations: tuple[Location, ...] = ()
    license: License | None = None
    funding: tuple[Funding, ...] = ()
    txt: tuple[Txt, ...] = ()
    chat: Chat | None = None
    social_interact: tuple[SocialInteract, ...] = ()
    value: tuple[Markup, ...] = ()
    extra: tuple[Markup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTags:
    """What a show tells apps beyond the ordinary; the same as written and in the feed.

    `complete` says that no episode will follow, `blocked` keeps the show out of Apple's catalogue; `new_feed_url` is
    where it moved (itunes). `extra` are elements carried verbatim.
    """

    itunes_title: str = ""
    new_feed_url: str = ""
    complete: bool = False
    blocked: bool = False
    podping: bool = False
    medium: str = ""
    license: License | None = None
    update_frequency: UpdateFrequency | None = None
    publisher: RemoteItem | None = None
    chat: Chat | None = None
    funding: tuple[Funding, ...] = ()
    locations: tuple[Location, ...] = ()
    txt: tuple[Txt, ...] = ()
    social_interact: tuple[SocialInteract, ...] = ()
    podroll: tuple[RemoteItem, ...] = ()
    blocks: tuple[Block, ...] = ()
    value: tuple[Markup, ...] = ()
    extra: tuple[Markup, ...] = ()
