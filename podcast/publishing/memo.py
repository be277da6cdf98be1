"""The memory of a publish that had nothing to do, so that the next one need read nothing. Derived, never the truth.

Whoever only recalls loads neither settings nor catalogue nor the command line: see `podcast.start`.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from podcast.cache import Stamp, cache_folder, stamp, write_cache
from podcast.code import code_digest
from podcast.layout import FEED, INVENTORY, ISSUES, LEDGER
from podcast.stores import ABSENT, Store
from podcast.stores.opening import StoreOptions, open_store

_EPISODES = "episodes"
_ENVIRONMENT = ("FOLGE_STORE", "FOLGE_PUBLIC_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What a publish with nothing to do prints: `result` on stdout, `told` on stderr; valid before `until`."""

    result: str
    told: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A show folder and its store, as its settings name it."""

    folder: Path
    url: str
    options: StoreOptions

    def open(self) -> Store:
        """Return the store. It is not contacted yet."""
        return open_store(self.url, base=self.folder, options=self.options)


def recall(folder: Path, now: datetime, *, due: bool = False) -> Quiet | None:
    """Return what the last publish of a show folder said, if nothing it depended on has changed since.

    With `due` it is the last one that was asked only for what is due. Costs a look at each file's size and time and
    three questions to the store. None where anything is different, unknown or wrong: then the publish itself looks.
    """
    try:
        memo = json.loads(_path(folder, due=due).read_bytes())
        until = datetime.fromisoformat(memo["until"]) if memo["until"] else None
        if (until and now >= until) or memo["code"] != code_digest() or memo["environment"] != _environment():
            return None
        files: Mapping[str, list[int] | None] = memo["files"]
        if not _episode_files(folder) | _issue_files(folder) <= files.keys():
            return None
        for name, known in files.items():
            found = stamp(name)
            if (list(found) if found else None) != known:
                return None
        store = open_store(memo["url"], base=folder, options=StoreOptions(**memo["options"]))
        if any(_tag(store, key) != tag for key, tag in memo["tags"].items()):
            return None
        return Quiet(result=str(memo["result"]), told=str(memo["told"]), until=until)
    except Exception:  # whatever is wrong with a cache or a store, the publish itself will find and say it
        return None


def look(files: Iterable[Path]) -> dict[str, Stamp | None]:
    """Return the stamps of files by path."""
    return {str(path): stamp(path) for path in files}


def remember(
    place: Place, stamps: Mapping[str, Stamp | None], quiet: Quiet, tags: Mapping[str, str], *, due: bool = False
) -> None:
    """Keep what a publish said that had nothing to do, or with `due` only nothing that was due.

    `stamps` are those of all files it read, taken before it read them, `tags` those it observed. Nothing is kept
    where a file has changed since: the publish may have seen either state.
    """
    if look(map(Path, stamps)) != stamps:
        return
    memo = {
        "code": code_digest(),
        "environment": _environment(),
        "url": place.url,
        "options": asdict(place.options),
        "files": stamps,
        "tags": tags,
        "until": quiet.until.isoformat() if quiet.until else "",
        "result": quiet.result,
        "told": quiet.told,
    }
    write_cache(_path(place.folder, due=due), json.dumps(memo).encode())


def observed_tags(ledger: str, inventory: str, feed: str) -> dict[str, str]:
    """Return the tags a memo keeps."""
    return {LEDGER: ledger, INVENTORY: inventory, FEED: feed}


def _path(folder: Path, *, due: bool) -> Path:
    return cache_folder(folder) / ("nothing-due.json" if due else "nothing-to-do.json")


def _episode_files(folder: Path) -> set[str]:
    """Return what may be an episode file; one more than the memo knows, and the publish itself looks."""
    base = folder / _EPISODES
    names = os.listdir(base)  # noqa: PTH208  a thousand names cost a tenth of a thousand paths
    return {f"{base}{os.sep}{name}" for name in names if name.endswith(".md") and name[0] not in ".#_~"} - {
        f"{base}{os.sep}README.md"
    }


def _issue_files(folder: Path) -> set[str]:
    """Return what may be a file of an issue of the newsletter."""
    base = folder / ISSUES
    names = os.listdir(base) if os.path.isdir(base) else []  # noqa: PTH112, PTH208  as said
    return {f"{base}{os.sep}{name}" for name in names if name.endswith(".toml")}


def _environment() -> list[str | None]:
    return [os.environ.get(name) for name in _ENVIRONMENT]


def _tag(store: Store, key: str) -> str:
    found = store.stat(key)
    return found.tag if found else ABSENT
