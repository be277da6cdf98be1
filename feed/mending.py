"""Makes well-formed XML of a feed that is none, keeping its lines; every kind of repair is said once.

It knows that it reads a feed: a title holds text, an item holds no item, and what stands around the feed is no part
of it. Nothing is expanded that the document itself declares.
"""

import re
from collections import Counter
from html.entities import html5
from typing import NamedTuple

from episodes.markup import URIS
from episodes.problems import UNFIT, Problem, UserError, quoted
from feed.decoding import WINDOWS
from feed.remarks import Remark, remark
from feed.repairs import OF_HTML, SENTENCES, STRUCTURE, TEXTS
from feed.tagmending import TAG, Tag, read_tag

_DEEPEST = 256
_MOST_TAGS = 1_000_000
_MOST_REPAIRS = 200_000
_MOST_WITH_ANGLES = 10_000
_MOST_NESTED = 1_000
_LONGEST_NESTED = 200_000
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf)(?=[\s/>])|<channel(?=[\s>])", re.IGNORECASE)
_ENTRY = frozenset({"item", "entry", "atom:entry", "rss:item"})
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_UNFIT = re.compile(UNFIT.pattern)


class Tail(NamedTuple):
    """The item in whose middle a feed ends: its line, and all of it that is there."""

    line: int
    raw: str


class Mended(NamedTuple):
    """A document that is well-formed as far as can be seen, in UTF-8; what was mended; and an item cut off."""

    body: bytes
    problems: tuple[Problem, ...]
    tail: Tail | None


def mend(text: str) -> Mended:
    """Mend a text with `\\n` line ends. Raises UserError for what is no feed, or declares entities of its own."""
    mender = _Mender(text)
    mender.run()
    return Mended(body=bytes(mender.out), problems=mender.problems(), tail=mender.tail)


class _Open(NamedTuple):
    """An element that is open: its name as written, and where it begins, in the output and in the text."""

    name: str
    out: int
    start: int


class _Mender:
    """Goes through a text once, from tag to tag."""

    def __init__(self, text: str) -> None:
        self.counts: Counter[Remark] = Counter()
        self.places: dict[Remark, int] = {}
        self.shown: dict[Remark, str] = {}
        self.text = text
        self.out = bytearray()
        self.pos = 0
        self.tail: Tail | None = None
        self.stack: list[_Open] = []
        self._used: set[str] = set()
        self._last = 0
        self._no_tags = 0
        self._root = 0
        self._root_end = 0
        self._tags = 0
        self._over = False

    def run(self) -> None:
        """Mend everything."""
        self.text = self._fit(self.text)
        self._begin()
        self._last = self.text.rfind(">")
        while not self._over:
            start = self.text.find("<", self.pos)
            if start < 0 or start > self._last:
                self._cut()
                break
            self._put(self._references(self.pos, start))
            self.pos = start
            self._markup()
        self._declare()

    def said(self, name: Remark, place: int, shown: str = "") -> None:
        """Count a repair, and remember where the first of its kind was made."""
        self.counts[name] += 1
        if self.counts[name] > _MOST_REPAIRS:
            message = f"there are more than {_MOST_REPAIRS:,} places to mend in the document"
            raise UserError(message, hint="look whether it is the right file, and whether it is whole")
        self.places.setdefault(name, place)
        self.shown.setdefault(name, shown)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was mended, in the order of the document."""
        found = sorted(self.places, key=lambda name: self.places[name])
        return tuple(
            remark(
                name,
                SENTENCES[name].format(count=self.counts[name], shown=quoted(self.shown[name])),
                line=self.text.count("\n", 0, self.places[name]) + 1,
            )
            for name in found
        )

    def _put(self, text: str) -> None:
        self.out += text.encode()

    def _gap(self, start: int, end: int) -> None:
        """Leave out a part of the text, but for its lines."""
        self.out += b"\n" * self.text.count("\n", start, end)

    def _fit(self, text: str) -> str:
        """Return the text without characters that no text may hold; those of Windows are what they were meant to be."""
        found = _UNFIT.search(text)
        if found is None:
            return text
        shown = f"U+{ord(found[0]):04X}"
        fit = _UNFIT.sub(lambda match: WINDOWS.get(ord(match[0]), ""), text)
        self.counts[Remark.CHARACTERS] = len(_UNFIT.findall(text))
        self.places[Remark.CHARACTERS] = found.start()
        self.shown[Remark.CHARACTERS] = shown
        return fit

    def _begin(self) -> None:
        """Go to the first tag of the feed."""
        found = _ROOT.search(self.text)
        if found is None:
            raise UserError("there is no feed in it", hint="check the address")
        before = self.text[: found.start()]
        if declared := re.search(r"<!(?:ENTITY|DOCTYPE[^>]*\[)", before, re.IGNORECASE):
            line = before.count("\n", 0, declared.start()) + 1
            message = f"line {line}: the document declares entities of its own, which are not read from a stranger"
            raise UserError(message, hint="ask the host of the feed for one without a DTD")
        rest = re.sub(r"(?s)<\?.*?\?>|<!--.*?-->", "", before)
        plain = re.sub(r"(?i)<!doctype[^>]*>", "", rest)
        if plain != rest:
            self.said(Remark.DOCTYPE, before.lower().index("<!doctype"))
        if plain.strip():
            self.said(Remark.BEFORE, 0, plain.strip())
        elif before[:1].isspace() and "<?xml" in before:
            self.said(Remark.BEFORE, 0, "an empty line")
        self._gap(0, found.start())
        self.pos = self._root = found.start()

    def _markup(self) -> None:
        """Mend what begins with the `<` at the place where we are."""
        text, start = self.text, self.pos
        for opening, closing in (("<!--", "-->"), ("<?", "?>")):
            if text.startswith(opening, start):
                end = text.find(closing, start)
                if end < 0:
                    self._cut()
                    return
                self.pos = end + len(closing)
                self._gap(start, self.pos)
                return
        if text.startswith("<![CDATA[", start):
            self._put(escaped(self._cdata(start)))
            return
        tag = read_tag(text, start, angles=self.counts[Remark.ATTRIBUTES] + self._no_tags < _MOST_WITH_ANGLES)
        if tag is None:
            self._no_tags += 1
            self.said(Remark.AMPERSANDS, start, text[start : start + 20])
            self._put("&lt;")
            self.pos = start + 1
            return
        self._tags += 1
        if self._tags > _MOST_TAGS:
            raise UserError(f"the document has more than {_MOST_TAGS:,} tags", hint="leave out old episodes")
        self.pos = tag.end
        if tag.mended:
            self.said(Remark.ATTRIBUTES, start, text[start : start + 60])
        if tag.closing:
            self._close(tag, start)
        else:
            self._open_tag(tag, start)

    def _open_tag(self, tag: Tag, start: int) -> None:
        if tag.name in _ENTRY and (index := self._index_of(tag.name)) is not None:
            self.said(Remark.TAGS, start, f"</{tag.name}>")
            self._close_to(index)
        self._used.update(tag.prefixes)
        place = len(self.out)
        self._put(self._written(tag, start))
        if not self._root_end:
            self._root_end = len(self.out) - (2 if tag.empty else 1)
        if tag.empty:
            self._over = not self.stack
            return
        self.stack.append(_Open(tag.name, place, start))
        if len(self.stack) > _DEEPEST:
            line = self.text.count("\n", 0, start) + 1
            message = f"line {line}: elements are nested more than {_DEEPEST} deep"
            raise UserError(message, hint="look for an element that is never closed")
        if tag.name in TEXTS:
            self._text_of(tag.name)

    def _written(self, tag: Tag, start: int) -> str:
        if not tag.attributes and not tag.mended:
            return self.text[start : tag.end]
        attributes = "".join(
            f' {name}="{self._mended(value, start).replace("<", "&lt;").replace(chr(34), "&quot;")}"'
            for name, value in tag.attributes
        )
        written = f"<{tag.name}{attributes}"
        missing = self.text.count("\n", start, tag.end) - written.count("\n")
        return f"{written}{chr(10) * missing}{'/' if tag.empty else ''}>"

    def _close(self, tag: Tag, start: int) -> None:
        if self.stack and self.stack[-1].name == tag.name:
            self.stack.pop()
            self._put(f"</{tag.name}>")
        elif (index := self._index_of(tag.name)) is not None:
            self.said(Remark.TAGS, start, f"</{self.stack[-1].name}>")
            self._close_to(index)
        else:
            self.said(Remark.TAGS, start, f"</{tag.name}>")
        if "\n" in self.text[start : tag.end]:
            self._gap(start, tag.end)
        if not self.stack:
            self._over = True
            if re.search(r"\S", self.text[self.pos :]):
                self.said(Remark.AFTER, self.pos, self.text[self.pos : self.pos + 1000].strip())

    def _index_of(self, name: str) -> int | None:
        return next((index for index in reversed(range(len(self.stack))) if self.stack[index].name == name), None)

    def _close_to(self, index: int) -> None:
        while len(self.stack) > index:
            self._put(f"</{self.stack.pop().name}>")

    def _cut(self) -> None:
        """End a feed that has no end: an item that is not whole is left out."""
        self._over = True
        self.said(Remark.CUT, len(self.text))
        index = next((index for index, open_ in enumerate(self.stack) if open_.name in _ENTRY), None)
        if index is not None:
            open_ = self.stack[index]
            self.tail = Tail(line=self.text.count("\n", 0, open_.start) + 1, raw=self.text[open_.start :])
            del self.out[open_.out :]
            del self.stack[index:]
        self._close_to(0)

    def _text_of(self, name: str) -> None:
        """Read the text of an element up to its end; a tag in it makes it a text with markup, kept as it is."""
        parts: list[tuple[bool, str]] = []
        begin, end, has_markup = self.pos, 0, False
        closing = re.compile(rf"</{re.escape(name)}\s*>")
        while True:
            start = self.text.find("<", self.pos)
            if start < 0 or start > self._last:
                self.pos = len(self.text)  # cut off; the item is left out
                return
            parts.append((False, self.text[self.pos : start]))
            self.pos = start
            if self.text.startswith("<![CDATA[", start):
                parts.append((True, self._cdata(start)))
                continue
            if closing.match(self.text, start) or STRUCTURE.match(self.text, start):
                break
            found = TAG.match(self.text, start)
            if found is None:
                self.said(Remark.AMPERSANDS, start, self.text[start : start + 20])
            elif found[1] and found[2].lower() not in OF_HTML:
                self.said(Remark.TAGS, start, found[0])
                end = found.end()
                break
            has_markup = has_markup or found is not None
            self.pos = found.end() if found else start + 1
            parts.append((False, self.text[start : self.pos]))
        if has_markup:
            self.said(Remark.MARKUP, begin, f"<{name}>")
            self._put(escaped("".join(part for _, part in parts)))
        else:
            for is_cdata, part in parts:
                self._put(escaped(part) if is_cdata else self._mended(part.replace("<", "&lt;"), begin))
        if end:  # an end tag with a name that nothing has: it was meant for this element
            self._put(f"</{self.stack.pop().name}>")
            self.pos = end

    def _cdata(self, start: int) -> str:
        """Return what a CDATA section holds, those inside it opened, and go behind it."""
        text, inner = self.text, start + 9
        end = text.find("]]>", inner)
        name = re.escape(self.stack[-1].name) if self.stack else "-"
        closing = re.compile(rf"(?:\]\]&gt;)?\s*</{name}\s*>")
        again = text.find("<![CDATA[", inner, end if end >= 0 else len(text))
        unclosed = closing.search(text, inner, again) if again >= 0 else None
        if end < 0 or unclosed:
            found = unclosed or closing.search(text, inner)
            self.said(Remark.CDATA, start, text[start : start + 30])
            self.pos = found.start() if found else len(text)
            return text[inner : self.pos]
        if again >= 0 and self.counts[Remark.CDATA] < _MOST_NESTED and not closing.match(text, end + 3):
            depth, place, limit = 2, again + 9, again + _LONGEST_NESTED
            while depth and (mark := _MARK.search(text, place, limit)):
                depth += 1 if mark[0] != "]]>" else -1
                place = mark.end()
            end = end if depth else place - 3
            self.said(Remark.CDATA, start, text[start : start + 30])
        self.pos = end + 3
        content = text[inner:end]
        return _MARK.sub("", content) if again >= 0 else content

    def _references(self, start: int, end: int) -> str:
        return self._mended(self.text[start:end], start)

    def _mended(self, text: str, place: int) -> str:
        """Return text in which every & begins a reference that XML knows, and no `]]>` stands."""
        if "]]>" in text:
            self.said(Remark.CDATA, place + text.index("]]>"), "]]>")
            text = text.replace("]]>", "]]&gt;")
        if "&" not in text:
            return text
        return _REFERENCE.sub(lambda match: self._reference(match, place), text)

    def _reference(self, match: "re.Match[str]", place: int) -> str:
        decimal, hexadecimal, name = match.groups()
        here = place + match.start()
        if name:
            if name in _OWN:
                return match[0]
            if (meant := html5.get(f"{name};")) is not None:
                self.said(Remark.ENTITIES, here, match[0])
                return escaped(meant)
        elif decimal or hexadecimal:
            code = int(decimal) if decimal else int(hexadecimal, 16)
            if code in WINDOWS:
                self.said(Remark.CHARACTERS, here, match[0])
                return WINDOWS[code]
            if code <= 0x10FFFF and not (_UNFIT.match(chr(code)) and code != 0x0D):
                return match[0]
            self.said(Remark.CHARACTERS, here, match[0])
            return ""
        self.said(Remark.AMPERSANDS, here, self.text[here : here + 20])
        return f"&amp;{match[0][1:]}"

    def _declare(self) -> None:
        """Declare on the outermost element the prefixes that are used and declared nowhere."""
        root = self.out[: self._root_end]
        missing = [prefix for prefix in sorted(self._used) if f"xmlns:{prefix}=".encode() not in root]
        unknown = [prefix for prefix in missing if f"xmlns:{prefix}=".encode() not in self.out]
        if not unknown:
            return
        known = {prefix.lower(): uri for prefix, uri in URIS.items()}
        added = "".join(f' xmlns:{prefix}="{known.get(prefix.lower(), f"urn:prefix:{prefix}")}"' for prefix in unknown)
        self.out[self._root_end : self._root_end] = added.encode()
        self.said(Remark.PREFIXES, self._root, ", ".join(unknown))


_MARK = re.compile(r"<!\[CDATA\[|\]\]>")


def escaped(text: str) -> str:
    """Return text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
