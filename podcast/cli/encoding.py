"""`folge encode`: a recording becomes an MP3 or M4A file, as loud as the show wants, with its tags and chapters."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import click

from episodes.audio import measure
from episodes.catalogue import find_episode
from episodes.covers import read_cover
from episodes.encoding.carrying import carried_tags, picture_in
from episodes.encoding.encode import Encoded, encode
from episodes.encoding.program import Program, find_program
from episodes.encoding.recipe import BITRATES, MONO, RATES, STEREO, Target, Wish, is_lossy, ordinary_wish
from episodes.model import Audio
from episodes.problems import Problem, Severity, UserError, quoted, shown_path
from episodes.sound import length
from episodes.tagging.copying import tagged_copy
from episodes.tagging.losses import left_out
from episodes.tagging.tagset import TagSet
from podcast.audio_settings import LOUDEST, QUIETEST
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, problem_data, say, tell_problems
from podcast.cli.progress import show_encoding
from podcast.files import draft_of, settle
from podcast.tagging import cover_in_file, tagset_of
from podcast.workspace import Workspace, open_workspace

_USUAL = -16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """A file that was made: its facts with its tags in it, how it was encoded, and how many seconds it took."""

    out: Path
    audio: Audio
    wish: Wish
    encoded: Encoded
    seconds: float
    problems: tuple[Problem, ...]


class _Encode(click.Command):
    """A command whose --loudness takes a number, which is negative, or none."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join the option with the number behind it, and write the usual one where there is none."""
        joined: list[str] = []
        for word in args:
            if joined[-1:] == ["--loudness"]:
                joined[-1] += f"={word if _is_number(word) else _USUAL}"
                if _is_number(word):
                    continue
            joined.append(word)
        if joined[-1:] == ["--loudness"]:
            joined[-1] += f"={_USUAL}"
        return super().parse_args(ctx, joined)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


@click.command("encode", cls=_Encode)
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--bitrate",
    type=click.Choice([str(rate) for rate in BITRATES]),
    metavar="KBIT/S",
    help="Constant in an MP3 file, about that in M4A; else 96 for mono and 128 for stereo.",
)
@click.option("--mono", is_flag=True, help="Mix down to one channel.")
@click.option("--stereo", is_flag=True, help="Mix down, or up, to two channels.")
@click.option("--rate", type=click.Choice([str(rate) for rate in RATES]), metavar="HZ", help="44100 or 48000.")
@click.option(
    "--loudness",
    type=click.FloatRange(QUIETEST, LOUDEST),
    metavar="[LUFS]",
    help="Make it this loud as played on two speakers; -16 without a number.",
)
@click.option("--episode", default="", metavar="EPISODE", help="Take tags, cover and chapters from this episode.")
@click.option("--replace", "replacing", is_flag=True, help="Replace OUT where it is there.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, /, source: Path, out: Path, episode: str, replacing: bool, as_json: bool, **said: object
) -> None:
    """Encode the recording IN to OUT, which ends in .mp3 or .m4a, ready to be published.

    IN may be WAV, FLAC or AIFF; a file that was encoded before loses quality again, which is said. Tags, chapters and
    the picture of IN are carried over, unless --episode names where they come from. IN is never changed. Needs
    'folge[audio]'.
    """
    begun = time.monotonic()
    target = _target(out)
    _refuse(source, out, replacing=replacing)
    audio = measure(source)
    loudness = said["loudness"]
    wish = ordinary_wish(
        audio,
        target,
        channels=_channels(mono=bool(said["mono"]), stereo=bool(said["stereo"])),
        rate=_number(said["rate"]),
        bitrate=_number(said["bitrate"]),
        loudness=loudness if isinstance(loudness, float) else None,
    )
    program = find_program()
    owner = _Owner(open_workspace(ctx.obj.folder), episode) if episode else None
    with _room(out), draft_of(out) as bare, draft_of(out) as tagged:
        with show_encoding(audio.duration) as told:
            encoded = encode(program, source, audio, bare, wish, told)
        tags = owner.tags(audio) if owner else _carried(program, source, audio, tagged)
        if tags:
            tagged_copy(bare, tagged, tags, encoded.audio.duration)
        made = tagged if tags else bare
        facts = measure(made)
        _place(made, out, replacing=replacing)
    result = _Result(
        out=out,
        audio=facts,
        wish=wish,
        encoded=encoded,
        seconds=round(time.monotonic() - begun, 1),
        problems=(*_about_source(source, audio), *_about_result(out, encoded, facts, tags)),
    )
    _tell(result, as_json=as_json)


def _channels(*, mono: bool, stereo: bool) -> int:
    if mono and stereo:
        raise click.UsageError("--mono and --stereo exclude each other")
    return MONO if mono else STEREO if stereo else 0


class _Owner:
    """The episode a file is made for."""

    def __init__(self, workspace: Workspace, episode: str) -> None:
        self.workspace = workspace
        self.episode = find_episode(workspace.catalogue, episode)

    def tags(self, audio: Audio) -> TagSet:
        """Return the tags of the episode, with the chapters of the recording where its file has none."""
        settings = self.workspace.settings
        written = self.episode.cover or settings.cover
        path = self.workspace.there(written) if written else None
        cover = cover_in_file(read_cover(path), written) if path else b""
        return replace(tagset_of(self.episode, settings, cover), chapters=self.episode.chapters or audio.chapters)


def _carried(program: Program, source: Path, audio: Audio, spare: Path) -> TagSet | None:
    """Return what the recording says about itself, its picture as small as it has to be."""
    body = picture_in(program, source, audio, spare)
    try:
        cover = cover_in_file(body, source.name) if body else b""
    except UserError as error:
        say(f"warning: the picture in it is left out: {error}")
        cover = b""
    return carried_tags(audio, cover)


def _target(out: Path) -> Target:
    try:
        return Target(out.suffix.lower())
    except ValueError:
        raise click.UsageError(f"{quoted(str(out))} ends in neither .mp3 nor .m4a") from None


def _refuse(source: Path, out: Path, *, replacing: bool) -> None:
    """Raise UserError where the result would take the place of the recording, or of anything unasked."""
    if not out.exists():
        return
    if source.exists() and out.samefile(source):
        raise UserError(f"{out} is the recording itself, which is never overwritten", hint="say another OUT")
    if not out.is_file():
        raise UserError(f"{out} is no file, and stays as it is", hint="say another OUT")
    if not replacing:
        raise UserError(f"{out} is there already and stays as it is", hint="say another OUT, or add --replace")


def _place(made: Path, out: Path, *, replacing: bool) -> None:
    try:
        settle(made, out, replace=replacing)
    except FileExistsError as error:
        raise UserError(f"{out} has just been made by somebody else", hint="look at it, then try again") from error


@contextmanager
def _room(out: Path) -> Iterator[None]:
    """Turn what the disk refuses while a file is made into a sentence."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}", hint="check the folder and the disk") from error


def _number(value: object) -> int:
    return int(str(value)) if value else 0


def _about_source(source: Path, audio: Audio) -> Iterator[Problem]:
    shown = shown_path(source.absolute(), Path.cwd())
    for doubt in audio.doubts:
        yield Problem(severity=Severity.WARNING, path=shown, message=doubt)
    for repair in audio.repairs:
        yield Problem(severity=Severity.NOTE, path=shown, message=repair)
    if is_lossy(audio):
        message = "was encoded before, and loses quality a second time"
        yield Problem(
            severity=Severity.WARNING, path=shown, message=message, hint="take the recording, if there is one"
        )


def _about_result(out: Path, encoded: Encoded, facts: Audio, tags: TagSet | None) -> Iterator[Problem]:
    shown = shown_path(out.absolute(), Path.cwd())
    for doubt in (*encoded.doubts, *facts.doubts):
        yield Problem(severity=Severity.WARNING, path=shown, message=doubt)
    if lost := left_out((tags.chapters if tags else None) or (), facts):
        yield Problem(severity=Severity.NOTE, path=shown, message=lost)


def _tell(result: _Result, *, as_json: bool) -> None:
    """Print where the file is, and tell what was done to the sound and what is doubtful about it."""
    place = shown_path(result.out.absolute(), Path.cwd())
    if as_json:
        emit(_data(result, place))
        return
    tell_problems(result.problems)
    for line in _done(result):
        say(line)
    give(place)


def _done(result: _Result) -> Iterator[str]:
    """Yield what was done, in sentences; peaks are never held down in silence."""
    audio, encoded = result.audio, result.encoded
    channels = {MONO: "mono", STEREO: "stereo"}[result.wish.channels]
    yield (
        f"{length(audio.duration)}, {audio.bitrate / 1000:.0f} kbit/s, {result.wish.rate / 1000:g} kHz, {channels}, "
        f"{audio.bytes:,} bytes, made in {result.seconds:.0f} s"
    )
    before, after = encoded.before, encoded.after
    if before and after and before.loudness is not None and after.loudness is not None:
        word = "raised" if encoded.gain.db > 0 else "lowered"
        yield f"{word} by {abs(encoded.gain.db):.1f} dB: {before.loudness:.1f} LUFS before, {after.loudness:.1f} now"
    if before and encoded.gain.limit is not None:
        above = before.peak + encoded.gain.db - encoded.gain.limit
        yield f"its peaks would have been too high: the loudest is held down by {above:.1f} dB (limiter)"


def _data(result: _Result, place: str) -> dict[str, object]:
    audio, encoded = result.audio, result.encoded
    before, after = encoded.before, encoded.after
    return {
        "file": place,
        "media_type": audio.media_type,
        "bytes": audio.bytes,
        "sha256": audio.sha256,
        "duration": round(audio.duration.total_seconds(), 3),
        "bitrate": audio.bitrate,
        "sample_rate": audio.sample_rate,
        "channels": audio.channels,
        "chapters": len(audio.chapters),
        "loudness": {
            "wished": result.wish.loudness,
            "before": before.loudness if before else None,
            "after": after.loudness if after else None,
            "true_peak": _finite(after.peak) if after else None,
            "gain": encoded.gain.db,
            "limited": encoded.gain.limit is not None,
        },
        "seconds": result.seconds,
        "problems": [problem_data(problem) for problem in result.problems],
    }


def _finite(value: float) -> float | None:
    """Return a level, None for that of silence, which JSON cannot hold."""
    return value if isfinite(value) else None
