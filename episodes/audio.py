"""Measures an audio file: what it is, how long it plays, what it says about itself, and what is doubtful about it.

The content decides, never the name or a header: an MP3 is walked frame by frame in the same pass that hashes it.
"""

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path, PurePath
from typing import BinaryIO

from episodes import mpeg
from episodes.audiokinds import hidden, name_doubts, recognise
from episodes.audiotags import LARGEST, Label, mp4_sound, read_label
from episodes.chapterfiles.marks import without_plain_ends
from episodes.containers import Film, aiff, film, read_at, wav, within
from episodes.flacstream import Numbers, flac
from episodes.model import Audio
from episodes.oggpages import PageWalk, ogg
from episodes.sampletable import Track, sound_track
from episodes.sound import NOTABLE, Format, NotAudio, Sound, length, mean_bitrate, samples

_Walk = mpeg.FrameWalk | PageWalk | Numbers

_PIECE = 1 << 18
_MOST_TAGS = 16
_LARGE_TAGS = 2_000_000  # bytes
_AAC = ("mp4a.40.2", "mp4a.40.5", "mp4a.40.29")
_PACKETS = (1024, 960, 2048, 1920)
"""Samples a packet of AAC may hold: with SBR twice as many at the rate that is played (ISO/IEC 14496-3)."""
_APE_HEADER, _APE_HAS_HEADER = 0x20, 0x80
_LARGEST_BEHIND = 1 << 18  # bytes of an ID3v2 tag behind the sound; there is hardly ever one
_TYPES = {
    Format.MP3: "audio/mpeg",
    Format.VORBIS: "audio/ogg",
    Format.OPUS: "audio/ogg",
    Format.OGG_FLAC: "audio/ogg",
    Format.FLAC: "audio/flac",
    Format.WAV: "audio/wav",
    Format.AIFF: "audio/aiff",
}
_FILM, _M4A = "video/mp4", "audio/x-m4a"
_EXTENSIONS = {
    "audio/mpeg": ".mp3",
    _M4A: ".m4a",
    _FILM: ".mp4",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/wav": ".wav",
    "audio/aiff": ".aiff",
}


def measure(path: Path) -> Audio:
    """Return the facts of the audio file at `path`, read once and never whole in memory.

    Raises `NotAudio`, which says what the file is instead or why it cannot be read.
    """
    name = path.name
    with opened(path) as (file, size):
        form, start = recognise(file, name)
        walk = _walk(file, size, form, start, name)
        sha256 = _hashed(file, size, walk, name)
        media_type, sound = _sound(file, size, form, walk, name)
        label = _label(file, form, sound)
    chapters = tuple(chapter for chapter in label.chapters if chapter.start <= sound.duration)
    late = len(label.chapters) - len(chapters)
    chapters = without_plain_ends(chapters, sound.duration)
    heavy = _weight_doubts(min(sound.tag_bytes, sound.header_bytes)) if form is not Format.MP4 else ()
    doubts = [*name_doubts(name, form, video=media_type == _FILM), *sound.doubts, *label.doubts, *heavy]
    if late:
        doubts.append(f"{late} of its chapters begin after its end ({length(sound.duration)}) and are left out")
    return Audio(
        media_type=media_type,
        bytes=size,
        sha256=sha256,
        duration=sound.duration,
        header_bytes=sound.header_bytes,
        minute_bytes=min(sound.minute_at, size) or size,
        bitrate=sound.bitrate,
        bitrate_mode=sound.bitrate_mode,
        sample_rate=sound.sample_rate,
        channels=sound.channels,
        chapters=chapters,
        tags=label.tags,
        doubts=tuple(doubts),
        repairs=label.repairs,
    )


def extension_for(audio: Audio, name: str = "") -> str:
    """Return the extension an object with this audio is published under, by its content.

    Ogg files share one media type: `name`, the file the audio was measured from, keeps `.opus` apart from `.ogg`.
    """
    if audio.media_type == "audio/ogg" and PurePath(name).suffix.lower() == ".opus":
        return ".opus"
    return _EXTENSIONS[audio.media_type]


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a regular file for reading and give its size; every way the disk can refuse is a `NotAudio`."""
    name = path.name or str(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise NotAudio(f"{name} is a folder, not an audio file", hint="name the audio file inside it")
        if not stat.S_ISREG(found.st_mode):
            raise NotAudio(f"{name} is a device or a pipe, not an audio file", hint="save the audio to a file first")
        if not found.st_size:
            raise NotAudio(f"{name} is empty", hint="the copy or download probably failed: fetch it again")
        with path.open("rb") as file:
            yield file, found.st_size
    except FileNotFoundError as error:
        raise NotAudio(f"{path} does not exist", hint="check the name and the folder") from error
    except PermissionError as error:
        raise NotAudio(f"{name} may not be read by you", hint="change its permissions, or ask its owner") from error
    except OSError as error:
        raise NotAudio(
            f"{name} cannot be read: {error.strerror or error}", hint="check the disk and the path"
        ) from error


def _walk(file: BinaryIO, size: int, form: Format, start: int, name: str) -> _Walk | None:
    """Return what has to see every byte of a file of this format, None where its index leads to everything."""
    if form is Format.MP3:
        return mpeg.FrameWalk(sound_end(file, size))
    if form in (Format.VORBIS, Format.OPUS, Format.OGG_FLAC):
        return PageWalk(size)
    return Numbers(file, size, start, name) if form is Format.FLAC else None


def _hashed(file: BinaryIO, size: int, walk: _Walk | None, name: str) -> str:
    """Return the sha256 of the whole file, letting the walk see every piece of it."""
    digest, seen = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
        seen += len(piece)
        if walk:
            walk.feed(piece)
    if seen != size:
        raise NotAudio(f"{name} changed while it was read", hint="wait until the recording or the copy is finished")
    if isinstance(walk, mpeg.FrameWalk):
        walk.finish()
    return digest.hexdigest()


def _sound(file: BinaryIO, size: int, form: Format, walk: _Walk | None, name: str) -> tuple[str, Sound]:
    """Return the media type and the facts of the sound."""
    if isinstance(walk, mpeg.FrameWalk):
        return _TYPES[form], _mp3(file, walk, name)
    if form is Format.MP4:
        return _mp4(file, size, name)
    if isinstance(walk, PageWalk):
        return _TYPES[form], ogg(walk, name)
    if walk:
        return _TYPES[form], flac(file, size, name, walk)
    sound = (wav if form is Format.WAV else aiff)(file, size, name)
    if not sound.duration:
        raise NotAudio(f"{name} is a {form} file without sound", hint="copy or upload it again from the original")
    return _TYPES[form], sound


def _mp3(file: BinaryIO, walk: mpeg.FrameWalk, name: str) -> Sound:
    if found := mpeg.sound(walk):
        return found
    after = read_at(file, walk.tags, 4)
    if mpeg.free_format(after):
        raise NotAudio(f"{name} is a free-format MP3, which players refuse", hint="encode it at a constant bitrate")
    if walk.tags and not walk.lost:
        message = f"{name} has MP3 tags but no audio frame"
        raise NotAudio(message, hint="the export or upload probably stopped early: export it again")
    if behind := hidden(file, name):
        at, form = behind
        message = f"{name} begins with {at} bytes that are no audio; behind them stands {form} audio"
        raise NotAudio(message, hint="export it again, or copy it again from the original")
    raise NotAudio(f"{name} is not audio of a kind that can be published", hint="export it as MP3 or M4A")


def _mp4(file: BinaryIO, size: int, name: str) -> tuple[str, Sound]:
    """Return the facts of an MP4 file: the length its sample table gives, else the one in the header of its sound."""
    shape = film(file, size, name)
    small = shape.index.size <= LARGEST
    duration, rate, channels, codec = mp4_sound(file) if small else (timedelta(), 0, 0, "")
    track = sound_track(file, shape.index, size, cut=shape.missing > 0) if small else None
    if track and (track.there or not track.duration):
        duration = track.there or track.listed
    if not duration:
        raise NotAudio(f"{name} is an MP4 file that does not say how long it is", hint="export it again as MP3 or M4A")
    tags = sum(box.size for box in within(file, shape.index) if box.name in (b"udta", b"meta"))
    behind = shape.index.size + 8 if shape.index.start > shape.header_bytes else 0  # fetched before anything plays
    return _FILM if shape.video else _M4A, Sound(
        duration=duration,
        header_bytes=shape.header_bytes,
        minute_at=track.minute_at + behind if track and track.minute_at else 0,
        tag_bytes=shape.index.size,
        bitrate=mean_bitrate(shape.sound_bytes - shape.missing, duration),
        sample_rate=rate,
        channels=channels,
        doubts=(*shape.doubts, *(_mp4_doubts(track, shape, codec, rate) if track else ()), *_weight_doubts(tags)),
    )


def _mp4_doubts(track: Track, shape: Film, codec: str, rate: int) -> Iterator[str]:
    yield from _track_doubts(track, shape)
    packets = [samples(track.packets * size, rate) for size in _PACKETS] if codec in _AAC and rate else []
    if packets and min(abs(track.listed - played) for played in packets) > NOTABLE:
        yield (
            f"its index lists {length(track.listed)}, but the {track.packets} packets of its sound (AAC) play "
            f"{length(packets[0])}: export it again"
        )


def _track_doubts(track: Track, shape: Film) -> Iterator[str]:
    if track.contradicts:
        yield "its index contradicts itself: export it again"
    if track.first < shape.header_bytes or track.last >= shape.sound_end or track.bytes > shape.sound_bytes:
        yield "its index leads to places where no sound is: it was damaged by an edit or a copy"
    if track.duration - track.there > NOTABLE:
        yield f"its index lists {length(track.duration)}, but {length(track.there)} are there: the file is incomplete"
    elif track.claimed and abs(track.claimed - track.listed) > NOTABLE:
        yield (
            f"players that trust its header show {length(track.claimed)}, but its index lists "
            f"{length(track.listed)}: export it again"
        )
    elif track.shown and track.duration and abs(track.shown - track.duration - track.delay) > NOTABLE:
        yield (
            f"players that trust its header show {length(track.shown)}, but its index plays "
            f"{length(track.duration + track.delay)}: export it again"
        )
    if not track.duration:
        yield "its edit list plays none of its sound: export it again"
    elif track.listed - track.duration > NOTABLE:
        yield (
            f"its edit list plays {length(track.duration)} of {length(track.listed)}, and some players play all: "
            "export it again"
        )
    if track.delay > NOTABLE:
        yield (
            f"its edit list puts {length(track.delay)} of silence before its sound, and some players do not: "
            "export it again"
        )


def _label(file: BinaryIO, form: Format, sound: Sound) -> Label:
    if sound.tag_bytes > LARGEST:
        size = f"{sound.tag_bytes / 1_000_000:.0f} MB"
        return Label(doubts=(f"its tags take {size}, which every listener downloads first; they were not read",))
    if form in (Format.WAV, Format.AIFF) and not sound.tag_bytes:
        return Label()
    return read_label(file, form)


def _weight_doubts(size: int) -> tuple[str, ...]:
    """Return a doubt about tags before the sound that delay it and count into its first minute (ID3-6)."""
    if not _LARGE_TAGS < size <= LARGEST:
        return ()
    return (f"its tags take {size / 1_000_000:.1f} MB, which every listener downloads first: give it a smaller cover",)


def sound_end(file: BinaryIO, size: int) -> int:
    """Return where the sound of an MP3 file ends: before the ID3v1, Lyrics3, APEv2 and ID3v2 tags behind it."""
    end = size
    for _ in range(_MOST_TAGS):
        length = _tag_behind(file, end)
        if not 0 < length <= end:
            break
        end -= length
    return end


def _tag_behind(file: BinaryIO, end: int) -> int:
    """Return the length of the tag that ends at `end`, 0 where there is none."""
    if end >= 128 and read_at(file, end - 128, 3) == b"TAG":
        return 128
    tail = read_at(file, max(0, end - 32), min(32, end))
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return 15 + int(tail[-15:-9])
    if tail[:8] == b"APETAGEX" and not tail[23] & _APE_HEADER:
        return int.from_bytes(tail[12:16], "little") + (32 if tail[23] & _APE_HAS_HEADER else 0)
    start = max(0, end - _LARGEST_BEHIND)
    data, at = read_at(file, start, end - start), end - start
    while (at := data.rfind(b"ID3", 0, at)) >= 0:  # without a footer nothing but its length tells that it is one
        if start + at > 0 and mpeg.tag_length(data, at) == len(data) - at:
            return len(data) - at
    return 0
