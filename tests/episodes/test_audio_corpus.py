"""Real files: what encoders write today, and a corpus of odd ones with the length a decoder gave them."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.audio import extension_for, measure
from episodes.model import Audio
from episodes.sound import NotAudio
from tests.episodes.encoders import encode, played

_REPOSITORY = Path(__file__).parents[2]
_CORPUS = Path(os.environ.get("FOLGE_CORPUS", _REPOSITORY.parent / "shared" / "corpus")) / "audio"

# files that are no audio, and why; a decoder gets nothing out of them either
_REFUSED = {
    "mutagen__64bit.mp4": "an index without a track",
    "taglib__extended-header.mp3": "nothing but a tag",
    "taglib__compressed_id3_frame.mp3": "a tag cut off in the middle",
    "tinytag__id3v22_with_image.mp3": "nothing but a tag",
}


def _manifest() -> list[dict[str, object]]:
    path = _CORPUS / "manifest.json"
    found: list[dict[str, object]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return found


@pytest.mark.parametrize("row", _manifest(), ids=lambda row: str(row["file"]))
def test_a_file_of_the_corpus_is_as_long_as_it_plays_or_is_doubted(row: dict[str, object]) -> None:
    name = str(row["file"])
    if name in _REFUSED:
        with pytest.raises(NotAudio):
            measure(_CORPUS / name)
        return
    audio = measure(_CORPUS / name)
    assert (audio.bytes, audio.sha256) == (row["bytes"], row["sha256"])
    played = row["decoded_duration_s"]
    if row["decode_rc"] == 0 and isinstance(played, float):
        near = abs(audio.duration.total_seconds() - played) <= 0.5
        assert near or audio.doubts


@pytest.mark.skipif(not _CORPUS.exists(), reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_every_refused_file_is_in_the_corpus() -> None:
    assert set(_REFUSED) <= {str(row["file"]) for row in _manifest()}


def _near_a_minute(audio: Audio) -> bool:
    return abs(audio.duration - timedelta(minutes=1)) < timedelta(seconds=0.5)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cbr.mp3", ("-b:a", "128k")),
        ("vbr.mp3", ("-q:a", "4")),
        ("low.mp3", ("-b:a", "48k", "-ac", "1", "-ar", "22050")),
        ("end.m4a", ()),
        ("start.m4a", ("-movflags", "+faststart")),
        ("vorbis.ogg", ("-c:a", "libvorbis")),
        ("talk.opus", ("-c:a", "libopus")),
        ("talk.flac", ()),
        ("talk.wav", ()),
        ("long.wav", ("-rf64", "always")),
        ("talk.aiff", ()),
    ],
)
def test_what_an_encoder_writes_is_measured_without_a_doubt(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    audio = measure(encode(tmp_path / name, *options))
    assert _near_a_minute(audio)
    assert (audio.doubts, extension_for(audio, name)) == ((), Path(name).suffix)


def test_a_variable_mp3_without_a_length_header_is_measured(tmp_path: Path) -> None:
    audio = measure(encode(tmp_path / "talk.mp3", "-q:a", "4", "-write_xing", "0"))
    assert _near_a_minute(audio)
    assert "length header is missing" in audio.doubts[0]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("talk.mp3", ("-q:a", "4")),
        ("talk.m4a", ("-movflags", "+faststart")),
        ("talk.ogg", ("-c:a", "libvorbis")),
        ("talk.opus", ("-c:a", "libopus")),
        ("talk.flac", ()),
        ("talk.wav", ()),
        ("talk.aiff", ()),
    ],
)
def test_the_first_third_of_a_file_is_doubted(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    path = encode(tmp_path / name, *options)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)
    assert measure(path).doubts


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("talk.aac", (), "is a raw AAC stream (ADTS)"),
        ("talk.m4a", ("-f", "adts"), "is a raw AAC stream (ADTS)"),
        ("talk.m4a", ("-movflags", "frag_keyframe+empty_moov"), "is a fragmented MP4 file"),
        ("talk.mp4", ("-movflags", "frag_keyframe+default_base_moof", "-frag_duration", "1000000"), "is a fragmented"),
        ("talk.mp4", ("-movflags", "+dash", "-frag_duration", "2000000"), "is a fragmented MP4 file"),
    ],
)
def test_a_stream_in_a_file_is_refused_by_name(tmp_path: Path, name: str, options: tuple[str, ...], said: str) -> None:
    with pytest.raises(NotAudio) as refused:
        measure(encode(tmp_path / name, "-c:a", "aac", *options, seconds=20))
    assert refused.value.message.startswith(f"{name} {said}")
    assert "'folge encode FILE OUT.m4a'" in refused.value.hint


def test_a_segment_of_a_stream_is_refused_by_name(tmp_path: Path) -> None:
    options = ("-c:a", "aac", "-f", "hls", "-hls_time", "5", "-hls_segment_type", "fmp4")
    encode(tmp_path / "talk.m3u8", *options, seconds=20)
    with pytest.raises(NotAudio, match=r"talk1\.m4s is a segment of an MP4 stream"):
        measure(tmp_path / "talk1.m4s")
    with pytest.raises(NotAudio, match="is a playlist"):
        measure(tmp_path / "talk.m3u8")


def test_an_m4a_file_without_its_index_is_truncated(tmp_path: Path) -> None:
    path = encode(tmp_path / "talk.m4a")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)
    with pytest.raises(NotAudio, match="is truncated: its index"):
        measure(path)


def test_joined_files_are_measured_whole(tmp_path: Path) -> None:
    path = encode(tmp_path / "talk.mp3", "-q:a", "4")
    path.write_bytes(path.read_bytes() * 2)
    audio = measure(path)
    assert abs(audio.duration - timedelta(minutes=2)) < timedelta(seconds=1)
    assert "were several files joined?" in audio.doubts[0]


def test_the_chapters_ffmpeg_writes_are_read(tmp_path: Path) -> None:
    chapters = tmp_path / "chapters.txt"
    lines = [";FFMETADATA1", "title=Schildkröten"]
    for start, title in ((0, "Anfang"), (20_000, "Mut")):
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={start + 20_000}", f"title={title}"]
    chapters.write_text("\n".join(lines) + "\n", "utf-8")
    for name in ("talk.mp3", "talk.m4a"):
        audio = measure(encode(tmp_path / name, "-i", str(chapters), "-map_metadata", "1", "-map_chapters", "1"))
        assert [(one.start.total_seconds(), one.title) for one in audio.chapters] == [(0, "Anfang"), (20, "Mut")]
        assert audio.tags.title == "Schildkröten"


@pytest.mark.parametrize("before", [0, 500])
@pytest.mark.parametrize("both", ["c0=c0|c1=0.5*c0+0.1*c1", "c0=c0|c1=c1", "c0=c0|c1=c0"])
def test_a_flac_file_that_keeps_its_channels_now_apart_and_now_together_is_whole(
    tmp_path: Path, both: str, before: int
) -> None:
    noise = "aevalsrc=0.5*sin(2*PI*440*t)|0.2*sin(2*PI*t*t*90)*random(0)"
    made = encode(tmp_path / "a.flac", "-af", f"pan=stereo|{both},adelay={before}|{before}", seconds=20, sound=noise)
    audio = measure(made)
    assert abs(audio.duration.total_seconds() - played(made)) < 0.01
    assert audio.doubts == ()
