"""A TOML file as tables whose values know the line they stand on. The standard library's reader keeps none."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from yaml import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from episodes.fields import Fields
from episodes.problems import Problem, UserError

_LARGEST = 1_000_000
_TEXTS = re.compile(r'#[^\n]*|"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_HEADING = re.compile(r"\s*(\[+)([^=]*?)\]+\s*$")
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A TOML file that was read: `tables` as the standard library gives them, `lines` by dotted name."""

    path: str
    tables: Mapping[str, object]
    lines: Mapping[str, int] = field(repr=False)

    @property
    def first_line(self) -> int:
        """The line a value without a line of its own is said to stand on."""
        return 0

    def line(self, node: Node) -> int:
        """Return the line of a node of `fields`, 0 where it has none."""
        return int(node.start_mark.line)

    def line_of(self, name: str) -> int:
        """Return the line of a dotted name, `show.title` or `funding[2].url`, or of what holds it; 0 where nothing."""
        while name and name not in self.lines:
            name = name.rpartition(".")[0] if "." in name else name.partition("[")[0] if "[" in name else ""
        return self.lines.get(name, 0)

    def fields(self, name: str, known: tuple[str, ...], problems: list[Problem]) -> Fields:
        """Return a table as a group of fields (`name` empty: the file as a whole); what is no table is an empty one."""
        value: object = self.tables.get(name, {}) if name else self.tables
        node = self._node(value if isinstance(value, dict) else {}, name)
        prefix = f"{name}." if name else ""
        return Fields(document=self, mapping=node, known=known, prefix=prefix, problems=problems)  # type: ignore[arg-type]  # a mapping gives a MappingNode

    def _node(self, value: object, name: str) -> Node:
        line = self.line_of(name)
        mark = Mark("", 0, line, 0, None, 0)
        if isinstance(value, dict):
            below = [(self._node_of_key(key, name), self._node(part, _join(name, key))) for key, part in value.items()]
            return MappingNode(f"{_TAG}map", below, mark, mark)
        if isinstance(value, list):
            parts = [self._node(part, f"{name}[{index}]") for index, part in enumerate(value, start=1)]
            return SequenceNode(f"{_TAG}seq", parts, mark, mark)
        return ScalarNode(f"{_TAG}str", _text(value), mark, mark, style='"')

    def _node_of_key(self, key: str, name: str) -> ScalarNode:
        mark = Mark("", 0, self.line_of(_join(name, key)), 0, None, 0)
        return ScalarNode(f"{_TAG}str", key, mark, mark)


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file. Raises UserError, with the line, where it is none."""
    text = _read(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "put texts into double quotes, one 'name = value' a line"
        raise UserError(_explain(path.name, str(error), text), hint=hint) from error
    except (RecursionError, ValueError) as error:
        raise UserError(f"{path.name} holds a number or a list that is far too large") from error
    lines: dict[str, int] = {}
    for name, number in _names(text):
        lines.setdefault(name, number)
    return TomlFile(path=path.name, tables=tables, lines=lines)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise UserError(f"{path} is larger than {_LARGEST:,} bytes", hint="it holds settings, nothing else")
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path.name}:{line}: is not UTF-8 text", hint="save it with the encoding UTF-8") from error


def _explain(name: str, message: str, text: str) -> str:
    match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if match is None:
        return f"{name}: not valid TOML: {message}"
    line = match[1] or text.rstrip("\n").count("\n") + 1
    return f"{name}:{line}: not valid TOML: {message[: match.start()].lower()}"


def _names(text: str) -> Iterator[tuple[str, int]]:
    """Yield every dotted name with its line; the second `[[funding]]` is `funding[2]`."""
    above, counts = "", Counter[str]()
    for number, line in enumerate(_TEXTS.sub(_emptied, text).split("\n"), start=1):
        heading, key = _HEADING.match(line), _KEY.match(line)
        if key:
            yield _join(above, _bare(key[1])), number
        elif heading:
            above = _bare(heading[2])
            if heading[1] == "[[":
                counts[above] += 1
                yield above, number
                above = f"{above}[{counts[above]}]"
            yield above, number


def _emptied(match: re.Match[str]) -> str:
    """Return a comment or a text of several lines as empty lines: what stands in it is no setting."""
    many = match[0].startswith(('"""', "'''", "#"))
    return "\n" * match[0].count("\n") if many else match[0]


def _bare(path: str) -> str:
    """Return a dotted name without quotes and spaces."""
    return re.sub(r"""[\s"']""", "", path)


def _join(above: str, name: str) -> str:
    return f"{above}.{name}" if above else name


def _text(value: object) -> str:
    """Return a value as it is written: truth values as TOML has them, times in ISO 8601."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
