"""`folge chapters`: show the chapters of an episode, take them over from a file, write them in another format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click

from episodes.chapterfiles.encodings import LARGEST
from episodes.chapterfiles.findings import findings
from episodes.chapterfiles.marks import NAMES, Form, Mark, to_seconds
from episodes.chapterfiles.reading import read_chapters
from episodes.chapterfiles.writing import WRITTEN, losses, write_chapters, write_field
from episodes.frontmatter import Document, parse, replace_field
from episodes.model import Audio, Episode
from episodes.problems import Problem, ProblemsFound, Severity, UserError, errors, shown_path
from episodes.schema import read_episode
from podcast.cache import cache_folder
from podcast.cli import DONE, FINDINGS
from podcast.cli.naming import name_file
from podcast.cli.options import episode_argument, json_option
from podcast.cli.output import emit, give, problem_data, say, tell_problems
from podcast.facts import Facts
from podcast.files import write_file
from podcast.workspace import Workspace, open_workspace
from podcast.written import with_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Chapters with where they come from: `source` is a path, `form` a word for people, `problems` about them.

    `about` is what was said of the episode as a whole, by the names of JSON chapters.
    """

    source: str
    form: str
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...]
    about: Mapping[str, str | bool] = field(default_factory=dict)


@click.command("chapters")
@episode_argument
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--to", "form", type=click.Choice([form.value for form in WRITTEN]), help="Print in this format; write nothing."
)
@click.option("--replace", "replacing", is_flag=True, help="Replace the chapters the episode file has.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, episode: str, file: Path | None, form: str | None, replacing: bool, as_json: bool
) -> int:
    """Show the chapters of EPISODE: those of its file, else those in its audio.

    With FILE its chapters are written into the episode file, whose other bytes stay: JSON chapters, Podlove Simple
    Chapters, WebVTT, Audacity labels, Reaper's markers as CSV, or a list such as '02:10 Mut'. With --to they are
    printed instead, to be kept with '> chapters.json'.
    """
    workspace = open_workspace(ctx.obj.folder)
    path = name_file(workspace, episode)
    target = shown_path(path, workspace.folder)
    found = _read(workspace, _parse(path.read_bytes(), target))
    audio = _audio(workspace, found)
    length = _length(found, audio)
    chapters = _of_file(file, found.audio, length) if file else _of_episode(workspace, found, audio)
    if file and errors(chapters.problems):
        raise ProblemsFound(chapters.problems)
    if file and form is None:
        _take_over(workspace, target, chapters, replacing=replacing, as_json=as_json)
        return DONE
    if replacing:
        raise click.UsageError("--replace belongs to a FILE whose chapters are written")
    return _show(target, chapters, form, length, as_json=as_json)


def _show(target: str, found: _Found, form: str | None, length: timedelta | None, *, as_json: bool) -> int:
    """Print chapters in a format, a list where none was asked for, and return the exit code."""
    wanted = Form(form) if form else Form.LIST
    text = write_chapters(found.marks, wanted, length, found.about)
    if as_json:
        emit(_data(target, found) | ({"format": form, "text": text} if form else {}))
    else:
        give(text, nl=False)
    tell_problems(found.problems)
    for loss in losses(found.marks, wanted, length, found.about) if form else ():
        say(f"warning: {loss}")
    if not found.marks:
        say(f"{target} has no chapters, and its audio has none")
    return FINDINGS if errors(found.problems) else DONE


def _audio(workspace: Workspace, episode: Episode) -> Audio | None:
    """Return the facts of an episode's audio, None where it is not on this machine or cannot be read."""
    path = workspace.there(episode.audio)
    if path is None:
        return None
    facts = Facts(cache_folder(workspace.folder))
    try:
        audio = facts.audio(path)
    except UserError as error:
        say(f"warning: {error}")
        return None
    facts.save()
    return audio


def _length(episode: Episode, audio: Audio | None) -> timedelta | None:
    """Return how long an episode is, as measured or as its file says; None where nobody knows."""
    if audio:
        return audio.duration
    return episode.remote.duration or None if episode.remote else None


def _of_file(file: Path, audio: str, length: timedelta | None) -> _Found:
    shown = shown_path(file, Path.cwd())
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise UserError(f"{shown} cannot be read: {error.strerror}", hint="check the name and the folder") from error
    read = read_chapters(raw, shown, length)
    if isinstance(read, Problem):
        raise ProblemsFound((read,))
    about = findings(read.marks, path=shown, audio=audio, length=length)
    problems = tuple(sorted((*read.problems, *about), key=lambda problem: problem.line))
    return _Found(source=shown, form=NAMES[read.form], marks=read.marks, problems=problems, about=read.about)


def _of_episode(workspace: Workspace, episode: Episode, audio: Audio | None) -> _Found:
    length = _length(episode, audio)
    path = f"episodes/{episode.source_name}"
    marks = tuple(Mark(chapter=chapter) for chapter in episode.chapters)
    if marks:
        problems = with_lines(findings(marks, path=path, audio=episode.audio, length=length), workspace.folder)
        about = {"waypoints": True} if episode.waypoints else {}
        return _Found(source=path, form="the episode file", marks=marks, problems=problems, about=about)
    if audio is None:
        where = "stays elsewhere" if episode.remote else "is not on this machine"
        say(f"warning: '{episode.audio}' {where}; chapters in it are not seen")
        return _Found(source=path, form="the episode file", marks=(), problems=())
    marks = tuple(Mark(chapter=chapter) for chapter in audio.chapters)
    problems = tuple(findings(marks, path=episode.audio, audio=episode.audio, length=length))
    repairs = (Problem(path=episode.audio, message=repair, severity=Severity.NOTE) for repair in audio.repairs)
    problems = (*problems, *repairs)
    return _Found(source=episode.audio, form="the audio", marks=marks, problems=problems)


def _take_over(workspace: Workspace, target: str, found: _Found, *, replacing: bool, as_json: bool) -> None:
    """Write chapters into an episode file. Raises UserError where others are in it that are not to be replaced."""
    path = workspace.folder / target
    before = _parse(path.read_bytes(), target)
    episode = _read(workspace, before)
    old, new = episode.chapters, tuple(mark.chapter for mark in found.marks)
    waypoints = found.about.get("waypoints") is True
    if old and old != new and not replacing:
        count = _count(len(old))
        hint = "add --replace to write those of the file in their place"
        raise UserError(f"{target} has {count} already, and nothing was changed", hint=hint)
    try:
        after = before if old == new else _parse(replace_field(before, "chapters", write_field(new)).encode(), target)
        text = after.text
        if waypoints != episode.waypoints and (waypoints or old != new):
            text = replace_field(after, "waypoints", "true" if waypoints else None)
    except ValueError as error:
        raise UserError(f"{target}: chapters cannot be written: {error}") from error
    if _read(workspace, _parse(text.encode(), target)).chapters != new:
        raise UserError(f"{target}: chapters cannot be written", hint="use 'folge edit'")
    if left := [name for name in found.about if name != "waypoints"]:
        say(f"warning: {', '.join(left)} of {found.source} are not kept: what an episode file says stands for them")
    changed = text != before.text
    if changed:
        write_file(path, text)
    tell_problems(found.problems)
    say(_told(target, found, len(old)) if changed else "nothing was changed")
    if as_json:
        emit(_data(target, found) | {"changed": changed})
    elif changed:
        give(target)


def _told(target: str, found: _Found, replaced: int) -> str:
    instead = f" in place of {replaced}" if replaced else ""
    return f"{target}: {_count(len(found.marks))} of {found.source} ({found.form}){instead}"


def _parse(raw: bytes, shown: str) -> Document:
    document = parse(raw, shown)
    if isinstance(document, Problem):
        raise ProblemsFound((document,))
    return document


def _read(workspace: Workspace, document: Document) -> Episode:
    episode, problems = read_episode(document, document.text.encode(), workspace.settings.zone)
    if episode is None:
        raise ProblemsFound(problems)
    return episode


def _data(target: str, found: _Found) -> dict[str, object]:
    return {
        "file": target,
        "source": found.source,
        "chapters": _chapters_data(found.marks),
        "problems": [problem_data(problem) for problem in found.problems],
    }


def _chapters_data(marks: Sequence[Mark]) -> list[dict[str, object]]:
    return [
        {
            "start": to_seconds(mark.chapter.start),
            "end": None if mark.chapter.end is None else to_seconds(mark.chapter.end),
            "title": mark.chapter.title,
            "link": mark.chapter.link,
            "image": mark.chapter.image,
            "hidden": mark.chapter.hidden,
            "place": mark.chapter.place,
            "geo": mark.chapter.geo,
            "osm": mark.chapter.osm,
        }
        for mark in marks
    ]


def _count(number: int) -> str:
    return f"{number} chapter{'' if number == 1 else 's'}"
