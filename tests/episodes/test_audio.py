"""What `measure` promises about lengths, formats and damage, over files built byte by byte."""

import hashlib
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.audio import extension_for, measure
from episodes.flacstream import Numbers
from episodes.flacstream import flac as flac_facts
from episodes.model import Audio, BitrateMode
from episodes.sound import NotAudio, length
from tests.episodes.audio_builders import (
    FRAME_SECONDS,
    aiff,
    apev2,
    box,
    flac,
    frame,
    frames,
    id3,
    id3v1,
    low_frame,
    measured,
    mp4,
    opus,
    vbri,
    wav,
    xing,
)


def refusal(folder: Path, body: bytes, name: str = "talk.mp3") -> NotAudio:
    with pytest.raises(NotAudio) as caught:
        measured(folder, body, name)
    return caught.value


def seconds(audio: Audio) -> float:
    return audio.duration.total_seconds()


def test_a_constant_mp3_is_measured_whole(tmp_path: Path) -> None:
    body = frames(200)
    audio = measured(tmp_path, body)
    assert audio == Audio(
        media_type="audio/mpeg",
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        duration=timedelta(microseconds=200 * 1152 * 1_000_000 // 44100),
        minute_bytes=len(body),
        bitrate=128_000,
        bitrate_mode=BitrateMode.CONSTANT,
        sample_rate=44100,
        channels=2,
    )


def test_mono_is_one_channel(tmp_path: Path) -> None:
    assert measured(tmp_path, frame(mono=True) * 50).channels == 1


def test_the_length_frame_counts_as_header_and_not_as_audio(tmp_path: Path) -> None:
    audio = measured(tmp_path, id3(padding=100) + xing(100) + frames(100))
    assert seconds(audio) == pytest.approx(100 * FRAME_SECONDS, abs=1e-4)
    assert (audio.header_bytes, audio.doubts) == (110 + 417, ())


def test_a_variable_mp3_without_a_length_header_is_walked_and_doubted(tmp_path: Path) -> None:
    audio = measured(tmp_path, frames(100, 32) + frames(400, 256))
    assert seconds(audio) == pytest.approx(500 * FRAME_SECONDS, abs=1e-4)
    assert audio.bitrate_mode is BitrateMode.VARIABLE
    (doubt,) = audio.doubts
    assert "length header is missing" in doubt
    assert length(audio.duration) in doubt


def test_joined_files_count_together_and_are_doubted(tmp_path: Path) -> None:
    one = id3(padding=50) + xing(200) + frames(200)
    audio = measured(tmp_path, one + one)
    assert seconds(audio) == pytest.approx(401 * FRAME_SECONDS, abs=1e-4)
    assert audio.doubts == (
        "players that trust its header show 5.2 s, but 10.5 s are there: were several files joined?",
    )


def test_joined_files_of_different_rates_say_so(tmp_path: Path) -> None:
    audio = measured(tmp_path, low_frame() * 100 + frames(100))
    assert seconds(audio) == pytest.approx(100 * 576 / 22050 + 100 * FRAME_SECONDS, abs=1e-4)
    assert any("sample rate changes" in doubt for doubt in audio.doubts)


@pytest.mark.parametrize("header", [xing(1000), xing(1000, 417 * 1001), vbri(1000)])
def test_a_truncated_upload_is_doubted(tmp_path: Path, header: bytes) -> None:
    audio = measured(tmp_path, header + frames(200)[:-100])
    assert seconds(audio) == pytest.approx(199 * FRAME_SECONDS, abs=1e-4)
    assert audio.doubts == (
        "its header promises 26.1 s, but 5.2 s are there: the file is incomplete",
        "its last frame lacks 100 bytes: the file was cut off",
    )


def test_a_last_frame_cut_off_before_an_id3v1_tag_is_seen(tmp_path: Path) -> None:
    audio = measured(tmp_path, frames(100)[:-17] + id3v1())
    assert audio.doubts == ("its last frame lacks 17 bytes: the file was cut off",)


def test_a_few_missing_bytes_in_the_byte_count_alone_are_doubted(tmp_path: Path) -> None:
    audio = measured(tmp_path, xing(0, 10_000_000) + frames(100))
    assert audio.doubts == (
        f"its header promises 10000000 bytes of audio, but {101 * 417} are there: the file is incomplete",
    )


@pytest.mark.parametrize("tail", [id3v1(), apev2(), apev2() + id3v1(), id3(padding=300), id3(padding=50) + id3v1()])
def test_tags_behind_the_audio_are_not_junk(tmp_path: Path, tail: bytes) -> None:
    audio = measured(tmp_path, frames(100) + tail)
    assert seconds(audio) == pytest.approx(100 * FRAME_SECONDS, abs=1e-4)
    assert audio.doubts == ()


def test_junk_before_between_and_behind_is_stepped_over(tmp_path: Path) -> None:
    junk = b"\0\x01\xff\xfbjunk" * 200
    audio = measured(tmp_path, junk + frames(50) + junk + frames(50) + junk)
    assert seconds(audio) == pytest.approx(100 * FRAME_SECONDS, abs=1e-4)
    assert audio.header_bytes == len(junk)
    assert f"{3 * len(junk)} bytes between its frames are not audio" in audio.doubts


def test_frames_are_counted_across_the_pieces_a_file_is_read_in(tmp_path: Path) -> None:
    count = 3 * (1 << 20) // 417
    audio = measured(tmp_path, id3(padding=(1 << 20) + 5) + frames(count) + bytes(3))
    assert seconds(audio) == pytest.approx(count * FRAME_SECONDS, abs=1e-3)
    assert audio.doubts == ()


@pytest.mark.parametrize("offset", range(-4, 5))
def test_junk_on_the_border_of_two_pieces_loses_no_frame(tmp_path: Path, offset: int) -> None:
    before = ((1 << 20) + offset) // 417
    pad = (1 << 20) + offset - before * 417
    audio = measured(tmp_path, frames(before) + bytes(pad) + frames(100))
    assert seconds(audio) == pytest.approx((before + 100) * FRAME_SECONDS, abs=1e-3)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "is an HTML page, not audio"),
        (b"\xef\xbb\xbf\n <HTML>\n<p>Anmelden", "is an HTML page, not audio"),
        ("<html>nicht gefunden</html>".encode("utf-16"), "is an HTML page, not audio"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is an XML document, not audio"),
        (b'{"error": "quota"}', "is a JSON document, not audio"),
        ("Gespräch über Bürgerbüros\n".encode() * 300, "is a text file, not audio"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "is a Git LFS pointer, not audio"),
        (b"%PDF-1.7\n\x00\xff", "is a PDF document, not audio"),
        (b"PK\x03\x04\x14\x00", "is a ZIP archive, not audio"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is a JPEG picture, not audio"),
        (b"\x89PNG\r\n\x1a\n\x00", "is a PNG picture, not audio"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "is a WebP picture, not audio"),
        (b"\x1a\x45\xdf\xa3\x00\x00", "is a Matroska or WebM file"),
        (bytes(200), "holds nothing but zeros"),
        (bytes(1 << 21), "is not audio of a kind that can be published"),
        (b"\xff" * 100_000, "is not audio of a kind that can be published"),
        (b"\xff\xf1\x50\x80\x01\x7f\xfc" + bytes(500), "is a raw AAC stream"),
        (id3(padding=500), "has MP3 tags but no audio frame"),
        (id3(padding=9000)[:4000], "is not audio of a kind that can be published"),
        (b"\xff\xfb\x00\x00" + bytes(900), "is a free-format MP3, which players refuse"),
        (frame()[:200], "is not audio of a kind that can be published"),
        (b"OggS\0" + bytes(100), "is an Ogg file with neither Vorbis nor Opus inside"),
        (wav(0), "is a WAV file without sound"),
        (b"FORM\x00\x00\x00\x04AIFF", "is an AIFF file without sound"),
        (flac(5)[:42], "is truncated: a FLAC file without a frame"),
        (mp4(5)[:30], "is truncated: its index (moov) is missing"),
        (mp4(5, index_first=False)[:3000], "is truncated: its index (moov) is missing"),
        (mp4(5, handlers=(b"vide",)), "is a video without sound"),
        (mp4(0), "does not say how long it is"),
    ],
)
def test_what_is_no_audio_is_named_with_what_to_do(tmp_path: Path, body: bytes, said: str) -> None:
    error = refusal(tmp_path, body)
    assert error.message.startswith("talk.mp3 ")
    assert said in error.message
    assert error.hint


def test_random_bytes_are_not_audio(tmp_path: Path) -> None:
    body = b"".join(hashlib.sha256(bytes((n % 256, n // 256))).digest() for n in range(20_000))
    assert "not audio" in refusal(tmp_path, body).message


def test_a_folder_is_not_audio(tmp_path: Path) -> None:
    with pytest.raises(NotAudio, match="is a folder, not an audio file"):
        measure(tmp_path)


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(NotAudio, match=r"nichts\.mp3 does not exist"):
        measure(tmp_path / "nichts.mp3")


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    with pytest.raises(NotAudio, match="is a device or a pipe"):
        measure(tmp_path / "pipe.mp3")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(frames(10))
    path.chmod(0)
    with pytest.raises(NotAudio, match="may not be read by you"):
        measure(path)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "may not be read by you"),
        (OSError(5, "Input/output error"), "cannot be read: Input/output error"),
    ],
)
def test_whatever_the_disk_refuses_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(frames(10))

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(NotAudio, match=said):
        measure(path)


def test_a_wav_file_is_as_long_as_its_samples(tmp_path: Path) -> None:
    audio = measured(tmp_path, wav(3), "talk.wav")
    assert (audio.media_type, seconds(audio), audio.bitrate, audio.doubts) == ("audio/wav", 3, 128_000, ())


def test_a_truncated_wav_file_is_as_long_as_what_is_there(tmp_path: Path) -> None:
    audio = measured(tmp_path, wav(3)[:-16000], "talk.wav")
    assert seconds(audio) == 2
    assert audio.doubts == ("its header promises 3.0 s, but 2.0 s are there: the file is incomplete",)


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF])
def test_a_wav_file_whose_size_was_never_filled_in_is_measured(tmp_path: Path, claimed: int) -> None:
    audio = measured(tmp_path, wav(3, claimed=claimed), "talk.wav")
    assert seconds(audio) == 3
    assert audio.doubts == ("its header does not say how long it is; 3.0 s are there",)


def test_an_aiff_file_is_measured_and_its_truncation_seen(tmp_path: Path) -> None:
    whole, cut = measured(tmp_path, aiff(3), "a.aiff"), measured(tmp_path, aiff(3)[:-16000], "b.aif")
    assert (whole.media_type, seconds(whole), whole.sample_rate, whole.doubts) == ("audio/aiff", 3, 8000, ())
    assert (seconds(cut), len(cut.doubts)) == (2, 1)


def test_a_flac_file_ends_with_its_last_frame(tmp_path: Path) -> None:
    audio = measured(tmp_path, flac(20), "talk.flac")
    assert seconds(audio) == pytest.approx(20, abs=0.1)
    assert audio.doubts == ()


@pytest.mark.parametrize(("claimed", "said"), [(0, "does not say how long"), (60, "promises 60.0 s, but 20.")])
def test_a_flac_file_that_claims_another_length_is_doubted(tmp_path: Path, claimed: int, said: str) -> None:
    audio = measured(tmp_path, flac(20, claimed=claimed), "talk.flac")
    assert seconds(audio) == pytest.approx(20, abs=0.1)
    assert said in audio.doubts[0]


def test_a_flac_file_behind_an_id3_tag_is_flac(tmp_path: Path) -> None:
    assert measured(tmp_path, id3(padding=64) + flac(5), "talk.flac").media_type == "audio/flac"


def test_an_opus_file_is_measured_by_its_pages(tmp_path: Path) -> None:
    audio = measured(tmp_path, opus(30), "talk.opus")
    assert (audio.media_type, seconds(audio), audio.doubts) == ("audio/ogg", 30, ())


def test_joined_opus_files_count_together_and_are_doubted(tmp_path: Path) -> None:
    audio = measured(tmp_path, opus(30) + opus(30, serial=2), "talk.opus")
    assert seconds(audio) == 60
    assert audio.doubts == ("2 recordings are joined in it, and many players stop after the first",)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (opus(30, ended=False), "end mark is missing"),
        (opus(30)[:-500], "lacks 500 bytes: the file was cut off"),
        (opus(20) + bytes(9000), "9000 bytes between its pages"),
    ],
)
def test_a_damaged_ogg_file_is_doubted(tmp_path: Path, body: bytes, said: str) -> None:
    assert any(said in doubt for doubt in measured(tmp_path, body, "talk.ogg").doubts)


def test_an_m4a_file_is_measured(tmp_path: Path) -> None:
    audio = measured(tmp_path, mp4(90), "talk.m4a")
    assert (audio.media_type, seconds(audio), audio.bitrate, audio.doubts) == ("audio/x-m4a", 90, 8000, ())
    assert mp4(90)[audio.header_bytes - 4 : audio.header_bytes] == b"mdat"


def test_an_m4a_file_whose_sound_is_cut_off_is_doubted(tmp_path: Path) -> None:
    audio = measured(tmp_path, mp4(90)[:-20_000], "talk.m4a")
    assert audio.doubts == ("20000 of 90000 bytes of its sound are missing: the file was cut off",)


@pytest.mark.parametrize("at", [0, 16, 24])
def test_a_box_of_absurd_size_is_survived(tmp_path: Path, at: int) -> None:
    body = mp4(90)
    huge = (1).to_bytes(4, "big") + body[at + 4 : at + 8] + b"\xff" * 8
    refusal(tmp_path, body[:at] + huge + body[at + 8 :], "talk.m4a")


def test_a_video_is_a_video_whatever_it_is_called(tmp_path: Path) -> None:
    body = mp4(9, handlers=(b"vide", b"soun"), brand=b"isom")
    assert measured(tmp_path, body, "talk.mp4").doubts == ()
    audio = measured(tmp_path, body, "talk.m4a")
    assert (audio.media_type, extension_for(audio)) == ("video/mp4", ".mp4")
    assert audio.doubts == ("its name ends in .m4a, but it holds an MP4 video",)


def test_an_m4a_file_with_pictures_for_its_chapters_is_no_video(tmp_path: Path) -> None:
    assert measured(tmp_path, mp4(9, handlers=(b"soun", b"vide")), "talk.m4a").media_type == "audio/x-m4a"


def test_a_name_that_disagrees_is_doubted_and_the_content_decides(tmp_path: Path) -> None:
    audio = measured(tmp_path, frames(50), "talk.wav")
    assert (audio.media_type, extension_for(audio)) == ("audio/mpeg", ".mp3")
    assert audio.doubts == ("its name ends in .wav, but it holds MP3 audio",)


@pytest.mark.parametrize(
    ("body", "name", "extension"),
    [
        (frames(50), "TALK.MP3", ".mp3"),
        (mp4(9), "talk.m4b", ".m4a"),
        (mp4(9), "talk.mp4", ".m4a"),
        (opus(9), "talk.opus", ".opus"),
        (opus(9), "talk.ogg", ".ogg"),
        (flac(9), "talk.flac", ".flac"),
        (wav(1), "talk.wav", ".wav"),
        (aiff(1), "talk.aif", ".aiff"),
        (frames(50), "talk", ".mp3"),
    ],
)
def test_the_extension_follows_the_content(tmp_path: Path, body: bytes, name: str, extension: str) -> None:
    audio = measured(tmp_path, body, name)
    assert (extension_for(audio, name), audio.doubts) == (extension, ())


@pytest.mark.parametrize("size", [1, 3, 7, 8, 100, 1 << 20])
def test_the_frames_of_a_flac_file_are_counted_wherever_a_piece_of_the_file_ends(size: int) -> None:
    body = flac(70)
    seen = Numbers(io.BytesIO(body), len(body), 0, "talk.flac")
    for at in range(0, len(body), size):
        seen.feed(body[at : at + size])
    sound = flac_facts(io.BytesIO(body), len(body), "talk.flac", seen)
    assert seen.follows
    assert sound.duration.total_seconds() == pytest.approx(70, abs=0.1)
    assert body[sound.minute_at :].startswith(b"\xff\xf8\xc9\x08" + chr(646).encode())  # 646 * 4096 / 44100 = 60.0
    assert sound.doubts == ()


def test_a_flac_file_that_lost_frames_in_its_middle_is_as_long_as_what_is_left(tmp_path: Path) -> None:
    body = flac(20)
    lost = body.index(b"\xff\xf8\xc9\x08" + chr(100).encode()), body.index(b"\xff\xf8\xc9\x08" + chr(107).encode())
    audio = measured(tmp_path, body[: lost[0]] + body[lost[1] :], "talk.flac")
    assert seconds(audio) == pytest.approx((216 - 7) * 4096 / 44100, abs=0.01)
    assert audio.doubts == (
        "sound is missing, damaged or repeated in 1 place: copy or upload it again from the original",
    )


def test_a_flac_file_in_which_something_only_looks_like_a_frame_is_whole(tmp_path: Path) -> None:
    body = flac(20)
    at = body.index(b"\xff\xf8\xc9\x08" + chr(100).encode())
    audio = measured(tmp_path, body[:at] + b"\xff\xf8\xc9\x08\x07\x00" + body[at:], "talk.flac")
    assert seconds(audio) == pytest.approx(20, abs=0.1)
    assert audio.doubts == ()


# the largest frame, sample rate, channels, bits per sample
@pytest.mark.parametrize(("at", "bit"), [(10, 0x10), (19, 0x10), (20, 0x02), (21, 0x10)])
def test_a_flac_header_that_contradicts_its_frames_is_doubted(tmp_path: Path, at: int, bit: int) -> None:
    body = bytearray(flac(20))
    body[at] ^= bit
    assert any("contradicts its frames" in doubt for doubt in measured(tmp_path, bytes(body), "talk.flac").doubts)


def test_an_index_whose_boxes_lead_out_of_each_other_is_read_once(tmp_path: Path) -> None:
    nested = b"".join(box(b"trak", b"\x7f\xff\xff\xffmdia") for _ in range(20_000))  # read as often, it takes minutes
    body = box(b"ftyp", b"M4A ") + box(b"moov", nested) + box(b"mdat", bytes(1000))
    assert "without sound" in str(refusal(tmp_path, body, "talk.m4a"))


def test_a_page_of_an_ogg_file_with_a_wrong_checksum_is_doubted(tmp_path: Path) -> None:
    body = bytearray(opus(10))
    body[5000] ^= 1
    assert measured(tmp_path, bytes(body), "talk.opus").doubts == ("players skip damaged pages: 1 of 12",)


def test_pages_of_an_ogg_file_that_stand_in_it_twice_are_doubted(tmp_path: Path) -> None:
    body = opus(10)
    audio = measured(tmp_path, body + body[-2 * 1031 :], "talk.opus")
    assert seconds(audio) == 12
    assert audio.doubts == (
        "players play again what stands in the wrong place: 1 of 14 pages",
        "players that trust its positions show 10.0 s, but its pages play 12.0 s",
    )


@pytest.mark.parametrize(
    ("body", "name", "what"),
    [
        (flac(2), "talk.flac", "FLAC"),
        (mp4(2), "talk.m4a", "MP4"),
        (opus(2), "talk.opus", "Opus"),
        (wav(2), "a.wav", "WAV"),
    ],
)
def test_what_stands_before_a_file_is_named(tmp_path: Path, body: bytes, name: str, what: str) -> None:
    assert f"begins with 999 bytes that are no audio; behind them stands {what} audio" in str(
        refusal(tmp_path, b"\1" * 999 + body, name)
    )


@pytest.mark.parametrize(
    ("body", "name", "doubt"),
    [
        (flac(20) + b"\1" * 3_000_000, "talk.flac", "at its end are not audio"),
        (mp4(20) + b"\1" * 9000, "talk.m4a", "its last 9000 bytes belong to nothing in it"),
        (wav(20) * 2, "talk.wav", "players stop 320044 bytes (perhaps 20.0 s) before its end"),
        (aiff(20) * 2, "talk.aiff", "players stop 320054 bytes (perhaps 20.0 s) before its end"),
    ],
)
def test_what_stands_behind_the_sound_is_doubted(tmp_path: Path, body: bytes, name: str, doubt: str) -> None:
    audio = measured(tmp_path, body, name)
    assert abs(seconds(audio) - 20) < 0.1
    assert any(doubt in one for one in audio.doubts)


def test_a_wav_file_is_as_long_as_its_sound_whatever_its_bytes_per_second_say(tmp_path: Path) -> None:
    body = bytearray(wav(20))
    body[28:32] = (1).to_bytes(4, "little")
    assert seconds(measured(tmp_path, bytes(body), "talk.wav")) == 20
