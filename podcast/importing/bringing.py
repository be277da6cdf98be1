"""Brings files of episodes home: fetches them, names them in the episode file, and remembers that beside the import."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from episodes.chapterfiles.reading import ChapterFile, read_chapters
from episodes.chapterfiles.writing import write_field
from episodes.frontmatter import Document, parse, replace_field, write_scalar
from episodes.model import Chapter, Episode
from episodes.problems import Problem, ProblemsFound, UserError, shown_path
from episodes.schema import read_episode
from podcast.episodetext import transcripts_field
from podcast.fetching import Fetcher
from podcast.files import write_file
from podcast.importing.audiofetch import Fetched, Told, fetch_all
from podcast.importing.download import Patience
from podcast.importing.record import RECORD, Imported, read_record, record_text, sha256_of
from podcast.importing.remotes import Kind, Remote, at_home, remotes_of
from podcast.settings import FILE
from podcast.tables import read_toml, replace_text
from podcast.workspace import Workspace

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of a file: fetched and named in `file`, or why not. `error` may be there although it was fetched."""

    fetched: Fetched
    file: str
    error: str = ""


def bring(
    workspace: Workspace,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    *,
    patience: Patience | None = None,
    told: Told = lambda remote, done, total: None,
) -> Iterator[Brought]:
    """Fetch files into a show folder and yield each when its episode file names it."""
    with closing(fetch_all(workspace.folder, remotes, fetcher, patience=patience, told=told)) as coming:
        for fetched in coming:
            of_show = fetched.remote.kind is Kind.SHOW_COVER
            file = workspace.folder / FILE if of_show else workspace.catalogue.folder / f"{fetched.remote.name}.md"
            shown = shown_path(file, workspace.folder)
            error = fetched.error
            if fetched.path:
                try:
                    if of_show:
                        name_cover(workspace.folder, fetched)
                    else:
                        name_fetched(workspace.folder, file, fetched, workspace.settings.zone)
                except UserError as problem:
                    error = f"{fetched.path} is here, but {problem}"
            yield Brought(fetched=fetched, file=shown, error=error)


def name_cover(folder: Path, fetched: Fetched) -> None:
    """Let `podcast.toml` name the cover that was fetched in place of its address. Raises as `name_fetched` does."""
    file = folder / FILE
    show = read_toml(file).tables.get("show")
    if not isinstance(show, dict) or show.get("cover") != fetched.remote.url:
        raise UserError(f"{FILE} names another cover by now", hint="name the file in it yourself, or delete it")
    before = file.read_bytes().decode()
    after = replace_text(file, "show", "cover", fetched.path)
    write_file(file, after)
    _remember(folder, "", fetched, before, after)


def name_fetched(folder: Path, file: Path, fetched: Fetched, zone: ZoneInfo | None) -> None:
    """Let an episode file name a file that was fetched in place of its address; all else in it stays.

    Raises UserError where it names another address by now, or is written so that this cannot be done safely.
    """
    shown = shown_path(file, folder)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UserError(f"{shown} cannot be read: {error.strerror}") from error
    before = _parse(raw, shown)
    episode = _read(before, zone)
    same = [one for one in remotes_of(episode) if (one.url, one.kind) == (fetched.remote.url, fetched.remote.kind)]
    if not same:
        raise UserError(f"{shown} names another address by now", hint="name the file in it yourself, or delete it")
    chapters = _chapters(folder / fetched.path) if fetched.remote.kind is Kind.CHAPTERS else ()
    wanted = _wanted(episode, fetched, chapters)
    document = before
    try:
        for name, written in _fields(fetched, wanted).items():
            document = _parse(replace_field(document, name, written).encode(), shown)
    except ValueError as error:
        raise UserError(f"{shown}: {error}") from error
    if _comments(document) != _comments(before):
        raise UserError(f"{shown} has a comment where it is to be written", hint=f"write '{fetched.path}' yourself")
    if replace(_read(document, zone), source_sha256="") != replace(wanted, source_sha256=""):
        raise UserError(f"{shown} is written in a way that cannot be changed piecemeal", hint="use 'folge edit'")
    if file.read_bytes() != raw:
        raise UserError(f"{shown} is being edited", hint="save it, then run the same command again")
    write_file(file, document.text)
    _remember(folder, episode.guid, fetched, before.text, document.text)


def _wanted(episode: Episode, fetched: Fetched, chapters: tuple[Chapter, ...]) -> Episode:
    if fetched.remote.kind is Kind.CHAPTERS:
        return replace(episode, chapters=chapters, chapters_url="")
    return at_home(episode, {fetched.remote.url: fetched.path})


def _chapters(path: Path) -> tuple[Chapter, ...]:
    read = read_chapters(path.read_bytes(), path.name)
    return tuple(mark.chapter for mark in read.marks) if isinstance(read, ChapterFile) else ()


def _fields(fetched: Fetched, wanted: Episode) -> Mapping[str, str | None]:
    """Return the fields to write anew, as YAML; None is one that goes."""
    match fetched.remote.kind:
        case Kind.AUDIO:
            return {"audio": write_scalar(fetched.path), "audio_facts": None}
        case Kind.COVER | Kind.SHOW_COVER:
            return {"cover": write_scalar(fetched.path)}
        case Kind.CHAPTERS:
            return {"chapters_url": None, "chapters": write_field(wanted.chapters)}
        case Kind.TRANSCRIPT:
            return {"transcripts": transcripts_field(wanted.transcripts)}


def _comments(document: Document) -> list[str]:
    return _COMMENT.findall(document.text[document.head_start : document.head_end])


def _parse(raw: bytes, shown: str) -> Document:
    document = parse(raw, shown)
    if isinstance(document, Problem):
        raise ProblemsFound((document,))
    return document


def _read(document: Document, zone: ZoneInfo | None) -> Episode:
    episode, problems = read_episode(document, document.text.encode(), zone)
    if episode is None:
        raise ProblemsFound(problems)
    return episode


def _remember(folder: Path, guid: str, fetched: Fetched, before: str, after: str) -> None:
    """Note in the record of imports what was fetched, so that a later one neither undoes it nor takes it for an edit.

    The show has no guid. Chapters are the producer's from now on.
    """
    if not (folder / RECORD).is_file():
        return
    record = read_record(folder)
    known = record.episodes.get(guid) if guid else record.show
    if known is None or fetched.remote.kind is Kind.CHAPTERS:
        return
    if known.sha256 == sha256_of(before):
        known = Imported(file=known.file, sha256=sha256_of(after))
    paths = {**record.fetched.get(guid, {}), fetched.remote.url: fetched.path}
    record = replace(record, fetched={**record.fetched, guid: paths})
    record = replace(record, episodes={**record.episodes, guid: known}) if guid else replace(record, show=known)
    write_file(folder / RECORD, record_text(record))
