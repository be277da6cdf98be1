"""What was heard in an audio file, and what a listener would mind of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from episodes.problems import Problem, Severity
from episodes.sound import length

RECIPE = 1
"""Grows with every change of what is heard in the same file, so that what was kept of it is heard anew."""

TOLERANCE = 1.0  # LU, LOUD-1
HIGHEST_PEAK = -1.0  # dBTP, LOUD-1
SILENCE = 0.001  # of full scale, -60 dBFS, below the noise of most rooms
LONGEST_START = timedelta(seconds=2)  # a listener who hears nothing for longer presses play again
LONGEST_END = timedelta(seconds=5)  # a tail fades out; whatever is longer was forgotten there


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The lowest and the highest sample of each stretch of a file, over all channels: -128 to 127 is full scale.

    Each stretch has `samples_per_pair` samples at `sample_rate` Hz, the last one fewer.
    """

    sample_rate: int
    samples_per_pair: int
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What is heard in a file from its beginning to its end (EBU R128), mono as two speakers play it (LOUD-4).

    `loudness` in LUFS: None where no 0.4 s of it are above the gate of -70 LUFS. `loudness_range` in LU. `true_peak` in
    dBTP: None in digital silence. `clipped` counts the samples in runs of three and more at full scale, `longest_clip`
    is the longest run, `first_clip` when the first begins, None where there is none. `silence_before` and
    `silence_after` are what stays below -60 dBFS at both ends, in steps of 0.1 s; a file without anything else is
    silent before its end. `doubts` say what a decoder could not make sense of.
    """

    duration: timedelta
    sample_rate: int
    channels: int
    loudness: float | None
    loudness_range: float
    true_peak: float | None
    clipped: int
    longest_clip: int
    first_clip: timedelta | None
    silence_before: timedelta
    silence_after: timedelta
    peaks: Peaks
    doubts: tuple[str, ...] = ()


def loudness_problems(hearing: Hearing, target: float | None) -> tuple[Problem, ...]:
    """Return what to mend in a file that is to be as loud as `target` in LUFS; warnings, as nothing stops playing.

    Without a target the loudness is nobody's concern; peaks, clipping and silence are in any case.
    """
    if hearing.silence_before >= hearing.duration:
        return (_warning("nothing is heard in it from beginning to end", hint="check that this is the file you meant"),)
    return (*_loudness(hearing, target), *_peaks(hearing, target), *_silences(hearing))


def _loudness(hearing: Hearing, target: float | None) -> Iterator[Problem]:
    if target is None:
        return
    if hearing.loudness is None:
        yield _warning("too short or too quiet for its loudness to be measured", hint="listen to it", rule="LOUD-1")
        return
    off = round(hearing.loudness - target, 1)
    if abs(off) > TOLERANCE:
        way = "louder" if off > 0 else "quieter"
        message = f"it is {hearing.loudness:.1f} LUFS loud, {abs(off):.1f} LU {way} than the {target:g} LUFS wanted"
        yield _warning(message, hint=_encode(target), rule="LOUD-1")


def _peaks(hearing: Hearing, target: float | None) -> Iterator[Problem]:
    if hearing.true_peak is not None and round(hearing.true_peak, 1) > HIGHEST_PEAK:
        message = f"its true peak is {hearing.true_peak:.1f} dBTP; above {HIGHEST_PEAK:g} dBTP players may distort"
        yield _warning(message, hint=_encode(target), rule="LOUD-1")
    if hearing.first_clip is not None:
        yield _warning(
            f"{hearing.clipped:,} samples are clipped, up to {hearing.longest_clip} in a row, "
            f"the first at {length(hearing.first_clip)}",
            hint="turn the level down where it was recorded or mixed, and export it again; nothing else mends it",
        )


def _silences(hearing: Hearing) -> Iterator[Problem]:
    hint = "cut it off and export it again"
    if hearing.silence_before > LONGEST_START:
        yield _warning(f"it begins with {length(hearing.silence_before)} of silence", hint=hint)
    if hearing.silence_after > LONGEST_END:
        yield _warning(f"it ends with {length(hearing.silence_after)} of silence", hint=hint)


def _encode(target: float | None) -> str:
    return f"'folge encode IN OUT --loudness {-16 if target is None else target:g}', best from the uncompressed master"


def _warning(message: str, *, hint: str, rule: str = "") -> Problem:
    return Problem(message=message, hint=hint, severity=Severity.WARNING, rule=rule)
