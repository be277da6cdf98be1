"""What a publish puts into the store, rendered from the ledger alone: same ledger, same bytes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from episodes.pictures import SOCIAL
from feed.item import Enclosure, Item
from podcast.layout import FEED, cache_control, content_type, is_archive, public_url, short_path
from podcast.publishing.feeds import compile_pages
from podcast.publishing.kit import kit_sheets
from podcast.publishing.ledger import Entry, Ledger, ShowEntry, State
from podcast.publishing.rendered import Rendered
from podcast.release import Release, ShowRelease, chapters_file, item_of, show_of
from podcast.website.page import Cover, Page, Picture
from podcast.website.render import render_site
from podcast.website.sources import Website, website_of


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
    entries = ledger.published
    site = render_site(website_in(ledger))
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


_UNSHOWN = frozenset({"email", "categories", "explicit", "kind", "locked"})
"""Fields of the show that no page says anything of."""


def _shown_since(show: ShowEntry) -> datetime:
    """Return when what every page says of the show changed last."""
    first, *later = show.history
    return max(version.at for version in (first, *later) if version is first or {*version.replaced} - _UNSHOWN)


def website_in(ledger: Ledger) -> Website:
    """Return what the pages of a ledger are made of."""
    return _website(ledger, item_of)


def outline_of(ledger: Ledger) -> Website:
    """Return a website that has the pages of a ledger, but not what stands on them: rendering notes takes its time."""
    return _website(ledger, _outline)


def _outline(release: Release, show: ShowRelease) -> Item:
    episode = release.episode
    if episode.published is None:
        raise ValueError(f"{episode.slug} has no date")
    return Item(
        guid=episode.guid,
        title=episode.title,
        link=public_url(show.base_url, f"{episode.slug}/"),
        enclosure=Enclosure(url="", bytes=0, media_type=""),
        duration=release.audio.duration,
        published=episode.published,
        people=episode.appearances,
        recording=episode.recording,
    )


def _website(ledger: Ledger, item: Callable[[Release, ShowRelease], Item]) -> Website:
    release = ledger.show.release
    base = _shown_since(ledger.show)
    pages = [
        Page(
            item=item(entry.release, release),
            notes=entry.release.episode.notes,
            topics=entry.release.episode.topics,
            path=entry.release.episode.slug,
            aliases=addresses(entry)[1:],
            cover=_cover_of(entry.release, ledger),
            changed=max(entry.current.at, base),
        )
        for entry in ledger.published
    ]
    withdrawn = [entry for entry in ledger.entries if entry.state is State.WITHDRAWN]
    gone = {path: max(entry.current.at, base) for entry in withdrawn for path in addresses(entry)}
    return website_of(
        show_of(release),
        pages,
        gone,
        base_url=release.base_url,
        directory_index=release.directory_index,
        selections=release.feed.selections,
        cover=_cover_of(release, ledger),
        look=release.site,
        logo=public_url(release.base_url, release.logo.key) if release.logo else "",
        changed=base,
        newest=ledger.changed,
        further=tuple(kit_sheets(ledger, base)),
    )


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


def addresses(entry: Entry) -> tuple[str, ...]:
    """Return every path an episode was ever found under, the present one first."""
    short = (short_path(entry.short),) if entry.short else ()
    return (entry.release.episode.slug, *entry.former_slugs, *short)


def feed_of(artifacts: Sequence[Artifact]) -> bytes:
    """Return the bytes of the feed among artifacts."""
    return next(artifact.body for artifact in artifacts if artifact.key == FEED)
