"""Assemble episodes and the measured files they name into releases."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import gcd
from pathlib import Path, PurePosixPath

from episodes.audio import extension_for
from episodes.chapterfiles.findings import findings
from episodes.chapterfiles.marks import Mark
from episodes.mediatypes import PICTURE_TYPES, media_type
from episodes.model import Audio, Chapter, Episode, Status
from episodes.namespace import AlternateFile, ImageFile
from episodes.problems import Problem, Severity
from episodes.timecode import show_position
from episodes.transcripts import beyond
from podcast.layout import RESERVED_SLUGS, audio_key, cover_key, transcript_key
from podcast.publishing.ledger import Entry, Ledger
from podcast.publishing.measuring import Files
from podcast.publishing.transcribing import Form
from podcast.release import (
    AlternateRelease,
    AudioBlob,
    Blob,
    ImageRelease,
    Release,
    ShowRelease,
    TranscriptBlob,
)
from podcast.settings import FILE
from podcast.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything a decision needs of this folder. `uploads` says which file a key is made of."""

    show: ShowRelease
    releases: tuple[Release, ...]
    idle: tuple[Episode, ...]
    uploads: Mapping[str, Path]
    problems: tuple[Problem, ...]


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
            images=self._images("show", settings.images, ledger.show.release.images if ledger else (), FILE),
            tags=settings.tags,
            feed=settings.feed,
        )

    def release(self, episode: Episode, old: Entry | None) -> Release | None:
        name = f"episodes/{episode.source_name}"
        if episode.slug in RESERVED_SLUGS:
            message = f"'{episode.slug}' is an address folge needs itself"
            self.problems.append(Problem(path=name, message=message, hint="rename the file"))
        audio = self._audio(episode, old, name)
        cover = self._cover(episode.slug, episode.cover, old.release.cover if old else None, name)
        images = self._images(episode.slug, episode.images, old.release.images if old else (), name)
        alternates = self._alternates(episode, old.release if old else None, name)
        if audio is None:
            return None
        transcripts = self._transcripts(episode, audio.duration, old.release if old else None, name)
        found = self._chapters_in(episode.audio, audio, old.release if old else None)
        self.problems += _chapter_findings(episode, episode.chapters or found, audio.duration, name)
        self.problems += _beyond(episode, audio.duration, name)
        return Release(
            episode=episode,
            audio=audio,
            cover=cover,
            transcripts=transcripts,
            chapters=episode.chapters or found,
            alternates=alternates,
            images=images,
        )

    def _chapters_in(self, written: str, audio: AudioBlob, old: Release | None) -> tuple[Chapter, ...]:
        """Return the chapters the audio has itself; those published of it where it is not on this machine."""
        facts = self.files.audio.get(written)
        if facts and facts.sha256 == audio.sha256:
            return facts.chapters
        same = old is not None and old.audio.sha256 == audio.sha256 and not old.episode.chapters
        return old.chapters if old and same else ()

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
            return replace(kept, minute_bytes=facts.minute_bytes)
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
            minute_bytes=facts.minute_bytes,
            bitrate=facts.bitrate,
        )

    def _replaced(self, facts: Audio, old: Entry) -> bool:
        """Say whether this audio was published once and another took its place since."""
        was = any(version.audio == facts.sha256 for version in old.history)
        return was and facts.sha256 != old.release.audio.sha256 and old.guid not in self.replace_audio

    def _cover(self, slug: str, written: str, old: Blob | None, name: str) -> Blob | None:
        return self._picture(slug, written, old, name, "show.cover" if name == FILE else "cover")

    def _picture(self, slug: str, written: str, old: Blob | None, name: str, field: str) -> Blob | None:
        if not written:
            return None
        cover = self.files.covers.get(written)
        if cover is None:
            self._absent(name, field, written, "" if old else None)
            return old
        extension = next((ext for ext, kind in PICTURE_TYPES.items() if kind == cover.media_type), ".img")
        same = old is not None and old.sha256 == cover.sha256
        key = old.key if old and same else cover_key(slug, cover.sha256, extension)
        self.uploads[key] = self.workspace.resolve(written)
        return Blob(key=key, media_type=cover.media_type, bytes=cover.bytes, sha256=cover.sha256)

    def _transcripts(
        self, episode: Episode, length: timedelta, old: Release | None, name: str
    ) -> tuple[TranscriptBlob, ...]:
        there = [form for blob in old.transcripts for form in (blob, *blob.forms)] if old else []
        known = {(blob.sha256, PurePosixPath(blob.key).suffix): blob.key for blob in there}
        published = _by_path(old)
        blobs: list[TranscriptBlob] = []
        for number, transcript in enumerate(episode.transcripts, start=1):
            field = f"transcripts[{number}].path"
            text = self.files.transcripts.get(transcript.path)
            if text is None and transcript.path in published:
                self._absent(name, field, transcript.path, transcript.path)
                kept = published[transcript.path]
                blobs.append(replace(kept, language=transcript.language, captions=transcript.captions))
                continue
            if text is None:
                self._absent(name, field, transcript.path, "" if old and old.transcripts else None)
                if old and old.transcripts:
                    return old.transcripts
                continue
            self.problems += filter(None, [beyond(text.last, length, transcript.path)] if text.last else [])
            own, *others = (self._form(form, episode.slug, known) for form in text.forms)
            blobs.append(
                TranscriptBlob(
                    key=own.key,
                    media_type=own.media_type,
                    bytes=own.bytes,
                    sha256=own.sha256,
                    language=transcript.language,
                    captions=transcript.captions,
                    forms=tuple(others),
                )
            )
        return tuple(blobs)

    def _form(self, form: Form, slug: str, known: Mapping[tuple[str, str], str]) -> Blob:
        key = known.get((form.sha256, form.kind)) or transcript_key(slug, form.sha256, form.kind)
        self.uploads[key] = form.path
        return Blob(key=key, media_type=media_type(key), bytes=form.bytes, sha256=form.sha256)

    def _images(
        self, slug: str, written: Sequence[ImageFile], old: Sequence[ImageRelease], name: str
    ) -> tuple[ImageRelease, ...]:
        """Return the pictures besides the cover; a file that is not on this machine as it was published."""
        images = []
        published = {image.path: image for image in old if image.path}
        for number, image in enumerate(written, start=1):
            there = published.get(image.path)
            blob = self._picture(slug, image.path, there.blob if there else None, name, f"images[{number}].path")
            if image.path and blob is None:
                continue
            cover = self.files.covers.get(image.path)
            known = cover or there
            width, height = (known.width, known.height) if known else (image.width, image.height)
            images.append(
                ImageRelease(
                    path=image.path,
                    blob=blob,
                    url=image.url,
                    alt=image.alt,
                    purpose=image.purpose,
                    aspect_ratio=image.aspect_ratio or _ratio(width, height),
                    width=width,
                    height=height,
                    media_type=blob.media_type if blob else image.media_type,
                )
            )
        return tuple(images)

    def _alternates(self, episode: Episode, old: Release | None, name: str) -> tuple[AlternateRelease, ...]:
        """Return the other forms; a file that is not on this machine as it was published."""
        alternates = []
        published = {alternate.path: alternate for alternate in old.alternates if alternate.path} if old else {}
        for number, written in enumerate(episode.alternates, start=1):
            facts, there = self.files.audio.get(written.path), published.get(written.path)
            if written.path and written.integrity:
                message = f"'{written.path}' is measured, so its integrity need not be written, and is not used"
                warning = Problem(
                    severity=Severity.WARNING, path=name, field=f"alternates[{number}].integrity", message=message
                )
                self.problems.append(warning)
            if written.path and facts is None:
                self._absent(name, f"alternates[{number}].path", written.path, written.path if there else None)
            if facts:
                blob = self._alternate_blob(episode.slug, written.path, facts, there.blob if there else None)
                alternates.append(_alternate(written, facts.media_type, facts.bytes, facts.bitrate, blob))
            elif there:
                alternates.append(_alternate(written, there.media_type, there.bytes, there.bitrate, there.blob))
            elif not written.path:
                alternates.append(_alternate(written, written.media_type, written.bytes, None, None))
        return tuple(alternates)

    def _alternate_blob(self, slug: str, written: str, facts: Audio, old: Blob | None) -> Blob:
        path = self.workspace.resolve(written)
        same = old is not None and old.sha256 == facts.sha256
        key = old.key if old and same else audio_key(slug, facts.sha256, extension_for(facts, path.name))
        self.uploads[key] = path
        return Blob(key=key, media_type=facts.media_type, bytes=facts.bytes, sha256=facts.sha256)


def _by_path(old: Release | None) -> dict[str, TranscriptBlob]:
    """Return the published transcripts by the path they had in the text."""
    if old is None or len(old.episode.transcripts) != len(old.transcripts):
        return {}
    return dict(zip((written.path for written in old.episode.transcripts), old.transcripts, strict=True))


def _chapter_findings(episode: Episode, chapters: Sequence[Chapter], end: timedelta, name: str) -> Iterator[Problem]:
    """Yield what the rules find in chapters; of those in the audio it is said of the field `audio`."""
    marks = [Mark(chapter=chapter) for chapter in chapters]
    for problem in findings(marks, path=name, audio=episode.audio, length=end):
        yield problem if episode.chapters else replace(problem, field="audio")


def _beyond(episode: Episode, end: timedelta, name: str) -> Iterator[Problem]:
    """Yield a warning for every soundbite that lies behind the end of the audio."""
    late = []
    for index, bite in enumerate(episode.tags.soundbites, start=1):
        if bite.start >= end:
            late.append((f"soundbites[{index}].start", "the soundbite begins", bite.start))
        elif bite.start + bite.duration > end:
            late.append((f"soundbites[{index}].duration", "the soundbite ends", bite.start + bite.duration))
    hint = f"look whether '{episode.audio}' is the right file"
    for field, what, moment in late:
        message = f"{what} at {show_position(moment)}, and the audio ends at {show_position(end)}"
        yield Problem(severity=Severity.WARNING, path=name, field=field, message=message, hint=hint)


def _alternate(
    written: AlternateFile, media_type: str, size: int | None, bitrate: int | None, blob: Blob | None
) -> AlternateRelease:
    return AlternateRelease(
        media_type=media_type,
        path=written.path,
        blob=blob,
        urls=written.urls,
        bytes=size,
        bitrate=written.bitrate or bitrate or None,
        height=written.height,
        language=written.language,
        title=written.title,
        rel=written.rel,
        codecs=written.codecs,
        integrity="" if written.path else written.integrity,
    )


def _ratio(width: int | None, height: int | None) -> str:
    """Return the shape of a picture in the form of CSS, `16/9`."""
    if not width or not height:
        return ""
    common = gcd(width, height)
    return f"{width // common}/{height // common}"
