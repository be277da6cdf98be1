"""Issues of the newsletter: files in `issues/`, each with the episodes it teases, every mistake with its line."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from episodes.fields import Fields
from episodes.problems import Problem, UserError, nearest, quoted
from podcast.layout import ISSUES
from podcast.newsletter.teaser import OWN_WORDS, Wording
from podcast.tables import TomlFile, parse_toml

FIELDS = ("title", "date", "url", "episodes")
MENTION_FIELDS = ("episode", "headline", "text")

_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_LONGEST_NAME = 80

LARGEST = 256_000
"""Bytes of the file of an issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An episode in an issue: `named` as it is written, `guid` once it is known which one that is, else empty.

    `line` is where it stands; `remark` the comment behind its name.
    """

    named: str
    wording: Wording = OWN_WORDS
    line: int = 0
    remark: str = ""
    guid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue of the newsletter, its episodes in the order readers meet them. `name` is that of its file.

    `sha256` is the hex sha256 of the file, empty where it was not read.
    """

    name: str
    title: str = ""
    on: date | None = None
    url: str = ""
    mentions: tuple[Mention, ...] = ()
    sha256: str = ""

    @property
    def path(self) -> str:
        """The file of the issue, as a producer knows it."""
        return issue_path(self.name)

    @property
    def label(self) -> str:
        """What people call the issue: its title, else its name."""
        return self.title or self.name

    def mention(self, guid: str) -> Mention | None:
        """Return what the issue says of an episode, None where it does not tease it."""
        return next((mention for mention in self.mentions if mention.guid == guid), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issues:
    """All issues of a show, the oldest first, and what is wrong with their files."""

    issues: tuple[Issue, ...] = ()
    problems: tuple[Problem, ...] = ()

    def called(self, name: str) -> Issue:
        """Return the issue of a name or of a file. Raises UserError, with the nearest, where there is none."""
        wanted = Path(name).name.removesuffix(".toml")
        for issue in self.issues:
            if issue.name == wanted:
                return issue
        known = tuple(issue.name for issue in self.issues)
        hint = nearest(wanted, known) if known else f"make it with 'folge issue new {wanted}'"
        raise UserError(f"there is no issue {quoted(name)}", hint=hint)

    def teasing(self, guid: str) -> tuple[Issue, ...]:
        """Return the issues that tease an episode."""
        return tuple(issue for issue in self.issues if issue.mention(guid))


Find = Callable[[str], str]
"""Gives the guid of the episode a name means; raises UserError where there is none or there are several."""


def issue_path(name: str) -> str:
    """Return the file of an issue, relative to the show folder."""
    return f"{ISSUES}/{name}.toml"


def is_name(name: str) -> bool:
    """Say whether a text can be the name of an issue: it stands in an address and names a file."""
    return bool(_NAME.fullmatch(name)) and len(name) <= _LONGEST_NAME


def check_name(name: str) -> str:
    """Return the name of a new issue. Raises UserError for one that cannot stand in an address and a file name."""
    if not is_name(name):
        hint = "write small letters, digits and hyphens, such as 2024-12"
        raise UserError(f"{quoted(name)} cannot be the name of an issue", hint=hint)
    return name


def read_issues(folder: Path, find: Find) -> Issues:
    """Read the issues of a show folder. Mistakes are problems; an issue with one has what could be read of it."""
    issues: list[Issue] = []
    problems: list[Problem] = []
    for path in sorted((folder / ISSUES).glob("*.toml")):
        name = path.name.removesuffix(".toml")
        if not is_name(name):
            hint = "rename it with small letters, digits and hyphens, such as 2024-12.toml"
            problems.append(Problem(path=f"{ISSUES}/{path.name}", message="cannot be the name of an issue", hint=hint))
            continue
        try:
            raw = path.read_bytes()
        except OSError as error:
            problems.append(Problem(path=issue_path(name), message=f"cannot be read: {error.strerror}"))
            continue
        if len(raw) > LARGEST:
            message = f"has {len(raw):,} bytes; an issue has at most {LARGEST:,}"
            problems.append(Problem(path=issue_path(name), message=message, hint="shorten its texts"))
            continue
        issue, found = parse_issue(raw, name, find)
        issues.append(issue)
        problems.extend(found)
    issues.sort(key=lambda issue: (issue.on or date.max, issue.name))
    return Issues(issues=tuple(issues), problems=tuple(problems))


def parse_issue(raw: bytes, name: str, find: Find) -> tuple[Issue, tuple[Problem, ...]]:
    """Read the bytes of an issue's file: the issue and what is wrong with it."""
    problems: list[Problem] = []
    try:
        file = parse_toml(raw, issue_path(name))
    except UserError as error:
        return Issue(name=name), (_unreadable(error, name),)
    fields = file.fields("", FIELDS, problems)
    fields.unknown()
    remarks = _remarks(raw)
    mentions = [
        _mention(group, file, index, remarks)
        for index, group in enumerate(fields.groups("episodes", MENTION_FIELDS, "episode"), start=1)
    ]
    issue = Issue(
        name=name,
        title=fields.text("title"),
        on=fields.day("date"),
        url=fields.address("url"),
        mentions=tuple(mention for mention in mentions if mention.named),
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    settled, unknown = _settled(issue, find)
    return settled, (*problems, *unknown)


def _mention(group: Fields, file: TomlFile, index: int, remarks: Sequence[str]) -> Mention:
    line = file.line_of(f"episodes[{index}].episode")
    named = group.plain("episode")
    if not named and group.sound("episode"):
        group.problem("episode", "is missing", hint="write its number, its slug or its guid")
    return Mention(
        named=named,
        wording=Wording(headline=group.text("headline"), text=group.block("text")),
        line=line,
        remark=remarks[line - 1] if 0 < line <= len(remarks) else "",
    )


def _settled(issue: Issue, find: Find) -> tuple[Issue, tuple[Problem, ...]]:
    """Return an issue that knows which episodes it means, and a problem for each unknown and for each that is twice."""
    problems: list[Problem] = []
    mentions: list[Mention] = []
    seen: dict[str, Mention] = {}
    for index, mention in enumerate(issue.mentions, start=1):
        place = {"path": issue.path, "line": mention.line, "field": f"episodes[{index}].episode"}
        try:
            guid = find(mention.named)
        except UserError as error:
            hint = f"the comment there says: {mention.remark}" if mention.remark else error.hint
            problems.append(Problem(message=error.message.split("\n")[0], hint=hint, **place))  # type: ignore[arg-type]  # texts and a number
            mentions.append(mention)
            continue
        if guid in seen:
            message = f"{quoted(mention.named)} stands here twice, first on line {seen[guid].line}"
            problems.append(Problem(message=message, hint="keep one of the two", **place))  # type: ignore[arg-type]  # texts and a number
            continue
        seen[guid] = replace(mention, guid=guid)
        mentions.append(seen[guid])
    return replace(issue, mentions=tuple(mentions)), tuple(problems)


def _unreadable(error: UserError, name: str) -> Problem:
    """Return what is wrong with a file that is no TOML, as a problem of its line."""
    found = re.match(rf"{re.escape(issue_path(name))}:(?:(\d+):)? ", error.message)
    if found is None:
        return Problem(path=issue_path(name), message=error.message, hint=error.hint)
    return Problem(
        path=issue_path(name), line=int(found[1] or 0), message=error.message[found.end() :], hint=error.hint
    )


def _remarks(raw: bytes) -> list[str]:
    """Return the comment at the end of every line that has one behind a value on it."""
    lines = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").split("\n")
    found = (re.search(r'["\d]\s*#\s*([^"#]*)$', line) for line in lines)
    return [match[1].strip() if match else "" for match in found]


def untold(guids: Iterable[str], issues: Issues) -> tuple[str, ...]:
    """Return those episodes that no issue teases, in their order."""
    told = {mention.guid for issue in issues.issues for mention in issue.mentions}
    return tuple(guid for guid in guids if guid not in told)
