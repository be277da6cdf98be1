"""A TOML file as tables whose values know the line they stand on. The standard library's reader keeps none."""

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path

from yaml import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from episodes.fields import Fields, Notation, line_of
from episodes.problems import Problem, UserError

_LARGEST = 1_000_000
_TEXTS = re.compile(r'#[^\n]*|"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_NAME = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\w-]+)"""
_PATH = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_KEY = re.compile(rf"[ \t]*({_PATH})[ \t]*=")
_LINE = re.compile(rf"""([ \t]*{_PATH}[ \t]*=[ \t]*)("(?!"")(?:\\.|[^"\\\n])*"|'(?!'')[^'\n]*')""")
_HEADING = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_PATH})[ \t]*\]\]?[ \t]*(?:#[^\n]*)?(?:\n|$)")
_NOTATION = Notation(
    field='{} = "…"',
    entry='write [[{}]] on a line of its own, and {lone} = "…" below it',
    group='write [{}] on a line of its own, and {shown} = "…" below it',
)
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A TOML file that was read: `tables` as the standard library gives them, `lines` by dotted name.

    `sha256` is the hex digest of its bytes.
    """

    path: str
    tables: Mapping[str, object]
    lines: Mapping[str, int] = field(repr=False)
    sha256: str = ""

    @property
    def first_line(self) -> int:
        """The line a value without a line of its own is said to stand on."""
        return 0

    def line(self, node: Node) -> int:
        """Return the line of a node of `fields`, 0 where it has none."""
        return int(node.start_mark.line)

    def line_of(self, name: str) -> int:
        """Return the line of a dotted name, `show.title` or `funding[2].url`, or of what holds it; 0 where nothing."""
        return line_of(self.lines, name)

    def fields(self, name: str, known: tuple[str, ...], problems: list[Problem]) -> Fields:
        """Return a table as a group of fields (`name` empty: the file as a whole); what is no table is an empty one."""
        value: object = self.tables.get(name, {}) if name else self.tables
        node = self._node(value if isinstance(value, dict) else {}, name)
        prefix = f"{name}." if name else ""
        return Fields(
            document=self,
            mapping=node,  # type: ignore[arg-type]  # a mapping gives a MappingNode
            known=known,
            prefix=prefix,
            problems=problems,
            notation=_NOTATION,
        )

    def _node(self, value: object, name: str) -> Node:
        line = self.line_of(name)
        mark = Mark("", 0, line, 0, None, 0)
        if isinstance(value, dict):
            below = [(self._node_of_key(key, name), self._node(part, _join(name, key))) for key, part in value.items()]
            return MappingNode(f"{_TAG}map", below, mark, mark)
        if isinstance(value, list):
            parts = [self._node(part, f"{name}[{index}]") for index, part in enumerate(value, start=1)]
            return SequenceNode(f"{_TAG}seq", parts, mark, mark)
        kind = "str" if isinstance(value, str | date | datetime | time) else type(value).__name__
        return ScalarNode(f"{_TAG}{kind}", _text(value), mark, mark, style='"')

    def _node_of_key(self, key: str, name: str) -> ScalarNode:
        mark = Mark("", 0, self.line_of(_join(name, key)), 0, None, 0)
        return ScalarNode(f"{_TAG}str", key, mark, mark)


class NotTomlError(UserError):
    """A file that is no TOML, as a problem with its line."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(replace(problem, hint="")), hint=problem.hint)
        self.problem = problem


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file. Raises UserError where it cannot be read, NotTomlError where it is none."""
    raw = _read(path)
    return parse_toml(raw, path.name)


def parse_toml(raw: bytes, name: str) -> TomlFile:
    """Read the bytes of a TOML file called `name`. Raises NotTomlError."""
    text = _decode(raw, name)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotTomlError(_explain(name, str(error), text)) from error
    except (RecursionError, ValueError) as error:
        raise NotTomlError(Problem(path=name, message="holds a number or a list that is far too large")) from error
    lines: dict[str, int] = {}
    for dotted, number in _names(text):
        while dotted:
            lines.setdefault(dotted, number)
            dotted = dotted.rpartition(".")[0]
    return TomlFile(path=name, tables=tables, lines=lines, sha256=hashlib.sha256(raw).hexdigest())


def replace_text(path: Path, table: str, key: str, value: str) -> str:
    """Return a TOML file's text with one text of a table written anew, every other byte kept.

    Raises UserError where the file is none, or is shaped so that this cannot be done safely.
    """
    return replace_value(path.read_bytes(), path.name, table, key, value)


def replace_value(raw: bytes, label: str, table: str, key: str, value: str | bool) -> str:
    """Return the text of a TOML file called `label` with one value of a table written anew, as `replace_text` does."""
    file, text = parse_toml(raw, label), raw.decode()
    lines, written = text.split("\n"), json.dumps(value, ensure_ascii=False)
    name = f"{table}.{key}"
    if name in file.lines:
        at = file.lines[name] - 1
        match = _LINE.match(lines[at])
        lines[at] = f"{match[1]}{written}{lines[at][match.end() :]}" if match else lines[at]
    elif table in file.lines:
        at = file.lines[table] - 1
        lines[at] = f"{lines[at]}\n{key} = {written}" + ("\r" if lines[at].endswith("\r") else "")
    changed, values = "\n".join(lines), file.tables.get(table)
    wanted = {**file.tables, table: {**(values if isinstance(values, dict) else {}), key: value}}
    try:
        found: object = tomllib.loads(changed.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        found = None
    if found != wanted:
        hint = f"write {key} = {written} below [{table}] yourself"
        raise UserError(f"{label} is written in a way that cannot be changed piecemeal", hint=hint)
    return changed


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise UserError(f"{path} is larger than {_LARGEST:,} bytes", hint="it holds settings, nothing else")
        return raw
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        hint = "save it with the encoding UTF-8"
        raise NotTomlError(Problem(path=name, line=line, message="is not UTF-8 text", hint=hint)) from error


def _explain(name: str, message: str, text: str) -> Problem:
    match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(match[1] or text.rstrip("\n").count("\n") + 1) if match else 0
    said = message[: match.start()].lower() if match else message
    hint = "put texts into double quotes, one 'name = value' a line"
    return Problem(path=name, line=line, message=f"not valid TOML: {said}", hint=hint)


def _names(text: str) -> Iterator[tuple[str, int]]:
    """Yield every dotted name with its line; the second `[[funding]]`, or entry of a list, is `funding[2]`."""
    masked = _TEXTS.sub(_masked, text)
    above, counts = "", Counter[str]()
    at, line = 0, 1
    while at < len(text):
        end = masked.find("\n", at) + 1 or len(text)
        heading, key = _HEADING.match(text, at, end), _KEY.match(text, at, end)
        if heading:
            above = _heading(heading[2], counts, repeated=heading[1] == "[[")
            yield above, line
            yield re.sub(r"\[\d+\]$", "", above), line
        elif key:
            name = _join(above, ".".join(_parts(key[1])))
            yield name, line
            for offset, entry in _entries(masked, key.end()):
                end = offset
                if entry:
                    yield f"{name}[{entry}]", line + text.count("\n", at, offset)
        line += text.count("\n", at, end)
        at = end


def _heading(path: str, counts: Counter[str], *, repeated: bool) -> str:
    """Return the name below which a heading puts what follows: of `[[value]]` and `[[value.rate]]` the last of each."""
    *before, last = _parts(path)
    above = ""
    for part in before:
        above = _join(above, part)
        above = f"{above}[{counts[above]}]" if counts[above] else above
    name = _join(above, last)
    counts[name] += repeated
    return f"{name}[{counts[name]}]" if repeated else name


def _entries(masked: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield where the entries of a list begin, with their number from 1, and with 0 where the value's line ends."""
    depth, entry, listed, due = 0, 0, False, False
    for offset in range(at, len(masked)):
        found = masked[offset]
        if found in "]}":
            depth -= 1
        elif found == "," and depth == 1:
            due = listed
        elif found == "\n" and not depth:
            yield offset + 1, 0
            return
        elif not found.isspace():
            if due and depth == 1:
                entry, due = entry + 1, False
                yield offset, entry
            if found in "[{":
                listed, due = (True, True) if found == "[" and not depth else (listed, due)
                depth += 1
    yield len(masked), 0


def _masked(match: re.Match[str]) -> str:
    """Return what stands for a text or a comment: as long, without a bracket or the end of a line in it."""
    return (" " if match[0].startswith("#") else "_") * len(match[0])


def _parts(path: str) -> list[str]:
    """Return the parts of a dotted name without their quotes."""
    if not re.search("[\"']", path):
        return [part.strip() for part in path.split(".")]
    parts, table = [], tomllib.loads(f"{path} = {{}}")
    while table:
        ((part, table),) = table.items()
        parts.append(part)
    return parts


def _join(above: str, name: str) -> str:
    return f"{above}.{name}" if above else name


def _text(value: object) -> str:
    """Return a value as it is written: truth values as TOML has them, times in ISO 8601."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
