"""Where in a show folder a file may go whose name comes from a store, which somebody else may write to."""

import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from episodes.mediatypes import media_type
from episodes.problems import unfit
from podcast.release import Release

_LONGEST = 200
"""Bytes of a name: every disk takes so many, and a hidden draft of it too."""


def place(folder: Path, written: str, key: str) -> Path | None:
    """Return the file of a show folder that a path in a text means; None where no stranger may have one written.

    Whatever is written there has the media type of the published object under `key`, lies inside the folder, behind
    no link that leads out of it, and is not hidden: a folder has other tools' files too.
    """
    path = PurePosixPath(written)
    if not written or path.is_absolute() or not all(map(is_plain, written.split("/"))):
        return None
    if path.parts[0] in ("episodes", "public") or media_type(written) != media_type(key):
        return None
    target = folder / written
    try:
        inside = target.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return None
    return target if inside and not target.is_symlink() else None


def episode_name(release: Release, taken: Collection[str]) -> str:
    """Return the name of an episode file: the published one where it is one, else made of number and slug.

    `taken` are names, in lower case, that other episodes have.
    """
    episode = release.episode
    name = episode.source_name
    sound = is_plain(name) and name.endswith(".md") and name[0] not in "#_" and name.lower() != "readme.md"
    if sound and name.lower() not in taken:
        return name
    number = f"{episode.number:03}-" if episode.number is not None else ""
    return f"{number}{episode.slug}.md"


def is_plain(name: str) -> bool:
    """Say whether a name means a file or folder right there, on every system, that is not hidden."""
    odd = re.search(r'[/\\:*?"<>|\x00-\x1f]', name) or unfit(name) or name.startswith((".", "~", "-", " "))
    return bool(name) and not odd and not name.endswith((".", " ")) and len(name.encode(errors="replace")) <= _LONGEST
