"""A show folder at work: its settings, its catalogue, and the facts of its files."""

import getpass
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from episodes.addresses import stays_elsewhere
from episodes.catalogue import Catalogue, load_catalogue
from episodes.listing import episode_files
from episodes.model import Status
from episodes.problems import Problem, ProblemsFound, errors
from podcast.layout import ISSUES
from podcast.opening import settings_store
from podcast.settings import FILE, Settings, find_folder, load_settings
from podcast.stores import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A show folder as it stands: what was read, and what is wrong with it."""

    folder: Path
    settings: Settings
    catalogue: Catalogue
    problems: tuple[Problem, ...]

    def resolve(self, written: str) -> Path:
        """Return the file a path in a text file means: relative to the show folder, or absolute."""
        try:
            return self.folder / Path(written).expanduser()
        except RuntimeError:  # ~nobody
            return self.folder / written

    def there(self, written: str) -> Path | None:
        """Return the file a path in a text file means, or None where there is none (or only a folder or a pipe).

        An address means no file.
        """
        if stays_elsewhere(written):
            return None
        path = self.resolve(written)
        try:
            return path if path.is_file() else None
        except (OSError, ValueError):
            return None

    def files(self) -> Iterator[Path]:
        """Yield every file a publish reads, whether it is there or not, and the folder of templates: one may be new."""
        yield self.folder / FILE
        site = self.settings.site
        texts = (site.css, site.templates, *(f"{site.templates}/{template.name}" for template in site.look.templates))
        named = [self.settings.cover, site.logo, *texts, *(image.path for image in self.settings.images)]
        yield from (self.resolve(written) for written in named if _is_file(written))
        yield from episode_files(self.catalogue.folder)
        yield from (self.folder / ISSUES).glob("*.toml")
        for episode in self.catalogue.episodes:
            if episode.status is Status.READY:
                named = [episode.audio, episode.cover, *(transcript.path for transcript in episode.transcripts)]
                named += [alternate.path for alternate in episode.alternates]
                named += [image.path for image in episode.images]
                yield from (self.resolve(written) for written in named if _is_file(written))

    def store(self) -> Store:
        """Return the show's store. It is not contacted yet."""
        return settings_store(self.settings)


def _is_file(written: str) -> bool:
    return bool(written) and not stays_elsewhere(written)


def open_workspace(start: Path, environment: Mapping[str, str] = os.environ) -> Workspace:
    """Read the show folder `start` lies in. Mistakes in its files are problems of the workspace, not exceptions."""
    folder = find_folder(start.absolute())
    settings, problems = load_settings(folder, environment)
    catalogue = load_catalogue(folder / "episodes", settings.zone, base=folder)
    return Workspace(folder=folder, settings=settings, catalogue=catalogue, problems=(*problems, *catalogue.problems))


def require_sound(workspace: Workspace) -> None:
    """Raise ProblemsFound with every problem where one is an error."""
    if errors(workspace.problems):
        raise ProblemsFound(workspace.problems)


def producer(environment: Mapping[str, str] = os.environ) -> str:
    """Return who is publishing: `FOLGE_PRODUCER`, else user and machine."""
    named = environment.get("FOLGE_PRODUCER", "").strip()
    if named:
        return named
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):
        return socket.gethostname()
