"""Which episode, or which file, a word on the command line means."""

from pathlib import Path

from episodes.catalogue import episodes_called, find_episode
from episodes.listing import episode_files
from episodes.problems import UserError
from podcast.workspace import Workspace


def name_file(workspace: Workspace, name: str) -> Path:
    """Return the episode file a name means. A file whose content is broken can still be named by slug or path.

    Raises UserError where there is none of that name, and where there are several.
    """
    catalogue = workspace.catalogue
    try:
        return catalogue.path(find_episode(catalogue, name))
    except UserError:
        if not episodes_called(catalogue, name):
            broken = [path for path in episode_files(catalogue.folder) if _is_called(path, name)]
            if len(broken) == 1:
                return broken[0]
        raise


def _is_called(path: Path, name: str) -> bool:
    """Say whether a file has that name, or one with that number or slug in it."""
    stem = path.name.removesuffix(".md")
    number, _, slug = stem.partition("-")
    return (
        name in (path.name, stem, slug)
        or (name.isdecimal() and number.isdecimal() and int(number) == int(name))
        or Path(name).resolve() == path.resolve()
    )
