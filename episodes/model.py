"""The words of an episode: what was written (`Episode`) and what was measured (`Audio`)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from episodes.namespace import AlternateFile, EpisodeTags, ImageFile


class Kind(StrEnum):
    """What an episode is, in the words of `itunes:episodeType`."""

    FULL = "full"
    TRAILER = "trailer"
    BONUS = "bonus"


class Status(StrEnum):
    """What the producer wants with an episode."""

    DRAFT = "draft"
    READY = "ready"
    WITHDRAWN = "withdrawn"


class BitrateMode(StrEnum):
    """How the bits are spread over time."""

    CONSTANT = "constant"
    VARIABLE = "variable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A person in one episode, with the function and organisation they had at the recording.

    `role` and `group` are terms of the podcast taxonomy in lower case; `person` is the handle in
    `podcast.toml` the facts were taken from, or empty.
    """

    name: str
    role: str = "guest"
    group: str = "cast"
    function: str = ""
    organisation: str = ""
    link: str = ""
    picture: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """When, where and on what occasion an episode was recorded. `geo` is an RFC 5870 `geo:` URI."""

    on: date | None = None
    occasion: str = ""
    place: str = ""
    geo: str = ""
    osm: str = ""
    country: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A named part of the audio; a `hidden` one changes link and picture without standing in the list (JCH-2).

    `end` is None where it lasts until the next one begins, the last until the audio ends. `place` is what it is about,
    `geo` an RFC 5870 `geo:` URI, `osm` its OpenStreetMap code (JCH-3).
    """

    start: timedelta
    title: str
    link: str = ""
    image: str = ""
    hidden: bool = False
    end: timedelta | None = None
    place: str = ""
    geo: str = ""
    osm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFile:
    """A transcript: a file the producer wrote, or one that stays at an address; `language` empty for the show's.

    `path` is as written in the episode file. One of `path` and `url` is there, and a `media_type` beside a `url` only.
    `captions` says that it is timed to be read along (P20-TRANSCRIPT).
    """

    path: str = ""
    language: str = ""
    captions: bool = False
    url: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAudio:
    """What is said of audio that stays at an address, where nobody measures it; 0 where it is not known."""

    media_type: str
    bytes: int
    duration: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An episode as the producer wrote it. Paths are as written, relative to the show folder or absolute.

    `audio` is an address where `remote` says what is known of it, `cover` may be one. `link` is the web page of the
    episode where that is not ours, `chapters_url` a file of chapters that stays where it is.
    `published` is aware; it may be absent only in a draft. `notes` is Markdown. `source_name` is the
    name of the episode file, `source_sha256` the hash of its text. `waypoints` says that the places of the chapters
    are a route (JCH-4).
    """

    guid: str
    slug: str
    title: str
    audio: str
    source_name: str
    source_sha256: str
    kind: Kind = Kind.FULL
    status: Status = Status.READY
    published: datetime | None = None
    number: int | None = None
    season: int | None = None
    summary: str = ""
    notes: str = ""
    appearances: tuple[Appearance, ...] = ()
    recording: Recording = Recording()
    topics: tuple[str, ...] = ()
    transcripts: tuple[TranscriptFile, ...] = ()
    cover: str = ""
    explicit: bool = False
    chapters: tuple[Chapter, ...] = ()
    alternates: tuple[AlternateFile, ...] = ()
    images: tuple[ImageFile, ...] = ()
    tags: EpisodeTags = EpisodeTags()
    waypoints: bool = False
    remote: RemoteAudio | None = None
    chapters_url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture found in a file or measured on disk; width and height in pixels, 0 where unknown."""

    media_type: str
    bytes: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What an audio file says about itself, free of control characters and bounded in length.

    `date` is the text of the tag (ISO 8601, possibly only a year); `pictures` are front covers first.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    date: str = ""
    description: str = ""
    number: int | None = None
    season: int | None = None
    language: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Facts measured from an audio file, never typed by hand.

    `bytes` is the size of the file, `header_bytes` what precedes the first audio frame; `minute_bytes` is what an app
    must have fetched to play the first minute (IAB-THR-1), the whole file where it is shorter or its minute is nowhere
    to be found (IAB-THR-2), and 0 where nobody measured. `bitrate` is in bit/s (mean), `sample_rate` in Hz. `doubts`
    says in sentences why the file cannot be trusted, `repairs` which texts of its tags are read otherwise than written.
    """

    media_type: str
    bytes: int
    sha256: str
    duration: timedelta
    header_bytes: int = 0
    minute_bytes: int = 0
    bitrate: int = 0
    bitrate_mode: BitrateMode = BitrateMode.UNKNOWN
    sample_rate: int = 0
    channels: int = 0
    chapters: tuple[Chapter, ...] = ()
    tags: Tags = Tags()
    doubts: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
