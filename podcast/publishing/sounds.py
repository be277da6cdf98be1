"""The audio of an episode and its other forms: what is published of the files here, and what stays as it was."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from episodes.audio import extension_for
from episodes.model import Audio, Episode, RemoteAudio
from episodes.namespace import AlternateFile
from episodes.problems import Problem, UserError
from episodes.tagging.losses import left_out
from episodes.tagging.refusal import NotTaggable
from podcast.layout import audio_key
from podcast.publishing.copies import Copier
from podcast.publishing.findings import Findings
from podcast.publishing.hearings import Fresh
from podcast.publishing.ledger import Entry
from podcast.publishing.measuring import Files
from podcast.publishing.uploads import Uploads
from podcast.release import AlternateRelease, AudioBlob, Blob, Release
from podcast.workspace import Workspace


class Sounds:
    """Makes what a release says of sound. `replace_audio` are guids whose files here count whatever was published.

    `fresh` gathers the audio nobody has published yet, `here` the files on this machine by the sha256
    of what the producer has.
    """

    def __init__(
        self,
        workspace: Workspace,
        files: Files,
        copy: Copier,
        uploads: Uploads,
        findings: Findings,
        replace_audio: Collection[str],
    ) -> None:
        self.workspace = workspace
        self.files = files
        self.copy = copy
        self.uploads = uploads
        self.findings = findings
        self.replace_audio = replace_audio
        self.fresh: list[Fresh] = []
        self.here: dict[str, Path] = {}

    def audio(self, episode: Episode, old: Entry | None, name: str) -> AudioBlob | None:
        """Return the audio of an episode, None where there is none; `name` is the episode file."""
        if episode.remote:
            return _elsewhere(episode.audio, episode.remote)
        facts = self.files.audio.get(episode.audio)
        kept = old.release.audio if old else None
        if facts is None:
            asked = old is not None and old.guid in self.replace_audio
            published = old.release.episode.audio if old and not asked else None
            self.findings.absent(name, "audio", episode.audio, published)
            return kept
        if old and kept and self._replaced(facts, old):
            message = f"'{episode.audio}' is an older file than what {old.current.by} published, which is kept"
            self.findings.warn(name, "audio", message, "get the new file, or publish this one with --replace-audio")
            return kept
        for doubt in facts.doubts:
            self.findings.warn(name, "audio", f"'{episode.audio}': {doubt}")
        if kept and facts.sha256 in (kept.origin, kept.sha256) and episode.guid not in self.replace_audio:
            self._keep(episode, episode.audio, facts, kept)
            self.here[kept.origin] = self.workspace.resolve(episode.audio)
            near = abs(kept.duration - facts.duration) < timedelta(seconds=1)
            kept = kept if near else replace(kept, duration=facts.duration, bitrate=facts.bitrate)
            return kept if kept.master else replace(kept, minute_bytes=facts.minute_bytes)
        if kept is None or kept.origin != facts.sha256:
            master = self.workspace.resolve(episode.audio)
            self.fresh.append(Fresh(path=master, written=episode.audio, name=name, sha256=facts.sha256))
            for repair in facts.repairs:
                self.findings.note(name, "audio", f"'{episode.audio}': {repair}")
        self.here[facts.sha256] = self.workspace.resolve(episode.audio)
        path, audio = self._copied(episode, episode.audio, facts, name, "audio")
        key = audio_key(episode.slug, audio.sha256, extension_for(audio, path.name))
        key = kept.key if kept and kept.sha256 == audio.sha256 else key
        self.uploads.add(key, path)
        return AudioBlob(
            key=key,
            media_type=audio.media_type,
            bytes=audio.bytes,
            sha256=audio.sha256,
            duration=audio.duration,
            header_bytes=audio.header_bytes,
            minute_bytes=audio.minute_bytes,
            bitrate=audio.bitrate,
            master=facts.sha256 if audio.sha256 != facts.sha256 else "",
        )

    def _copied(self, episode: Episode, written: str, facts: Audio, name: str, field: str) -> tuple[Path, Audio]:
        """Return what is published of a file: its tagged copy, or itself, with a warning where there can be none."""
        path = self.workspace.resolve(written)
        try:
            copy = self.copy(episode, path, facts)
        except NotTaggable as error:
            self.findings.warn(name, field, f"'{written}' is published without tags: {error.message}", error.hint)
        except UserError as error:
            problem = Problem(path=name, field=field, message=f"'{written}': {error.message}", hint=error.hint)
            self.findings.problems.append(problem)
        else:
            if copy and (lost := left_out(episode.chapters or facts.chapters, copy.audio)):
                self.findings.note(name, field, f"'{written}': {lost}")
            return (copy.path, copy.audio) if copy else (path, facts)
        return path, facts

    def _keep(self, episode: Episode, written: str, facts: Audio, blob: Blob) -> None:
        """Say where a published file is to be had: a tagged copy is made again, if it still comes out the same."""
        path = self.workspace.resolve(written)
        if facts.sha256 == blob.sha256:
            self.uploads.add(blob.key, path)
            return

        def again() -> Path | None:
            with suppress(UserError):
                copy = self.copy(episode, path, facts)
                return copy.path if copy and copy.audio.sha256 == blob.sha256 else None
            return None

        self.uploads.later(blob.key, again)

    def _replaced(self, facts: Audio, old: Entry) -> bool:
        """Say whether this audio was published once and another took its place since."""
        was = any(facts.sha256 in (version.audio, version.copy) for version in old.history)
        now = (old.release.audio.origin, old.release.audio.sha256)
        return was and facts.sha256 not in now and old.guid not in self.replace_audio

    def alternates(self, episode: Episode, old: Release | None, name: str) -> tuple[AlternateRelease, ...]:
        """Return the other forms; a file that is not on this machine as it was published."""
        alternates = []
        published = {alternate.path: alternate for alternate in old.alternates if alternate.path} if old else {}
        for number, written in enumerate(episode.alternates, start=1):
            facts, there = self.files.audio.get(written.path), published.get(written.path)
            if written.path and written.integrity:
                message = f"'{written.path}' is measured, so its integrity need not be written, and is not used"
                self.findings.warn(name, f"alternates[{number}].integrity", message)
            field = f"alternates[{number}].path"
            if written.path and facts is None:
                self.findings.absent(name, field, written.path, written.path if there else None)
            if facts:
                alternates.append(self._alternate(episode, written, facts, there, (name, field)))
            elif there:
                form = _alternate(written, there.media_type, there.bytes, there.bitrate, there.blob)
                alternates.append(replace(form, master=there.master))
            elif not written.path:
                alternates.append(_alternate(written, written.media_type, written.bytes, None, None))
        return tuple(alternates)

    def _alternate(
        self,
        episode: Episode,
        written: AlternateFile,
        facts: Audio,
        there: AlternateRelease | None,
        place: tuple[str, str],
    ) -> AlternateRelease:
        """Return another form of which the file is here; `place` is where it is named, file and field."""
        old = there.blob if there else None
        known = (there.master, old.sha256) if there and old else ()
        if there and old and facts.sha256 in known and episode.guid not in self.replace_audio:
            self._keep(episode, written.path, facts, old)
            form = _alternate(written, facts.media_type, old.bytes, facts.bitrate, old)
            return replace(form, master=there.master)
        path, audio = self._copied(episode, written.path, facts, *place)
        key = audio_key(episode.slug, audio.sha256, extension_for(audio, path.name))
        key = old.key if old and old.sha256 == audio.sha256 else key
        self.uploads.add(key, path)
        blob = Blob(key=key, media_type=audio.media_type, bytes=audio.bytes, sha256=audio.sha256)
        form = _alternate(written, audio.media_type, audio.bytes, audio.bitrate, blob)
        return replace(form, master=facts.sha256 if audio.sha256 != facts.sha256 else "")


def _elsewhere(url: str, remote: RemoteAudio) -> AudioBlob:
    """Return what is published of audio that stays at its address, as it is said to be."""
    return AudioBlob(
        key="", media_type=remote.media_type, bytes=remote.bytes, sha256="", duration=remote.duration, url=url
    )


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
