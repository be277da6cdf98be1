"""Show notes of other hands as Markdown that renders back to the same: what would not stays HTML, block by block."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from episodes.notes import plain_text, summarize, whole_html
from episodes.problems import UNFIT
from podcast.importing.markdown import write_blocks, write_raw
from podcast.importing.notetree import Node, TooDeepError, clean_tree, joined, read_clean, read_tree

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLOCK = re.compile("(</?(?:p|ul|ol|li|blockquote|h[1-6]|br)>)")
_LOST = re.compile(r"<(img|iframe|script|style|video|audio|embed|object|form|input|button|svg|canvas)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Notes as Markdown. `raw` counts the blocks that stay HTML, `lost` names elements no notes may hold, with counts.

    `changed` says that what is rendered differs all the same from what was written.
    """

    markdown: str = ""
    raw: int = 0
    lost: tuple[tuple[str, int], ...] = ()
    changed: bool = False


def is_html(text: str) -> bool:
    """Say whether a text has tags or entities of HTML."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def text_of(text: str) -> str:
    """Return what a reader sees of a text that may be HTML, on one line, for comparing."""
    if not is_html(text):
        return " ".join(text.split())
    spaced = re.sub(r"<(?=/?(?:p|br|li|div|h[1-6]|tr|td|ul|ol)\b)", " <", text, flags=re.IGNORECASE)
    return " ".join(html.unescape(re.sub(_TAG, "", spaced)).split())


def from_html(text: str, base: str = "") -> Notes:
    """Return HTML as Markdown; relative addresses in it are resolved against `base`."""
    text = UNFIT.sub("", text)
    lost = tuple(sorted(Counter(name.lower() for name in _LOST.findall(text)).items()))
    try:
        cleaned = clean_tree(text)
        markdown, raw, changed = _markdown(read_clean(cleaned, base), cleaned)
    except TooDeepError:
        return replace(from_text(text_of(text)), lost=lost, changed=True)
    return Notes(markdown=markdown, raw=raw, lost=lost, changed=changed)


def from_text(text: str) -> Notes:
    """Return plain text as Markdown that reads the same: no character of it is a mark, its lines stay lines."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", UNFIT.sub("", text).strip())
    return Notes(markdown=write_blocks([_paragraph(paragraph) for paragraph in paragraphs if paragraph]))


def summary_for(notes: str, described: str) -> str:
    """Return the summary an episode needs beside its notes for its description to say what it said.

    Empty where the notes say the same, as an app shows it: space is no matter, nor is what was cut off at the end.
    """
    said = text_of(described)
    derived = " ".join(summarize(notes).split())
    if not said or said == derived or derived.startswith(said.removesuffix("…").removesuffix("...").rstrip()):
        return ""
    return said if not is_html(described) else plain_text(from_html(described).markdown)


def _paragraph(text: str) -> Node:
    lines: list[Node] = []
    for line in text.split("\n"):
        if plain := " ".join(line.split(" ")).strip():
            lines += [Node(name="br"), Node(text=plain)] if lines else [Node(text=plain)]
    return Node(name="p", children=tuple(lines))


def _markdown(blocks: Sequence[Node], source: str) -> tuple[str, int, bool]:
    """Return Markdown of the blocks of `source`, how many of them had to stay HTML, and whether it renders otherwise
    all the same.
    """
    whole = write_blocks(blocks)
    rendered = whole_html(whole)
    if _spaceless(rendered) == _spaceless(source) or _alike(tuple(blocks), read_tree(rendered)):
        return whole, 0, False
    written = [text if _renders(text := write_blocks((block,)), (block,)) else "" for block in blocks]
    mixed = "\n\n".join(text or write_raw(block) for text, block in zip(written, blocks, strict=True))
    if _renders(mixed, blocks):
        return mixed, written.count(""), False
    raw = "\n\n".join(map(write_raw, blocks))
    return raw, len(blocks), not _renders(raw, blocks)


def _spaceless(cleaned: str) -> str:
    """Return clean HTML without the space nobody sees: of equal ones the trees are equal, and need not be read."""
    if "<pre>" in cleaned:
        return cleaned
    return _SPACE.sub(" ", "".join(part.strip(" \t\n\r\f") for part in _BLOCK.split(cleaned)))


def _renders(markdown: str, blocks: Sequence[Node]) -> bool:
    return _alike(tuple(blocks), read_tree(whole_html(markdown)))


def _alike(before: tuple[Node, ...], after: tuple[Node, ...]) -> bool:
    """Say whether two trees look the same; an address that is no link yet may become one, as apps make it."""
    if before == after:
        return True
    if Counter(_own_links(before)) - Counter(_own_links(after)):
        return False
    return _unlinked(before) == _unlinked(after)


def _names_itself(node: Node) -> bool:
    text = node.whole_text
    return node.name == "a" and node.href in (text, f"http://{text}", f"mailto:{text}", f"https://{text}")


def _own_links(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if _names_itself(node):
            yield node.href
        yield from _own_links(node.children)


def _unlinked(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return nodes with every link that shows its own address as text."""
    return tuple(
        joined(
            Node(text=node.whole_text) if _names_itself(node) else replace(node, children=_unlinked(node.children))
            for node in nodes
        )
    )
