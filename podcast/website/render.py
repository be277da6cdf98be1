"""Sheets to pages. Pure: the same website gives the same bytes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from traceback import extract_tb

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from episodes.problems import Problem, ProblemsFound
from podcast.layout import public_url
from podcast.site_settings import Look, Template
from podcast.website.catalogue import catalogue_sheets
from podcast.website.episodepages import episode_sheets
from podcast.website.listpages import list_sheets
from podcast.website.playerpages import player_sheets
from podcast.website.policy import content_policy
from podcast.website.searching import search_sheets
from podcast.website.sitemap import sitemap_sheets
from podcast.website.sources import Sheet, Website
from podcast.website.static import StaticFile, look_file, static_files
from podcast.website.subscribing import subscribe_sheets

FAMILIES: tuple[Callable[[Website], Iterator[Sheet]], ...] = (
    episode_sheets,
    player_sheets,
    list_sheets,
    subscribe_sheets,
    search_sheets,
    sitemap_sheets,
    catalogue_sheets,
    lambda website: iter(website.further),
)
"""All kinds of pages; of two sheets with the same key the first is rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Rendered pages by key: of episodes, those that list them, and the files they refer to, which never change."""

    pages: Mapping[str, bytes]
    indexes: Mapping[str, bytes]
    statics: Mapping[str, bytes]


def sheets_of(website: Website) -> Mapping[str, Sheet]:
    """Return every page there should be, by key."""
    sheets: dict[str, Sheet] = {}
    for family in FAMILIES:
        for sheet in family(website):
            sheets.setdefault(sheet.key, sheet)
    return sheets


class Renderer:
    """Renders the sheets of a website, one at a time from whichever thread; `folder` is where its own templates lie."""

    def __init__(self, website: Website, folder: str = "") -> None:
        self._website = website
        self._folder = folder
        self._common = _common(website, _files(website.look))
        self._alone = Lock()

    def render(self, sheet: Sheet, changed: datetime | None = None) -> bytes:
        """Render a page that shows what it shows since `changed`, which it carries unseen.

        Raises ProblemsFound where a template of the show itself cannot be filled.
        """
        with self._alone:
            return _filled(self._website, sheet, {**self._common, "changed": _stamp(changed)}, self._folder)


def render_site(website: Website) -> Site:
    """Render every page of a show. Raises ProblemsFound where a template of the show itself cannot be filled."""
    renderer = Renderer(website)
    pages: dict[str, bytes] = {}
    indexes: dict[str, bytes] = {}
    for key, sheet in sheets_of(website).items():
        (indexes if sheet.index else pages)[key] = renderer.render(sheet)
    return Site(pages=pages, indexes=indexes, statics=look_files(website.look))


def look_files(look: Look) -> Mapping[str, bytes]:
    """Return the style sheets and scripts of the pages by key."""
    return {file.key: file.body for file in _files(look).values()}


def template_problems(templates: Sequence[Template], folder: str) -> Iterator[Problem]:
    """Yield what is wrong with the templates of a show, which are files in `folder`, before anything is filled in."""
    for template in templates:
        try:
            _templates(()).parse(template.text)
        except TemplateSyntaxError as error:
            yield _template_problem(folder, template.name, error.lineno, error.message or "is no template")


def _filled(website: Website, sheet: Sheet, common: Mapping[str, object], folder: str) -> bytes:
    template = _templates(website.look.templates).get_template(sheet.template)
    values = {**common, **sheet.values()}
    if not website.look.templates:
        return template.render(values).encode()
    try:
        return template.render(values).encode()
    except Exception as error:  # a template of a show can fail in every way a program can
        own = {template.name for template in website.look.templates}
        frames = (frame for frame in reversed(extract_tb(error.__traceback__)) if frame.filename in own)
        frame = next(frames, None)
        name, line = (frame.filename, frame.lineno or 0) if frame else (sheet.template, 0)
        message = f"the page {sheet.key} cannot be made: {error}"
        raise ProblemsFound((_template_problem(folder, name, line, message),)) from error


def _template_problem(folder: str, name: str, line: int, message: str) -> Problem:
    path = f"{folder.rstrip('/')}/{name}" if folder else name
    return Problem(path=path, line=line, message=message, hint="see docs/site.md for what a template may use")


def _stamp(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _files(look: Look) -> Mapping[str, StaticFile]:
    """Return the style sheets and scripts of the pages by name, and the one with what the show wants otherwise."""
    own = look_file(look)
    return {**static_files(), **({"look.css": own} if own else {})}


def _common(website: Website, files: Mapping[str, StaticFile]) -> dict[str, object]:
    """Return what every template may use."""

    def static(name: str) -> str:
        return public_url(website.base_url, files[name].key)

    return {
        "website": website,
        "show": website.show,
        "words": website.words,
        "home": website.home,
        "feeds": website.feeds,
        "look": website.look,
        "policy": content_policy(website.base_url),
        "has_look": "look.css" in files,
        "static": static,
        "url": website.url,
        "cover": website.cover,
    }


@cache
def _templates(own: tuple[Template, ...]) -> Environment:
    """Return the templates; those of the show in front, and ours below `folge/` for them to build on.

    Theirs come from the ledger, which somebody else may have written: in a sandbox they cannot reach this machine. Ours
    need none, and are faster without.
    """
    ours: BaseLoader = PackageLoader("podcast.website")
    texts = {template.name: template.text for template in own}
    theirs = FunctionLoader(lambda name: (texts[name], name, None) if name in texts else None)
    kind = ImmutableSandboxedEnvironment if own else Environment
    return kind(
        loader=ChoiceLoader([theirs, ours, PrefixLoader({"folge": ours})]),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
