"""A change of one episode that is published at once: its file as it would be, and nothing else of the folder."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from episodes.catalogue import Catalogue, episodes_called, find_episode
from episodes.frontmatter import Document, parse, replace_field
from episodes.model import Episode
from episodes.problems import Problem, ProblemsFound, UserError, errors
from episodes.schema import read_episode
from podcast.files import write_file
from podcast.publishing.ledger import Entry, Ledger
from podcast.settings import FILE
from podcast.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """An episode file as it would be. `changed` says whether it is another than on disk."""

    path: Path
    text: str
    episode: Episode
    changed: bool

    def write(self) -> None:
        """Write the file, where it is another."""
        if self.changed:
            write_file(self.path, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The episode a name means, in this folder or only in the ledger, and its row there."""

    episode: Episode
    here: bool
    entry: Entry | None


def find_named(workspace: Workspace, ledger: Ledger | None, name: str) -> Named:
    """Return the episode a name means here, or else among those that are published. Raises UserError."""
    catalogue = workspace.catalogue
    here = {episode.guid for episode in catalogue.episodes}
    rows = ledger.by_guid() if ledger else {}
    elsewhere = [entry.release.episode for entry in rows.values() if entry.guid not in here and not entry.successor]
    known = catalogue.episodes if episodes_called(catalogue, name) else (*catalogue.episodes, *elsewhere)
    episode = find_episode(replace(catalogue, episodes=known), name)
    return Named(episode=episode, here=episode.guid in here, entry=rows.get(episode.guid))


def amend(
    workspace: Workspace, episode: Episode, fields: Mapping[str, str | None], *, paragraph: str = ""
) -> Amendment:
    """Return an episode file with fields written as given (YAML, None takes one out) and a paragraph more of notes.

    Every other byte stays. Raises ProblemsFound where the file would be wrong, UserError where a field cannot be set.
    """
    path = workspace.catalogue.path(episode)
    shown = path.relative_to(workspace.folder).as_posix()
    raw = path.read_bytes()
    document = _parse(raw, shown)
    for name, written in fields.items():
        try:
            text = replace_field(document, name, written)
        except ValueError as error:
            raise UserError(f"{shown}: {name} cannot be set: {error}", hint="use 'folge edit'") from error
        document = _parse(text.encode(), shown)
    text = document.text
    if paragraph and paragraph not in document.body:
        newline = "\r\n" if "\r\n" in text else "\n"
        text = f"{text.rstrip()}{newline * 2}{paragraph}{newline}"
        document = _parse(text.encode(), shown)
    amended, problems = read_episode(document, text.encode(), workspace.settings.zone)
    if amended is None or errors(problems):
        raise ProblemsFound(problems)
    return Amendment(path=path, text=text, episode=amended, changed=text.encode() != raw)


def alone(workspace: Workspace, *episodes: Episode) -> Workspace:
    """Return a show folder in which there are these episodes only; what is wrong with other files is no matter."""
    catalogue = Catalogue(folder=workspace.catalogue.folder, episodes=episodes, problems=())
    problems = tuple(problem for problem in workspace.problems if problem.path == FILE)
    return replace(workspace, catalogue=catalogue, problems=problems)


def _parse(raw: bytes, shown: str) -> Document:
    document = parse(raw, shown)
    if isinstance(document, Problem):
        raise ProblemsFound((document,))
    return document
