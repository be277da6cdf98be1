"""`folge waveform`: the waveform of an audio file, drawn for a page or as data for a player."""

from pathlib import Path

import click

from episodes.listening.drawing import waveform_png
from episodes.listening.hearing import Hearing
from episodes.listening.listener import listen
from episodes.listening.waveform import waveform_json, waveform_svg
from episodes.problems import UserError, shown_path
from episodes.timecode import show_length
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, say
from podcast.cli.progress import show_share
from podcast.files import create_file, make_folder

_KINDS = (".svg", ".png", ".json")


@click.command("waveform")
@click.argument("audio", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--title", default="", help="What is read aloud for the SVG; without it the name and length of FILE.")
@json_option
def command(audio: Path, out: Path, title: str, as_json: bool) -> None:
    """Draw the waveform of FILE: OUT ends in .svg, .png or .json.

    The SVG takes the colour of the text around it and any size. The JSON has the format of audiowaveform, which players
    such as peaks.js and wavesurfer read. The same file gives the same bytes; nothing is ever overwritten. Needs the
    extra folge[audio].
    """
    if out.suffix.lower() not in _KINDS:
        raise click.UsageError(f"'{out}' ends in none of {', '.join(_KINDS)}")
    with show_share(audio.name) as heard:
        hearing = listen(audio, heard)
    for doubt in hearing.doubts:
        say(f"warning: {audio.name}: {doubt}")
    body = _body(hearing, out.suffix.lower(), title or f"{audio.stem} · {show_length(hearing.duration)}")
    fresh = _write(out, body)
    place = shown_path(out.absolute(), Path.cwd())
    if as_json:
        emit(
            {
                "file": place,
                "made": fresh,
                "bytes": len(body),
                "pairs": len(hearing.peaks.pairs),
                "duration": round(hearing.duration.total_seconds(), 3),
                "doubts": list(hearing.doubts),
            }
        )
        return
    if not fresh:
        say("the very same waveform is there already")
    give(place)


def _body(hearing: Hearing, kind: str, title: str) -> bytes:
    if kind == ".svg":
        return waveform_svg(hearing.peaks, title)
    return waveform_png(hearing.peaks) if kind == ".png" else waveform_json(hearing.peaks)


def _write(out: Path, body: bytes) -> bool:
    """Write a new file; say False where these very bytes are there already. Nothing else is ever replaced."""
    if out.is_file() and out.read_bytes() == body:
        return False
    make_folder(out.parent)
    try:
        create_file(out, body)
    except FileExistsError as error:
        message = f"{out} is there already and stays as it is"
        raise UserError(message, hint="say another OUT, or delete it") from error
    return True
