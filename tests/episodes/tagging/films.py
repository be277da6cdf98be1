"""MP4 files for the tests of tagging, by real encoders, and what real readers say about a copy."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from episodes.audio import measure
from episodes.model import Chapter
from episodes.tagging.film import write_film
from episodes.tagging.tagset import TagSet
from tests.episodes.encoders import encode, program

KINDS = ("last", "first", "lossless", "book", "film", "two", "edited", "covered", "recoded")
"""Index last and first, ALAC, chapters, moving pictures, two tracks of sound, cut at the front, a cover, QuickTime."""

_SAID = ";FFMETADATA1\ntitle=Alt\ngrouping=Reihe\n"
_MARKS = ((0, "Eins"), (1500, "Zwei"))


def chapters(*given: tuple[float, str]) -> tuple[Chapter, ...]:
    return tuple(Chapter(start=timedelta(seconds=start), title=title) for start, title in given)


TAGS = TagSet(
    title="Größe „zählt“",
    artist="Ada, Grace",
    album="Die Sendung",
    album_artist="Das Team",
    number=12,
    season=3,
    date=date(2026, 1, 2),
    language="de-DE",
    comment="Erste Zeile\nzweite Zeile " + "sehr lang " * 40,
    link="https://example.org/folge/12",
    copyright="CC BY 4.0",
    genre="Podcast",
    chapters=chapters((0, "Anfang"), (0.7, "Mut & „Macht“"), (2.001, "勇気 👩🏽‍💻")),
)


def master(folder: Path, kind: str) -> Path:
    """Return three seconds of sound as a file of one of KINDS."""
    said = folder / "said.txt"
    parts = [
        _SAID,
        *(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={at + 1500}\ntitle={name}\n" for at, name in _MARKS),
    ]
    said.write_text("".join(parts), encoding="utf-8")
    described = ("-i", str(said), "-map_chapters", "1")
    more = ("-f", "lavfi", "-i", "sine=f=880:d=3")
    if kind == "edited":
        whole = encode(folder / "whole.m4a", seconds=6)
        return _run(("-ss", "2.9", "-i", str(whole), "-c", "copy"), folder / "edited.m4a")
    if kind == "covered":
        whole = encode(folder / "bare.m4a", seconds=3)
        picture = ("-f", "lavfi", "-i", "testsrc=s=64x64:d=0.04", "-map", "0", "-map", "1", "-c:a", "copy")
        how = ("-c:v", "mjpeg", "-frames:v", "1", "-disposition:v", "attached_pic")
        return _run(("-i", str(whole), *picture, *how), folder / "covered.m4a")
    name, options = {
        "last": ("last.m4a", ("-metadata", "title=Alt")),
        "first": ("first.m4a", ("-movflags", "+faststart")),
        "lossless": ("lossless.m4a", ("-c:a", "alac")),
        "book": (
            "book.m4b",
            ("-i", str(said), "-map_metadata", "1", "-map_chapters", "1", "-c:a", "aac", "-f", "ipod"),
        ),
        "film": ("film.mp4", ("-f", "lavfi", "-i", "testsrc=s=64x64:d=3", "-map", "0", "-map", "1", "-c:a", "aac")),
        "two": ("two.m4a", (*more, "-map", "0", "-map", "1", "-c:a", "aac")),
        "recoded": ("recoded.mp4", (*described, "-c:a", "aac", "-f", "mov")),
    }[kind]
    return encode(folder / name, *options, seconds=3)


def _run(options: Sequence[str], target: Path) -> Path:
    tool = (program("ffmpeg"), "-nostdin", "-v", "error", "-y")
    subprocess.run((*tool, *options, str(target)), check=True, timeout=120)
    return target


def copied(path: Path, tags: TagSet) -> Path:
    """Return a tagged copy of a file, beside it."""
    copy = path.with_name(f"copy-{path.name}")
    copy.write_bytes(tagged(path.read_bytes(), tags, measure(path).duration))
    return copy


def tagged(body: bytes, tags: TagSet, duration: timedelta = timedelta(seconds=3)) -> bytes:
    written = BytesIO()
    write_film(BytesIO(body), written, tags, duration)
    return written.getvalue()


def titled(*given: tuple[float, str]) -> TagSet:
    """Return tags with these chapters."""
    return replace(TAGS, chapters=chapters(*given))


def atoms(file: Path | BytesIO) -> Any:
    """Return what mutagen reads."""
    from mutagen.mp4 import MP4

    read: Any = MP4
    return read(file)


def frames(path: Path, stream: str) -> str:
    """Return a hash of what is in the packets of the streams of one kind, as they are stored."""
    how = ("-map", stream, "-c", "copy", "-f", "streamhash", "-hash", "sha256", "-")
    tool = (program("ffmpeg"), "-nostdin", "-v", "error", "-i", str(path))
    done = subprocess.run((*tool, *how), capture_output=True, check=True, text=True, timeout=120)
    return done.stdout


def probed(path: Path) -> dict[str, str]:
    """Return the tags ffprobe shows."""
    shown = ("-show_entries", "format_tags", "-of", "json")
    done = subprocess.run((program("ffprobe"), "-v", "error", *shown, str(path)), capture_output=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)["format"].get("tags", {})
    return found


def probed_chapters(path: Path) -> list[tuple[int, str]]:
    """Return the milliseconds and titles of the chapters ffprobe shows; one without a title is none."""
    done = subprocess.run(
        (program("ffprobe"), "-v", "error", "-show_chapters", "-of", "json", str(path)), capture_output=True, check=True
    )
    rows = json.loads(done.stdout)["chapters"]
    found = [(round(float(row["start_time"]) * 1000), row.get("tags", {}).get("title", "")) for row in rows]
    return [row for row in found if row[1]]
