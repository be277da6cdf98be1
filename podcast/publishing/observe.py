"""What is in the store: tags of mutable objects first, then the ledger. The other order loses episodes."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from episodes.problems import UserError
from podcast.layout import FEED, INDEX, INVENTORY, LEDGER, PRIVATE
from podcast.publishing.ledger import RECOVER, Ledger, decode_ledger
from podcast.stores import ABSENT, Stat, Store, StoredObject

ATTEMPTS = 5
"""How often somebody starts over when somebody else moves the store meanwhile."""


class MovedAway(UserError):
    """Somebody else moved the store again and again (exit code 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A mutable object as the last finished publish left it: hex sha256 of its body, and its tag in the store."""

    sha256: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The mutable objects of a store, as the publish of the ledger with the sha256 `ledger` left them.

    Derived: without it a publish lists the store and writes them anew.
    """

    ledger: str
    objects: Mapping[str, Held]


NO_INVENTORY = Inventory(ledger="", objects={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One look at a store. `held` maps a key to what is there, sha256 empty where only the tag is known.

    `blobs` are the sizes of write-once objects by key, None where they were not listed. `settled` says that
    the inventory speaks of this very ledger: the publish before came to its end.
    """

    ledger: Ledger | None
    ledger_tag: str
    ledger_sha256: str
    inventory_tag: str
    held: Mapping[str, Held]
    blobs: Mapping[str, int] | None
    settled: bool


def encode_inventory(objects: Mapping[str, Held], ledger_sha256: str) -> bytes:
    """Write an inventory as JSON."""
    return msgspec.json.encode(Inventory(ledger=ledger_sha256, objects=dict(sorted(objects.items()))))


def observe(store: Store, *, thorough: bool) -> Observed:
    """Look at a store, with a handful of requests, or thoroughly by listing it.

    It is listed where objects may differ from the inventory: after a refusal, and where the publish before did not
    come to its end. Raises UserError where the store holds a feed, a page or an inventory and no ledger, and MovedAway
    where the ledger was another after every listing.
    """
    stored_inventory = store.get(INVENTORY)
    inventory = _decode(stored_inventory.body) if stored_inventory else NO_INVENTORY
    feed = store.stat(FEED)
    listed: dict[str, Stat] | None = None
    if thorough or not stored_inventory:
        before = store.stat(LEDGER)
        listed, stored = _listed(store, before.tag if before else ABSENT)
    else:
        stored = store.get(LEDGER)
        if inventory.ledger != _sha256(stored):
            listed, stored = _listed(store, _tag(stored))
    sha256 = _sha256(stored)
    ledger = decode_ledger(stored.body) if stored else None
    if ledger is None:
        _refuse_strangers(listed or {}, store.url)
    return Observed(
        ledger=ledger,
        ledger_tag=_tag(stored),
        ledger_sha256=sha256,
        inventory_tag=_tag(stored_inventory),
        held=_held(inventory, listed, feed),
        blobs={key: stat.bytes for key, stat in listed.items()} if listed is not None else None,
        settled=bool(stored_inventory) and inventory.ledger == sha256,
    )


def _listed(store: Store, before: str) -> tuple[dict[str, Stat], StoredObject | None]:
    """Return what is there under one ledger, and that ledger; `before` is the tag of the one seen last.

    The ledger is read after the listing, for the sake of tags. But what was listed may be tidied away by then, and the
    ledger no longer say so: where it is another than before the listing, both are looked at again.
    """
    for _ in range(ATTEMPTS):
        listed = {stat.key: stat for stat in store.list("")}
        stored = store.get(LEDGER)
        if _tag(stored) == before:
            return listed, stored
        before = _tag(stored)
    message = f"others are publishing to {store.url} all the time; gave up after {ATTEMPTS} looks"
    raise MovedAway(message, hint="try again when they are done")


def _tag(stored: StoredObject | None) -> str:
    return stored.tag if stored else ABSENT


def _sha256(stored: StoredObject | None) -> str:
    return hashlib.sha256(stored.body).hexdigest() if stored else ""


def _held(inventory: Inventory, listed: Mapping[str, Stat] | None, feed: Stat | None) -> dict[str, Held]:
    """Return what is there: by the listing where there is one, else by the inventory and a look at the feed."""
    there = dict(inventory.objects)
    if listed is not None:
        return {
            key: there[key] if key in there and there[key].tag == stat.tag else Held(sha256="", tag=stat.tag)
            for key, stat in listed.items()
            if not key.startswith(PRIVATE)
        }
    if feed is None:
        there.pop(FEED, None)
    elif FEED not in there or there[FEED].tag != feed.tag:
        there[FEED] = Held(sha256="", tag=feed.tag)
    return there


def _decode(body: bytes) -> Inventory:
    try:
        return msgspec.json.decode(body, type=Inventory)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NO_INVENTORY


def _refuse_strangers(there: Collection[str], url: str) -> None:
    """Refuse a store that has no ledger and yet is not empty: it is somebody else's, or the ledger was lost."""
    # sources alone are what a first publish leaves that was interrupted before its ledger
    if INVENTORY in there or (FEED in there and any(key.startswith(f"{PRIVATE}sources/") for key in there)):
        raise UserError(
            f"the ledger of the store {url} is gone, and with it who published what",
            hint=f"nothing was changed; to put the last good {LEDGER} back: {RECOVER}",
        )
    strangers = [key for key in (FEED, INDEX) if key in there]
    if strangers:
        raise UserError(
            f"the store {url} already holds {' and '.join(strangers)}, which folge did not write",
            hint="choose an empty folder or another prefix in [store] of podcast.toml",
        )
