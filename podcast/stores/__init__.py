"""The store port: where published objects live. A folder, an S3 bucket, or memory in tests."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from episodes.problems import UserError

ABSENT = ""
"""The tag of an object that is not there: `put(..., expected=ABSENT)` creates and never replaces."""


class StoreError(UserError):
    """The store could not be reached or said no (exit code 6)."""


class Moved(Exception):
    """A conditional write was refused: somebody else changed the object since it was observed."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """What a store says about an object. `tag` is opaque and changes with the body; `bytes` is the exact size.

    `written` is when it was last written, by the clock of the store, aware; None where the store does not say.
    """

    key: str
    bytes: int
    tag: str
    media_type: str = ""
    cache_control: str = ""
    written: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object's body together with the tag it had in the same read."""

    body: bytes
    tag: str


Progress = Callable[[str, int], None]
"""Called with a key and the number of its bytes sent since the last call (negative when a part is sent again).

What an interrupted upload left in the store is told once, as if it were sent.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to stream to a write-once key; `sha256` is the hex digest the stored bytes must have."""

    key: str
    path: Path
    media_type: str
    cache_control: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A write that was begun and did not end: it takes up `bytes` and is no object.

    `begun` is when it was begun or last grew, by the store's clock. It may be on its way: only where that is long ago
    it is abandoned.
    """

    key: str
    id: str
    begun: datetime
    bytes: int


class Store(Protocol):
    """Objects under keys. Keys are relative, ASCII, `/`-separated, checked by `check_key` (ValueError).

    A write is atomic: a reader sees the old body or the new one, whole. A failed write leaves what was there.
    Methods raise StoreError where the store cannot be reached or denies, and never leak another exception.
    They may be called from several threads at once.
    """

    @property
    def url(self) -> str:
        """The address as the producer wrote it, without credentials."""
        ...

    def get(self, key: str) -> StoredObject | None:
        """Return body and tag of one read, or None where the object is absent."""
        ...

    def fetch(self, key: str, path: Path, most: int) -> bool:
        """Write an object's bytes into a file that is there, never in memory whole; False where there is no object.

        Raises StoreError for an object of more than `most` bytes: that is not the one that was looked for.
        """
        ...

    def stat(self, key: str) -> Stat | None:
        """Return what the store says about an object, or None where it is absent. Cheap: no body is moved."""
        ...

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield key, bytes and tag of every object whose key starts with `prefix`, in no promised order.

        Objects whose name is not a key (somebody else's) are left out.
        """
        ...

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        """Write a small object and return its new tag.

        `expected` is the tag the object must still have, ABSENT where it must not exist, None for an
        unconditional write. Raises Moved where that is no longer so and nothing was written, except where the
        object is exactly what was to be written: that write happened before and only its answer was lost.
        """
        ...

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        """Stream files to write-once keys, never in memory whole, side by side where that is faster.

        A file is passed over in silence where its key holds these bytes already. Raises StoreError at the first
        whose bytes are not what `sha256` says or whose key is taken; those already there stay, the rest stop. What
        stopped in the middle of a large file goes on there when it is sent again, where the store can keep parts.
        `progress` is called from one thread at a time, which need not be the caller's.
        """
        ...

    def delete(self, key: str) -> None:
        """Take an object away; that there is none is no error. Only for what nothing refers to any more."""
        ...

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield the writes that were begun and did not end, in no promised order; those on their way as well."""
        ...

    def abort(self, unfinished: Unfinished) -> None:
        """Free what an unfinished write takes up; that it is gone is no error. One on its way fails or begins anew."""
        ...


def is_key(text: str) -> bool:
    """Say whether a key may read so: ASCII letters, digits and `._-/`, no empty, `.` or `..` part, under 900 bytes."""
    legal = text.isascii() and len(text) < 900 and all(c.isalnum() or c in "._-/" for c in text)
    return legal and not any(part in ("", ".", "..") for part in text.split("/"))


def check_key(key: str) -> str:
    """Return `key`, or raise ValueError where it is not one (`is_key`)."""
    if not is_key(key):
        raise ValueError(f"not a key: {key!r}")
    return key
