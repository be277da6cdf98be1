"""The feeds of a show: the one with every episode, those with a selection, and the archive pages of long ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from episodes.model import Kind
from feed.compiler import newest_first
from feed.item import Alternate, Enclosure, Item
from feed.paging import Paging
from feed.show import Selection, Show, Trailer
from podcast.layout import feed_key, public_url
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.release import item_of, show_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """One page of a feed: what its channel says, and its items, newest first, as apps of this page see them."""

    key: str
    show: Show
    paging: Paging
    changed: datetime
    items: tuple[Item, ...]


def feed_pages(ledger: Ledger) -> Iterator[FeedPage]:
    """Yield every page of every feed, each feed's first page before its archive.

    An archive page holds the episodes of a fixed range of positions, so that it changes only where one of them does.
    The first page holds the newest, and whatever is in no archive page yet.
    """
    items = {entry.guid: item_of(entry.release, ledger.show.release) for entry in ledger.published}
    for selection in (None, *ledger.show.release.feed.selections):
        yield from _Feed(ledger, selection, items).pages()


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

    def __init__(self, ledger: Ledger, selection: Selection | None, items: dict[str, Item]) -> None:
        self.ledger = ledger
        self.name = selection.name if selection else ""
        self.policy = ledger.show.release.feed
        self.base = ledger.show.release.base_url
        self.entries = [entry for entry in ledger.entries if selection is None or _selected(entry, selection)]
        self.entries.sort(key=lambda entry: entry.position)
        shown = (entry for entry in self.entries if entry.state is State.PUBLISHED)
        self.items = {entry.guid: _formed(items[entry.guid], selection) for entry in shown}
        self.show = self._show(selection)

    def pages(self) -> Iterator[FeedPage]:
        size = self.policy.items
        full = _full_pages(len(self.entries), size)
        rest = self.entries[full * size :]
        newest = newest_first(list(self.items.values()))
        kept = {item.guid for item in newest[:size]} | {entry.guid for entry in rest} if full else self.items.keys()
        first = [item for item in newest if item.guid in kept]
        yield FeedPage(
            key=feed_key(self.name),
            show=replace(self.show, trailers=_trailers(newest)),
            paging=Paging(links=self._links(full, full)) if full else Paging(),
            changed=self._changed(self.entries),
            items=tuple(self._slim(item, rank) for rank, item in enumerate(first)),
        )
        for page in range(full, 0, -1):
            yield self._archive(page, self.entries[(page - 1) * size : page * size], full)

    def _archive(self, page: int, entries: Sequence[Entry], full: int) -> FeedPage:
        items = [self.items[entry.guid] for entry in entries if entry.guid in self.items]
        own = self._url(page)
        current = (("current", self._url(0)),)
        return FeedPage(
            key=feed_key(self.name, page),
            show=replace(self.show, feed_url=own, trailers=()),
            paging=Paging(links=(*current, *self._links(page - 1, full)), archive=True),
            changed=self._changed(entries),
            items=tuple(self._slim(item, self.policy.slim_after) for item in newest_first(items)),
        )

    def _links(self, older: int, full: int) -> tuple[tuple[str, str], ...]:
        """Return the links of a page whose next older one is `older`; the oldest is page 1 and never another."""
        following = (("next", self._url(older)), ("prev-archive", self._url(older))) if older else ()
        return (("first", self._url(0)), *following, ("last", self._url(1)))

    def _url(self, page: int) -> str:
        return public_url(self.base, feed_key(self.name, page))

    def _show(self, selection: Selection | None) -> Show:
        show = show_of(self.ledger.show.release)
        if selection is None:
            return show
        return replace(
            show,
            title=selection.title or show.title,
            description=selection.description or show.description,
            guid=selection.guid,
            feed_url=self._url(0),
        )

    def _changed(self, entries: Sequence[Entry]) -> datetime:
        """Return the newest change of the show or of these episodes: what `lastBuildDate` says (RSS-12)."""
        return max(version.at for version in (self.ledger.show.current, *(entry.current for entry in entries)))

    def _slim(self, item: Item, rank: int) -> Item:
        slim = self.policy.slim_after and rank >= self.policy.slim_after
        return replace(item, notes_html="") if slim else item


def _selected(entry: Entry, selection: Selection) -> bool:
    episode = entry.release.episode
    if selection.topic and selection.topic.casefold() not in (topic.casefold() for topic in episode.topics):
        return False
    if selection.season is not None and episode.season != selection.season:
        return False
    return not selection.format or _has_format(entry, selection.format)


def _has_format(entry: Entry, form: str) -> bool:
    keys = [entry.release.audio.key]
    for alternate in entry.release.alternates:
        keys += [alternate.blob.key] if alternate.blob else [urlsplit(url).path for url in alternate.urls]
    return any(PurePosixPath(key).suffix == f".{form}" for key in keys)


def _formed(item: Item, selection: Selection | None) -> Item:
    """Return an item with the enclosure of the format a selection asks for; the same guid."""
    if selection is None or not selection.format or _is_form(item.enclosure.url, selection.format):
        return item
    for alternate in item.alternates:
        for source in alternate.sources:
            if _is_form(source.url, selection.format):
                return replace(item, enclosure=_enclosure(source.url, alternate))
    return item


def _is_form(url: str, form: str) -> bool:
    return PurePosixPath(urlsplit(url).path).suffix.lower() == f".{form}"


def _enclosure(url: str, alternate: Alternate) -> Enclosure:
    return Enclosure(url=url, bytes=alternate.bytes or 0, media_type=alternate.media_type)


def _trailers(items: Sequence[Item]) -> tuple[Trailer, ...]:
    """Return the trailers among the items, the newest first, which apps take (P20-TRAILER)."""
    return tuple(
        Trailer(
            title=item.title[:128],
            url=item.enclosure.url,
            published=item.published,
            bytes=item.enclosure.bytes,
            media_type=item.enclosure.media_type,
            season=item.season,
        )
        for item in items
        if item.kind is Kind.TRAILER
    )
