"""What is in the store: tags of mutable objects first, then the ledger. The other order loses episodes."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from episodes.problems import UserError
from podcast.layout import FEED, INDEX, INVENTORY, LEDGER, PRIVATE
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.stores import ABSENT, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A mutable object as the last finished publish left it: hex sha256 of its body, and its tag in the store."""

    sha256: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The mutable objects of a store. Derived: without it a publish lists the store and writes them anew."""

    objects: Mapping[str, Held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One look at a store. `held` maps a key to what is there, sha256 empty where only the tag is known.

    `blobs` are the sizes of write-once objects by key, None where they were not listed.
    """

    ledger: Ledger | None
    ledger_tag: str
    inventory_tag: str
    held: Mapping[str, Held]
    blobs: Mapping[str, int] | None


def encode_inventory(objects: Mapping[str, Held]) -> bytes:
    """Write an inventory as JSON."""
    return msgspec.json.encode(Inventory(objects=dict(sorted(objects.items()))))


def observe(store: Store, *, thorough: bool) -> Observed:
    """Look at a store, with a handful of requests, or thoroughly by listing it.

    Thorough is needed where objects may differ from the inventory: after a refusal, a crash, or by hand.
    Raises UserError where the store holds a feed or pages that no ledger speaks of.
    """
    stored_inventory = store.get(INVENTORY)
    inventory = _decode(stored_inventory.body) if stored_inventory else {}
    feed = None if thorough else store.stat(FEED)
    listed = {stat.key: stat for stat in store.list("")} if thorough or not stored_inventory else None
    stored = store.get(LEDGER)
    ledger = decode_ledger(stored.body) if stored else None
    if listed is not None:
        held = {
            key: Held(
                sha256=inventory[key].sha256 if key in inventory and inventory[key].tag == stat.tag else "",
                tag=stat.tag,
            )
            for key, stat in listed.items()
            if not key.startswith(PRIVATE)
        }
        if ledger is None:
            _refuse_strangers(held, store.url)
    else:
        held = dict(inventory)
        if feed is None:
            held.pop(FEED, None)
        elif FEED not in held or held[FEED].tag != feed.tag:
            held[FEED] = Held(sha256="", tag=feed.tag)
    return Observed(
        ledger=ledger,
        ledger_tag=stored.tag if stored else ABSENT,
        inventory_tag=stored_inventory.tag if stored_inventory else ABSENT,
        held=held,
        blobs={key: stat.bytes for key, stat in listed.items()} if listed is not None else None,
    )


def _decode(body: bytes) -> dict[str, Held]:
    try:
        return dict(msgspec.json.decode(body, type=Inventory).objects)
    except msgspec.DecodeError:
        return {}


def _refuse_strangers(held: Mapping[str, Held], url: str) -> None:
    strangers = [key for key in (FEED, INDEX) if key in held]
    if strangers:
        raise UserError(
            f"the store {url} already holds {' and '.join(strangers)}, which folge did not write",
            hint="choose an empty folder or another prefix in [store] of podcast.toml",
        )
