"""The feeds of a show: the one with every episode, those with a selection, and the archive pages of long ones."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import msgspec

from episodes.model import Kind
from episodes.problems import ProblemsFound
from feed.compiler import compile_items, item_problems, join_feed, show_problems
from feed.item import Alternate, Enclosure, Item
from feed.paging import Paging
from feed.show import Selection, Show, Trailer
from podcast.layout import feed_key, public_url
from podcast.publishing.ledger import Entry, FeedState, Ledger, State
from podcast.publishing.rendered import Rendered
from podcast.release import ShowRelease, fed_item_of, fed_show_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """An episode's place on a page: `form` is the format of its enclosure where the feed asks for one.

    `slim` leaves out its notes. The same release, form and slimness give the same bytes in every feed of a show.
    """

    entry: Entry
    form: str = ""
    slim: bool = False

    def item(self, show: ShowRelease) -> Item:
        """Return the episode as the apps of this page see it."""
        item = _formed(fed_item_of(self.entry.release, show), self.form)
        return replace(item, notes_html="") if self.slim else item

    def key(self, show: ShowRelease) -> bytes:
        """Return a hash of everything the item is made of, apart from the program."""
        return hashlib.sha256(
            msgspec.json.encode((self.entry.release, self.form, self.slim, *_context(show)), order="deterministic")
        ).digest()


def _context(show: ShowRelease) -> tuple[object, ...]:
    """Return what an item takes from the show."""
    return (show.base_url, show.directory_index, show.language, show.cover, show.cover_url, show.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """One page of a feed: what its channel says, and the places of its episodes, newest first."""

    key: str
    show: Show
    paging: Paging
    slots: tuple[Slot, ...]


def feed_pages(ledger: Ledger) -> Iterator[FeedPage]:
    """Yield every page of every feed, each feed's first page before its archive.

    An archive page holds the episodes of a fixed range of positions, so that it changes only where one of them does.
    The first page holds the newest, and whatever is in no archive page yet.
    """
    for selection in (None, *ledger.show.release.feed.selections):
        yield from _Feed(ledger, selection).pages()


def compile_pages(ledger: Ledger, rendered: Rendered) -> tuple[Ledger, dict[str, bytes]]:
    """Return the bytes of every page of every feed by key, and the ledger that knows since when each says what it says.

    `lastBuildDate` moves only where a page says something else (RSS-12). Items that are known are not compiled again.
    Raises ProblemsFound for what no feed can carry.
    """
    release, show = ledger.show.release, fed_show_of(ledger.show.release)
    pages = [(page, [(slot.key(release), slot) for slot in page.slots]) for page in feed_pages(ledger)]
    wanted = {key: slot for _, slots in pages for key, slot in slots}
    known = rendered.known(wanted)
    missing = {key: slot for key, slot in wanted.items() if key not in known}
    items = [slot.item(release) for slot in missing.values()]
    problems = [*show_problems(show, ledger.changed), *(found for item in items for found in item_problems((item,)))]
    if problems:
        raise ProblemsFound(tuple(dict.fromkeys(problems)))
    fresh = dict(zip(missing, compile_items(show, items), strict=True))
    rendered.keep(fresh, wanted)
    known |= fresh
    bodies: dict[str, bytes] = {}
    states: dict[str, FeedState] = {}
    for page, slots in pages:
        compiled = [known[key] for key, _ in slots]
        states[page.key] = _state(page, compiled, ledger)
        bodies[page.key] = join_feed(page.show, compiled, changed=states[page.key].at, paging=page.paging)
    return replace(ledger, feeds=states), bodies


_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def _state(page: FeedPage, compiled: Sequence[bytes], ledger: Ledger) -> FeedState:
    """Return what a page says, and since when: since it was published first, or since the newest change of anything."""
    undated = join_feed(page.show, compiled, changed=_SOME_DAY, paging=page.paging)
    digest = hashlib.sha256(undated).hexdigest()
    before = ledger.feeds.get(page.key)
    return before if before and before.digest == digest else FeedState(digest=digest, at=ledger.changed)


def waived_rules(ledger: Ledger) -> dict[str, frozenset[str]]:
    """Return the rules that do not hold for a feed, by the start of its keys: in a format Apple does not take those
    of Apple, and of one that no episode fits that it has none, for which podcast.toml is warned of.
    """
    waived = {}
    for selection in ledger.show.release.feed.selections:
        rules = _ONLY_APPLE if selection.format and selection.format not in _APPLES else frozenset()
        if ledger.entries and not any(_selected(entry, selection) for entry in ledger.entries):
            rules |= {"APPLE-IT-14"}
        waived[f"feed/{selection.name}"] = rules
    return waived


_APPLES = frozenset({"mp3", "m4a"})
_ONLY_APPLE = frozenset({"APPLE-IT-3", "APPLE-IT-4", "PSP-IT-4", "APPLE-AUD-1"})


def feed_keys(ledger: Ledger) -> frozenset[str]:
    """Return the key of every page `feed_pages` yields."""
    policy = ledger.show.release.feed
    keys = set()
    for selection in (None, *policy.selections):
        count = sum(selection is None or _selected(entry, selection) for entry in ledger.entries)
        name = selection.name if selection else ""
        keys |= {feed_key(name, page) for page in range(_full_pages(count, policy.items) + 1)}
    return frozenset(keys)


def _full_pages(count: int, size: int) -> int:
    """Return how many archive pages of `size` there are for `count` episodes, of which the last is never archived."""
    return max(count - 1, 0) // size if size else 0


class _Feed:
    """One feed: the whole, or a selection."""

    def __init__(self, ledger: Ledger, selection: Selection | None) -> None:
        self.ledger = ledger
        self.name = selection.name if selection else ""
        self.policy = ledger.show.release.feed
        self.base = ledger.show.release.base_url
        self.entries = [entry for entry in ledger.entries if selection is None or _selected(entry, selection)]
        self.entries.sort(key=lambda entry: entry.position)
        self.form = selection.format if selection else ""
        self.show = self._show(selection)

    def pages(self) -> Iterator[FeedPage]:
        size = self.policy.items
        full = _full_pages(len(self.entries), size)
        newest = _newest_first(self.entries)
        rest = {entry.guid for entry in self.entries[full * size :]} if full else set()
        first = [entry for rank, entry in enumerate(newest) if not full or rank < size or entry.guid in rest]
        yield FeedPage(
            key=feed_key(self.name),
            show=replace(self.show, trailers=self._trailers(newest)),
            paging=Paging(links=self._links(full, full)) if full else Paging(),
            slots=tuple(self._slot(entry, rank) for rank, entry in enumerate(first)),
        )
        for page in range(full, 0, -1):
            yield self._archive(page, self.entries[(page - 1) * size : page * size], full)

    def _archive(self, page: int, entries: Sequence[Entry], full: int) -> FeedPage:
        own = self._url(page)
        current = (("current", self._url(0)),)
        return FeedPage(
            key=feed_key(self.name, page),
            show=replace(self.show, feed_url=own, trailers=(), tags=replace(self.show.tags, new_feed_url="")),
            paging=Paging(links=(*current, *self._links(page - 1, full)), archive=True),
            slots=tuple(self._slot(entry, self.policy.slim_after) for entry in _newest_first(entries)),
        )

    def _links(self, older: int, full: int) -> tuple[tuple[str, str], ...]:
        """Return the links of a page whose next older one is `older`; the oldest is page 1 and never another."""
        following = (("next", self._url(older)), ("prev-archive", self._url(older))) if older else ()
        return (("first", self._url(0)), *following, ("last", self._url(1)))

    def _url(self, page: int) -> str:
        return public_url(self.base, feed_key(self.name, page))

    def _show(self, selection: Selection | None) -> Show:
        show = fed_show_of(self.ledger.show.release)
        if selection is None:
            return show
        return replace(
            show,
            title=selection.title or show.title,
            description=selection.description or show.description,
            guid=selection.guid,
            feed_url=self._url(0),
            tags=replace(show.tags, new_feed_url=""),  # where the whole has moved, this part has not
        )

    def _slot(self, entry: Entry, rank: int) -> Slot:
        slim = bool(self.policy.slim_after) and rank >= self.policy.slim_after
        return Slot(entry=entry, form=self.form, slim=slim)

    def _trailers(self, newest: Sequence[Entry]) -> tuple[Trailer, ...]:
        """Return the trailers of the show, the newest first, which apps take (P20-TRAILER)."""
        trailers = (entry for entry in newest if entry.release.episode.kind is Kind.TRAILER)
        return tuple(_trailer(self._slot(entry, 0).item(self.ledger.show.release)) for entry in trailers)


def _newest_first(entries: Sequence[Entry]) -> list[Entry]:
    """Return the published rows in the order of a feed, as `feed.compiler.newest_first` orders items."""
    shown = sorted((entry for entry in entries if entry.state is State.PUBLISHED), key=lambda entry: entry.guid)
    return sorted(shown, key=_date, reverse=True)


def _date(entry: Entry) -> datetime:
    if entry.release.episode.published is None:
        raise ValueError(f"{entry.release.episode.slug} has no date")
    return entry.release.episode.published


def _selected(entry: Entry, selection: Selection) -> bool:
    episode = entry.release.episode
    if selection.topic and selection.topic.casefold() not in (topic.casefold() for topic in episode.topics):
        return False
    if selection.season is not None and episode.season != selection.season:
        return False
    return not selection.format or _has_format(entry, selection.format)


def _has_format(entry: Entry, form: str) -> bool:
    keys = [entry.release.audio.url or entry.release.audio.key]
    for alternate in entry.release.alternates:
        keys += [alternate.blob.key] if alternate.blob else alternate.urls
    return any(_is_form(key, form) for key in keys)


def _formed(item: Item, form: str) -> Item:
    """Return an item with the enclosure of a format, where one is asked for; the same guid."""
    if not form or _is_form(item.enclosure.url, form):
        return item
    for index, alternate in enumerate(item.alternates):
        for source in alternate.sources:
            if _is_form(source.url, form):
                own = replace(alternate, default=True)  # P20-ALT-1
                alternates = (*item.alternates[:index], own, *item.alternates[index + 1 :])
                return replace(item, enclosure=_enclosure(source.url, alternate), alternates=alternates)
    return item


def _is_form(url: str, form: str) -> bool:
    return PurePosixPath(urlsplit(url).path).suffix.lower() == f".{form}"


def _enclosure(url: str, alternate: Alternate) -> Enclosure:
    return Enclosure(url=url, bytes=alternate.bytes or 0, media_type=alternate.media_type)


def _trailer(item: Item) -> Trailer:
    return Trailer(
        title=item.title[:128],
        url=item.enclosure.url,
        published=item.published,
        bytes=item.enclosure.bytes,
        media_type=item.enclosure.media_type,
        season=item.season,
    )
