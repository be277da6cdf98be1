"""The memory of a publish that had nothing to do, so that the next one need read nothing. Derived, never the truth."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from episodes.listing import episode_files
from episodes.problems import Problem
from podcast.facts import Stamp, cache_folder, stamp, write_cache
from podcast.layout import FEED, INVENTORY, LEDGER
from podcast.settings import Settings
from podcast.stores import ABSENT, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What a publish says when there is nothing to do; `until` is when the first waiting episode is due."""

    episodes: int
    feed_url: str
    told: str
    problems: tuple[Problem, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """The world in which there was nothing to do: `files` by path (None: absent), `tags` of the store by key.

    `code` and `settings` are digests of this program and of what `podcast.toml` and the environment say.
    """

    code: str
    settings: str
    files: dict[str, Stamp | None]
    tags: dict[str, str]
    quiet: Quiet


def recall(settings: Settings, store: Store, now: datetime) -> Quiet | None:
    """Return what the last publish said, if nothing it depended on has changed since; None otherwise.

    Costs a look at each file's size and time and three questions to the store.
    """
    try:
        memo = msgspec.json.decode(_path(settings.folder).read_bytes(), type=Memo)
    except (OSError, msgspec.DecodeError):
        return None
    if memo.quiet.until and now >= memo.quiet.until:
        return None
    if memo.code != _code_digest() or memo.settings != _settings_digest(settings):
        return None
    here = {str(path) for path in episode_files(settings.folder / "episodes")}
    if not here <= memo.files.keys() or any(stamp(name) != known for name, known in memo.files.items()):
        return None
    return memo.quiet if all(_tag(store, key) == tag for key, tag in memo.tags.items()) else None


def look(files: Iterable[Path]) -> dict[str, Stamp | None]:
    """Return the stamps of files by path."""
    return {str(path): stamp(path) for path in files}


def remember(settings: Settings, stamps: dict[str, Stamp | None], quiet: Quiet, tags: dict[str, str]) -> None:
    """Keep what a publish said that had nothing to do.

    `stamps` are those of all files it read, taken before it read them, `tags` those it observed. Nothing is kept
    where a file has changed since: the publish may have seen either state.
    """
    if look(map(Path, stamps)) != stamps:
        return
    memo = Memo(code=_code_digest(), settings=_settings_digest(settings), files=stamps, tags=tags, quiet=quiet)
    write_cache(_path(settings.folder), msgspec.json.encode(memo))


def _path(folder: Path) -> Path:
    return cache_folder(folder) / "nothing-to-do.json"


def _tag(store: Store, key: str) -> str:
    found = store.stat(key)
    return found.tag if found else ABSENT


def observed_tags(ledger: str, inventory: str, feed: str) -> dict[str, str]:
    """Return the tags a memo keeps."""
    return {LEDGER: ledger, INVENTORY: inventory, FEED: feed}


def _settings_digest(settings: Settings) -> str:
    return hashlib.sha256(repr((settings.folder, settings.store)).encode()).hexdigest()


def _code_digest() -> str:
    """Return a digest of this program's files by name, size and time: another version may render other bytes."""
    digest = hashlib.sha256()
    for name in ("episodes", "feed", "podcast"):
        for path in sorted((Path(__file__).parents[2] / name).rglob("*")):
            if path.suffix != ".pyc" and path.is_file():
                found = path.stat()
                digest.update(f"{path.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
