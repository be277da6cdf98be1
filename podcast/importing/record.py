"""What an import wrote into a folder: how a later one tells what was edited here from what was not."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from episodes.problems import UserError

RECORD = "imported.json"
_LARGEST = 20_000_000
_HINT = "put it back from git, or delete it: then nothing that is here is updated any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One file an import wrote: its name relative to the show folder, and the hex sha256 of what it wrote."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What imports wrote: episode files by guid, and `podcast.toml` with what the producer said for it.

    `fetched` are the files that were fetched since, relative to the show folder, by guid of the episode (empty for the
    show) and address.
    """

    episodes: Mapping[str, Imported] = field(default_factory=dict)
    show: Imported | None = None
    store: str = ""
    public_url: str = ""
    zone: str = ""
    drop_prefixes: bool = False
    fetched: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    version: int = 1


def read_record(folder: Path) -> Record:
    """Return what earlier imports wrote; nothing where there was none. Raises UserError for what is no record."""
    path = folder / RECORD
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        record = msgspec.json.decode(raw, type=Record)
    except FileNotFoundError:
        return Record()
    except (OSError, msgspec.MsgspecError) as error:
        raise UserError(f"{path} cannot be read: {error}", hint=_HINT) from error
    if record.version != 1:
        raise UserError(f"{path} is of a later folge", hint="import with that one")
    return record


def record_text(record: Record) -> str:
    """Return the text of a record: the same record gives the same text."""
    raw = msgspec.json.encode(record, order="sorted")
    return msgspec.json.format(raw, indent=1).decode() + "\n"


def sha256_of(text: str) -> str:
    """Return the hex sha256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
