"""A transcript written in the forms apps and people read; the same bytes for the same cues."""

import html
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from episodes.cuejson import VERSION
from episodes.cues import MILLISECOND, Cue
from episodes.timecode import show_length, show_position
from episodes.transcripts import Transcript, names_somebody

_VTT_WIDTH, _SRT_WIDTH, _SRT_LINES = 65, 32, 2
_PARAGRAPH = 600
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'"
_SRT_MARKUP = re.compile(r"&(?=(?:amp|lt|gt|#123);)|<(?=/?(?:b|i|u|s|font)[\s>])|(?<=--)>|\{(?=\\)", re.IGNORECASE)
_SRT_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;"}


def to_vtt(transcript: Transcript) -> bytes:
    """Write WebVTT: a voice where the speaker changes, lines of 65 characters (TR-VTT-1, TR-VTT-2)."""
    blocks = ["WEBVTT\n"]
    for cue, changed in _with_changes(transcript):
        voice = f"<v {_escaped(cue.speaker)}>" if _is_named(cue, changed) else ""
        text = "\n".join(map(_escaped, _wrapped(cue.text, _VTT_WIDTH)))
        blocks.append(f"{show_position(cue.start)} --> {show_position(cue.end)}\n{voice}{text}\n")
    return "\n".join(blocks).encode()


def to_srt(transcript: Transcript) -> bytes:
    """Write SubRip: `Name: ` where the speaker changes, lines of 32 characters (TR-SRT-1).

    A cue is written whole, however many lines that takes; `for_screens` cuts it first.
    """
    blocks = []
    for number, (cue, changed) in enumerate(_with_changes(transcript), start=1):
        text = _SRT_MARKUP.sub(lambda match: _SRT_ESCAPES[match[0]], "\n".join(_srt_lines(cue, changed)))
        times = f"{show_position(cue.start)} --> {show_position(cue.end)}".replace(".", ",")
        blocks.append(f"{number}\n{times}\n{text}\n")
    return "\n".join(blocks).encode()


def for_screens(transcript: Transcript) -> Transcript:
    """Return a transcript whose cues fit two lines of SubRip; of longer ones each part gets its share of the time."""
    cues = [part for cue, changed in _with_changes(transcript) for part in _parts(cue, changed)]
    return replace(transcript, cues=tuple(cues))


def to_json(transcript: Transcript) -> bytes:
    """Write the JSON form of Podcasting 2.0, times in seconds (TR-JSON-1)."""
    data = {"version": VERSION, "segments": [_segment(cue) for cue in transcript.cues]}
    return f"{json.dumps(data, ensure_ascii=False, indent=1)}\n".encode()


def to_html(transcript: Transcript, title: str, language: str) -> bytes:
    """Write a page of its own: who speaks, since when, and what in paragraphs (TR-HTML-1). It loads nothing."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    opening = ["<body>", "<main>", *([f"<h1>{html.escape(title)}</h1>"] if title else [])]
    return _page(transcript, title, language, policy, opening, ["</main>"], '<time datetime="PT{1}S">{0}</time>')


def to_bare_html(transcript: Transcript, title: str, language: str) -> bytes:
    """Write the page as it was before it had a heading: what is published so keeps its bytes until it changes."""
    return _page(transcript, title, language, "", ["<body>"], [], "<time>{0}</time>")


def _page(
    transcript: Transcript,
    title: str,
    language: str,
    policy: str,
    opening: Sequence[str],
    closing: Sequence[str],
    time: str,
) -> bytes:
    lines = [
        "<!doctype html>",
        f'<html lang="{html.escape(language)}">',
        f'<head><meta charset="utf-8">{policy}<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="color-scheme" content="light dark"><title>{html.escape(title)}</title></head>',
        *opening,
    ]
    for start, speaker, text in _paragraphs(transcript):
        lines += [f"<cite>{html.escape(speaker)}:</cite>"] if speaker else []
        lines += [time.format(show_length(start), start // timedelta(seconds=1))] if transcript.timed else []
        lines.append(f"<p>{html.escape(text)}</p>")
    return "\n".join([*lines, *closing, "</body>", "</html>", ""]).encode()


def to_plain(transcript: Transcript) -> bytes:
    """Write plain text: a paragraph for each who speaks, after the name."""
    paragraphs = (f"{speaker}: {text}" if speaker else text for _, speaker, text in _paragraphs(transcript))
    return ("\n\n".join(paragraphs) + "\n").encode()


def _with_changes(transcript: Transcript) -> Iterator[tuple[Cue, bool]]:
    """Yield cues, and whether another one speaks than before."""
    speaker = ""
    for cue in transcript.cues:
        yield cue, cue.speaker != speaker
        speaker = cue.speaker


def _is_named(cue: Cue, changed: bool) -> bool:
    """Say whether a cue says who speaks: a text that begins with a name and a colon would be taken for another's."""
    return bool(cue.speaker) and (changed or names_somebody(cue.text))


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _wrapped(text: str, width: int, prefix: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=prefix, break_long_words=False, break_on_hyphens=False, expand_tabs=False
    )


def _srt_lines(cue: Cue, changed: bool) -> list[str]:
    return _wrapped(cue.text, _SRT_WIDTH, f"{cue.speaker}: " if _is_named(cue, changed) else "")


def _parts(cue: Cue, changed: bool) -> Iterator[Cue]:
    """Yield a cue in parts of at most two lines of SubRip."""
    lines = _srt_lines(cue, changed)
    prefix = len("\n".join(lines)) - len(cue.text)
    texts = [" ".join(lines[at : at + _SRT_LINES]) for at in range(0, len(lines), _SRT_LINES)]
    length = cue.end - cue.start
    if len(texts) < 2 or length < len(texts) * MILLISECOND:
        yield cue
        return
    texts[0] = texts[0][prefix:]
    whole, said, start = len(cue.text), 0, cue.start
    for number, text in enumerate(texts, start=1):
        said += len(text) + 1
        left = (len(texts) - number) * MILLISECOND
        end = cue.start + round(length * min(said / whole, 1) / MILLISECOND) * MILLISECOND
        end = cue.end if number == len(texts) else min(max(end, start + MILLISECOND), cue.end - left)
        yield replace(cue, start=start, end=end, text=text)
        start = end


def _segment(cue: Cue) -> dict[str, object]:
    named = {"speaker": cue.speaker} if cue.speaker else {}
    return {**named, "startTime": _seconds(cue.start), "endTime": _seconds(cue.end), "body": cue.text}


def _seconds(time: timedelta) -> float:
    milliseconds = time // MILLISECOND
    return milliseconds / 1000 if milliseconds % 1000 else milliseconds // 1000


def _paragraphs(transcript: Transcript) -> Iterator[tuple[timedelta, str, str]]:
    """Yield when a paragraph begins, in whole seconds, who speaks, and the text.

    A long one ends where a sentence does; each cue of a text without times is one already.
    """
    start, speaker = timedelta(), ""
    said: list[str] = []
    length = 0
    for cue in transcript.cues:
        full = length > _PARAGRAPH and said[-1].rstrip('"“”«»’)').endswith((".", "!", "?", "…"))
        if said and (cue.speaker != speaker or full or not transcript.timed):
            yield start, speaker, " ".join(said)
            said, length = [], 0
        if not said:
            start, speaker = timedelta(seconds=cue.start // timedelta(seconds=1)), cue.speaker
        said.append(cue.text)
        length += len(cue.text)
    if said:
        yield start, speaker, " ".join(said)
