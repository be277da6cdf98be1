"""From an episode and its measured files to what the public gets of it."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from episodes.addresses import stays_elsewhere
from episodes.chapterfiles.marks import Form, Mark
from episodes.chapterfiles.writing import write_chapters
from episodes.model import Appearance, Chapter, Episode
from episodes.namespace import ShowTags
from episodes.notes import feed_html, notes_of, summarize, summarize_prose
from episodes.timecode import type_position
from feed.chapters import json_chapters
from feed.item import Alternate, Enclosure, Integrity, Item, Source, Transcript
from feed.show import Category, Image, Show, ShowKind
from podcast.feed_settings import FeedSettings
from podcast.layout import FEED, INDEX, chapters_key, page_url, public_url
from podcast.site_settings import Look, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A write-once object: its key, its exact size in bytes, the hex sha256 of its body."""

    key: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioBlob(Blob):
    """The published audio, and what an app or a download counter needs to know of it (`minute_bytes` 0: unknown).

    `master` is the hex sha256 of the producer's file where a tagged copy of it is published, else empty. With a `url`
    the audio stays there: it is no object of ours, nobody measured it, and what is not known of it is 0 or empty.
    """

    duration: timedelta
    header_bytes: int = 0
    minute_bytes: int = 0
    bitrate: int = 0
    master: str = ""
    url: str = ""

    @property
    def origin(self) -> str:
        """The hex sha256 of the file the producer has; empty of audio that stays elsewhere."""
        return self.master or self.sha256

    def address(self, base: str) -> str:
        """Return where listeners get it; `base` is that of the show."""
        return self.url or public_url(base, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptBlob(Blob):
    """A published transcript; `language` empty means the show's. `captions` says that it is timed to be read along.

    `forms` are the same in other formats, made of it. With a `url` it stays there and is no object of ours.
    """

    language: str = ""
    captions: bool = False
    forms: tuple[Blob, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBlob(Blob):
    """A picture made of a cover: what for, its size in pixels, and the version of the recipe it was made by."""

    use: str
    width: int
    height: int
    recipe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRelease:
    """A picture besides the cover: an object of ours or an address, and what is known of it (P20-IMAGE).

    `path` is as written, for the laptop that does not have the file.
    """

    path: str = ""
    blob: Blob | None = None
    url: str = ""
    alt: str = ""
    purpose: str = ""
    aspect_ratio: str = ""
    width: int | None = None
    height: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternateRelease:
    """The episode in another form: an object of ours or addresses, and what is known of it (P20-ALTENC).

    `path` is as written, for the laptop that does not have the file; `master` as in `AudioBlob`.
    """

    media_type: str
    path: str = ""
    master: str = ""
    blob: Blob | None = None
    urls: tuple[str, ...] = ()
    bytes: int | None = None
    bitrate: int | None = None
    height: int | None = None
    language: str = ""
    title: str = ""
    rel: str = ""
    codecs: str = ""
    integrity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An episode as written, together with the objects made of its files: one row's content in the ledger."""

    episode: Episode
    audio: AudioBlob
    cover: Blob | None = None
    transcripts: tuple[TranscriptBlob, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    alternates: tuple[AlternateRelease, ...] = ()
    images: tuple[ImageRelease, ...] = ()

    def blobs(self) -> tuple[Blob, ...]:
        """Return every object made of a file that this release refers to."""
        parts: tuple[AlternateRelease | ImageRelease, ...] = (*self.alternates, *self.images)
        own = (part.blob for part in parts if part.blob)
        audio = () if self.audio.url else (self.audio,)
        ours = (transcript for transcript in self.transcripts if not transcript.url)
        texts = (blob for transcript in ours for blob in (transcript, *transcript.forms))
        return (*audio, *((self.cover,) if self.cover else ()), *texts, *own)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRelease:
    """The show as the public sees it, without addresses that follow from `base_url` (which ends with a slash).

    `mentions` says that pages of episodes tell which issues of the newsletter teased them; `newsletter` are the
    show's own templates of teasers. `cover_url` is where a cover stays that is not ours: for the feed alone, as pages
    show no pictures of other hosts.
    """

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
    images: tuple[ImageRelease, ...] = ()
    tags: ShowTags = ShowTags()
    feed: FeedSettings = FeedSettings()
    site: Look = Look()
    logo: Blob | None = None
    mentions: bool = True
    newsletter: tuple[Template, ...] = ()
    cover_url: str = ""

    def blobs(self) -> tuple[Blob, ...]:
        """Return every object made of a file that the show itself refers to."""
        return tuple(filter(None, (self.cover, self.logo, *(image.blob for image in self.images))))


def home_url(release: ShowRelease) -> str:
    """Return the address of the show's own page."""
    return release.base_url if release.directory_index else public_url(release.base_url, INDEX)


def show_of(release: ShowRelease) -> Show:
    """Return the show as its pages tell it, with a cover of its own only."""
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
        hubs=release.feed.hubs,
        images=_images(release.images, base),
        tags=release.tags,
    )


def fed_show_of(release: ShowRelease) -> Show:
    """Return the show as its feed tells it."""
    show = show_of(release)
    return replace(show, image_url=show.image_url or release.cover_url)


def fed_item_of(release: Release, show: ShowRelease) -> Item:
    """Return an episode as the feed tells it: with the page and the cover it has elsewhere, where it has them there."""
    item, episode = item_of(release, show), release.episode
    elsewhere = episode.cover if stays_elsewhere(episode.cover) else ""
    return replace(
        item,
        link=episode.link or item.link,
        summary=episode.summary or summarize(episode.notes),
        image_url=elsewhere or item.image_url or show.cover_url,
    )


def item_of(release: Release, show: ShowRelease, *, notes: bool = True) -> Item:
    """Return an episode as its page tells it. The cover is the episode's own, else the show's (PSP-IT-2).

    Without `notes` the HTML of its notes is left out: making it takes its time.
    """
    episode, base = release.episode, show.base_url
    cover = release.cover or show.cover
    if episode.published is None:
        raise ValueError(f"{episode.slug} has no date")
    return Item(
        guid=episode.guid,
        title=episode.title,
        link=page_url(base, episode.slug, directory_index=show.directory_index),
        enclosure=Enclosure(
            url=release.audio.address(base), bytes=release.audio.bytes, media_type=release.audio.media_type
        ),
        duration=release.audio.duration,
        published=episode.published,
        kind=episode.kind,
        number=episode.number,
        season=episode.season,
        summary=episode.summary or summarize_prose(episode.notes),
        notes_html=feed_html(_notes(release)) if notes else "",
        image_url=public_url(base, cover.key) if cover else "",
        explicit=episode.explicit,
        people=episode.appearances,
        recording=episode.recording,
        transcripts=tuple(_transcripts(release, show)),
        chapters=tuple(chapter for chapter in release.chapters if not chapter.hidden),
        chapters_url=public_url(base, chapters_file(release)[0]) if release.chapters else episode.chapters_url,
        alternates=tuple(_alternate(alternate, base) for alternate in release.alternates),
        images=_images(release.images, base),
        tags=episode.tags,
    )


def _notes(release: Release) -> str:
    """Return the notes with a list of the chapters below, which some apps make links of, unless they have one.

    An app that shows notes shows no summary: where there are none, the summary stands above the list.
    """
    notes = release.episode.notes or notes_of(release.episode.summary)
    shown = [chapter for chapter in release.chapters if not chapter.hidden]
    times = [type_position(timedelta(seconds=chapter.start // timedelta(seconds=1))) for chapter in shown]
    if not shown or 2 * sum(time in notes for time in times) >= len(times):
        return release.episode.notes
    listed = write_chapters([Mark(chapter=chapter) for chapter in shown], Form.MARKDOWN)
    return f"{notes.rstrip()}\n\n{listed}"


def _transcripts(release: Release, show: ShowRelease) -> Iterator[Transcript]:
    """Yield each transcript in its own form, then in the others."""
    for transcript in release.transcripts:
        for blob in (transcript, *transcript.forms):
            media_type = transcript.media_type if transcript.url else blob.media_type.split(";")[0]
            yield Transcript(
                url=transcript.url or public_url(show.base_url, blob.key),
                media_type=media_type,
                language=transcript.language or ("" if transcript.url else show.language),
                captions=transcript.captions and (blob is transcript or media_type != "text/html"),
            )


def chapters_file(release: Release) -> tuple[str, bytes]:
    """Return key and body of the JSON file of an episode's chapters."""
    body = json_chapters(release.chapters, waypoints=release.episode.waypoints)
    return chapters_key(release.episode.slug, hashlib.sha256(body).hexdigest()), body


def _images(images: tuple[ImageRelease, ...], base: str) -> tuple[Image, ...]:
    return tuple(
        Image(
            url=public_url(base, image.blob.key) if image.blob else image.url,
            alt=image.alt,
            purpose=image.purpose,
            aspect_ratio=image.aspect_ratio,
            width=image.width,
            height=image.height,
            media_type=image.media_type,
        )
        for image in images
    )


def _alternate(alternate: AlternateRelease, base: str) -> Alternate:
    blob = alternate.blob
    digest = base64.b64encode(bytes.fromhex(blob.sha256)).decode() if blob else ""
    proof = f"sha256-{digest}" if digest else alternate.integrity
    urls = (public_url(base, blob.key),) if blob else alternate.urls
    return Alternate(
        media_type=alternate.media_type,
        sources=tuple(Source(url=url) for url in urls),
        bytes=alternate.bytes,
        bitrate=alternate.bitrate,
        height=alternate.height,
        language=alternate.language,
        title=alternate.title,
        rel=alternate.rel,
        codecs=alternate.codecs,
        integrity=Integrity(kind="sri", value=proof) if proof else None,
    )
