"""Sheets to pages. Pure: the same website gives the same bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from podcast.layout import public_url
from podcast.website.episodepages import episode_sheets
from podcast.website.listpages import list_sheets
from podcast.website.playerpages import player_sheets
from podcast.website.sources import Sheet, Website
from podcast.website.static import static_files

FAMILIES: tuple[Callable[[Website], Iterator[Sheet]], ...] = (episode_sheets, player_sheets, list_sheets)
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
    """Render every page of a show."""
    common = _common(website)
    pages: dict[str, bytes] = {}
    indexes: dict[str, bytes] = {}
    for key, sheet in sheets_of(website).items():
        body = _templates().get_template(sheet.template).render(common | dict(sheet.values())).encode()
        (indexes if sheet.index else pages)[key] = body
    return Site(pages=pages, indexes=indexes, statics={file.key: file.body for file in static_files().values()})


def _common(website: Website) -> dict[str, object]:
    """Return what every template may use."""

    def static(name: str) -> str:
        return public_url(website.base_url, static_files()[name].key)

    return {
        "website": website,
        "show": website.show,
        "words": website.words,
        "home": website.home,
        "feeds": website.feeds,
        "static": static,
        "url": website.url,
    }


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("podcast.website"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
