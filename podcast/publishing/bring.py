"""Do what the plan of a pull says, file by file, each beside and renamed: what is here is whole at any moment."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from episodes.problems import Problem, UserError
from podcast.files import draft_of, make_folder, settle, sweep_drafts
from podcast.publishing.arrivals import Action, Arrival, PullPlan
from podcast.stores import Store

_CHANGED = "was changed meanwhile, and is kept"

Told = Callable[[Arrival], None]
"""Called after each file that was written."""


def bring(plan: PullPlan, folder: Path, store: Store, told: Told = lambda arrival: None) -> tuple[Problem, ...]:
    """Write every file of a plan, and return what could not be done.

    What killed writers left is deleted. A file that was made or changed since the plan was is left alone. Raises
    StoreError where the store cannot be reached: whatever was written until then stays, and the next pull brings the
    rest.
    """
    problems = []
    make_folder(folder / "episodes")
    for place in _folders(folder):
        sweep_drafts(place)
    for arrival in plan.writes:
        problem = _write(arrival, folder, store)
        if problem:
            problems.append(Problem(path=arrival.path, message=problem, hint="run 'folge pull' again to look at both"))
        else:
            told(arrival)
    return tuple(problems)


def _folders(folder: Path) -> Iterator[Path]:
    """Yield a show folder and those in it, apart from hidden ones."""
    for name, folders, _ in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield Path(name)


def _write(arrival: Arrival, folder: Path, store: Store) -> str:
    """Write one file and return why it could not be, or nothing."""
    path, former = folder / arrival.path, folder / (arrival.former or arrival.path)
    if arrival.action is Action.REPLACE and _digest(former) != arrival.here:
        return _CHANGED
    make_folder(path.parent)
    with draft_of(path) as draft:
        if arrival.key:
            if not store.fetch(arrival.key, draft, arrival.bytes):
                return f"{arrival.key} is not in the store"
        else:
            draft.write_bytes(arrival.text.encode())
        if _digest(draft) != arrival.sha256:
            return f"{arrival.key} in the store is not what was published"
        if arrival.action is Action.REPLACE and _digest(former) != arrival.here:  # what is large takes its time
            return _CHANGED
        try:
            if arrival.former:
                _rename(former, path)
            settle(draft, path, replace=arrival.action is Action.REPLACE)
        except FileExistsError:
            return "was made meanwhile, and is kept"
    return ""


def _rename(former: Path, path: Path) -> None:
    """Give a file its new name in one step, so that there is one of it at any moment. Raises FileExistsError."""
    if path.exists() or path.is_symlink():
        raise FileExistsError
    try:
        former.rename(path)
    except FileExistsError:
        raise
    except OSError as error:
        raise UserError(f"{former} cannot be renamed: {error.strerror}", hint="check the folder") from error


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return ""
        raise UserError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
