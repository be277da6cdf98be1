"""Runs the ffmpeg program that the package imageio-ffmpeg carries, in a process of its own.

A hostile file can end that process and not ours, and a call that is interrupted ends it, too.
"""

import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import IO

from episodes.problems import UserError
from episodes.sound import AUDIO_EXTRA

Told = Callable[[timedelta], None]
"""Is told again and again how much of the sound is done."""

_LINES = 200
_REINSTALL = "install it again: pip install --force-reinstall imageio-ffmpeg; or unset IMAGEIO_FFMPEG_EXE"
# the terminal sends Ctrl-C to a whole group, and the program would finish half a file on it: it is ended by us
_GROUP = None if os.name == "nt" else 0
_FLAGS = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
_ALWAYS = ("-nostdin", "-hide_banner", "-nostats", "-progress", "pipe:1")


class EncodingError(UserError):
    """The encoder is missing or stopped; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The ffmpeg program at a path."""

    path: str

    def has_soxr(self) -> bool:
        """Say whether it has the soxr resampler; asked once."""
        return _has_soxr(self.path)

    def run(self, arguments: Sequence[str], told: Told) -> str:
        """Run it to its end and return the last lines of what it said; raises EncodingError where it fails."""
        process = subprocess.Popen(  # noqa: S603, a list of arguments, no shell
            (self.path, *_ALWAYS, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=_GROUP,
            creationflags=_FLAGS,
        )
        said: deque[str] = deque(maxlen=_LINES)
        listening = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
        listening.start()
        try:
            _follow(process.stdout or (), told)
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            listening.join()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()
        if code:
            raise _failed(code, said)
        return "\n".join(said)


def find_program() -> Program:
    """Return the program; raises EncodingError with the way to get it where the extra is not installed."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError as error:
        message = "encoding needs the package imageio-ffmpeg, which is not installed"
        raise EncodingError(message, hint=AUDIO_EXTRA) from error
    try:
        return Program(path=get_ffmpeg_exe())
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        raise EncodingError(f"the encoder does not start: {error}", hint=_REINSTALL) from error


@cache
def _has_soxr(path: str) -> bool:
    try:
        told = subprocess.run(  # noqa: S603
            (path, "-version"), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EncodingError(f"the encoder does not start: {error}", hint=_REINSTALL) from error
    return "--enable-libsoxr" in told.stdout


def _listen(stream: IO[str] | None, said: deque[str]) -> None:
    """Keep the last lines the program says: a damaged file makes it say millions."""
    for line in stream or ():
        said.append(line.rstrip()[:500])


def _follow(lines: Iterable[str], told: Told) -> None:
    for line in lines:
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            told(timedelta(microseconds=max(0, int(value))))


def _failed(code: int, said: Sequence[str]) -> EncodingError:
    """Return why the program stopped, in the words of its last line or by the signal that ended it."""
    if any("No space left on device" in line for line in said):
        return EncodingError("the disk is full", hint="make room, or say an OUT on another disk")
    reason = next((line for line in reversed(said) if line and "Conversion failed" not in line), "")
    if code < 0:
        reason = f"it was ended by signal {-code}"
    return EncodingError(
        f"the encoder stopped: {reason or f'exit code {code}'}",
        hint="play the file to see whether it is whole, and look at the limits and the disk",
    )


def plain_path(path: Path) -> str:
    """Return a path that the program takes for a file whatever it is called."""
    return f"file:{path.absolute()}"
