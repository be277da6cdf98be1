"""What lies in a store and nothing refers to any more. Pure: a listing, a ledger and `now` in, removals out."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from episodes.problems import visible_line
from podcast.layout import PRIVATE, STATIC
from podcast.publishing.editions import kept_keys, pages_of
from podcast.publishing.ledger import Entry, Ledger
from podcast.publishing.observe import Held
from podcast.publishing.plan import show_bytes
from podcast.publishing.sitepages import is_of_the_host, own_pages
from podcast.publishing.tombstones import withdrawn_since
from podcast.release import chapters_file
from podcast.stores import Stat, Unfinished

_EDITION = re.compile(rf"{re.escape(PRIVATE)}feeds/[0-9a-f]+\.xml\.gz")
_BLOB = re.compile(
    r"(?P<sort>audio|covers|transcripts|chapters|peaks)/(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)-[0-9a-f]{12}\.[a-z0-9]+"
)
_SEARCHED = re.compile(
    r"search/((\d+/)?((fragment|index|filter)/[^/]+\.pf_\w+|[^/]+\.pf_meta)|\d+/pagefind-entry\.json|wasm\.\w+\.pagefind)"
)
_MENTIONED = re.compile(rb"(?:audio|covers|transcripts|chapters)/[A-Za-z0-9._-]+")
_SOURCE = re.compile(rf"{re.escape(PRIVATE)}sources/(?P<row>[0-9a-f]{{12}})/[0-9a-f]{{24}}\.md")
_TEMPORARY = re.compile(rf"{re.escape(PRIVATE)}tmp/[0-9a-f]{{16}}")
"""Where the store in a folder writes what is not whole yet."""

_UNDER_WAY = timedelta(hours=1)
"""An upload into which nothing came for so long is not going on any more."""

_OF_THE_SHOW = ("cover", "logo", "show")
"""Names of the show's own pictures."""


class Sort(StrEnum):
    """What a leftover is."""

    AUDIO = "audio"
    COVER = "covers"
    TRANSCRIPT = "transcripts"
    CHAPTERS = "chapters"
    PEAKS = "peaks"
    SOURCE = "source"
    PAGE = "page"
    FEED = "feed"
    EDITION = "edition"
    SEARCH = "search"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One thing to take away. `written` is when it was, by the store's clock; `upload` is set where it is an upload."""

    sort: Sort
    key: str
    bytes: int
    written: datetime
    reason: str
    title: str = ""
    upload: Unfinished | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidy:
    """The plan of a tidying: what would go, the keys folge did not write, how many leftovers are too young to go."""

    removals: tuple[Removal, ...]
    strangers: tuple[str, ...]
    young: int
    grace: timedelta
    store_url: str

    @property
    def bytes(self) -> int:
        """Bytes of everything that would go."""
        return sum(removal.bytes for removal in self.removals)


AHEAD = timedelta(minutes=1)
"""How far dates of changes may run ahead of the clock: each is a second later than the one before at least."""


def referenced_keys(ledger: Ledger, *, now: datetime, grace: timedelta) -> frozenset[str]:
    """Return the keys of every write-once object a ledger refers to.

    What belongs to a withdrawn episode counts until it has been withdrawn for longer than `grace`.
    """
    rows = [entry for entry in ledger.entries if not _is_over(entry, now, grace)]
    show = ledger.show.release
    covers = {cover.sha256 for cover in (show.cover, *(entry.release.cover for entry in rows)) if cover}
    sounds = {entry.release.audio.origin for entry in rows}
    keys = {blob.key for entry in rows for blob in entry.release.blobs()} | {blob.key for blob in show.blobs()}
    keys |= {blob.key for sha256, made in ledger.pictures.items() if sha256 in covers for blob in made}
    keys |= {blob.key for sound, blob in ledger.peaks.items() if sound in sounds}
    return frozenset(keys | {chapters_file(entry.release)[0] for entry in rows if entry.release.chapters})


def _is_over(entry: Entry, now: datetime, grace: timedelta) -> bool:
    since = withdrawn_since(entry)
    return since is not None and since - AHEAD <= now - grace


def mentioned_keys(body: bytes) -> frozenset[str]:
    """Return the keys of write-once objects that the bytes of a feed name."""
    return frozenset(key.decode() for key in _MENTIONED.findall(body))


def find_leftovers(
    listed: Collection[Stat],
    ledger: Ledger,
    *,
    held: Mapping[str, Held],
    kept: Collection[str] = (),
    uploads: Iterable[Unfinished] = (),
    now: datetime,
    grace: timedelta,
    store_url: str,
) -> Tidy:
    """Say what of a listing nothing refers to, and what of it folge wrote longer ago than `grace`.

    `held` are the pages and feeds folge knows it wrote, `kept` further keys that are referred to. A leftover whose
    episode changed within the grace time stays: apps and caches may still have the feed of before.
    """
    judge = _Judge(ledger, held, now, grace)
    needed = referenced_keys(ledger, now=now, grace=grace) | frozenset(kept) | own_pages(ledger)
    needed |= kept_keys(ledger) | pages_of(ledger).keys()
    removals: list[Removal] = []
    strangers: list[str] = []
    young = 0
    for stat in sorted(listed, key=lambda stat: stat.key):
        static = stat.key.startswith(STATIC)  # a few kB; another folge's pages may refer to them
        if static or stat.key in needed or (is_of_the_host(stat.key) and judge.is_ours(stat)):
            continue
        sort = judge.sort(stat)
        if sort is None:
            strangers += [] if stat.key.startswith(PRIVATE) else [stat.key]
        elif stat.written is not None and judge.is_old(stat.key, stat.written):
            removals.append(judge.removal(sort, stat, stat.written))
        else:
            young += 1
    for upload in uploads:
        ours = _BLOB.fullmatch(upload.key) or _TEMPORARY.fullmatch(upload.key)
        if ours and upload.begun <= now - max(grace, _UNDER_WAY):
            reason = "an upload that was given up"
            written, size = upload.begun, upload.bytes
            removals.append(
                Removal(sort=Sort.UPLOAD, key=upload.key, bytes=size, written=written, reason=reason, upload=upload)
            )
    return Tidy(removals=tuple(removals), strangers=tuple(strangers), young=young, grace=grace, store_url=store_url)


class _Judge:
    """Knows of a key what it is and whether it may go."""

    def __init__(self, ledger: Ledger, held: Mapping[str, Held], now: datetime, grace: timedelta) -> None:
        self.ledger = ledger
        self.held = held
        self.until = now - grace
        guids = (ledger.show.release.guid, *(entry.guid for entry in ledger.entries))
        self.rows = {hashlib.sha256(guid.encode()).hexdigest()[:12] for guid in guids}
        self.owners = {key: entry for entry in ledger.entries for key in _keys_of(entry)}

    def sort(self, stat: Stat) -> Sort | None:
        """Return what a leftover is, None for what folge did not write, or cannot do without."""
        if blob := _BLOB.fullmatch(stat.key):
            return Sort(blob["sort"])
        if source := _SOURCE.fullmatch(stat.key):
            return None if source["row"] in self.rows else Sort.SOURCE
        if _EDITION.fullmatch(stat.key):
            return Sort.EDITION
        if _SEARCHED.fullmatch(stat.key):
            return Sort.SEARCH
        if stat.key.startswith(PRIVATE) or not self.is_ours(stat):
            return None
        return Sort.FEED if stat.key.startswith("feed/") else Sort.PAGE

    def is_ours(self, stat: Stat) -> bool:
        """Say whether folge wrote a small object as it is."""
        known = self.held.get(stat.key)
        return known is not None and bool(known.sha256) and known.tag == stat.tag

    def is_old(self, key: str, written: datetime) -> bool:
        """Say whether a leftover, and the newest change of what it belonged to, are older than the grace time."""
        return max((written, *(change - AHEAD for change in self._changes(key)))) <= self.until

    def _changes(self, key: str) -> Iterator[datetime]:
        blob = _BLOB.fullmatch(key)
        if key.startswith("feed/") or (blob and blob["name"].startswith(_OF_THE_SHOW)):
            yield self.ledger.show.current.at
        for entry in self.ledger.entries if blob else ():
            slugs = (entry.release.episode.slug, *entry.former_slugs)
            if blob and any(f"{blob['name']}-".startswith(f"{slug}-") for slug in slugs):
                yield entry.current.at

    def removal(self, sort: Sort, stat: Stat, written: datetime) -> Removal:
        """Return the step that takes a leftover away, with the reason."""
        owner = self.owners.get(stat.key)
        reason = _REASONS.get(sort, "nothing refers to it")
        if owner is not None:
            left = "recalled" if owner.successor else "withdrawn"
            reason = f"of '{owner.release.episode.title}', {left} on {owner.current.at:%Y-%m-%d}"
        title = owner.release.episode.title if owner else ""
        return Removal(sort=sort, key=stat.key, bytes=stat.bytes, written=written, reason=reason, title=title)


_REASONS = {
    Sort.SOURCE: "the text of an episode that was never published",
    Sort.PAGE: "nothing leads there",
    Sort.EDITION: "a feed of before that is no longer kept",
    Sort.FEED: "a feed or archive page that is no longer made",
}


def _keys_of(entry: Entry) -> Iterator[str]:
    yield from (blob.key for blob in entry.release.blobs())
    if entry.release.chapters:
        yield chapters_file(entry.release)[0]


def describe_tidy(tidy: Tidy) -> str:
    """Return a plan as text: what would go, with its size and the reason, the sum, and what stays."""
    lines = [f"- {_named(removal)}, {show_bytes(removal.bytes)}: {removal.reason}" for removal in tidy.removals]
    if tidy.removals:
        lines.append(f"  in sum {count_objects(len(tidy.removals))}, {show_bytes(tidy.bytes)}, in {tidy.store_url}")
    if tidy.young:
        lines.append(f"  {count_objects(tidy.young)} more, of the last {show_grace(tidy.grace)}: left until then")
    if tidy.strangers:
        more = f" and {len(tidy.strangers) - 20} more" if len(tidy.strangers) > 20 else ""
        lines.append(f"  not written by folge, and left alone: {', '.join(tidy.strangers[:20])}{more}")
    return "\n".join(map(visible_line, lines))


def _named(removal: Removal) -> str:
    return f"{removal.key} (unfinished)" if removal.sort is Sort.UPLOAD else removal.key


def count_objects(count: int) -> str:
    """Write a number of objects: `1 object`."""
    return f"{count} object{'' if count == 1 else 's'}"


def show_grace(grace: timedelta) -> str:
    """Write a grace time as it is typed: `30d`, `12h`."""
    days, rest = divmod(grace, timedelta(days=1))
    return f"{days}d" if not rest else f"{grace // timedelta(hours=1)}h"


def tidy_data(tidy: Tidy) -> dict[str, object]:
    """Return a plan as JSON data; times in ISO 8601, sizes in bytes."""
    return {
        "store": tidy.store_url,
        "grace": show_grace(tidy.grace),
        "removals": [
            {
                "sort": removal.sort.value,
                "key": removal.key,
                "bytes": removal.bytes,
                "written": removal.written.isoformat(),
                "reason": removal.reason,
                "title": removal.title,
            }
            for removal in tidy.removals
        ],
        "bytes": tidy.bytes,
        "young": tidy.young,
        "strangers": list(tidy.strangers),
    }
