"""The file behind an upload: its look, its digest, and what is said when it changed."""

import hashlib
from pathlib import Path

from podcast.stores import StoreError

_MENDED = "'folge publish --verify' where the file is puts it back"


def look(path: Path) -> tuple[int, int]:
    """Return size in bytes and modification time in nanoseconds: while they stay, the bytes are taken to stay."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hex digits, streaming it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed(path: Path) -> StoreError:
    """Return the error for a file whose bytes are not those the plan was made for."""
    return StoreError(f"{path} has changed since it was measured", hint="run the command again")


def too_large(url: str, key: str, most: int) -> StoreError:
    """Return what to say of an object that has more bytes than the one that was published."""
    return StoreError(f"{url}: {key} has more than the {most:,} bytes it should have", hint=_MENDED)


def taken(url: str, key: str) -> StoreError:
    """Return the error for a write-once key that holds other bytes."""
    return StoreError(f"{url} holds something else under {key}", hint="look at that object and move it away")
