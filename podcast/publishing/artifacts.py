"""What a publish puts into the store, rendered from the ledger alone: same ledger, same bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from episodes.pictures import SOCIAL
from podcast.layout import FEED, cache_control, content_type, is_archive, public_url, short_path
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.publishing.rendered import Rendered
from podcast.release import Release, ShowRelease, chapters_file, item_of, show_of
from podcast.website.render import render_site
from podcast.website.sources import Cover, Page, Picture, website_of


class Stage(IntEnum):
    """The order of writing, with a barrier after each: whatever refers to an object is written after it."""

    BLOBS = 1
    LEDGER = 2
    PAGES = 3
    ARCHIVE = 4
    FEED = 5
    INDEX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A small object made by the publish itself: feed, pages, chapters."""

    key: str
    body: bytes
    stage: Stage

    @property
    def sha256(self) -> str:
        """The hex sha256 of the body."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def media_type(self) -> str:
        """The Content-Type it is served with."""
        return content_type(self.key)

    @property
    def cache_control(self) -> str:
        """How long it may be kept."""
        return cache_control(self.key)


def render(ledger: Ledger, feeds: Mapping[str, bytes] | None = None) -> tuple[Artifact, ...]:
    """Return feeds, pages and chapters of everything the ledger says is public; `feeds` by key if they are compiled."""
    show = show_of(ledger.show.release)
    entries = ledger.published
    items = [item_of(entry.release, ledger.show.release) for entry in entries]
    pages = [
        Page(
            item=item,
            notes=entry.release.episode.notes,
            topics=entry.release.episode.topics,
            path=entry.release.episode.slug,
            aliases=addresses(entry)[1:],
            cover=_cover_of(entry.release, ledger),
            peaks=_peaks_of(entry.release, ledger),
        )
        for entry, item in zip(entries, items, strict=True)
    ]
    gone = [path for entry in ledger.entries if entry.state is State.WITHDRAWN for path in addresses(entry)]
    release = ledger.show.release
    website = website_of(
        show,
        pages,
        gone,
        base_url=release.base_url,
        directory_index=release.directory_index,
        selections=release.feed.selections,
        cover=_cover_of(release, ledger),
    )
    site = render_site(website)
    compiled = feeds if feeds is not None else compile_pages(ledger, Rendered())[1]
    artifacts = [
        Artifact(key=key, body=body, stage=Stage.ARCHIVE if is_archive(key) else Stage.FEED)
        for key, body in compiled.items()
    ]
    chapters = dict(chapters_file(entry.release) for entry in entries if entry.release.chapters)
    made = chapters | dict(site.statics)
    artifacts += [Artifact(key=key, body=body, stage=Stage.BLOBS) for key, body in made.items()]
    artifacts += [Artifact(key=key, body=body, stage=Stage.PAGES) for key, body in site.pages.items()]
    artifacts += [Artifact(key=key, body=body, stage=Stage.INDEX) for key, body in site.indexes.items()]
    return tuple(sorted(artifacts, key=lambda artifact: (artifact.stage, artifact.key)))


def _cover_of(release: Release | ShowRelease, ledger: Ledger) -> Cover:
    """Return what was made of an episode's cover, or of the show's where it has none."""
    show = ledger.show.release
    cover = release.cover or show.cover
    made = ledger.pictures.get(cover.sha256, ()) if cover else ()
    found = {
        blob.use: Picture(url=public_url(show.base_url, blob.key), width=blob.width, height=blob.height)
        for blob in made
    }
    social = found.pop(SOCIAL.name, None)
    return Cover(social=social, small=tuple(sorted(found.values(), key=lambda picture: picture.width)))


def _peaks_of(release: Release, ledger: Ledger) -> str:
    """Return the address of the waveform of an episode's audio, empty where there is none."""
    blob = ledger.peaks.get(release.audio.origin)
    return public_url(ledger.show.release.base_url, blob.key) if blob else ""


def addresses(entry: Entry) -> tuple[str, ...]:
    """Return every path an episode was ever found under, the present one first."""
    short = (short_path(entry.short),) if entry.short else ()
    return (entry.release.episode.slug, *entry.former_slugs, *short)


def feed_of(artifacts: Sequence[Artifact]) -> bytes:
    """Return the bytes of the feed among artifacts."""
    return next(artifact.body for artifact in artifacts if artifact.key == FEED)
