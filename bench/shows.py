"""Shows to measure with: a folder with settings, episode files and audio, without the tool that is measured."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

from tests.episodes.audio_builders import frame

_WORDS = ("Mut", "Wandel", "Alltag", "Rathaus", "Bürger:innen", "Haushalt", "Straße", "Schildkröte", "Vertrauen")
_SETTINGS = """\
[show]
title = "Gemessen"
description = "Eine Sendung, an der gemessen wird."
language = "de"
author = "Messstelle"
email = "podcast@example.org"
cover = "cover.png"
category = ["Government"]
timezone = "Europe/Berlin"
guid = "5f7a1046-f398-56b7-bd12-43942b6e83b7"

[store]
url = "public"
public_url = "https://podcast.example.org/"
"""
_EPISODE = """\
---
guid: {guid}
title: "{title}"
number: {number}
status: ready
published: {published:%Y-%m-%d %H:%M} +00:00
audio: {audio}
topics: [Mut, Transformation]
---

{notes}
"""
_FIRST = datetime(2019, 1, 1, 12, tzinfo=UTC)
_BITRATE = 320
_BLOCK_FRAMES = 1000


def make_show(folder: Path, *, endpoint_url: str = "") -> Path:
    """Make a show without episodes."""
    (folder / "episodes").mkdir(parents=True)
    (folder / "audio").mkdir()
    Image.new("RGB", (1400, 1400), "#345").save(folder / "cover.png")
    set_endpoint(folder, endpoint_url)
    return folder


def set_endpoint(folder: Path, endpoint_url: str) -> None:
    """Write the settings, with the address of an S3 server where one is given."""
    more = f'endpoint_url = "{endpoint_url}"\npath_style = true\n' if endpoint_url else ""
    (folder / "podcast.toml").write_text(_SETTINGS + more, encoding="utf-8")


def add_episodes(folder: Path, count: int, *, note_bytes: int, audio_bytes: int) -> list[Path]:
    """Add episodes, each with notes of about a size and audio of its own; return the audio files."""
    chosen = random.Random(7)
    made = []
    for number in range(1, count + 1):
        audio = folder / "audio" / f"{number:04}.mp3"
        write_mp3(audio, audio_bytes, number)
        made.append(audio)
        text = _EPISODE.format(
            guid=uuid.UUID(int=chosen.getrandbits(128), version=4),
            title=f"{chosen.choice(_WORDS)} und {chosen.choice(_WORDS)} ({chosen.randrange(10**6):x})",
            number=number,
            published=_FIRST + timedelta(hours=6 * number),
            audio=f"audio/{audio.name}",
            notes=notes(chosen, note_bytes),
        )
        (folder / "episodes" / f"{number:04}-folge-{number}.md").write_text(text, encoding="utf-8")
    return made


def write_mp3(path: Path, size: int, number: int) -> None:
    """Write a CBR file of about `size` bytes (whole frames) that is like no other number's."""
    one = frame(_BITRATE)
    count = max(size // len(one), 20)
    noise = random.Random(number).randbytes(len(one) * _BLOCK_FRAMES).replace(b"\xff", b"\0")  # no false header
    cut = [one[:40] + noise[n * len(one) + 40 : (n + 1) * len(one)] for n in range(min(count, _BLOCK_FRAMES))]
    block = b"".join(cut)
    with path.open("wb") as file:
        for _ in range(count // len(cut)):
            file.write(block)
        file.write(block[: count % len(cut) * len(one)])


def notes(chosen: random.Random, size: int) -> str:
    """Return Markdown of about so many bytes."""
    text = "Worum es geht, und *warum* es sich [lohnt](https://example.org/):\n\n"
    while len(text.encode()) < size:
        text += " ".join(chosen.choices(_WORDS, k=12)) + ".\n" + ("\n- " if chosen.random() < 0.2 else "")
    return text.strip("-\n ")
