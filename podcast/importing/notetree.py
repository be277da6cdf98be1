"""HTML of notes as a tree in which what looks the same is the same, so that two texts can be compared."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urljoin

from episodes.notes import clean_html
from feed.text import ascii_url

DEEPEST = 40
"""Elements inside one another; what is nested deeper is read as text."""

_NAMES = {"b": "strong", "i": "em"}
_INLINE = frozenset({"a", "strong", "em", "del", "sup", "sub", "code", "br"})
_KEPT_WHOLE = frozenset({"table", "pre"})
_BOXES = frozenset(
    {"div", "section", "article", "header", "footer", "main", "aside", "address", "center", "figure", "figcaption"}
    | {"dl", "dt", "dd", "details", "summary", "fieldset"}
)
_GAP = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element, or text where `name` is empty. `href` and `title` are those of a link."""

    name: str = ""
    text: str = ""
    href: str = ""
    title: str = ""
    children: tuple["Node", ...] = ()

    @property
    def whole_text(self) -> str:
        """All text in it."""
        return self.text + "".join(child.whole_text for child in self.children)


class _Parsed(Protocol):
    """The part of an lxml element that reading needs."""

    @property
    def tag(self) -> object: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    def get(self, name: str, default: str, /) -> str: ...
    def __iter__(self) -> Iterator["_Parsed"]: ...


class TooDeepError(ValueError):
    """HTML whose elements are nested deeper than `DEEPEST`."""


def read_tree(html: str, base: str = "") -> tuple[Node, ...]:
    """Return the blocks of HTML, cleaned; relative addresses are resolved against `base`. Raises TooDeepError.

    A box such as `div` is the blocks in it, text outside any block and what two line breaks part are paragraphs, `b`
    is `strong` and `i` is `em`, spaces that are not seen are gone, and addresses are ASCII.
    """
    return read_clean(clean_tree(html), base)


def clean_tree(html: str) -> str:
    """Return HTML with nothing in it but what `read_clean` knows."""
    return clean_html(html, _BOXES)


def read_clean(cleaned: str, base: str = "") -> tuple[Node, ...]:
    """Return the blocks of HTML that is clean, as `read_tree` does."""
    from lxml import html as parser

    if not cleaned:
        return ()
    root = parser.fragment_fromstring(cleaned, create_parent="div")
    return _blocks(_read(root, base, 0))


def _read(element: _Parsed, base: str, depth: int) -> tuple[Node, ...]:
    """Return what stands in an element, as it is written."""
    if depth > DEEPEST:
        raise TooDeepError
    found = [Node(text=element.text)] if element.text else []
    for child in element:
        if isinstance(child.tag, str):
            href = child.get("href", "")
            node = Node(
                name=_NAMES.get(child.tag, child.tag),
                href=ascii_url(urljoin(base, href) if base else href) if href else "",
                title=child.get("title", ""),
                children=_read(child, base, depth + 1),
            )
            found.append(node)
        if child.tail:
            found.append(Node(text=child.tail))
    return tuple(found)


def _blocks(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return nodes as blocks: what stands between them is made paragraphs."""
    found: list[Node] = []
    line: list[Node] = []
    for node in nodes:
        if not _holds_block(node):
            line.append(node)
            continue
        found += _paragraphs(line)
        line = []
        if node.name in _INLINE:  # what is said of blocks is said of each line in them
            found += [_within(node, block) for block in _blocks(node.children)]
        else:
            found += _block(node)
    return (*found, *_paragraphs(line))


def _holds_block(node: Node) -> bool:
    """Say whether a node is a block or holds one."""
    return bool(node.name and node.name not in _INLINE) or any(map(_holds_block, node.children))


def _within(outer: Node, block: Node) -> Node:
    """Return a block whose line, if it has one, stands in an element of a line."""
    if block.name != "p" or (outer.name == "a" and not outer.href):
        return block
    return replace(block, children=_line((replace(outer, children=block.children),)))


def _block(node: Node) -> tuple[Node, ...]:
    if node.name in _BOXES:
        return _blocks(node.children)
    if node.name == "p":
        return tuple(_paragraphs(node.children))
    if node.name in ("ul", "ol"):
        entries = tuple(Node(name="li", children=_blocks(entry)) for entry in _entries(node.children))
        return (replace(node, children=entries),) if entries else ()
    if node.name == "blockquote":
        inside = _blocks(node.children)
        return (replace(node, children=inside),) if inside else ()
    if node.name in _KEPT_WHOLE:
        return (_whole(node),)
    if node.name == "hr":
        return (Node(name="hr"),)
    if node.name == "li":  # outside any list
        return (Node(name="ul", children=(replace(node, children=_blocks(node.children)),)),)
    line = _line(node.children)
    return (Node(name=node.name, children=line),) if line else ()


def _entries(nodes: Iterable[Node]) -> list[list[Node]]:
    """Return what stands in each entry of a list; what stands between entries belongs to the one before."""
    found: list[list[Node]] = []
    for node in nodes:
        if node.name == "li":
            found.append(list(node.children))
        elif node.name or node.text.strip(" \t\n\r\f"):
            found[-1:] = [[*(found[-1] if found else ()), node]]
    return found


def _whole(node: Node) -> Node:
    """Return a table or a text set as it is typed: nothing of it but space between its parts is touched."""
    if node.name == "pre":
        return Node(name="pre", text=node.whole_text.strip("\n"))
    if node.name in ("td", "th"):
        return Node(name=node.name, children=_line(node.children))
    return replace(node, children=tuple(_whole(child) for child in node.children if child.name))


def _paragraphs(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield paragraphs: two line breaks, with nothing but space between them, part them."""
    parts: list[list[Node]] = [[]]
    waiting: list[Node] = []
    for node in nodes:
        if node.name == "br" and waiting:
            parts.append([])
            waiting = []
        elif node.name == "br" or (waiting and not node.name and not node.text.strip(" \t\n\r\f")):
            waiting.append(node)
        else:
            parts[-1] += [*waiting, node]
            waiting = []
    for part in parts:
        if line := _line(part):
            yield Node(name="p", children=line)


def _line(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return what stands in one block, without space at its ends and around line breaks."""
    nodes = tuple(nodes)
    if len(nodes) == 1 and not nodes[0].name:
        text = _one_spaced(nodes[0].text).strip(" ")
        return (Node(text=text),) if text else ()
    parts = joined(_inline(nodes))
    found: list[Node] = []
    for index, node in enumerate(parts):
        if not node.name:
            text = node.text
            if not found or found[-1].name == "br":
                text = text.lstrip(" ")
            if index == len(parts) - 1 or parts[index + 1].name == "br":
                text = text.rstrip(" ")
            if text:
                found.append(Node(text=text))
        elif node.name != "br" or found:
            found.append(node)
    while found and found[-1].name == "br":
        found.pop()
    return tuple(found)


def _inline(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield what stands in a line: space at the ends of an element stands outside it, an empty one is gone."""
    for node in nodes:
        if not node.name:
            yield Node(text=_one_spaced(node.text))
        elif node.name == "br":
            yield Node(name="br")
        elif node.name not in _INLINE or (node.name == "a" and not node.href) or (node.name == "code" and _links(node)):
            yield from _inline(node.children)  # code holds nothing but text: of the two the link matters
        elif node.name == "code":
            if text := _one_spaced(node.whole_text).strip():
                yield Node(name="code", text=text)
        else:
            yield from _trimmed(node, joined(_inline(node.children)))


def _links(node: Node) -> bool:
    """Say whether a link stands in a node."""
    return any(child.href or _links(child) for child in node.children)


def _trimmed(node: Node, children: list[Node]) -> Iterator[Node]:
    """Yield an element of a line and the space and line breaks at its ends, which are put outside."""
    before: list[Node] = []
    after: list[Node] = []
    while children and _is_outside(children[0]):
        first = children.pop(0)
        before.append(first if first.name else Node(text=" "))
        if first.text.strip(" "):
            children.insert(0, Node(text=first.text.lstrip(" ")))
    while children and _is_outside(children[-1], end=True):
        last = children.pop()
        after.insert(0, last if last.name else Node(text=" "))
        if last.text.strip(" "):
            children.append(Node(text=last.text.rstrip(" ")))
    yield from before
    if len(children) == 1 and node.name == "strong" and children[0].name == "em":
        yield replace(children[0], children=(replace(node, children=children[0].children),))
    elif children:
        yield replace(node, children=tuple(children))
    yield from after


def _one_spaced(text: str) -> str:
    """Return text with every run of space as one space; a no-break space stays."""
    return text if "  " not in text and text.isprintable() else _GAP.sub(" ", text)


def _is_outside(node: Node, *, end: bool = False) -> bool:
    """Say whether a node is a line break, or text with a space at that end."""
    return node.name == "br" or (not node.name and (node.text.endswith(" ") if end else node.text.startswith(" ")))


def joined(nodes: Iterable[Node]) -> list[Node]:
    """Return nodes of which neighbours of one kind are one: texts, and emphasis that was taken up again."""
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else Node(name="br")
        if not node.name and not last.name:
            found[-1] = Node(text=_one_spaced(last.text + node.text))
        elif node.name in ("strong", "em", "del") and node.name == last.name:
            found[-1] = replace(last, children=tuple(joined((*last.children, *node.children))))
        elif node.name or node.text:
            found.append(node)
    return found
