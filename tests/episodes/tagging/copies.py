"""What the tests of tagged copies share: the tags that are written, and how sound is compared."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol, cast

from episodes.audio import measure
from episodes.model import Chapter
from episodes.tagging.copying import tagged_copy
from episodes.tagging.tagset import TagSet
from tests.episodes.encoders import program

TAGS = TagSet(
    title="Weg mit der Agilität 🐢",
    artist="Uwe Müller, Ayşe Öz",
    album="Kommunen-Podcast",
    album_artist="Stadt Nürnberg",
    number=42,
    season=2,
    date=date(2024, 12, 1),
    language="de-DE",
    comment="Für jede Leser:in\n„Mut“ – und 🐢",
    link="https://example.org/folgen/42/",
    copyright="© 2024 Stadt Nürnberg",
    genre="Podcast",
    chapters=(
        Chapter(start=timedelta(), title="Anfang"),
        Chapter(start=timedelta(seconds=1, milliseconds=500), title="Größe 🐢", link="https://example.org/größe"),
        Chapter(start=timedelta(seconds=2), title="", link="https://example.org/bild", hidden=True),
        Chapter(start=timedelta(seconds=3), title="Schluss"),
    ),
)


@cache
def jpeg(side: int = 300, *, noisy: bool = False) -> bytes:
    """Return a square JPEG; a noisy one of 800 pixels has far more than 300 kB."""
    from PIL import Image

    target = BytesIO()
    image = Image.effect_noise((side, side), 90).convert("RGB") if noisy else Image.new("RGB", (side, side), "teal")
    image.save(target, "JPEG", quality=95)
    return target.getvalue()


def copied(master: Path, tags: TagSet = TAGS, name: str = "copy") -> Path:
    """Tag a copy beside the master, whose sound is measured first, as a publish does."""
    copy = master.with_name(f"{name}{master.suffix}")
    tagged_copy(master, copy, tags, measure(master).duration)
    return copy


def only(**values: object) -> TagSet:
    """Return tags with a title and nothing else but these."""
    return replace(TagSet(title="Mut"), **values)  # type: ignore[arg-type]


def frames_of(path: Path) -> list[str]:
    """Return the hash of every packet of sound, as ffmpeg takes the file apart."""
    shown = ("-select_streams", "a", "-show_packets", "-show_data_hash", "md5", "-show_entries", "packet=data_hash")
    command = (program("ffprobe"), "-v", "error", *shown, "-of", "csv=p=0", str(path))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return [field for line in done.stdout.splitlines() for field in line.split(",") if field.startswith("MD5")]


def decoded(path: Path) -> str:
    """Return the hash of the samples a decoder makes of a file."""
    command = (program("ffmpeg"), "-nostdin", "-v", "quiet", "-i", str(path), "-map", "0:a:0", "-f", "s16le", "-")
    return hashlib.sha256(subprocess.run(command, capture_output=True, check=False, timeout=120).stdout).hexdigest()


def probed(path: Path) -> tuple[dict[str, str], list[tuple[float, float, str]]]:
    """Return the tags ffprobe shows, names in lower case, and start, end and title of each chapter."""
    command = (program("ffprobe"), "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json")
    done = subprocess.run((*command, str(path)), capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    tags = {**found["streams"][0].get("tags", {}), **found["format"].get("tags", {})}
    chapters = [(float(one["start_time"]), float(one["end_time"]), one["tags"]["title"]) for one in found["chapters"]]
    return {name.lower(): text for name, text in tags.items()}, chapters


class Frame(Protocol):
    """An ID3 frame of mutagen."""

    FrameID: str
    HashKey: str
    encoding: int
    text: list[object]
    flags: int
    lang: str
    url: str
    desc: str
    type: int
    data: bytes
    element_id: str
    child_element_ids: list[str]
    start_time: int
    end_time: int
    start_offset: int
    end_offset: int
    sub_frames: "Frames"


class Frames(Protocol):
    """An ID3 tag of mutagen."""

    version: tuple[int, int, int]

    def getall(self, key: str) -> list[Frame]: ...
    def add(self, frame: object) -> None: ...
    def save(self, path: object, **options: object) -> None: ...
    def keys(self) -> list[str]: ...
    def values(self) -> list[Frame]: ...
    def __getitem__(self, key: str) -> Frame: ...


class _Wave(Protocol):
    tags: Frames


def id3_of(path: Path) -> Frames:
    from mutagen.id3 import ID3

    return cast("Callable[..., Frames]", ID3)(path)


def wave_of(path: Path) -> Frames:
    """Return the ID3 tag in a WAV file."""
    from mutagen.wave import WAVE

    return cast("Callable[[Path], _Wave]", WAVE)(path).tags


def add_frames(path: Path, *frames: object, **options: object) -> Path:
    """Write ID3 frames into a file."""
    from mutagen.id3 import ID3

    tag = cast("Callable[..., Frames]", ID3)()
    for one in frames:
        tag.add(one)
    tag.save(path, **options)
    return path


def frame(name: str, **values: object) -> object:
    import mutagen.id3

    return cast("Callable[..., object]", getattr(mutagen.id3, name))(**values)
