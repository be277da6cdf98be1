"""Loads the feeds to import, from files and addresses, with all their pages: bounded, and never from where this machine
alone can reach unless the producer named that place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from episodes.problems import Problem, UserError, quoted
from feed.intake import MOST_BYTES, Intake, take_in
from feed.item import Item
from feed.remarks import Remark, remark
from podcast.connections import is_private
from podcast.fetching import Fetcher, Limits, Unreachable, fetch_feed

STDIN = "-"
"""The name of a feed that comes in through standard input."""

MOST_PAGES = 1_000
"""Pages of one feed that are followed."""

MOST_BYTES_OF_ALL = 4 * MOST_BYTES
"""Bytes that all pages of a feed may have together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed as it was loaded. `name` is what the producer wrote, `address` where it was found after redirects, empty
    for a file; `hops` are the addresses that redirected on the way. `intake` has the items of all `pages`, each guid
    once, as its newest page has it; `bytes` is the length of all pages together.
    """

    name: str
    intake: Intake
    bytes: int
    address: str = ""
    hops: tuple[str, ...] = ()
    pages: int = 1


def load_sources(
    names: Sequence[str],
    *,
    zone: ZoneInfo | None,
    limits: Limits | None = None,
    told: Callable[[str, int], None] = lambda name, page: None,
    stdin: BinaryIO | None = None,
) -> tuple[Source, ...]:
    """Load feeds by name: a file, an address, or `-` for `stdin`; dates without a zone are of `zone`.

    `told` hears of every page.

    Raises UserError for what is no feed or cannot be read, Unreachable for what does not answer.
    """
    return tuple(_load(name, zone, limits, told, stdin) for name in names)


def _load(
    name: str,
    zone: ZoneInfo | None,
    limits: Limits | None,
    told: Callable[[str, int], None],
    stdin: BinaryIO | None,
) -> Source:
    # a fetcher of its own: that one feed may be in a private network says nothing about the next one
    with Fetcher(limits=limits, private=False) as fetcher:
        if is_address(name):
            told(name, 1)
            source = _fetched(fetcher, name, zone)
        else:
            body = _standard_input(stdin) if name == STDIN else _file(name)
            source = Source(name=name, bytes=len(body), intake=_taken(body, name, "", zone))
        return _with_pages(fetcher, source, zone, told)


def is_address(name: str) -> bool:
    """Say whether what a producer named is an address of the web, and no file."""
    return name.lower().startswith(("https://", "http://"))


def _file(name: str) -> bytes:
    hint = "name a feed in a file, or its address"
    if "://" in name and not Path(name).exists():
        raise UserError(f"{quoted(name)} is no address of the web", hint="a feed is read from https:// or http://")
    try:
        with Path(name).open("rb") as file:
            return _bounded(file, name)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise UserError(f"{name} cannot be read: {reason}", hint=hint) from error


def _standard_input(stdin: BinaryIO | None) -> bytes:
    if stdin is None:
        raise UserError("standard input cannot be read here", hint="name a feed in a file, or its address")
    return _bounded(stdin, "standard input")


def _bounded(file: BinaryIO, name: str) -> bytes:
    body = file.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise UserError(
            f"{name} has more than {MOST_BYTES:,} bytes", hint="no podcast app would take a feed of this size"
        )
    return body


def _fetched(fetcher: Fetcher, address: str, zone: ZoneInfo | None) -> Source:
    answer = fetch_feed(fetcher, address)
    own = urlsplit(address).hostname
    for hop in (*answer.hops[1:], answer.url):
        host = urlsplit(hop).hostname or ""
        if host != own and is_private(host):  # a fetcher that may ask one private place would ask every other
            message = f"{address} leads to {quoted(hop)}, which is in a private network"
            raise UserError(message, hint="name that address itself if you trust it")
    kind = Message()
    kind["content-type"] = answer.headers.get("content-type", "")
    intake = _taken(answer.body, address, answer.url, zone, kind.get_content_charset(""))
    size = len(answer.body)
    return Source(name=address, address=answer.url, hops=answer.hops, bytes=size, intake=intake)


def _taken(body: bytes, name: str, address: str, zone: ZoneInfo | None, charset: str = "") -> Intake:
    """Take a feed in, and say which it was where it is none."""
    try:
        intake = take_in(body, address, zone=zone, charset=charset)
    except UserError as error:
        raise UserError(f"{name}: {error.message}", hint=error.hint) from error
    return replace(intake, problems=tuple(replace(problem, path=name) for problem in intake.problems))


class _Pages:
    """What the pages of a feed have together; the first that has a guid is the newest."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.items: dict[str, Item] = {item.guid: item for item in source.intake.feed.items}
        self.left_out = list(source.intake.left_out)
        self.problems = list(source.intake.problems)
        self.count = source.pages
        self.bytes = source.bytes

    def say(self, name: Remark, message: str) -> None:
        self.problems.append(replace(remark(name, message), path=self.source.name))

    def add(self, more: Source) -> bool:
        """Add a page; say whether it brought anything."""
        page = more.intake
        self.bytes += more.bytes
        new = [item for item in page.feed.items if item.guid not in self.items]
        known = {(left.guid, left.title, left.why) for left in self.left_out}
        left = [one for one in page.left_out if (one.guid, one.title, one.why) not in known]
        self.items.update((item.guid, item) for item in new)
        self.left_out += left
        self.problems += page.problems
        self.count += 1
        return bool(new or left)

    def whole(self) -> Source:
        """Return the source with everything."""
        feed = replace(self.source.intake.feed, items=tuple(self.items.values()))
        intake = replace(
            self.source.intake,
            feed=feed,
            left_out=tuple(self.left_out),
            problems=tuple(self.problems),
            next_page="",
        )
        return replace(self.source, intake=intake, pages=self.count, bytes=self.bytes)


def _with_pages(fetcher: Fetcher, source: Source, zone: ZoneInfo | None, told: Callable[[str, int], None]) -> Source:
    """Follow the pages of a feed to the last; where that is not possible a finding says which items may be missing."""
    pages = _Pages(source)
    following = source.intake.next_page
    seen = {source.name, source.address}
    while following:
        if following in seen:
            pages.say(Remark.PAGE_REPEATED, f"the pages lead in a circle, to {quoted(following)}; it is read once")
            break
        if pages.count >= MOST_PAGES or pages.bytes > MOST_BYTES_OF_ALL:
            words = f"there are pages behind the {pages.count:,} that were read, from {quoted(following)} on"
            pages.say(Remark.PAGES_MANY, f"{words}; their items are missing")
            break
        seen.add(following)
        told(source.name, pages.count + 1)
        page = _page(fetcher, following, source, zone, pages)
        if page is None:
            break
        if not pages.add(page):
            pages.say(Remark.PAGE_REPEATED, f"the page {quoted(following)} has nothing new; what follows is not read")
            break
        following = page.intake.next_page
    return pages.whole()


def _page(fetcher: Fetcher, address: str, source: Source, zone: ZoneInfo | None, pages: _Pages) -> Source | None:
    """Return a page, or nothing with a finding why."""
    host = urlsplit(address).hostname or ""
    own = {urlsplit(found).hostname for found in (source.name, source.address) if found}
    if is_private(host) and host not in own:
        pages.say(Remark.PAGE_MISSING, f"the page {quoted(address)} is not asked: it is in a private network")
        return None
    try:
        page = _fetched(fetcher, address, zone)
    except (Unreachable, UserError) as error:
        pages.say(Remark.PAGE_MISSING, f"a page is missing, and its items with it: {error}")
        return None
    if not _same_show(source.intake, page.intake):
        there, here = quoted(page.intake.feed.show.title), quoted(source.intake.feed.show.title)
        words = f"the page {quoted(address)} is of another show, {there}, not {here}; it is not read"
        pages.say(Remark.PAGE_OTHER, words)
        return None
    return page


def _same_show(one: Intake, other: Intake) -> bool:
    here, there = one.feed.show, other.feed.show
    if here.guid and there.guid:
        return here.guid == there.guid
    return not there.title or here.title == there.title or (bool(here.link) and here.link == there.link)


def all_problems(sources: Sequence[Source]) -> tuple[Problem, ...]:
    """Return what there is to say about all sources, one after the other."""
    return tuple(problem for source in sources for problem in source.intake.problems)
