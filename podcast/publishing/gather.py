"""Assemble episodes and the measured files they name into releases."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import gcd
from pathlib import Path, PurePosixPath

from episodes.addresses import stays_elsewhere
from episodes.chapterfiles.findings import findings
from episodes.chapterfiles.marks import Mark
from episodes.mediatypes import PICTURE_TYPES, media_type
from episodes.model import Chapter, Episode, Status, TranscriptFile
from episodes.namespace import ImageFile
from episodes.problems import Problem, Severity
from episodes.timecode import show_position
from episodes.transcripts import beyond
from podcast.layout import RESERVED_SLUGS, cover_key, transcript_key
from podcast.publishing.copies import Copier
from podcast.publishing.findings import Findings
from podcast.publishing.hearings import Fresh
from podcast.publishing.ledger import Entry, Ledger
from podcast.publishing.measuring import Files
from podcast.publishing.sounds import Sounds
from podcast.publishing.transcribing import Form
from podcast.publishing.uploads import Uploads
from podcast.release import (
    AudioBlob,
    Blob,
    ImageRelease,
    Release,
    ShowRelease,
    TranscriptBlob,
)
from podcast.settings import FILE
from podcast.website.render import template_problems
from podcast.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything a decision needs of this folder, the files its objects are made of, and the audio that is new.

    `sounds` are files of audio by the hex sha256 of what the producer has.
    """

    show: ShowRelease
    releases: tuple[Release, ...]
    idle: tuple[Episode, ...]
    uploads: Uploads
    fresh: tuple[Fresh, ...]
    sounds: Mapping[str, Path]
    problems: tuple[Problem, ...]


def assemble(
    workspace: Workspace, files: Files, copy: Copier, ledger: Ledger | None, replace_audio: Collection[str] = ()
) -> Gathered:
    """Put episodes and measured files together. For a file that is not on this machine the ledger's facts stand in.

    `replace_audio` are guids whose audio here counts even if it is one that was published before.
    """
    assembly = _Assembly(workspace, files, copy, replace_audio)
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
        fresh=tuple(assembly.sounds.fresh),
        sounds=assembly.sounds.here,
        problems=(*files.problems, *assembly.problems),
    )


class _Assembly:
    """Makes releases; gathers problems and which file each key is made of."""

    def __init__(self, workspace: Workspace, files: Files, copy: Copier, replace_audio: Collection[str]) -> None:
        self.workspace = workspace
        self.files = files
        self.uploads = Uploads()
        self.findings = Findings(files.problems)
        self.problems = self.findings.problems
        self.sounds = Sounds(workspace, files, copy, self.uploads, self.findings, replace_audio)

    def show(self, ledger: Ledger | None) -> ShowRelease:
        settings = self.workspace.settings
        old = ledger.show.release if ledger else None
        self.problems += template_problems(settings.site.look.templates, settings.site.templates)
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
            cover=self._cover("cover", settings.cover, old.cover if old else None, FILE),
            cover_url=settings.cover if stays_elsewhere(settings.cover) else "",
            images=self._images("show", settings.images, old.images if old else (), FILE),
            tags=settings.tags,
            feed=settings.feed,
            site=settings.site.look,
            mentions=settings.site.mentions,
            logo=self._picture(
                "logo", settings.site.logo, ledger.show.release.logo if ledger else None, FILE, "site.logo"
            ),
        )

    def release(self, episode: Episode, old: Entry | None) -> Release | None:
        name = f"episodes/{episode.source_name}"
        if episode.slug in RESERVED_SLUGS:
            message = f"'{episode.slug}' is an address folge needs itself"
            self.problems.append(Problem(path=name, message=message, hint="rename the file"))
        audio = self.sounds.audio(episode, old, name)
        cover = self._cover(episode.slug, episode.cover, old.release.cover if old else None, name)
        images = self._images(episode.slug, episode.images, old.release.images if old else (), name)
        alternates = self.sounds.alternates(episode, old.release if old else None, name)
        if audio is None:
            return None
        transcripts = self._transcripts(episode, audio.duration, old.release if old else None, name)
        found = self._chapters_in(episode.audio, audio, old.release if old else None)
        self.problems += _chapter_findings(episode, episode.chapters or found, audio.duration or None, name)
        self.problems += _beyond(episode, audio.duration, name) if audio.duration else ()
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
        if audio.url:
            return ()
        facts = self.files.audio.get(written)
        if facts and facts.sha256 == audio.origin:
            return facts.chapters
        same = old is not None and old.audio.origin == audio.origin and not old.episode.chapters
        return old.chapters if old and same else ()

    def _cover(self, slug: str, written: str, old: Blob | None, name: str) -> Blob | None:
        return self._picture(slug, written, old, name, "show.cover" if name == FILE else "cover")

    def _picture(self, slug: str, written: str, old: Blob | None, name: str, field: str) -> Blob | None:
        if not written or stays_elsewhere(written):
            return None
        cover = self.files.covers.get(written)
        if cover is None:
            self.findings.absent(name, field, written, "" if old else None)
            return old
        extension = next((ext for ext, kind in PICTURE_TYPES.items() if kind == cover.media_type), ".img")
        same = old is not None and old.sha256 == cover.sha256
        key = old.key if old and same else cover_key(slug, cover.sha256, extension)
        self.uploads.add(key, self.workspace.resolve(written))
        return Blob(key=key, media_type=cover.media_type, bytes=cover.bytes, sha256=cover.sha256)

    def _transcripts(
        self, episode: Episode, length: timedelta, old: Release | None, name: str
    ) -> tuple[TranscriptBlob, ...]:
        there = [form for blob in old.transcripts for form in (blob, *blob.forms)] if old else []
        known = {(blob.sha256, PurePosixPath(blob.key).suffix): blob for blob in there}
        published = _by_path(old)
        blobs: list[TranscriptBlob] = []
        for number, transcript in enumerate(episode.transcripts, start=1):
            if transcript.url:
                blobs.append(_linked(transcript))
                continue
            field = f"transcripts[{number}].path"
            text = self.files.transcripts.get(transcript.path)
            if text is None and transcript.path in published:
                self.findings.absent(name, field, transcript.path, transcript.path)
                kept = published[transcript.path]
                blobs.append(replace(kept, language=transcript.language, captions=transcript.captions))
                continue
            if text is None:
                self.findings.absent(name, field, transcript.path, "" if old and old.transcripts else None)
                if old and old.transcripts:
                    return old.transcripts
                continue
            self.problems += filter(None, [beyond(text.last, length, transcript.path)] if text.last and length else [])
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

    def _form(self, form: Form, slug: str, known: Mapping[tuple[str, str], Blob]) -> Blob:
        if former := known.get((form.former, form.kind)):
            return former
        there = known.get((form.sha256, form.kind))
        key = there.key if there else transcript_key(slug, form.sha256, form.kind)
        self.uploads.add(key, form.path)
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


def _linked(transcript: TranscriptFile) -> TranscriptBlob:
    """Return what is published of a transcript that stays at its address."""
    return TranscriptBlob(
        key="",
        media_type=transcript.media_type,
        bytes=0,
        sha256="",
        language=transcript.language,
        captions=transcript.captions,
        url=transcript.url,
    )


def _by_path(old: Release | None) -> dict[str, TranscriptBlob]:
    """Return the published transcripts by the path they had in the text."""
    if old is None or len(old.episode.transcripts) != len(old.transcripts):
        return {}
    return dict(zip((written.path for written in old.episode.transcripts), old.transcripts, strict=True))


def _chapter_findings(
    episode: Episode, chapters: Sequence[Chapter], end: timedelta | None, name: str
) -> Iterator[Problem]:
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


def _ratio(width: int | None, height: int | None) -> str:
    """Return the shape of a picture in the form of CSS, `16/9`."""
    if not width or not height:
        return ""
    common = gcd(width, height)
    return f"{width // common}/{height // common}"
