"""Which episode, or which file, a word on the command line means."""

from pathlib import Path

from episodes.catalogue import find_episode
from episodes.listing import episode_files
from episodes.problems import UserError
from podcast.workspace import Workspace


def name_file(workspace: Workspace, name: str) -> Path:
    """Return the episode file a name means. A file whose content is broken can still be named by slug or path."""
    folder = workspace.catalogue.folder
    try:
        return workspace.catalogue.path(find_episode(workspace.catalogue, name))
    except UserError:
        for path in episode_files(folder):
            stem = path.name.removesuffix(".md")
            number, _, slug = stem.partition("-")
            same = Path(name).resolve() == path.resolve()
            if (
                same
                or name in (path.name, stem, slug)
                or (name.isdecimal() and number.isdecimal() and int(number) == int(name))
            ):
                return path
        raise
