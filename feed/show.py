"""What the public sees of a show."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from episodes.model import Appearance
from episodes.namespace import ShowTags


class ShowKind(StrEnum):
    """Order of listening, in the words of `itunes:type`."""

    EPISODIC = "episodic"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An Apple category and, where chosen, its subcategory (`reference: APPLE-CH-7`)."""

    name: str
    subcategory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A published picture besides the cover (P20-IMAGE); sizes in pixels."""

    url: str
    alt: str = ""
    purpose: str = ""
    aspect_ratio: str = ""
    width: int | None = None
    height: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer:
    """A trailer of the show or of a season (P20-TRAILER); `bytes` 0 where unknown."""

    title: str
    url: str
    published: datetime
    bytes: int = 0
    media_type: str = ""
    season: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A further feed of a show with some of its episodes: in one `format` (`opus`), on one topic, of one season.

    `name` stands in its address; empty title and description mean the show's.
    """

    name: str
    guid: str
    title: str = ""
    description: str = ""
    format: str = ""
    topic: str = ""
    season: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A show as its feed tells it. Addresses are absolute; `language` is `de` or `de-at`; `guid` is the podcast:guid.

    `locked` is `podcast:locked`; `owner_email` empty means no owner is published. `hosts` are repeated
    on every item that names a guest (P20-PERSON-1). `hubs` are told when the feed changes (WEBSUB-1).
    """

    title: str
    description: str
    language: str
    link: str
    feed_url: str
    guid: str
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    categories: tuple[Category, ...] = ()
    explicit: bool = False
    kind: ShowKind = ShowKind.EPISODIC
    image_url: str = ""
    copyright: str = ""
    locked: bool = True
    hosts: tuple[Appearance, ...] = ()
    hubs: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    tags: ShowTags = ShowTags()
