"""Audio files on the disk for an import, and what the import writes: episode files, and a show where there is none."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from episodes.listing import episode_files
from episodes.model import Episode
from episodes.problems import UserError, shown_path
from podcast.cache import cache_folder
from podcast.episodetext import write_episode
from podcast.facts import Facts
from podcast.feed_settings import podcast_guid
from podcast.files import alone, create_file, make_folder
from podcast.importing.audiofolder import FolderPlan, Found, Passed, ShowGuess
from podcast.layout import IGNORED
from podcast.newshow import write_show
from podcast.settings import FILE, PREVIEW_URL
from podcast.workspace import Workspace

_MOST = 10_000
_OWN_FOLDERS = frozenset({"episodes", "issues", "covers", "transcripts", "chapters", "public", "__MACOSX"})
_OWN_FILES = frozenset({FILE, "imported.json", "Thumbs.db", "desktop.ini"})


def look_for_audio(place: Path, facts: Facts) -> tuple[list[Found], list[Passed]]:
    """Return the audio files in a folder and below it, and the files that are none, each with the reason.

    Hidden files, links to folders and what belongs to a show folder are not looked at.
    """
    found, passed = [], []
    for path in _files(place):
        try:
            audio = facts.audio(path)
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except UserError as error:
            passed.append(Passed(path=path, why=error.message.removeprefix(path.name).strip()))
        except OSError as error:
            passed.append(Passed(path=path, why=f"cannot be read: {error.strerror}"))
        else:
            found.append(Found(path=path, audio=audio, changed=changed))
    return found, passed


def _files(place: Path) -> Iterator[Path]:
    """Yield the files of a folder and below, in the order of their names. Raises UserError for far too many."""
    count, waiting = 0, [place.absolute()]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise UserError(f"{folder} cannot be read: {error.strerror}", hint="check its permissions") from error
        for path in entries:
            if path.name.startswith(".") or path.name.endswith((".part", ".part.json")):
                continue
            if path.is_dir():
                if not path.is_symlink() and path.name not in _OWN_FOLDERS:
                    waiting.append(path)
            elif path.is_file() and path.name not in _OWN_FILES:
                count += 1
                if count > _MOST:
                    raise UserError(f"{place} holds more than {_MOST:,} files", hint="name a folder with audio only")
                yield path


def audio_known(workspace: Workspace, files: Sequence[Found], facts: Facts) -> dict[Path | str, Episode]:
    """Return the episodes of a show by the path of their audio, and by its sha256 where a file has its length."""
    sizes = {file.audio.bytes for file in files}
    known: dict[Path | str, Episode] = {}
    for episode in workspace.catalogue.episodes:
        path = workspace.there(episode.audio)
        if path is None:
            continue
        known[path.resolve()] = episode
        try:
            if path.stat().st_size in sizes:
                known[facts.audio(path).sha256] = episode
        except (OSError, UserError):
            continue
    return known


def make_show(folder: Path, guess: ShowGuess, *, zone: str, store: str, public_url: str) -> list[str]:
    """Make a show folder where there is none, and return the names of what was made."""
    public = (public_url or PREVIEW_URL).rstrip("/") + "/"
    values = {
        "title": guess.title,
        "description": guess.title,
        "language": guess.language,
        "author": guess.author,
        "email": "",
        "link": "",
        "cover": "",
        "timezone": zone or ("Europe/Berlin" if guess.language.startswith("de") else "UTC"),
        "guid": podcast_guid(f"{public}feed.xml" if public_url else str(uuid4())),
        "store": store or "public",
        "public_url": public,
    }
    make_folder(folder / "episodes")
    made = []
    for name, text in ((FILE, write_show(values, ())), (".gitignore", IGNORED)):
        try:
            create_file(folder / name, text)
        except FileExistsError:
            continue
        made.append(name)
    return made


def write_folder(plan: FolderPlan, folder: Path) -> tuple[list[str], list[Passed]]:
    """Write the episode files of a plan: the names of those that were made, and those that could not be."""
    made: list[str] = []
    failed: list[Passed] = []
    place = folder / "episodes"
    make_folder(place)
    with alone(cache_folder(folder) / "add.lock"):
        names = {path.name for path in episode_files(place)}
        for new in plan.episodes:
            path = place / new.episode.source_name
            try:
                create_file(path, write_episode(new.episode))
            except FileExistsError:
                why = f"{shown_path(path, folder)} was made meanwhile" if path.name not in names else "is there already"
                failed.append(Passed(path=new.path, why=why))
                continue
            made.append(shown_path(path, folder))
    return made, failed
