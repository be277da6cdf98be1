"""Audio whose text names a place outside the show folder: a pull brings it inside, under its published name."""

import hashlib
from pathlib import Path

from episodes.frontmatter import parse, replace_field, write_scalar
from episodes.problems import Problem
from podcast.publishing.ledger import Entry
from podcast.publishing.places import place
from podcast.release import Blob


def is_stray(folder: Path, written: str, blob: Blob) -> bool:
    """Say whether the path in a text names no place in a show folder where a pull may write what was published."""
    return place(folder, written, blob.key) is None


def own_path(folder: Path, entry: Entry, here: str) -> str:
    """Return `here`, the path in this folder's own text, where it is the one to go on with; else nothing.

    That is so where stray audio was brought there: the published one, or one that was published before. And where the
    published audio is there, and none where the text of another laptop names it.
    """
    audio, named = entry.release.audio, entry.release.episode.audio
    known = {audio.sha256, audio.master}
    path = place(folder, here, audio.key) if is_stray(folder, named, audio) else None
    if path:
        known |= {sha256 for version in entry.history for sha256 in (version.audio, version.copy)}
    elif named_file(folder, named) is None:
        path = named_file(folder, here)
    found = sha256_of(path) if path else ""
    return here if found and found in known else ""


def named_file(folder: Path, written: str) -> Path | None:
    """Return the file that a text names anywhere, None where there is none that can be looked at."""
    try:
        path = folder / Path(written).expanduser()
        return path if written and path.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None


def naming(text: str, path: str) -> str:
    """Return the text of an episode with another path of its audio. Raises ValueError where it cannot be changed."""
    return _with_audio(text, write_scalar(path))


def ways_to_name(text: str, path: str) -> tuple[str, ...]:
    """Return the text of an episode with another path of its audio, in every way a producer may have written that."""
    try:
        return tuple(_with_audio(text, written) for written in (write_scalar(path), f'"{path}"', f"'{path}'"))
    except ValueError:
        return ()


def _with_audio(text: str, written: str) -> str:
    document = parse(text.encode(), "")
    if isinstance(document, Problem):
        raise ValueError(document.message)
    return replace_field(document, "audio", written)


def sha256_of(path: Path) -> str:
    """Return the hex sha256 of a file, empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
