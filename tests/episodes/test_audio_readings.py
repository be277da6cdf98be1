"""Where readings of one file differ, the one that docs/audio.md names wins, as a decoder plays it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from episodes.audio import measure
from tests.episodes.encoders import encode, played

_DOCUMENT = (Path(__file__).parents[2] / "docs" / "audio.md").read_text(encoding="utf-8")


def _mutagen(path: Path) -> float:
    """Return the length in seconds that mutagen gives."""
    import mutagen

    return float(mutagen.File(path).info.length)


def _twice(path: Path) -> bytes:
    return path.read_bytes() * 2


def _third(path: Path) -> bytes:
    body = path.read_bytes()
    return body[: len(body) // 3]


def _number(name: bytes, skip: int, value: int) -> Callable[[Path], bytes]:
    """Return a function that writes a 32 bit number `skip` bytes behind a name."""

    def change(path: Path) -> bytes:
        body = bytearray(path.read_bytes())
        at = body.index(name) + skip
        body[at : at + 4] = value.to_bytes(4, "little" if name == b"data" else "big")
        return bytes(body)

    return change


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file made wrong, the row of the document it stands for, what mutagen says in seconds, and what we doubt."""

    row: str
    name: str
    change: Callable[[Path], bytes] = Path.read_bytes
    options: tuple[str, ...] = ()
    mutagen: float
    ours: float
    doubt: str


_SECONDS = 20
READINGS = (
    Reading(
        row="MP3, variable, without a length header",
        name="talk.mp3",
        options=("-q:a", "4", "-write_xing", "0"),
        mutagen=3.35,
        ours=20,
        doubt="players that trust the bitrate of its first frame",
    ),
    Reading(
        row="MP3, joined",
        name="talk.mp3",
        options=("-q:a", "4"),
        change=_twice,
        mutagen=20,
        ours=40,
        doubt="were several files joined",
    ),
    Reading(row="MP3, cut off", name="talk.mp3", change=_third, mutagen=20, ours=6.7, doubt="the file is incomplete"),
    Reading(
        row="M4A, cut off, index first",
        name="talk.m4a",
        options=("-movflags", "+faststart"),
        change=_third,
        mutagen=20,
        ours=6,
        doubt="its index lists 20.0 s, but",
    ),
    Reading(
        row="M4A, wrong length in the header of its sound",
        name="talk.m4a",
        change=_number(b"mdhd", 20, 44100 * 1000),
        mutagen=1000,
        ours=20,
        doubt="its index lists 20.0 s",
    ),
    Reading(
        row="M4A, joined", name="talk.m4a", change=_twice, mutagen=20, ours=20, doubt="players stop after the first"
    ),
    Reading(
        row="M4A, cut with an edit list",
        name="talk.m4a",
        change=_number(b"elst", 12, 5000),
        mutagen=20,
        ours=5,
        doubt="its edit list plays 5.0 s of 20.0 s",
    ),
    Reading(row="FLAC, joined", name="talk.flac", change=_twice, mutagen=20, ours=40, doubt="2 recordings are joined"),
    Reading(row="FLAC, cut off", name="talk.flac", change=_third, mutagen=20, ours=6.7, doubt="the file is incomplete"),
    Reading(
        row="Ogg, joined",
        name="talk.ogg",
        options=("-c:a", "libvorbis"),
        change=_twice,
        mutagen=20,
        ours=40,
        doubt="2 recordings are joined",
    ),
    Reading(
        row="WAV, size in the header too large",
        name="talk.wav",
        change=_number(b"data", 4, 0x7FFFFFFF),
        mutagen=24347.8,
        ours=20,
        doubt="the file is incomplete",
    ),
    Reading(
        row="WAV, size in the header unknown",
        name="talk.wav",
        change=_number(b"data", 4, 0xFFFFFFFF),
        mutagen=48695.6,
        ours=20,
        doubt="does not say how long it is",
    ),
    Reading(
        row="WAV, size in the header too small",
        name="talk.wav",
        change=_number(b"data", 4, 441_000),
        mutagen=5,
        ours=5,
        doubt="players stop",
    ),
    Reading(
        row="AIFF, number of samples too large",
        name="talk.aiff",
        change=_number(b"COMM", 10, 44100 * 1000),
        mutagen=1000,
        ours=20,
        doubt="promises 16:40, but 20.0 s are there",
    ),
)


def _made(folder: Path, reading: Reading) -> Path:
    path = encode(folder / reading.name, *reading.options, seconds=_SECONDS)
    path.write_bytes(reading.change(path))
    return path


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.row)
def test_the_reading_that_wins_is_what_a_decoder_plays(tmp_path: Path, reading: Reading) -> None:
    path = _made(tmp_path, reading)
    audio = measure(path)
    assert abs(audio.duration.total_seconds() - played(path)) <= 0.5
    assert abs(audio.duration.total_seconds() - reading.ours) <= 0.5
    assert any(reading.doubt in doubt for doubt in audio.doubts)
    assert _mutagen(path) == pytest.approx(reading.mutagen, rel=0.05)


def test_the_document_has_a_row_for_each_reading() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [\d.]+ s \|", _DOCUMENT, re.MULTILINE)
    assert rows == [reading.row for reading in READINGS]
