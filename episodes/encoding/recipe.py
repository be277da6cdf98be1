"""What the encoder is told: pure functions from a wish to the program's arguments."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from episodes.encoding.loudness import Gain
from episodes.encoding.program import plain_path
from episodes.model import Audio

MONO, STEREO = 1, 2
RATES = (44_100, 48_000)
"""Sampling rates in Hz that every app plays (APPLE-AUD-1)."""

BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""The bitrates in kbit/s that MP3 knows at these sampling rates."""

ORDINARY_BITRATES = {MONO: 96, STEREO: 128}
"""For speech, in the middle of and at the foot of what Apple asks for (APPLE-AUD-1)."""

SPARE = timedelta(seconds=10)
"""How much more than its length a file may decode to before the encoder stops."""

_DEMUXERS = {
    "audio/mpeg": "mp3",
    "audio/x-m4a": "mov",
    "video/mp4": "mov",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/aiff": "aiff",
}
_LOSSY = ("audio/mpeg", "audio/x-m4a", "video/mp4", "audio/ogg")
_LAME_TAKES = {192: 0.26, 224: 0.18, 256: 0.0, 320: 0.0}  # dB LAME makes everything softer by, by kbit/s; a test knows
_LAME_TAKES_BELOW = 0.45
_OVERSAMPLED = 192_000  # Hz at which peaks between the samples are seen


class Target(StrEnum):
    """What is made, by the extension of its name."""

    MP3 = ".mp3"
    M4A = ".m4a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be made: `bitrate` in kbit/s, `rate` in Hz, `loudness` in LUFS, None to leave the level alone."""

    target: Target
    channels: int
    rate: int
    bitrate: int
    loudness: float | None = None


def ordinary_wish(
    audio: Audio, target: Target, *, channels: int = 0, rate: int = 0, bitrate: int = 0, loudness: float | None = None
) -> Wish:
    """Return a wish with everything that was not asked for, 0 here, as it suits speech and the recording."""
    channels = channels or (MONO if audio.channels == MONO else STEREO)
    return Wish(
        target=target,
        channels=channels,
        rate=rate or ordinary_rate(audio.sample_rate),
        bitrate=bitrate or ORDINARY_BITRATES[channels],
        loudness=loudness,
    )


def ordinary_rate(rate: int) -> int:
    """Return the rate a recording keeps, or the one it becomes with the least arithmetic."""
    if rate in RATES:
        return rate
    return RATES[0] if (rate and RATES[0] % rate == 0) or rate % RATES[0] == 0 else RATES[1]


def is_lossy(audio: Audio) -> bool:
    """Say whether encoding the file again loses something for the second time."""
    return audio.media_type in _LOSSY


def picture_arguments(source: Path, audio: Audio, out: Path) -> tuple[str, ...]:
    """Return the arguments of a run that takes the first picture out of a file as it is."""
    taken = ("-map", "0:v:0", "-frames:v", "1", "-c", "copy", "-f", "image2", "-update", "1", plain_path(out))
    return ("-y", *_input(source, audio), *taken)


def level_arguments(source: Path, audio: Audio, wish: Wish, *, soxr: bool) -> tuple[str, ...]:
    """Return the arguments of a run that measures a file as it will be played, with the channels that are wished."""
    meter = "ebur128=dualmono=true:peak=true:framelog=quiet"
    chain = ",".join((*_shape(audio, wish, soxr=soxr), meter))
    return (*_sound(source, audio), "-af", chain, "-f", "null", "-")


def encode_arguments(source: Path, audio: Audio, out: Path, wish: Wish, gain: Gain, *, soxr: bool) -> tuple[str, ...]:
    """Return the arguments of a run that encodes: no tags, no name of an encoder, no clock."""
    chain = (*_shape(audio, wish, soxr=soxr), *_levelled(wish, gain, soxr=soxr), *_made_up(wish))
    codec = {
        Target.MP3: ("-c:a", "libmp3lame", "-id3v2_version", "0", "-write_id3v1", "0", "-f", "mp3"),
        Target.M4A: ("-c:a", "aac", "-movflags", "+faststart", "-f", "ipod"),
    }[wish.target]
    return (
        *("-y", *_sound(source, audio), "-af", ",".join(chain), "-b:a", f"{wish.bitrate}k"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
        *(*codec, plain_path(out)),
    )


def _input(source: Path, audio: Audio) -> tuple[str, ...]:
    """Return how a file is read: as what was measured, so that no playlist or address in it is followed."""
    until = (audio.duration + SPARE).total_seconds()
    kind = _DEMUXERS[audio.media_type]
    return ("-protocol_whitelist", "file", "-t", f"{until:.3f}", "-f", kind, "-i", plain_path(source))


def _sound(source: Path, audio: Audio) -> tuple[str, ...]:
    return (*_input(source, audio), "-map", "0:a:0", "-vn", "-sn", "-dn")


def _shape(audio: Audio, wish: Wish, *, soxr: bool) -> tuple[str, ...]:
    """Return the filters to the channels and the rate that are wished, in floating point, which LAME and AAC take.

    A mono recording goes to both sides at its own level: the resampler would take 3 dB off it. What is mixed down is
    never added up to more than full scale.
    """
    layout = {MONO: "mono", STEREO: "stereo"}[wish.channels]
    converted = _resampled(wish.rate, soxr=soxr)
    if audio.channels == MONO and wish.channels == STEREO:
        return converted, "pan=stereo|c0=c0|c1=c0"
    return (f"{converted}:ochl={layout}:rematrix_maxval=1.0",)


def _resampled(rate: int, *, soxr: bool) -> str:
    quality = "resampler=soxr:precision=28" if soxr else "filter_size=128:phase_shift=10:cutoff=0.97"
    return f"aresample=osr={rate}:osf=fltp:{quality}"


def _made_up(wish: Wish) -> tuple[str, ...]:
    """Return the filter that gives back what LAME takes, so that the level changes only where that is wished."""
    taken = _LAME_TAKES.get(wish.bitrate, _LAME_TAKES_BELOW) if wish.target is Target.MP3 else 0.0
    return (f"volume={taken:.2f}dB:precision=float",) if taken else ()


def _levelled(wish: Wish, gain: Gain, *, soxr: bool) -> tuple[str, ...]:
    """Return the filters of a gain. Peaks are held down at 192 kHz, where a limiter sees those between the samples."""
    louder = (f"volume={gain.db:.2f}dB:precision=float",) if gain.db else ()
    if gain.limit is None:
        return louder
    limiter = f"alimiter=limit={gain.limit:.2f}dB:attack=5:release=50:level=false:latency=true"
    return (*louder, _resampled(_OVERSAMPLED, soxr=soxr), limiter, _resampled(wish.rate, soxr=soxr))
