"""An episode as the public sees it: addresses, no paths."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from episodes.model import Appearance, Chapter, Kind, Recording
from episodes.namespace import EpisodeTags
from feed.show import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The audio an app downloads; `bytes` is the exact size of what is stored, 0 where nobody knows it."""

    url: str
    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A published transcript; `language` empty means the show's. `captions` says that it is timed to be read along."""

    url: str
    media_type: str
    language: str = ""
    captions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an alternate enclosure is found; `media_type` empty means the alternate's (P20-SOURCE)."""

    url: str
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """How to prove an alternate enclosure: `kind` is `sri` or `pgp-signature` (P20-INTEGRITY)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """The episode in another form (P20-ALTENC). `bytes` is None where unknown; `bitrate` in bit/s, `height` in pixels.

    `default` marks the one that equals the enclosure (P20-ALT-1).
    """

    media_type: str
    sources: tuple[Source, ...]
    bytes: int | None = None
    bitrate: int | None = None
    height: int | None = None
    language: str = ""
    title: str = ""
    rel: str = ""
    codecs: str = ""
    default: bool = False
    integrity: Integrity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the feed. `summary` is plain text of at most 4,000 bytes, `notes_html` is sanitised HTML or empty.

    `duration` is 0 where nobody knows it. `chapters` are those with a title to show; `chapters_url` is the JSON file
    that has them all.
    """

    guid: str
    title: str
    link: str
    enclosure: Enclosure
    duration: timedelta
    published: datetime
    kind: Kind = Kind.FULL
    number: int | None = None
    season: int | None = None
    summary: str = ""
    notes_html: str = ""
    image_url: str = ""
    explicit: bool = False
    people: tuple[Appearance, ...] = ()
    recording: Recording = Recording()
    transcripts: tuple[Transcript, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    chapters_url: str = ""
    alternates: tuple[Alternate, ...] = ()
    images: tuple[Image, ...] = ()
    tags: EpisodeTags = EpisodeTags()
