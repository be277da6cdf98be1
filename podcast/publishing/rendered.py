"""Compiled items, and hashes of rendered pages, kept between runs, so that feeds and pages cost what changed.

Derived: without it only time is lost.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from podcast.code import code_digest

_AT_ONCE = 500
_SPARE = 2
"""How many times as many items may be kept as the last feeds had, before the others are dropped."""


class Rendered:
    """Items, or what is to be known of pages, by the hash of everything they were made of. `path` None keeps nothing.

    A file that is damaged, locked or of another version of this program is as good as none.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def known(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Return what is kept under `keys`."""
        found: dict[bytes, bytes] = {}
        if self._path is None:
            return found
        ordered = list(keys)
        with suppress(sqlite3.Error, OSError):
            if self._path.is_file():
                with closing(self._open(self._path)) as base:
                    for start in range(0, len(ordered), _AT_ONCE):
                        part = ordered[start : start + _AT_ONCE]
                        marks = ",".join("?" * len(part))
                        found.update(base.execute(f"SELECT key, body FROM items WHERE key IN ({marks})", part))  # noqa: S608
        return found

    def keep(self, fresh: Mapping[bytes, bytes], used: Collection[bytes]) -> None:
        """Keep compiled items; of those that are not among `used`, a limited number stays for a change of mind."""
        if self._path is None or not fresh:
            return
        with suppress(sqlite3.Error, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open(self._path)) as base, base:
                base.executemany("INSERT OR REPLACE INTO items VALUES (?, ?)", fresh.items())
                (count,) = base.execute("SELECT count(*) FROM items").fetchone()
                if count > _SPARE * len(used) + _AT_ONCE:
                    base.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY)")
                    base.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key in used))
                    base.execute("DELETE FROM items WHERE key NOT IN (SELECT key FROM used)")

    def _open(self, path: Path) -> sqlite3.Connection:
        """Open the file, made or emptied where another version of this program wrote it."""
        marker = int.from_bytes(hashlib.sha256(_program().encode()).digest()[:3]) + 1
        try:
            return _opened(path, marker)
        except sqlite3.DatabaseError:
            with suppress(OSError):
                path.unlink()
            return _opened(path, marker)


@cache
def _program() -> str:
    """Return what decides the bytes of items and pages besides their content: this program and what it writes with."""
    writers = ("feedgen", "lxml", "cmarkgfm", "nh3", "jinja2", "markupsafe", "segno")
    return " ".join([code_digest(), *(f"{name} {version(name)}" for name in writers)])


def _opened(path: Path, marker: int) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=2)
    try:
        (found,) = base.execute("PRAGMA user_version").fetchone()
        if found != marker:
            with base:
                base.execute("DROP TABLE IF EXISTS items")
                base.execute("CREATE TABLE items (key BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID")
                base.execute(f"PRAGMA user_version = {marker}")
    except sqlite3.Error:
        base.close()
        raise
    return base
