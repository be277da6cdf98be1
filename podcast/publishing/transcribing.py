"""Transcripts on disk: what is published of each, remembered between runs while neither file nor people change."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import msgspec

from episodes.cues import Cue
from episodes.problems import Problem, Severity, UserError
from episodes.transcript_forms import for_screens, to_bare_html, to_html, to_json, to_plain, to_srt, to_vtt
from episodes.transcripts import KINDS, LARGEST, Transcript, other_language, read_transcript
from episodes.voices import Voice
from podcast.cache import Stamp, stamp, write_cache
from podcast.code import code_digest

FORMS = (".vtt", ".srt", ".json", ".html")
"""The forms a transcript is published in; one without times only as HTML besides its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a transcript is read for: the people heard, and title and language of its page.

    `beside` are the forms of the same language that the producer wrote, of which none is made.
    """

    people: tuple[Voice, ...] = ()
    title: str = ""
    language: str = ""
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a transcript: where its bytes lie, how many they are, and their hex sha256. `kind` is as `.vtt`.

    `former` is the sha256 of what was published of the same transcript by older versions, and stays; often empty.
    """

    kind: str
    path: Path
    bytes: int
    sha256: str
    former: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A transcript on disk: its own form first, the producer's file itself where it is sound, then those made of it.

    `last` is the cue that ends last, where there are times.
    """

    forms: tuple[Form, ...]
    problems: tuple[Problem, ...] = ()
    last: Cue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    stamp: Stamp
    context: Context
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    code: str = ""
    texts: Mapping[str, _Fact] = field(default_factory=dict)


class Transcripts:
    """Reads the transcripts of a show folder and makes their other forms, which lie in the cache until uploaded.

    A damaged or missing cache costs time and nothing else.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = folder
        self._forms = cache / "transcripts"
        self._file = cache / "transcripts.json"
        self._known = _read(self._file)
        self._used: dict[str, _Fact] = {}

    def text(self, path: Path, written: str, context: Context) -> Text:
        """Return what is published of a transcript; `written` is its path in the episode file.

        Raises UserError where the file is no transcript, or must not be published.
        """
        kind = path.suffix.lower()
        if kind not in KINDS:
            raise UserError("is not a kind of transcript", hint=f"known are {' '.join(KINDS)}")
        if not path.resolve().is_relative_to(self._folder.resolve()):
            hint = "copy it into transcripts/; whatever is named here is published"
            raise UserError("lies outside the show folder", hint=hint)
        name, now = str(path.absolute()), stamp(path)
        known = self._known.get(name)
        if known and known.stamp == now and known.context == context and _there(known.text):
            self._used[name] = known
            return known.text
        text = self._made(path, written, context)
        if now and stamp(path) == now:
            self._used[name] = _Fact(stamp=now, context=context, text=text)
        return text

    def save(self) -> None:
        """Remember what was read. Failing to is no error: the next run reads again."""
        if self._used != self._known:
            write_cache(self._file, msgspec.json.encode(_Facts(code=code_digest(), texts=self._used), enc_hook=str))

    def _made(self, path: Path, written: str, context: Context) -> Text:
        kind, body = path.suffix.lower(), _body(path)
        own = Form(kind=kind, path=path, bytes=len(body), sha256=hashlib.sha256(body).hexdigest())
        if kind == ".html":
            _require_text(body)
            return Text(forms=(own,))
        transcript, problems = read_transcript(written, body, context.people)
        kind = kind if kind in (*FORMS, ".txt") else ".vtt"
        first = own if transcript.sound else self._form(kind, transcript, context)
        wanted = FORMS if transcript.timed else FORMS[-1:]
        others = [self._form(other, transcript, context) for other in wanted if other not in {kind, *context.beside}]
        last = transcript.last if transcript.timed else None
        foreign = other_language(transcript, context.language, written)
        return Text(forms=(first, *others), problems=(*problems, *filter(None, [foreign])), last=last)

    def _form(self, kind: str, transcript: Transcript, context: Context) -> Form:
        body = _WRITERS[kind](transcript, context)
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._forms / f"{sha256}{kind}"
        if not _holds(path, len(body)):
            write_cache(path, body)
        if not _holds(path, len(body)):
            hint = "make room there, or name another folder with FOLGE_CACHE"
            raise UserError(f"cannot be written in another form to {self._forms}", hint=hint)
        before = to_bare_html(transcript, context.title, context.language) if kind == ".html" else b""
        former = hashlib.sha256(before).hexdigest() if before else ""
        return Form(kind=kind, path=path, bytes=len(body), sha256=sha256, former=former)


_WRITERS: Mapping[str, Callable[[Transcript, Context], bytes]] = {
    ".vtt": lambda transcript, context: to_vtt(transcript),
    ".srt": lambda transcript, context: to_srt(for_screens(transcript)),
    ".json": lambda transcript, context: to_json(transcript),
    ".html": lambda transcript, context: to_html(transcript, context.title, context.language),
    ".txt": lambda transcript, context: to_plain(transcript),
}


def missing(severity: Severity | None, name: str) -> tuple[Problem, ...]:
    """Return what a show that wants transcripts says of the episode file `name`, which has none."""
    if severity is None:
        return ()
    hint = "write 'transcripts: [transcripts/….vtt]', or change [transcripts] required in podcast.toml"
    message = "no transcript, and podcast.toml wants one of every episode"
    return (Problem(severity=severity, path=name, field="transcripts", message=message, hint=hint),)


def _body(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", hint="check its permissions") from error


def _require_text(body: bytes) -> None:
    """Raise UserError for a file published as it is that nobody could read."""
    if len(body) > LARGEST:
        raise UserError(f"is larger than {LARGEST:,} bytes", hint="a transcript is text")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError("is not UTF-8 text", hint="save it with the encoding UTF-8") from error
    if not text.strip():
        raise UserError("is empty", hint="export the transcript again, or name the right file")


def _there(text: Text) -> bool:
    return all(_holds(form.path, form.bytes) for form in text.forms)


def _holds(path: Path, size: int) -> bool:
    found = stamp(path)
    return found is not None and found[0] == size


def _read(path: Path) -> Mapping[str, _Fact]:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Facts, dec_hook=_path)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):  # what is damaged, or was written by another folge
        return {}
    return found.texts if found.code == code_digest() else {}


def _path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str):
        raise NotImplementedError
    return Path(value)


def suffix_of(name: str) -> str:
    """Return the extension of a transcript's name, by which it is read."""
    return PurePosixPath(name).suffix.lower()
