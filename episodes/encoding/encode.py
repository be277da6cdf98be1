"""Encodes a recording, measures what came out, and makes it again where its loudness or its peaks are not as wished."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from episodes.audio import measure
from episodes.encoding.loudness import CEILING, Gain, Level, first_gain, next_gain, read_level
from episodes.encoding.program import EncodingError, Program
from episodes.encoding.recipe import SPARE, Wish, encode_arguments, level_arguments
from episodes.model import Audio
from episodes.sound import length

Listener = Callable[[str, timedelta], None]
"""Is told what is being done, and how much of the sound is done."""

_MOST_RUNS = 4
_TOLERANCE = timedelta(seconds=0.1)
_NEAR = 0.5  # LU


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A file that was encoded: its facts, the levels before and after where loudness was wished, and what was done.

    `doubts` are sentences about what did not come out as wished.
    """

    audio: Audio
    gain: Gain
    before: Level | None = None
    after: Level | None = None
    doubts: tuple[str, ...] = ()


def encode(program: Program, source: Path, audio: Audio, out: Path, wish: Wish, told: Listener) -> Encoded:
    """Write a recording to `out` as it is wished, without tags; the same program makes the same bytes of it.

    Raises EncodingError where the recording cannot be decoded or the file not be written; then `out` is unfinished.
    """
    before = after = None
    gain = Gain(db=0.0)
    if wish.loudness is not None:
        before = _level(program, source, audio, wish, told)
        gain = first_gain(before, wish.loudness)
    made = _encode_once(program, source, audio, out, wish, gain, told)
    if wish.loudness is not None:
        after = _level(program, out, made, wish, told)
        for _ in range(_MOST_RUNS - 1):
            better = next_gain(gain, after, wish.loudness)
            if better is None:
                break
            gain = better
            made = _encode_once(program, source, audio, out, wish, gain, told)
            after = _level(program, out, made, wish, told)
    doubts = (*_length_doubts(audio, made), *(_level_doubts(after, wish.loudness)))
    return Encoded(audio=made, gain=gain, before=before, after=after, doubts=doubts)


def _encode_once(
    program: Program, source: Path, audio: Audio, out: Path, wish: Wish, gain: Gain, told: Listener
) -> Audio:
    soxr = (audio.sample_rate != wish.rate or gain.limit is not None) and program.has_soxr()
    arguments = encode_arguments(source, audio, out, wish, gain, soxr=soxr)
    program.run(("-loglevel", "error", *arguments), lambda done: told("encoding", done))
    if not out.stat().st_size:
        raise EncodingError(f"{source.name} holds no sound that can be decoded", hint="export it again")
    made = measure(out)
    if made.duration > audio.duration + SPARE / 2:
        message = f"{source.name} decodes to more than the {length(audio.duration)} it has: it is damaged"
        raise EncodingError(message, hint="export it again from the original")
    return made


def _level(program: Program, path: Path, audio: Audio, wish: Wish, told: Listener) -> Level:
    arguments = level_arguments(path, audio, wish, soxr=audio.sample_rate != wish.rate and program.has_soxr())
    said = program.run(("-loglevel", "info", *arguments), lambda done: told("measuring", done))
    try:
        return read_level(said)
    except ValueError as error:
        raise EncodingError(
            f"the loudness of {path.name} cannot be measured: {error}", hint="export it again"
        ) from error


def _length_doubts(audio: Audio, made: Audio) -> tuple[str, ...]:
    """Return what is wrong with the length of the result: what was measured in the source should be in it."""
    if abs(made.duration - audio.duration) <= _TOLERANCE:
        return ()
    return (f"{length(audio.duration)} were measured, but {length(made.duration)} came out: listen to both",)


def _level_doubts(after: Level | None, target: float | None) -> tuple[str, ...]:
    if after is None or target is None:
        return ()
    if after.loudness is None:
        return ("there is too little sound to measure its loudness, so nothing was changed",)
    found = []
    if abs(after.loudness - target) > _NEAR:
        found.append(f"it has {after.loudness:.1f} LUFS instead of {target:.1f}: its peaks leave no room for more")
    if after.peak > CEILING + 0.05:
        found.append(f"its true peak is {after.peak:.1f} dBTP, above {CEILING:.0f}")
    return tuple(found)
