"""Elements carried verbatim, and the namespaces of a podcast feed with the prefixes folge calls them by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol
from xml.sax.saxutils import escape

from episodes.problems import UserError, quoted, unfit

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
PSC = "http://podlove.org/simple-chapters"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
SPOTIFY = "http://www.spotify.com/ns/rss"
GOOGLEPLAY = "http://www.google.com/schemas/play-podcasts/1.0"
RAWVOICE = "http://www.rawvoice.com/rawvoiceRssModule/"
DC = "http://purl.org/dc/elements/1.1/"
SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
XML = "http://www.w3.org/XML/1998/namespace"

# Readers must take the old address for the same namespace (podcast namespace, 1.0.md).
FORMER_PODCAST = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"

PREFIXES = {
    ITUNES: "itunes", PODCAST: "podcast", FORMER_PODCAST: "podcast", ATOM: "atom", CONTENT: "content", PSC: "psc",
    HISTORY: "fh", MEDIA: "media", SPOTIFY: "spotify", GOOGLEPLAY: "googleplay", RAWVOICE: "rawvoice", DC: "dc",
    SYNDICATION: "sy", XML: "xml",
}  # fmt: skip
"""The prefix of each namespace, whatever prefix a document gives it."""

URIS = {prefix: uri for uri, prefix in PREFIXES.items() if uri != FORMER_PODCAST}
"""The namespace of each prefix."""

_LARGEST = 100_000
_DEEPEST = 20
_HINT = 'write one element, such as <spotify:limit recentCount="3"/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """An element carried verbatim. `name` is `prefix:name` for the namespaces folge knows, else `{uri}name`.

    `attributes` are pairs in the order written, their names in the same form; `text` has no space around it.
    `prefixes` are pairs of prefix and namespace as the producer wrote them, of the outermost element alone.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple["Markup", ...] = ()
    prefixes: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def namespaces(self) -> Iterator[str]:
        """Yield the namespaces of this element and everything in it that folge has no prefix for."""
        for name in (self.name, *(name for name, _ in self.attributes)):
            if name.startswith("{"):
                yield name[1:].partition("}")[0]
        for child in self.children:
            yield from child.namespaces()


class _Parsed(Protocol):
    """The part of an lxml element that reading needs."""

    @property
    def tag(self) -> object: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    def items(self) -> Iterable[tuple[object, object]]: ...
    def __iter__(self) -> Iterator["_Parsed"]: ...
    def __len__(self) -> int: ...


def canonical(tag: str) -> str:
    """Return a name in Clark form, `{uri}name`, as `prefix:name` where the namespace is known."""
    uri, closed, name = tag.removeprefix("{").rpartition("}")
    if not closed:
        return tag
    prefix = PREFIXES.get(uri)
    return f"{prefix}:{name}" if prefix else tag


def clark(name: str) -> str:
    """Return a canonical name in Clark form, the inverse of `canonical`."""
    prefix, colon, local = name.partition(":")
    return f"{{{URIS[prefix]}}}{local}" if colon and not name.startswith("{") and prefix in URIS else name


@lru_cache(maxsize=256)  # all episodes of a show say the same of its author
def parse_markup(xml: str) -> Markup:
    """Read one XML element; prefixes folge knows need no declaration. Raises UserError.

    Text between elements cannot be carried, nor can a DTD, a comment or a processing instruction.
    """
    from lxml import etree

    if len(xml) > _LARGEST:
        raise UserError(f"the XML has {len(xml):,} characters", hint=f"at most {_LARGEST:,} are carried")
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in URIS.items() if prefix != "xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        # inside an element nothing can declare a DTD
        root = etree.fromstring(f"<extra{declared}>{xml}</extra>", parser)
    except etree.XMLSyntaxError as error:
        reason = re.sub(r"(?s)(, line \d+, column \d+|\n).*", "", error.msg)
        raise UserError(f"{quoted(xml)} is not well-formed XML: {_explained(reason, xml)}", hint=_HINT) from error
    if len(root) != 1 or (root.text or "").strip() or (root[0].tail or "").strip():
        raise UserError(f"{quoted(xml)} is not one element", hint=_HINT)
    written = {prefix: uri for element in root.iter("*") for prefix, uri in element.nsmap.items() if prefix}
    own = tuple((prefix, uri) for prefix, uri in written.items() if prefix not in URIS and uri not in PREFIXES)
    return replace(_markup(root[0], 0), prefixes=own)


def _explained(reason: str, xml: str) -> str:
    """Return what the parser says, in our words where its own speak of the element around."""
    if "<!DOCTYPE" in xml:
        return "it holds a DTD"
    undeclared = re.match(r"Namespace prefix (\S+)", reason)
    if undeclared:
        return f'the prefix {undeclared[1]} is not declared; add xmlns:{undeclared[1]}="…" to the element'
    if "Excessive depth" in reason:
        return "it is nested too deeply"
    unbalanced = "tag mismatch" in reason or "Extra content" in reason
    return "an element is opened and not closed, or closed and not opened" if unbalanced else reason


def _markup(parsed: _Parsed, depth: int) -> Markup:
    if depth > _DEEPEST:
        raise UserError("the XML is nested too deeply", hint=f"at most {_DEEPEST} levels are carried")
    if not isinstance(parsed.tag, str):
        raise UserError("the XML holds a comment, an entity or an instruction", hint="leave it out")
    children = list(parsed)
    texts = [parsed.text or "", *(child.tail or "" for child in children)]
    if children and any(text.strip() for text in texts):
        raise UserError(f"{quoted(''.join(texts).strip())} stands between elements", hint="wrap it in one of its own")
    for text in (texts[0], *(str(value) for _, value in parsed.items())):
        if sentence := unfit(text):
            raise UserError(f"{quoted(text.strip())} {sentence}", hint="delete it")
    return Markup(
        name=canonical(parsed.tag),
        attributes=tuple((canonical(str(key)), str(value)) for key, value in parsed.items()),
        text="" if children else texts[0].strip(),
        children=tuple(_markup(child, depth + 1) for child in children),
    )


def write_markup(markup: Markup) -> str:
    """Return an element as the text `parse_markup` reads it from; a namespace folge has no prefix for is declared."""
    written = {uri: prefix for prefix, uri in reversed(markup.prefixes)}
    foreign = dict.fromkeys(markup.namespaces())
    prefixes = {uri: written.get(uri, f"x{index}") for index, uri in enumerate(foreign, start=1)}
    declared = "".join(f" xmlns:{prefix}={_attribute(uri)}" for uri, prefix in prefixes.items())
    return _element(markup, prefixes, declared)


def _element(markup: Markup, prefixes: Mapping[str, str], declared: str = "") -> str:
    name = _prefixed(markup.name, prefixes)
    given = "".join(f" {_prefixed(key, prefixes)}={_attribute(value)}" for key, value in markup.attributes)
    inside = escape(markup.text) + "".join(_element(child, prefixes) for child in markup.children)
    return f"<{name}{declared}{given}>{inside}</{name}>" if inside else f"<{name}{declared}{given}/>"


def _prefixed(name: str, prefixes: Mapping[str, str]) -> str:
    uri, closed, local = name.removeprefix("{").rpartition("}")
    return f"{prefixes[uri]}:{local}" if closed else name


def _attribute(value: str) -> str:
    escaped = escape(value, {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
    return f'"{escaped}"'
