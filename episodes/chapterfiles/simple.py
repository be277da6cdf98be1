"""Podlove Simple Chapters 1.2 as an XML file, or in the feed they stand in (PSC-1, PSC-2)."""

from collections.abc import Sequence
from xml.parsers import expat
from xml.sax.saxutils import escape

from episodes.chapterfiles.marks import Mark, Reading
from episodes.markup import PSC
from episodes.problems import quoted
from episodes.timecode import show_position

_QUOTED = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


class _DocumentType(Exception):
    """The XML declares a document type; nothing is expanded here."""


def read(text: str, reading: Reading) -> None:
    """Read the chapters of the first list of them in an XML file."""
    _Lists(reading).read(text)


class _Lists:
    """What expat calls as it meets elements."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.parser = expat.ParserCreate("utf-8", " ")
        self.lists = 0
        self.root = ""

    def read(self, text: str) -> None:
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._document_type
        try:
            self.parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            message = f"the XML is broken: {expat.ErrorString(error.code)}"
            self.reading.problem(error.lineno, message, "look at that line, or export the file again", rule="PSC-1")
            return
        except _DocumentType:
            line = self.parser.CurrentLineNumber
            self.reading.problem(line, "the XML declares a document type, which is not read", "delete <!DOCTYPE …>")
            return
        if not self.lists:
            hint = f'write <psc:chapters version="1.2" xmlns:psc="{PSC}">'
            self.reading.problem(1, f"the XML is {quoted(self.root)} without psc:chapters", hint, rule="PSC-1")

    def _document_type(self, *_: object) -> None:
        raise _DocumentType

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self.root = self.root or local
        line = self.parser.CurrentLineNumber
        if local == "chapters" and _means_psc(space):
            self.lists += 1
            if self.lists == 2:
                self.reading.warn(line, "a second list of chapters is not read", "put all into one", rule="PSC-1")
            elif self.lists == 1 and space != PSC:
                self.reading.warn(line, f"the namespace is {quoted(space)}", f"write {PSC}", rule="PSC-1")
        elif local == "chapter" and self.lists == 1 and _means_psc(space):
            self._chapter(line, attributes)

    def _chapter(self, line: int, attributes: dict[str, str]) -> None:
        if "start" not in attributes:
            self.reading.problem(line, "the chapter has no start", 'add start="00:12:30.000" to it', rule="PSC-2")
            return
        self.reading.add(
            line,
            start=self.reading.moment(line, attributes["start"], rule="PSC-2"),
            title=attributes.get("title", ""),
            link=attributes.get("href", "").strip(),
            image=attributes.get("image", "").strip(),
            rule="PSC-2",
        )


def _means_psc(space: str) -> bool:
    """Say whether a namespace is that of simple chapters, or nearly."""
    return space.rstrip("/").partition("://")[2].lower() == PSC.partition("://")[2]


def write(marks: Sequence[Mark]) -> str:
    """Return an XML file of simple chapters."""
    lines = [f'<?xml version="1.0" encoding="utf-8"?>\n<psc:chapters version="1.2" xmlns:psc="{PSC}">']
    for chapter in (mark.chapter for mark in marks):
        given = (
            ("start", show_position(chapter.start)),
            ("title", chapter.title),
            ("href", chapter.link),
            ("image", chapter.image),
        )
        written = "".join(f' {name}="{escape(value, _QUOTED)}"' for name, value in given if value)
        lines.append(f"  <psc:chapter{written}/>")
    return "\n".join([*lines, "</psc:chapters>\n"])
