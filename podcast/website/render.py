"""Items to pages. Pure: the same items give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from episodes.model import Appearance, Kind
from episodes.notes import page_html
from feed.compiler import newest_first
from feed.item import Item
from feed.show import Show
from podcast.layout import INDEX, page_key
from podcast.website.words import Words, words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An episode's page: the item, its notes in Markdown, its path, and the paths that lead to it."""

    item: Item
    notes: str
    topics: tuple[str, ...]
    path: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Rendered pages by key: of episodes, and those that list them."""

    pages: dict[str, bytes]
    indexes: dict[str, bytes]


def render_site(show: Show, pages: Sequence[Page], gone: Sequence[str] = (), *, base_url: str) -> Site:
    """Render every page of a show. `gone` are the paths of withdrawn episodes, where a page says so."""
    words = words_for(show.language)
    by_guid = {page.item.guid: page for page in pages}
    newest = [by_guid[item.guid] for item in newest_first([page.item for page in pages])]
    views = [_view(page, words) for page in newest]
    rendered: dict[str, bytes] = {}
    for page, view in zip(newest, views, strict=True):
        rendered[page_key(page.path)] = _render("episode.html", show=show, page=view, words=words, base=base_url)
        for alias in page.aliases:
            rendered.setdefault(page_key(alias), _render("moved.html", show=show, page=view, words=words))
    for path in gone:
        rendered.setdefault(page_key(path), _render("gone.html", show=show, words=words, base=base_url))
    index = _render("index.html", show=show, pages=views, words=words, base=base_url)
    return Site(pages=rendered, indexes={INDEX: index})


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A page in the words of its language, ready for a template."""

    item: Item
    label: str
    day: str
    length: str
    people: tuple[Appearance, ...]
    recorded: str
    notes: str
    topics: tuple[str, ...]


def _view(page: Page, words: Words) -> _View:
    item = page.item
    return _View(
        item=item,
        label=_label(item, words),
        day=words.day(item.published.date()),
        length=words.length(item.duration),
        people=tuple(replace(p, picture=_web(p.picture), link=_web(p.link)) for p in item.people),
        recorded=_recorded(item, words),
        notes=page_html(page.notes),
        topics=page.topics,
    )


def _web(address: str) -> str:
    """Return an address a page may link to, or nothing: only web addresses."""
    return address if address.startswith(("https://", "http://")) else ""


def _label(item: Item, words: Words) -> str:
    if item.kind is not Kind.FULL:
        return words.say(item.kind.value)
    return words.say("episode", number=item.number) if item.number else ""


def _recorded(item: Item, words: Words) -> str:
    recording = item.recording
    if recording.occasion:
        phrase = words.say("recorded_occasion", occasion=recording.occasion)
        return f"{phrase}, {recording.place}" if recording.place else phrase
    if recording.place:
        return words.say("recorded_place", place=recording.place)
    return words.say("recorded_on", date=words.day(recording.on)) if recording.on else ""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("podcast.website"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _render(template: str, **values: object) -> bytes:
    return _templates().get_template(template).render(**values).encode()
