"""Which files of a folder are episode files."""

from pathlib import Path


def episode_files(folder: Path) -> list[Path]:
    """Return the episode files of a folder by name, without hidden files, copies editors make, and README.md."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.suffix == ".md" and path.name[0] not in ".#_~")
    return sorted(path for path in found if path.name.upper() != "README.MD")
