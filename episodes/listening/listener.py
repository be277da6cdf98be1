"""Listens to an audio file: decodes it once, to its end, and measures loudness, peaks, clipping and silence.

FFmpeg's libraries decode and measure (PyAV, the extra `folge[audio]`): `ebur128` gives the loudness so far with each
0.1 s of sound, `astats` their lowest and highest sample; Python looks at the samples where those are at full scale.
Files come from strangers: they are opened as the format we recognised and as nothing else, tags in front are never
loaded, and pictures are not decoded.
"""

import io
import math
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from episodes.audio import opened
from episodes.audiokinds import recognise
from episodes.containers import film
from episodes.listening.hearing import Hearing
from episodes.listening.tally import Tally
from episodes.problems import UserError
from episodes.sampletable import most_samples
from episodes.sound import AUDIO_EXTRA, Format, NotAudio, length

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler
    from av.container import InputContainer

LONGEST = timedelta(hours=24)
_AGAIN = "export it again, or copy it again from the original"

_SELDOM = 100  # frames, a few seconds
_LONG = timedelta(minutes=5)
_THINNEST = 1600  # bit/s; digital silence takes less in FLAC, no voice does in any codec

_LARGEST_INDEX = 40_000_000  # bytes, covers and all
_MOST_SAMPLES = 3_000_000  # of AAC, 18 hours; FFmpeg takes 40 bytes for each

_DEMUXERS = {
    Format.MP3: "mp3",
    Format.MP4: "mp4",
    Format.VORBIS: "ogg",
    Format.OPUS: "ogg",
    Format.OGG_FLAC: "ogg",
    Format.FLAC: "flac",
    Format.WAV: "wav",
    Format.AIFF: "aiff",
}
_SOUND_ONLY = {
    "codec_whitelist": "aac,ac3,alac,eac3,flac,mp1float,mp2float,mp3float,mp1,mp2,mp3,opus,vorbis,adpcm_ima_qt,"
    "adpcm_ima_wav,adpcm_ms,gsm_ms,pcm_alaw,pcm_mulaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_s8,pcm_s16be,"
    "pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_u8"
}
_FILTERS = (
    ("ebur128", "metadata=1:peak=true:dualmono=true"),
    ("astats", "metadata=1:reset=1:measure_perchannel=none:measure_overall=Min_level+Max_level"),
    ("aformat", "sample_fmts=s16p"),
)


def listen(path: Path, heard: Callable[[float], None] = lambda share: None) -> Hearing:
    """Return what is heard in the file at `path`; `heard` is told now and then how much of it has been read, 0 to 1.

    Memory stays bounded whatever the file says about itself. Raises `NotAudio` where nothing can be heard, and
    UserError where the extra `folge[audio]` is not installed.
    """
    try:
        import av
    except ImportError as error:
        message = "listening to audio needs the package av (PyAV), which is not installed"
        raise UserError(message, hint=AUDIO_EXTRA) from error

    name = path.name
    with opened(path) as (file, size):
        form, start = recognise(file, name)
        if form is Format.MP4:
            _weigh(file, size, name)
        try:
            with av.open(
                _Behind(file, start), "r", format=_DEMUXERS[form], options=_SOUND_ONLY, metadata_errors="replace"
            ) as container:
                decoder = _Decoder(container, name)
                frames = decoder.frames()
                first = next(frames, None)
                if first is None:
                    raise NotAudio(f"no sound of {name} can be decoded", hint=_AGAIN)
                ear = _Ear(first)
                for number, frame in enumerate(chain((first,), frames)):
                    ear.hear(frame)
                    if number % _SELDOM == 0:
                        _stop_at_emptiness(ear.heard, file.tell(), name)
                        heard(min(1.0, file.tell() / size))
                return ear.hearing(tuple(decoder.doubts()))
        except av.FFmpegError as error:
            raise NotAudio(f"{name} cannot be decoded: {error.strerror or error}", hint=_AGAIN) from error


def _weigh(file: BinaryIO, size: int, name: str) -> None:
    """Refuse an MP4 file whose index is too large: a decoder makes room for all that is listed, there or not."""
    index = film(file, size, name).index
    if index.size > _LARGEST_INDEX or most_samples(file, index) > _MOST_SAMPLES:
        raise NotAudio(f"the index of {name} lists more than any episode has", hint=_AGAIN)


def _stop_at_emptiness(heard: timedelta, read: int, name: str) -> None:
    """Refuse a file that plays for ever, or for long out of next to nothing."""
    if heard > LONGEST:
        raise NotAudio(f"{name} plays for more than {length(LONGEST)}", hint="cut it into episodes")
    if heard > _LONG and read * 8 < _THINNEST * heard.total_seconds():
        message = f"{name} is empty: {length(heard)} of its sound are in {read:,} bytes"
        raise NotAudio(message, hint="check that this is the file you meant")


class _Behind(io.RawIOBase):
    """A file that begins where another has its sound, so that nobody loads the tags before it."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file, self._start = file, start
        file.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset + self._start if whence == io.SEEK_SET else offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start


class _Decoder:
    """Decodes the first sound of a file; what cannot be decoded is counted and passed over, as players do."""

    def __init__(self, container: "InputContainer", name: str) -> None:
        if not container.streams.audio:
            raise NotAudio(f"{name} has no sound in it", hint="check that this is the file you meant")
        stream = container.streams.audio[0]
        codec = getattr(stream.codec_context, "name", "")  # None, whatever its type says, where nothing decodes it
        if codec not in _SOUND_ONLY["codec_whitelist"].split(","):
            message = f"{name} is encoded in a way that podcasts do not use"
            raise NotAudio(f"{message}: {codec}" if codec else message, hint="export it as MP3 or M4A")
        self._packets = container.demux(stream)
        self._damaged = 0

    def frames(self) -> Iterator["AudioFrame"]:
        """Yield the sound piece by piece."""
        import av

        while True:
            try:
                packet = next(self._packets)
            except StopIteration:
                return
            except (
                av.FFmpegError,
                IndexError,
            ):  # what is behind is lost, or a stream nobody announced
                self._damaged += 1
                return
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self._damaged += 1

    def doubts(self) -> Iterator[str]:
        """Yield what was wrong with the file, if anything was."""
        if self._damaged:
            yield f"{self._damaged:,} of its frames cannot be decoded: the file is damaged"


class _Ear:
    """The filters that measure, and what they told so far."""

    def __init__(self, first: "AudioFrame") -> None:
        from av.filter import Graph

        self._first = first
        self._form = _form(first)
        self._turner: AudioResampler | None = None
        self._turned: tuple[str, str, int] | None = None
        self._changed_at: timedelta | None = None
        self._told: dict[str, str] = {}
        self._tally = Tally(first.sample_rate)
        self._waiting, self._step = 0, first.sample_rate // 10
        self._graph = Graph()
        self._source = last = self._graph.add_abuffer(
            sample_rate=first.sample_rate,
            format=first.format.name,
            layout=first.layout.name,
            channels=first.layout.nb_channels,
            time_base=Fraction(1, first.sample_rate),
        )
        for filter_name, options in (*_FILTERS, ("abuffersink", "")):
            following = self._graph.add(filter_name, options)
            last.link_to(following)
            last = following
        self._graph.configure()
        self._sink = last

    def hear(self, frame: "AudioFrame") -> None:
        """Take in the next piece of sound, in the form of the first where the file changes it on the way."""
        frame.pts = None  # gaps in the times of a damaged file are no sound
        for piece in self._in_form(frame):
            self._source.push(piece)
            self._waiting += piece.samples
        if self._waiting >= self._step:  # asking for less than a piece costs as much as a piece
            self._waiting = 0
            self._note()

    @property
    def heard(self) -> timedelta:
        """How long it has been so far."""
        return self._tally.duration

    def hearing(self, doubts: tuple[str, ...]) -> Hearing:
        """Return what was heard from beginning to end."""
        self._source.push(None)
        self._note()
        tally = self._tally
        tally.close()
        peak = max(self._figure("true_peak"), tally.peak)
        loudness = self._figure("I", -70.0)
        before, after = tally.silences()
        return Hearing(
            duration=tally.duration,
            sample_rate=self._first.sample_rate,
            channels=self._first.layout.nb_channels,
            loudness=loudness if loudness > -70.0 else None,
            loudness_range=self._figure("LRA"),
            true_peak=20 * math.log10(peak) if peak > 0 else None,
            clipped=tally.clipped,
            longest_clip=tally.longest_clip,
            first_clip=tally.first_clip,
            silence_before=before,
            silence_after=after,
            peaks=tally.peaks(),
            doubts=(*doubts, *self._doubts()),
        )

    def _in_form(self, frame: "AudioFrame") -> Iterator["AudioFrame"]:
        form = _form(frame)
        if form == self._form:
            yield frame
            return
        if self._turned != form:
            from av import AudioResampler

            first, self._turned = self._first, form
            self._turner = AudioResampler(format=first.format, layout=first.layout, rate=first.sample_rate)
            if self._changed_at is None:
                self._changed_at = self._tally.duration
        if self._turner is not None:
            yield from self._turner.resample(frame)

    def _note(self) -> None:
        """Write down what the filters have ready, 0.1 s at a time."""
        from av import AudioFrame
        from av.error import BlockingIOError, EOFError

        while True:
            try:
                piece = self._sink.pull()
            except (BlockingIOError, EOFError):
                return
            if not isinstance(piece, AudioFrame):
                raise TypeError(piece)
            told = dict(piece.metadata)
            if "lavfi.r128.I" in told:  # the last piece is too short for it
                self._told = told
            low, high = (float(told.get(f"lavfi.astats.Overall.{end}_level", "nan")) for end in ("Min", "Max"))
            at = self._tally.heard
            if self._tally.add(low, high, piece.samples):
                self._tally.search([bytes(plane)[: 2 * piece.samples] for plane in piece.planes], at)

    def _figure(self, name: str, otherwise: float = 0.0) -> float:
        """Return what `ebur128` told last; `otherwise` where it told nothing, or nothing that is a number."""
        figure = float(self._told.get(f"lavfi.r128.{name}", "nan"))
        return figure if math.isfinite(figure) else otherwise

    def _doubts(self) -> Iterator[str]:
        if self._changed_at is not None:
            at = length(self._changed_at)
            yield f"it changes its sample rate or its channels at {at}: were several files joined?"


def _form(frame: "AudioFrame") -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
