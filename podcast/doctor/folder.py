"""What is looked at in a folder store: rights, locks, the disk."""

import os
import shutil
from pathlib import Path

from episodes.problems import Severity
from podcast.doctor.report import Notes
from podcast.settings import FILE
from podcast.stores.folder import FolderStore

_LITTLE_BYTES = 1 << 30


def is_not_made_yet(store: FolderStore, notes: Notes) -> bool:
    """Say of a folder that is not there where the first publish would make it, and make nothing: it may be mistyped."""
    root = store.root
    try:
        above = next(folder for folder in (root, *root.parents) if folder.exists())
    except OSError:  # it may not be looked at: what is written there says so
        return False
    if above == root or not above.is_dir():
        return False
    correct = f"if another place is meant, correct url below [store] in {FILE}"
    if above == root.parent:
        notes.wrong(f"the folder {root} is not there yet; the first publish makes it", correct, severity=Severity.NOTE)
    else:
        notes.wrong(
            f"{root} is not there, nor is {root.parent} above it; a publish would make both",
            f"if it lies on another disk, connect that; {correct}",
            severity=Severity.WARNING,
        )
    return True


def has_good_disk(store: FolderStore, notes: Notes) -> None:
    """Look at a folder that can be written to: do locks exclude, is there room, is it all one disk."""
    _locks(store.root / ".folge", notes)
    free = shutil.disk_usage(store.root).free
    if free < _LITTLE_BYTES:
        notes.wrong(
            f"only {free >> 20:,} MB are free on the disk of the store",
            "make room, or choose a folder on another disk",
            severity=Severity.WARNING,
        )
    else:
        notes.well(f"{free >> 30:,} GB are free")
    own = store.root.stat().st_dev
    other = [path.name for path in sorted(store.root.iterdir()) if path.is_dir() and path.stat().st_dev != own]
    for name in other:
        notes.wrong(
            f"{name} lies on another disk than the store, so nothing can be moved into it in one step",
            "mount the disk over the whole store, not over a folder in it",
        )
    _readable(store.root, notes)


def _locks(folder: Path, notes: Notes) -> None:
    from filelock import FileLock, Timeout

    path = folder / "probe.lock"
    first, second = FileLock(path), FileLock(path)
    try:
        with first.acquire(timeout=5):
            try:
                second.acquire(timeout=0)
            except Timeout:
                notes.well("locks exclude other writers")
                return
            second.release()
            notes.wrong(
                "a lock does not keep others out on this disk: of two producers at once one loses episodes",
                "choose a folder on a local disk, or on a network disk with working locks",
            )
    except (NotImplementedError, Timeout):
        notes.wrong("the disk knows no locks", "choose a folder on another disk for the store")
    finally:
        path.unlink(missing_ok=True)


def _readable(root: Path, notes: Notes) -> None:
    """Warn where a web server of another account cannot enter."""
    if os.name != "nt" and not root.stat().st_mode & 0o001:
        notes.wrong(
            f"only its owner may enter {root}: a web server of another account cannot serve it",
            f"say: chmod o+x {root}",
            severity=Severity.WARNING,
        )
