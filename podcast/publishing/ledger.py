"""The ledger: the store's record of what is published, and the single commit point."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from episodes.addresses import is_address, stays_elsewhere
from episodes.problems import UserError, visible
from episodes.slugs import is_slug
from podcast.layout import PEAKS, PRIVATE, RESERVED_SLUGS, SOURCES, settings_key
from podcast.publishing.issuerecords import IssueRecord, issue_faults
from podcast.release import AlternateRelease, AudioBlob, Blob, PictureBlob, Release, ShowRelease
from podcast.site_settings import APPS, LARGEST_SUM, Look
from podcast.stores import is_key

FORMAT = 1
"""The ledger format this version reads and writes; a higher one was written by a newer folge."""


class DamagedLedgerError(UserError):
    """A ledger that folge did not write so."""


class State(StrEnum):
    """What the public sees of an episode in the ledger."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state that was published: the digest of its content, when, by which producer, the sha256 of the audio file.

    `copy` is the sha256 of what was published of that file, where it is a tagged copy.

    `replaced` holds the short hashes of the values this version took the place of, by field: whoever still has one of
    them has an older text.
    """

    digest: str
    at: datetime
    by: str
    state: State = State.PUBLISHED
    audio: str = ""
    copy: str = ""
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger. `short` is what follows `/f/`, kept for life; `history` is oldest first and never empty.

    `position` counts the episodes from 1 in the order they were first published: archive pages of the feed are cut by
    it, so that what comes later changes none of them. `former_slugs` are earlier addresses, which go on leading to the
    episode's page. `successor` is the guid under which a withdrawn row goes on that was recalled.
    """

    guid: str
    state: State
    release: Release
    history: tuple[Version, ...]
    source_key: str = ""
    short: str = ""
    former_slugs: tuple[str, ...] = ()
    position: int = 0
    successor: str = ""

    @property
    def current(self) -> Version:
        """The version that is published now."""
        return self.history[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEntry:
    """The show as published, and its earlier states, oldest first.

    `settings_key` is where the text of its `podcast.toml` lies, which has the hex `settings_sha256`; both are empty
    where nobody has stored it yet.
    """

    release: ShowRelease
    history: tuple[Version, ...]
    settings_key: str = ""
    settings_sha256: str = ""

    @property
    def current(self) -> Version:
        """The version that is published now."""
        return self.history[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A page of a feed as published: the hex sha256 of what it says apart from its date, and since when it says so."""

    digest: str
    at: datetime


class PageState(msgspec.Struct, frozen=True, array_like=True):
    """A page as published: the beginning of the hex sha256 of what it shows, and since which second it shows that."""

    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The feeds as one publish left them, numbered from 1, with who did it and when.

    `pages` maps the key of every page that is another than in the edition before to the hex sha256 of its body, empty
    where it is no longer made; the oldest edition that is kept has them all. `bytes` is the size of all its pages.
    `back_to` is the number of the edition that a producer went back to, else 0.
    """

    number: int
    at: datetime
    by: str
    pages: Mapping[str, str]
    bytes: int
    back_to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """The latest tidying of the store: a token no other has, since when, by whom.

    While it lasts, `keys` are those it takes away: nothing may begin to refer to them. The token stays when it is over,
    so that no ledger is ever the one of before: a publish that looked before a tidying would else not notice it.
    """

    token: str
    at: datetime
    by: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything published from a store: the show, its episodes, ordered by guid, and the pages of its feeds by key.

    `pages` are those of the site, also those nothing leads to any more: whatever stood there may still be written late.
    `pictures` are what was made of covers, by the sha256 of the cover, `peaks` the waveforms of sounds, by that of the
    file the producer has; `editions` of the feeds are oldest first. `issues` of the newsletter are by name.
    `tidying` is None where nobody ever tidied.
    """

    show: ShowEntry
    entries: tuple[Entry, ...]
    feeds: Mapping[str, FeedState] = field(default_factory=dict)
    pages: Mapping[str, PageState] = field(default_factory=dict)
    pictures: Mapping[str, tuple[PictureBlob, ...]] = field(default_factory=dict)
    peaks: Mapping[str, Blob] = field(default_factory=dict)
    editions: tuple[Edition, ...] = ()
    issues: Mapping[str, IssueRecord] = field(default_factory=dict)
    tidying: Tidying | None = None
    format: int = FORMAT

    def by_guid(self) -> dict[str, Entry]:
        """Return the rows by guid."""
        return {entry.guid: entry for entry in self.entries}

    @property
    def changed(self) -> datetime:
        """The newest change of anything."""
        return max(version.at for version in self._versions())

    def following(self, now: datetime) -> datetime:
        """Return the time of the next change: `now`, but at least a second after the newest one, whatever clocks say.

        Feeds and pages say in whole seconds when they changed: what changes and changes back is never the same bytes.
        """
        return max(now, self.changed.replace(microsecond=0) + timedelta(seconds=1))

    @property
    def published(self) -> tuple[Entry, ...]:
        """The rows the public sees."""
        return tuple(entry for entry in self.entries if entry.state is State.PUBLISHED)

    @property
    def made(self) -> tuple[Blob, ...]:
        """Everything that was made of files besides: pictures of covers, waveforms of sounds."""
        return (*(blob for blobs in self.pictures.values() for blob in blobs), *self.peaks.values())

    @property
    def rolled_back(self) -> Edition | None:
        """The newest edition, where a producer went back to an earlier one: the feeds stay so until that is ended."""
        return self.editions[-1] if self.editions and self.editions[-1].back_to else None

    def latest_producer(self, *, besides: str) -> str:
        """Return who published last, apart from one producer; "somebody" where there is nobody else."""
        others = [version for version in self._versions() if version.by != besides]
        return max(others, key=lambda version: version.at).by if others else "somebody"

    def _versions(self) -> list[Version]:
        return [self.show.current, *(entry.current for entry in self.entries)]


class _Format(msgspec.Struct):
    format: int


def encode_ledger(ledger: Ledger) -> bytes:
    """Write a ledger as JSON, one row a line, the same bytes for the same rows."""
    rows: Sequence[Entry] = sorted(ledger.entries, key=lambda entry: entry.guid)
    lines = [msgspec.json.encode(row, order="deterministic") for row in rows]
    parts = (ledger.show, ledger.feeds, ledger.pictures)
    show, feeds, pictures = (msgspec.json.encode(part, order="deterministic") for part in parts)
    head = b'{"format":%d,\n"show":%s,\n"feeds":%s,\n"pictures":%s,\n' % (FORMAT, show, feeds, pictures)
    editions = b",".join(b"\n" + msgspec.json.encode(each, order="deterministic") for each in ledger.editions)
    pages = b",".join(b"\n%s:%s" % tuple(map(msgspec.json.encode, page)) for page in sorted(ledger.pages.items()))
    head += b'"pages":{%s\n},\n' % pages if pages else b""
    tidying = b'"tidying":%s,\n' % msgspec.json.encode(ledger.tidying) if ledger.tidying else b""
    peaks = b'"peaks":%s,\n' % msgspec.json.encode(ledger.peaks, order="deterministic") if ledger.peaks else b""
    issues = b'"issues":%s,\n' % msgspec.json.encode(ledger.issues, order="deterministic") if ledger.issues else b""
    head += b'%s%s"editions":[%s],\n%s"entries":[' % (peaks, issues, editions, tidying)
    return head + b",".join(b"\n" + line for line in lines) + b"\n]}\n"


def decode_ledger(body: bytes) -> Ledger:
    """Read a ledger. Raises DamagedLedgerError where it is damaged or hostile, UserError where it is of a newer folge.

    Nothing is guessed.
    """
    try:
        found = msgspec.json.decode(body, type=_Format).format
        if found > FORMAT:
            raise UserError(f"the store's ledger has format {found}, this folge knows {FORMAT}", hint="update folge")
        ledger = msgspec.json.decode(body, type=Ledger)
        whole = _holds(msgspec.json.decode(encode_ledger(ledger)), msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedLedgerError(f"the store's ledger is damaged: {error}", hint=_UNTOUCHED) from error
    if not whole:
        message = "the store's ledger holds what this folge does not know"
        raise UserError(message, hint="update folge; nothing was changed")
    wrong = next(_faults(ledger), "")
    if wrong:
        raise DamagedLedgerError(f"the store's ledger is damaged: {visible(wrong)}", hint=_UNTOUCHED)
    return replace(ledger, entries=with_positions(ledger.entries))


def with_positions(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return rows with a position each: those without one come behind the others, in the order of their publication."""
    last = max((entry.position for entry in entries), default=0)
    fresh = [entry for entry in entries if not entry.position]
    fresh.sort(key=lambda entry: (entry.history[0].at, entry.release.episode.published, entry.guid))
    positions = {entry.guid: last + index for index, entry in enumerate(fresh, start=1)}
    return tuple(replace(entry, position=positions.get(entry.guid, entry.position)) for entry in entries)


def _holds(whole: object, part: object) -> bool:
    """Say whether everything in `part` is in `whole` too: fields that are new in `whole` are no loss."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(name in whole and _holds(whole[name], value) for name, value in part.items())
    if isinstance(whole, list) and isinstance(part, list):
        return len(whole) == len(part) and all(map(_holds, whole, part))
    return whole == part


RECOVER = "folge feed recover"
"""The command that puts the last good ledger back."""

_UNTOUCHED = f"nothing was changed; to put the last good one back: {RECOVER}"


def _faults(ledger: Ledger) -> Iterator[str]:
    """Yield what cannot be in a ledger that folge wrote: keys that leave their place, rows without a past."""
    show = ledger.show.release
    if ledger.format != FORMAT:
        yield f"format {ledger.format}"
    if not re.fullmatch(r"https?://[^\s/]+/(\S*/)?", show.base_url):
        yield f"the address {show.base_url}"
    if not ledger.show.history:
        yield "the show has no history"
    yield from _settings_faults(ledger.show)
    yield from _look_faults(show.site)
    if len({entry.guid for entry in ledger.entries}) != len(ledger.entries):
        yield "one guid in two rows"
    for entry in ledger.entries:
        yield from _row_faults(entry)
    yield from _feed_faults(ledger)
    yield from _page_faults(ledger.pages)
    yield from _edition_faults(ledger.editions)
    yield from issue_faults(ledger.issues)
    positions = [entry.position for entry in ledger.entries if entry.position]
    if len(set(positions)) != len(positions) or any(position < 0 for position in positions):
        yield "two rows at one position"
    for blob in [*(blob for entry in ledger.entries for blob in entry.release.blobs()), *show.blobs(), *ledger.made]:
        if not is_key(blob.key) or not blob.key.startswith(("audio/", "covers/", "transcripts/", PEAKS)):
            yield f"the key {blob.key}"
        if not re.fullmatch(r"[0-9a-f]{64}", blob.sha256):
            yield f"the sha256 of {blob.key}"
    for entry in ledger.entries:
        if any(not re.fullmatch(r"([0-9a-f]{64})?", part.master) for part in _sounds(entry.release)):
            yield f"the master of {entry.guid}"


def _settings_faults(show: ShowEntry) -> Iterator[str]:
    if show.settings_key and show.settings_key != settings_key(show.settings_sha256):
        yield f"the source {show.settings_key}"
    if not re.fullmatch(r"([0-9a-f]{64})?", show.settings_sha256):
        yield "the sha256 of podcast.toml"
    if show.release.cover_url and not is_address(show.release.cover_url):
        yield f"the address {show.release.cover_url}"


def _look_faults(look: Look) -> Iterator[str]:
    """Yield what cannot be said of how pages look: it goes into style sheets and templates as it is."""
    for colour in (look.accent, look.accent_dark):
        if not re.fullmatch(r"(#[0-9a-f]{6})?", colour):
            yield f"the colour {colour}"
    for name, address in look.apps:
        if name not in APPS or not is_address(address):
            yield f"the address {address}"
    for link in filter(None, (look.imprint, look.privacy)):
        if not is_address(link.url):
            yield f"the address {link.url}"
    texts = (look.css, *(template.text for template in look.templates))
    if sum(len(text.encode()) for text in texts) > LARGEST_SUM:
        yield "a style sheet and templates that are too large"


def _sounds(release: Release) -> tuple[AudioBlob | AlternateRelease, ...]:
    return (release.audio, *release.alternates)


def _feed_faults(ledger: Ledger) -> Iterator[str]:
    for selection in ledger.show.release.feed.selections:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", selection.name):
            yield f"the feed {selection.name}"
    tidyings = [ledger.tidying.at] if ledger.tidying else []
    if any(moment.tzinfo is None for moment in (*(feed.at for feed in ledger.feeds.values()), *tidyings)):
        yield "a time without a zone among the feeds or in the tidying"


_BESIDE_PAGES = (PRIVATE, "audio/", "chapters/", "covers/", "feed/", "feed.xml", "static/", "transcripts/")


def _page_faults(pages: Mapping[str, PageState]) -> Iterator[str]:
    """Yield what cannot be said of pages: what stands at their keys is written over."""
    for key, state in pages.items():
        if not is_key(key) or key.startswith(_BESIDE_PAGES):
            yield f"the page {key}"
        if not re.fullmatch(r"[0-9a-f]{16}", state.digest) or state.at.utcoffset() != timedelta():
            yield f"the state of the page {key}"


_FEED_KEY = re.compile(r"feed\.xml|feed/([a-z][a-z0-9]*(-[a-z0-9]+)*|([a-z][a-z0-9]*(-[a-z0-9]+)*/)?\d+)\.xml")


def _edition_faults(editions: Sequence[Edition]) -> Iterator[str]:
    """Yield what cannot be said of editions: those that are out of order, or whose pages are not pages of feeds."""
    last = 0
    for edition in editions:
        if edition.number <= last or not 0 <= edition.back_to < edition.number:
            yield f"edition {edition.number} of the feeds"
        last = edition.number
        if edition.at.tzinfo is None:
            yield f"a time without a zone in edition {edition.number}"
        for key, sha256 in edition.pages.items():
            if not _FEED_KEY.fullmatch(key) or not re.fullmatch(r"([0-9a-f]{64})?", sha256):
                yield f"the page {key} in edition {edition.number}"


def _row_faults(entry: Entry) -> Iterator[str]:
    episode = entry.release.episode
    if not entry.history or episode.guid != entry.guid or not episode.published:
        yield f"the row {entry.guid}"
    moments = [version.at for version in entry.history] + ([episode.published] if episode.published else [])
    if any(moment.tzinfo is None for moment in moments):
        yield f"a time without a zone in {entry.guid}"
    for slug in (episode.slug, *entry.former_slugs):
        if not is_slug(slug) or slug in RESERVED_SLUGS:
            yield f"the address {slug}"
    audio, transcripts = entry.release.audio, entry.release.transcripts
    cover = episode.cover if stays_elsewhere(episode.cover) else ""
    for address in (audio.url, *(it.url for it in transcripts), cover, episode.chapters_url, episode.link):
        if address and not is_address(address):
            yield f"the address {address}"
    if entry.short and not re.fullmatch(r"[a-z0-9]{1,20}", entry.short):
        yield f"the short link {entry.short}"
    if entry.source_key and not (is_key(entry.source_key) and entry.source_key.startswith(SOURCES)):
        yield f"the source {entry.source_key}"
