"""Which files of a folder are episode files."""

from pathlib import Path


def episode_files(folder: Path) -> list[Path]:
    """Return the episode files of a folder by name; hidden files, copies editors make and other types are left out."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix == ".md" and path.name[0] not in ".#_~")
