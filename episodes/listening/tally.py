"""What has been heard so far: the peaks of each 0.1 s, runs of samples at full scale, silence at both ends."""

import re
from array import array
from collections.abc import Sequence
from datetime import timedelta
from math import floor

from episodes.listening.hearing import SILENCE, Peaks
from episodes.sound import samples

MOST_PAIRS = 2000
"""Stretches of a waveform, at most: more than a player on any screen is wide."""

_FULL_SCALE = 0.9999  # of a 16-bit sample at its end: 32767 / 32768 = 0.99997
_HIGH, _LOW = re.compile(rb"(?:\xff\x7f)+"), re.compile(rb"(?:[\x00\x01]\x80)+")
_CLIPPED_HIGH = re.compile(rb"\xff\x7f\xff\x7f\xff\x7f(?:\xff\x7f)*")  # the literals let `re` search fast
_CLIPPED_LOW = re.compile(rb"[\x00\x01]\x80[\x00\x01]\x80[\x00\x01]\x80(?:[\x00\x01]\x80)*")
_RUNS = ((_HIGH, _CLIPPED_HIGH), (_LOW, _CLIPPED_LOW))
_SHORTEST = 3  # samples; one or two at full scale are the top of a wave that just fits


class Tally:
    """Counts pieces of sound of one length each, the last one shorter, in their order."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._lows, self._highs = array("b"), array("b")
        self._piece = 0
        self._loud: tuple[int, int] | None = None
        self._open: dict[tuple[int, re.Pattern[bytes]], int] = {}
        self.heard = 0
        self.peak = 0.0
        self.clipped = 0
        self.longest_clip = 0
        self.first_clip: timedelta | None = None

    @property
    def duration(self) -> timedelta:
        """How long it has been so far."""
        return samples(self.heard, self._rate)

    def add(self, low: float, high: float, count: int) -> bool:
        """Take in a piece of `count` samples from `low` to `high`; say whether it has to be searched for clipping."""
        low, high = max(-1.0, min(1.0, low)), max(-1.0, min(1.0, high))  # in this order a NaN becomes full scale
        self._piece = self._piece or count
        self._lows.append(min(127, floor(low * 128)))
        self._highs.append(min(127, floor(high * 128)))
        peak = max(-low, high)
        if peak >= SILENCE:
            self._loud = (self._loud[0] if self._loud else self.heard, self.heard + count)
        self.peak = max(self.peak, peak)
        self.heard += count
        return peak >= _FULL_SCALE or bool(self._open)

    def search(self, channels: Sequence[bytes], at: int) -> None:
        """Count the runs at full scale in 16-bit samples of each channel, of which the first is number `at`."""
        for channel, data in enumerate(channels):
            for run, clipped in _RUNS:
                self._search(data, at, (channel, run), clipped)

    def close(self) -> None:
        """Count the runs that last until the end."""
        for count in self._open.values():
            self._clip(count, self.heard - count)
        self._open = {}

    def peaks(self) -> Peaks:
        """Return the waveform in few enough pairs."""
        count = -(-len(self._lows) // MOST_PAIRS) or 1
        starts = range(0, len(self._lows), count)
        pairs = tuple((min(self._lows[n : n + count]), max(self._highs[n : n + count])) for n in starts)
        return Peaks(sample_rate=self._rate, samples_per_pair=self._piece * count, pairs=pairs)

    def silences(self) -> tuple[timedelta, timedelta]:
        """Return how long it is silent at the beginning and at the end."""
        if self._loud is None:
            return self.duration, timedelta()
        return samples(self._loud[0], self._rate), samples(self.heard - self._loud[1], self._rate)

    def _search(self, data: bytes, at: int, where: tuple[int, re.Pattern[bytes]], clipped: re.Pattern[bytes]) -> None:
        """Count the runs of one kind in one channel; one that reaches the end of the piece stays open."""
        run = where[1]
        begun = self._open.pop(where, 0)
        head = run.match(data)
        place = head.end() if head else 0
        if place == len(data):
            self._open[where] = begun + place // 2
            return
        self._clip(begun + place // 2, at - begun)
        while found := clipped.search(data, place):
            if found.start() % 2:  # the halves of two samples
                place = found.start() + 1
                continue
            place = found.end()
            if place < len(data):
                self._clip((place - found.start()) // 2, at + found.start() // 2)
        if tail := _tail(data, run):
            self._open[where] = tail

    def _clip(self, count: int, at: int) -> None:
        if count < _SHORTEST:
            return
        self.clipped += count
        self.longest_clip = max(self.longest_clip, count)
        moment = samples(at, self._rate)
        self.first_clip = min(self.first_clip, moment) if self.first_clip is not None else moment


def _tail(data: bytes, run: re.Pattern[bytes]) -> int:
    """Return how many samples at the end of a piece are at full scale."""
    count = 0
    while run.fullmatch(data, len(data) - 2 * count - 2, len(data) - 2 * count):
        count += 1
    return count
