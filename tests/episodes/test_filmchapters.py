"""What `measure` promises about chapter tracks of MP4 files: what ffprobe reads, and nothing hostile believed."""

import io
import json
import os
import random
import shutil
import struct
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.filmchapters import film_chapters
from episodes.model import Chapter
from tests.episodes.audio_builders import box

_CORPUS = Path(os.environ.get("FOLGE_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")) / "audio"
_GIVEN = ((0, "Begrüßung"), (2500, "Mut & „Macht“ " + "sehr lang " * 23 + "Ende"), (7001, "勇気 👩🏽‍💻"))


def _tool(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} must be installed in CI")
        pytest.skip(f"{name} is not on this machine")
    return program


def _encoded(target: Path, *options: str, given: Sequence[tuple[int, str]] = _GIVEN) -> Path:
    """Return ten seconds of tone with chapters."""
    lines = [";FFMETADATA1"]
    ends = [start for start, _ in given[1:]] + [10_000]
    for (start, title), end in zip(given, ends, strict=True):
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={title}"]
    described = target.with_suffix(".txt")
    described.write_text("\n".join(lines), encoding="utf-8")
    sound = ["-f", "lavfi", "-i", "sine=d=10", "-i", str(described)]
    how = ["-map_metadata", "1", "-map_chapters", "1", "-c:a", "aac", *options, str(target)]
    subprocess.run([_tool("ffmpeg"), "-loglevel", "error", "-y", *sound, *how], check=True, timeout=60)
    return target


def _probed(path: Path) -> list[tuple[timedelta, str]]:
    command = [_tool("ffprobe"), "-v", "error", "-show_chapters", "-of", "json", str(path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)["chapters"]
    return [
        (timedelta(milliseconds=round(float(one["start_time"]) * 1000)), one.get("tags", {}).get("title", "").strip())
        for one in found
    ]


def _read(path: Path) -> list[tuple[timedelta, str]]:
    return [(chapter.start, chapter.title) for chapter in measure(path).chapters]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("track.m4a", ["-movflags", "+disable_chpl"]),
        ("track.m4b", ["-movflags", "+disable_chpl+faststart", "-f", "ipod"]),
        ("track.mov", ["-movflags", "+disable_chpl"]),
        ("both.mp4", []),
    ],
)
def test_the_chapters_are_those_ffprobe_reads(tmp_path: Path, name: str, options: list[str]) -> None:
    path = _encoded(tmp_path / name, *options)
    found = _read(path)
    assert found == [(timedelta(milliseconds=start), title) for start, title in _GIVEN]
    assert found == _probed(path)


def test_chapters_beyond_those_that_are_read_are_told(tmp_path: Path) -> None:
    many = [(8 * number, f"Kapitel {number}") for number in range(1203)]
    audio = measure(_encoded(tmp_path / "many.m4a", "-movflags", "+disable_chpl", given=many))
    assert [chapter.title for chapter in audio.chapters] == [title for _, title in many[:1000]]
    assert audio.doubts == ("it has 1203 chapters, of which only the first 1000 are read",)


@pytest.mark.skipif(not _CORPUS.exists(), reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_a_second_track_of_links_gives_links_and_not_titles() -> None:
    assert measure(_CORPUS / "AntennaPod__hindenburg-journalist-pro.m4a").chapters == (
        Chapter(start=timedelta(0), title="Chapter Marker 1", link="https://example.com/chapter1url"),
        Chapter(
            start=timedelta(seconds=5, milliseconds=5),
            title="Chapter Marker 2",
            link="https://example.com/chapter2url",
        ),
    )


@pytest.mark.skipif(not _CORPUS.exists(), reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_nero_chapters_are_read_where_there_is_no_track() -> None:
    path = _CORPUS / "AntennaPod__nero-chapters.m4a"
    assert _read(path) == _probed(path)


def _sample(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def _film(
    *texts: bytes, sizes: bytes | None = None, runs: bytes | None = None, times: bytes | None = None, wide: bool = False
) -> bytes:
    """Return an MP4 file whose only content is a track of chapters a second apart, all in one chunk."""
    data = b"".join(map(_sample, texts))
    ftyp = box(b"ftyp", b"M4A " + bytes(4))
    at = len(ftyp) + 8
    count = len(texts)
    stsz = sizes or struct.pack(f">II{count}I", 0, count, *(len(_sample(text)) for text in texts))
    tables = (
        box(b"stts", bytes(4) + (times or struct.pack(">III", 1, count, 1000)))
        + box(b"stsc", bytes(4) + (runs or struct.pack(">IIII", 1, 1, count, 1)))
        + box(b"stsz", bytes(4) + stsz)
        + (box(b"co64", struct.pack(">IIQ", 0, 1, at)) if wide else box(b"stco", struct.pack(">III", 0, 1, at)))
    )
    mdhd = box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 1000, 0, 0, 0))
    hdlr = box(b"hdlr", bytes(8) + b"text" + bytes(13))
    media = box(b"mdia", mdhd + hdlr + box(b"minf", box(b"stbl", tables)))
    chapters = box(b"trak", box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 2)) + media)
    sound = box(b"trak", box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 1)) + box(b"tref", box(b"chap", b"\0\0\0\2")))
    return ftyp + box(b"mdat", data) + box(b"moov", sound + chapters)


def _chapters(film: bytes) -> list[tuple[int, str]]:
    found = film_chapters(io.BytesIO(film), len(film))
    return [(round(chapter.start / timedelta(milliseconds=1)), chapter.title) for chapter in found]


@pytest.mark.parametrize("wide", [False, True])
def test_titles_are_read_in_utf_8_and_utf_16(wide: bool) -> None:
    film = _film("Größe".encode(), "勇気".encode("utf-16"), b"\xfe\xff" + "Mut".encode("utf-16-be"), wide=wide)
    assert _chapters(film) == [(0, "Größe"), (1000, "勇気"), (2000, "Mut")]


def test_a_track_no_sound_refers_to_is_not_one_of_chapters() -> None:
    assert _chapters(_film(b"Mut").replace(b"chap\0\0\0\2", b"chap\0\0\0\3")) == []


def test_counts_and_sizes_beyond_all_measure_are_not_believed() -> None:
    most = 0xFFFFFFFF
    film = _film(
        b"Mut",
        sizes=struct.pack(">II", most, most),
        runs=struct.pack(">IIII", 1, 1, most, 1),
        times=struct.pack(">III", 1, most, 0),
    )
    found = _chapters(film)
    assert found[0] == (0, "Mut")
    assert len(found) <= 5000


def test_a_mutated_file_never_raises_more_than_a_doubt(tmp_path: Path) -> None:
    film = _encoded(tmp_path / "talk.m4a", "-movflags", "+disable_chpl+faststart").read_bytes()
    at = film.find(b"moov")
    end = film.find(b"mdat")
    chance = random.Random(4)
    for _ in range(1500):
        changed = bytearray(film)
        for _ in range(chance.randint(1, 6)):
            changed[chance.randrange(at, end)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        try:
            found = film_chapters(io.BytesIO(changed), len(changed))
        except struct.error:
            continue
        assert len(found) <= 5000
        assert all(timedelta(0) <= chapter.start < timedelta(days=400) for chapter in found)
