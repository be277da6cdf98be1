"""Rules for transcripts in the files that items link to; silent where a file was not fetched."""

import re
from collections import Counter
from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.cues import Cue, CueFile, read_srt, read_webvtt, spoken, voices
from feed.checks.html_tags import named, read_tags
from feed.checks.linked import (
    Fault,
    Linked,
    bare_type,
    linked,
    parse_json,
    reported,
    seconds,
    text_or_kind,
)
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument
from feed.reader import parse_duration

_FORMATS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md"
_WEBVTT = "https://www.w3.org/TR/webvtt1/#file-structure"
_APPLE = "https://podcasters.apple.com/support/5316-transcripts-on-apple-podcasts"

_VTT, _JSON, _HTML = "text/vtt", "application/json", "text/html"
_SRT = frozenset({"application/x-subrip", "application/srt"})
_VTT_WIDTH, _SRT_WIDTH, _SRT_LINES = 65, 32, 2
_SLACK = 3
_NAMED = re.compile(r"(?P<name>[^\W\d_][^\s:]{1,30}(?: [^\s:]{1,30}){0,3}): \S")
_CLOCK = re.compile(r"(?:\d{1,4}:)?\d{1,4}:\d{2}(?:\.\d{1,9})?", re.ASCII)


@rule(
    "TR-VTT-1",
    severity=Severity.ERROR,
    source=_WEBVTT,
    online=True,
    mend="begin the file with WEBVTT and an empty line, in UTF-8; a cue is a line `00:01:02.000 --> 00:01:05.500`, its "
    "text, and an empty line",
)
def tr_vtt_1(document: FeedDocument) -> Iterator[Finding]:
    """A WebVTT transcript begins with WEBVTT, is UTF-8, and its cues have times that go forward (W3C, WebVTT); how it
    is sent is the matter of HTTP-2.
    """
    for file in _of_type(document, _VTT):
        hint = "mend the file; a cue is a line `00:01:02.000 --> 00:01:05.500`, its text, and an empty line"
        yield from reported(read_webvtt(file.body).faults, file.element, hint)


@rule(
    "TR-VTT-2",
    severity=Severity.WARNING,
    source=_FORMATS,
    online=True,
    mend="begin a cue with <v Anna Beispiel> where she speaks, and break lines at 65 characters",
)
def tr_vtt_2(document: FeedDocument) -> Iterator[Finding]:
    """A WebVTT transcript names its speakers in voice spans; lines of at most 65 characters are advised (podcast
    namespace, transcripts).
    """
    for file in _of_type(document, _VTT):
        cues = read_webvtt(file.body).cues
        yield from _too_long(file, cues, _VTT_WIDTH, Severity.NOTE)
        nameless = [cue.line for cue in cues if "" in voices(cue)]
        if nameless:
            message = f"line {nameless[0]}: a voice without a name"
            yield Finding(message=message, at=file.element, hint="write <v Anna Beispiel>")
        if names := _names_in_text(cues):
            message = f"speakers such as {quoted(names[0])} are named in the text, and apps do not see who speaks"
            yield Finding(message=message, at=file.element, hint=f"write <v {names[0]}> instead of {names[0]}:")


@rule(
    "APPLE-TR-2",
    severity=Severity.NOTE,
    source=_APPLE,
    online=True,
    mend="begin a cue with <v Anna Beispiel> when the speaker changes",
)
def apple_tr_2(document: FeedDocument) -> Iterator[Finding]:
    """Apple shows who speaks where a WebVTT transcript has voice spans (Apple, transcripts); looked for only in items
    where several persons are heard.
    """
    for file in _of_type(document, _VTT):
        cues = read_webvtt(file.body).cues
        if cues and len(_heard(file)) > 1 and not any(list(voices(cue)) for cue in cues):
            message = "the transcript does not say who speaks, and several persons are heard"
            yield Finding(message=message, at=file.element, hint="begin a cue with <v Name> when the speaker changes")


@rule(
    "TR-SRT-1",
    severity=Severity.WARNING,
    source=_FORMATS,
    online=True,
    mend="write a cue as its number, a line `00:01:02,000 --> 00:01:05,500`, at most two lines of 32 characters, and "
    "an empty line",
)
def tr_srt_1(document: FeedDocument) -> Iterator[Finding]:
    """An SRT transcript has numbered cues with commas in their times, of at most 2 lines of 32 characters (podcast
    namespace, transcripts).
    """
    for file in _of_type(document, *_SRT):
        found = read_srt(file.body)
        hint = "mend the file; a cue is its number, a line `00:01:02,000 --> 00:01:05,500`, its text, and an empty line"
        yield from reported(found.faults, file.element, hint)
        yield from _too_long(file, found.cues, _SRT_WIDTH, Severity.WARNING)
        tall = [cue.line for cue in found.cues if len(cue.lines) > _SRT_LINES]
        if tall:
            message = f"line {tall[0]}: {_counted(len(tall), 'cue')} more than {_SRT_LINES} lines"
            yield Finding(message=message, at=file.element, hint="split them into shorter cues")


@rule(
    "TR-JSON-1",
    severity=Severity.WARNING,
    source=_FORMATS,
    online=True,
    mend='write `{"version": "1.0.0", "segments": [{"startTime": 0.5, "endTime": 4.2, "body": "…"}]}`, times as '
    "numbers",
)
def tr_json_1(document: FeedDocument) -> Iterator[Finding]:
    """A JSON transcript has a version and segments with times in seconds and a body (podcast namespace,
    transcripts).
    """
    for file in _of_type(document, _JSON):
        yield from reported(_json_faults(file.body), file.element, "mend the file or write it anew")


@rule(
    "TR-HTML-1",
    severity=Severity.WARNING,
    source=_FORMATS,
    online=True,
    mend="write what is said as <p>…</p>, and times as <time>1:02:30</time>, counted from the start of the episode",
)
def tr_html_1(document: FeedDocument) -> Iterator[Finding]:
    """An HTML transcript has its text in paragraphs and, where it has times, times of a clock (podcast namespace,
    transcripts).
    """
    for file in _of_type(document, _HTML):
        tags = read_tags(file.body)
        if not any(tag.text.strip() for tag in named(tags, "p")):
            message = "the transcript has no paragraph of text"
            yield Finding(message=message, at=file.element, hint="write what is said as <p>…</p>")
        # A page that is more than the transcript has other times too, and says of them which.
        times = (tag for tag in named(tags, "time") if not tag.get("datetime"))
        odd = [tag for tag in times if not _CLOCK.fullmatch(tag.text.strip())]
        faults = tuple(Fault(tag.line, f"{quoted(tag.text.strip())} is not a time such as 1:02:30") for tag in odd)
        yield from reported(faults, file.element, "write <time> as hours, minutes and seconds from the start")


@rule(
    "TR-LEN-1",
    severity=Severity.WARNING,
    source=_FORMATS,
    online=True,
    mend="link the transcript of this very audio, or correct itunes:duration",
)
def tr_len_1(document: FeedDocument) -> Iterator[Finding]:
    """A transcript ends at most 3 seconds behind its episode (podcast namespace, transcripts)."""
    for file in linked(document, "podcast:transcript"):
        length = parse_duration(file.item.value("itunes:duration")).total_seconds()
        last = _end(file)
        if length and last > length + _SLACK:
            message = f"the transcript ends {last - length:.0f} seconds behind the episode of {length:.0f} seconds"
            hint = "link the transcript of this very audio, or correct itunes:duration"
            yield Finding(message=message, at=file.element, hint=hint)


def _of_type(document: FeedDocument, *media_types: str) -> Iterator[Linked]:
    return (
        file for file in linked(document, "podcast:transcript") if bare_type(file.element.get("type")) in media_types
    )


def _too_long(file: Linked, cues: tuple[Cue, ...], width: int, severity: Severity) -> Iterator[Finding]:
    long = [number for cue in cues for number, line in enumerate(cue.lines, cue.line) if len(spoken(line)) > width]
    if long:
        message = f"line {long[0]}: {_counted(len(long), 'line')} more than {width} characters"
        hint = "break them, so that captions fit a screen"
        yield Finding(message=message, at=file.element, hint=hint, severity=severity)


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} of the transcript has" if count == 1 else f"{count} {noun}s of the transcript have"


def _names_in_text(cues: tuple[Cue, ...]) -> tuple[str, ...]:
    """Return the names that begin cues as `Name: `, where at least two do so repeatedly and no voice is marked."""
    if any(list(voices(cue)) for cue in cues):
        return ()
    begins = (_NAMED.match(cue.lines[0]) for cue in cues if cue.lines)
    counts = Counter(found["name"] for found in begins if found)
    names = tuple(name for name, count in counts.most_common() if count > 1)
    return names if len(names) > 1 else ()


def _heard(file: Linked) -> tuple[Element, ...]:
    people = file.item.all("podcast:person") or file.channel.all("podcast:person")
    return tuple(person for person in people if person.get("group").lower() in {"", "cast"})


def _json_faults(body: bytes) -> tuple[Fault, ...]:
    try:
        content = parse_json(body)
    except ValueError as error:
        return (Fault(0, f"the transcript is broken: {error}"),)
    if not isinstance(content, dict) or not isinstance(content.get("segments"), list):
        return (Fault(0, "the transcript has no list of segments"),)
    faults = []
    if content.get("version") != "1.0.0":
        faults.append(Fault(0, f"the version of the transcript is {text_or_kind(content.get('version'))}, not '1.0.0'"))
    for count, segment in enumerate(content["segments"], start=1):
        if why := _segment_fault(segment):
            faults.append(Fault(0, f"segment {count} {why}"))
    return tuple(faults)


def _segment_fault(segment: object) -> str:
    if not isinstance(segment, dict):
        return "is not an object"
    start, end = seconds(segment.get("startTime")), seconds(segment.get("endTime"))
    if start is None:
        return "has no startTime in seconds"
    if end is None and segment.get("endTime") is not None:
        return "has an endTime that is no number of seconds"
    if end is not None and end < start:
        return f"ends at {end:g} and begins at {start:g}"
    if not isinstance(segment.get("body"), str):
        return "has no body"
    return "" if isinstance(segment.get("speaker", ""), str) else "has a speaker that is no text"


def _end(file: Linked) -> float:
    """Return when the last cue of a transcript ends, in seconds; 0 where it has no times."""
    media_type = bare_type(file.element.get("type"))
    if media_type == _JSON:
        return _json_end(file.body)
    found = CueFile()
    if media_type == _VTT:
        found = read_webvtt(file.body)
    elif media_type in _SRT:
        found = read_srt(file.body)
    return max((cue.end for cue in found.cues), default=0)


def _json_end(body: bytes) -> float:
    try:
        content = parse_json(body)
    except ValueError:
        return 0
    segments = content.get("segments") if isinstance(content, dict) else None
    if not isinstance(segments, list):
        return 0
    times = (seconds(segment.get("endTime")) for segment in segments if isinstance(segment, dict))
    return max((time for time in times if time is not None), default=0)
