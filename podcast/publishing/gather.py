"""Measure the files episodes name, and assemble them with the episodes into releases."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from episodes.audio import extension_for
from episodes.covers import Cover, cover_problems, measure_cover
from episodes.mediatypes import PICTURE_TYPES, TRANSCRIPT_TYPES, media_type
from episodes.model import Audio, Episode, Status, TranscriptFile
from episodes.problems import Problem, Severity, UserError
from podcast.facts import Facts
from podcast.layout import RESERVED_SLUGS, audio_key, cover_key, transcript_key
from podcast.publishing.ledger import Entry, Ledger
from podcast.release import AudioBlob, Blob, Release, ShowRelease, TranscriptBlob
from podcast.workspace import Workspace

LARGEST_TRANSCRIPT = 20_000_000
"""Bytes a transcript may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A transcript on disk."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What was measured, by the path as written. A path that is in none of the three is a file that is not there."""

    audio: Mapping[str, Audio]
    covers: Mapping[str, Cover]
    transcripts: Mapping[str, Text]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything a decision needs of this folder. `uploads` says which file a key is made of."""

    show: ShowRelease
    releases: tuple[Release, ...]
    idle: tuple[Episode, ...]
    uploads: Mapping[str, Path]
    problems: tuple[Problem, ...]


def measure_files(workspace: Workspace, facts: Facts) -> Files:
    """Measure every file a ready episode or the show names. Files that cannot be used become problems."""
    audio: dict[str, Audio] = {}
    covers: dict[str, Cover] = {}
    texts: dict[str, Text] = {}
    problems: list[Problem] = []
    if workspace.settings.cover:
        problems += _measure_cover(workspace, workspace.settings.cover, "podcast.toml", "show.cover", covers)
    for episode in workspace.catalogue.episodes:
        if episode.status is not Status.READY:
            continue
        name = f"episodes/{episode.source_name}"
        path = workspace.resolve(episode.audio)
        if path.exists():
            try:
                audio[episode.audio] = facts.audio(path)
            except UserError as error:
                problems.append(Problem(path=name, field="audio", message=error.message, hint=error.hint))
        if episode.cover:
            problems += _measure_cover(workspace, episode.cover, name, "cover", covers)
        for transcript in episode.transcripts:
            problems += _measure_transcript(workspace, transcript, name, texts)
    facts.save()
    return Files(audio=audio, covers=covers, transcripts=texts, problems=tuple(problems))


def _measure_cover(
    workspace: Workspace, written: str, name: str, field: str, covers: dict[str, Cover]
) -> Sequence[Problem]:
    path = workspace.resolve(written)
    if written in covers or not path.exists():
        return ()
    try:
        covers[written] = measure_cover(path)
    except UserError as error:
        return (Problem(path=name, field=field, message=error.message, hint=error.hint),)
    return tuple(replace(problem, path=name, field=field) for problem in cover_problems(covers[written], written))


def _measure_transcript(
    workspace: Workspace, transcript: TranscriptFile, name: str, texts: dict[str, Text]
) -> Sequence[Problem]:
    path = workspace.resolve(transcript.path)
    if path.suffix.lower() not in TRANSCRIPT_TYPES:
        known = " ".join(TRANSCRIPT_TYPES)
        message = f"'{transcript.path}' is not a kind of transcript"
        return (Problem(path=name, field="transcripts", message=message, hint=f"known are {known}"),)
    if not path.exists():
        return ()
    try:
        body = path.read_bytes() if path.stat().st_size <= LARGEST_TRANSCRIPT else b""
        body.decode()
    except OSError as error:
        message = f"'{transcript.path}' cannot be read: {error.strerror}"
        return (Problem(path=name, field="transcripts", message=message),)
    except UnicodeDecodeError:
        message = f"'{transcript.path}' is not UTF-8 text"
        return (Problem(path=name, field="transcripts", message=message, hint="save it with the encoding UTF-8"),)
    if not body.strip():
        message = f"'{transcript.path}' is empty or larger than {LARGEST_TRANSCRIPT:,} bytes"
        return (Problem(path=name, field="transcripts", message=message),)
    texts[transcript.path] = Text(bytes=len(body), sha256=hashlib.sha256(body).hexdigest())
    return ()


def assemble(workspace: Workspace, files: Files, ledger: Ledger | None) -> Gathered:
    """Put episodes and measured files together. For a file that is not on this machine the ledger's facts stand in."""
    assembly = _Assembly(workspace, files)
    show = assembly.show(ledger)
    releases: list[Release] = []
    idle: list[Episode] = []
    there = ledger.by_guid() if ledger else {}
    for episode in workspace.catalogue.episodes:
        old = there.get(episode.guid)
        if episode.status is not Status.READY:
            if old is None:
                idle.append(episode)
            else:
                releases.append(replace(old.release, episode=episode))
            continue
        release = assembly.release(episode, old)
        if release:
            releases.append(release)
    return Gathered(
        show=show,
        releases=tuple(releases),
        idle=tuple(idle),
        uploads=assembly.uploads,
        problems=(*files.problems, *assembly.problems),
    )


class _Assembly:
    """Makes releases; gathers problems and which file each key is made of."""

    def __init__(self, workspace: Workspace, files: Files) -> None:
        self.workspace = workspace
        self.files = files
        self.uploads: dict[str, Path] = {}
        self.problems: list[Problem] = []

    def show(self, ledger: Ledger | None) -> ShowRelease:
        settings = self.workspace.settings
        cover = self.files.covers.get(settings.cover)
        if cover is None and settings.cover and not self._known_bad("show.cover"):
            message = f"'{settings.cover}' is not there"
            self.problems.append(Problem(path="podcast.toml", field="show.cover", message=message))
        return ShowRelease(
            title=settings.title,
            description=settings.description,
            language=settings.language,
            guid=settings.guid,
            base_url=settings.store.public_url,
            directory_index=settings.store.directory_index,
            author=settings.author,
            email=settings.email,
            link=settings.link,
            copyright=settings.copyright,
            categories=settings.categories,
            explicit=settings.explicit,
            kind=settings.kind,
            locked=settings.locked,
            hosts=settings.hosts,
            cover=self._cover("cover", settings.cover, cover, ledger.show.release.cover if ledger else None)
            if cover
            else None,
        )

    def release(self, episode: Episode, old: Entry | None) -> Release | None:
        name = f"episodes/{episode.source_name}"
        if episode.slug in RESERVED_SLUGS:
            message = f"'{episode.slug}' is an address folge needs itself"
            self.problems.append(Problem(path=name, message=message, hint="rename the file"))
        audio = self._audio(episode, old.release if old else None, name)
        cover = self.files.covers.get(episode.cover)
        if cover:
            picture: Blob | None = self._cover(episode.slug, episode.cover, cover, old.release.cover if old else None)
        else:
            picture = self._kept_cover(episode, old, name)
        transcripts = self._transcripts(episode, old.release if old else None, name)
        if audio is None:
            return None
        return Release(episode=episode, audio=audio, cover=picture, transcripts=transcripts)

    def _known_bad(self, field: str) -> bool:
        return any(problem.field == field for problem in self.files.problems)

    def _audio(self, episode: Episode, old: Release | None, name: str) -> AudioBlob | None:
        facts = self.files.audio.get(episode.audio)
        path = self.workspace.resolve(episode.audio)
        if facts is None:
            if old is not None and old.episode.audio == episode.audio:
                return old.audio
            if not any(p.path == name and p.field == "audio" for p in self.files.problems):
                message = f"'{episode.audio}' is not there"
                hint = "put it there, or say where it is with 'folge set EPISODE audio=…'"
                self.problems.append(Problem(path=name, field="audio", message=message, hint=hint))
            return None
        for doubt in facts.doubts:
            message = f"'{episode.audio}': {doubt}"
            self.problems.append(Problem(severity=Severity.WARNING, path=name, field="audio", message=message))
        same = old is not None and old.audio.sha256 == facts.sha256
        key = old.audio.key if old and same else audio_key(episode.slug, facts.sha256, extension_for(facts, path.name))
        self.uploads[key] = path
        return AudioBlob(
            key=key,
            media_type=facts.media_type,
            bytes=facts.bytes,
            sha256=facts.sha256,
            duration=facts.duration,
            header_bytes=facts.header_bytes,
            bitrate=facts.bitrate,
        )

    def _cover(self, name: str, written: str, cover: Cover, old: Blob | None) -> Blob:
        extension = next((ext for ext, kind in PICTURE_TYPES.items() if kind == cover.media_type), ".img")
        same = old is not None and old.sha256 == cover.sha256
        key = old.key if old and same else cover_key(name, cover.sha256, extension)
        self.uploads[key] = self.workspace.resolve(written)
        return Blob(key=key, media_type=cover.media_type, bytes=cover.bytes, sha256=cover.sha256)

    def _kept_cover(self, episode: Episode, old: Entry | None, name: str) -> Blob | None:
        if not episode.cover:
            return None
        if old and old.release.episode.cover == episode.cover:
            return old.release.cover
        if not any(p.path == name and p.field == "cover" for p in self.files.problems):
            self.problems.append(Problem(path=name, field="cover", message=f"'{episode.cover}' is not there"))
        return None

    def _transcripts(self, episode: Episode, old: Release | None, name: str) -> tuple[TranscriptBlob, ...]:
        known = {blob.sha256: blob.key for blob in old.transcripts} if old else {}
        blobs = []
        for transcript in episode.transcripts:
            text = self.files.transcripts.get(transcript.path)
            if text is None:
                if old and old.episode.transcripts == episode.transcripts:
                    return old.transcripts
                if not any(p.path == name and p.field == "transcripts" for p in self.files.problems):
                    message = f"'{transcript.path}' is not there"
                    self.problems.append(Problem(path=name, field="transcripts", message=message))
                continue
            path = self.workspace.resolve(transcript.path)
            key = known.get(text.sha256) or transcript_key(episode.slug, text.sha256, path.suffix.lower())
            self.uploads[key] = path
            blobs.append(
                TranscriptBlob(
                    key=key,
                    media_type=media_type(key),
                    bytes=text.bytes,
                    sha256=text.sha256,
                    language=transcript.language,
                )
            )
        return tuple(blobs)
