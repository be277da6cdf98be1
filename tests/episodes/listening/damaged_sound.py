"""Listens to damaged audio files in one process and reports what must not be.

`python -m tests.episodes.listening.damaged_sound FIRST COUNT FOLDER…` prints a line of JSON for each file that did not
end with a hearing or a finding, and at last the largest number of bytes the process held.
"""

import json
import math
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from episodes.listening.hearing import Hearing, loudness_problems
from episodes.listening.listener import listen
from episodes.listening.tally import MOST_PAIRS
from episodes.sound import NotAudio
from tests.episodes.damage import Hanging, damaged, originals

_CPU_SECONDS = 20


def faults(hearing: Hearing) -> Iterator[str]:
    """Yield what cannot be true of any file."""
    figures = (hearing.loudness, hearing.loudness_range, hearing.true_peak)
    if not all(figure is None or math.isfinite(figure) for figure in figures):
        yield f"no numbers: {figures}"
    if hearing.duration.total_seconds() <= 0 or hearing.silence_before + hearing.silence_after > hearing.duration:
        yield f"{hearing.silence_before} and {hearing.silence_after} of {hearing.duration} are silent"
    if not 0 < len(hearing.peaks.pairs) <= MOST_PAIRS:
        yield f"{len(hearing.peaks.pairs)} pairs"
    if any(not -128 <= low <= high <= 127 for low, high in hearing.peaks.pairs):
        yield "a pair beyond full scale"
    loudness_problems(hearing, -16)


def outcome(path: Path) -> str:
    """Listen to a file; return what must not be, empty where it ended with a hearing or a finding."""
    signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
    try:
        return "; ".join(faults(listen(path)))
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


def main(first: int, count: int, folders: Sequence[Path]) -> None:
    """Listen to damaged files and print what must not be."""
    signal.signal(signal.SIGPROF, _hang)
    files = originals(folders)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            name, body = damaged(number, files)
            path = Path(folder) / name
            path.write_bytes(body)
            if wrong := outcome(path):
                sys.stdout.write(json.dumps({"number": number, "file": name, "wrong": wrong}) + "\n")
            path.unlink()
    # not ru_maxrss, which a process inherits from the one that starts it
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    sys.stdout.write(json.dumps({"peak": peak, "files": len(files)}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), [Path(folder) for folder in sys.argv[3:]])
