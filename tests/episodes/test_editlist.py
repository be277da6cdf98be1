"""An edit list of an MP4 file decides how long it plays, as a decoder plays it; what it hides is a doubt."""

import struct
from pathlib import Path

import pytest

from episodes.audio import measure
from tests.episodes.audio_builders import box
from tests.episodes.encoders import encode, packets, played

_SECONDS = 70
_SILENT = -1.0


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return encode(tmp_path_factory.mktemp("tone") / "tone.m4a", seconds=_SECONDS).read_bytes()


def edited(tone: bytes, *edits: tuple[float, float], claimed: int | None = None, wide: bool = False) -> bytes:
    """Return a file that plays for seconds from seconds on; `claimed` is the number of edits its list gives."""
    shape, none = (">QqI", 1 << 24) if wide else (">IiI", 0)
    rows = (struct.pack(shape, int(long * 1000), int(at * 44100) if at >= 0 else -1, 1 << 16) for long, at in edits)
    count = len(edits) if claimed is None else claimed
    new = box(b"edts", box(b"elst", struct.pack(">II", none, count) + b"".join(rows)))
    at = tone.index(b"edts") - 4
    size = int.from_bytes(tone[at : at + 4], "big")
    film = bytearray(tone[:at] + new + tone[at + size :])
    for name in (b"trak", b"moov"):
        place = film.index(name) - 4
        longer = int.from_bytes(film[place : place + 4], "big") + len(new) - size
        film[place : place + 4] = longer.to_bytes(4, "big")
    long = int(sum(seconds for seconds, _ in edits) * 1000)  # what a track's header counts: all its edits
    place = film.index(b"tkhd") + 4 + 20
    film[place : place + 4] = long.to_bytes(4, "big")
    return bytes(film)


def written(folder: Path, body: bytes) -> Path:
    path = folder / "talk.m4a"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize(
    ("edits", "seconds"),
    [
        (((20, 0),), 20),
        (((20, 10),), 20),
        (((200, 10),), 60),
        (((10, 0), (20, 40)), 30),
        (((10, 0), (10, 0)), 20),
        (((10, 30), (10, 0)), 20),
        (((10, 0), (5, _SILENT), (10, 20)), 25),
        (((20, 0), (20, 100)), 20),
    ],
)
@pytest.mark.parametrize("wide", [False, True])
def test_the_length_is_what_the_edit_list_plays(
    tmp_path: Path, tone: bytes, edits: tuple[tuple[float, float], ...], seconds: float, wide: bool
) -> None:
    path = written(tmp_path, edited(tone, *edits, wide=wide))
    audio = measure(path)
    assert audio.duration.total_seconds() == pytest.approx(seconds, abs=0.1)
    assert audio.duration.total_seconds() == pytest.approx(played(path), abs=0.5)
    assert any(f"its edit list plays {seconds:.1f} s of 70.0 s" in doubt for doubt in audio.doubts)


@pytest.mark.parametrize("edits", [((0, 10),), ((20, 100),), ((5, _SILENT),)])
def test_an_edit_list_that_plays_nothing_is_doubted(
    tmp_path: Path, tone: bytes, edits: tuple[tuple[float, float], ...]
) -> None:
    audio = measure(written(tmp_path, edited(tone, *edits)))
    assert "its edit list plays none of its sound" in audio.doubts[0]


def test_a_late_beginning_is_doubted(tmp_path: Path, tone: bytes) -> None:
    path = written(tmp_path, edited(tone, (5, _SILENT), (_SECONDS, 0)))
    audio = measure(path)
    assert audio.duration.total_seconds() == pytest.approx(played(path), abs=0.5)
    assert len(audio.doubts) == 1
    assert "its edit list puts 5.0 s of silence before its sound" in audio.doubts[0]


def test_the_samples_a_decoder_starts_with_are_no_doubt(tmp_path: Path, tone: bytes) -> None:
    audio = measure(written(tmp_path, tone))
    assert (audio.duration.total_seconds(), audio.doubts) == (_SECONDS, ())


def test_the_first_minute_counts_from_where_players_begin(tmp_path: Path, tone: bytes) -> None:
    path = written(tmp_path, edited(tone, (_SECONDS, 5)))
    end = measure(path).minute_bytes
    index = path.stat().st_size - path.read_bytes().rindex(b"moov") + 4
    assert 59.9 < max(second for second, at in packets(path) if at < end - index) < 60.1


@pytest.mark.parametrize("claimed", [0, 1_000_000_000])
def test_a_number_of_edits_that_lies_is_not_believed(tmp_path: Path, tone: bytes, claimed: int) -> None:
    path = written(tmp_path, edited(tone, (20, 0), claimed=claimed))
    assert measure(path).duration.total_seconds() == pytest.approx(played(path), abs=0.5)
