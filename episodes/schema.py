"""The meaning of front matter: fields to an Episode, every mistake to a problem with line and nearest valid value."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from episodes.frontmatter import Document, is_blank
from episodes.model import Appearance, Episode, Kind, Recording, Status, TranscriptFile
from episodes.problems import UNFIT, Problem, Severity, nearest, quoted, unfit
from episodes.slugs import is_slug, slugify
from episodes.timecode import parse_day, parse_moment

FIELDS = (
    "guid", "title", "number", "season", "kind", "status", "published", "summary", "audio", "appearances",
    "recording", "topics", "transcripts", "cover", "explicit",
)  # fmt: skip
"""The fields of an episode file, in the order `folge add` writes them."""

APPEARANCE_FIELDS = ("person", "name", "function", "organisation", "role", "group", "link", "picture")
RECORDING_FIELDS = ("on", "occasion", "place", "geo", "osm", "country", "remark")
TRANSCRIPT_FIELDS = ("path", "language")
TEXT_FIELDS = frozenset({"title", "summary", "topics", *APPEARANCE_FIELDS, "occasion", "place", "remark"})
"""Fields that hold free text, and are quoted where another YAML reader would see a number or a date."""

_NUMBERED = re.compile(r"^\d+-(?=.)")
_Word = TypeVar("_Word", bound=StrEnum)


def slug_of(file_name: str) -> str:
    """Return the slug an episode file's name gives: `001-schildkroeten.md` → `schildkroeten`."""
    return _NUMBERED.sub("", file_name.removesuffix(".md"))


def read_episode(document: Document, raw: bytes, zone: ZoneInfo | None) -> tuple[Episode | None, tuple[Problem, ...]]:
    """Give an episode file its meaning.

    Returns the episode, or None where a problem of severity error was found, and all problems.
    """
    fields = _Fields(document=document, mapping=document.fields, known=FIELDS)
    status = fields.word("status", Status, Status.READY)
    name = document.path.rsplit("/", 1)[-1]
    slug = slug_of(name)
    if not is_slug(slug):
        message = f"the file name {quoted(name)} cannot stand in an address"
        rename = f"rename it to {slugify(slug)}.md" if slugify(slug) else "use a-z, 0-9 and single hyphens"
        fields.problems.append(Problem(path=document.path, message=message, hint=rename))
    published = fields.moment("published", zone)
    if published is None and status is Status.READY and fields.sound("published"):
        fields.problem("published", "is missing", hint="write 'published: 2024-12-03 06:00', or 'status: draft'")
    episode = Episode(
        guid=fields.guid("guid"),
        slug=slug,
        title=fields.text("title", required=True, longest=255),
        audio=fields.path("audio", required=True),
        source_name=name,
        source_sha256=hashlib.sha256(raw).hexdigest(),
        kind=fields.word("kind", Kind, Kind.FULL),
        status=status,
        published=published,
        number=fields.count("number"),
        season=fields.count("season"),
        summary=fields.block("summary", largest=4000),
        notes=_notes(document, fields.problems),
        appearances=fields.appearances(),
        recording=fields.recording(),
        topics=fields.texts("topics"),
        transcripts=fields.transcripts(),
        cover=fields.path("cover"),
        explicit=fields.truth("explicit"),
    )
    fields.unknown()
    problems = tuple(sorted(fields.problems, key=lambda p: p.line))
    sound = not any(problem.severity is Severity.ERROR for problem in problems)
    return (episode if sound else None), problems


def _notes(document: Document, problems: list[Problem]) -> str:
    notes = re.sub("\r\n?", "\n", document.body).rstrip()
    if illegal := UNFIT.search(notes):
        line = document.body_line + notes[: illegal.start()].count("\n")
        problem = Problem(path=document.path, line=line, field="notes", message=unfit(illegal[0]), hint="delete it")
        problems.append(problem)
    return notes


@dataclass(kw_only=True)
class _Fields:
    """The fields of one mapping; what is wrong with them gathers in `problems`, which groups below share."""

    document: Document
    mapping: MappingNode
    known: tuple[str, ...]
    prefix: str = ""
    problems: list[Problem] = field(default_factory=list)
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
        for name, key in self._keys.items():
            if name not in self.known:
                self.problem(name, "is not a field", node=key, hint=nearest(name, self.known))

    def _scalar(self, name: str, kind: str = "text") -> str:
        node = self._nodes.get(name)
        if node is None or is_blank(node):
            return ""
        if not isinstance(node, ScalarNode):
            shape = "a list" if isinstance(node, SequenceNode) else "a group of fields"
            self.problem(name, f"is {shape} where {kind} is expected", node=node, hint=f"write '{name}: …' on one line")
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

    def _require(self, name: str, value: str, *, required: bool) -> None:
        if required and not value and self.sound(name):
            self.problem(name, "is missing", hint=f"write '{name}: …'")

    def guid(self, name: str) -> str:
        value = self.text(name)
        if not value:
            if self.sound(name):
                self.problem(name, "is missing", hint="an episode file is made by 'folge add', which mints the guid")
        elif re.search(r"\s", value) or len(value) > 255:
            self.problem(
                name, f"{quoted(value)} is not a guid", hint="restore the one this file had; a guid never changes"
            )
        return value

    def count(self, name: str) -> int | None:
        value = self._scalar(name, "a number")
        if not value:
            return None
        if not re.fullmatch(r"0*[1-9][0-9]{0,5}", value):
            self.problem(name, f"{quoted(value)} is not a number", hint=f"write {_whole(value)}")
            return None
        return int(value)

    def truth(self, name: str) -> bool:
        value = self._scalar(name, "true or false")
        words = {"": False, "true": True, "false": False, "yes": True, "no": False}
        if value.lower() not in words:
            self.problem(name, f"{quoted(value)} is neither true nor false", hint="write true or false")
        return words.get(value.lower(), False)

    def word(self, name: str, words: type[_Word], default: _Word) -> _Word:
        value = self._scalar(name, "one word")
        known = tuple(word.value for word in words)
        if value and value not in known:
            self.problem(name, f"{quoted(value)} is not a {name}", hint=nearest(value, known))
        return words(value) if value in known else default

    def moment(self, name: str, zone: ZoneInfo | None) -> datetime | None:
        value = self._scalar(name, "a date and time")
        try:
            return parse_moment(value, zone) if value else None
        except ValueError as error:
            self.problem(name, str(error))
            return None

    def day(self, name: str) -> date | None:
        value = self._scalar(name, "a date")
        try:
            return parse_day(value) if value else None
        except ValueError as error:
            self.problem(name, str(error))
            return None

    def texts(self, name: str) -> tuple[str, ...]:
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

    def _groups(self, name: str, known: tuple[str, ...], lone: str) -> "tuple[_Fields, ...]":
        """Return the groups in a list; a lone word in the list counts as a group of its field `lone`."""
        node = self._nodes.get(name)
        if node is None or is_blank(node):
            return ()
        if not isinstance(node, SequenceNode):
            self.problem(name, "is not a list", node=node, hint=f"begin each entry with '  - {lone}: …'")
            return ()
        groups = []
        for index, part in enumerate(node.value, start=1):
            if isinstance(part, ScalarNode):
                key = ScalarNode("tag:yaml.org,2002:str", lone, part.start_mark, part.start_mark)
                part = MappingNode(node.tag, [(key, part)], part.start_mark, part.end_mark)
            if isinstance(part, MappingNode):
                prefix = f"{self.prefix}{name}[{index}]."
                groups.append(
                    _Fields(document=self.document, mapping=part, known=known, prefix=prefix, problems=self.problems)
                )
            else:
                self.problem(name, "an entry is a list where fields are expected", node=part)
        for group in groups:
            group.unknown()
        return tuple(groups)

    def appearances(self) -> tuple[Appearance, ...]:
        return tuple(
            Appearance(
                name=group.text("name", required=True, longest=128),
                role=group.text("role").lower() or "guest",
                group=group.text("group").lower() or "cast",
                function=group.text("function", longest=255),
                organisation=group.text("organisation", longest=255),
                link=group.text("link"),
                picture=group.text("picture"),
                person=group.text("person"),
            )
            for group in self._groups("appearances", APPEARANCE_FIELDS, "name")
        )

    def transcripts(self) -> tuple[TranscriptFile, ...]:
        return tuple(
            TranscriptFile(path=group.path("path", required=True), language=group.text("language"))
            for group in self._groups("transcripts", TRANSCRIPT_FIELDS, "path")
        )

    def recording(self) -> Recording:
        node = self._nodes.get("recording")
        if node is None or is_blank(node):
            return Recording()
        if not isinstance(node, MappingNode):
            self.problem("recording", "is not a group of fields", node=node, hint="write '  occasion: …' below it")
            return Recording()
        group = _Fields(
            document=self.document, mapping=node, known=RECORDING_FIELDS, prefix="recording.", problems=self.problems
        )
        group.unknown()
        geo = group.text("geo")
        if geo and not _is_geo(geo):
            group.problem("geo", f"{quoted(geo)} is not a place on earth", hint="write geo:51.2562,7.1508")
        return Recording(
            on=group.day("on"),
            occasion=group.text("occasion", longest=255),
            place=group.text("place", longest=128),
            geo=geo,
            osm=group.text("osm"),
            country=group.text("country"),
            remark=group.block("remark"),
        )


def one_line(text: str) -> str:
    """Return text with every run of spaces, tabs and line breaks as one space; no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", text).strip()


def _whole(text: str) -> str:
    """Return the whole number nearest to what was written for one."""
    found = re.search(r"[0-9]+", text)
    number = int(found[0][:6]) if found else 0
    return f"'{number}'" if number else "a whole number from 1"


_GEO = re.compile(
    r"geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,-?\d+(?:\.\d+)?)?(?:;u=\d+(?:\.\d+)?)?", re.ASCII
)


def _is_geo(text: str) -> bool:
    match = _GEO.fullmatch(text)
    return match is not None and abs(float(match[1])) <= 90 and abs(float(match[2])) <= 180
