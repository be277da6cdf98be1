"""`podcast.toml`: the show, its people and its store, read with defaults, environment and line numbers."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from episodes.model import Appearance
from episodes.problems import Problem, Severity, UserError, nearest
from feed.categories import CATEGORIES
from feed.show import Category, ShowKind

FILE = "podcast.toml"
PREVIEW_URL = "http://127.0.0.1:8000/"
"""The public address of a show that has none yet: where `folge serve` shows it."""

_TABLES: Mapping[str, Mapping[str, type]] = {
    "show": {
        "title": str, "description": str, "language": str, "author": str, "email": str, "category": list,
        "link": str, "cover": str, "explicit": bool, "type": str, "copyright": str, "locked": bool, "guid": str,
        "timezone": str, "hosts": list,
    },
    "store": {
        "url": str, "public_url": str, "endpoint_url": str, "region": str, "profile": str, "path_style": bool,
        "directory_index": bool,
    },
}  # fmt: skip
_PERSON = {"name": str, "function": str, "organisation": str, "role": str, "group": str, "link": str, "picture": str}
_KINDS = {str: "text in quotes", bool: "true or false", list: 'a list such as ["a", "b"]', dict: "a table"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where published objects live and under which address the public finds them (`public_url` ends with `/`).

    `directory_index` says whether `…/slug/` answers with `…/slug/index.html` there; plain S3 does not.
    """

    url: str = "public"
    public_url: str = PREVIEW_URL
    endpoint_url: str = ""
    region: str = ""
    profile: str = ""
    path_style: bool | None = None
    directory_index: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `podcast.toml` says. `zone` is what a naive time in an episode file means, None where none is set.

    `people` maps a handle to the person as they are now; an episode keeps its own copy.
    """

    folder: Path
    title: str
    description: str
    language: str
    guid: str
    author: str = ""
    email: str = ""
    link: str = ""
    cover: str = ""
    copyright: str = ""
    categories: tuple[Category, ...] = ()
    explicit: bool = False
    kind: ShowKind = ShowKind.EPISODIC
    locked: bool = True
    zone: ZoneInfo | None = None
    hosts: tuple[Appearance, ...] = ()
    people: Mapping[str, Appearance] = field(default_factory=dict)
    store: StoreSettings = field(default_factory=StoreSettings)


def find_folder(start: Path) -> Path:
    """Return the show folder: `start` or the nearest folder above it that holds `podcast.toml`."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    hint = "go into a show folder, say it with --folder DIR, or make one with 'folge init DIR'"
    raise UserError(f"there is no {FILE} in {start} or above", hint=hint)


def load_settings(folder: Path, environment: Mapping[str, str] = os.environ) -> tuple[Settings, tuple[Problem, ...]]:
    """Read `podcast.toml`.

    `FOLGE_STORE` and `FOLGE_PUBLIC_URL` in the environment win over `[store]`. Raises UserError where the
    file cannot be read at all; every other mistake is a problem with its line, and the value its default.
    """
    path = folder / FILE
    try:
        text = path.read_bytes().decode()
        tables = tomllib.loads(text)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{FILE} is not UTF-8 text", hint="save it with the encoding UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(_explain(str(error)), hint="put texts into double quotes, one 'name = value' a line") from error
    reader = _Reader(text, tables)
    return reader.settings(folder, environment), tuple(reader.problems)


def _explain(message: str) -> str:
    match = re.search(r" \(at line (\d+), column \d+\)$", message)
    if match is None:
        return f"{FILE}: not valid TOML: {message}"
    return f"{FILE}:{match[1]}: not valid TOML: {message[: match.start()].lower()}"


class _Reader:
    """Checks the tables of one file; mistakes gather in `problems`."""

    def __init__(self, text: str, tables: Mapping[str, object]) -> None:
        self.lines = text.splitlines()
        self.tables = tables
        self.problems: list[Problem] = []

    def problem(self, table: str, name: str, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        label = f"{table}.{name}" if name else table
        line = self.line(table, name)
        problem = Problem(path=FILE, line=line, field=label, message=message, hint=hint, severity=severity)
        self.problems.append(problem)

    def line(self, table: str, name: str) -> int:
        """Return the line of a name in a table, of the table, or 0. The standard library's reader keeps none."""
        inside, heading = False, 0
        for number, line in enumerate(self.lines, start=1):
            match = re.match(r"\s*\[+\s*([^\]]*?)\s*\]", line)
            if match:
                inside = match[1].replace('"', "") == table
                heading = number if inside else heading
            elif (inside or not table) and name and re.match(rf'\s*"?{re.escape(name)}"?\s*[=.]', line):
                return number
        return heading

    def table(self, name: str, known: Mapping[str, type], values: object) -> dict[str, object]:
        """Return the values of a table that have the right type; unknown names and wrong types become problems."""
        if not isinstance(values, dict):
            self.problem(name, "", "is not a table", hint=f"write [{name}] on a line of its own")
            return {}
        sound: dict[str, object] = {}
        for key, value in values.items():
            if key not in known:
                self.problem(name, key, "is not a setting", hint=nearest(key, tuple(known)))
            elif not isinstance(value, known[key]) or (known[key] is not bool and isinstance(value, bool)):
                self.problem(name, key, f"'{value}' is not {_KINDS[known[key]]}")
            elif isinstance(value, list) and not all(isinstance(part, str) for part in value):
                self.problem(name, key, f"'{value}' is not {_KINDS[list]}")
            else:
                sound[key] = value.strip() if isinstance(value, str) else value
        return sound

    def settings(self, folder: Path, environment: Mapping[str, str]) -> Settings:
        for name in self.tables:
            if name not in (*_TABLES, "people"):
                self.problem(name, "", "is not a table of this file", hint=nearest(name, (*_TABLES, "people")))
        show = self.table("show", _TABLES["show"], self.tables.get("show", {}))
        people = self.people()
        words = {name: str(show.get(name, "")) for name in _TABLES["show"]}
        for name in ("title", "description", "language", "guid"):
            if not words[name] and not any(p.field == f"show.{name}" for p in self.problems):
                self.problem("show", name, "is missing", hint=f'write {name} = "…" below [show]')
        return Settings(
            folder=folder,
            title=words["title"],
            description=words["description"],
            language=self.language(words["language"]),
            guid=self.guid(words["guid"]),
            author=words["author"],
            email=self.email(words["email"]),
            link=self.address("show", "link", words["link"]),
            cover=words["cover"],
            copyright=words["copyright"],
            categories=self.categories(show.get("category", [])),
            explicit=bool(show.get("explicit", False)),
            kind=self.kind(words["type"]),
            locked=bool(show.get("locked", True)),
            zone=self.zone(words["timezone"]),
            hosts=self.hosts(show.get("hosts", []), people),
            people=people,
            store=self.store(environment),
        )

    def store(self, environment: Mapping[str, str]) -> StoreSettings:
        values = self.table("store", _TABLES["store"], self.tables.get("store", {}))
        url = environment.get("FOLGE_STORE") or str(values.get("url", "")) or StoreSettings().url
        public = environment.get("FOLGE_PUBLIC_URL") or str(values.get("public_url", ""))
        if not public and url.startswith("s3://"):
            hint = 'write public_url = "https://…/", the address under which the bucket is read'
            self.problem("store", "public_url", "is missing", hint=hint)
        public = self.address("store", "public_url", public) or PREVIEW_URL
        if urlsplit(public).query or urlsplit(public).fragment:
            self.problem("store", "public_url", f"'{public}' has a query or a fragment", hint="keep what is before it")
        style = values.get("path_style")
        index = values.get("directory_index", not url.startswith("s3://"))
        return StoreSettings(
            url=url,
            public_url=public if public.endswith("/") else f"{public}/",
            endpoint_url=self.address("store", "endpoint_url", str(values.get("endpoint_url", ""))),
            region=str(values.get("region", "")),
            profile=str(values.get("profile", "")),
            path_style=style if isinstance(style, bool) else None,
            directory_index=bool(index),
        )

    def people(self) -> dict[str, Appearance]:
        tables = self.tables.get("people", {})
        if not isinstance(tables, dict):
            self.problem("people", "", "is not a table", hint="write [people.handle] on a line of its own")
            return {}
        found: dict[str, Appearance] = {}
        for handle, values in tables.items():
            words = self.table(f"people.{handle}", _PERSON, values)
            if not words.get("name"):
                self.problem(f"people.{handle}", "name", "is missing", hint='write name = "…"')
                continue
            texts = {name: str(value) for name, value in words.items()}
            found[handle] = Appearance(person=handle, **texts)
        return found

    def hosts(self, handles: object, people: Mapping[str, Appearance]) -> tuple[Appearance, ...]:
        found = []
        for handle in handles if isinstance(handles, list) else []:
            person = people.get(handle)
            if person is None:
                hint = nearest(handle, tuple(people)) if people else f"add [people.{handle}] with name = …"
                self.problem("show", "hosts", f"'{handle}' is not among [people]", hint=hint)
            else:
                found.append(_as_host(person))
        return tuple(found)

    def language(self, text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
            self.problem("show", "language", f"'{text}' is not a language code", hint='write "de", "de-at" or "en"')
        return text.lower()

    def guid(self, text: str) -> str:
        if text and not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
            hint = "restore the one 'folge init' stored; it never changes"
            self.problem("show", "guid", f"'{text}' is not a podcast guid", hint=hint)
        return text

    def email(self, text: str) -> str:
        if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
            self.problem("show", "email", f"'{text}' is not an e-mail address")
        return text

    def address(self, table: str, name: str, text: str) -> str:
        parts = urlsplit(text) if text else None
        if parts and (parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", text)):
            self.problem(table, name, f"'{text}' is not a web address", hint="write https://…")
            return ""
        return text

    def kind(self, text: str) -> ShowKind:
        known = tuple(kind.value for kind in ShowKind)
        if text and text not in known:
            self.problem("show", "type", f"'{text}' is not a type of show", hint=nearest(text, known))
        return ShowKind(text) if text in known else ShowKind.EPISODIC

    def zone(self, name: str) -> ZoneInfo | None:
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problem("show", "timezone", f"'{name}' is not a time zone", hint='write "Europe/Berlin"')
            return None

    def categories(self, values: object) -> tuple[Category, ...]:
        found = []
        for text in values if isinstance(values, list) else []:
            name, _, sub = (part.strip() for part in text.partition(">"))
            if name not in CATEGORIES:
                hint = nearest(name, tuple(CATEGORIES))
                self.problem("show", "category", f"'{name}' is not an Apple category", hint=hint)
            elif sub and sub not in CATEGORIES[name]:
                hint = nearest(sub, CATEGORIES[name]) if CATEGORIES[name] else "it has none"
                self.problem("show", "category", f"'{sub}' is not a subcategory of {name}", hint=hint)
            else:
                found.append(Category(name=name, subcategory=sub))
        return tuple(found)


def _as_host(person: Appearance) -> Appearance:
    from dataclasses import replace

    return replace(person, role="host" if person.role == "guest" else person.role)
