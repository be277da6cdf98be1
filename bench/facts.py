"""Facts of audio files against what others read of them, and against the speed of the hash that is made anyway."""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import mutagen
from tinytag import TinyTag

from bench.processes import NotMeasuredError
from bench.rows import Row
from episodes.audio import measure
from podcast.facts import Facts

HASH_LIMIT = 0.8
_COUNT = 500
_KINDS = {
    "mp3": ("-b:a", "128k"),
    "m4a": ("-b:a", "128k", "-movflags", "+faststart"),
    "ogg": ("-c:a", "libvorbis"),
    "opus": ("-c:a", "libopus", "-b:a", "96k"),
    "flac": (),
    "wav": (),
}
_LONG = 34 * 60  # seconds: the length of an episode of the show this is built for
_LONG_KINDS = {
    "constant.mp3": ("-b:a", "128k"),
    "variable.mp3": ("-q:a", "4"),
    "22kHz.mp3": ("-b:a", "48k", "-ac", "1", "-ar", "22050"),
    "22kHz-variable.mp3": ("-q:a", "6", "-ac", "1", "-ar", "22050"),
    **{f"long.{kind}": options for kind, options in _KINDS.items() if kind != "mp3"},
    "speech.opus": ("-c:a", "libopus", "-b:a", "32k", "-ac", "1"),
}


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield CPU for many short files against three peers, then MB/s of long files of each kind against sha256."""
    rounds = 3 if quick else 7
    paths = list(_many(folder))
    for name, reader in {"mutagen": mutagen.File, "tinytag": TinyTag.get, "sha256": _hash}.items():
        pairs = [(_cpu(measure, paths), _cpu(reader, paths)) for _ in range(rounds)]
        yield Row(
            what=f"facts of {_COUNT} files of 30 s, CPU",
            unit="ms",
            ours=[1000 * ours for ours, _ in pairs],
            peer_name=name,
            peer=[1000 * peer for _, peer in pairs],
        )
    some = paths[: _COUNT // 10]
    pairs = [(_wall(measure, some), _wall(_ffprobe, some)) for _ in range(1 if quick else 3)]
    yield Row(
        what=f"facts of {len(some)} files of 30 s, wall",
        unit="ms",
        ours=[1000 * ours for ours, _ in pairs],
        peer_name="ffprobe",
        peer=[1000 * peer for _, peer in pairs],
    )
    yield _unchanged(folder, paths, rounds)
    for name in _LONG_KINDS:
        yield _against_hash(folder, name, 3 * rounds, seconds=120 if quick else _LONG)


def _unchanged(folder: Path, paths: list[Path], rounds: int) -> Row:
    facts = Facts(folder / "cache")
    for path in paths:
        facts.audio(path)
    facts.save()
    pairs = [(_cpu(Facts(folder / "cache").audio, paths), _cpu(os.stat, paths)) for _ in range(rounds)]
    return Row(
        what=f"facts of {_COUNT} unchanged files, CPU",
        unit="ms",
        ours=[1000 * ours for ours, _ in pairs],
        peer_name="stat",
        peer=[1000 * peer for _, peer in pairs],
        places=1,
    )


def _against_hash(folder: Path, name: str, rounds: int, *, seconds: int) -> Row:
    path = _encode(folder / name, seconds, _LONG_KINDS[name])
    size = path.stat().st_size / 1e6
    pairs = [(size / _cpu(measure, [path]), size / _cpu(_hash, [path])) for _ in range(rounds)]
    path.unlink()
    return Row(
        what=f"facts of {name} of {size:,.0f} MB, CPU",
        unit="MB/s",
        ours=[ours for ours, _ in pairs],
        peer_name="sha256",
        peer=[peer for _, peer in pairs],
        limit=HASH_LIMIT,
        at_least=True,
    )


def _many(folder: Path) -> Iterator[Path]:
    """Yield the paths of many files, of which each kind is on the disk once."""
    originals = [_encode(folder / f"short.{kind}", 30, options) for kind, options in _KINDS.items()]
    for number in range(_COUNT):
        original = originals[number % len(originals)]
        path = folder / f"{number:03}{original.suffix}"
        path.hardlink_to(original)
        yield path


def _encode(path: Path, seconds: int, options: tuple[str, ...]) -> Path:
    program = shutil.which("ffmpeg")
    if program is None:
        raise NotMeasuredError("ffmpeg is not on this machine")
    source = ("-f", "lavfi", "-i", f"anoisesrc=amplitude=0.1:color=pink:duration={seconds}")
    subprocess.run((program, "-nostdin", "-v", "error", "-y", *source, "-ac", "2", *options, str(path)), check=True)
    return path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ffprobe(path: Path) -> None:
    program = shutil.which("ffprobe")
    if program is None:
        raise NotMeasuredError("ffprobe is not on this machine")
    shown = ("-show_format", "-show_streams", "-show_chapters", "-of", "json")
    subprocess.run((program, "-v", "error", *shown, str(path)), check=True, capture_output=True)


def _cpu(reader: Callable[[Path], object], paths: list[Path]) -> float:
    return _clocked(time.process_time, reader, paths)


def _wall(reader: Callable[[Path], object], paths: list[Path]) -> float:
    return _clocked(time.perf_counter, reader, paths)


def _clocked(clock: Callable[[], float], reader: Callable[[Path], object], paths: list[Path]) -> float:
    begun = clock()
    for path in paths:
        reader(path)
    return clock() - begun
