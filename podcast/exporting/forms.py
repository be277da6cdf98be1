"""The forms in which a show leaves, and the writing of their files, none of which is ever written over."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from episodes.problems import UserError
from podcast.exporting.lists import as_csv, as_json, as_opml, as_podlove
from podcast.exporting.outgoing import Outgoing
from podcast.exporting.sites import as_hugo, as_jekyll
from podcast.files import create_file, make_folder

_LISTED = 5


class Form(StrEnum):
    """Which program the files are for."""

    PODLOVE = "podlove"
    HUGO = "hugo"
    JEKYLL = "jekyll"
    CSV = "csv"
    JSON = "json"
    OPML = "opml"


_MAKERS: Mapping[Form, Callable[[Outgoing], Mapping[str, bytes]]] = {
    Form.PODLOVE: as_podlove,
    Form.HUGO: as_hugo,
    Form.JEKYLL: as_jekyll,
    Form.CSV: as_csv,
    Form.JSON: as_json,
    Form.OPML: as_opml,
}


def make_files(show: Outgoing, form: Form) -> Mapping[str, bytes]:
    """Return the files of a form by their path."""
    return _MAKERS[form](show)


def write_files(files: Mapping[str, bytes], folder: Path) -> tuple[str, ...]:
    """Write files into a folder and return the paths of those that were not there, word for word, before.

    Raises UserError where another file is in the place of one; nothing is written then.
    """
    there = {path: _read(folder / path) for path in files}
    other = [path for path, body in there.items() if body is not None and body != files[path]]
    if other:
        more = f" and {len(other) - _LISTED} more" if len(other) > _LISTED else ""
        message = f"{folder} already holds other files: {', '.join(sorted(other)[:_LISTED])}{more}"
        raise UserError(message, hint="export into an empty folder; nothing is written over")
    fresh = sorted(path for path, body in there.items() if body is None)
    for path in fresh:
        make_folder((folder / path).parent)
        try:
            create_file(folder / path, files[path])
        except FileExistsError as error:
            raise UserError(f"{folder / path} was made meanwhile, and is kept", hint="export once more") from error
    return tuple(fresh)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path} is in the way: {error.strerror}", hint="export into an empty folder") from error
