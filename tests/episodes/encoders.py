"""Real encoders and decoders for tests: they write the files, and say what a file holds."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def program(name: str) -> str:
    """Return where a program is, skipping the test where it is missing; in CI it must be there."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} must be installed in CI")
        pytest.skip(f"{name} is not on this machine")
    return found


def encode(target: Path, *options: str, seconds: int = 60, sound: str = "sine=frequency=440") -> Path:
    """Encode a tone."""
    source = ("-f", "lavfi", "-i", f"{sound}:duration={seconds}")
    tool = program("ffmpeg")
    subprocess.run((tool, "-nostdin", "-v", "error", "-y", *source, *options, str(target)), check=True, timeout=120)
    return target


def played(path: Path) -> float:
    """Return how many seconds a decoder makes of a file; damage does not stop it."""
    options = ("-map", "0:a:0", "-ac", "1", "-ar", "8000", "-f", "s16le", "-")
    done = subprocess.run(
        (program("ffmpeg"), "-nostdin", "-v", "quiet", "-i", str(path), *options),
        capture_output=True,
        check=False,
        timeout=120,
    )
    return len(done.stdout) / 16000


def packets(path: Path) -> list[tuple[float, int]]:
    """Return the second and the offset in the file of each packet of sound."""
    shown = ("-select_streams", "a:0", "-show_entries", "packet=pts_time,pos", "-of", "csv=p=0")
    done = subprocess.run(
        (program("ffprobe"), "-v", "error", *shown, str(path)), capture_output=True, text=True, check=True, timeout=120
    )
    rows = (line.split(",") for line in done.stdout.splitlines())
    return [(float(row[0]), int(row[1])) for row in rows if len(row) > 1 and "N/A" not in row[:2]]
