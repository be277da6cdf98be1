"""The text of an episode file: YAML front matter with line numbers, Markdown below. Meaning is given by `schema`."""

import re
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from episodes.problems import Problem, quoted

LARGEST = 1_000_000
"""Bytes an episode file may have; more is not show notes."""

_LARGEST_HEAD = 100_000
_DEEPEST = 20
_READER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_OPENING = re.compile(r"\ufeff?---[ \t]*\r?\n")
_FENCE = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)
# what YAML forbids, and what it takes for the end of a line where no editor does: values and line numbers would shift
_ODD = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)")
_MARKED = re.compile(r"(?:^|[\s\[{,])[&!]")
# blocks begin in one of the columns before this, at most two in each: with so few brackets less than _DEEPEST
_INDENTED = re.compile(r"^[-?: \t]{7}", re.MULTILINE)
_BLOCK_COMMENT = re.compile(r"[|>][-+0-9]*([ \t]+#[^\r\n]*)")


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
        return Problem(path=path, message=f"is larger than {LARGEST:,} bytes", hint="an episode file is text and small")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"is not UTF-8 text: byte 0x{raw[error.start]:02X}"
        return Problem(path=path, line=line, message=message, hint="save it with the encoding UTF-8")
    fences = _fences(text)
    if isinstance(fences, str):
        hint = "begin the file with a line '---', the fields, and another line '---'"
        return Problem(path=path, line=1, message=fences, hint=hint)
    start, end, body_start = fences
    node = _compose(text[start:end], path, _READER)
    if isinstance(node, Problem):
        return node
    body = text[body_start:].lstrip("\r\n")
    body_line = text[: len(text) - len(body)].count("\n") + 1
    return Document(
        path=path, text=text, head_start=start, head_end=end, first_line=2, fields=node, body=body, body_line=body_line
    )


def _fences(text: str) -> tuple[int, int, int] | str:
    """Return where the YAML starts, where it ends, and where the body starts; or what is wrong with the fences."""
    opening = _OPENING.match(text)
    if opening is None:
        return "has no front matter" if text.strip("\ufeff \t\r\n") else "is empty"
    closing = _FENCE.search(text, opening.end())
    return (opening.end(), closing.start(), closing.end()) if closing else "has front matter that does not end"


def _compose(source: str, path: str, loader: type) -> MappingNode | Problem:
    if len(source) > _LARGEST_HEAD:
        message = f"the front matter has {len(source):,} characters; at most {_LARGEST_HEAD:,} are read"
        return Problem(path=path, line=2, message=message, hint="write notes below the second '---'")
    if odd := _ODD.search(source):
        line = source[: odd.start()].count("\n") + 2
        message = f"a character that no front matter may hold (U+{ord(odd[0]):04X})"
        return Problem(path=path, line=line, message=message, hint="delete it")
    try:
        if refused := _refused(source, path):
            return refused
        node = yaml.compose(source, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.context_mark and _began_earlier(error) else error.problem_mark
        return Problem(path=path, line=mark.line + 2 if mark else 2, message=_explain(error), hint=_hint(error))
    if node is None:
        return MappingNode("tag:yaml.org,2002:map", [], _mark(), _mark())
    if not isinstance(node, MappingNode):
        return Problem(path=path, line=2, message="the front matter is not a list of fields", hint="write 'title: …'")
    return node


def _refused(source: str, path: str) -> Problem | None:
    """Find what must not be composed: nesting that overflows libyaml's stack, and words YAML would swallow."""
    if not _MARKED.search(source) and not _INDENTED.search(source) and source.count("[") + source.count("{") < 6:
        return None
    depth = 0
    for event in yaml.parse(source, Loader=_READER):
        line = event.start_mark.line + 2 if event.start_mark else 2
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        word = f"&{anchor}" if anchor else tag
        if word and word != "tag:yaml.org,2002:str" and not isinstance(event, yaml.AliasEvent):
            message = f"{quoted(word)} is a mark of YAML that is not read here"
            return Problem(path=path, line=line, message=message, hint="put a value that begins with & or ! in quotes")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return Problem(path=path, line=line, message="the front matter is nested too deeply", hint=_hint(None))
    return None


def _mark() -> yaml.Mark:
    return yaml.Mark("", 0, 0, 0, None, 0)


def _began_earlier(error: yaml.MarkedYAMLError) -> bool:
    """Say whether the mistake is where something was opened, not where its end was missed."""
    return any(word in str(error.context) for word in ("quoted scalar", "flow", "simple key"))


def _explain(error: yaml.MarkedYAMLError) -> str:
    return "the front matter is not valid YAML: " + " ".join(str(p) for p in (error.context, error.problem) if p)


def _hint(error: yaml.MarkedYAMLError | None) -> str:
    problem = str(error.problem) if error else ""
    if "mapping values are not allowed" in problem:
        return "put a value that holds ': ' into double quotes"
    if "cannot start any token" in problem:
        return "indent with spaces, and put a value that begins with @, ` or % into double quotes"
    if "alias" in problem:
        return "put a value that begins with * into double quotes"
    if "escape" in problem:
        return "write \\\\ for a backslash, or use single quotes"
    return "look for a missing quote, bracket or colon here or just above"


def is_blank(node: Node) -> bool:
    """Say whether a field is there but empty: `summary:` or `summary: ~`."""
    # libyaml gives a plain scalar the style "", the pure Python reader None
    return isinstance(node, ScalarNode) and not node.style and node.value in ("", "~")


_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_NUMBER = re.compile(r"[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|0[oOxXbB][0-9a-fA-F_]+")
# what plain YAML certainly reads back, and what it certainly does not: only the rest has to be tried, which takes long
_PLAIN = re.compile(
    r"""(?:(?:\d{1,3}:)?\d\d:\d\d(?:\.\d{1,3})?[ ])?(?:[^\W\d_]|<[A-Za-z])"""
    r"""(?:[\w .()/'’“”„…"=<>;+%@~&!·–-]|:(?=[\w/])|(?<!\s)#)*"""
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_RESERVED = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})
_NEVER_PLAIN = re.compile(r"[,\[\]{}?]|:[ \t]|:$|[ \t]#")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def write_scalar(value: str) -> str:
    """Write text as one line of YAML that reads back as the same text, quoted only where it must be.

    A text that plain YAML would take for a number, a truth value or a time is quoted too, for other readers' sake.
    """
    if value and value == value.strip() and not _HIDDEN.search(value) and not _NUMBER.fullmatch(value):
        if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
            return value
        if not _NEVER_PLAIN.search(value) and _is_text(value) and _reads_back(value):
            return value
    body = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_HIDDEN.sub(_escaped, body)}"'


def _is_text(value: str) -> bool:
    """Say whether plain YAML takes a value for text, and not for a number, a truth value or a time."""
    tag = yaml.resolver.Resolver().resolve(ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return bool(tag == "tag:yaml.org,2002:str")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SHORT.get(match[0]) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def write_plain(value: str) -> str:
    """Write a number, a date or a fixed word as it is where YAML allows, quoted otherwise."""
    return value if value and not _HIDDEN.search(value) and _reads_back(value) else write_scalar(value)


def write_block(value: str, indent: str = "  ") -> str:
    """Write text of several lines as a literal block; one line stays a scalar."""
    if "\n" not in value or _HIDDEN.search(value.replace("\n", "")) or value != value.strip():
        return write_scalar(value)
    return "|-\n" + "\n".join(indent + line if line else "" for line in value.split("\n"))


def _reads_back(value: str) -> bool:
    """Say whether plain text reads back, alone and in a list. Most that is written is decided without a reader."""
    if _PLAIN.fullmatch(value) and value == value.strip():
        return True
    if _NEVER_PLAIN.search(value):
        return False
    for sample in (f"x: {value}\n", f"x: [{value}, a]\n"):
        try:
            if _refused(sample, ""):
                return False
            node = yaml.compose(sample, Loader=yaml.BaseLoader)
        except yaml.YAMLError:
            return False
        if not isinstance(node, MappingNode) or len(node.value) != 1:
            return False
        found = node.value[0][1]
        if isinstance(found, SequenceNode):
            found = found.value[0] if len(found.value) == 2 else found
        if not isinstance(found, ScalarNode) or found.value != value or is_blank(found):
            return False
    return True


def replace_field(document: Document, name: str, written: str | None) -> str:
    """Return the file's text with one field written anew (`None` removes it), every other byte kept.

    `name` may be dotted (`recording.place`). `written` is YAML for the value, on one line or as a block; one that
    begins with `- ` is a list, an entry on each line that begins so, and stands on lines of its own below the name.
    Raises ValueError where the front matter is shaped so that this cannot be done safely.
    """
    head = document.text[document.head_start : document.head_end]
    # the pure Python reader's marks are exact to the character, libyaml's are not
    node = _compose(head, document.path, yaml.BaseLoader)
    if isinstance(node, Problem):
        raise ValueError(_EDIT)
    names = name.split(".")
    newline = "\r\n" if "\r\n" in document.text else "\n"
    changed = _Splice(head, newline).field(node, names, written)
    after = _compose(changed, document.path, _READER)
    if isinstance(after, Problem) or _others(after, names) != _others(document.fields, names):
        raise ValueError(_EDIT)
    return document.text[: document.head_start] + changed + document.text[document.head_end :]


_EDIT = "its front matter is written in a way that cannot be changed piecemeal; use 'folge edit'"


def _others(node: Node, names: list[str]) -> object:
    """Return every value but the named one, as nested tuples in their order; a group left empty counts as absent."""
    if isinstance(node, SequenceNode):
        return ("list", *(_others(part, []) for part in node.value))
    if not isinstance(node, MappingNode):
        return node.value
    pairs = []
    for key, value in node.value:
        name = _others(key, [])
        inside = names[1:] if names and name == names[0] else None
        rest = () if inside == [] else _others(value, inside or [])
        if inside is None or rest not in ((), "", "~"):
            pairs.append((name, rest))
    return tuple(pairs)


def _is_list(written: str) -> bool:
    """Say whether a value is a list of one entry to a line."""
    return written.startswith("- ")


class _Splice:
    """One edit of YAML text by character offsets."""

    def __init__(self, text: str, newline: str) -> None:
        self.text = text
        self.newline = newline

    def field(self, mapping: MappingNode, names: list[str], written: str | None) -> str:
        key, value = next(((k, v) for k, v in mapping.value if k.value == names[0]), (None, None))
        if mapping.flow_style and (key is None or written is None or "\n" in written or _is_list(written)):
            raise ValueError("it is written in braces; use 'folge edit'")
        if key is None or value is None:
            return self._insert(mapping, names, written)
        if len(names) > 1:
            return self._inside(mapping, key, value, names[1:], written)
        return self._remove(mapping, key, value) if written is None else self._replace(key, value, written)

    def _inside(self, mapping: MappingNode, key: Node, value: Node, names: list[str], written: str | None) -> str:
        if isinstance(value, MappingNode) and value.value:
            alone = len(value.value) == 1 and value.value[0][0].value == names[0]
            gone = written is None and alone and not value.flow_style
            return self._remove(mapping, key, value) if gone else self.field(value, names, written)
        if not is_blank(value) and not isinstance(value, MappingNode):
            raise ValueError(f"'{key.value}' is not written as a group of fields; use 'folge edit'")
        if mapping.flow_style:
            raise ValueError("it is written in braces; use 'folge edit'")
        if written is None:
            return self.text
        start, end = value.start_mark.index, value.end_mark.index
        before = self.text[:start] if start == end else self.text[:start].rstrip(" ")
        eol = self._line_end(end)
        lines = self._lines(names, written, key.start_mark.column + 2)
        return before + self.text[end:eol] + self.newline + lines + self.text[eol:]

    def _replace(self, key: Node, value: Node, written: str) -> str:
        start, end = value.start_mark.index, self._end(value)
        column = key.start_mark.column
        if _is_list(written):
            return self._replace_by_list(key, value, written)
        header, *rest = self._indented(written, column)
        if value.start_mark.line > key.end_mark.line:
            header = " " * (column + 2 - value.start_mark.column) + header
        elif self.text[start - 1] == ":":
            header = f" {header}"
        header += self._header_comment(value)
        eol = self._line_end(end) if rest else end
        return self.newline.join([self.text[:start] + header + self.text[end:eol], *rest]) + self.text[eol:]

    def _replace_by_list(self, key: Node, value: Node, written: str) -> str:
        """Write a list below the name; what was said in a comment behind the old value stays there."""
        start, end = value.start_mark.index, self._end(value)
        below = value.start_mark.line > key.end_mark.line
        old = isinstance(value, SequenceNode) and not value.flow_style and below
        column = value.start_mark.column if old else key.start_mark.column + 2
        lines = self.newline.join(" " * column + line if line else "" for line in written.split("\n"))
        eol = self._line_end(end)
        if below:
            start = self.text.rfind("\n", 0, start) + 1
            return self.text[:start] + lines + self.text[end:]
        comment = self._header_comment(value) or self.text[end:eol].rstrip(" ")
        return self.text[:start].rstrip(" ") + comment + self.newline + lines + self.text[eol:]

    def _header_comment(self, value: Node) -> str:
        """Return the comment behind the mark of a block of text."""
        block = isinstance(value, ScalarNode) and value.style in ("|", ">")
        comment = _BLOCK_COMMENT.match(self.text, value.start_mark.index, self._end(value)) if block else None
        return comment[1] if comment else ""

    def _remove(self, mapping: MappingNode, key: Node, value: Node) -> str:
        start = self.text.rfind("\n", 0, key.start_mark.index) + 1
        if len(mapping.value) == 1 or self.text[start : key.start_mark.index].strip(" "):
            raise ValueError("it is the only one of its group, or shares its line; use 'folge edit'")
        return self.text[:start] + self.text[self._next_line(key, value) :]

    def _insert(self, mapping: MappingNode, names: list[str], written: str | None) -> str:
        if written is None:
            return self.text
        column = mapping.value[0][0].start_mark.column if mapping.value else 0
        at = self._next_line(*mapping.value[-1]) if mapping.value else len(self.text)
        return self.text[:at] + self._lines(names, written, column) + self.newline + self.text[at:]

    def _next_line(self, key: Node, value: Node) -> int:
        """Return the offset of the line after a field, before comments that follow it."""
        end = self.text.find("\n", max(self._end(value), key.end_mark.index))
        return end + 1 if end >= 0 else len(self.text)

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return end - (self.text[end - 1] == "\r") if end >= 0 else len(self.text)

    def _end(self, node: Node) -> int:
        """Return the offset after a value's last character, without the blank lines and comments YAML adds."""
        if isinstance(node, SequenceNode | MappingNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return max(self._end(last[1]), last[0].end_mark.index) if isinstance(last, tuple) else self._end(last)
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            raw = self.text[start:end]
            keeps = "+" in raw.partition("\n")[0].partition("#")[0]
            raw = raw.removesuffix("\n").removesuffix("\r") if keeps else raw.rstrip("\r\n")
            return int(start) + len(raw)
        return int(end)

    def _lines(self, names: list[str], written: str, column: int) -> str:
        """Return the lines of a field, each name but the last a group around the next."""
        groups = [f"{' ' * (column + 2 * depth)}{name}:" for depth, name in enumerate(names)]
        if _is_list(written):
            entries = self._indented(f"\n{written}", column + 2 * len(names))
            return self.newline.join([*groups, *entries[1:]])
        header, *rest = self._indented(written, column + 2 * len(names) - 2)
        return self.newline.join([*groups[:-1], f"{groups[-1]} {header}", *rest])

    def _indented(self, written: str, column: int) -> list[str]:
        first, *rest = written.split("\n")
        return [first, *(" " * column + line if line else "" for line in rest)]
