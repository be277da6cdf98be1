"""Markdown of a tree of notes. Not every tree has one: who needs to know renders it and compares."""

import html
import re
from collections.abc import Sequence

from podcast.importing.notetree import Node

_ESCAPED = re.compile(r"[\\`*\[\]<>~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
_MARKS_OF_LINES = frozenset("\\`*[]<>~_&")
_URL = re.compile(r"https?://[^\s<>*\[\]`]+")
_START = re.compile(r"(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|[=-]+\s*$|>|\d{1,9}[.)](?=\s|$)|\|)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_MARKS = {"strong": "**", "em": "*", "del": "~~"}
_BARE = ("hr", "br")


def write_blocks(blocks: Sequence[Node]) -> str:
    """Return blocks as Markdown, a blank line between them."""
    written = []
    other = False
    for index, block in enumerate(blocks):
        other = not other and index > 0 and blocks[index - 1].name == block.name and block.name in ("ul", "ol")
        written.append(_block(block, other=other))
    return "\n\n".join(written)


def write_raw(node: Node) -> str:
    """Return a block as HTML, which Markdown lets through, without a blank line."""
    return re.sub(r"\n\s*\n", "\n", _html(node)) if node.name != "pre" else _html(node)


def _html(node: Node) -> str:
    if not node.name:
        return html.escape(node.text, quote=False)
    if node.name in _BARE:
        return f"<{node.name}>"
    given = "".join(
        f' {name}="{html.escape(value)}"' for name, value in (("href", node.href), ("title", node.title)) if value
    )
    inside = html.escape(node.text, quote=False) + "".join(map(_html, node.children))
    return f"<{node.name}{given}>{inside}</{node.name}>"


def _block(node: Node, *, other: bool) -> str:
    """Return a block; `other` asks for the other mark of a list, which parts it from the one before."""
    if node.name == "p":
        return _starts_escaped(_line(node.children))
    if re.fullmatch("h[1-6]", node.name) and not any(child.name == "br" for child in node.children):
        title = re.sub(r"(#+)$", r"\\\1", _line(node.children))
        return f"{'#' * int(node.name[1])} {title}"
    if node.name in ("ul", "ol"):
        return _list(node, other=other)
    if node.name == "blockquote":
        return _indented(write_blocks(node.children), "> ", "> ").replace("> \n", ">\n")
    if node.name == "hr":
        return "***"
    if node.name == "pre":
        fence = _longer(node.text, 3)
        return f"{fence}\n{node.text}\n{fence}"
    return write_raw(node)


def _list(node: Node, *, other: bool) -> str:
    simple = all(len(entry.children) < 2 or entry.children[1].name in ("ul", "ol") for entry in node.children)
    entries = []
    for number, entry in enumerate(node.children, start=1):
        mark = f"{number}{')' if other else '.'} " if node.name == "ol" else "* " if other else "- "
        text = write_blocks(entry.children)
        if simple:
            text = text.replace("\n\n", "\n")
        entries.append(_indented(text, mark, " " * len(mark)) if text else mark.rstrip())
    return ("\n" if simple else "\n\n").join(entries)


def _indented(text: str, first: str, rest: str) -> str:
    return "\n".join(
        (rest if index else first) + line if line else rest.rstrip() for index, line in enumerate(text.split("\n"))
    )


def _line(nodes: Sequence[Node]) -> str:
    """Return what stands in one block."""
    written = []
    for index, node in enumerate(nodes):
        before = nodes[index - 1].whole_text[-1:] if index else ""
        after = nodes[index + 1].whole_text[:1] if index + 1 < len(nodes) else ""
        written.append(_inline(node, before, after))
    return "".join(written)


def _inline(node: Node, before: str, after: str) -> str:
    if not node.name:
        return _escape(node.text)
    if node.name == "br":
        return "\\\n"
    if node.name == "code":
        fence = _longer(node.text, 1)
        gap = " " if node.text[0] in "` " or node.text[-1] in "` " else ""
        return f"{fence}{gap}{node.text}{gap}{fence}"
    if node.name == "a":
        return _link(node)
    inside = _line(node.children)
    mark = _MARKS.get(node.name, "")
    if not mark or _sticks(before, node.whole_text[:1]) or _sticks(after, node.whole_text[-1:]):
        return f"<{node.name}>{inside}</{node.name}>"
    return f"{mark}{inside}{mark}"


def _sticks(outside: str, inside: str) -> bool:
    """Say whether a mark between two characters would not be read as one: a word outside, no word inside."""
    return outside.isalnum() and not inside.isalnum()


def _link(node: Node) -> str:
    text = node.whole_text
    bare = all(not child.name for child in node.children) and not node.title
    if bare and text == node.href and re.fullmatch(r"https?://[^\s<>]+", text):
        return f"<{text}>"
    if bare and node.href == f"mailto:{text}" and _EMAIL.fullmatch(text):
        return f"<{text}>"
    href = f"<{node.href}>" if re.search(r"[()\\]|^$", node.href) else node.href
    title = f' "{_quoted(node.title)}"' if node.title else ""
    return f"[{_line(node.children)}]({href}{title})"


def _quoted(text: str) -> str:
    return re.sub(r'[\\"&]', r"\\\g<0>", text).replace("\n", " ")


def _escape(text: str) -> str:
    """Return text so that nothing in it is read as a mark; addresses stay as they are."""
    if _MARKS_OF_LINES.isdisjoint(text):  # as most text is
        return text
    parts, at = [], 0
    for url in _URL.finditer(text):
        parts += [_ESCAPED.sub(r"\\\g<0>", text[at : url.start()]), url[0]]
        at = url.end()
    return "".join((*parts, _ESCAPED.sub(r"\\\g<0>", text[at:])))


def _starts_escaped(text: str) -> str:
    """Return a paragraph no line of which begins like another block."""
    lines = []
    for line in text.split("\n"):
        if start := _START.match(line):
            at = len(start[0]) - 1 if start[0][0].isdigit() else 0
            line = f"{line[:at]}\\{line[at:]}"
        lines.append(line)
    return "\n".join(lines)


def _longer(text: str, least: int) -> str:
    """Return more backticks than stand next to each other anywhere in a text."""
    runs = [len(run) for run in re.findall("`+", text)]
    return "`" * max(least, max(runs, default=0) + 1)
