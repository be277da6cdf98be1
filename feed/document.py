"""A feed as parsed XML: plain elements with canonical names, line numbers and paths. Feeds come from strangers."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, NoReturn
from xml.parsers import expat

from episodes.markup import canonical
from episodes.problems import UserError
from feed.answers import Probe
from feed.charsets import charset_of
from feed.xmlerrors import Explained, explained, kind_of

SPACE = " \t\r\n"
"""What XML calls white space; a no-break space is text."""

# Limits beyond any feed that apps take: their parsers stop at this depth, and at texts of this length, too.
_MOST_BYTES = 100_000_000
_MOST_ELEMENTS = 1_500_000
_MOST_NAMES = 10_000
_DEEPEST = 256
_LONGEST_TEXT = 10_000_000
_LONGEST_TAG = 1 << 20

_CHUNK = 1 << 18
_LONGEST_NAME = 1000
_LONGEST_SHARED = 500
_MOST_SHARED = 50_000
_UNCLOSED = {expat.errors.XML_ERROR_TAG_MISMATCH, expat.errors.XML_ERROR_NO_ELEMENTS}
# What expat puts between the address of a namespace and a name; XML can hold it nowhere.
_SEPARATOR = "\x01"


class MalformedFeedError(UserError):
    """The bytes are not XML that may be read; `line` counts from 1."""

    def __init__(self, message: str, *, line: int, hint: str = "") -> None:
        super().__init__(f"line {line}: {message}", hint=hint)
        self.reason = message
        self.line = line


class _Place:
    """Where the children of one element stand: its own name, and which names it has more than one child of."""

    __slots__ = ("above", "name", "number", "repeated")

    def __init__(self, above: "_Place | None", name: str, number: int) -> None:
        self.above = above
        self.name = name
        self.number = number
        self.repeated: frozenset[str] = frozenset()

    def path_of(self, name: str, number: int) -> str:
        """Return the path of the child that is the `number`th of its name."""
        steps: list[str] = []
        place: _Place | None = self
        while place:
            steps.append(f"{name}[{number}]" if name in place.repeated else name)
            name, number, place = place.name, place.number, place.above
        return "/" + "/".join(reversed(steps))


class Element:
    """An element. `name` has the prefix this package uses, `itunes:image`, whatever the document's is; an element
    of an unknown namespace is called `{uri}name`. `text` is the element's own text without its children's, `line`
    the line its tag begins on. Nothing of it changes; two elements are equal only if they are the same one.
    """

    # No frozen dataclass: a feed has half a million of them, and those take three times as long to make.
    __slots__ = ("_named", "_number", "_place", "attributes", "children", "line", "name", "text")

    def __init__(
        self,
        *,
        name: str,
        text: str,
        attributes: Mapping[str, str],
        line: int,
        children: tuple["Element", ...],
        named: Mapping[str, "Element | tuple[Element, ...]"],
        place: _Place | None,
        number: int,
    ) -> None:
        self.name: Final = name
        self.text: Final = text
        self.attributes: Final = attributes
        self.line: Final = line
        self.children: Final = children
        self._named: Final = named
        self._place: Final = place
        self._number: Final = number

    def __repr__(self) -> str:
        return f"<Element {self.path}, line {self.line}>"

    @property
    def path(self) -> str:
        """The way from the root, such as `/rss/channel/item[2]/title`."""
        return self._place.path_of(self.name, self._number) if self._place else f"/{self.name}"

    def all(self, *names: str) -> tuple["Element", ...]:
        """Return the children with one of `names`, in the order of the document."""
        if len(names) == 1:
            found = self._named.get(names[0], ())
            return found if isinstance(found, tuple) else (found,)
        return tuple(child for child in self.children if child.name in names)

    def first(self, name: str) -> "Element | None":
        """Return the first child called `name`, or nothing."""
        found = self._named.get(name)
        return found[0] if isinstance(found, tuple) else found

    def value(self, name: str) -> str:
        """Return the text of the first child called `name` without space around it; empty where there is none."""
        child = self.first(name)
        return child.text.strip(SPACE) if child else ""

    def get(self, attribute: str) -> str:
        """Return an attribute without space around it; empty where there is none."""
        return self.attributes.get(attribute, "").strip(SPACE)

    def walk(self) -> Iterator["Element"]:
        """Yield this element and everything in it, in the order of the document."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            if element.children:
                waiting.extend(reversed(element.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A parsed feed. `namespaces` are the URIs declared anywhere in it; `encoding` is as declared, in lower case, or
    empty. `now` is the time to judge dates by, or nothing where they are not to be judged. `served_from` is the
    address the feed was fetched from, empty where it is not known; `probes` are what its addresses answered, by
    address, empty where nobody asked.
    """

    body: bytes = field(repr=False)
    root: Element
    namespaces: frozenset[str]
    encoding: str
    now: datetime | None = None
    served_from: str = ""
    probes: Mapping[str, Probe] = field(default_factory=dict, repr=False)

    @property
    def channels(self) -> tuple[Element, ...]:
        """The channels: one in a sound feed."""
        return self.root.all("channel")

    @property
    def items(self) -> tuple[Element, ...]:
        """The items of all channels."""
        return tuple(item for channel in self.channels for item in channel.all("item"))


def read_document(body: bytes, *, now: datetime | None = None) -> FeedDocument:
    """Parse `body` without entities, DTD or network, in bounded time and memory. Raises MalformedFeedError.

    The limits are far beyond any feed that apps take, and above 50 MB and 20,000 items.
    """
    _refuse_what_is_no_xml(body)
    charset = charset_of(body)
    if not charset.codec:
        message = f"not well-formed XML: the encoding {charset.declared!r} is unknown"
        raise MalformedFeedError(message, line=1, hint='save the feed as UTF-8 and write encoding="UTF-8"')
    tree = _Tree()
    tree.read(body, charset.codec)
    namespaces = frozenset(tree.namespaces)
    return FeedDocument(body=body, root=tree.root, namespaces=namespaces, encoding=charset.declared, now=now)


def _refuse_what_is_no_xml(body: bytes) -> None:
    if len(body) > _MOST_BYTES:
        message = f"the feed has {len(body):,} bytes, at most {_MOST_BYTES:,} are read"
        raise MalformedFeedError(message, line=1, hint="leave out old episodes, or shorten their notes")
    if kind := kind_of(body):
        raise MalformedFeedError(f"this is no feed, but {kind.reason}", line=1, hint=kind.hint)
    if re.search(rb"\A[^<]{,99}(?:<[?][^>]{,99}>\s*)?<!doctype\s+html\b", body[:1000], re.IGNORECASE):
        message = "the document is a web page (its DTD is that of HTML), not a feed"
        raise MalformedFeedError(message, line=1, hint="look for the address of the feed on that page")


class _Names(dict[str, str]):
    """Names as expat gives them, with the address of their namespace, and as this package calls them."""

    def __missing__(self, given: str) -> str:
        uri, separator, name = given.rpartition(_SEPARATOR)
        if len(given) > _LONGEST_NAME:
            raise _TooMuch(f"a name of {len(given):,} characters, {given[:40]!r}…", "shorten it")
        if len(self) >= _MOST_NAMES:
            raise _TooMuch(
                f"more than {_MOST_NAMES:,} different names of elements and attributes",
                "take out what is no part of RSS",
            )
        self[given] = name = canonical(f"{{{uri}}}{name}") if separator else name
        return name


class _TooMuch(Exception):
    """The document goes beyond a limit: what it has, and a hint."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class _Open:
    """An element whose end was not read yet, or the document around the root."""

    __slots__ = ("attributes", "children", "counts", "line", "name", "number", "place", "size", "texts")

    def __init__(self, name: str, number: int, attributes: Mapping[str, str], line: int) -> None:
        self.name = name
        self.number = number
        self.attributes = attributes
        self.line = line
        self.texts: list[str] = []
        self.size = 0
        self.children: list[Element] = []
        self.counts: dict[str, int] = {}
        self.place: _Place | None = None

    def named(self) -> Mapping[str, Element | tuple[Element, ...]]:
        """Return the children by name: the only one itself, several in a tuple."""
        if len(self.counts) == len(self.children):
            return {child.name: child for child in self.children}
        several: dict[str, list[Element]] = {}
        for child in self.children:
            several.setdefault(child.name, []).append(child)
        return {name: tuple(found) if len(found) > 1 else found[0] for name, found in several.items()}


_NOTHING: Mapping[str, str] = MappingProxyType({})
_NOBODY: Mapping[str, Element | tuple[Element, ...]] = MappingProxyType({})


class _Tree:
    """Builds elements from the events of expat, the inner ones first, each once and for all."""

    def __init__(self) -> None:
        self.namespaces: set[str] = set()
        self._names = _Names()
        self._shared: dict[str, str] = {}
        self._count = 0
        outermost = _Open("", 1, _NOTHING, 1)
        outermost.place = _Place(None, "", 1)
        self._open = [outermost]
        self._parser = parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartDoctypeDeclHandler = self._doctype

    @property
    def root(self) -> Element:
        """The outermost element of what was read."""
        return self._open[0].children[0]

    def read(self, body: bytes, codec: str) -> None:
        """Read the whole of `body`. Raises MalformedFeedError."""
        try:
            self._feed(body, codec)
        except expat.ExpatError as error:
            reason, hint = self._explain(error, body, codec)
            raise MalformedFeedError(f"not well-formed XML: {reason}", line=error.lineno, hint=hint) from error
        except UnicodeDecodeError as error:
            line = self._parser.CurrentLineNumber + error.object[: error.start].decode(codec, "ignore").count("\n")
            message = f"not well-formed XML: the bytes are not {codec}: {error.reason}"
            hint = "save the feed as UTF-8, or declare the encoding it has"
            raise MalformedFeedError(message, line=line, hint=hint) from error
        except _TooMuch as error:
            line = self._parser.CurrentLineNumber
            raise MalformedFeedError(f"the document has {error}", line=line, hint=error.hint) from error
        finally:
            del self._parser  # it knows this tree, and a ring would outlive the document

    def _feed(self, body: bytes, codec: str) -> None:
        decoder = None if codec == "utf-8" else codecs.getincrementaldecoder(codec)()
        view = memoryview(body)
        fed = 0
        for start in range(0, len(body), _CHUNK):
            part = view[start : start + _CHUNK]
            text = decoder.decode(bytes(part)).encode() if decoder else part
            self._parser.Parse(text, False)
            fed += len(text)
            # What expat holds back is a tag, comment or instruction that has no end so far.
            if fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
                what = f"a tag or comment of more than {_LONGEST_TAG:,} bytes"
                raise _TooMuch(what, "look for a missing quotation mark or >, or move what it holds to a file")
        self._parser.Parse(decoder.decode(b"", True).encode() if decoder else b"", True)

    def _start(self, given: str, attributes: dict[str, str]) -> None:
        outer = self._open[-1]
        name = self._names[given]
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise _TooMuch(f"more than {_MOST_ELEMENTS:,} elements", "leave out old episodes")
        if len(self._open) > _DEEPEST:
            raise _TooMuch(f"elements nested more than {_DEEPEST} deep", "look for an element that is never closed")
        if outer.place is None:
            outer.place = _Place(self._open[-2].place, outer.name, outer.number)
        outer.counts[name] = number = outer.counts.get(name, 0) + 1
        named = {self._names[key]: self._share(value) for key, value in attributes.items()} if attributes else _NOTHING
        self._open.append(_Open(name, number, named, self._parser.CurrentLineNumber))

    def _end(self, _: str) -> None:
        done = self._open.pop()
        outer = self._open[-1]
        texts = done.texts
        if done.place and len(done.counts) < len(done.children):
            done.place.repeated = frozenset(name for name, count in done.counts.items() if count > 1)
        element = Element(
            name=done.name,
            text=self._share(texts[0] if len(texts) == 1 else "".join(texts)) if texts else "",
            attributes=done.attributes,
            line=done.line,
            children=tuple(done.children),
            named=done.named() if done.children else _NOBODY,
            place=outer.place,
            number=done.number,
        )
        outer.children.append(element)

    def _text(self, text: str) -> None:
        inner = self._open[-1]
        inner.texts.append(text)
        inner.size += len(text)
        if inner.size > _LONGEST_TEXT:
            name = inner.name
            raise _TooMuch(f"a text of more than {_LONGEST_TEXT:,} characters in <{name}>", "shorten it")

    def _share(self, text: str) -> str:
        """Return the same object for the same short text: a feed says most things many times."""
        if len(text) > _LONGEST_SHARED:
            return text
        if len(self._shared) >= _MOST_SHARED:
            return self._shared.get(text, text)
        return self._shared.setdefault(text, text)

    def _namespace(self, _: str | None, uri: str | None) -> None:
        if uri:
            self.namespaces.add(uri)
        if len(self.namespaces) > _MOST_NAMES:
            raise _TooMuch(f"more than {_MOST_NAMES:,} namespaces", "take out what is no part of RSS")

    def _doctype(self, *_: object) -> NoReturn:
        line = self._parser.CurrentLineNumber
        hint = "take the <!DOCTYPE> out; RSS 2.0 has none"
        raise MalformedFeedError("the document declares a DTD", line=line, hint=hint)

    def _explain(self, error: expat.ExpatError, body: bytes, codec: str) -> Explained:
        reason = expat.ErrorString(error.code) or "unreadable"
        inner = self._open[-1]
        if reason in _UNCLOSED and len(self._open) > 1:
            name = inner.name
            return Explained(f"<{name}> of line {inner.line} is not closed", f"write </{name}> where it ends")
        index = self._parser.ErrorByteIndex
        if codec != "utf-8" or index < 0:
            return explained(reason, b"", b"")
        return explained(reason, body[max(index - 10, 0) : index], body[index : index + 60])
