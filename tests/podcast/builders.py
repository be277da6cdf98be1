"""Builds show folders on disk: real files, small silent audio, a real cover."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from feed.reader import Feed, read_feed
from podcast.cache import cache_folder
from podcast.publishing.changes import Asked
from podcast.publishing.publish import Outcome, Publisher
from podcast.publishing.smallpictures import SmallPictures
from podcast.stores import Store
from podcast.workspace import open_workspace
from tests.episodes.audio_builders import frames, id3, id3_text

REPOSITORY = Path(__file__).parents[2]
COVER = REPOSITORY / "docs" / "demo" / "cover.png"
BASE = "https://cdn.example.org/"
GUID_1 = "00000001-aaaa-4bbb-8ccc-000000000000"
GUID_2 = "00000002-aaaa-4bbb-8ccc-000000000000"
NOW = datetime(2024, 12, 10, 12, 0, tzinfo=UTC)

SETTINGS = """\
[show]
title = "{title}"
description = "Gespräche über Verwaltung"
language = "de"
author = "Kommune 360°"
email = "podcast@example.org"
category = ["Government"]
cover = "cover.png"
timezone = "Europe/Berlin"
hosts = ["anna"]
guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"

[people.anna]
name = "Anna Beispiel"

[audio]
loudness = false

[store]
url = "public"
public_url = "{base}"
"""

EPISODE = """\
---
guid: {guid}  # für immer
title: {title}
number: {number}
published: {published}
audio: audio/{number}.mp3
{more}---

Notizen für *Leser:innen*, Teil {number}.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFolder:
    """A show folder of a test."""

    path: Path

    def settings(self, *, title: str = "Kommunen-Podcast", base: str = BASE) -> None:
        (self.path / "podcast.toml").write_text(SETTINGS.format(title=title, base=base), encoding="utf-8")

    def publish_files_as_they_are(self) -> None:
        """Publish audio without tags of ours: its bytes are then those of the file."""
        settings = self.path / "podcast.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("[audio]\n", "[audio]\ntag = false\n"), encoding="utf-8")

    def draw_no_waveforms(self) -> None:
        """Have no publish listen to audio, which takes its time with a long file."""
        settings = self.path / "podcast.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("[audio]\n", "[audio]\nwaveform = false\n"), encoding="utf-8")

    def file(self, number: int, slug: str = "") -> Path:
        return self.path / "episodes" / f"{number:03}-{slug or f'folge-{number}'}.md"

    def episode(self, number: int, *, title: str = "", published: str = "", more: str = "", guid: str = "") -> Path:
        """Write episode `number` and its audio, the audio only where there is none."""
        audio = self.path / "audio" / f"{number}.mp3"
        if not audio.exists():
            audio.write_bytes(id3(id3_text("TIT2", b"Folge")) + frames(40 + number))
        text = EPISODE.format(
            guid=guid or f"0000000{number}-aaaa-4bbb-8ccc-000000000000",
            title=title or f"Mut {number}",
            number=number,
            published=published or f"2024-12-{number:02} 06:00",
            more=more,
        )
        path = self.file(number)
        path.write_text(text, encoding="utf-8")
        return path

    def copy(self, to: Path) -> "ShowFolder":
        """Return the same folder on another laptop."""
        shutil.copytree(self.path, to)
        _know_the_cover(to)
        return ShowFolder(path=to)

    def publisher(
        self, store: Store, *, now: datetime = NOW, by: str = "anna@laptop", asked: Asked | None = None
    ) -> Publisher:
        return Publisher(open_workspace(self.path, {}), store, now=now, by=by, asked=asked)

    def publish(
        self, store: Store, *, now: datetime = NOW, by: str = "anna@laptop", asked: Asked | None = None
    ) -> Outcome:
        """Publish without asking."""
        outcome = self.publisher(store, now=now, by=by, asked=asked).run(lambda prepared: True)
        assert outcome is not None
        return outcome


@cache
def _scaled_cover() -> Mapping[str, bytes]:
    """Return what a cache keeps of the cover: to scale it takes ten times as long as all the rest of a publish."""
    with tempfile.TemporaryDirectory() as folder:
        files = SmallPictures(Path(folder)).files(COVER, hashlib.sha256(COVER.read_bytes()).hexdigest())
        return {file.name: file.read_bytes() for file in files.values()}


def _know_the_cover(show: Path) -> None:
    """Give a show a cache in which its cover is scaled, where the test has a folder of its own for caches."""
    if "FOLGE_CACHE" in os.environ:
        folder = cache_folder(show) / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in _scaled_cover().items():
            (folder / name).write_bytes(body)


def make_show(path: Path, episodes: int = 2) -> ShowFolder:
    """Make a show folder with so many due episodes. Its cover is scaled already."""
    for name in ("episodes", "audio"):
        (path / name).mkdir(parents=True)
    shutil.copy(COVER, path)
    folder = ShowFolder(path=path)
    _know_the_cover(path)
    folder.settings()
    for number in range(1, episodes + 1):
        folder.episode(number)
    return folder


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def objects(store: Store) -> dict[str, bytes]:
    """Return everything a store holds."""
    found = {stat.key: store.get(stat.key) for stat in store.list("")}
    return {key: stored.body for key, stored in found.items() if stored}


def undated(body: bytes) -> bytes:
    """Return a page or a feed without the time of its latest change, which tells it from itself at another time."""
    return re.sub(rb'(?<=dcterms.modified" content=")[^"]+|(?<=<lastBuildDate>)[^<]+|(?<=made by folge )\S+', b"", body)


def feed_in(store: Store) -> Feed:
    """Return the published feed, read as an app would."""
    stored = store.get("feed.xml")
    assert stored is not None
    return read_feed(stored.body)


def titles(store: Store) -> list[str]:
    return [item.title for item in feed_in(store).items]


def assert_whole(store: Store, base: str = BASE) -> None:
    """Check from outside that whatever the feed refers to is there, with the length it says."""
    there = objects(store)
    if "feed.xml" not in there:
        return
    for item in feed_in(store).items:
        assert len(there[item.enclosure.url.removeprefix(base)]) == item.enclosure.bytes
        assert f"{item.link.removeprefix(base)}index.html" in there
        assert item.image_url.removeprefix(base) in there
        assert all(transcript.url.removeprefix(base) in there for transcript in item.transcripts)
