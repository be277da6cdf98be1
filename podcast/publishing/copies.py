"""The tagged copies that are published in place of the producer's files, which nobody touches."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import msgspec

from episodes.audio import extension_for
from episodes.model import Audio, Episode
from episodes.problems import UserError
from episodes.tagging.tagset import LARGEST_COVER, TagSet
from podcast.cache import spare_folder
from podcast.code import code_digest
from podcast.facts import Facts
from podcast.publishing.measuring import Files
from podcast.publishing.smallpictures import SmallPictures
from podcast.tagging import by_size, tagset_of
from podcast.workspace import Workspace

_DAY = 86_400
KEPT = timedelta(days=2)
"""How long a copy stays that no publish has asked for: another one may just be uploading it."""

_SAME = timedelta(milliseconds=100)
_AS_IS = "publish the file as it is with tag = false below [audio] in podcast.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A tagged copy: where it lies, and what was measured of it."""

    path: Path
    audio: Audio


Copier = Callable[[Episode, Path, Audio], Copy | None]
"""Returns the tagged copy of a file of an episode, None where the file itself is to be published."""


def as_it_is(episode: Episode, master: Path, audio: Audio) -> None:
    """Make no copy of a file: for whoever only looks at what a publish would do."""


class Copies:
    """Makes copies into `folder`, each once: its name follows from the master, the tags and the code that writes them.

    `now` is aware: what is due later is not copied yet. `working` is told what is being done.
    """

    def __init__(
        self,
        workspace: Workspace,
        files: Files,
        facts: Facts,
        small: SmallPictures,
        *,
        now: datetime,
        working: Callable[[str], None],
    ) -> None:
        self._workspace = workspace
        self._files = files
        self._facts = facts
        self._small = small
        self._now = now
        self._working = working
        self._folder = small.folder.with_name("copies")

    def copy(self, episode: Episode, master: Path, audio: Audio) -> Copy | None:
        """Return the tagged copy of a file of an episode, None where the file itself is to be published.

        Raises UserError where no copy can be made; `NotTaggable` where the file does not allow it.
        """
        later = episode.published is not None and episode.published > self._now
        if later or not self._workspace.settings.audio.tag:
            return None
        cover = self._cover(episode)
        tags = tagset_of(episode, self._workspace.settings)
        name = _name(audio.sha256, tags, cover[1] if cover else "") + extension_for(audio, master.name)
        path = self._folder / name
        if not os.path.isfile(path):  # noqa: PTH113  where a folder may not be entered there is none
            self._working(f"tagging {master.name}")
            path = self._made(name, master, replace(tags, cover=self._jpeg(*cover) if cover else b""), audio.duration)
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT.total_seconds() / 4:  # it is in use; else it stays as measured
                os.utime(path)
        copy = self._facts.audio(path, master.name)
        if abs(copy.duration - audio.duration) > _SAME:
            path.unlink()
            raise UserError(f"its tagged copy would last {copy.duration}, not {audio.duration}", hint=_AS_IS)
        return Copy(path=path, audio=copy)

    def sweep(self) -> None:
        """Remember what was measured, and remove copies nobody has asked for of late."""
        oldest = time.time() - KEPT.total_seconds()
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    self._facts.forget(path)
        self._facts.save()

    def _cover(self, episode: Episode) -> tuple[Path, str] | None:
        """Return the file and the sha256 of the cover an episode goes by, None where none is on this machine."""
        for written in (episode.cover, self._workspace.settings.cover):
            if measured := self._files.covers.get(written):
                return self._workspace.resolve(written), measured.sha256
        return None

    def _jpeg(self, path: Path, sha256: str) -> bytes:
        """Return the largest small picture of a cover that a file may carry."""
        made = self._small.files(path, sha256)
        bodies = (made[use].read_bytes() for use in by_size(made))
        return next((body for body in bodies if len(body) <= LARGEST_COVER), b"")

    @cached_property
    def _spare(self) -> Path:
        return spare_folder()

    def _made(self, name: str, master: Path, tags: TagSet, duration: timedelta) -> Path:
        """Make a copy beside and rename it; outside the cache where that cannot be written."""
        from episodes.tagging.copying import tagged_copy

        failure: OSError | None = None
        for spare in (False, True):
            beside = None
            try:
                place = self._spare if spare else self._folder
                place.mkdir(parents=True, exist_ok=True)
                beside = place / f".{os.getpid()}-{name}"
                tagged_copy(master, beside, tags, duration)
                return beside.replace(place / name)
            except OSError as error:
                failure = error
            finally:
                if beside:
                    beside.unlink(missing_ok=True)
        reason = failure.strerror if failure else ""
        hint = f"make room there, name another folder with FOLGE_CACHE, or {_AS_IS}"
        raise UserError(f"its tagged copy cannot be written to {self._folder}: {reason}", hint=hint) from failure


def _name(master: str, tags: TagSet, cover: str) -> str:
    content = msgspec.json.encode([code_digest(), master, tags, cover], order="deterministic")
    return hashlib.sha256(content).hexdigest()[:40]
