"""Cues of WebVTT and SubRip files, read as people and programs write them; what is not as it should be is told.

Sources: https://www.w3.org/TR/webvtt1/#file-structure and, for SRT, the podcast namespace's transcripts.md.
"""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from episodes.cues import LONGEST, Reading, require_few
from episodes.problems import UserError, quoted

_TIME = re.compile(r"(?:(\d{1,6}):)?(\d{1,4}):(\d{1,4})(?:([.,:;])(\d{1,9}))?", re.ASCII)
_STRICT = {
    ".": re.compile(r"(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}", re.ASCII),
    ",": re.compile(r"\d{2,}:\d{2}:\d{2},\d{3}", re.ASCII),
}
_NUMBER = re.compile(r"[ \t]*\d{1,9}[ \t]*", re.ASCII)
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
_VOICE = re.compile(r"<v(?:\.[^\s<>.]+)*(?:[ \t]+([^<>]*))?>")
_TAG = re.compile(r"<[^<>]*>")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_SRT_ESCAPED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&#123;": "{"}
_MOST_STRAY = 1000
_TOO_SHORT = timedelta(seconds=1)


def read_webvtt(text: str, reading: Reading) -> None:
    """Read the cues of a WebVTT file (TR-VTT-1)."""
    require_few(text.count("-->"))
    lines = text.split("\n")
    head = lines[0]
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", head):
        if "-->" not in text:
            raise UserError("is not WebVTT: its first line is not WEBVTT, and it has no times")
        reading.mended("the first line is not WEBVTT", 1, f"the first line is {quoted(head)}, not WEBVTT")
        if head.strip().upper().startswith("WEBVTT"):
            lines[0] = ""
    for number, block in _blocks(lines):
        if number == 1 and head.startswith("WEBVTT"):
            _header(block, reading)
        elif not _ASIDE.match(block[0]):
            _cues(number, block, ".", reading)


def read_srt(text: str, reading: Reading) -> None:
    """Read the cues of a SubRip file (TR-SRT-1)."""
    if "-->" not in text:
        raise UserError("is not SRT: it has no line of times")
    require_few(text.count("-->"))
    for number, block in _blocks(text.split("\n")):
        _cues(number, block, ",", reading)


def parse_time(text: str) -> timedelta:
    """Return a time such as `01:02:03.500` or `2:03,5`. Raises ValueError with a sentence."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{quoted(text)} is not a time such as 00:01:02.500")
    hours, minutes, seconds = (int(part or 0) for part in found.group(1, 2, 3))
    if minutes > 59 or seconds > 59:
        which = "seconds" if seconds > 59 else "minutes"
        raise ValueError(f"{quoted(text)} is not a time: {which} go to 59")
    fraction = timedelta(microseconds=int((found[5] or "0")[:6].ljust(6, "0")))
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds) + fraction
    if time > LONGEST:
        raise ValueError(f"{quoted(text)} is later than any episode ends")
    return time


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield what stands between empty lines, with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip(" \t"):
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _header(block: Sequence[str], reading: Reading) -> None:
    """Take the language out of a header, and the cues that begin in it without an empty line."""
    for line in block[1:]:
        if found := re.match(r"Language:[ \t]*([A-Za-z-]{2,20})[ \t]*$", line):
            reading.language = found[1]
    if any("-->" in line for line in block):
        _cues(2, block[1:], ".", reading, crowded=True)


def _cues(number: int, block: Sequence[str], mark: str, reading: Reading, *, crowded: bool = False) -> None:
    """Take the cues of a block, of which there should be one."""
    arrows = [index for index, line in enumerate(block) if "-->" in line]
    if not arrows:
        _stray(number, block, mark, reading)
        return
    before = block[: arrows[0]]
    if mark == "," and not (before and _NUMBER.fullmatch(before[-1])):
        reading.mended("a cue has no number", number, "the cue has no number above its time")
    for index, (at, after) in enumerate(zip(arrows, [*arrows[1:], len(block)], strict=True)):
        if index or crowded:
            reading.mended(
                "a cue has no empty line above", number + at, "the cue begins without an empty line above it"
            )
        text = list(block[at + 1 : after])
        if after < len(block) and text and _NUMBER.fullmatch(text[-1]):
            text.pop()
        _cue(number + at, block[at], text, mark, reading)


def _stray(number: int, block: Sequence[str], mark: str, reading: Reading) -> None:
    """Keep text without a time in the cue above: an empty line got between them."""
    if mark == "," and len(block) == 1 and _NUMBER.fullmatch(block[0]):
        reading.mended("a cue is empty", number, f"the cue {quoted(block[0].strip())} is empty, and left out")
        return
    hint = "delete the empty line above it, or give it a time"
    above = reading.cues.pop() if reading.cues else None
    if reading.count("text has no time") >= _MOST_STRAY:
        raise UserError(f"has text without a time in more than {_MOST_STRAY:,} places", hint="export it again")
    if above is None:
        reading.mended("text has no time", number, f"{quoted(block[0])} has no time above it, and is left out", hint)
        return
    message = f"{quoted(block[0])} has no time above it, and is put to the cue before"
    reading.mended("text has no time", number, message, hint)
    text = " ".join([above.text, *(words for _, words in _spoken(block, mark))])
    reading.add(above.line, above.start, above.end, text, above.speaker)


def _cue(line: int, arrow: str, text: Sequence[str], mark: str, reading: Reading) -> None:
    before, _, after = arrow.partition("-->")
    begins, ends = before.strip(), after.lstrip().partition(" ")[0].partition("\t")[0]
    times = []
    for written in (begins, ends):
        try:
            times.append(parse_time(written))
        except ValueError as error:
            hint = f"write it as 00:01:02{mark}500"
            reading.broken("a time is none", line, f"{error}", hint)
            return
        if not _STRICT[mark].fullmatch(written):
            wanted = "point" if mark == "." else "comma"
            message = f"{quoted(written)} is not written with hours, minutes, seconds, a {wanted} and three digits"
            if re.search(r"[.,:;]\d{3}$", written) and _STRICT[mark].fullmatch(written[:-4] + mark + written[-3:]):
                message = f"{quoted(written)} has a {written[-4]!r} before the milliseconds, not a {mark!r}"
            reading.mended("a time is written otherwise", line, message)
    start, end = times
    if end <= start:
        message = f"the cue ends at {quoted(ends)} and begins at {quoted(begins)}; it is given a second"
        reading.mended("a cue ends before it begins", line, message, "mend its times")
        end = start + _TOO_SHORT
    spoken = _spoken(text, mark)
    for speaker, words in spoken or [("", "")]:
        reading.add(line, start, end, words, speaker)


def _spoken(lines: Sequence[str], mark: str) -> list[tuple[str, str]]:
    """Return who says what in a cue: the parts between voices, without markup."""
    whole = "\n".join(lines)
    if mark == ",":
        text = _SRT_TAG.sub("", whole)
        return [("", re.sub("&(?:amp|lt|gt|#123);", lambda match: _SRT_ESCAPED[match[0]], text))]
    first, *others = _VOICE.split(whole)
    parts = [("", first), *zip(others[::2], others[1::2], strict=True)]
    said = [(html.unescape(name or ""), html.unescape(_TAG.sub("", words))) for name, words in parts]
    return [(name, words) for name, words in said if words.strip()]
