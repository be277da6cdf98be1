"""An episode as the public sees it: addresses, no paths."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from episodes.model import Appearance, Kind, Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The audio an app downloads; `bytes` is the exact size of the stored object."""

    url: str
    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A published transcript; `language` empty means the show's."""

    url: str
    media_type: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the feed. `summary` is plain text of at most 4,000 bytes, `notes_html` is sanitised HTML or empty."""

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
