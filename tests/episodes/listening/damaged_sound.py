"""Listens to damaged audio files in one process and reports what must not be.

`python -m tests.episodes.listening.damaged_sound FIRST COUNT FOLDER…` prints a line of JSON for each file that did not
end with a hearing or a finding, and at last the largest number of bytes the process held.
"""

import math
import sys
from collections.abc import Iterator

from episodes.listening.hearing import Hearing, loudness_problems
from episodes.listening.listener import listen
from episodes.listening.tally import MOST_PAIRS
from tests.episodes.damage import main


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


if __name__ == "__main__":
    main(sys.argv[1:], lambda path: faults(listen(path)))
