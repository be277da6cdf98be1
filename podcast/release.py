"""From an episode and its measured files to what the public gets of it."""

import hashlib
from dataclasses import dataclass, fields
from datetime import timedelta

import msgspec

from episodes.model import Appearance, Episode
from episodes.notes import feed_html, summarize
from feed.item import Enclosure, Item, Transcript
from feed.show import Category, Show, ShowKind
from podcast.layout import FEED, INDEX, page_url, public_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A write-once object: its key, its exact size in bytes, the hex sha256 of its body."""

    key: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioBlob(Blob):
    """The published audio and what an app or a download counter needs to know of it."""

    duration: timedelta
    header_bytes: int = 0
    bitrate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptBlob(Blob):
    """A published transcript; `language` empty means the show's."""

    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An episode as written, together with the objects made of its files: one row's content in the ledger."""

    episode: Episode
    audio: AudioBlob
    cover: Blob | None = None
    transcripts: tuple[TranscriptBlob, ...] = ()

    def blobs(self) -> tuple[Blob, ...]:
        """Return every object this release refers to."""
        return (self.audio, *((self.cover,) if self.cover else ()), *self.transcripts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRelease:
    """The show as the public sees it, without addresses that follow from `base_url` (which ends with a slash)."""

    title: str
    description: str
    language: str
    guid: str
    base_url: str
    directory_index: bool = True
    author: str = ""
    email: str = ""
    link: str = ""
    copyright: str = ""
    categories: tuple[Category, ...] = ()
    explicit: bool = False
    kind: ShowKind = ShowKind.EPISODIC
    locked: bool = True
    hosts: tuple[Appearance, ...] = ()
    cover: Blob | None = None


_UNSEEN = frozenset({"source_name", "source_sha256", "status", "audio", "cover", "transcripts"})
"""Fields of an episode file the public does not see, or sees as measured objects only."""


def digest(release: Release | ShowRelease) -> str:
    """Return the hex sha256 of what the public sees of a release; equal digests mean there is nothing to publish."""
    content = msgspec.to_builtins(release)
    if isinstance(release, Release):
        for name in _UNSEEN:
            content["episode"].pop(name)
        for blob in (content["audio"], content["cover"], *content["transcripts"]):
            if blob:
                blob.pop("key")
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def fingerprints(release: Release | ShowRelease) -> dict[str, str]:
    """Return a short hash of every field the public sees, by the field's name in the producer's words."""
    if isinstance(release, ShowRelease):
        seen: dict[str, object] = {field.name: getattr(release, field.name) for field in fields(release)}
    else:
        episode = release.episode
        seen = {field.name: getattr(episode, field.name) for field in fields(episode) if field.name not in _UNSEEN}
        seen["audio"] = release.audio.sha256
        seen["cover"] = release.cover.sha256 if release.cover else ""
        seen["transcripts"] = [(blob.sha256, blob.language, blob.media_type) for blob in release.transcripts]
    return {
        name: hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:12]
        for name, value in seen.items()
    }


def differences(old: Release | ShowRelease, new: Release | ShowRelease) -> tuple[str, ...]:
    """Return the names of the fields in which two releases differ, in the producer's words."""
    before, after = fingerprints(old), fingerprints(new)
    return tuple(name for name in after if after[name] != before.get(name))


def home_url(release: ShowRelease) -> str:
    """Return the address of the show's own page."""
    return release.base_url if release.directory_index else public_url(release.base_url, INDEX)


def show_of(release: ShowRelease) -> Show:
    """Return the show as its feed tells it."""
    base = release.base_url
    return Show(
        title=release.title,
        description=release.description,
        language=release.language,
        link=release.link or home_url(release),
        feed_url=public_url(base, FEED),
        guid=release.guid,
        author=release.author,
        owner_name=release.author if release.email else "",
        owner_email=release.email,
        categories=release.categories,
        explicit=release.explicit,
        kind=release.kind,
        image_url=public_url(base, release.cover.key) if release.cover else "",
        copyright=release.copyright,
        locked=release.locked,
        hosts=release.hosts,
    )


def item_of(release: Release, show: ShowRelease) -> Item:
    """Return an episode as the public sees it. The cover is the episode's own, else the show's (PSP-IT-2)."""
    episode, base = release.episode, show.base_url
    cover = release.cover or show.cover
    if episode.published is None:
        raise ValueError(f"{episode.slug} has no date")
    return Item(
        guid=episode.guid,
        title=episode.title,
        link=page_url(base, episode.slug, directory_index=show.directory_index),
        enclosure=Enclosure(
            url=public_url(base, release.audio.key), bytes=release.audio.bytes, media_type=release.audio.media_type
        ),
        duration=release.audio.duration,
        published=episode.published,
        kind=episode.kind,
        number=episode.number,
        season=episode.season,
        summary=episode.summary or summarize(episode.notes),
        notes_html=feed_html(episode.notes),
        image_url=public_url(base, cover.key) if cover else "",
        explicit=episode.explicit,
        people=episode.appearances,
        recording=episode.recording,
        transcripts=tuple(
            Transcript(
                url=public_url(base, blob.key),
                media_type=blob.media_type.split(";")[0],
                language=blob.language or show.language,
            )
            for blob in release.transcripts
        ),
    )
