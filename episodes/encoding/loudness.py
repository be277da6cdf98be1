"""Decides how much louder or softer a recording becomes, from what was measured (EBU R128)."""

import math
import re
from dataclasses import dataclass, replace

CEILING = -1.0
"""The true peak in dBTP that nothing published may be above (LOUD-1)."""

CLOSE = 0.3
"""LU: a result this near to the target is not made again."""

_NOTHING = -69.0  # LUFS; meters say -70 for silence and for less than 400 ms
_RESERVE = 0.5  # dB; codecs make peaks a little higher
_SUMMARY = re.compile(r"Summary:.*?I:\s+(\S+) LUFS.*?Peak:\s+(\S+) dBFS", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How loud sound is as played: `loudness` in LUFS, None where there is too little to measure; `peak` in dBTP."""

    loudness: float | None
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What is done to the sound: `db` for all of it alike; peaks above `limit` dBTP are held down, None holds none."""

    db: float
    limit: float | None = None


def read_level(text: str) -> Level:
    """Return the last level in what ffmpeg's `ebur128` says; raises ValueError where there is none."""
    found = _SUMMARY.findall(text)
    if not found:
        raise ValueError("there is no summary of the loudness")
    loudness, peak = map(float, found[-1])
    return Level(loudness=loudness if loudness > _NOTHING else None, peak=peak)


def first_gain(level: Level, target: float) -> Gain:
    """Return the gain that brings sound of a level to the target, with a limit only where its peaks need one."""
    if level.loudness is None:
        return Gain(db=0.0)
    gain = Gain(db=round(target - level.loudness, 2))
    return replace(gain, limit=CEILING - _RESERVE) if level.peak + gain.db > CEILING else gain


def next_gain(gain: Gain, result: Level, target: float) -> Gain | None:
    """Return a better gain for a result that missed, None for one that is near enough."""
    if result.loudness is None:
        return None
    missed = target - result.loudness
    above = result.peak - CEILING
    if abs(missed) <= CLOSE and above <= 0:
        return None
    limit = gain.limit
    if above > 0:
        limit = (CEILING if limit is None else limit) - math.ceil(above * 10) / 10 - 0.1
    elif missed > CLOSE and limit is None and result.peak + missed > CEILING:
        limit = CEILING - _RESERVE
    return Gain(db=round(gain.db + (missed if abs(missed) > CLOSE / 3 else 0.0), 2), limit=limit)
