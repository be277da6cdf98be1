"""`folge encode` against the ffmpeg of the system doing the same."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.processes import FOLGE, NotMeasuredError, measure
from bench.rows import Row

LIMIT = 0.8
_SOUND = "aevalsrc='0.2*random(0)*gt(mod(t,3),1)+0.1*sin(600*t)*(1+sin(9*t))|0.1*random(1)+0.1*sin(500*t)':s=44100"
_KINDS = {
    ".mp3": ("-c:a", "libmp3lame", "-b:a", "128k"),
    ".m4a": ("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"),
}


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the speed as seconds of sound in a second, by CPU and by wall, for each kind of file."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise NotMeasuredError("ffmpeg is not on this machine")
    seconds = 60 if quick else 900
    source = str(folder / "talk.wav")
    made = (program, "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"{_SOUND}:d={seconds}", source)
    subprocess.run(made, check=True)
    for kind, options in _KINDS.items():
        ours = (FOLGE, "encode", source, f"ours{kind}", "--replace", "--bitrate", "128")
        theirs = (program, "-nostdin", "-v", "error", "-y", "-i", source, *options, f"theirs{kind}")
        pairs = [(measure(ours, cwd=folder), measure(theirs, cwd=folder)) for _ in range(1 if quick else 3)]
        for clock in ("cpu", "wall"):
            yield Row(
                what=f"folge encode to {kind}, {seconds} s of stereo, {clock}",
                unit="x",
                ours=[seconds / getattr(mine, clock) for mine, _ in pairs],
                peer_name="ffmpeg",
                peer=[seconds / getattr(other, clock) for _, other in pairs],
                limit=LIMIT,
                at_least=True,
                places=1,
            )
