"""Where caches lie, how an unchanged file is told without reading it, how a cache is written. Loads next to nothing."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

Stamp = tuple[int, int, int, int]
"""Size in bytes, times of content and inode in ns, inode number of a file.

The inode's time cannot be set back, so an edit that restores the other one is seen.
"""


def cache_root() -> Path:
    """Return the folder of all caches; `FOLGE_CACHE` moves it. It need not exist."""
    root = os.environ.get("FOLGE_CACHE")
    if not root:
        import platformdirs

        root = platformdirs.user_cache_dir("folge")
    return Path(root)


def cache_folder(show_folder: Path) -> Path:
    """Return the cache folder of a show. It need not exist."""
    return cache_root() / hashlib.sha256(str(show_folder.resolve()).encode()).hexdigest()[:16]


def stamp(path: Path | str) -> Stamp | None:
    """Return the stamp of a file, or None where there is none. A thousand paths as text cost a tenth of the time."""
    try:
        found = os.stat(path)  # noqa: PTH116  as said
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def write_cache(path: Path, body: bytes) -> None:
    """Write a cache file beside and rename it; give up in silence where the folder does not allow it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(body)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def spare_folder() -> Path:
    """Make a folder that is gone when this program ends, for where the cache cannot be written. Raises OSError."""
    import atexit
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="folge-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
