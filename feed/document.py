"""A feed as parsed XML: plain elements with canonical names, line numbers and paths. Feeds come from strangers."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from episodes.problems import UserError
from feed.answers import Probe
from feed.namespaces import PREFIXES

SPACE = " \t\r\n"
"""What XML calls white space; a no-break space is text."""

_DOCTYPE = re.compile(rb"(?s)\A(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE")


class MalformedFeedError(UserError):
    """The bytes are not XML that may be read; `line` counts from 1."""

    def __init__(self, message: str, *, line: int, hint: str = "") -> None:
        super().__init__(f"line {line}: {message}", hint=hint)
        self.reason = message
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element. `name` has the prefix this package uses, `itunes:image`, whatever the document's is; an element
    of an unknown namespace is called `{uri}name`. `text` is the element's own text without its children's.
    """

    name: str
    text: str
    attributes: Mapping[str, str]
    line: int
    path: str
    children: tuple["Element", ...] = field(repr=False)

    def all(self, *names: str) -> tuple["Element", ...]:
        """Return the children with one of `names`, in the order of the document."""
        return tuple(child for child in self.children if child.name in names)

    def first(self, name: str) -> "Element | None":
        """Return the first child called `name`, or nothing."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str:
        """Return the text of the first child called `name` without space around it; empty where there is none."""
        child = self.first(name)
        return child.text.strip(SPACE) if child else ""

    def get(self, attribute: str) -> str:
        """Return an attribute without space around it; empty where there is none."""
        return self.attributes.get(attribute, "").strip(SPACE)

    def walk(self) -> Iterator["Element"]:
        """Yield this element and everything in it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


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


class _Parsed(Protocol):
    """The part of an lxml element that reading needs."""

    @property
    def tag(self) -> object: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    @property
    def sourceline(self) -> object: ...
    @property
    def nsmap(self) -> Mapping[str | None, str]: ...
    def items(self) -> Iterable[tuple[object, object]]: ...
    def __iter__(self) -> Iterator["_Parsed"]: ...


def read_document(body: bytes, *, now: datetime | None = None) -> FeedDocument:
    """Parse `body` without entities, DTD or network. Raises MalformedFeedError."""
    from lxml import etree

    if doctype := _DOCTYPE.match(body):
        raise _declares_dtd(doctype.group().count(b"\n") + 1)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        parsed = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        hint = "mend the XML at that place; & is written &amp; and < is written &lt;"
        reason = re.sub(r", line \d+, column \d+.*", "", error.msg)
        raise MalformedFeedError(f"not well-formed XML: {reason}", line=max(error.position[0], 1), hint=hint) from error
    if parsed.getroottree().docinfo.internalDTD is not None:
        raise _declares_dtd(1)
    namespaces: set[str] = set()
    root = _element(parsed, "", namespaces)
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""", body)
    encoding = declared.group(1).decode().lower() if declared else ""
    return FeedDocument(body=body, root=root, namespaces=frozenset(namespaces), encoding=encoding, now=now)


def _declares_dtd(line: int) -> MalformedFeedError:
    return MalformedFeedError(
        "the document declares a DTD", line=line, hint="take the <!DOCTYPE> out; RSS 2.0 has none"
    )


def _element(parsed: _Parsed, parent_path: str, namespaces: set[str], place: str = "") -> Element:
    name = _canonical(str(parsed.tag))
    path = f"{parent_path}/{name}{place}"
    namespaces.update(parsed.nsmap.values())
    # Comments and processing instructions are children too; their tag is a function.
    inner = [child for child in parsed if isinstance(child.tag, str)]
    totals = Counter(child.tag for child in inner)
    seen: Counter[object] = Counter()
    children = []
    for child in inner:
        seen[child.tag] += 1
        place = f"[{seen[child.tag]}]" if totals[child.tag] > 1 else ""
        children.append(_element(child, path, namespaces, place))
    return Element(
        name=name,
        text=(parsed.text or "") + "".join(child.tail or "" for child in parsed),
        attributes={_canonical(str(key)): str(value) for key, value in parsed.items()},
        line=parsed.sourceline if isinstance(parsed.sourceline, int) else 0,
        path=path,
        children=tuple(children),
    )


def _canonical(tag: str) -> str:
    uri, closed, name = tag.removeprefix("{").rpartition("}")
    if not closed:
        return tag
    prefix = PREFIXES.get(uri)
    return f"{prefix}:{name}" if prefix else tag
