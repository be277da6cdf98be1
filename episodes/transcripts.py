"""Transcripts: what is said in an episode, by whom and when, read from any kind of file into one model."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePosixPath

from episodes.captions import read_srt, read_webvtt
from episodes.cuejson import read_json
from episodes.cues import Cue, Reading
from episodes.mediatypes import TRANSCRIPT_TYPES
from episodes.problems import Problem, Severity, UserError, quoted
from episodes.rawtext import decode
from episodes.timecode import show_position
from episodes.ttml import read_ttml
from episodes.voices import Voice, Voices

LARGEST = 20_000_000
"""Bytes a transcript may have."""

_TTML = (".ttml", ".dfxp")
KINDS = (*TRANSCRIPT_TYPES, *_TTML)
"""The extensions of files that may be transcripts; HTML is published as it is."""

SLACK = timedelta(seconds=3)
"""How far behind the end of the audio a transcript may end (TR-LEN-1)."""

_MOST_NAMED = 5
_RULES = {".vtt": "TR-VTT-1", ".srt": "TR-SRT-1", ".json": "TR-JSON-1"}
_NAMED = re.compile(r"(?P<name>[^\W_][^\s:]{0,30}(?: [^\s:]{1,30}){0,4}): (?P<text>\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What is said in an episode, in the order of its beginning; `language` empty where the file does not say it.

    Once a speaker is named every later cue has one. The cues of a transcript that is not `timed` have no times:
    all begin and end at zero. A `sound` one may be published as the producer's program wrote it.
    """

    cues: tuple[Cue, ...]
    language: str = ""
    timed: bool = True
    sound: bool = True

    @property
    def last(self) -> Cue:
        """The cue that ends last; there is one in every transcript."""
        return max(self.cues, key=lambda cue: cue.end)


def read_transcript(name: str, body: bytes, people: Sequence[Voice] = ()) -> tuple[Transcript, tuple[Problem, ...]]:
    """Read a transcript by the extension of its name, and name its speakers as the `people` of the episode.

    Returns the transcript and what is wrong with the file, with lines; raises UserError where it is none.
    """
    kind = PurePosixPath(name).suffix.lower()
    if len(body) > LARGEST:
        raise UserError(f"is larger than {LARGEST:,} bytes", hint="a transcript is text")
    if not body.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UserError("is empty", hint="export the transcript again, or name the right file")
    if kind not in _READERS and kind not in _TTML:
        raise UserError("is not a kind of transcript", hint=f"known are {' '.join(KINDS)}")
    reading = Reading(name, _RULES.get(kind, ""))
    if kind in _TTML:
        read_ttml(body, reading)
        reading.sound = False
    else:
        text = decode(body, reading)
        _READERS[kind](text, reading)
    if not reading.cues:
        raise UserError(_reason(reading.problems()), hint="export the transcript again, or name the right file")
    timed = kind != ".txt"
    if timed:
        _judge_order(reading)
    cues = with_speakers(sorted(reading.cues, key=lambda cue: cue.start) if timed else reading.cues, people)
    _judge_speakers(cues, people, reading)
    transcript = Transcript(cues=cues, language=reading.language, timed=timed, sound=reading.sound)
    return transcript, reading.problems()


def _reason(problems: Sequence[Problem]) -> str:
    """Return why a file gave no cue: the first problem it has, where there is one."""
    first = next((problem for problem in problems if problem.severity is Severity.ERROR), None)
    return f"has no cue that can be read: line {first.line}: {first.message}" if first else "has no cue"


def beyond(last: Cue, end: timedelta, path: str) -> Problem | None:
    """Return a warning where a transcript ends later than its audio, which ends at `end` (TR-LEN-1)."""
    if last.end <= end + SLACK:
        return None
    message = f"the last cue ends at {show_position(last.end)}, and the audio at {show_position(end)}"
    hint = "look whether it is the transcript of this very audio"
    return Problem(severity=Severity.WARNING, path=path, line=last.line, message=message, hint=hint, rule="TR-LEN-1")


def other_language(transcript: Transcript, language: str, path: str) -> Problem | None:
    """Return a warning where the file says another language than the one it is published under."""
    said, published = (code.lower().partition("-")[0] for code in (transcript.language, language))
    if said == published or len(said) != len(published):  # programs write 'german', too
        return None
    message = f"the file says its language is {quoted(transcript.language)}, and it is published as {quoted(language)}"
    hint = f"write 'language: {said}' below its path in the episode file"
    return Problem(severity=Severity.WARNING, path=path, message=message, hint=hint)


def with_speakers(cues: Iterable[Cue], people: Sequence[Voice] = ()) -> tuple[Cue, ...]:
    """Return cues with the speakers under the names people have in the episode.

    A cue that names nobody and begins with a name and a colon is theirs, if it is a known person's name or begins
    another cue too. Any other that names nobody is by whoever spoke before, as transcripts name speakers when they
    change (TR-VTT-2); one that begins with what may be a name is not, nor is what follows: nobody's words become
    somebody else's.
    """
    voices = Voices(people)
    cues = tuple(cues)
    found = [None if cue.speaker else _NAMED.fullmatch(cue.text) for cue in cues]
    often = Counter(match["name"] for match in found if match)
    known: dict[str, str] = {}
    named: list[Cue] = []
    speaker = ""
    for cue, match in zip(cues, found, strict=True):
        name, text = cue.speaker, cue.text
        if match and (voices.whose(match["name"]) or (often[match["name"]] > 1 and _is_name(match["name"]))):
            name, text = match["name"], match["text"]
        elif match and _is_name(match["name"]):
            speaker = ""
        if name and name not in known:
            known[name] = voices.whose(name) or name
        speaker = known[name] if name else speaker
        named.append(replace(cue, speaker=speaker, text=text) if (speaker, text) != (cue.speaker, cue.text) else cue)
    return tuple(named)


def _is_name(text: str) -> bool:
    """Say whether every word of a text begins like one of a name; it is nobody's of this episode."""
    return all(word[0].isupper() or not word[0].isalpha() for word in text.split(" "))


def names_somebody(text: str) -> bool:
    """Say whether a text begins as if with the name of who says it."""
    return _NAMED.fullmatch(text) is not None


def _read_plain(text: str, reading: Reading) -> None:
    """Read a text without times: each paragraph is a cue."""
    block: list[str] = []
    begins = 1
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            begins = begins if block else number
            block.append(line)
        elif block:
            reading.add(begins, timedelta(), timedelta(), "\n".join(block))
            block = []


_READERS: Mapping[str, Callable[[str, Reading], None]] = {
    ".vtt": read_webvtt,
    ".srt": read_srt,
    ".json": read_json,
    ".txt": _read_plain,
}


def _judge_order(reading: Reading) -> None:
    """Tell of cues that begin earlier than the one before, and of those that begin before the one before has ended.

    Cues of the same moment are people who speak at once.
    """
    before: Cue | None = None
    for cue in reading.cues:
        if before and cue.start < before.start:
            message = f"the cue begins at {show_position(cue.start)}, earlier than the one before"
            reading.mended("a cue is out of order", cue.line, message, "put the cues in order")
        elif before and cue.start < before.end and (cue.start, cue.end) != (before.start, before.end):
            message = f"the cue begins at {show_position(cue.start)}, before the one in line {before.line} has ended"
            reading.told("cues overlap", cue.line, message, "let one end where the next begins")
        before = cue


def _judge_speakers(cues: Sequence[Cue], people: Sequence[Voice], reading: Reading) -> None:
    """Tell of the speakers who are nobody of the episode, all of them in one finding."""
    names = {person.name for person in people}
    first: dict[str, int] = {}
    for cue in cues:
        if cue.speaker and cue.speaker not in names:
            first.setdefault(cue.speaker, cue.line)
    if not first:
        return
    shown = ", ".join(quoted(name) for name in list(first)[:_MOST_NAMED])
    more = f" and {len(first) - _MOST_NAMED} more" if len(first) > _MOST_NAMED else ""
    message = f"the speaker {shown} is nobody of this episode, and is shown by that name"
    if len(first) > 1:
        message = f"the speakers {shown}{more} are nobody of this episode, and are shown by these names"
    hint = "add them to the appearances, or write the name as it stands there"
    reading.told("a speaker is nobody of this episode", min(first.values()), message, hint, Severity.NOTE, "TR-VTT-2")
