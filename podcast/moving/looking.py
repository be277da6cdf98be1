"""Looks at the two ends of a move: what the old address answers, what is published, whether the audio is there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

from episodes.addresses import is_address, web_hint
from episodes.problems import Problem, UserError, errors, quoted
from feed.answers import Answer
from feed.checks.run import check_feed
from feed.comparison import PagedFeed
from feed.document import MalformedFeedError, read_document
from feed.item import Item
from podcast.fetching import Fetcher, fetch_feed
from podcast.moving.chain import Chain, follow
from podcast.moving.hosts import host_called, host_of
from podcast.moving.steps import Seen
from podcast.publishing.noticing import take_pages
from podcast.settings import PREVIEW_URL

MOST_ASKED = 100
"""So many addresses of audio are asked at most, spread over the whole show, the newest among them."""

_WORKERS = 4


def look(
    source: str,
    new_url: str,
    fetcher: Fetcher,
    *,
    kept: bytes = b"",
    told: Callable[[str], None] = lambda text: None,
) -> Seen:
    """Ask what has to be known of a move.

    `source` is a host, or the address of the old feed, or empty; `kept` is the old feed as somebody saved it. `told`
    hears what is being asked. Nothing that is not there raises: it is seen so. Raises UserError for a host that nobody
    knows, and for a kept feed that is none.
    """
    named = source.lower().startswith(("http://", "https://"))
    if named and not is_address(source):
        raise UserError(f"{quoted(source)} is not a web address", hint=web_hint(source))
    old_url = source if named else ""
    old = take_pages(kept, lambda address: None, name="the kept feed") if kept else None
    made = _generator(kept)
    chain, unread = None, ""
    if old_url:
        told(f"asking {old_url}")
        chain = follow(fetcher, old_url)
        if not chain.redirects and not chain.error:
            made = made or _generator(chain.body)
            served, unread = _read(chain, fetcher)
            old = served or old
    host = host_called(source) if source and not named else host_of(old_url, made)
    seen = Seen(host=host, old_url=old_url, new_url=new_url, chain=chain, old=old, unread=unread)
    told(f"asking {new_url}")
    return _with_new(seen, fetcher, told)


def _read(chain: Chain, fetcher: Fetcher) -> tuple[PagedFeed | None, str]:
    """Return the feed at the end of a chain with all its pages, or none and, where it has pages, why they failed."""
    try:
        take_pages(chain.body, lambda address: None, name=chain.end, url=chain.end)
    except UserError:
        return None, ""
    try:
        return take_pages(chain.body, _pages(fetcher), name=chain.end, url=chain.end), ""
    except UserError as error:
        return None, error.message


def _pages(fetcher: Fetcher) -> Callable[[str], bytes | None]:
    def page(address: str) -> bytes | None:
        return fetch_feed(fetcher, address).body if address.lower().startswith(("http://", "https://")) else None

    return page


def _generator(body: bytes) -> str:
    """Return what a feed says made it, nothing where it says nothing or is no feed."""
    try:
        channels = read_document(body).channels if body else ()
    except MalformedFeedError:
        return ""
    return channels[0].value("generator") if channels else ""


def _with_new(seen: Seen, fetcher: Fetcher, told: Callable[[str], None]) -> Seen:
    if seen.new_url.startswith(PREVIEW_URL):
        return replace(seen, absent=f"{seen.new_url} is an address on this machine only")
    try:
        body = fetch_feed(fetcher, seen.new_url).body
        new = take_pages(body, _pages(fetcher), name=seen.new_url, url=seen.new_url)
    except UserError as error:
        return replace(seen, absent=error.message)
    faults: tuple[Problem, ...] = errors(check_feed(body, name=seen.new_url))
    told("asking for the audio")
    return replace(seen, new=new, faults=faults, audio=_heads(_sample(new.items), fetcher))


def _sample(items: Sequence[Item]) -> Iterable[str]:
    """Return the addresses of audio that are asked: all, or of many the newest and others at even distances."""
    step = max(1, -(-len(items) // MOST_ASKED))
    return dict.fromkeys(item.enclosure.url for item in items[::step] if urlsplit(item.enclosure.url).scheme)


def _heads(addresses: Iterable[str], fetcher: Fetcher) -> Mapping[str, Answer]:
    wanted = list(addresses)
    with fetcher.ending(), ThreadPoolExecutor(_WORKERS) as pool:
        return dict(zip(wanted, pool.map(lambda url: fetcher.ask(url, method="HEAD"), wanted), strict=True))
