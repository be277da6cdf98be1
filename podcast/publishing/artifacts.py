"""What a publish puts into the store, rendered from the ledger alone: same ledger, same bytes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from episodes.pictures import SOCIAL
from podcast.layout import FEED, cache_control, content_type, is_archive, public_url, short_path
from podcast.publishing.feeds import compile_pages
from podcast.publishing.kit import kit_sheets
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.publishing.mentions import mentions_of
from podcast.publishing.pagestates import Draft, date_pages
from podcast.publishing.rendered import Rendered
from podcast.release import Release, ShowRelease, chapters_file, item_of, show_of
from podcast.website.page import Cover, Page, Picture
from podcast.website.render import Renderer, look_files
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
    """A small object made by the publish itself: feed, pages, chapters. `content` makes its body, of `size` bytes.

    The body of a page that was rendered before is not made until somebody asks for it.
    """

    key: str
    stage: Stage
    sha256: str
    size: int
    content: Callable[[], bytes]

    @property
    def body(self) -> bytes:
        """What is written."""
        return self.content()

    @property
    def media_type(self) -> str:
        """The Content-Type it is served with."""
        return content_type(self.key)

    @property
    def cache_control(self) -> str:
        """How long it may be kept."""
        return cache_control(self.key)


def artifact_of(key: str, body: bytes, stage: Stage) -> Artifact:
    """Return an object whose body is known."""
    return Artifact(
        key=key, stage=stage, sha256=hashlib.sha256(body).hexdigest(), size=len(body), content=partial(bytes, body)
    )


def feed_artifact(key: str, body: bytes) -> Artifact:
    """Return a page of a feed."""
    return artifact_of(key, body, Stage.ARCHIVE if is_archive(key) else Stage.FEED)


def lay_out(ledger: Ledger) -> tuple[Ledger, Draft]:
    """Return the ledger that knows since when each page shows what it shows, and the pages before they are rendered."""
    return date_pages(ledger, website_in(ledger))


def render(
    ledger: Ledger,
    feeds: Mapping[str, bytes] | None = None,
    draft: Draft | None = None,
    rendered: Rendered | None = None,
    folder: str = "",
) -> tuple[Artifact, ...]:
    """Return feeds, pages and chapters of everything the ledger says is public.

    `feeds` by key and `draft` where they are made already. Pages that `rendered` knows are not rendered again.
    `folder` is where templates of the show itself lie. Raises ProblemsFound where one cannot be filled.
    """
    draft = draft or lay_out(ledger)[1]
    compiled = feeds if feeds is not None else compile_pages(ledger, Rendered())[1]
    artifacts = [feed_artifact(key, body) for key, body in compiled.items()]
    chapters = dict(chapters_file(entry.release) for entry in ledger.published if entry.release.chapters)
    made = chapters | dict(look_files(draft.website.look))
    artifacts += [artifact_of(key, body, Stage.BLOBS) for key, body in made.items()]
    artifacts += _pages(draft, rendered or Rendered(), folder)
    return tuple(sorted(artifacts, key=lambda artifact: (artifact.stage, artifact.key)))


_AT_HAND = 16_000_000
"""Bytes of freshly rendered pages that are kept until they are written; the others are rendered once more then."""


def _pages(draft: Draft, rendered: Rendered, folder: str) -> Iterator[Artifact]:
    """Yield the pages; those nobody knows the sha256 of are rendered."""
    renderer = Renderer(draft.website, folder)
    known = rendered.known(frozenset(draft.hashes.values()))
    fresh: dict[bytes, bytes] = {}
    room = _AT_HAND
    for key, sheet in draft.sheets.items():
        stage = Stage.INDEX if sheet.index else Stage.PAGES
        content = partial(renderer.render, sheet, draft.states[key].at)
        told = known.get(draft.hashes[key], b"")
        if len(told) != _TOLD:
            body = content()
            told = fresh[draft.hashes[key]] = hashlib.sha256(body).digest() + len(body).to_bytes(8)
            if len(body) <= room:
                room -= len(body)
                content = partial(bytes, body)
        size = int.from_bytes(told[32:])
        yield Artifact(key=key, stage=stage, sha256=told[:32].hex(), size=size, content=content)
    rendered.keep(fresh, frozenset(draft.hashes.values()))


_TOLD = 40
"""Bytes that are kept of a rendered page: its sha256, and its size."""


def website_in(ledger: Ledger) -> Website:
    """Return what the pages of a ledger are made of."""
    release, mentions = ledger.show.release, mentions_of(ledger)
    pages = [
        Page(
            item=item_of(entry.release, release, notes=False),
            notes=entry.release.episode.notes,
            topics=entry.release.episode.topics,
            path=entry.release.episode.slug,
            aliases=addresses(entry)[1:],
            cover=_cover_of(entry.release, ledger),
            changed=entry.current.at,
            peaks=_peaks_of(entry.release, ledger),
            mentions=mentions.get(entry.guid, ()),
        )
        for entry in ledger.published
    ]
    withdrawn = [entry for entry in ledger.entries if entry.state is State.WITHDRAWN]
    gone = [path for entry in withdrawn for path in addresses(entry)]
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
        changed=ledger.show.current.at,
        further=tuple(kit_sheets(ledger)),
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
