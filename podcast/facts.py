"""Facts about files, measured once and kept in the user's cache folder by path, size and time of change."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from episodes.model import Audio
from podcast.cache import Stamp, stamp, write_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    stamp: Stamp
    audio: Audio


class Facts:
    """Measured audio, remembered between runs. A damaged or missing cache costs time and nothing else.

    `working` is told what is being measured.
    """

    VERSION = 8
    """Goes up when a measurement changes its meaning, so that old facts are not believed."""

    def __init__(self, folder: Path, working: Callable[[str], None] = lambda text: None) -> None:
        self._working = working
        self._file = folder / f"audio-{self.VERSION}.json"
        self._known = _read(self._file)
        self._changed = False

    def audio(self, path: Path, shown: str = "") -> Audio:
        """Return the facts of an audio file, measured unless it is unchanged. Raises UserError as `measure` does.

        `shown` is what people know it by, where that is not its name.
        """
        from episodes.audio import measure

        name, now = str(path.resolve()), stamp(path)
        known = self._known.get(name)
        if known and known.stamp == now:
            return known.audio
        self._working(f"measuring {shown or path.name}")
        audio = measure(path)
        if now and stamp(path) == now:
            self._known[name] = _Fact(stamp=now, audio=audio)
            self._changed = True
        return audio

    def forget(self, path: Path) -> None:
        """Drop what is known of a file that is gone for good."""
        if self._known.pop(str(path.resolve()), None):
            self._changed = True

    def save(self) -> None:
        """Write what was measured. Failing to is no error: the next run measures again."""
        if self._changed:
            write_cache(self._file, msgspec.json.encode(self._known))
            self._changed = False


def _read(path: Path) -> dict[str, _Fact]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _Fact])
    except (OSError, msgspec.DecodeError):
        return {}
