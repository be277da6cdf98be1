"""What tagging promises of Ogg and FLAC files: pages in order with right checksums, everything else as it was."""

import struct
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.oggpages import checksum
from episodes.tagging.copying import tagged_copy
from episodes.tagging.refusal import NotTaggable
from tests.episodes.audio_builders import flac, opus, page
from tests.episodes.encoders import encode
from tests.episodes.tagging.copies import TAGS, copied, decoded, frames_of, jpeg, only

_PAGE = struct.Struct("<4sBBqIIIB")


def _pages(path: Path) -> list[tuple[int, int, int, bool]]:
    """Return type, serial and number of each page, and whether its checksum is right."""
    body, at, found = path.read_bytes(), 0, []
    while at < len(body):
        magic, _, kind, _, serial, number, claimed, segments = _PAGE.unpack_from(body, at)
        assert magic == b"OggS"
        end = at + _PAGE.size + segments + sum(body[at + _PAGE.size : at + _PAGE.size + segments])
        right = checksum(body[at : at + 22] + bytes(4) + body[at + 26 : end]) == claimed
        found.append((kind, serial, number, right))
        at = end
    return found


@pytest.fixture(params=["libvorbis", "libopus", "flac"])
def master(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return encode(tmp_path / "talk.ogg", "-c:a", str(request.param), seconds=5)


def test_pages_are_numbered_without_a_gap_whatever_the_tags_take(master: Path) -> None:
    serial = _pages(master)[0][1]
    for tags in (only(), TAGS, only(cover=jpeg(700, noisy=True)[:290_000])):
        found = _pages(copied(master, tags))
        assert [one[1:] for one in found] == [(serial, number, True) for number in range(len(found))]
        assert [one[0] & 2 for one in found] == [2] + [0] * (len(found) - 1)


def test_a_damaged_page_stays_damaged(master: Path) -> None:
    body = bytearray(master.read_bytes())
    body[-100] ^= 0xFF
    master.write_bytes(body)
    copy = copied(master, only(cover=jpeg(500, noisy=True)))
    assert [right for *_, right in _pages(copy)].count(False) == 1
    assert any("damaged pages: 1 of" in doubt for doubt in measure(copy).doubts)
    assert (frames_of(copy), decoded(copy)) == (frames_of(master), decoded(master))


def test_bytes_between_pages_stay(master: Path) -> None:
    body = master.read_bytes()
    last = body.rindex(b"OggS")
    master.write_bytes(body[:last] + b"Schrott" * 30 + body[last:] + b"OggS")
    copy = copied(master, TAGS)
    assert b"Schrott" * 30 + b"OggS" in copy.read_bytes()
    assert copy.read_bytes().endswith(b"OggS")
    assert decoded(copy) == decoded(master)


def test_of_joined_recordings_the_first_has_the_tags(master: Path) -> None:
    second = master.read_bytes()
    master.write_bytes(second * 2)
    copy = copied(master, TAGS)
    assert copy.read_bytes().endswith(second)
    assert measure(copy).tags.title == TAGS.title


def test_the_encoder_keeps_its_name(master: Path) -> None:
    copy = copied(master, TAGS)
    assert b"Lavf" in copy.read_bytes()
    assert b"utagen" not in copy.read_bytes()


def test_other_fields_stay_and_their_sizes_are_bounded(tmp_path: Path) -> None:
    gain = ("-metadata", "R128_TRACK_GAIN=-300", "-metadata", "HUGE=" + "x" * 70_000, "-metadata", "contact=a@b.de")
    body = copied(encode(tmp_path / "talk.opus", *gain, seconds=2), TAGS).read_bytes()
    assert b"R128_TRACK_GAIN=-300" in body
    assert b"contact=a@b.de" in body
    assert b"xxxx" not in body


def test_headers_that_nobody_can_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.opus"
    whole = opus(5)
    for number, damaged in enumerate((
        whole.replace(b"OpusTags", b"OpusTaxx"),
        whole[:47] + page(b"fishead\0" + bytes(40), position=0, kind=2, serial=9) + whole[47:],
        whole.replace(page(b"OpusTags" + struct.pack("<I4sI", 4, b"test", 0), position=0, number=1), b""),
    )):  # fmt: skip
        assert damaged != whole, number
        path.write_bytes(damaged)
        with pytest.raises(NotTaggable) as caught:
            copied(path)
        assert "tag = false" in caught.value.hint


def test_a_comment_that_lies_about_its_size_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "talk.opus"
    lying = b"OpusTags" + struct.pack("<I4sI", 4, b"test", 0xFFFFFFF0) + struct.pack("<I", 0xFFFFFFFF)
    whole = opus(5)
    honest = page(b"OpusTags" + struct.pack("<I4sI", 4, b"test", 0), position=0, number=1)
    path.write_bytes(whole.replace(honest, page(lying, position=0, number=1)))
    audio = measure(copied(path, TAGS))
    assert (audio.tags.title, audio.doubts) == (TAGS.title, ())


def test_a_flac_file_keeps_its_seek_table_and_loses_its_padding(tmp_path: Path) -> None:
    whole = flac(5)
    table, padding = b"\x03\0\0\x12" + bytes(18), b"\x81\0\x10\0" + bytes(4096)
    path = tmp_path / "talk.flac"
    path.write_bytes(b"fLaC\0" + whole[5:42] + table + padding + whole[42:])
    body = copied(path, TAGS).read_bytes()
    assert body[:42] == b"fLaC\0" + whole[5:42]
    assert body[42:64] == table
    assert body[64] == 0x84
    assert body.endswith(whole[42:])
    assert len(body) < len(whole) + 2000


def test_a_flac_file_without_an_end_of_its_headers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.flac"
    path.write_bytes(flac(1)[:4] + b"\0" + flac(1)[5:42] + b"\x03\xff\xff\xff")
    with pytest.raises(NotTaggable):
        tagged_copy(path, tmp_path / "copy.flac", TAGS, timedelta(seconds=1))
    assert not (tmp_path / "copy.flac").exists()
