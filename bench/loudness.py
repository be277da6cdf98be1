"""Listening, and `folge measure` as a whole, against the ffmpeg program with its filter `ebur128`, which gives less."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.processes import FOLGE, HERE, PYTHON, NotMeasuredError, Usage, measure
from bench.rows import Row

LIMIT = 0.8
_KINDS = {
    "wav": ("-c:a", "copy"),
    "flac": ("-c:a", "flac"),
    "mp3": ("-b:a", "128k"),
    "m4a": ("-b:a", "128k"),
    "opus": ("-c:a", "libopus"),
}
_QUIET = ("-nostdin", "-v", "error")
_FILTER = "ebur128=peak=true:dualmono=true:framelog=verbose"


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield seconds of sound for a second of CPU, for stereo of each kind, and the peak of the memory.

    What a process takes for a second of sound is its start, which the limit leaves out.
    """
    seconds, rounds = (120, 2) if quick else (1800, 5)
    program = shutil.which("ffmpeg")
    if program is None:
        raise NotMeasuredError("ffmpeg is not on this machine")
    encoder = (program, *_QUIET)
    noise, moment = folder / "noise.wav", folder / "moment.wav"
    for path, length in ((noise, seconds), (moment, 1)):
        pink = ("-f", "lavfi", "-i", f"anoisesrc=amplitude=0.1:color=pink:duration={length}")
        subprocess.run((*encoder, *pink, "-ac", "2", "-ar", "48000", str(path)), check=True)
    commands = {
        "folge measure": lambda path: (FOLGE, "measure", "--json", str(path)),
        "listening": lambda path: (PYTHON, str(HERE / "listen_once.py"), str(path)),
        "ffmpeg": lambda path: (program, *_QUIET, "-threads", "1", "-i", str(path), "-af", _FILTER, "-f", "null", "-"),
    }

    def taken(path: Path) -> dict[str, list[Usage]]:
        runs = [{name: measure(of(path), cwd=folder) for name, of in commands.items()} for _ in range(rounds)]
        return {name: [run[name] for run in runs] for name in commands}

    starts = taken(moment)
    for kind, options in _KINDS.items():
        path = folder / f"talk.{kind}"
        subprocess.run((*encoder, "-i", str(noise), *options, str(path)), check=True)
        whole = taken(path)
        path.unlink()
        beyond = {
            name: [(seconds - 1) / (run.cpu - start.cpu) for run, start in zip(runs, starts[name], strict=True)]
            for name, runs in whole.items()
        }
        speeds = {name: [seconds / run.cpu for run in runs] for name, runs in whole.items()}
        peaks = {name: [run.peak / 1e6 for run in runs] for name, runs in whole.items()}
        what = f"a .{kind} of {seconds // 60} min"
        row = _row(f"listening to {what}, CPU beyond the start", "x real time", beyond, "listening")
        yield replace(row, limit=LIMIT, at_least=True)
        yield _row(f"folge measure of {what}, its facts included, CPU", "x real time", speeds, "folge measure")
        yield _row(f"folge measure of {what}, memory", "MB", peaks, "folge measure")


def _row(what: str, unit: str, figures: Mapping[str, Sequence[float]], ours: str) -> Row:
    return Row(what=what, unit=unit, ours=figures[ours], peer_name="ffmpeg ebur128", peer=figures["ffmpeg"])
