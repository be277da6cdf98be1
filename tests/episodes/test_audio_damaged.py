"""Damaged audio files: each ends with facts or a finding, in little memory, and no size in a header is believed.

FOLGE_SOAK=1 damages 10,000 files instead of a few hundred.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.sound import NotAudio
from tests.episodes.damage import damaged, originals
from tests.episodes.encoders import encode, played
from tests.soaking import SOAK

_REPOSITORY = Path(__file__).parents[2]
_CORPUS = Path(os.environ.get("FOLGE_CORPUS", _REPOSITORY.parent / "shared" / "corpus")) / "audio"
_COUNT, _RUNS = (10_000, 4) if SOAK else (400, 2)
_HEARD = 300 if SOAK else 25
_MEMORY = 200_000_000  # bytes, of which the interpreter takes a fifth

_ENCODED = (
    ("talk.mp3", ("-q:a", "6")),
    ("talk.m4a", ("-b:a", "64k")),
    ("start.m4a", ("-b:a", "64k", "-movflags", "+faststart")),
    ("talk.ogg", ("-c:a", "libvorbis")),
    ("talk.opus", ("-c:a", "libopus", "-b:a", "32k")),
    ("talk.flac", ("-ac", "1", "-ar", "16000")),
    ("talk.wav", ("-ac", "1", "-ar", "16000")),
    ("talk.aiff", ("-ac", "1", "-ar", "16000")),
)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoded")
    for name, options in _ENCODED:
        encode(folder / name, *options, seconds=8)
    return folder


@pytest.mark.parametrize("run", range(_RUNS))
def test_a_damaged_file_ends_with_facts_or_a_finding(encoded: Path, run: int) -> None:
    count = _COUNT // _RUNS
    done = subprocess.run(
        [sys.executable, "-m", "tests.episodes.damage", str(run * count), str(count), str(encoded), str(_CORPUS)],
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *wrong, end = (json.loads(line) for line in done.stdout.splitlines())
    assert wrong == []
    assert end["peak"] < _MEMORY
    assert end["files"] >= len(_ENCODED) + 9


def test_a_damaged_file_that_nothing_is_said_about_plays_as_long_as_it_says(encoded: Path, tmp_path: Path) -> None:
    # nothing in an MP4 file tells whether its sound was changed
    files = [(name, body) for name, body in originals([encoded]) if name.startswith("talk.") and "m4a" not in name]
    heard, wrong = 0, []
    for number in range(100_000):
        name, body = damaged(number, files)
        path = tmp_path / name
        path.write_bytes(body)
        try:
            audio = measure(path)
        except NotAudio:
            continue
        if audio.doubts or body == dict(files)[name]:
            continue
        heard += 1
        seconds = played(path)
        if abs(audio.duration.total_seconds() - seconds) > 0.5:
            wrong.append((number, name, audio.duration.total_seconds(), seconds))
        if heard == _HEARD:
            break
    assert wrong == []


@pytest.mark.skipif(not _CORPUS.exists(), reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_the_corpus_is_damaged_too() -> None:
    assert len(originals([_CORPUS])) > 80
