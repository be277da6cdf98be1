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
from feed.tagmending import TAG, Tag, read_tag

_DEEPEST = 256
_MOST_TAGS = 3_000_000
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf)(?=[\s>])|<channel(?=[\s>])", re.IGNORECASE)
_ENTRY = frozenset({"item", "entry", "atom:entry", "rss:item"})
_TEXTS = frozenset(
    {"title", "description", "summary", "content", "subtitle", "category", "copyright", "tagline", "rights"}
    | {"guid", "link", "pubDate", "content:encoded", "generator", "lastBuildDate", "itunes:title", "itunes:summary"}
    | {"itunes:subtitle", "itunes:author", "itunes:keywords", "itunes:duration", "atom:title", "atom:summary"}
    | {"atom:content", "atom:subtitle"}
)
"""Elements that hold text: a tag in one of them is part of the text."""

_STRUCTURE = re.compile(
    r"</?(?:item|entry|channel|rss|feed|guid|pubDate|enclosure|(?:itunes|podcast|media|content|googleplay|psc):[\w-]+)"
    r"(?=[\s/>])"
)
"""Tags that are never part of a text: the text before them was not closed."""

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
        self._root_end = 0
        self._tags = 0
        self._over = False

    def run(self) -> None:
        """Mend everything."""
        self.text = self._fit(self.text)
        self._begin()
        last = self.text.rfind(">")
        while not self._over:
            start = self.text.find("<", self.pos)
            if start < 0 or start > last:
                self._cut()
                break
            self._put(self._references(self.pos, start))
            self.pos = start
            self._markup()
        self._declare()

    def said(self, name: Remark, place: int, shown: str = "") -> None:
        """Count a repair, and remember where the first of its kind was made."""
        self.counts[name] += 1
        self.places.setdefault(name, place)
        self.shown.setdefault(name, shown)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was mended, in the order of the document."""
        found = sorted(self.places, key=lambda name: self.places[name])
        return tuple(
            remark(
                name,
                _SENTENCES[name].format(count=self.counts[name], shown=quoted(self.shown[name])),
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
        if plain.strip() or not before.startswith("<"[: len(before)]):
            self.said(Remark.BEFORE, 0, plain.strip() or "an empty line")
        self._gap(0, found.start())
        self.pos = found.start()

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
        tag = read_tag(text, start)
        if tag is None:
            self.said(Remark.TAGS, start, text[start : start + 20])
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
        if tag.name in _TEXTS:
            self._text_of(tag.name)

    def _written(self, tag: Tag, start: int) -> str:
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
        begin, has_markup = self.pos, False
        closing = re.compile(rf"</{re.escape(name)}\s*>")
        while True:
            start = self.text.find("<", self.pos)
            if start < 0:
                self.pos = len(self.text)  # cut off; the item is left out
                return
            parts.append((False, self.text[self.pos : start]))
            self.pos = start
            if self.text.startswith("<![CDATA[", start):
                parts.append((True, self._cdata(start)))
            elif closing.match(self.text, start) or _STRUCTURE.match(self.text, start):
                break
            else:
                found = TAG.match(self.text, start)
                has_markup = has_markup or found is not None
                end = found.end() if found else start + 1
                parts.append((False, self.text[start:end]))
                self.pos = end
        if has_markup:
            self.said(Remark.MARKUP, begin, f"<{name}>")
            self._put(escaped("".join(part for _, part in parts)))
            return
        for is_cdata, part in parts:
            self._put(escaped(part) if is_cdata else self._mended(part.replace("<", "&lt;"), begin))

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
        if again >= 0 and not closing.match(text, end + 3):
            depth, place = 2, again + 9
            while depth and (mark := _MARK.search(text, place)):
                depth += 1 if mark[0] != "]]>" else -1
                place = mark.end()
            if not depth:
                end = place - 3
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
        self.said(Remark.PREFIXES, 0, ", ".join(unknown))


_MARK = re.compile(r"<!\[CDATA\[|\]\]>")
_SENTENCES = {
    Remark.CHARACTERS: "{count} characters that no text may hold are left out or, where Windows has them, replaced; "
    "the first is {shown}",
    Remark.BEFORE: "{shown} stands before the feed and is left out",
    Remark.AFTER: "{shown} stands behind the feed and is left out",
    Remark.DOCTYPE: "the feed names a DTD, which is not read",
    Remark.ENTITIES: "{count} entities of HTML, which XML does not know, are read as in HTML; the first is {shown}",
    Remark.AMPERSANDS: "{count} times & is not written &amp; and is read so; the first is {shown}",
    Remark.CDATA: "{count} CDATA sections stand in one another or are not closed; the first is {shown}",
    Remark.TAGS: "{count} tags are missing, or stand where they cannot, and are mended; the first is {shown}",
    Remark.ATTRIBUTES: "{count} tags are written wrongly and read as they were meant; the first is {shown}",
    Remark.MARKUP: "{count} texts hold tags that are not escaped and are read as HTML; the first is {shown}",
    Remark.PREFIXES: "prefixes are used that no xmlns declares: {shown}; those that are known mean what they do "
    "in other feeds",
    Remark.CUT: "the feed ends in the middle; what is not whole is left out",
}


def escaped(text: str) -> str:
    """Return text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
