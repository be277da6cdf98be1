"""Listening: what the standard says of known sounds, what ffmpeg says of real ones, and odd files from anywhere."""

import json
import os
import re
import struct
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.listening.hearing import Hearing
from episodes.listening.listener import listen
from episodes.problems import UserError
from episodes.sound import NotAudio
from tests.episodes.audio_builders import frames, id3, opus
from tests.episodes.encoders import encode, program

_REPOSITORY = Path(__file__).parents[3]
_CORPUS = Path(os.environ.get("FOLGE_CORPUS", _REPOSITORY.parent / "shared" / "corpus")) / "audio"
_MEMORY = 200_000_000  # bytes
_STEREO = "pan=stereo|c0=c0|c1=c0"  # unlike -ac 2, which takes 3 dB away
_TALK = "Brauchen wir einen Diensteid für Transformation? Ein Gespräch über Mut, mit vielen Stimmen, leiser werdend."


def tone(decibels: float, *, frequency: int = 1000, phase: float = 0) -> str:
    """A sine for ffmpeg, so many dB below full scale."""
    return f"aevalsrc='{10 ** (decibels / 20)}*sin(2*PI*{frequency}*t+{phase})':s=48000"


def told_by_ffmpeg(path: Path) -> tuple[float, float, float]:
    """Loudness, range and true peak as the program's filter sums them up."""
    tool = (program("ffmpeg"), "-nostdin", "-nostats", "-i", str(path))
    options = ("-map", "0:a:0", "-af", "ebur128=peak=true:dualmono=true:framelog=verbose", "-f", "null", "-")
    done = subprocess.run((*tool, *options), capture_output=True, text=True, check=True, timeout=120)
    summary = done.stderr.rpartition("Summary:")[2]
    found = (re.search(rf"\b{name}:\s+(-?[\d.]+) (?:LUFS|LU|dBFS)", summary) for name in ("I", "LRA", "Peak"))
    loudness, spread, peak = (float(one[1]) for one in found if one)
    return loudness, spread, peak


def measured(hearing: Hearing) -> tuple[float, float, float]:
    assert hearing.loudness is not None
    assert hearing.true_peak is not None
    return hearing.loudness, hearing.loudness_range, hearing.true_peak


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Speech with pauses that grows quieter, long enough for a range."""
    folder = tmp_path_factory.mktemp("talk")
    said, long = folder / "said.wav", folder / "talk.wav"
    subprocess.run((program("espeak-ng"), "-v", "de", "-w", str(said), _TALK), check=True, timeout=60)
    loop = ("-stream_loop", "4", "-i", str(said), "-af", "volume='1-t/40':eval=frame", str(long))
    subprocess.run((program("ffmpeg"), "-nostdin", "-v", "error", *loop), check=True, timeout=60)
    return long


@pytest.mark.parametrize("decibels", [-23, -33])
def test_a_tone_is_as_loud_as_ebu_tech_3341_says(tmp_path: Path, decibels: int) -> None:
    path = encode(tmp_path / "case.wav", "-af", _STEREO, seconds=20, sound=tone(decibels))
    assert listen(path).loudness == pytest.approx(decibels, abs=0.1)


def test_mono_is_as_loud_as_two_speakers_play_it(tmp_path: Path) -> None:
    mono = listen(encode(tmp_path / "mono.wav", "-ac", "1", seconds=5, sound=tone(-23)))
    assert mono.channels == 1
    assert mono.loudness == pytest.approx(-23, abs=0.1)


def test_a_peak_between_two_samples_is_found(tmp_path: Path) -> None:
    fades = "afade=d=0.5,afade=t=out:st=1.5:d=0.5"
    path = encode(tmp_path / "case.wav", "-af", fades, seconds=2, sound=tone(-6, frequency=12000, phase=0.7854))
    heard = listen(path)
    assert heard.true_peak == pytest.approx(-6, abs=0.3)
    assert max(high for _, high in heard.peaks.pairs) <= 46  # the samples themselves stay 3 dB below it


@pytest.mark.parametrize("channels", ["1", "2"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("talk.wav", ()),
        ("talk.flac", ("-ar", "96000", "-sample_fmt", "s32")),
        ("talk.mp3", ("-b:a", "96k")),
        ("small.mp3", ("-b:a", "32k", "-ar", "8000")),
        ("talk.m4a", ("-b:a", "96k")),
        ("talk.opus", ("-c:a", "libopus", "-b:a", "48k")),
        ("talk.ogg", ("-c:a", "libvorbis", "-ar", "44100")),
        ("talk.aiff", ()),
    ],
)
def test_speech_is_measured_as_ffmpeg_measures_it(
    talk: Path, tmp_path: Path, name: str, options: tuple[str, ...], channels: str
) -> None:
    path = tmp_path / name
    encoded = ("-i", str(talk), "-ac", channels, *options, str(path))
    subprocess.run((program("ffmpeg"), "-nostdin", "-v", "error", *encoded), check=True, timeout=60)
    heard, told = listen(path), told_by_ffmpeg(path)
    within = (0.1, 0.2, 0.2)
    rounding = 0.05 + 1e-6  # of the summary
    for ours, theirs, most in zip(measured(heard), told, within, strict=True):
        assert abs(ours - theirs) <= most + rounding
    assert told[1] > 1, "speech without a range proves nothing"


def test_six_channels_are_weighed(tmp_path: Path) -> None:
    path = encode(tmp_path / "six.wav", "-af", "pan=5.1|c0=c0|c1=c0|c2=c0|c4=c0", seconds=5, sound=tone(-30))
    assert listen(path).channels == 6
    assert listen(path).loudness == pytest.approx(told_by_ffmpeg(path)[0], abs=0.15)


def test_silence_has_neither_loudness_nor_peak(tmp_path: Path) -> None:
    heard = listen(encode(tmp_path / "nothing.wav", seconds=3, sound="aevalsrc=0"))
    assert (heard.loudness, heard.true_peak) == (None, None)
    assert (heard.silence_before, heard.silence_after) == (timedelta(seconds=3), timedelta())


def test_less_than_a_block_has_no_loudness_but_a_peak(tmp_path: Path) -> None:
    path = encode(tmp_path / "short.wav", "-t", "0.3", seconds=1, sound=tone(-6))
    heard = listen(path)
    assert (heard.duration, heard.loudness) == (timedelta(seconds=0.3), None)
    assert heard.true_peak == pytest.approx(-6, abs=0.2)


def test_silence_at_both_ends_is_found(tmp_path: Path) -> None:
    edges = "adelay=3000:all=1,apad=pad_dur=6"
    heard = listen(encode(tmp_path / "edges.flac", "-af", edges, seconds=4, sound=tone(-20)))
    assert heard.silence_before == pytest.approx(timedelta(seconds=3), abs=timedelta(seconds=0.1))
    assert heard.silence_after == pytest.approx(timedelta(seconds=6), abs=timedelta(seconds=0.1))


def test_clipping_is_counted_and_found_where_it_begins(tmp_path: Path) -> None:
    loud = tone(-6).replace("':s", "*(1+3*gte(t,2))':s")  # above full scale from the third second on
    heard = listen(encode(tmp_path / "loud.wav", "-af", _STEREO, seconds=3, sound=loud))
    assert heard.first_clip == pytest.approx(timedelta(seconds=2), abs=timedelta(seconds=0.001))
    assert heard.longest_clip == pytest.approx(17, abs=1)  # two thirds of 24 samples of half a wave
    assert heard.clipped == pytest.approx(2 * 2000 * 17, rel=0.05)


def test_a_full_tone_that_just_fits_is_not_clipped(tmp_path: Path) -> None:
    heard = listen(encode(tmp_path / "full.wav", seconds=2, sound=tone(-0.01, frequency=5000)))
    assert (heard.clipped, heard.first_clip) == (0, None)


def test_a_file_that_changes_its_form_is_heard_to_its_end_and_doubted(tmp_path: Path) -> None:
    first = encode(tmp_path / "first.mp3", "-ac", "2", "-ar", "44100", "-write_xing", "0", seconds=5, sound=tone(-20))
    second = encode(tmp_path / "second.mp3", "-ac", "1", "-ar", "48000", "-write_xing", "0", seconds=5, sound=tone(-20))
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    heard = listen(joined)
    assert heard.duration == pytest.approx(timedelta(seconds=10), abs=timedelta(seconds=0.3))
    assert "changes its sample rate or its channels at 5." in heard.doubts[-1]


def test_what_is_left_of_a_file_is_heard_and_damage_is_a_doubt(tmp_path: Path) -> None:
    path = encode(tmp_path / "talk.m4a", "-movflags", "+faststart", seconds=20, sound=tone(-20))
    body = bytearray(path.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 2000] = bytes(reversed(body[middle : middle + 2000]))
    path.write_bytes(body[: len(body) - 3000])
    heard = listen(path)
    assert timedelta(seconds=15) < heard.duration < timedelta(seconds=20)
    assert "cannot be decoded: the file is damaged" in heard.doubts[0]


def test_numbers_that_are_none_stay_out_of_every_figure(tmp_path: Path) -> None:
    body = struct.pack("<48000f", *(float("nan") if n % 100 else 1e30 for n in range(48000)))
    head = (
        b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 3, 1, 48000, 192000, 4, 32) + b"data" + struct.pack("<I", len(body))
    )
    path = tmp_path / "nan.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body)
    heard = listen(path)
    assert (heard.loudness, heard.true_peak) == (None, 0.0)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("page.mp3", b"<!doctype html><html>", "is an HTML page"),
        ("list.mp3", b"#EXTM3U\nhttp://127.0.0.1:9/talk.mp3\n", "is a playlist"),
        ("noise.mp3", bytes(range(256)) * 200, "decoded"),
        ("empty.wav", b"", "is empty"),
    ],
)
def test_what_is_no_audio_is_refused(tmp_path: Path, name: str, body: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(NotAudio, match=said):
        listen(tmp_path / name)


def test_a_huge_tag_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "tag.mp3"
    size = 120_000_000
    with path.open("wb") as file:  # a hole in the file, nothing on the disk
        file.write(b"ID3\x04\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)))
        file.seek(10 + size)
        file.write(frames(100))
    assert _peak_of_listening(path) < 100_000_000


def test_an_index_that_claims_millions_of_samples_is_refused(tmp_path: Path) -> None:
    path = encode(tmp_path / "talk.m4a", seconds=2)
    body = bytearray(path.read_bytes())
    at = body.index(b"stsz") + 8
    body[at : at + 8] = struct.pack(">II", 1, 0x02000000)
    path.write_bytes(body)
    with pytest.raises(NotAudio, match="lists more than any episode has"):
        listen(path)


def test_without_the_extra_the_error_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "talk.mp3").write_bytes(id3() + frames(10))
    with pytest.raises(UserError) as raised:
        listen(tmp_path / "talk.mp3")
    assert "pip install 'folge[audio]'" in raised.value.hint


def test_a_stream_that_begins_in_the_middle_of_an_ogg_file_ends_what_is_heard(tmp_path: Path) -> None:
    path = encode(tmp_path / "talk.opus", "-c:a", "libopus", seconds=8)
    body, other = path.read_bytes(), opus(5, serial=2)
    middle = body.index(b"OggS", len(body) // 2)
    path.write_bytes(body[:middle] + other[: other.index(b"OggS", 4)] + body[middle:])
    hearing = listen(path)
    assert 0 < hearing.duration.total_seconds() < 8
    assert hearing.doubts == ("1 of its frames cannot be decoded: the file is damaged",)


def test_damaged_files_end_with_a_hearing_or_a_finding_in_little_memory(tmp_path: Path) -> None:
    for name, options in (("talk.ogg", ("-c:a", "libvorbis")), ("talk.m4a", ()), ("talk.mp3", ()), ("talk.flac", ())):
        encode(tmp_path / name, *options, seconds=4)
    count = "10000" if os.environ.get("FOLGE_SOAK") == "1" else "120"
    program = (sys.executable, "-m", "tests.episodes.listening.damaged_sound", "0", count, str(tmp_path), str(_CORPUS))
    done = subprocess.run(program, cwd=_REPOSITORY, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    *wrong, end = (json.loads(line) for line in done.stdout.splitlines())
    assert wrong == []
    assert end["peak"] < _MEMORY


def _peak_of_listening(path: Path) -> int:
    """The largest number of bytes a process holds that listens to a file."""
    asked = (
        "import sys; from pathlib import Path; from episodes.listening.listener import listen\n"
        "assert listen(Path(sys.argv[1])).duration\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run((sys.executable, "-c", asked, str(path)), cwd=_REPOSITORY, capture_output=True, check=True)
    return int(done.stdout) * 1024
