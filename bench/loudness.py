"""`folge measure` as a whole process against the ffmpeg program with its filter `ebur128`, which gives less."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.processes import FOLGE, NotMeasuredError, measure
from bench.rows import Row

LIMIT = 0.8
_KINDS = {"wav": (), "flac": (), "mp3": ("-b:a", "128k"), "m4a": ("-b:a", "128k"), "opus": ("-c:a", "libopus")}
_FILTER = "ebur128=peak=true:dualmono=true:framelog=verbose"


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield seconds of sound for a second of CPU, for stereo of each kind, and the peak of the memory."""
    seconds, rounds = (600, 3) if quick else (1800, 5)
    program = shutil.which("ffmpeg")
    if program is None:
        raise NotMeasuredError("ffmpeg is not on this machine")
    peer = (program, "-nostdin", "-v", "error", "-threads", "1")
    noise = f"anoisesrc=amplitude=0.1:color=pink:duration={seconds}"
    for kind, options in _KINDS.items():
        path = folder / f"talk.{kind}"
        source = ("-f", "lavfi", "-i", noise, "-ac", "2", "-ar", "48000")
        subprocess.run((program, "-nostdin", "-v", "error", *source, *options, str(path)), check=True)
        pairs = [
            (
                measure((FOLGE, "measure", "--json", str(path)), cwd=folder),
                measure((*peer, "-i", str(path), "-af", _FILTER, "-f", "null", "-"), cwd=folder),
            )
            for _ in range(rounds)
        ]
        path.unlink()
        yield Row(
            what=f"loudness of a .{kind} of {seconds // 60} min, CPU",
            unit="x real time",
            ours=[seconds / ours.cpu for ours, _ in pairs],
            peer_name="ffmpeg ebur128",
            peer=[seconds / theirs.cpu for _, theirs in pairs],
            limit=LIMIT,
            at_least=True,
        )
        yield Row(
            what=f"memory for the loudness of a .{kind} of {seconds // 60} min",
            unit="MB",
            ours=[ours.peak / 1e6 for ours, _ in pairs],
            peer_name="ffmpeg ebur128",
            peer=[theirs.peak / 1e6 for _, theirs in pairs],
        )
