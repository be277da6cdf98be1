"""Asks the addresses of a feed what the rules want to know: HEAD, ranges, conditions. Never fetches a whole episode."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from feed.answers import Answer, Probe
from feed.checks.targets import Kind, Target, size_of, targets
from feed.document import FeedDocument
from podcast.fetching import Fetcher

ORIGIN = "https://player.example"
"""The site every question claims to come from, so that the answers show what a web player may read."""

NEWEST = 20
"""So many of the newest items are always asked about."""

EVERY = 50
"""Of the older items, every so-manieth is asked about."""

LONGEST = 300.0
"""Seconds after which no further address is asked."""

_WORKERS = 4
_PART = 1000
_LIMITS = {
    Kind.FEED: 65_536,
    Kind.PAGE: 2_000_000,
    Kind.PICTURE: 1_000_000,
    Kind.TRANSCRIPT: 5_000_000,
    Kind.CHAPTERS: 5_000_000,
}
"""Bytes that are fetched of each kind: of a picture what holds its header, of texts all of any sensible one."""

_HELD = 200_000_000
"""Bytes of all bodies together; what comes later is only begun."""

_BEGUN = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the addresses of a feed answered, how many there are, and whether the time was over before all that were
    wanted had been asked.
    """

    probes: Mapping[str, Probe]
    total: int
    late: bool

    def __str__(self) -> str:
        told = f"asked {len(self.probes)} of {self.total} addresses"
        if self.late:
            return f"{told}; the others would have taken too long"
        return f"{told}; --all asks those of every episode" if len(self.probes) < self.total else told


def probe_feed(
    document: FeedDocument,
    fetcher: Fetcher,
    *,
    everything: bool = False,
    longest: float = LONGEST,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Probed:
    """Ask the addresses of a feed, four at a time: all of the show, of long shows a sample of the items unless
    `everything` is wanted. Nothing is asked any more after `longest` seconds. `told` hears how many are done.
    """
    sample = _sample(document, everything=everything)
    every = sorted(targets(document), key=lambda target: target.kind is Kind.PAGE)  # a page is asked the least
    first: dict[str, Target] = {}
    for target in every:
        if target.item in sample:
            first.setdefault(target.url, target)
    wanted = list(first.values())
    prober = _Prober(fetcher)
    ends = time.monotonic() + longest
    probes: dict[str, Probe] = {}
    waiting = iter(wanted)
    with ThreadPoolExecutor(_WORKERS) as pool, fetcher.ending():
        running: dict[Future[Probe], str] = {}
        while True:
            for target in _until(ends, waiting, _WORKERS - len(running)):
                running[pool.submit(prober.probe, target)] = target.url
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                probes[running.pop(future)] = future.result()
                told(len(probes), len(wanted))
    total = len({target.url for target in every})
    return Probed(probes=probes, total=total, late=len(probes) < len(wanted))


def _until(ends: float, waiting: Iterator[Target], count: int) -> Iterator[Target]:
    for _ in range(count):
        if time.monotonic() < ends and (target := next(waiting, None)):
            yield target


def _sample(document: FeedDocument, *, everything: bool) -> Collection[int]:
    """Return the indexes of the items to ask about; -1 is the channel."""
    items = document.items
    newest_first = sorted(range(len(items)), key=lambda index: (_published(items[index].value("pubDate")), -index))
    newest_first.reverse()
    if everything:
        return {-1, *newest_first}
    return {-1, *newest_first[:NEWEST], *newest_first[NEWEST + EVERY - 1 :: EVERY]}


def _published(text: str) -> float:
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return datetime.min.replace(tzinfo=UTC).timestamp()


class _Prober:
    """Asks the questions of one kind of address after the other; keeps count of the bytes that are held."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher
        self._lock = threading.Lock()
        self._held = 0

    def probe(self, target: Target) -> Probe:
        """Ask one address everything its kind is asked."""
        head = self._ask(target, method="HEAD")
        if not head.status:
            return Probe(head=head)
        if target.kind is Kind.AUDIO:
            return self._audio(target, head)
        get = self._get(target)
        if target.kind is Kind.PICTURE:
            start, end = _middle(size_of(head))
            return Probe(head=head, get=get, part=self._range(target, start, end), part_start=start, part_end=end)
        again = self._again(target, get) if target.kind is Kind.FEED else None
        return Probe(head=head, get=get, again=again)

    def _audio(self, target: Target, head: Answer) -> Probe:
        size = (size_of(head) or None) if head.status == 200 else None  # some servers say 0 to every HEAD
        start, end = _middle(size)
        if size == 1:
            return Probe(head=head)
        part = self._range(target, start, end)
        beyond = self._range(target, size) if size else None
        return Probe(head=head, part=part, part_start=start, part_end=end, beyond=beyond)

    def _range(self, target: Target, start: int, end: int | None = None) -> Answer:
        """Ask for bytes; of an answer that sends more than was asked for, only one byte more is read."""
        wanted = f"bytes={start}-{'' if end is None else end}"
        limit = 1 if end is None else end - start + 1
        return self._ask(target, headers={"Range": wanted}, limit=limit)

    def _get(self, target: Target) -> Answer:
        with self._lock:
            limit = _LIMITS[target.kind] if self._held < _HELD else _BEGUN
        answer = self._ask(target, limit=limit)
        with self._lock:
            self._held += len(answer.body)
        return answer

    def _again(self, target: Target, get: Answer) -> Answer | None:
        """Ask with the validators of `get`; nothing where it has none."""
        named = {
            "If-None-Match": get.headers.get("etag", ""),
            "If-Modified-Since": get.headers.get("last-modified", ""),
        }
        sent = {name: value for name, value in named.items() if value}
        return self._ask(target, headers=sent, limit=1) if sent and get.status == 200 else None

    def _ask(
        self, target: Target, *, method: str = "GET", headers: Mapping[str, str] | None = None, limit: int = 0
    ) -> Answer:
        sent = {"Origin": ORIGIN, **(headers or {})}
        return self.fetcher.ask(target.url, method=method, headers=sent, limit=limit)


def _middle(size: int | None) -> tuple[int, int]:
    """Return the first and last of a thousand bytes from the middle of a file; the start is above 0."""
    start = max(size // 2, 1) if size is not None else _PART
    end = start + _PART - 1
    return start, end if size is None else max(min(end, size - 1), start)
