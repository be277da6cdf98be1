"""A group of fields as a producer wrote it, in YAML or TOML: values by kind, every mistake a problem with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from episodes.addresses import is_address, is_geo, stays_elsewhere, web_hint
from episodes.frontmatter import is_blank, write_scalar
from episodes.problems import Problem, nearest, quoted, unfit
from episodes.timecode import parse_day, parse_moment, parse_position

_Word = TypeVar("_Word", bound=StrEnum)
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How a field, an entry of a list of groups and a group are written in a kind of file: for hints."""

    field: str = "'{}: …'"
    entry: str = "begin each entry with '  - {lone}: …'"
    group: str = "write '  {shown}: …' below it"


YAML = Notation()


class Lines(Protocol):
    """The file a group of fields stands in: its path for problems, and where its fields begin."""

    @property
    def path(self) -> str:
        """Return the name of the file, for problems."""
        ...

    @property
    def first_line(self) -> int:
        """Return the line its fields begin on."""
        ...

    def line(self, node: Node) -> int:
        """Return the line of a node in the file, counted from 1."""
        ...


@dataclass(kw_only=True)
class Fields:
    """The fields of one mapping; what is wrong with them gathers in `problems`, which groups below share."""

    document: Lines
    mapping: MappingNode
    known: tuple[str, ...]
    prefix: str = ""
    problems: list[Problem] = field(default_factory=list)
    notation: Notation = YAML
    _bad: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._keys: dict[str, Node] = {}
        for key, value in self.mapping.value:
            if not isinstance(key, ScalarNode):
                self.problem("", "a field needs a name", node=key)
            elif key.value in self._keys:
                first = self.document.line(self._keys[key.value])
                self.problem(
                    key.value, f"stands here twice, first on line {first}", node=key, hint="keep one of the two"
                )
            else:
                self._keys[key.value] = key
                self._nodes[key.value] = value

    def problem(self, name: str, message: str, *, node: Node | None = None, hint: str = "") -> None:
        """Note a problem with a field, at the line of `node`, of the field, or of the group."""
        self._bad.add(name)
        place = node or self._nodes.get(name) or self.mapping
        line = self.document.line(place) if self.mapping.value or self.prefix else self.document.first_line - 1
        label = f"{self.prefix}{name if len(name) < 40 else name[:40] + '…'}"
        self.problems.append(Problem(path=self.document.path, line=line, field=label, message=message, hint=hint))

    def sound(self, name: str) -> bool:
        """Say whether no problem was noted for a field so far."""
        return name not in self._bad

    def unknown(self) -> None:
        """Note a problem with every field that is not known."""
        for name, key in self._keys.items():
            if name not in self.known:
                self.problem(name, "is not a field", node=key, hint=nearest(name, self.known))

    def _scalar(self, name: str, kind: str = "text") -> str:
        node = self._nodes.get(name)
        if node is None or is_blank(node):
            return ""
        if not isinstance(node, ScalarNode):
            shape = "a list" if isinstance(node, SequenceNode) else "a group of fields"
            hint = f"write {self.notation.field.format(name)} on one line"
            self.problem(name, f"is {shape} where {kind} is expected", node=node, hint=hint)
            return ""
        if kind == "text" and node.tag != _TEXT:
            hint = f'write {name} = "{node.value}"'
            self.problem(name, f"{quoted(node.value)} is not text in quotes", node=node, hint=hint)
            return ""
        return self._fit(name, node)

    def _fit(self, name: str, node: ScalarNode) -> str:
        """Return the text of a value; one that no text may be is a problem, and empty."""
        if sentence := unfit(node.value):
            self.problem(name, f"{quoted(node.value)} {sentence}", node=node, hint="delete it")
            return ""
        return str(node.value)

    def text(self, name: str, *, required: bool = False, longest: int = 0) -> str:
        """Return a text of one line; line breaks and runs of spaces in it count as one space."""
        value = one_line(self._scalar(name))
        self._require(name, value, required=required)
        if longest and len(value) > longest:
            self.problem(name, f"has {len(value):,} characters; podcast apps take at most {longest}", hint="shorten it")
        return value

    def plain(self, name: str) -> str:
        """Return a value of one line as text, a number or a truth value included."""
        return one_line(self._scalar(name, "one value"))

    def block(self, name: str, *, largest: int = 0) -> str:
        """Return a text of any number of lines."""
        value = self._scalar(name).strip()
        size = len(value.encode())
        if largest and size > largest:
            self.problem(name, f"has {size:,} bytes; podcast apps take at most {largest:,}", hint="shorten it")
        return value

    def path(self, name: str, *, required: bool = False) -> str:
        """Return the name of a file exactly as written: it may begin or end with a space."""
        value = self._scalar(name)
        if "\n" in value:
            self.problem(name, f"{quoted(value)} has several lines where a file is expected", hint="rename the file")
        self._require(name, value.strip(), required=required)
        return value

    def file_or_address(self, name: str, *, required: bool = False) -> str:
        """Return the name of a file exactly as written, or a web address; what is neither is a problem."""
        value = self.path(name, required=required)
        if stays_elsewhere(value) and not is_address(value):
            hint = web_hint(value) if value.lower().startswith("http") else "write https://…, or the name of a file"
            self.problem(name, f"{quoted(value)} is not a web address", hint=hint)
        return value

    def _require(self, name: str, value: str, *, required: bool) -> None:
        if required and not value and self.sound(name):
            self.problem(name, "is missing", hint=f"write {self.notation.field.format(name)}")

    def guid(self, name: str) -> str:
        """Return an episode's guid, any text without space around it: a show brings along what it had elsewhere."""
        value = self._scalar(name).strip(" \t\n")
        if not value:
            if self.sound(name):
                self.problem(name, "is missing", hint="put back the one it had; a new file is made by 'folge add'")
        elif len(value) > 255:
            message = f"has {len(value):,} characters; at most 255 are read"
            self.problem(name, message, hint="restore the one this file had; a guid never changes")
        return value

    def count(self, name: str, hint: str = "") -> int | None:
        """Return a whole number from 1; `hint` says what else may be written."""
        value = self._scalar(name, "a number")
        if not value:
            return None
        if not re.fullmatch(r"0*[1-9][0-9]{0,5}", value):
            what = "a number from 1 to 999999" if re.fullmatch(r"[-+]?[0-9.]+", value) else "a number"
            self.problem(name, f"{quoted(value)} is not {what}", hint=hint or f"write {_whole(value)}")
            return None
        return int(value)

    def size(self, name: str) -> int | None:
        """Return a whole number from 0, of any size a file has."""
        value = self._scalar(name, "a number")
        if value and not re.fullmatch(r"\d{1,15}", value, re.ASCII):
            self.problem(name, f"{quoted(value)} is not a whole number", hint="write digits only")
            return None
        return int(value) if value else None

    def truth(self, name: str, *, default: bool = False) -> bool:
        """Return true or false; `default` where nothing is written."""
        value = self._scalar(name, "true or false")
        words = {"": default, "true": True, "false": False, "yes": True, "no": False}
        if value.lower() not in words:
            self.problem(name, f"{quoted(value)} is neither true nor false", hint="write true or false")
        return words.get(value.lower(), False)

    def word(self, name: str, words: type[_Word], default: _Word) -> _Word:
        """Return one of the words of an enum."""
        value = self._scalar(name, "one word")
        known = tuple(word.value for word in words)
        if value and value not in known:
            self.problem(name, f"{quoted(value)} is not a {name}", hint=nearest(value, known))
        return words(value) if value in known else default

    def moment(self, name: str, zone: ZoneInfo | None) -> datetime | None:
        """Return an aware time; a naive one means `zone`."""
        value = self._scalar(name, "a date and time")
        try:
            return parse_moment(value, zone) if value else None
        except ValueError as error:
            self.problem(name, str(error))
            return None

    def day(self, name: str) -> date | None:
        """Return a date."""
        value = self._scalar(name, "a date")
        try:
            return parse_day(value) if value else None
        except ValueError as error:
            self.problem(name, str(error))
            return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts of one line; a lone text is a list of one."""
        node = self._nodes.get(name)
        if node is None or is_blank(node):
            return ()
        if isinstance(node, ScalarNode):
            word = one_line(self._fit(name, node))
            return (word,) if word else ()
        values: list[str] = []
        for part in node.value if isinstance(node, SequenceNode) else [node]:
            if isinstance(part, ScalarNode) and part.value.strip():
                values.append(one_line(self._fit(name, part)))
            else:
                self.problem(name, "a list of words is expected here", node=part if isinstance(part, Node) else node)
        return tuple(dict.fromkeys(filter(None, values)))

    def free_groups(self, name: str) -> "tuple[Fields, ...]":
        """Return the groups in a list, whatever fields they have."""
        return self.groups(name, (), "")

    def groups(self, name: str, known: tuple[str, ...], lone: str) -> "tuple[Fields, ...]":
        """Return the groups in a list; a lone word in the list counts as a group of its field `lone`."""
        node = self._nodes.get(name)
        if node is None or is_blank(node):
            return ()
        if not isinstance(node, SequenceNode):
            self.problem(name, "is not a list", node=node, hint=self.notation.entry.format(name, lone=lone or "type"))
            return ()
        groups = []
        for index, part in enumerate(node.value, start=1):
            if lone and self.notation is YAML and (line := _unquoted(part, known)):
                message = "the line holds a colon and must stand in quotes"
                self.problem(f"{name}[{index}]", message, node=part, hint=f"write - {write_scalar(line)}")
                part = ScalarNode(_TEXT, line, part.start_mark, part.end_mark)
            if isinstance(part, ScalarNode) and lone:
                key = ScalarNode(_TEXT, lone, part.start_mark, part.start_mark)
                part = MappingNode(node.tag, [(key, part)], part.start_mark, part.end_mark)
            if isinstance(part, MappingNode):
                groups.append(self._below(f"{name}[{index}]", part, known))
            else:
                shape = quoted(part.value) if isinstance(part, ScalarNode) else "a list"
                self.problem(name, f"an entry is {shape} where fields are expected", node=part)
        for group in groups if known else ():
            group.unknown()
        return tuple(groups)

    def group(self, name: str, known: tuple[str, ...], shown: str = "") -> "Fields | None":
        """Return a group of fields, or nothing where none is written; `shown` is the field a hint shows."""
        node = self._nodes.get(name)
        if node is None or is_blank(node):
            return None
        if not isinstance(node, MappingNode):
            hint = self.notation.group.format(name, shown=shown or known[0])
            self.problem(name, "is not a group of fields", node=node, hint=hint)
            return None
        group = self._below(name, node, known)
        group.unknown()
        return group

    def _below(self, name: str, node: MappingNode, known: tuple[str, ...]) -> "Fields":
        return Fields(
            document=self.document,
            mapping=node,
            known=known,
            prefix=f"{self.prefix}{name}.",
            problems=self.problems,
            notation=self.notation,
        )

    def entries(self) -> tuple[tuple[str, Node], ...]:
        """Return names and values as they are written."""
        return tuple(self._nodes.items())

    def address(self, name: str, *, required: bool = False) -> str:
        """Return a web address."""
        value = self.text(name, required=required)
        if value and not is_address(value):
            self.problem(name, f"{quoted(value)} is not a web address", hint=web_hint(value))
            return ""
        return value

    def choice(self, name: str, words: tuple[str, ...], *, required: bool = False) -> str:
        """Return one of `words`, whatever the letter case it is written in; empty where nothing is."""
        value = self.text(name, required=required)
        found = next((word for word in words if word.lower() == value.lower()), "")
        if value and not found:
            self.problem(name, f"{quoted(value)} is not known here", hint=nearest(value, words))
        return found

    def position(self, name: str, value: str = "", *, required: bool = False) -> timedelta | None:
        """Return a point in the audio or a length, such as `12:30`; `value` where it was read already."""
        value = value or self.text(name, required=required)
        try:
            return parse_position(value) if value else None
        except ValueError as error:
            self.problem(name, str(error))
            return None

    def geo(self, name: str) -> str:
        """Return an RFC 5870 address of a place on earth."""
        value = self.text(name)
        if value and not is_geo(value):
            self.problem(name, f"{quoted(value)} is not a place on earth", hint="write geo:51.2562,7.1508")
        return value


def lines_of(document: Lines, mapping: MappingNode, prefix: str = "") -> dict[str, int]:
    """Return the line of every field, by its name in problems: `chat.server`, `funding[2].url`."""
    lines: dict[str, int] = {}
    for key, value in mapping.value:
        name = f"{prefix}{key.value}"
        lines[name] = document.line(key)
        if isinstance(value, MappingNode):
            lines |= lines_of(document, value, f"{name}.")
        for index, part in enumerate(value.value if isinstance(value, SequenceNode) else (), start=1):
            lines[f"{name}[{index}]"] = document.line(part)
            if isinstance(part, MappingNode):
                lines |= lines_of(document, part, f"{name}[{index}].")
    return lines


def line_of(lines: Mapping[str, int], name: str) -> int:
    """Return the line of a field, or of what holds it; 0 where nothing of it is written."""
    while name and name not in lines:
        name = name.rpartition(".")[0] if "." in name else name.partition("[")[0] if "[" in name else ""
    return lines.get(name, 0)


def one_line(text: str) -> str:
    """Return text with every run of spaces, tabs and line breaks as one space; no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", text).strip()


def _unquoted(node: Node, known: tuple[str, ...]) -> str:
    """Return the line a colon made a field of, such as `0:00 Teil 1: Mut`; empty where there is none."""
    if not isinstance(node, MappingNode) or len(node.value) != 1:
        return ""
    key, value = node.value[0]
    words = isinstance(key, ScalarNode) and isinstance(value, ScalarNode) and " " in key.value
    return one_line(f"{key.value}: {value.value}") if words and key.value not in known else ""


def _whole(text: str) -> str:
    """Return the whole number nearest to what was written for one."""
    found = re.search(r"[0-9]+", text)
    number = int(found[0][:6]) if found else 0
    return f"'{number}'" if number else "a whole number from 1"
