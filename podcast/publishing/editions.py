"""Editions: every state of the feeds that was published, kept compressed below the private prefix, and bounded."""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from episodes.problems import Problem, Severity, UserError, quoted
from episodes.timecode import show_moment
from feed.item import Item
from feed.reader import Feed, read_feed
from podcast.layout import FEED, INDEX, edition_key
from podcast.publishing.artifacts import Artifact, Stage, artifact_of, feed_artifact
from podcast.publishing.ledger import Edition, Ledger, State
from podcast.publishing.observe import Observed
from podcast.stores import Store

KEPT_EDITIONS = 100
"""How many editions are kept, the newest."""

END = "folge feed rollback --end"
"""The command that brings the feeds up to date again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publish puts into the store, and the keys of the pages that are there already as an edition holds them."""

    artifacts: tuple[Artifact, ...]
    standing: frozenset[str]


def with_edition(ledger: Ledger, feeds: Mapping[str, bytes], observed: Observed, *, now: datetime, by: str) -> Ledger:
    """Return a ledger that knows of the edition a publish of `feeds` makes; the same where it makes none.

    It makes none while the feeds are held at an earlier one, and where an earlier folge, which kept none, published
    just these. `now` is aware.
    """
    pages = _pages(feeds)
    held = observed.held
    first = not ledger.editions
    known = first and all(key in held and held[key].sha256 == sha256 for key, sha256 in pages.items())
    if known or ledger.rolled_back or (not first and pages == pages_of(ledger)):
        return ledger
    return _appended(ledger, pages, size=_size(feeds), at=now, by=by)


def back_to(ledger: Ledger, number: int, *, now: datetime, by: str) -> Ledger:
    """Return a ledger by which the feeds are held at an edition; the same where they are held there already."""
    edition = edition_of(ledger, number)
    number = edition.back_to or number
    if ledger.rolled_back and ledger.rolled_back.back_to == number:
        return ledger
    return _appended(ledger, pages_of(ledger, edition.number), size=edition.bytes, at=now, by=by, number=number)


def up_to_date(ledger: Ledger, feeds: Mapping[str, bytes], *, now: datetime, by: str) -> Ledger:
    """Return a ledger by which the feeds are no longer held; the same where they are not."""
    return _appended(ledger, _pages(feeds), size=_size(feeds), at=now, by=by) if ledger.rolled_back else ledger


def _pages(feeds: Mapping[str, bytes]) -> dict[str, str]:
    return {key: hashlib.sha256(body).hexdigest() for key, body in feeds.items()}


def _size(feeds: Mapping[str, bytes]) -> int:
    return sum(map(len, feeds.values()))


def _appended(ledger: Ledger, pages: Mapping[str, str], *, size: int, at: datetime, by: str, number: int = 0) -> Ledger:
    """Return a ledger with one more edition, and without those that are too old to be kept."""
    before = pages_of(ledger) if ledger.editions else {}
    changed = {key: sha256 for key, sha256 in pages.items() if before.get(key) != sha256}
    changed |= dict.fromkeys(before.keys() - pages.keys(), "")
    following = ledger.editions[-1].number + 1 if ledger.editions else 1
    moments = (at, ledger.changed, *(each.at for each in ledger.editions[-1:]))
    edition = Edition(number=following, at=max(moments), by=by, pages=changed, bytes=size, back_to=number)
    editions = (*ledger.editions, edition)
    if len(editions) > KEPT_EDITIONS:
        oldest = editions[-KEPT_EDITIONS]
        whole = pages_of(replace(ledger, editions=editions), oldest.number)
        editions = (replace(oldest, pages=whole), *editions[1 - KEPT_EDITIONS :])
    return replace(ledger, editions=editions)


def edition_of(ledger: Ledger, number: int) -> Edition:
    """Return an edition. Raises UserError where it is not kept."""
    found = next((edition for edition in ledger.editions if edition.number == number), None)
    if found is None:
        raise _no_edition(ledger, str(number))
    return found


def edition_called(ledger: Ledger, name: str) -> Edition:
    """Return the edition whose number a producer wrote. Raises UserError where that is none, or not kept."""
    if not (name.isascii() and name.isdigit() and len(name) < 10):
        raise _no_edition(ledger, quoted(name))
    return edition_of(ledger, int(name))


def _no_edition(ledger: Ledger, name: str) -> UserError:
    kept = [edition.number for edition in ledger.editions]
    there = f"kept are {kept[0]} to {kept[-1]}" if len(kept) > 1 else f"only edition {kept[0]} is kept" if kept else ""
    hint = f"{there}; see: folge feed log" if kept else "none is kept yet; publish first"
    return UserError(f"there is no edition {name} of the feed", hint=hint)


def pages_of(ledger: Ledger, number: int | None = None) -> dict[str, str]:
    """Return the pages of an edition, the newest where none is named: the hex sha256 of each body by key."""
    pages: dict[str, str] = {}
    for edition in ledger.editions:
        pages |= edition.pages
        if edition.number == number:
            break
    return {key: sha256 for key, sha256 in pages.items() if sha256}


def kept_keys(ledger: Ledger) -> frozenset[str]:
    """Return the key of every private object the kept editions are made of: none of them may be tidied away."""
    return frozenset(edition_key(sha256) for each in ledger.editions for sha256 in each.pages.values() if sha256)


def public_since(ledger: Ledger, since: datetime) -> frozenset[str]:
    """Return the keys of the private objects with the pages that were public at any time after `since`.

    The newest edition is public now, also where it holds the feeds at an earlier one.
    """
    followers = [*(edition.at for edition in ledger.editions[1:]), None]
    public = (
        edition
        for edition, until in zip(ledger.editions, followers, strict=bool(ledger.editions))
        if not until or until > since
    )
    return frozenset(edition_key(sha256) for edition in public for sha256 in pages_of(ledger, edition.number).values())


def published(
    artifacts: Sequence[Artifact], ledger: Ledger, feeds: Mapping[str, bytes], observed: Observed, store: Store
) -> Published:
    """Return what to publish besides or in place of `artifacts`: the newest edition to keep, or the one held.

    A page of an edition is read from the store only where the public one differs. Raises UserError where it is gone.
    """
    if not ledger.rolled_back:
        return Published(artifacts=(*artifacts, *_to_keep(ledger, feeds, observed)), standing=frozenset())
    pages = pages_of(ledger)
    standing = {key for key, sha256 in pages.items() if key in observed.held and observed.held[key].sha256 == sha256}
    bodies = _read({key: pages[key] for key in pages.keys() - standing}, ledger.editions[-1], store)
    own = [artifact for artifact in artifacts if artifact.key not in pages]
    return Published(artifacts=(*own, *map(feed_artifact, bodies, bodies.values())), standing=frozenset(standing))


def _to_keep(ledger: Ledger, feeds: Mapping[str, bytes], observed: Observed) -> list[Artifact]:
    """Return the pages of the newest edition that are not kept yet, compressed."""
    if not ledger.editions:
        return []
    there = kept_keys(observed.ledger) if observed.ledger else frozenset()
    if observed.blobs is not None:
        there = frozenset(observed.blobs)
    missing = {edition_key(sha256): key for key, sha256 in pages_of(ledger).items()}
    return [
        artifact_of(kept, zlib.compress(feeds[key], 6, wbits=31), Stage.BLOBS)
        for kept, key in missing.items()
        if kept not in there
    ]


def read_edition(ledger: Ledger, number: int, store: Store, keys: Collection[str] | None = None) -> dict[str, bytes]:
    """Return the bodies of the pages of an edition by key, or of some. Raises UserError where one is gone."""
    edition = edition_of(ledger, number)
    pages = pages_of(ledger, number)
    return _read({key: pages[key] for key in pages if keys is None or key in keys}, edition, store)


def _read(pages: Mapping[str, str], edition: Edition, store: Store) -> dict[str, bytes]:
    return {key: _read_page(key, sha256, edition, store) for key, sha256 in sorted(pages.items())}


def _read_page(key: str, sha256: str, edition: Edition, store: Store) -> bytes:
    """Read one page; what unpacks to more than the whole edition had is not read to its end."""
    stored = store.get(edition_key(sha256))
    hint = f"choose another edition: folge feed log; or bring the feed up to date: {END}"
    if stored is None:
        raise UserError(f"{key} of edition {edition.number} is no longer in the store", hint=hint)
    try:
        body = zlib.decompressobj(wbits=31).decompress(stored.body, edition.bytes + 1)
    except zlib.error:
        body = b""
    if hashlib.sha256(body).hexdigest() != sha256:
        raise UserError(f"{key} of edition {edition.number} is damaged in the store", hint=hint)
    return body


def missing_of(feeds: Mapping[str, Feed], base: str, there: Mapping[str, int], hint: str) -> Iterator[Problem]:
    """Yield a problem for every object that the pages of an edition refer to and that is not there as they say.

    `there` are the sizes of what is in the store, in bytes, by key.
    """
    wanted: dict[str, int | None] = {}
    for key, feed in feeds.items():
        start = feed.show.feed_url.removesuffix(key) or base
        for address, size in _addresses(feed):
            if address.startswith(start):
                path = unquote(urlsplit(address.removeprefix(start)).path)
                wanted[path or INDEX] = wanted.get(path or INDEX) or size
    for key, size in sorted(wanted.items()):
        found = there.get(f"{key}{INDEX}" if key.endswith("/") else key)
        if found is None or (size is not None and found != size):
            what = "is no longer in the store" if found is None else f"has {found} bytes, not {size} as the feed says"
            yield Problem(path=key, message=f"the edition refers to it, and it {what}", hint=hint)


def _addresses(feed: Feed) -> Iterator[tuple[str, int | None]]:
    """Yield every address a feed sends apps to, with the size in bytes where it says one."""
    yield from ((address, None) for address in (feed.show.image_url, *(image.url for image in feed.show.images)))
    for item in feed.items:
        yield item.enclosure.url, item.enclosure.bytes
        yield from ((address, None) for address in _of_item(item))


def _of_item(item: Item) -> Iterator[str]:
    yield from filter(None, (item.link, item.image_url, item.chapters_url))
    yield from (transcript.url for transcript in item.transcripts)
    yield from (image.url for image in item.images)
    yield from (source.url for alternate in item.alternates for source in alternate.sources)


def held_missing(ledger: Ledger, artifacts: Sequence[Artifact], observed: Observed, store: Store) -> Iterator[Problem]:
    """Yield a problem for every object that the feeds are held at refer to and that is gone; none without a listing."""
    held = ledger.rolled_back
    if held is None or observed.blobs is None:
        return
    pages = read_edition(ledger, held.number, store)
    there = {**observed.blobs, **{artifact.key: artifact.size for artifact in artifacts}}
    feeds = {key: read_feed(body) for key, body in pages.items()}
    yield from missing_of(feeds, ledger.show.release.base_url, there, f"to bring the feed up to date: {END}")


def held_words(ledger: Ledger) -> str:
    """Say at which edition the feed is held, by whom, since when and how that is ended; nothing where it is not."""
    held = ledger.rolled_back
    if held is None:
        return ""
    since = f"since {show_moment(held.at)} by {held.by}"
    return f"the feed is held at edition {held.back_to} {since}; to bring it up to date: {END}"


def held_warning(ledger: Ledger) -> tuple[Problem, ...]:
    """Return the warning that the feeds are held at an edition, with what was withdrawn and is in them nevertheless."""
    edition = ledger.rolled_back
    if edition is None:
        return ()
    since = [entry for entry in ledger.entries if entry.state is State.WITHDRAWN and entry.current.at > edition.at]
    titles = " and ".join(f"'{entry.release.episode.title}'" for entry in since)
    message = (
        f"is held at edition {edition.back_to} since {show_moment(edition.at)} by {edition.by}; "
        "what is published is kept for later and in no feed yet"
    )
    message += f"; {titles} may still be in it, although withdrawn" if titles else ""
    return (Problem(path=FEED, severity=Severity.WARNING, message=message, hint=f"to bring it up to date: {END}"),)
