"""Measure the files episodes name."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from episodes.covers import Cover, cover_problems, measure_cover
from episodes.mediatypes import TRANSCRIPT_TYPES
from episodes.model import Audio, Status, TranscriptFile
from episodes.problems import Problem, UserError
from podcast.facts import Facts
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


def measure_files(workspace: Workspace, facts: Facts) -> Files:
    """Measure every file a ready episode or the show names. Files that cannot be used become problems."""
    audio: dict[str, Audio] = {}
    covers: dict[str, Cover] = {}
    texts: dict[str, Text] = {}
    problems: list[Problem] = []
    if workspace.settings.cover:
        problems += _measure_cover(workspace, workspace.settings.cover, FILE, "show.cover", covers)
    for image in workspace.settings.images:
        problems += _measure_picture(workspace, image.path, FILE, covers)
    for episode in workspace.catalogue.episodes:
        if episode.status is not Status.READY:
            continue
        name = f"episodes/{episode.source_name}"
        problems += _measure_audio(workspace, episode.audio, name, "audio", facts, audio)
        for alternate in episode.alternates:
            problems += _measure_audio(workspace, alternate.path, name, "alternates", facts, audio)
        for image in episode.images:
            problems += _measure_picture(workspace, image.path, name, covers)
        if episode.cover:
            problems += _measure_cover(workspace, episode.cover, name, "cover", covers)
        for transcript in episode.transcripts:
            problems += _measure_transcript(workspace, transcript, name, texts)
    facts.save()
    return Files(audio=audio, covers=covers, transcripts=texts, problems=tuple(problems))


def _measure_audio(
    workspace: Workspace, written: str, name: str, field: str, facts: Facts, audio: dict[str, Audio]
) -> Sequence[Problem]:
    path = workspace.there(written) if written else None
    if path:
        try:
            audio[written] = facts.audio(path)
        except UserError as error:
            return (Problem(path=name, field=field, message=error.message, hint=error.hint),)
    return ()


def _measure_picture(workspace: Workspace, written: str, name: str, covers: dict[str, Cover]) -> Sequence[Problem]:
    """Measure a picture that need not be square."""
    path = workspace.there(written) if written else None
    if path and written not in covers:
        try:
            covers[written] = measure_cover(path)
        except UserError as error:
            return (Problem(path=name, field="images", message=error.message, hint=error.hint),)
    return ()


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
