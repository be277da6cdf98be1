"""`podcast.toml`: the show, its people and its store, read with defaults, environment and line numbers."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from episodes.addresses import is_address, stays_elsewhere, web_hint
from episodes.model import Appearance
from episodes.namespace import ImageFile, ShowTags
from episodes.namespace_schema import SHOW_GROUPS, SHOW_LISTS, SHOW_TABLES, SHOW_WORDS, read_images, read_show_tags
from episodes.problems import Problem, Severity, UserError, nearest, quoted, unfit
from feed.categories import CATEGORIES
from feed.show import Category, ShowKind
from podcast.audio_settings import AudioSettings, read_audio_settings
from podcast.demands import wanted_transcripts
from podcast.feed_settings import GUID, FeedSettings, read_feed_settings, read_inherited
from podcast.site_settings import SiteSettings, read_site_settings
from podcast.tables import TomlFile, read_toml

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
        "directory_index": bool, "single_producer": bool,
    },
}  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PERSON = {"name": str, "function": str, "organisation": str, "role": str, "group": str, "link": str, "picture": str}
_OUTSIDE = {name: f"[{name}]" for name in ("audio", "feed", "site", *SHOW_GROUPS)} | {
    name: f"[[{name}]]" for name in ("feeds", "images", *SHOW_LISTS)
}
_KINDS = {str: "text in quotes", bool: "true or false", list: 'a list such as ["a", "b"]', dict: "a table"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where published objects live and under which address the public finds them (`public_url` ends with `/`).

    `directory_index` says whether `…/slug/` answers with `…/slug/index.html` there; plain S3 does not.
    `single_producer` promises that nobody else publishes, to a store that does not keep conditions.
    """

    url: str = "public"
    public_url: str = PREVIEW_URL
    endpoint_url: str = ""
    region: str = ""
    profile: str = ""
    path_style: bool | None = None
    directory_index: bool = True
    single_producer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `podcast.toml` says. `zone` is what a naive time in an episode file means, None where none is set.

    `people` maps a handle to the person as they are now; an episode keeps its own copy. `source_sha256` is the hash of
    the file; `inherited` are ids of rules that stop no publish, because the feed broke them before it came here.
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
    images: tuple[ImageFile, ...] = ()
    tags: ShowTags = ShowTags()
    feed: FeedSettings = FeedSettings()
    wanted_transcripts: Severity | None = None
    audio: AudioSettings = AudioSettings()
    site: SiteSettings = SiteSettings()
    inherited: tuple[str, ...] = ()
    source_sha256: str = ""


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
    reader = _Reader(read_toml(folder / FILE))
    return reader.settings(folder, environment), tuple(reader.problems)


class _Reader:
    """Checks the tables of one file; mistakes gather in `problems`."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.tables = file.tables
        self.problems: list[Problem] = []

    def problem(self, table: str, name: str, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        label = f"{table}.{name}" if name else table
        line = self.file.line_of(label)
        problem = Problem(path=FILE, line=line, field=label, message=message, hint=hint, severity=severity)
        self.problems.append(problem)

    def table(self, name: str, known: Mapping[str, type], values: object) -> dict[str, object]:
        """Return the values of a table that have the right type; unknown names and wrong types become problems."""
        if not isinstance(values, dict):
            self.problem(name, "", "is not a table", hint=f"write [{name}] on a line of its own")
            return {}
        sound: dict[str, object] = {}
        for key, value in values.items():
            if name == "show" and key in SHOW_WORDS:
                continue
            if key not in known:
                beside = SHOW_WORDS if name == "show" else ()
                hint = f"write {_OUTSIDE[key]} on a line of its own" if name == "show" and key in _OUTSIDE else ""
                self.problem(name, key, "is not a setting", hint=hint or nearest(key, (*known, *beside)))
                continue
            parts = value if isinstance(value, list) else [value]
            if not isinstance(value, known[key]) or (known[key] is not bool and isinstance(value, bool)):
                self.problem(name, key, f"{_shown(value)} is not {_KINDS[known[key]]}", _hint(key, value, known[key]))
            elif isinstance(value, list) and not all(isinstance(part, str) for part in value):
                self.problem(name, key, f"{_shown(value)} is not {_KINDS[list]}")
            elif bad := next((part for part in parts if isinstance(part, str) and unfit(part)), ""):
                self.problem(name, key, f"{quoted(bad)} {unfit(bad)}", "delete it")
            else:
                sound[key] = _tidy(key, value) if isinstance(value, str) else value
        return sound

    def settings(self, folder: Path, environment: Mapping[str, str]) -> Settings:
        known = (*_TABLES, "people", "feed", "feeds", "images", "transcripts", "audio", "site", *SHOW_TABLES)
        for name in self.tables:
            if name not in known:
                below = next(
                    (table for table in _TABLES if name in _TABLES[table]), "show" if name in SHOW_WORDS else ""
                )
                hint = f"write it below a line [{below}]" if below else nearest(name, known)
                self.problem(name, "", "is not a table of this file", hint=hint)
        show = self.table("show", _TABLES["show"], self.tables.get("show", {}))
        people = self.people()
        words = {name: str(show.get(name, "")) for name in _TABLES["show"]}
        for name in ("title", "description", "language", "guid"):
            if not words[name] and not any(p.field in ("show", f"show.{name}") for p in self.problems):
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
            cover=self.cover(words["cover"]),
            copyright=words["copyright"],
            categories=self.categories(show.get("category", [])),
            explicit=bool(show.get("explicit", False)),
            kind=self.kind(words["type"]),
            locked=bool(show.get("locked", True)),
            zone=self.zone(words["timezone"]),
            hosts=self.hosts(show.get("hosts", []), people),
            people=people,
            store=self.store(environment),
            images=read_images(self.file.fields("", known, self.problems)),
            tags=read_show_tags(self.file.fields("show", (), self.problems), self.file.fields("", (), self.problems)),
            feed=read_feed_settings(self.file, words["guid"], self.problems),
            wanted_transcripts=wanted_transcripts(self.file, self.problems),
            audio=read_audio_settings(self.file, self.problems),
            site=read_site_settings(self.file, folder, self.problems),
            inherited=read_inherited(self.file, self.problems),
            source_sha256=self.file.sha256,
        )

    def store(self, environment: Mapping[str, str]) -> StoreSettings:
        values = self.table("store", _TABLES["store"], self.tables.get("store", {}))
        url = environment.get("FOLGE_STORE") or str(values.get("url", "")) or StoreSettings().url
        override = environment.get("FOLGE_PUBLIC_URL", "").strip()
        if override and not is_address(override):
            message = f"{quoted(override)} is not a web address"
            self.problems.append(Problem(field="FOLGE_PUBLIC_URL", message=message, hint=web_hint(override)))
            override = ""
        public = override or self.address("store", "public_url", str(values.get("public_url", "")))
        said = override or values.get("public_url") or environment.get("FOLGE_PUBLIC_URL")
        if not said and url.startswith("s3://"):
            hint = 'write public_url = "https://…/", the address under which the bucket is read'
            self.problem("store", "public_url", "is missing", hint=hint)
        public = public or PREVIEW_URL
        if re.search(r"[?#]", public):
            message = f"{quoted(public)} has a query or a fragment"
            self.problem("store", "public_url", message, hint=f"write {quoted(re.split('[?#]', public)[0])}")
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
            single_producer=bool(values.get("single_producer", False)),
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
                if not any(p.field in (f"people.{handle}", f"people.{handle}.name") for p in self.problems):
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
                self.problem("show", "hosts", f"{quoted(handle)} is not among [people]", hint=hint)
            else:
                found.append(_as_host(person))
        return tuple(found)

    def language(self, text: str) -> str:
        if text and not _LANGUAGE.fullmatch(text):
            close = text.replace("_", "-").lower()
            hint = f'write "{close}"' if _LANGUAGE.fullmatch(close) else 'write "de", "de-at" or "en"'
            self.problem("show", "language", f"{quoted(text)} is not a language code", hint=hint)
        return text.lower()

    def guid(self, text: str) -> str:
        if text and not GUID.fullmatch(text):
            hint = "restore the one 'folge init' stored; it never changes"
            self.problem("show", "guid", f"{quoted(text)} is not a podcast guid", hint=hint)
        return text

    def email(self, text: str) -> str:
        if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
            self.problem("show", "email", f"{quoted(text)} is not an e-mail address", "write name@example.org")
        return text

    def address(self, table: str, name: str, text: str) -> str:
        if text and not is_address(text):
            self.problem(table, name, f"{quoted(text)} is not a web address", hint=web_hint(text))
            return ""
        return text

    def cover(self, text: str) -> str:
        return self.address("show", "cover", text) if stays_elsewhere(text) else text

    def kind(self, text: str) -> ShowKind:
        known = tuple(kind.value for kind in ShowKind)
        if text and text not in known:
            self.problem("show", "type", f"{quoted(text)} is not a type of show", hint=nearest(text, known))
        return ShowKind(text) if text in known else ShowKind.EPISODIC

    def zone(self, name: str) -> ZoneInfo | None:
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            close = get_close_matches(name.lower(), {zone.lower(): zone for zone in available_timezones()}, n=1)
            best = next((zone for zone in available_timezones() if [zone.lower()] == close), "Europe/Berlin")
            self.problem("show", "timezone", f"{quoted(name)} is not a time zone", hint=f'write "{best}"')
            return None

    def categories(self, values: object) -> tuple[Category, ...]:
        found = []
        for text in values if isinstance(values, list) else []:
            name, _, sub = (part.strip() for part in text.partition(">"))
            if name not in CATEGORIES:
                above = next((category for category, below in CATEGORIES.items() if name in below), "")
                hint = f'write "{above} > {name}"' if above else nearest(name, tuple(CATEGORIES))
                self.problem("show", "category", f"{quoted(name)} is not an Apple category", hint=hint)
            elif sub and sub not in CATEGORIES[name]:
                hint = nearest(sub, CATEGORIES[name]) if CATEGORIES[name] else "it has none"
                self.problem("show", "category", f"{quoted(sub)} is not a subcategory of {name}", hint=hint)
            else:
                found.append(Category(name=name, subcategory=sub))
        return tuple(found)


def _as_host(person: Appearance) -> Appearance:
    return replace(person, role="host" if person.role == "guest" else person.role)


def _shown(value: object) -> str:
    """Return a value for a message, truth values as TOML writes them."""
    return quoted(str(value).lower() if isinstance(value, bool) else str(value))


def _hint(name: str, value: object, kind: type) -> str:
    """Return how a value of the wrong type is written right, where that can be guessed."""
    if kind is bool:
        return f"write {name} = false" if str(value).lower() in ("no", "false", "0", "off") else f"write {name} = true"
    if kind is list and isinstance(value, str):
        return f"write {name} = [{_quote(value)}]"
    return f"write {name} = {_quote(_shown(value)[1:-1])}" if isinstance(value, int | float) and kind is str else ""


def _quote(text: str) -> str:
    return f'"{quoted(text)[1:-1]}"'


def _tidy(name: str, text: str) -> str:
    """Return a text without space around it, on one line unless it is the description."""
    return text.strip() if name == "description" else re.sub(r"[ \t\n]+", " ", text).strip()
