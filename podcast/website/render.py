"""Sheets to pages. Pure: the same website gives the same bytes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from episodes.problems import Problem, UserError
from podcast.layout import public_url
from podcast.site_settings import Template
from podcast.website.catalogue import catalogue_sheets
from podcast.website.episodepages import episode_sheets
from podcast.website.listpages import list_sheets
from podcast.website.policy import content_policy
from podcast.website.sitemap import sitemap_sheets
from podcast.website.sources import Sheet, Website
from podcast.website.static import StaticFile, look_file, static_files
from podcast.website.subscribing import subscribe_sheets

FAMILIES: tuple[Callable[[Website], Iterator[Sheet]], ...] = (
    episode_sheets,
    list_sheets,
    subscribe_sheets,
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


def render_site(website: Website) -> Site:
    """Render every page of a show. Raises UserError where a template of the show itself cannot be filled."""
    files = _files(website)
    templates = _templates(website.look.templates)
    common = _common(website, files)
    pages: dict[str, bytes] = {}
    indexes: dict[str, bytes] = {}
    for key, sheet in sheets_of(website).items():
        body = _filled(templates, sheet, common)
        (indexes if sheet.index else pages)[key] = body
    return Site(pages=pages, indexes=indexes, statics={file.key: file.body for file in files.values()})


def render_gone(website: Website) -> bytes:
    """Render what stands where a page was that nothing leads to any more."""
    sheet = Sheet(key="", template="gone.html", of=(), values=dict)
    return _filled(_templates(website.look.templates), sheet, _common(website, _files(website)))


def file_keys(website: Website) -> frozenset[str]:
    """Return the keys of the style sheets and scripts of the pages."""
    return frozenset(file.key for file in _files(website).values())


def template_problems(templates: Sequence[Template], folder: str) -> Iterator[Problem]:
    """Yield what is wrong with the templates of a show, which are files in `folder`, before anything is filled in."""
    for template in templates:
        try:
            _templates(()).parse(template.text)
        except TemplateSyntaxError as error:
            path = f"{folder.rstrip('/')}/{template.name}"
            hint = "see docs/site.md for what a template may use"
            yield Problem(path=path, line=error.lineno, message=error.message or "is no template", hint=hint)


def _filled(templates: ImmutableSandboxedEnvironment, sheet: Sheet, common: Mapping[str, object]) -> bytes:
    try:
        values = {**common, "changed": _stamp(sheet.changed), **sheet.values()}
        return templates.get_template(sheet.template).render(values).encode()
    except TemplateError as error:
        hint = "look into the template of that name in the folder [site] templates, or leave it out"
        raise UserError(f"the page {sheet.key} cannot be made of {sheet.template}: {error}", hint=hint) from error


def _stamp(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _files(website: Website) -> Mapping[str, StaticFile]:
    """Return the style sheets and scripts of the pages by name, and the one with what the show wants otherwise."""
    own = look_file(website.look)
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
def _templates(own: tuple[Template, ...]) -> ImmutableSandboxedEnvironment:
    """Return the templates; those of the show in front, and ours below `folge/` for them to build on.

    They come from the ledger, which somebody else may have written: in a sandbox they cannot reach this machine.
    """
    ours: BaseLoader = PackageLoader("podcast.website")
    theirs = DictLoader({template.name: template.text for template in own})
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([theirs, ours, PrefixLoader({"folge": ours})]),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
