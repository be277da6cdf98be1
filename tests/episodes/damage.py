"""Damages audio files, the same way for the same number, and measures them in a process with little memory.

`python -m tests.episodes.damage FIRST COUNT FOLDER…` prints a line of JSON for each damaged file that did not end with
facts or a finding, and at last the largest number of bytes the process held.
"""

import json
import random
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from episodes.audio import measure
from episodes.model import Audio
from episodes.problems import UNFIT
from episodes.sound import NotAudio
from tests.episodes.audio_builders import aiff, apev2, flac, frames, id3, id3_text, id3v1, mp4, opus, vbri, wav, xing

ADDRESS_SPACE = 600_000_000
"""Bytes the process may ask for; a size from a header that somebody believes is beyond it."""

_CPU_SECONDS = 20
_LARGEST = 400_000
_SIZES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7F7F7F7F, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)


class Hanging(BaseException):
    """A file took too long; no error, so that nobody catches it on the way."""


def built() -> dict[str, bytes]:
    """Return whole files by name."""
    return {
        "built.mp3": id3(id3_text("TIT2", b"Mut") + id3_text("TLAN", b"deu")) + xing(300) + frames(300),
        "vbri.mp3": vbri(300) + frames(300) + apev2() + id3v1(),
        "built.m4a": mp4(70),
        "end.m4a": mp4(70, index_first=False),
        "built.opus": opus(70),
        "built.flac": flac(70),
        "joined.flac": flac(40) * 2,
        "built.wav": wav(5),
        "built.aiff": aiff(5),
    }


def originals(folders: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Return the files that are damaged: what is built, and whatever lies in the folders."""
    found = [path for folder in folders for path in sorted(folder.glob("*.*")) if path.suffix != ".json"]
    return [*built().items(), *((path.name, path.read_bytes()[:_LARGEST]) for path in found)]


def _place(chosen: random.Random, size: int) -> int:
    """Return an offset; most of what can be believed wrongly stands at the beginning or the end."""
    reach = min(size, chosen.choice((64, 512, 4096, size)))
    return chosen.randrange(reach) if chosen.random() < 0.8 else size - 1 - chosen.randrange(reach)


def _flip(body: bytearray, chosen: random.Random) -> None:
    body[_place(chosen, len(body))] ^= 1 << chosen.randrange(8)


def _overwrite(body: bytearray, chosen: random.Random) -> None:
    at = _place(chosen, len(body))
    body[at : at + 4] = chosen.choice(_SIZES).to_bytes(4, chosen.choice(("big", "little")))


def _cut(body: bytearray, chosen: random.Random) -> None:
    del body[chosen.randrange(len(body)) :]


def _drop(body: bytearray, chosen: random.Random) -> None:
    at = _place(chosen, len(body))
    del body[at : at + chosen.choice((1, 7, 300, 5000))]


def _insert(body: bytearray, chosen: random.Random) -> None:
    at = _place(chosen, len(body))
    body[at:at] = chosen.choice((bytes, chosen.randbytes, b"\xff".__mul__))(chosen.choice((1, 10, 1000, 9000)))


def _repeat(body: bytearray, chosen: random.Random) -> None:
    at = _place(chosen, len(body))
    body[at:at] = bytes(body[at : at + chosen.choice((4, 8, 100, 4000))]) * chosen.choice((1, 2, 200))
    del body[4 * _LARGEST :]


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _overwrite, _cut, _drop, _insert, _repeat)


def damaged(number: int, files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return name and bytes of the damaged file with this number."""
    chosen = random.Random(number)
    name, whole = files[number % len(files)]
    body = bytearray(whole)
    for _ in range(chosen.choice((1, 1, 2, 5, 30))):
        if body:
            chosen.choice(_WAYS)(body, chosen)
    if chosen.random() < 0.05:
        body += files[chosen.randrange(len(files))][1]
    return name, bytes(body)


def faults(audio: Audio) -> Iterator[str]:
    """Yield what cannot be true of any file."""
    if not 0 < audio.duration.total_seconds() <= 366 * 86400:
        yield f"a length of {audio.duration}"
    if not 0 <= audio.header_bytes <= audio.bytes or not 0 < audio.minute_bytes <= audio.bytes:
        yield f"{audio.header_bytes} and {audio.minute_bytes} of {audio.bytes} bytes"
    if not 0 <= audio.bitrate < 1 << 40 or not 0 <= audio.sample_rate < 1 << 32 or not 0 <= audio.channels <= 65535:
        yield f"{audio.bitrate} bit/s, {audio.sample_rate} Hz, {audio.channels} channels"
    starts = [chapter.start for chapter in audio.chapters]
    if starts != sorted(starts) or any(start > audio.duration for start in starts):
        yield "chapters out of order"
    texts = (audio.tags.title, audio.tags.artist, audio.tags.description, *audio.doubts, *audio.repairs)
    if any(UNFIT.search(text) for text in texts):
        yield "a text that no text may be"


def outcome(path: Path, look: Callable[[Path], Iterable[str]]) -> str:
    """Look at a file; return what must not be, empty where it ended with facts or a finding."""
    signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
    try:
        return "; ".join(look(path))
    except NotAudio as refusal:
        return "" if refusal.message and refusal.hint else f"without a hint: {refusal.message}"
    except Hanging:
        return f"more than {_CPU_SECONDS} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _hang(_number: int, _frame: object) -> None:
    raise Hanging


def main(arguments: Sequence[str], look: Callable[[Path], Iterable[str]]) -> None:
    """Look at damaged files and print what `look` says must not be; the arguments are FIRST COUNT FOLDER…"""
    first, count = int(arguments[0]), int(arguments[1])
    signal.signal(signal.SIGPROF, _hang)
    files = originals([Path(folder) for folder in arguments[2:]])
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            name, body = damaged(number, files)
            path = Path(folder) / name
            path.write_bytes(body)
            if wrong := outcome(path, look):
                sys.stdout.write(json.dumps({"number": number, "file": name, "wrong": wrong}) + "\n")
            path.unlink()
    # not ru_maxrss, which a process inherits from the one that starts it
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    sys.stdout.write(json.dumps({"peak": peak, "files": len(files)}) + "\n")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    main(sys.argv[1:], lambda path: faults(measure(path)))
