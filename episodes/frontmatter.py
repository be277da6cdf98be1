"""The text of an episode file: YAML front matter with line numbers, Markdown below. Meaning is given by `schema`."""

import json
import re
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from episodes.problems import Problem

LARGEST = 1_000_000
"""Bytes an episode file may have; more is not show notes."""

_READER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FENCE = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An episode file taken apart: `text[head_start:head_end]` is the YAML, `first_line` its line, `body` the notes."""

    path: str
    text: str
    head_start: int
    head_end: int
    first_line: int
    fields: MappingNode
    body: str
    body_line: int

    def line(self, node: Node) -> int:
        """Return the line of a node in the file, counted from 1."""
        return int(node.start_mark.line) + self.first_line


def parse(raw: bytes, path: str) -> Document | Problem:
    """Take an episode file apart; what makes that impossible comes back as one problem with its line."""
    if len(raw) > LARGEST:
        return Problem(path=path, message=f"has {len(raw):,} bytes; an episode file is text of at most {LARGEST:,}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Problem(path=path, line=line, message="is not UTF-8 text", hint="save it with the encoding UTF-8")
    fences = _fences(text)
    if fences is None:
        hint = "begin the file with a line '---', the fields, and another line '---'"
        return Problem(path=path, line=1, message="has no front matter", hint=hint)
    start, end, body_start = fences
    node = _compose(text[start:end], path, _READER)
    if isinstance(node, Problem):
        return node
    body = text[body_start:].lstrip("\r\n")
    body_line = text[: len(text) - len(body)].count("\n") + 1
    return Document(
        path=path, text=text, head_start=start, head_end=end, first_line=2, fields=node, body=body, body_line=body_line
    )


def _fences(text: str) -> tuple[int, int, int] | None:
    """Return where the YAML starts, where it ends, and where the body starts."""
    opening = _FENCE.match(text)
    if opening is None:
        return None
    start = opening.end() + 1
    closing = _FENCE.search(text, start)
    return (start, closing.start(), closing.end()) if closing else None


def _compose(source: str, path: str, loader: type) -> MappingNode | Problem:
    if source.count("[") + source.count("{") > 500 or any(line.count("- ") > 50 for line in source.splitlines()):
        return Problem(path=path, line=2, message="the front matter is nested too deeply")
    try:
        node = yaml.compose(source, Loader=loader)
    except yaml.reader.ReaderError as error:
        line = source[: error.position].count("\n") + 2
        return Problem(path=path, line=line, message=f"a character that no text may hold (U+{_code(error):04X})")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Problem(path=path, line=mark.line + 2 if mark else 2, message=_explain(error), hint=_hint(error))
    if node is None:
        return MappingNode("tag:yaml.org,2002:map", [], _mark(), _mark())
    if not isinstance(node, MappingNode):
        return Problem(path=path, line=2, message="the front matter is not a list of fields", hint="write 'title: …'")
    return node


def _mark() -> yaml.Mark:
    return yaml.Mark("", 0, 0, 0, None, 0)


def _code(error: yaml.reader.ReaderError) -> int:
    return ord(error.character) if isinstance(error.character, str) else int(error.character)


def _explain(error: yaml.MarkedYAMLError) -> str:
    return "the front matter is not valid YAML: " + " ".join(str(p) for p in (error.context, error.problem) if p)


def _hint(error: yaml.MarkedYAMLError) -> str:
    if "mapping values are not allowed" in str(error.problem):
        return "put a value that holds ': ' into double quotes"
    if "cannot start any token" in str(error.problem):
        return "indent with spaces, and put a value that begins with @, ` or % into double quotes"
    return "look for a missing quote or bracket just above"


def is_blank(node: Node) -> bool:
    """Say whether a field is there but empty: `summary:` or `summary: ~`."""
    return isinstance(node, ScalarNode) and node.style is None and node.value in ("", "~")


def write_scalar(value: str) -> str:
    """Write text as one line of YAML that reads back as the same text, quoted only where it must be.

    A text that plain YAML would take for a number, a truth value or a time is quoted too, for other readers' sake.
    """
    plain = bool(value) and value == value.strip() and "\n" not in value and value.isprintable()
    if plain:
        tag = yaml.resolver.Resolver().resolve(ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
        plain = tag == "tag:yaml.org,2002:str" and _reads_back(value)
    return value if plain else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")


def write_plain(value: str) -> str:
    """Write a number, a date or a fixed word as it is where YAML allows, quoted otherwise."""
    return value if value and "\n" not in value and _reads_back(value) else write_scalar(value)


def write_block(value: str, indent: str = "  ") -> str:
    """Write text of several lines as a literal block; one line stays a scalar."""
    if "\n" not in value or not all(line.isprintable() for line in value.split("\n")) or value != value.strip():
        return write_scalar(value)
    return "|-\n" + "\n".join(indent + line if line else "" for line in value.split("\n"))


def _reads_back(value: str) -> bool:
    for sample in (f"x: {value}\n", f"x: [{value}, a]\n"):
        try:
            node = yaml.compose(sample, Loader=yaml.BaseLoader)
        except yaml.YAMLError:
            return False
        if not isinstance(node, MappingNode) or len(node.value) != 1:
            return False
        found = node.value[0][1]
        if isinstance(found, SequenceNode):
            found = found.value[0] if len(found.value) == 2 else found
        if not isinstance(found, ScalarNode) or found.value != value:
            return False
    return True


def replace_field(document: Document, name: str, written: str | None) -> str:
    """Return the file's text with one field written anew (`None` removes it), every other byte kept.

    `name` may be dotted (`recording.place`). `written` is YAML for the value, on one line or as a block.
    Raises ValueError where the front matter is shaped so that this cannot be done safely.
    """
    head = document.text[document.head_start : document.head_end]
    # the pure Python reader's marks are exact to the character, libyaml's are not
    node = _compose(head, document.path, yaml.BaseLoader)
    assert isinstance(node, MappingNode)  # noqa: S101 - it was composed once already
    changed = _Splice(head).field(node, name.split("."), written)
    return document.text[: document.head_start] + changed + document.text[document.head_end :]


class _Splice:
    """One edit of YAML text by character offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def field(self, mapping: MappingNode, names: list[str], written: str | None) -> str:
        key, value = next(((k, v) for k, v in mapping.value if k.value == names[0]), (None, None))
        if key is None or value is None:
            return self._insert(mapping, names, written)
        if len(names) > 1 and isinstance(value, MappingNode) and value.value:
            return self.field(value, names[1:], written)
        if len(names) > 1:
            if not is_blank(value):
                raise ValueError(f"'{names[0]}' is not written as a group of fields; use 'folge edit'")
            written = None if written is None else f"\n  {names[1]}: {written}"
        if mapping.flow_style and written is not None and "\n" in written:
            raise ValueError("it is written in braces on one line; use 'folge edit'")
        if written is None:
            return self._remove(mapping, key, value)
        return self._replace(key, value, written)

    def _replace(self, key: Node, value: Node, written: str) -> str:
        start, end = value.start_mark.index, self._end(value)
        if start == end or self.text[start:end].isspace():
            start = end = self.text.index(":", key.end_mark.index) + 1
            written = written if written.startswith("\n") else f" {written}"
        elif "\n" in self.text[key.end_mark.index : start]:
            start = self.text.index(":", key.end_mark.index) + 1
            written = f" {written}"
        return self.text[:start] + self._lines(written) + self.text[end:]

    def _remove(self, mapping: MappingNode, key: Node, value: Node) -> str:
        if mapping.flow_style or len(mapping.value) == 1:
            raise ValueError("it is the only one of its group, or written in braces; use 'folge edit'")
        start = self.text.rfind("\n", 0, key.start_mark.index) + 1
        end = self.text.find("\n", max(self._end(value), key.end_mark.index))
        return self.text[:start] + self.text[end + 1 if end >= 0 else len(self.text) :]

    def _insert(self, mapping: MappingNode, names: list[str], written: str | None) -> str:
        if written is None:
            return self.text
        if mapping.flow_style:
            raise ValueError("it is written in braces on one line; use 'folge edit'")
        indent = " " * (mapping.value[0][0].start_mark.column if mapping.value else 0)
        lines = f"{indent}{names[0]}: {written}"
        if len(names) > 1:
            lines = f"{indent}{names[0]}:\n{indent}  {names[1]}: {written}"
        at = self._after(mapping)
        before = "" if at == 0 or self.text[at - 1] == "\n" else self.newline
        return self.text[:at] + before + self._lines(lines) + self.newline + self.text[at:]

    def _after(self, mapping: MappingNode) -> int:
        """Return the offset of the line after the last field, before comments that follow it."""
        if not mapping.value:
            return len(self.text)
        key, value = mapping.value[-1]
        end = self.text.find("\n", max(self._end(value), key.end_mark.index))
        return end + 1 if end >= 0 else len(self.text)

    def _end(self, node: Node) -> int:
        """Return the offset after a value's last character, without the blank lines and comments libyaml adds."""
        if isinstance(node, SequenceNode | MappingNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return max(self._end(last[1]), last[0].end_mark.index) if isinstance(last, tuple) else self._end(last)
        raw = self.text[node.start_mark.index : node.end_mark.index]
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            raw = raw.rstrip()
        return int(node.start_mark.index) + len(raw)

    def _lines(self, written: str) -> str:
        return written.replace("\n", self.newline)
