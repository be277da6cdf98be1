"""Taking away what nothing refers to: look, plan, ask, say so in the ledger, delete, say that it is over.

The ledger is written before anything is deleted. A publish that looked before is then refused its own ledger and looks
again; one that looks while it lasts must not begin to refer to what goes. So no publish at the same time loses an
object, however old it is.
"""

import hashlib
import secrets
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from episodes.problems import Problem, UserError
from episodes.timecode import show_moment
from podcast.conditions import Conditions
from podcast.layout import INVENTORY, LEDGER, cache_control
from podcast.publishing.editions import public_since
from podcast.publishing.ledger import Ledger, Tidying, decode_ledger, encode_ledger
from podcast.publishing.leftovers import (
    AHEAD,
    Removal,
    Sort,
    Tidy,
    find_leftovers,
    mentioned_keys,
)
from podcast.publishing.observe import ATTEMPTS, MovedAway, Observed, encode_inventory, observe
from podcast.publishing.publish import require_own
from podcast.publishing.searchfiles import live_keys
from podcast.settings import Settings
from podcast.stores import Moved, Store, StoreError
from podcast.written import with_lines

LASTS = timedelta(minutes=5)
"""How long one tidying deletes at most; what is left then goes the next time."""

GIVEN_UP = timedelta(minutes=15)
"""After that a tidying that did not say that it is over has been interrupted."""

_WORKERS = 8
_LARGEST_FEED = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What a tidying did: the plan, what of it was taken away, and the problems that did not stop it."""

    plan: Tidy
    removed: tuple[Removal, ...]
    problems: tuple[Problem, ...] = ()


class Tidier:
    """One tidying of the store of a show. `clock` returns the time, aware; `by` names the producer."""

    def __init__(
        self, settings: Settings, store: Store, *, clock: Callable[[], datetime], by: str, grace: timedelta
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.by = by
        self.grace = grace
        self._conditions = Conditions(store, settings.store)

    def prepare(self) -> tuple[Tidy, Observed]:
        """Make the plan; delete nothing.

        Raises UserError where nothing is published, or something is going on, Refused where it is another show's.
        """
        listed = list(self.store.list(""))
        observed = observe(self.store, thorough=False)
        if not observed.settled:  # somebody may have come to the end of a publish between two of our looks
            observed = observe(self.store, thorough=False)
        now = self.clock()
        require_own(self.settings, _require(observed.ledger, self.store.url))
        ledger = _quiet(observed, self.store.url, now)
        uploads = list(self.store.unfinished())
        tidy = find_leftovers(
            listed,
            ledger,
            held=observed.held,
            kept=self._kept(ledger, now - self.grace + AHEAD) | live_keys(self.store),
            uploads=uploads,
            now=now,
            grace=self.grace,
            store_url=self.store.url,
        )
        return tidy, observed

    def run(self, confirm: Callable[[Tidy], bool]) -> Tidied | None:
        """Prepare, ask `confirm` once, delete what was shown. Returns None where the producer said no.

        What another producer began to refer to meanwhile stays. Raises MovedAway, and ProblemsFound where the store
        does not keep conditions and others may publish.
        """
        shown: frozenset[str] | None = None
        for _ in range(ATTEMPTS):
            tidy, observed = self.prepare()
            if not tidy.removals and not _was_interrupted(observed.ledger):
                return Tidied(plan=tidy, removed=())
            if shown is None and tidy.removals and not confirm(tidy):
                return None
            shown = frozenset(it.key for it in tidy.removals) if shown is None else shown
            told = with_lines(self._conditions.require(), self.settings.folder)
            with suppress(Moved):
                return Tidied(plan=tidy, removed=self._remove(tidy, shown, observed), problems=told)
        raise MovedAway(f"somebody is publishing to {self.store.url}; nothing was deleted", hint="try again")

    def _remove(self, tidy: Tidy, shown: frozenset[str], observed: Observed) -> tuple[Removal, ...]:
        """Mark what goes, delete it, and take the mark away. Raises Moved where the ledger is another."""
        removals = [removal for removal in tidy.removals if removal.key in shown]
        keys = tuple(removal.key for removal in removals if removal.sort is not Sort.UPLOAD)
        ledger = _forgotten(_require(observed.ledger, self.store.url), keys)
        mark = Tidying(token=secrets.token_hex(8), at=self.clock().replace(microsecond=0), by=self.by, keys=keys)
        began = time.monotonic()
        self._write(replace(ledger, tidying=mark), observed.ledger_tag)
        stat = self.store.stat(LEDGER)
        oldest = min(self.clock(), stat.written if stat and stat.written else self.clock()) - self.grace
        due = [removal for removal in removals if removal.written <= oldest]
        removed = self._delete(due, began)
        self._end(mark, observed, removed)
        return removed

    def _delete(self, due: Sequence[Removal], began: float) -> tuple[Removal, ...]:
        """Delete side by side, and return what was deleted in time."""

        def delete(removal: Removal) -> bool:
            if time.monotonic() - began > LASTS.total_seconds():
                return False
            if removal.upload is not None:
                self.store.abort(removal.upload)
            else:
                self.store.delete(removal.key)
            return True

        with ThreadPoolExecutor(_WORKERS) as pool:
            futures = [(removal, pool.submit(delete, removal)) for removal in due]
            try:
                return tuple(removal for removal, future in futures if future.result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _end(self, mark: Tidying, observed: Observed, removed: Sequence[Removal]) -> None:
        """Take the mark out of the ledger, whoever wrote it since, and out of the inventory what is gone."""
        over = replace(mark, keys=())
        for _ in range(10 * ATTEMPTS):
            stored = self.store.get(LEDGER)
            ledger = decode_ledger(stored.body) if stored else None
            if stored is None or ledger is None or ledger.tidying != mark:
                return
            with suppress(Moved):
                body = self._write(replace(ledger, tidying=over), stored.tag)
                before = _forgotten(_require(observed.ledger, self.store.url), mark.keys)
                if replace(ledger, tidying=None) == replace(before, tidying=None):  # nobody publishes
                    self._note(observed, removed, body)
                return

    def _note(self, observed: Observed, removed: Sequence[Removal], ledger: bytes) -> None:
        """Write the inventory of what is left; whoever publishes meanwhile writes a better one."""
        gone = {removal.key for removal in removed}
        objects = {key: held for key, held in observed.held.items() if key not in gone}
        body = encode_inventory(objects, hashlib.sha256(ledger).hexdigest())
        with suppress(Moved):
            self.store.put(
                INVENTORY,
                body,
                media_type="application/json",
                cache_control=cache_control(INVENTORY),
                expected=observed.inventory_tag,
            )

    def _write(self, ledger: Ledger, expected: str) -> bytes:
        body = encode_ledger(ledger)
        self.store.put(
            LEDGER, body, media_type="application/json", cache_control=cache_control(LEDGER), expected=expected
        )
        return body

    def _kept(self, ledger: Ledger, since: datetime) -> frozenset[str]:
        """Return the keys that feeds name which were public after `since`: apps and caches may still have them."""
        keys: set[str] = set()
        for key in sorted(public_since(ledger, since)):
            stored = self.store.get(key)
            keys |= mentioned_keys(_unpacked(stored.body, key)) if stored else set()
        return frozenset(keys)


def _unpacked(body: bytes, key: str) -> bytes:
    """Return a feed of before, whether it is packed or not. Raises StoreError where it cannot be read."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(body, _LARGEST_FEED)
    except zlib.error as error:
        raise StoreError(f"{key} is damaged: {error}", hint="nothing was deleted") from error
    if unpacking.unconsumed_tail:
        raise StoreError(f"{key} is larger than any feed", hint="nothing was deleted")
    return text


def _forgotten(ledger: Ledger, keys: Sequence[str]) -> Ledger:
    """Return a ledger that knows nothing of what was made of covers and sounds under these keys.

    An episode that comes later with the same cover or sound would else rely on it.
    """
    gone = frozenset(keys)
    pictures = {cover: tuple(blob for blob in made if blob.key not in gone) for cover, made in ledger.pictures.items()}
    peaks = {sound: blob for sound, blob in ledger.peaks.items() if blob.key not in gone}
    return replace(ledger, pictures={cover: made for cover, made in pictures.items() if made}, peaks=peaks)


def _require(ledger: Ledger | None, url: str) -> Ledger:
    if ledger is None:
        raise UserError(f"nothing is published at {url} yet", hint="there is nothing to tidy")
    return ledger


def _was_interrupted(ledger: Ledger | None) -> bool:
    """Say whether a tidying deleted what it found and did not come to say so."""
    return bool(ledger and ledger.tidying and ledger.tidying.keys)


def _quiet(observed: Observed, url: str, now: datetime) -> Ledger:
    """Return the ledger of a store in which nothing is going on. Raises UserError."""
    ledger = _require(observed.ledger, url)
    if ledger.tidying and ledger.tidying.keys and now < ledger.tidying.at + GIVEN_UP:
        message = f"{ledger.tidying.by} is tidying {url} since {show_moment(ledger.tidying.at)}"
        minutes = GIVEN_UP // timedelta(minutes=1)
        raise UserError(message, hint=f"if that was interrupted, run it again {minutes} minutes after it began")
    if not observed.settled:
        message = f"a publish to {url} is going on, or did not come to its end, and the feed may be the old one"
        raise UserError(message, hint="run 'folge publish' first")
    return ledger
