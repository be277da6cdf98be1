"""What `measure` promises about files made to keep it busy, and about files whose parts contradict each other."""

import struct
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from episodes import mpeg, tagtext
from episodes.audio import measure
from episodes.sound import NotAudio
from tests.episodes.audio_builders import aiff, box, flac, frame, frames, id3, id3_text, measured, mp4, opus, page, wav
from tests.episodes.encoders import encode, played, program

_SYNC = b"\xff\xfb\x90\x00"
_COMPRESSED = "it is a compressed {}, which few players know"


def named(name: bytes, body: bytes) -> bytes:
    """Return an ID3v2.4 frame that is given as bytes."""
    return name + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + b"\0\0" + body


def chapter(number: int, *inside: bytes) -> bytes:
    moments = struct.pack(">IIII", number, number + 1, 0xFFFFFFFF, 0xFFFFFFFF)
    return named(b"CHAP", b"c%d\0" % number + moments + b"".join(inside))


def chapters(count: int) -> bytes:
    return b"".join(chapter(number, id3_text("TIT2", b"Kapitel")) for number in range(count))


def in_wav(tag: bytes) -> bytes:
    tag += bytes(len(tag) % 2)
    return wav(5) + b"id3 " + struct.pack("<I", len(tag)) + tag


def in_aiff(tag: bytes) -> bytes:
    tag += bytes(len(tag) % 2)
    return aiff(5) + b"ID3 " + struct.pack(">I", len(tag)) + tag


def unsynchronised(tag: bytes) -> bytes:
    """Return a tag of version 2.3 with the NUL that keeps players from taking its 0xFF for sound."""
    body = tag[10:].replace(b"\xff", b"\xff\0")
    return b"ID3\x03\x00\x80" + id3(padding=len(body))[6:10] + body


def test_a_tag_of_many_frames_is_refused_unread(tmp_path: Path) -> None:
    many = id3(b"".join(id3_text("TXXX", b"k%d\0v" % number) for number in range(6000)))
    assert measured(tmp_path, many + frames(50)).doubts == ("its tags are damaged and cannot be read (6000 pieces)",)


def test_an_old_tag_of_many_frames_is_refused_unread(tmp_path: Path) -> None:
    body = b"".join(b"TXX\0\0\x08\0k%05d\0" % number for number in range(6000))
    many = b"ID3\x02\x00\x00" + id3(padding=len(body))[6:10] + body
    assert measured(tmp_path, many + frames(50)).doubts == ("its tags are damaged and cannot be read (6000 pieces)",)


def test_a_tag_of_many_chapters_is_refused_with_their_number(tmp_path: Path) -> None:
    audio = measured(tmp_path, id3(chapters(6000)) + frames(50))
    assert audio.doubts == ("its tags are damaged and cannot be read (6000 chapters)",)


def test_the_frames_inside_a_chapter_count(tmp_path: Path) -> None:
    inside = [id3_text("TXXX", b"k%d\0v" % number) for number in range(6000)]
    audio = measured(tmp_path, id3(chapter(1, *inside)) + frames(50))
    assert audio.doubts == ("its tags are damaged and cannot be read (6001 pieces)",)


def test_chapters_inside_of_chapters_are_damage_in_words(tmp_path: Path) -> None:
    inside = b""
    for number in range(2000):
        inside = chapter(number, inside)
    said = "its tags are damaged and cannot be read (pieces inside of pieces, thousands deep)"
    assert measured(tmp_path, id3(inside) + frames(50)).doubts == (said,)


@pytest.mark.parametrize(("inside", "name"), [(in_wav, "talk.wav"), (in_aiff, "talk.aiff"), (unsynchronised, "a.mp3")])
def test_a_tag_in_another_dress_is_refused_too(tmp_path: Path, inside: object, name: str) -> None:
    assert callable(inside)
    body = inside(id3(chapters(6000))) + (frames(50) if name == "a.mp3" else b"")
    assert any("6000 chapters" in doubt for doubt in measured(tmp_path, body, name).doubts)


def test_chapters_beyond_a_thousand_are_left_out_with_a_word(tmp_path: Path) -> None:
    audio = measured(tmp_path, id3(chapters(1200)) + frames(100))
    assert len(audio.chapters) == 1000
    assert audio.doubts == ("it has 1200 chapters, of which only the first 1000 are read",)


def test_a_thousand_chapters_are_no_damage(tmp_path: Path) -> None:
    audio = measured(tmp_path, id3(chapters(1000)) + frames(100))
    assert (len(audio.chapters), audio.doubts) == (1000, ())


def test_a_walk_over_what_only_looks_like_frames_gives_up() -> None:
    body = _SYNC * 100_000
    walk = mpeg.FrameWalk(len(body))
    walk.feed(body)
    walk.finish()
    assert walk.lost
    assert (walk.junk, walk.frames.total()) == (len(body), 0)


def test_sound_before_what_only_looks_like_frames_is_counted_and_doubted(tmp_path: Path) -> None:
    audio = measured(tmp_path, frames(383) + _SYNC * 300_000)
    assert audio.duration.total_seconds() == pytest.approx(10, abs=0.1)
    assert any("bytes between its frames are not audio" in doubt for doubt in audio.doubts)


def test_a_file_of_thousands_of_tags_is_not_said_to_have_lost_its_sound(tmp_path: Path) -> None:
    with pytest.raises(NotAudio, match="is not audio of a kind that can be published"):
        measured(tmp_path, id3() * 20_000 + frames(50))


def test_a_walk_over_a_long_file_with_much_damage_comes_to_its_end() -> None:
    body = (frame() * 4 + _SYNC * 3) * 5000 + frames(400)
    walk = mpeg.FrameWalk(len(body))
    walk.feed(body)
    walk.finish()
    assert not walk.lost
    assert walk.frames.total() == 20_400


def table_with(body: bytes, name: bytes, at: int, row: bytes) -> bytes:
    """Return an MP4 file with other bytes in a table of samples, so many behind the name of the table."""
    place = body.index(name) + at
    return body[:place] + row + body[place + len(row) :]


@pytest.mark.parametrize(
    ("name", "at", "row"),
    [
        (b"stsc", 12, struct.pack(">III", 1, 0xFFFFFFFF, 1)),
        (b"stsz", 8, struct.pack(">II", 1, 0xFFFFFFFF)),
        (b"stsz", 8, struct.pack(">II", 0, 300)),
        (b"stts", 12, struct.pack(">I", 300)),
        (b"stts", 8, struct.pack(">I", 1)),
        (b"stsc", 8, struct.pack(">I", 0)),
        (b"stsc", 16, struct.pack(">I", 862)),
        (b"stsz", 12, struct.pack(">I", 9999)),
        (b"stco", 8, struct.pack(">I", 0)),
        (b"stco", 8, struct.pack(">I", 0x80000000)),
    ],
)
def test_an_index_that_contradicts_itself_is_doubted(tmp_path: Path, name: bytes, at: int, row: bytes) -> None:
    whole = encode(tmp_path / "whole.m4a", seconds=20)
    assert measure(whole).doubts == ()
    broken = tmp_path / "broken.m4a"
    broken.write_bytes(table_with(whole.read_bytes(), name, at, row))
    assert "its index contradicts itself: export it again" in measure(broken).doubts


@pytest.mark.parametrize("edits", [True, False])
@pytest.mark.parametrize("codec", ["aac", "alac"])
def test_a_clock_of_the_sound_that_contradicts_the_film_is_doubted(tmp_path: Path, codec: str, edits: bool) -> None:
    options = () if edits else ("-use_editlist", "0")
    whole = encode(tmp_path / "whole.m4a", "-c:a", codec, "-movflags", "+faststart", *options, seconds=20)
    assert measure(whole).doubts == ()
    for clock in (22_050, 88_200):
        broken = tmp_path / "broken.m4a"
        broken.write_bytes(table_with(whole.read_bytes(), b"mdhd", 16, struct.pack(">I", clock)))
        assert measure(broken).doubts


def test_packets_of_aac_tell_a_length_that_all_headers_agree_on(tmp_path: Path) -> None:
    body = encode(tmp_path / "whole.m4a", "-use_editlist", "0", seconds=20).read_bytes()
    for name, at, half in ((b"mvhd", 16, 500), (b"mdhd", 16, 22_050)):
        rate, ticks = struct.unpack_from(">II", body, body.index(name) + at)
        assert rate == 2 * half
        body = table_with(body, name, at, struct.pack(">II", 4 * half, ticks))
    told = measured(tmp_path, body, "talk.m4a")
    assert abs(told.duration - timedelta(seconds=10)) < timedelta(seconds=0.1)
    assert len(told.doubts) == 1
    assert told.doubts[0].startswith("its index lists 10.0 s, but the 86")
    assert told.doubts[0].endswith(" packets of its sound (AAC) play 20.0 s: export it again")


@pytest.mark.parametrize("codec", ["adpcm_ima_qt", "pcm_alaw", "pcm_mulaw"])
def test_compressed_aiff_is_as_long_as_it_plays_and_doubted(tmp_path: Path, codec: str) -> None:
    path = encode(tmp_path / "talk.aiff", "-c:a", codec, "-ac", "2", seconds=70)
    audio = measure(path)
    assert audio.duration.total_seconds() == pytest.approx(played(path), abs=0.1)
    assert audio.minute_bytes == pytest.approx(audio.bytes * 6 / 7, rel=0.001)
    kind = {"adpcm_ima_qt": "ima4", "pcm_alaw": "alaw", "pcm_mulaw": "ulaw"}[codec]
    assert audio.doubts == (_COMPRESSED.format(f"AIFF file ({kind})"),)


def test_half_of_a_compressed_aiff_file_is_incomplete(tmp_path: Path) -> None:
    whole = encode(tmp_path / "talk.aiff", "-c:a", "adpcm_ima_qt", seconds=20).read_bytes()
    audio = measured(tmp_path, whole[: len(whole) // 2], "half.aiff")
    assert audio.duration.total_seconds() == pytest.approx(10, abs=0.1)
    assert audio.doubts[1] == "its header promises 20.0 s, but 10.0 s are there: the file is incomplete"


def test_the_length_of_aiff_of_an_unknown_kind_is_a_guess(tmp_path: Path) -> None:
    whole = encode(tmp_path / "talk.aiff", "-c:a", "adpcm_ima_qt", seconds=20).read_bytes()
    audio = measured(tmp_path, whole.replace(b"ima4", b"QDM2"), "talk.aiff")
    assert audio.doubts == (
        _COMPRESSED.format("AIFF file (QDM2)"),
        "its length is a guess: its header may count samples or packets of them",
    )


@pytest.mark.parametrize("codec", ["pcm_f32be", "pcm_s16le"])
def test_aiff_that_is_not_compressed_is_not_doubted(tmp_path: Path, codec: str) -> None:
    audio = measure(encode(tmp_path / "talk.aiff", "-c:a", codec, seconds=20))
    assert (audio.duration, audio.doubts) == (timedelta(seconds=20), ())


@pytest.mark.parametrize(("codec", "code"), [("adpcm_ima_wav", 17), ("adpcm_ms", 2), ("libmp3lame", 85)])
def test_a_compressed_wav_file_is_as_long_as_its_samples(tmp_path: Path, codec: str, code: int) -> None:
    path = encode(tmp_path / "talk.wav", "-c:a", codec, "-ac", "2", "-ar", "44100", seconds=70)
    audio = measure(path)
    assert audio.duration.total_seconds() == pytest.approx(70, abs=0.1)
    assert audio.minute_bytes == pytest.approx(audio.bytes * 6 / 7, rel=0.01)
    assert audio.doubts == (_COMPRESSED.format(f"WAV file (format {code})"),)
    half = measured(tmp_path, path.read_bytes()[: audio.bytes // 2], "half.wav")
    assert half.duration.total_seconds() == pytest.approx(35, abs=0.1)
    assert half.doubts[0].startswith("its header promises 1:10, but 35.0 s are there") or len(half.doubts) == 2


def test_a_wav_file_that_promises_more_than_any_disk_holds_is_incomplete(tmp_path: Path) -> None:
    shape = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 1, 8000, 8000, 1, 8)
    large = struct.pack("<4sIQQQI", b"ds64", 28, 0, 1 << 62, 0, 0)
    body = b"RF64\xff\xff\xff\xffWAVE" + large + shape + b"data\xff\xff\xff\xff" + bytes(40_000)
    audio = measured(tmp_path, body, "talk.wav")
    assert audio.duration == timedelta(seconds=5)
    assert audio.doubts[-1].endswith("but 5.0 s are there: the file is incomplete")


def test_the_length_of_a_compressed_wav_file_that_counts_nothing_is_a_guess(tmp_path: Path) -> None:
    audio = measured(tmp_path, wav(5, code=17), "talk.wav")
    assert audio.doubts[1] == "its length is a guess: nothing in it counts its samples"


def test_ogg_streams_at_once_are_as_long_as_one_and_doubted(tmp_path: Path) -> None:
    two = tmp_path / "two.ogg"
    source = encode(tmp_path / "one.ogg", "-c:a", "libvorbis", seconds=20)
    options = ("-i", str(source), "-i", str(source), "-map", "0", "-map", "1", "-c", "copy", str(two))
    subprocess.run((program("ffmpeg"), "-nostdin", "-v", "error", *options), check=True, timeout=60)
    audio = measure(two)
    assert audio.duration == measure(source).duration
    assert audio.doubts == ("it holds several streams at once, and players take one of them: export it again with one",)


def test_an_ogg_skeleton_is_no_second_stream(tmp_path: Path) -> None:
    body = opus(5)
    first = body.index(b"OggS", 4)
    skeleton = page(b"fishead\0" + bytes(56), position=0, kind=2, serial=9)
    assert measured(tmp_path, body[:first] + skeleton + body[first:], "talk.opus").doubts == ()


def test_joined_recordings_of_several_streams_count_together(tmp_path: Path) -> None:
    head, rest = opus(5, serial=1), opus(5, serial=2)
    first, second = head.index(b"OggS", 4), rest.index(b"OggS", 4)
    both = head[:first] + rest[:second] + head[first:] + rest[second:]
    audio = measured(tmp_path, both + opus(7, serial=3), "talk.opus")
    assert audio.duration == timedelta(seconds=12)
    assert len(audio.doubts) == 2


@pytest.mark.parametrize("size", [1_900_000, 2_100_000])
def test_tags_of_more_than_two_megabytes_are_doubted(tmp_path: Path, size: int) -> None:
    padded = b"".join((b"fLaC\x00", flac(5)[5:42], b"\x81", size.to_bytes(3, "big"), bytes(size), flac(5)[42:]))
    said = f"its tags take {size / 1_000_000:.1f} MB, which every listener downloads first: give it a smaller cover"
    expected = (said,) if size > 2_000_000 else ()
    film = mp4(70)
    index = film.index(b"moov") - 4
    length = int.from_bytes(film[index : index + 4], "big")
    index_box = box(b"moov", film[index + 8 : index + length] + box(b"udta", box(b"free", bytes(size - 8))))
    heavy = film[:index] + index_box + film[index + length :]
    assert measured(tmp_path, id3(padding=size) + frames(50)).doubts == expected
    assert measured(tmp_path, padded, "talk.flac").doubts == expected
    assert measured(tmp_path, heavy, "talk.m4a").doubts == expected


def test_a_large_tag_behind_the_sound_delays_nothing(tmp_path: Path) -> None:
    assert measured(tmp_path, in_wav(id3(padding=3_000_000)), "talk.wav").doubts == ()


def test_overrides_of_the_writing_direction_never_come_through(tmp_path: Path) -> None:
    odd = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
    text = f"Titel{odd}gpj.exe".encode()
    audio = measured(tmp_path, id3(id3_text("TIT2", text) + chapter(1, id3_text("TIT2", text))) + frames(50))
    assert (audio.tags.title, audio.chapters[0].title) == ("Titelgpj.exe", "Titelgpj.exe")
    assert tagtext.lines(f"a{odd}\nb") == "a\nb"
