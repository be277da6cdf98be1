"""A waveform for players and pages: as data in the format of audiowaveform, and as a drawing in SVG."""

import json
from html import escape

from episodes.listening.hearing import Peaks

_COLUMNS = 600
_LEVELS = 300
_HALF = 128


def waveform_json(peaks: Peaks) -> bytes:
    """Return peaks as audiowaveform writes them, version 2 with one channel of 8 bits: peaks.js and wavesurfer read it.

    Source: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
    """
    data = {
        "version": 2,
        "channels": 1,
        "sample_rate": peaks.sample_rate,
        "samples_per_pixel": peaks.samples_per_pair,
        "bits": 8,
        "length": len(peaks.pairs),
        "data": [level for pair in peaks.pairs for level in pair],
    }
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def waveform_svg(peaks: Peaks, title: str) -> bytes:
    """Return peaks as a drawing that takes the colour of the text around it and any size; `title` is read aloud."""
    columns = fewer(peaks.pairs, _COLUMNS)
    upper = " ".join(f"{x} {_HALF - high}" for x, (_, high) in _edges(columns))
    lower = " ".join(f"{x} {_HALF - low}" for x, (low, _) in reversed(_edges(columns)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(columns)} {2 * _HALF}" preserveAspectRatio="none" '
        f'role="img"><title>{escape(title)}</title><path fill="currentColor" d="M{upper} {lower}Z"/></svg>\n'
    ).encode()


def levels_json(peaks: Peaks) -> bytes:
    """Return how loud each stretch is as the players of our pages draw it, empty where nothing is heard.

    300 levels at most, 0 to 100; the loudest stretch has 100. Each is the mean of its peaks: of an hour's talk the
    highest peaks are all alike.
    """
    highest = [max(high, -low) for low, high in peaks.pairs]
    count = -(-len(highest) // _LEVELS) or 1
    means = [sum(piece) / len(piece) for n in range(0, len(highest), count) if (piece := highest[n : n + count])]
    loudest = max(means, default=0)
    if loudest <= 1:  # what is silent has -1 for its lowest sample
        return b""
    levels = [round(100 * mean / loudest) for mean in means]
    return json.dumps({"version": 1, "levels": levels}, separators=(",", ":")).encode() + b"\n"


def fewer(pairs: tuple[tuple[int, int], ...], most: int) -> tuple[tuple[int, int], ...]:
    """Return pairs in at most so many, each the extremes of as many as fall together."""
    count = -(-len(pairs) // most) or 1
    pieces = (pairs[n : n + count] for n in range(0, len(pairs), count))
    return tuple((min(low for low, _ in piece), max(high for _, high in piece)) for piece in pieces)


def _edges(columns: tuple[tuple[int, int], ...]) -> list[tuple[int, tuple[int, int]]]:
    """Return both edges of each column, a hair of one unit where it is silent."""
    seen = [(low, max(high, low + 1)) for low, high in columns]
    return [edge for x, pair in enumerate(seen) for edge in ((x, pair), (x + 1, pair))]
