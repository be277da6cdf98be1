"""What the readers of audio formats have in common: the facts they find, and how they say that a file is no audio."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from episodes.model import BitrateMode
from episodes.problems import UserError

LARGE_JUNK = 4096  # bytes; less is the ordinary padding of encoders and taggers
NOTABLE = timedelta(seconds=1)  # a difference in length that a listener may notice
ENCODE = "make a file of it that every player takes: 'folge encode FILE OUT.m4a'"
MINUTE = timedelta(seconds=60)  # what must have been delivered before a download counts (IAB-THR-1)


class Format(StrEnum):
    """The audio formats that can be published, in the words of a message."""

    MP3 = "MP3"
    MP4 = "MP4"
    VORBIS = "Ogg Vorbis"
    OPUS = "Opus"
    OGG_FLAC = "Ogg FLAC"
    FLAC = "FLAC"
    WAV = "WAV"
    AIFF = "AIFF"


AUDIO_EXTRA = (
    "install the extra: pip install 'folge[audio]', with pipx: pipx inject folge av imageio-ffmpeg, "
    "with uv: uv tool install 'folge[audio]'"
)
"""What to do where a package is missing that only listening and encoding need."""


class NotAudio(UserError):
    """The file cannot be published as audio; the message says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The facts of the sound in a file, without its tags.

    `tag_bytes` is the most that reading the tags loads into memory, `minute_at` the offset behind the first 60 s of
    sound, 0 where there are fewer or nobody can tell; everything else is as in `Audio`.
    """

    duration: timedelta
    header_bytes: int
    minute_at: int = 0
    tag_bytes: int = 0
    bitrate: int = 0
    bitrate_mode: BitrateMode = BitrateMode.UNKNOWN
    sample_rate: int = 0
    channels: int = 0
    doubts: tuple[str, ...] = ()


def mean_bitrate(size: int, duration: timedelta) -> int:
    """Return the bit/s of `size` bytes of sound, 0 where there is no duration."""
    seconds = duration.total_seconds()
    return round(size * 8 / seconds) if seconds > 0 else 0


def length(value: timedelta) -> str:
    """Return a duration for people: `12.5 s` up to two minutes, `1:02:03` or `4:05` beyond."""
    seconds = value.total_seconds()
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def samples(count: int, rate: int) -> timedelta:
    """Return how long `count` samples per channel last at `rate` Hz; nothing where either is not positive."""
    if count <= 0 or rate <= 0:
        return timedelta()
    return timedelta(microseconds=min(count * 1_000_000 // rate, _LONGEST))


_LONGEST = 366 * 24 * 3600 * 1_000_000  # a year; a field that says more is damaged
