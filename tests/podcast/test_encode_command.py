"""`folge encode`: what comes out is what was recorded, as loud as wished, and nothing is lost or left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import mutagen
import pytest

from episodes.audio import measure
from podcast.cli import run
from tests.episodes.encoders import encode as record
from tests.episodes.encoders import played, program
from tests.podcast.builders import make_show

_FOLGE = Path(sys.executable).with_name("folge")
_SPEECHLIKE = "aevalsrc='0.1*sin(600*t)*(1+sin(9*t))*gt(mod(t,3),1)+0.01*sin(4000*t)'"
_PEAKY = "aevalsrc='0.02*sin(600*t)+0.7*sin(900*t)*lt(mod(t,2),0.005)'"


@pytest.fixture(autouse=True)
def _tools() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the audio extra is not installed")
    program("ffmpeg")


def encode(*arguments: str | Path) -> int:
    return run(["encode", *map(str, arguments)])


def level(path: Path) -> tuple[float, float]:
    """Return the loudness in LUFS and the true peak in dBTP that Debian's ffmpeg measures, mono as played."""
    meter = "ebur128=dualmono=true:peak=true:framelog=verbose"
    done = subprocess.run(
        (program("ffmpeg"), "-nostdin", "-hide_banner", "-i", path, "-af", meter, "-f", "null", "-"),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loudness, peak = re.findall(r"^ +(?:I|Peak): +(\S+) ", done.stderr, re.MULTILINE)[-2:]
    return float(loudness), float(peak)


def stream(path: Path) -> dict[str, str]:
    shown = ("-select_streams", "a:0", "-show_entries", "stream=codec_name,sample_rate,channels", "-of", "json")
    done = subprocess.run(
        (program("ffprobe"), "-v", "error", *shown, path), capture_output=True, check=True, timeout=60
    )
    found: dict[str, str] = json.loads(done.stdout)["streams"][0]
    return found


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("u8.wav", ("-c:a", "pcm_u8")),
        ("s16.wav", ()),
        ("s24.wav", ("-c:a", "pcm_s24le")),
        ("s32.wav", ("-c:a", "pcm_s32le")),
        ("float.wav", ("-c:a", "pcm_f32le")),
        ("double.wav", ("-c:a", "pcm_f64le")),
        ("low.wav", ("-ar", "8000")),
        ("odd.wav", ("-ar", "11025")),
        ("high.wav", ("-ar", "192000", "-c:a", "pcm_s24le")),
        ("stereo.wav", ("-ac", "2")),
        ("surround.wav", ("-af", "pan=5.1|FC=c0", "-c:a", "pcm_s24le")),
        ("rf64.wav", ("-rf64", "always")),
        ("talk.flac", ()),
        ("deep.flac", ("-sample_fmt", "s32")),
        ("talk.aiff", ()),
        ("float.aiff", ("-c:a", "pcm_f32be")),
    ],
)
@pytest.mark.parametrize("extension", ["mp3", "m4a"])
def test_a_recording_of_any_kind_plays_as_long_as_before(
    tmp_path: Path, name: str, options: tuple[str, ...], extension: str
) -> None:
    source, out = record(tmp_path / name, *options, seconds=3), tmp_path / f"out.{extension}"
    assert encode(source, out) == 0
    audio = measure(out)
    assert audio.doubts == ()
    assert abs(played(out) - played(source)) < 0.1
    assert stream(out) == {
        "codec_name": {"mp3": "mp3", "m4a": "aac"}[extension],
        "sample_rate": "48000" if name in ("low.wav", "high.wav") else "44100",
        "channels": 2 if name in ("stereo.wav", "surround.wav") else 1,
    }


def test_an_mp3_has_a_constant_bitrate_and_says_what_is_not_to_be_played(tmp_path: Path) -> None:
    source, out = record(tmp_path / "talk.wav", seconds=5), tmp_path / "talk.mp3"
    assert encode(source, out, "--bitrate", "64") == 0
    info = mutagen.File(out).info
    assert (info.bitrate, str(info.bitrate_mode)) == (64_000, "BitrateMode.CBR")
    assert played(out) == pytest.approx(5, abs=0.001)  # encoder delay and padding are in the LAME tag


def test_an_m4a_file_begins_with_its_index(tmp_path: Path) -> None:
    out = tmp_path / "talk.m4a"
    assert encode(record(tmp_path / "talk.wav", seconds=5), out) == 0
    raw = out.read_bytes()
    assert raw[4:12] == b"ftypM4A "
    assert raw.index(b"moov") < raw.index(b"mdat")


@pytest.mark.parametrize("name", ["out.mp3", "out.m4a"])
def test_the_same_recording_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    source, out = record(tmp_path / "talk.wav", seconds=5, sound=_SPEECHLIKE), tmp_path / name
    encode(source, out, "--loudness", "-18")
    before = out.read_bytes()
    assert encode(source, out, "--loudness", "-18", "--replace") == 0
    assert out.read_bytes() == before
    assert b"Lavf6" not in before
    assert b"Lavc" not in before[:4096]


@pytest.mark.parametrize("channels", ["--mono", "--stereo"])
@pytest.mark.parametrize("name", ["out.mp3", "out.m4a"])
@pytest.mark.parametrize("source_channels", [1, 2])
def test_loudness_comes_out_as_wished(tmp_path: Path, name: str, channels: str, source_channels: int) -> None:
    options = ("-ac", str(source_channels), "-ar", "48000")
    source, out = record(tmp_path / "talk.wav", *options, seconds=12, sound=_SPEECHLIKE), tmp_path / name
    assert encode(source, out, channels, "--loudness", "-18") == 0
    loudness, peak = level(out)
    assert loudness == pytest.approx(-18, abs=0.5)
    assert peak <= -0.9


def test_mono_sounds_as_loud_on_both_sides(tmp_path: Path) -> None:
    source = record(tmp_path / "talk.wav", seconds=5, sound=_SPEECHLIKE)
    assert encode(source, tmp_path / "out.m4a", "--stereo") == 0
    assert level(tmp_path / "out.m4a")[0] == pytest.approx(level(source)[0], abs=0.2)


def test_peaks_are_held_down_and_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = record(tmp_path / "talk.wav", seconds=12, sound=_PEAKY), tmp_path / "out.mp3"
    assert encode(source, out, "--loudness") == 0
    assert "is held down by" in capsys.readouterr().err
    loudness, peak = level(out)
    assert loudness == pytest.approx(-16, abs=0.5)
    assert peak <= -0.9


@pytest.mark.parametrize("bitrate", ["64", "160", "192", "224", "256"])
@pytest.mark.parametrize("name", ["out.mp3", "out.m4a"])
def test_without_a_wish_the_level_stays(
    tmp_path: Path, name: str, bitrate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = record(tmp_path / "talk.wav", seconds=5), tmp_path / name
    assert encode(source, out, "--json", "--bitrate", bitrate) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["loudness"]["gain"], told["loudness"]["after"]) == (0.0, None)
    assert (told["bytes"], told["duration"]) == (out.stat().st_size, round(measure(out).duration.total_seconds(), 3))
    assert level(out)[0] == pytest.approx(level(source)[0], abs=0.15)


@pytest.mark.parametrize("options", [("-af", "volume=0"), ("-t", "0.05"), ("-t", "0.0005")])
def test_what_is_too_quiet_or_short_to_measure_keeps_its_level(
    tmp_path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    source = record(tmp_path / "talk.wav", *options, seconds=3)
    assert encode(source, tmp_path / "out.mp3", "--loudness", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["loudness"]["after"] is None
    assert "too little sound" in told["problems"][0]["message"]


@pytest.mark.parametrize("name", ["out.mp3", "out.m4a"])
def test_tags_chapters_and_picture_of_the_recording_are_carried_over(tmp_path: Path, name: str) -> None:
    text = tmp_path / "chapters.txt"
    lines = [";FFMETADATA1", "title=Schildkröten", "artist=Anna", "date=2024-05-06"]
    for start, title in ((0, "Anfang"), (2000, "Mut")):
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={start + 2000}", f"title={title}"]
    text.write_text("\n".join(lines) + "\n", "utf-8")
    picture = tmp_path / "cover.png"
    made = ("-f", "lavfi", "-i", "color=red:s=1500x1500", "-frames:v", "1")
    subprocess.run((program("ffmpeg"), "-v", "error", *made, picture), check=True, timeout=60)
    more = (
        "-i",
        str(text),
        "-i",
        str(picture),
        "-map",
        "0:a",
        "-map",
        "2:v",
        "-map_metadata",
        "1",
        "-map_chapters",
        "1",
    )
    source = record(tmp_path / "talk.mp3", *more, "-disposition:v", "attached_pic", seconds=4)
    assert encode(source, tmp_path / name) == 0
    audio = measure(tmp_path / name)
    assert (audio.tags.title, audio.tags.artist, audio.tags.date) == ("Schildkröten", "Anna", "2024-05-06")
    assert [chapter.title for chapter in audio.chapters] == ["Anfang", "Mut"]
    (cover,) = audio.tags.pictures
    assert (cover.media_type, cover.width) == ("image/jpeg", 600)
    assert cover.bytes <= 300_000


def test_an_episode_gives_its_tags(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", 1)
    source, out = record(tmp_path / "talk.wav", seconds=3), tmp_path / "out.mp3"
    assert run(["-C", str(show.path), "encode", str(source), str(out), "--episode", "1"]) == 0
    audio = measure(out)
    assert (audio.tags.title, audio.tags.album, audio.tags.number) == ("Mut 1", "Kommunen-Podcast", 1)
    assert audio.tags.language
    assert audio.tags.pictures


@pytest.mark.parametrize(("name", "said"), [("talk.mp3", "is the recording itself"), ("there.mp3", "stays as it is")])
def test_no_file_is_overwritten(tmp_path: Path, name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path / "talk.mp3", seconds=1)
    (tmp_path / "there.mp3").write_bytes(b"mine")
    before = (tmp_path / name).read_bytes()
    assert encode(tmp_path / "talk.mp3", tmp_path / name) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / name).read_bytes() == before


def test_the_recording_is_not_replaced_even_when_asked(tmp_path: Path) -> None:
    source = record(tmp_path / "talk.mp3", seconds=1)
    (tmp_path / "link.mp3").symlink_to(source)
    before = source.read_bytes()
    assert encode(source, tmp_path / "link.mp3", "--replace") == 2
    assert source.read_bytes() == before


def test_what_was_encoded_before_is_encoded_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert encode(record(tmp_path / "talk.ogg", "-c:a", "libvorbis", seconds=3), tmp_path / "out.mp3") == 0
    assert "loses quality a second time" in capsys.readouterr().err


def test_a_recording_that_is_cut_short_is_encoded_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = record(tmp_path / "talk.wav", seconds=4), tmp_path / "out.mp3"
    os.truncate(source, source.stat().st_size // 2)
    assert encode(source, out) == 0
    assert "the file is incomplete" in capsys.readouterr().err
    assert played(out) == pytest.approx(2, abs=0.15)


def test_a_playlist_that_calls_itself_a_recording_reads_no_other_file(tmp_path: Path) -> None:
    record(tmp_path / "secret.wav", seconds=1)
    (tmp_path / "talk.wav").write_text(f"#EXTM3U\n{tmp_path / 'secret.wav'}\n", "utf-8")
    assert encode(tmp_path / "talk.wav", tmp_path / "out.mp3") == 2
    assert not (tmp_path / "out.mp3").exists()


def test_names_that_look_like_options_or_addresses_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "talk.wav", seconds=1).rename("-i %03d http:x.wav")
    assert encode("--", "-i %03d http:x.wav", "-o %d:ü.mp3") == 0
    assert measure(tmp_path / "-o %d:ü.mp3").doubts == ()


def test_a_full_disk_is_said_and_nothing_is_left_behind(tmp_path: Path) -> None:
    source = record(tmp_path / "talk.wav", seconds=60)
    script = f"ulimit -f 100; exec '{_FOLGE}' encode '{source}' '{tmp_path / 'out.mp3'}'"
    done = subprocess.run(("bash", "-c", script), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "look at the limits and the disk" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["talk.wav"]


def test_an_interrupted_call_leaves_nothing_behind(tmp_path: Path) -> None:
    source = record(tmp_path / "talk.wav", "-ac", "2", seconds=900)
    call = subprocess.Popen(
        (_FOLGE, "encode", source, tmp_path / "out.m4a"), stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        for _ in range(300):
            if any(path.stat().st_size for path in tmp_path.glob(".folge-draft-*")):
                break
            time.sleep(0.1)
        call.send_signal(signal.SIGINT)
        said = call.communicate(timeout=30)[1]
    finally:
        call.kill()
    assert (call.returncode, "interrupted" in said) == (130, True)
    assert [path.name for path in tmp_path.iterdir()] == ["talk.wav"]


def test_without_the_extra_the_way_to_get_it_is_said(tmp_path: Path) -> None:
    source = record(tmp_path / "talk.wav", seconds=1)
    call = "import sys; sys.modules['imageio_ffmpeg'] = None; from podcast.cli import run; sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        (sys.executable, "-c", call, "encode", source, tmp_path / "out.mp3"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, "pip install 'folge[audio]'" in done.stderr) == (2, True)
    assert not (tmp_path / "out.mp3").exists()


def test_the_name_of_the_result_says_what_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert encode(record(tmp_path / "talk.wav", seconds=1), tmp_path / "out.ogg") == 2
    assert "ends in neither .mp3 nor .m4a" in capsys.readouterr().err
