"""The feeds of a show as they are published and as they would be next, to be compared."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote

from episodes.problems import Severity, UserError
from feed.comparison import Comparison, PagedFeed, beyond, compare
from feed.document import MalformedFeedError, read_document
from feed.intake import take_in
from feed.reader import Feed, read_feed
from feed.text import ascii_url
from podcast.layout import FEED, feed_key, is_archive, public_url
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Ledger
from podcast.publishing.publish import Prepared
from podcast.publishing.rendered import Rendered
from podcast.stores import Store

MOST_PAGES = 1000
"""How many pages are followed: a stranger's server may have one more for ever."""

_NEXT = re.compile(rb"""\srel\s*=\s*["']next["']""")


class UnreadableFeedError(UserError):
    """What should be a feed is none; the message names it."""


class Standing(StrEnum):
    """What becomes of a feed: ENDED means that it is no longer made, and stays in the store as it is."""

    KEPT = "kept"
    NEW = "new"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFeed:
    """A feed compared with its published state; `own` is what the comparison of the main feed does not say already."""

    name: str
    comparison: Comparison
    own: Comparison
    standing: Standing = Standing.KEPT

    @property
    def noticed(self) -> bool:
        """Whether an app would notice something; that a further feed begins or ends is noticed."""
        return not self.own.empty or (self.name != FEED and self.standing is not Standing.KEPT)


def compared(name: str, old: PagedFeed, new: PagedFeed) -> ComparedFeed:
    """Compare two feeds by themselves."""
    comparison = compare(old, new)
    return ComparedFeed(name=name, comparison=comparison, own=comparison)


def compare_live(prepared: Prepared, store: Store) -> tuple[ComparedFeed, ...]:
    """Compare every feed of a show with what is published of it, the main feed first, named by their keys.

    Before the first publish every episode is new, and so is every feed. Raises UnreadableFeedError.
    """
    return _compare(_live_feeds(prepared, store), next_feeds(prepared))


def compare_editions(
    old: Mapping[str, bytes], new: Mapping[str, bytes], *, which: str = "earlier"
) -> tuple[ComparedFeed, ...]:
    """Compare two states of the feeds of a show, each the bodies of all pages by key.

    Raises UnreadableFeedError; `which` is what it calls the old one.
    """
    return _compare(_read_feeds(old, which), _read_feeds(new, "later"))


def _read_feeds(bodies: Mapping[str, bytes], which: str) -> dict[str, PagedFeed]:
    """Read the feeds among pages, each with all its pages, by key."""
    addresses: dict[str, bytes] = {}
    for key, body in bodies.items():
        try:
            addresses[read_feed(body).show.feed_url] = body
        except MalformedFeedError as error:
            raise UnreadableFeedError(f"{_name(which, key)} cannot be read: {error.message}") from error
    return {
        key: read_pages(body, addresses.get, name=_name(which, key))
        for key, body in bodies.items()
        if not is_archive(key)
    }


def _compare(live: Mapping[str, PagedFeed], following: Mapping[str, PagedFeed]) -> tuple[ComparedFeed, ...]:
    first = compared(FEED, live.get(FEED) or _without_items(following[FEED]), following[FEED])
    feeds = [replace(first, standing=_standing(FEED, live, following))]
    for key in sorted((live.keys() | following.keys()) - {FEED}):
        new = following.get(key) or live[key]
        comparison = compare(live.get(key) or _without_items(new), new)
        standing = _standing(key, live, following)
        own = beyond(comparison, first.comparison)
        feeds.append(ComparedFeed(name=key, comparison=comparison, own=own, standing=standing))
    return tuple(feeds)


def first_pages(ledger: Ledger | None) -> frozenset[str]:
    """Return the key of every feed of a show; its archive pages have others."""
    if ledger is None:
        return frozenset()
    return frozenset((FEED, *(feed_key(selection.name) for selection in ledger.show.release.feed.selections)))


def next_feeds(prepared: Prepared) -> dict[str, PagedFeed]:
    """Return the feeds that a publish would leave, each with all its pages, by key."""
    bodies = compile_pages(prepared.ledger, Rendered())[1]
    base = prepared.ledger.show.release.base_url
    pages = {ascii_url(public_url(base, key)): body for key, body in bodies.items()}
    keys = sorted(first_pages(prepared.ledger))
    return {key: read_pages(bodies[key], pages.get, name=_name("next", key)) for key in keys}


def _live_feeds(prepared: Prepared, store: Store) -> dict[str, PagedFeed]:
    """Return the published feeds that are in the store, each with all its pages, by key."""
    ledger = prepared.observed.ledger
    start = ascii_url(ledger.show.release.base_url) if ledger else ""

    def page(address: str) -> bytes | None:
        found = store.get(unquote(address.removeprefix(start))) if address.startswith(start) else None
        return found.body if found else None

    stored = {key: store.get(key) for key in sorted(first_pages(ledger))}
    return {key: read_pages(found.body, page, name=_name("published", key)) for key, found in stored.items() if found}


def _name(which: str, key: str) -> str:
    return f"the {which} feed" if key == FEED else f"the {which} {key}"


def _standing(key: str, live: Collection[str], following: Collection[str]) -> Standing:
    if key not in following:
        return Standing.ENDED
    return Standing.KEPT if key in live else Standing.NEW


def _without_items(feed: PagedFeed) -> PagedFeed:
    return replace(feed, items=(), older=0)


def read_pages(body: bytes, page: Callable[[str], bytes | None], *, name: str) -> PagedFeed:
    """Read a feed and the pages that follow it (RFC5005-1); an item that stands on two of them counts once.

    `page` returns the body at an address, or None where it is not to be had: the feed ends there, or at MOST_PAGES.
    Raises UnreadableFeedError, with the `name` of the feed, where it or one of its pages is none.
    """
    return _read_pages(body, page, lambda page, address: (read_feed(page), _next(page)), name=name)


def take_pages(body: bytes, page: Callable[[str], bytes | None], *, name: str, url: str = "") -> PagedFeed:
    """Read a feed of another hand and its pages as an import reads them; `url` is where it comes from."""
    return _read_pages(body, page, _taken, name=name, url=url)


def _read_pages(
    body: bytes,
    page: Callable[[str], bytes | None],
    read: Callable[[bytes, str], tuple[Feed, str]],
    *,
    name: str,
    url: str = "",
) -> PagedFeed:
    try:
        feed, following = read(body, url)
        items, problems = list(feed.items), list(feed.problems)
        known = {item.guid for item in items}
        seen: set[str] = set()
        while following and following not in seen and len(seen) < MOST_PAGES:
            seen.add(following)
            more = page(following)
            if more is None:
                break
            further, following = read(more, following)
            items += [item for item in further.items if item.guid not in known]
            known.update(item.guid for item in further.items)
            problems += further.problems
    except UserError as error:
        raise UnreadableFeedError(f"{name} cannot be read: {error.message}", hint=error.hint) from error
    older = len(items) - len(feed.items)
    return PagedFeed(show=feed.show, items=tuple(items), changed=feed.changed, problems=tuple(problems), older=older)


def _taken(body: bytes, url: str) -> tuple[Feed, str]:
    """Return a page as an import reads it, its doubts as the feed's problems, and the address of the next page."""
    intake = take_in(body, url)
    doubts = tuple(problem for problem in intake.problems if problem.severity is not Severity.NOTE)
    return replace(intake.feed, problems=doubts), intake.next_page


def _next(body: bytes) -> str:
    """Return the address of the page after this one, or nothing."""
    if not _NEXT.search(body):
        return ""
    links = (link for channel in read_document(body).channels[:1] for link in channel.all("atom:link"))
    return next((link.get("href") for link in links if link.get("rel") == "next"), "")
