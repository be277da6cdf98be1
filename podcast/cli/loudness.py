"""`folge measure`: how loud audio files are, and what a listener would mind of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from episodes.listening.hearing import Hearing, loudness_problems
from episodes.listening.listener import listen
from episodes.problems import Problem, Severity, UserError
from episodes.sound import NotAudio, length
from episodes.timecode import show_length
from podcast.audio_settings import AudioSettings
from podcast.cli import FINDINGS
from podcast.cli.options import json_option
from podcast.cli.output import emit, print_sheet, problem_data, wants_json
from podcast.cli.progress import show_share
from podcast.settings import find_folder, load_settings


@click.command("measure")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def command(ctx: click.Context, /, files: tuple[Path, ...], as_json: bool) -> int:
    """Listen to each audio FILE to its end: loudness (EBU R128), true peak, clipping, silence at both ends.

    The loudness is held against `[audio]` `loudness` of the show folder, without one against -16 LUFS. Mono is measured
    as two speakers play it. Nothing is written. Needs the extra folge[audio]. Leaves with 3 where a file cannot be
    decoded; the others are measured all the same, and what could sound better is a warning.
    """
    as_json = wants_json(as_json)
    target = _target(ctx.obj.folder)
    found: list[dict[str, object]] = []
    code = 0
    for path in files:
        hearing, problems = _measure(path, target)
        if hearing is None:
            code = FINDINGS
        if as_json:
            found.append(_data(path, hearing, target, problems))
        else:
            print_sheet(str(path), list(_rows(hearing, target)) if hearing else [], problems)
    if as_json:
        emit(found)
    return code


def _target(start: Path) -> float | None:
    """Return the loudness the show around aims at, or what a show without wishes would."""
    try:
        folder = find_folder(start.resolve())
    except UserError:
        return AudioSettings().loudness
    return load_settings(folder)[0].audio.loudness


def _measure(path: Path, target: float | None) -> tuple[Hearing | None, tuple[Problem, ...]]:
    """Return what is heard in a file, None where nothing can be, and what is wrong with it."""
    from episodes.audio import measure

    try:
        audio = measure(path)
        with show_share(path.name) as heard:
            hearing = listen(path, heard)
    except NotAudio as error:
        return None, (Problem(message=error.message, hint=error.hint),)
    doubts = (Problem(message=doubt, severity=Severity.WARNING) for doubt in (*audio.doubts, *hearing.doubts))
    return hearing, (*doubts, *loudness_problems(hearing, target))


def _data(
    path: Path, hearing: Hearing | None, target: float | None, problems: tuple[Problem, ...]
) -> dict[str, object]:
    """Return everything as JSON data; what is unknown of a file is null, so that no name is missing."""
    names = [name for name in Hearing.__dataclass_fields__ if name not in ("peaks", "doubts")]
    facts = {name: _plain(getattr(hearing, name)) if hearing else None for name in names}
    return {"path": str(path), "target": target} | facts | {"problems": [problem_data(problem) for problem in problems]}


def _plain(fact: object) -> object:
    """Return a fact as JSON has it, times in seconds."""
    if isinstance(fact, timedelta):
        return round(fact.total_seconds(), 3)
    return round(fact, 2) if isinstance(fact, float) else fact


def _rows(hearing: Hearing, target: float | None) -> Iterator[tuple[str, str]]:
    loudness = "cannot be measured" if hearing.loudness is None else f"{hearing.loudness:.1f} LUFS"
    played = ", as two speakers play mono" if hearing.channels == 1 else ""
    wanted = "" if target is None else f" ({target:g} LUFS wanted)"
    yield "loudness", f"{loudness}{played}{wanted}"
    yield "range", f"{hearing.loudness_range:.1f} LU"
    yield "true peak", "none" if hearing.true_peak is None else f"{hearing.true_peak:.1f} dBTP"
    yield "clipped", f"{hearing.clipped:,} samples" if hearing.clipped else "nothing"
    yield "silence", f"{length(hearing.silence_before)} before, {length(hearing.silence_after)} after"
    yield "length", f"{show_length(hearing.duration)} ({hearing.duration.total_seconds():.2f} s)"
