"""What an app must fetch to play the first minute (IAB-THR-1): the offsets that ffprobe sees, and counted ones."""

from pathlib import Path

import pytest

from episodes.audio import measure
from tests.episodes.audio_builders import aiff, flac, frames, id3, low_frame, measured, mp4, opus, wav, xing
from tests.episodes.encoders import encode, packets

_PACKET = 0.12  # seconds; the longest packet of these encoders is FLAC's


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cbr.mp3", ("-b:a", "128k")),
        ("vbr.mp3", ("-q:a", "4")),
        ("bare.mp3", ("-q:a", "4", "-write_xing", "0")),
        ("low.mp3", ("-b:a", "48k", "-ac", "1", "-ar", "22050")),
        ("start.m4a", ("-movflags", "+faststart")),
        ("lossless.m4a", ("-c:a", "alac", "-movflags", "+faststart")),
        ("talk.flac", ()),
        ("talk.wav", ()),
        ("talk.aiff", ()),
    ],
)
def test_the_minute_ends_where_the_first_packet_behind_it_begins(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    path = encode(tmp_path / name, *options, seconds=75)
    end, found = measure(path).minute_bytes, packets(path)
    before = [second for second, at in found if at < end]
    after = [second for second, at in found if at >= end]
    assert 60 - _PACKET < max(before) < 60.01
    assert 59.97 < min(after) < 60 + _PACKET


@pytest.mark.parametrize(("name", "codec"), [("talk.ogg", "libvorbis"), ("talk.opus", "libopus"), ("f.ogg", "flac")])
def test_the_minute_of_an_ogg_file_ends_with_the_page_that_holds_its_end(tmp_path: Path, name: str, codec: str) -> None:
    path = encode(tmp_path / name, "-c:a", codec, seconds=75)
    end, found = measure(path).minute_bytes, packets(path)
    pages = sorted({at for _, at in found})
    last = max(at for at in pages if at < end)
    assert end in pages
    assert min(second for second, at in found if at == last) < 60
    assert min(second for second, at in found if at >= end) > 59.97


def test_an_index_behind_the_sound_is_fetched_too(tmp_path: Path) -> None:
    path = encode(tmp_path / "end.m4a", seconds=75)
    body = path.read_bytes()
    index = body.rindex(b"moov") - 4
    size = int.from_bytes(body[index : index + 4], "big")
    end = measure(path).minute_bytes - size
    sound = [second for second, at in packets(path) if at >= end]
    assert index > body.index(b"mdat")
    assert 59.97 < min(sound) < 60 + _PACKET


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (frames(300), "talk.mp3"),
        (opus(59), "talk.opus"),
        (flac(59), "talk.flac"),
        (wav(60), "talk.wav"),
        (aiff(60), "talk.aiff"),
        (mp4(90), "without a table.m4a"),
    ],
)
def test_the_minute_of_a_short_file_and_of_one_without_a_table_is_the_file(
    tmp_path: Path, body: bytes, name: str
) -> None:
    assert measured(tmp_path, body, name).minute_bytes == len(body)


def test_tags_and_the_length_header_count_and_the_latter_plays_nothing(tmp_path: Path) -> None:
    sound = 2297 * 417  # 60 s are 2,296.9 frames of 417 bytes
    assert measured(tmp_path, id3(padding=90) + frames(2500), "talk.mp3").minute_bytes == 100 + sound
    assert measured(tmp_path, xing(2500) + frames(2500), "talk.mp3").minute_bytes == 417 + sound


def test_the_frames_of_joined_files_count_by_their_own_rates(tmp_path: Path) -> None:
    low, high = low_frame() * 1200, frames(2000)  # 31.3 s, then 28.7 s of 26.1 ms each
    assert measured(tmp_path, low + high, "talk.mp3").minute_bytes == len(low) + 1097 * 417


def test_a_tag_between_two_halves_counts(tmp_path: Path) -> None:
    body = frames(1500) + id3(padding=990) + frames(1500)
    assert measured(tmp_path, body, "talk.mp3").minute_bytes == 1000 + 2297 * 417


def test_plain_sound_is_counted_to_the_byte(tmp_path: Path) -> None:
    assert measured(tmp_path, wav(90), "talk.wav").minute_bytes == 44 + 60 * 16000
    assert measured(tmp_path, aiff(90), "talk.aiff").minute_bytes == 54 + 60 * 16000


def test_the_minute_may_end_in_the_second_of_joined_files(tmp_path: Path) -> None:
    one = flac(40)
    audio = measured(tmp_path, one * 2, "talk.flac")
    left = 60 - audio.duration.total_seconds() / 2
    blocks = -(-round(left * 44100) // 4096)
    assert audio.minute_bytes == one.index(b"\xff\xf8") + len(one) + sum(
        11 + len(chr(number).encode()) - 1 for number in range(blocks)
    )
