"""Cues of TTML files (W3C, Timed Text Markup Language 2), read as a stream, without document types and entities."""

import re
from datetime import timedelta
from typing import NoReturn
from xml.parsers import expat

from episodes.captions import parse_time
from episodes.cues import LONGEST, Reading, require_few
from episodes.problems import UserError, quoted

_TTML = "http://www.w3.org/ns/ttml"
_XML = "http://www.w3.org/XML/1998/namespace"
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t)", re.ASCII)
_FRAMES = re.compile(r"(\d{2,6}:\d{2}:\d{2}):(\d{1,3})(?:\.\d{1,3})?", re.ASCII)
_DEEPEST = 50


def read_ttml(body: bytes, reading: Reading) -> None:
    """Read the cues of a TTML file. What is published is made of it, as no app reads TTML."""
    _Reader(reading).read(body)


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.said
        self.above: list[tuple[str, timedelta]] = []
        self.names: dict[str, str] = {}
        self.agent = ""
        self.frames, self.ticks = 30.0, 1.0
        self.cue: tuple[int, timedelta, timedelta | None, str] | None = None
        self.text: list[str] = []
        self.names_wanted: list[tuple[int, timedelta, timedelta, str, str]] = []

    def read(self, body: bytes) -> None:
        try:
            self.parser.Parse(body, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            message = f"is not well-formed XML: line {error.lineno}: {reason}"
            raise UserError(message, hint="export it again") from error
        for line, start, end, text, agent in self.names_wanted:
            self.reading.add(line, start, end, text, self.names.get(agent, agent))

    def refuse(self, *declared: object) -> NoReturn:
        line = self.parser.CurrentLineNumber
        raise UserError(f"holds a document type in line {line}, which no transcript needs", hint="delete it")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if not self.above:
            if local != "tt" or not space.startswith(_TTML):
                raise UserError("is not TTML: its first element is not <tt>", hint="name the right file")
            self.reading.language = attributes.get(f"{_XML} lang", "")
            self.frames = _positive(given.get("frameRate", ""), self.frames)
            self.ticks = _positive(given.get("tickRate", ""), self.ticks)
        if len(self.above) >= _DEEPEST:
            raise UserError(f"is nested too deeply in line {self.parser.CurrentLineNumber}", hint="export it again")
        base = self.above[-1][1] if self.above else timedelta()
        if local == "agent":
            self.agent = given.get("id", "")
        elif local == "p":
            self.open(given, base)
        elif local == "br" and self.cue is not None:
            self.text.append("\n")
        elif local in ("body", "div"):
            base += self.time(given.get("begin", "")) or timedelta()
        self.above.append((local, base))

    def open(self, given: dict[str, str], base: timedelta) -> None:
        line = self.parser.CurrentLineNumber
        require_few(len(self.names_wanted) + 1)
        begin, end, length = (self.time(given.get(name, "")) for name in ("begin", "end", "dur"))
        if begin is None:
            if not any(given.get(name) for name in ("begin", "end", "dur")):
                self.reading.mended("a cue has no time", line, "the paragraph has no begin, and is left out")
            return
        if end is None and length is not None:
            end = begin + length
        self.cue = (line, base + begin, None if end is None else base + end, given.get("agent", ""))
        self.text = []

    def end(self, name: str) -> None:
        self.above.pop()
        if name.rpartition(" ")[2] != "p" or self.cue is None:
            return
        line, start, end, agent = self.cue
        self.cue = None
        if end is None or end <= start:
            what = "has no end" if end is None else "ends before it begins"
            hint = "mend its times"
            self.reading.mended("a cue ends before it begins", line, f"the cue {what}; it is given a second", hint)
            end = start + timedelta(seconds=1)
        self.names_wanted.append((line, start, end, "".join(self.text), agent))

    def said(self, text: str) -> None:
        if self.cue is not None:
            self.text.append(text)
        elif self.agent and self.above and self.above[-1][0] == "name" and text.strip():
            self.names.setdefault(self.agent, text.strip())

    def time(self, text: str) -> timedelta | None:
        """Return a time of TTML, on the clock or as an offset; None where there is none, and what is none is told."""
        if not text:
            return None
        offset, frames = _OFFSET.fullmatch(text.strip()), _FRAMES.fullmatch(text.strip())
        try:
            if offset:
                unit = {"h": 3600, "m": 60, "s": 1, "ms": 0.001, "f": 1 / self.frames, "t": 1 / self.ticks}[offset[2]]
                seconds = float(offset[1]) * unit
            elif frames:
                seconds = parse_time(frames[1]).total_seconds() + int(frames[2]) / self.frames
            else:
                seconds = parse_time(text.strip()).total_seconds()
            if seconds > LONGEST.total_seconds():
                raise ValueError(f"{quoted(text)} is later than any episode ends")
        except ValueError as error:
            line = self.parser.CurrentLineNumber
            self.reading.broken("a time is none", line, f"{error}", "write it as 00:01:02.500")
            return None
        return timedelta(milliseconds=round(seconds * 1000))


def _positive(text: str, otherwise: float) -> float:
    found = re.fullmatch(r"\d{1,9}", text, re.ASCII)
    return float(text) if found and int(text) else otherwise
