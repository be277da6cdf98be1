"""`folge inspect`: what is in audio files, whoever made them, and whether it can be trusted."""

from collections.abc import Iterator
from pathlib import Path

import click

from episodes.chapterfiles.marks import to_seconds
from episodes.model import Audio, BitrateMode, Tags
from episodes.problems import Problem, Severity, UserError
from episodes.timecode import show_length
from podcast.cli import FINDINGS
from podcast.cli.options import json_option
from podcast.cli.output import emit, print_sheet, problem_data, wants_json

_SHOWN = 300
"""Letters of a description that are shown."""


@click.command("inspect")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def command(files: tuple[Path, ...], as_json: bool) -> int:
    """Show what is in each audio FILE: kind, length, bytes, tags, chapters, and what is wrong with it.

    No show folder is needed, and nothing is written. Leaves with 3 where a file cannot be trusted or is no audio;
    the others are shown all the same.
    """
    as_json = wants_json(as_json)
    found: list[dict[str, object]] = []
    trusted = True
    for path in files:
        audio, problems = _inspect(path)
        trusted = trusted and all(problem.severity is Severity.NOTE for problem in problems)
        if as_json:
            found.append(_data(path, audio, problems))
        else:
            print_sheet(str(path), list(_rows(audio)) if audio else [], problems)
    if as_json:
        emit(found)
    return 0 if trusted else FINDINGS


def _inspect(path: Path) -> tuple[Audio | None, list[Problem]]:
    """Return the facts of a file, None where it is no audio, and what is wrong with it."""
    from episodes.audio import measure

    try:
        audio = measure(path)
    except UserError as error:
        return None, [Problem(message=error.message, hint=error.hint)]
    doubts = [Problem(message=doubt, severity=Severity.WARNING) for doubt in audio.doubts]
    return audio, [*doubts, *(Problem(message=repair, severity=Severity.NOTE) for repair in audio.repairs)]


def _data(path: Path, audio: Audio | None, problems: list[Problem]) -> dict[str, object]:
    """Return everything as JSON data; the facts of a file that is no audio are null, so that no name is missing."""
    import msgspec

    names = [name for name in Audio.__dataclass_fields__ if name not in ("doubts", "repairs")]
    facts: dict[str, object] = msgspec.to_builtins(audio) if audio else {}
    facts = {"path": str(path)} | {name: facts.get(name) for name in names}
    if audio:
        facts["duration"] = round(audio.duration.total_seconds(), 3)
        facts["chapters"] = [
            {
                "start": to_seconds(chapter.start),
                "end": to_seconds(chapter.end) if chapter.end else None,
                "title": chapter.title,
                "link": chapter.link,
            }
            for chapter in audio.chapters
        ]
    tags = facts["tags"]
    facts["pictures"] = tags.pop("pictures") if isinstance(tags, dict) else None
    return facts | {"problems": [problem_data(problem) for problem in problems]}


def _rows(audio: Audio) -> Iterator[tuple[str, str]]:
    yield "kind", ", ".join(filter(None, (audio.media_type, _bitrate(audio), _rate(audio), _channels(audio.channels))))
    yield "length", f"{show_length(audio.duration)} ({audio.duration.total_seconds():.2f} s)"
    yield "size", f"{audio.bytes:,} bytes, {audio.header_bytes:,} of them before the sound"
    whole = audio.minute_bytes == audio.bytes
    yield "1st minute", "the whole file" if whole else f"{audio.minute_bytes:,} bytes"
    yield "sha256", audio.sha256
    yield from _tag_rows(audio.tags)
    for number, chapter in enumerate(audio.chapters):
        link = f"  {chapter.link}" if chapter.link else ""
        yield "" if number else "chapters", f"{show_length(chapter.start):>7}  {chapter.title}{link}"


def _tag_rows(tags: Tags) -> Iterator[tuple[str, str]]:
    numbers = [("season", tags.season), ("number", tags.number)]
    texts = [("title", tags.title), ("artist", tags.artist), ("album", tags.album), ("date", tags.date)]
    rest = [("language", tags.language), ("text", " ".join(tags.description.split()))]
    for name, value in (*texts, *numbers, *rest):
        if value:
            text = str(value)
            yield name, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    for number, picture in enumerate(tags.pictures):
        size = f"{picture.width} × {picture.height}, " if picture.width else ""
        yield "" if number else "pictures", f"{picture.media_type}, {size}{picture.bytes:,} bytes"


def _bitrate(audio: Audio) -> str:
    mode = "" if audio.bitrate_mode is BitrateMode.UNKNOWN else f" {audio.bitrate_mode.value}"
    return f"{audio.bitrate / 1000:.0f} kbit/s{mode}" if audio.bitrate else ""


def _rate(audio: Audio) -> str:
    return f"{audio.sample_rate / 1000:g} kHz" if audio.sample_rate else ""


def _channels(count: int) -> str:
    return {0: "", 1: "mono", 2: "stereo"}.get(count, f"{count} channels")
