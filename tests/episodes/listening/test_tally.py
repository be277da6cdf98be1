"""Counting pieces of sound: runs at full scale over their borders, pairs that stay few, silence at both ends."""

import struct
from collections.abc import Sequence
from datetime import timedelta

import pytest

from episodes.listening.tally import MOST_PAIRS, Tally

HIGH, LOW = 32767, -32768


def tally(*pieces: Sequence[int]) -> Tally:
    """What is counted in mono at 1000 Hz."""
    found = Tally(1000)
    for piece in pieces:
        at = found.heard
        if found.add(min(piece) / 32768, max(piece) / 32768, len(piece)):
            found.search([struct.pack(f"<{len(piece)}h", *piece)], at)
    found.close()
    return found


@pytest.mark.parametrize(
    ("pieces", "counted"),
    [
        (([0, HIGH, HIGH, 0],), (0, 0, None)),
        (([0, HIGH, HIGH, HIGH, 0],), (3, 3, 0.001)),
        (([0, LOW, -32767, LOW, 0],), (3, 3, 0.001)),
        (([0, HIGH, HIGH, LOW, LOW],), (0, 0, None)),
        (([0, 5, HIGH], [HIGH, HIGH, 0]), (3, 3, 0.002)),
        (([0, 5, LOW], [LOW] * 5, [LOW, 0]), (7, 7, 0.002)),
        (([HIGH] * 4, [LOW] * 3), (7, 4, 0)),
        (([0, HIGH], [0, HIGH], [HIGH, 0]), (0, 0, None)),
        (([0] * 4, [0, HIGH, HIGH, HIGH]), (3, 3, 0.005)),
        (([-129, -129, -129, -129, HIGH],), (0, 0, None)),  # its bytes look like full scale, shifted by one
        (([-129, -129, -129, -129, HIGH, HIGH, HIGH, 0],), (3, 3, 0.004)),
    ],
)
def test_runs_at_full_scale_are_counted_once(
    pieces: tuple[list[int], ...], counted: tuple[int, int, float | None]
) -> None:
    found = tally(*pieces)
    first = None if found.first_clip is None else found.first_clip.total_seconds()
    assert (found.clipped, found.longest_clip, first) == counted


def test_pairs_keep_the_extremes_and_stay_few() -> None:
    found = Tally(1000)
    for number in range(MOST_PAIRS + 1):
        found.add(-0.5 if number == 7 else 0.0, 0.99 if number == MOST_PAIRS else 0.25, 100)
    peaks = found.peaks()
    assert (peaks.samples_per_pair, len(peaks.pairs)) == (200, MOST_PAIRS // 2 + 1)
    assert (peaks.pairs[3], peaks.pairs[4], peaks.pairs[-1]) == ((-64, 32), (0, 32), (0, 126))


def test_sound_ends_the_silence_before_and_begins_the_one_after() -> None:
    quiet, loud = [20] * 100, [2000] * 100
    assert tally(quiet, quiet, loud, quiet).silences() == (timedelta(seconds=0.2), timedelta(seconds=0.1))
    assert tally(quiet).silences() == (timedelta(seconds=0.1), timedelta())
