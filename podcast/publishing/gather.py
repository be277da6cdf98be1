"""Measure the files episodes name, and assemble them with the episodes into releases."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

from episodes.audio import extension_for
from episodes.covers import Cover, cover_problems, measure_cover
from episodes.mediatypes import PICTURE_TYPES, TRANSCRIPT_TYPES, media_type
from episodes.model import Audio, Episode, Status, TranscriptFile
from episodes.problems import Problem, Severity, UserError
from podcast.facts import Facts
from podcast.layout import RESERVED_SLUGS, audio_key, cover_key, transcript_key
from podcast.publishing.ledger import Entry, Ledger
from podcast.release import AudioBlob, Blob, Release, ShowRelease, TranscriptBlob
from podcast.settings import FILE
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
        problems += _measure_cover(workspace, workspace.settings.cover, FILE, "show.cover", covers)
    for episode in workspace.catalogue.episodes:
        if episode.status is not Status.READY:
            continue
        name = f"episodes/{episode.source_name}"
        path = workspace.there(episode.audio)
        if path:
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
    path = workspace.there(written)
    if written in covers or path is None:
        return ()
    try:
        covers[written] = measure_cover(path)
    except UserError as error:
        return (Problem(path=name, field=field, message=error.message, hint=error.hint),)
    return tuple(replace(problem, path=name, field=field) for problem in cover_problems(covers[written], written))


def _measure_transcript(
    workspace: Workspace, transcript: TranscriptFile, name: str, texts: dict[str, Text]
) -> Sequence[Problem]:
    def problem(message: str, hint: str) -> tuple[Problem]:
        text = f"'{transcript.path}' {message}"
        return (Problem(path=name, field="transcripts", message=text, hint=hint),)

    path = workspace.there(transcript.path)
    if path is None:
        return ()
    kind = path.suffix.lower()
    if kind not in TRANSCRIPT_TYPES:
        return problem("is not a kind of transcript", f"known are {' '.join(TRANSCRIPT_TYPES)}")
    if not path.resolve().is_relative_to(workspace.folder.resolve()):
        return problem("lies outside the show folder", "copy it into transcripts/; whatever is named here is published")
    try:
        if path.stat().st_size > LARGEST_TRANSCRIPT:
            return problem(f"is larger than {LARGEST_TRANSCRIPT:,} bytes", "a transcript is text")
        body = path.read_bytes()
        text = body.decode("utf-8-sig")
    except OSError as error:
        return problem(f"cannot be read: {error.strerror}", "check its permissions")
    except UnicodeDecodeError:
        return problem("is not UTF-8 text", "save it with the encoding UTF-8")
    wrong = _wrong_form(kind, text)
    if wrong:
        return problem(wrong, "export the transcript again, or name the right file")
    texts[transcript.path] = Text(bytes=len(body), sha256=hashlib.sha256(body).hexdigest())
    return ()


def _wrong_form(kind: str, text: str) -> str:
    """Return why a text is not the transcript its extension says, or nothing (TR-VTT-1, TR-SRT-1, TR-JSON-1)."""
    if not text.strip():
        return "is empty"
    if kind == ".vtt" and not re.match(r"WEBVTT(\s|$)", text):
        return "is not WebVTT: its first line is not WEBVTT"
    if kind == ".srt" and not re.search(r"\d\d:\d\d,\d{3} --> ", text):
        return "is not SRT: it has no line of times"
    if kind == ".json":
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return "is not valid JSON"
        if not isinstance(data, dict) or not isinstance(data.get("segments"), list):
            return "is not a JSON transcript: it has no list 'segments'"
    return ""


def assemble(
    workspace: Workspace, files: Files, ledger: Ledger | None, replace_audio: Collection[str] = ()
) -> Gathered:
    """Put episodes and measured files together. For a file that is not on this machine the ledger's facts stand in.

    `replace_audio` are guids whose audio here counts even if it is one that was published before.
    """
    assembly = _Assembly(workspace, files, replace_audio)
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

    def __init__(self, workspace: Workspace, files: Files, replace_audio: Collection[str]) -> None:
        self.workspace = workspace
        self.files = files
        self.replace_audio = replace_audio
        self.uploads: dict[str, Path] = {}
        self.problems: list[Problem] = []

    def show(self, ledger: Ledger | None) -> ShowRelease:
        settings = self.workspace.settings
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
            cover=self._cover("cover", settings.cover, ledger.show.release.cover if ledger else None, FILE),
        )

    def release(self, episode: Episode, old: Entry | None) -> Release | None:
        name = f"episodes/{episode.source_name}"
        if episode.slug in RESERVED_SLUGS:
            message = f"'{episode.slug}' is an address folge needs itself"
            self.problems.append(Problem(path=name, message=message, hint="rename the file"))
        audio = self._audio(episode, old, name)
        cover = self._cover(episode.slug, episode.cover, old.release.cover if old else None, name)
        transcripts = self._transcripts(episode, old.release if old else None, name)
        if audio is None:
            return None
        return Release(episode=episode, audio=audio, cover=cover, transcripts=transcripts)

    def _absent(self, name: str, field: str, written: str, published: str | None) -> None:
        """Tell that a file is not on this machine: an error, unless one is published (under that path, or another)."""
        if published == written or any(p.path == name and p.field == field for p in self.files.problems):
            return
        if published is not None:
            message = f"'{written}' is not on this machine; what is published is kept"
            self.problems.append(Problem(severity=Severity.WARNING, path=name, field=field, message=message))
            return
        hint = f"put it there, or say where it is in {name}"
        self.problems.append(Problem(path=name, field=field, message=f"'{written}' is not there", hint=hint))

    def _audio(self, episode: Episode, old: Entry | None, name: str) -> AudioBlob | None:
        facts = self.files.audio.get(episode.audio)
        kept = old.release.audio if old else None
        if facts is None:
            self._absent(name, "audio", episode.audio, old.release.episode.audio if old else None)
            return kept
        if old and kept and self._replaced(facts, old):
            message = f"'{episode.audio}' is an older file than what {old.current.by} published, which is kept"
            hint = "get the new file, or publish this one with --replace-audio"
            problem = Problem(severity=Severity.WARNING, path=name, field="audio", message=message, hint=hint)
            self.problems.append(problem)
            return kept
        for doubt in facts.doubts:
            message = f"'{episode.audio}': {doubt}"
            self.problems.append(Problem(severity=Severity.WARNING, path=name, field="audio", message=message))
        path = self.workspace.resolve(episode.audio)
        if kept and kept.sha256 == facts.sha256 and abs(kept.duration - facts.duration) < timedelta(seconds=1):
            self.uploads[kept.key] = path
            return kept
        same = kept is not None and kept.sha256 == facts.sha256
        key = audio_key(episode.slug, facts.sha256, extension_for(facts, path.name))
        key = kept.key if kept and same else key
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

    def _replaced(self, facts: Audio, old: Entry) -> bool:
        """Say whether this audio was published once and another took its place since."""
        was = any(version.audio == facts.sha256 for version in old.history)
        return was and facts.sha256 != old.release.audio.sha256 and old.guid not in self.replace_audio

    def _cover(self, slug: str, written: str, old: Blob | None, name: str) -> Blob | None:
        if not written:
            return None
        cover = self.files.covers.get(written)
        if cover is None:
            self._absent(name, "show.cover" if name == FILE else "cover", written, "" if old else None)
            return old
        extension = next((ext for ext, kind in PICTURE_TYPES.items() if kind == cover.media_type), ".img")
        same = old is not None and old.sha256 == cover.sha256
        key = old.key if old and same else cover_key(slug, cover.sha256, extension)
        self.uploads[key] = self.workspace.resolve(written)
        return Blob(key=key, media_type=cover.media_type, bytes=cover.bytes, sha256=cover.sha256)

    def _transcripts(self, episode: Episode, old: Release | None, name: str) -> tuple[TranscriptBlob, ...]:
        known = {(blob.sha256, PurePosixPath(blob.key).suffix): blob.key for blob in old.transcripts} if old else {}
        blobs: list[TranscriptBlob] = []
        for transcript in episode.transcripts:
            text = self.files.transcripts.get(transcript.path)
            suffix = PurePosixPath(transcript.path).suffix.lower()
            if text is None:
                same = old is not None and old.episode.transcripts == episode.transcripts
                stands_in = transcript.path if same else ("" if old and old.transcripts else None)
                self._absent(name, "transcripts", transcript.path, stands_in)
                if old and old.transcripts:
                    return old.transcripts
                continue
            key = known.get((text.sha256, suffix)) or transcript_key(episode.slug, text.sha256, suffix)
            self.uploads[key] = self.workspace.resolve(transcript.path)
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
