"""A show folder before and after an import: what is in it, and what a plan writes, each file whole at any moment."""

from dataclasses import replace
from pathlib import Path

from episodes.catalogue import load_catalogue
from episodes.frontmatter import LARGEST
from episodes.listing import episode_files
from episodes.problems import Problem, UserError
from podcast.files import create_file, make_folder, sweep_drafts, write_file
from podcast.importing.plan import Action, Deed, Here, ImportPlan
from podcast.importing.record import RECORD, Record, read_record, record_text, sha256_of
from podcast.settings import FILE

EPISODES = "episodes"
_AGAIN = "run 'folge import' again to look at both"


def look_at(folder: Path) -> Here:
    """Return what is in a folder, which may not be there yet. Raises UserError for a file that cannot be read."""
    record = read_record(folder)
    place = folder / EPISODES
    files = episode_files(place)
    found = {e.guid: e.source_name for e in load_catalogue(place, None, base=folder).episodes}
    read = set(found.values())
    names = {path.name for path in files}
    for guid, imported in record.episodes.items():  # one that was edited until it cannot be read is still that episode
        name = imported.file.rpartition("/")[2]
        if guid not in found and name in names - read:
            found[guid] = name
    texts = {guid: (name, _text(place / name)) for guid, name in found.items()}
    show = _text(folder / FILE) if (folder / FILE).exists() else None
    return Here(episodes=texts, names=frozenset(names), show=show, record=record)


def write_import(plan: ImportPlan, folder: Path) -> tuple[Problem, ...]:
    """Write what a plan says, then the record of it, and return what could not be done.

    A file that was made or changed since the plan was is left alone and not recorded: after a crash the next import
    finds it as this one left it.
    """
    make_folder(folder / EPISODES)
    for place in (folder, folder / EPISODES):
        sweep_drafts(place)
    problems, failed = [], set()
    for deed in plan.writes:
        if why := _write(deed, folder):
            problems.append(Problem(path=deed.path, message=why, hint=_AGAIN))
            failed.add(deed.path)
    record = _recorded(plan.record, read_record(folder), failed)
    text = record_text(record)
    if not (folder / RECORD).exists() or _text(folder / RECORD) != text:
        write_file(folder / RECORD, text)
    return tuple(problems)


def _write(deed: Deed, folder: Path) -> str:
    """Write one file and return why it could not be, or nothing."""
    path = folder / deed.path
    if deed.action is Action.UPDATE:
        if not path.exists() or sha256_of(_text(path)) != deed.here:
            return "was changed meanwhile, and is kept"
        write_file(path, deed.text)
        return ""
    try:
        create_file(path, deed.text)
    except FileExistsError:
        return "was made meanwhile, and is kept"
    return ""


def _recorded(record: Record, before: Record, failed: set[str]) -> Record:
    """Return a record without the files that were not written; of those it says what it said before."""
    episodes = {
        guid: before.episodes.get(guid) if imported.file in failed else imported
        for guid, imported in record.episodes.items()
    }
    show = before.show if FILE in failed else record.show
    return replace(record, episodes={guid: it for guid, it in episodes.items() if it}, show=show)


def _text(path: Path) -> str:
    """Return the text of a file, byte for byte where it is UTF-8."""
    try:
        with path.open("rb") as file:
            return file.read(20 * LARGEST).decode(errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
