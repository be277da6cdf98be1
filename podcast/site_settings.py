"""`[site]` of `podcast.toml`: how the pages look and what they link to. The texts of files it names are read here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from episodes.fields import Fields
from episodes.problems import Problem, Severity, nearest, quoted
from podcast.colours import DARK, LIGHT, READABLE, least_contrast, parse_colour, readable
from podcast.tables import TomlFile

LARGEST_TEXT = 64_000
"""Bytes of a style sheet or of a template of a show: they stand in the ledger."""

LARGEST_SUM = 256_000
"""Bytes of all of them."""

TEMPLATE_KINDS = (".html", ".json", ".txt", ".xml")
"""Endings of templates."""

APPS: Mapping[str, str] = {
    "antennapod": "AntennaPod", "apple": "Apple Podcasts", "pocketcasts": "Pocket Casts", "overcast": "Overcast",
    "castro": "Castro", "podcastaddict": "Podcast Addict", "gpodder": "gPodder", "spotify": "Spotify",
    "youtube": "YouTube", "amazon": "Amazon Music", "deezer": "Deezer", "audiothek": "ARD Audiothek", "fyyd": "fyyd",
    "castbox": "Castbox", "podverse": "Podverse", "fountain": "Fountain", "rtl": "RTL+", "tunein": "TuneIn",
}  # fmt: skip
"""Apps by the name they have in `[site.apps]`, and how they call themselves."""

_KNOWN = ("accent", "accent_dark", "logo", "imprint", "privacy", "apps", "css", "templates", "mentions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address the footer leads to; `label` empty means the word for it in the language of the show."""

    url: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template of the show itself: its name, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the ledger says of how the pages look: nothing else is needed to render them.

    `accent` and `accent_dark` are colours as `#a3320b`, empty for the pages' own; `apps` are names of `APPS` with the
    address of the show there; `css` is the text of a style sheet.
    """

    accent: str = ""
    accent_dark: str = ""
    imprint: Link | None = None
    privacy: Link | None = None
    apps: tuple[tuple[str, str], ...] = ()
    css: str = ""
    templates: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What the file says of the pages; `logo`, `css` and `templates` are paths as written, `look` what was read.

    `mentions` says that pages of episodes tell which issues of the newsletter teased them.
    """

    logo: str = ""
    css: str = ""
    templates: str = ""
    mentions: bool = True
    look: Look = Look()


def read_site_settings(file: TomlFile, folder: Path, problems: list[Problem]) -> SiteSettings:
    """Return what the file says of the pages. Files it names that are missing or cannot be used are problems."""
    group = file.fields("site", _KNOWN, problems)
    group.unknown()
    logo, css, templates = (group.path(name) for name in ("logo", "css", "templates"))
    accent = _colour(group, "accent", LIGHT)
    texts = _Texts(folder, group)
    look = Look(
        accent=accent,
        accent_dark=_colour(group, "accent_dark", DARK) or _brighter(accent),
        imprint=_link(group, "imprint"),
        privacy=_link(group, "privacy"),
        apps=tuple(_apps(group)),
        css=texts.read("css", css) if css else "",
        templates=tuple(texts.templates(templates)) if templates else (),
    )
    texts.weigh()
    mentions = group.truth("mentions", default=True)
    return SiteSettings(logo=logo, css=css, templates=templates, mentions=mentions, look=look)


def _colour(group: Fields, name: str, grounds: tuple[str, ...]) -> str:
    """Return a colour; one that cannot be read on the pages is a problem that names the nearest that can."""
    written = group.text(name)
    if not written:
        return ""
    colour = parse_colour(written)
    if colour is None:
        group.problem(name, f"{quoted(written)} is not a colour", hint=f'write {name} = "#0b6e4f"')
        return ""
    if (found := least_contrast(colour, grounds)) < READABLE:
        where = "light" if grounds == LIGHT else "dark"
        message = f"{quoted(written)} is hard to read on the {where} pages: contrast {found:.1f}:1, needed {READABLE}:1"
        group.problem(name, message, hint=f'write {name} = "{readable(colour, grounds).text}"')
        return ""
    return colour.text


def _brighter(accent: str) -> str:
    """Return the accent as it can be read in the dark."""
    colour = parse_colour(accent)
    return readable(colour, DARK).text if colour else ""


def _link(group: Fields, name: str) -> Link | None:
    """Return where the footer leads: an address, or a table with a label of its own."""
    if getattr(dict(group.entries()).get(name), "id", "") == "mapping":
        below = group.group(name, ("url", "label"))
        url = below.address("url", required=True) if below else ""
        return Link(url=url, label=below.text("label", longest=60)) if below and url else None
    url = group.address(name)
    return Link(url=url) if url else None


def _apps(group: Fields) -> Iterator[tuple[str, str]]:
    """Yield the apps in the order in which they are written."""
    below = group.group("apps", tuple(APPS), "apple")
    for name, _ in below.entries() if below else ():
        if below and name in APPS and (url := below.address(name)):
            yield name, url


@cache
def _templates() -> tuple[str, ...]:
    """Return the names of the templates that come with folge."""
    return tuple(sorted(path.name for path in files("podcast.website").joinpath("templates").iterdir()))


def _may_be_template(path: Path) -> bool:
    """Say whether a file is of a kind templates are of; others may lie beside them."""
    return path.suffix in TEMPLATE_KINDS and not path.name.startswith(".") and path.is_file()


class _Texts:
    """Reads the texts of style sheet and templates; what is wrong with them becomes problems of `[site]`."""

    def __init__(self, folder: Path, group: Fields) -> None:
        self.folder = folder
        self.group = group
        self.sum = 0

    def read(self, name: str, written: str) -> str:
        """Return the text of a file, empty where it cannot be used."""
        try:
            with (self.folder / Path(written).expanduser()).open("rb") as file:
                raw = file.read(LARGEST_TEXT + 1)
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", "") or "is no name of a file"
            hint = "write its path as seen from podcast.toml"
            self.group.problem(name, f"{quoted(written)} cannot be read: {reason}", hint=hint)
            return ""
        if len(raw) > LARGEST_TEXT:
            message = f"{quoted(written)} has more than {LARGEST_TEXT // 1000} kB"
            self.group.problem(name, message, hint="pages stay small; leave out what they do not need")
            return ""
        self.sum += len(raw)
        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            message, hint = "is not UTF-8 text", "save it with the encoding UTF-8"
            self.group.problems.append(Problem(path=written, line=line, message=message, hint=hint))
            return ""
        if name == "css":
            self._third_parties(written, text)
        return text

    def templates(self, written: str) -> Iterator[Template]:
        """Yield every template in a folder, by name. One whose name begins with `_` is a part for others to include."""
        try:
            folder = self.folder / Path(written).expanduser()
            names = sorted(path.name for path in folder.iterdir() if _may_be_template(path))
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", "") or "is no name of a folder"
            self.group.problem("templates", f"{quoted(written)} cannot be read: {reason}", hint="name a folder")
            return
        if not names:
            hint = "put episode.html, base.html or another there, or leave it out"
            self.group.problem("templates", f"{quoted(written)} holds no template", hint=hint)
        for name in names:
            path = f"{written.rstrip('/')}/{name}"
            if name not in _templates() and not name.startswith("_"):
                hint = f"{nearest(name, _templates())}; a part for others to include begins with _"
                self.group.problems.append(Problem(path=path, message="overrides no template", hint=hint))
            elif text := self.read("templates", path):
                yield Template(name=name, text=text)

    def weigh(self) -> None:
        """Tell where all texts together are too large."""
        if self.sum > LARGEST_SUM:
            message = f"style sheet and templates have {self.sum // 1000} kB together, and {LARGEST_SUM // 1000} kB fit"
            self.group.problem("", message, hint="leave out templates that are as they come with folge")

    def _third_parties(self, written: str, text: str) -> None:
        """Warn of what a style sheet loads from elsewhere: browsers refuse it (see `website.policy`)."""
        for number, line in enumerate(text.split("\n"), start=1):
            if "@import" in line or "url(http" in line.replace('"', "").replace("'", "").replace(" ", ""):
                message = "loads something from elsewhere, which no page of a show does"
                hint = "leave it out: no reader is to be known to a third party"
                self.group.problems.append(
                    Problem(severity=Severity.WARNING, path=written, line=number, message=message, hint=hint)
                )
