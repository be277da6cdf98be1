"""The feed as it is published and as it would be next, to be compared."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from episodes.problems import UserError
from feed.comparison import Comparison, compare
from feed.document import MalformedFeedError, read_document
from feed.reader import Feed, read_feed
from podcast.layout import FEED, public_url
from podcast.publishing.artifacts import feed_of, render
from podcast.publishing.publish import Prepared
from podcast.stores import Store

MOST_PAGES = 1000
"""How many pages are followed: a stranger's server may have one more for ever."""

_NEXT = re.compile(rb"""\srel\s*=\s*["']next["']""")


class UnreadableFeedError(UserError):
    """What should be a feed is none; the message names it."""


def compare_live(prepared: Prepared, store: Store) -> Comparison:
    """Compare what is published with what would be; before the first publish every episode is new."""
    following = next_feed(prepared)
    return compare(live_feed(prepared, store) or replace(following, items=()), following)


def next_feed(prepared: Prepared) -> Feed:
    """Return the feed that a publish would leave, with all its pages."""
    artifacts = render(prepared.ledger)
    base = prepared.ledger.show.release.base_url
    bodies = {public_url(base, artifact.key): artifact.body for artifact in artifacts}
    return read_pages(feed_of(artifacts), bodies.get, name="the next feed")


def live_feed(prepared: Prepared, store: Store) -> Feed | None:
    """Return the feed that is in the store, with all its pages, or nothing before the first publish."""
    stored, ledger = store.get(FEED), prepared.observed.ledger
    if stored is None or ledger is None:
        return None
    base = ledger.show.release.base_url

    def page(address: str) -> bytes | None:
        found = store.get(unquote(address.removeprefix(base))) if address.startswith(base) else None
        return found.body if found else None

    return read_pages(stored.body, page, name="the published feed")


def read_pages(body: bytes, page: Callable[[str], bytes | None], *, name: str) -> Feed:
    """Read a feed and the pages that follow it (RFC5005-1); an item that stands on two of them counts once.

    `page` returns the body at an address, or None where it is not to be had: the feed ends there, or at MOST_PAGES.
    Raises UnreadableFeedError, with the `name` of the feed, where it or one of its pages is none.
    """
    try:
        return _read_pages(body, page)
    except MalformedFeedError as error:
        raise UnreadableFeedError(f"{name} cannot be read: {error.message}", hint=error.hint) from error


def _read_pages(body: bytes, page: Callable[[str], bytes | None]) -> Feed:
    feed = read_feed(body)
    items, problems = list(feed.items), list(feed.problems)
    known = {item.guid for item in items}
    seen: set[str] = set()
    following = _next(body)
    while following and following not in seen and len(seen) < MOST_PAGES:
        seen.add(following)
        more = page(following)
        if more is None:
            break
        read = read_feed(more)
        items += [item for item in read.items if item.guid not in known]
        known.update(item.guid for item in read.items)
        problems += read.problems
        following = _next(more)
    return replace(feed, items=tuple(items), problems=tuple(problems))


def _next(body: bytes) -> str:
    """Return the address of the page after this one, or nothing."""
    if not _NEXT.search(body):
        return ""
    links = (link for channel in read_document(body).channels[:1] for link in channel.all("atom:link"))
    return next((link.get("href") for link in links if link.get("rel") == "next"), "")
