"""The pages that list episodes: the show's own, the archive, those of people, topics and occasions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from podcast.layout import INDEX, page_key
from podcast.website.groups import ARCHIVE, OCCASIONS, PEOPLE, TOPICS, Group, heard, same
from podcast.website.jsonld import collection_of, series_of
from podcast.website.page import Page
from podcast.website.rows import Row, function_of, row_of, shown_of
from podcast.website.sources import Sheet, Website

NEWEST = 20
"""Episodes on the show's own page."""

PART = 50
"""Episodes on a part of a long list. Parts are counted from the oldest and full: what is added changes none of them."""

FEW = 24
"""Names of a kind the show's page leads to."""

MOST = 400
"""Names on the page that lists all of a kind; of more, those with the most episodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page on the way from the show's page to this one; `url` is empty where it is this one."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name that leads to a list, and how many episodes stand there."""

    name: str
    url: str
    count: int


def list_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the show's own page, then a page for each group of episodes, and one that lists the groups of a kind."""
    newest = website.pages[:NEWEST]
    yield Sheet(
        key=INDEX,
        template="index.html",
        of=(*map(shown_of, newest), *(_names(website, kind) for kind in (ARCHIVE, TOPICS, OCCASIONS, PEOPLE))),
        values=partial(_index, website, newest),
        index=True,
    )
    for kind in (ARCHIVE, PEOPLE, TOPICS, OCCASIONS):
        groups = website.groups.of(kind)
        if groups:
            names = _names(website, kind)
            values = partial(_directory, website, kind, names)
            yield Sheet(key=page_key(kind), template="directory.html", of=(kind, *names), values=values, index=True)
        for group in groups:
            yield from _group_sheets(website, group)


def _index(website: Website, newest: Sequence[Page]) -> Mapping[str, object]:
    kinds = {kind: _names(website, kind) for kind in website.groups.kinds}
    return {
        "rows": [row_of(page, website.words) for page in newest],
        "pictures": any(page.item.image_url != website.show.image_url for page in newest),
        "described": series_of(website.show),
        "cover": website.cover,
        "count": len(website.pages),
        "kinds": {kind: names if kind == ARCHIVE else _most(names, FEW) for kind, names in kinds.items()},
        "archive": website.url(ARCHIVE) if website.pages else "",
        "all": {kind: website.url(kind) if len(names) > FEW else "" for kind, names in kinds.items()},
    }


def _directory(website: Website, kind: str, names: Sequence[Name]) -> Mapping[str, object]:
    title, url = website.words.say(kind), website.url(kind)
    listed = [(each.name, each.url) for each in names[:PART]]
    return {
        "title": title,
        "here": url,
        "kind": kind,
        "names": _most(names, MOST),
        "more": max(0, len(names) - MOST),
        "steps": (Step(name=title),),
        "described": collection_of(title, url, website.show, listed),
    }


def _group_sheets(website: Website, group: Group) -> Iterator[Sheet]:
    """Yield the page with the newest episodes of a group, and where it is long those with the older ones."""
    full = max(0, (len(group.pages) - PART // 2) // PART)
    for number in range(full + 1):
        end = len(group.pages) - PART * number
        pages = group.pages[max(0, end - PART) : end] if number < full else group.pages[:end]
        shown = number + 1 if number < full else 0
        around = (_count(group, pages, shown), *_beside(shown, full))
        people = [page.item.people for page in pages] if group.kind == PEOPLE else []
        yield Sheet(
            key=page_key(part_path(group, shown)),
            template="group.html",
            of=(group.kind, group.name, group.path, shown, *around, people, *map(shown_of, pages)),
            values=partial(_group, website, group, pages, shown, full),
            index=True,
        )


def _count(group: Group, pages: Sequence[Page], number: int) -> int:
    """Return how many episodes a part says there are: older ones speak of themselves, and so need not change."""
    return len(pages if number else group.pages)


def _beside(number: int, full: int) -> tuple[int, int | None]:
    """Return the older part beside one, 0 where there is none, and the newer one, None for the page with the newest."""
    return (number - 1, 0 if number == full else number + 1) if number else (full, None)


def part_path(group: Group, number: int) -> str:
    """Return the path of a part of a list, counted from the oldest; 0 is the page with the newest."""
    return f"{group.path}/{number}" if number else group.path


def _group(website: Website, group: Group, pages: Sequence[Page], number: int, full: int) -> Mapping[str, object]:
    """Return what fills a part of a list; older parts have lower numbers, and 0 has the newest."""
    words = website.words
    title = words.say("archive_title", year=group.name) if group.kind == ARCHIVE else group.name
    url = website.url(part_path(group, number))
    older, newer = _beside(number, full)
    steps = (Step(name=words.say(group.kind), url=website.url(group.kind)), Step(name=group.name))
    return {
        "title": title,
        "here": url,
        "kind": group.kind,
        "name": group.name,
        "rows": tuple(_row(website, group, page) for page in pages),
        "part": number,
        "count": _count(group, pages, number),
        "older": website.url(part_path(group, older)) if older else "",
        "newer": website.url(part_path(group, newer)) if newer is not None else "",
        "steps": steps,
        "described": collection_of(title, url, website.show, [(page.item.title, page.item.link) for page in pages]),
    }


def _row(website: Website, group: Group, page: Page) -> Row:
    """Return the row of an episode; on the page of a person with what that person was then."""
    as_what = ""
    if group.kind == PEOPLE:
        people = heard(page, website.show)
        as_what = function_of(people, frozenset(it.name for it in people if same(it.name) == same(group.name)))
    return row_of(page, website.words, as_what=as_what)


def _names(website: Website, kind: str) -> tuple[Name, ...]:
    """Return the names of a kind, in their order, with the addresses of their pages."""
    groups = website.groups.of(kind)
    return tuple(Name(name=it.name, url=website.url(it.path), count=len(it.pages)) for it in groups)


def _most(names: Sequence[Name], limit: int) -> tuple[Name, ...]:
    """Return those names that have the most episodes, in their order."""
    if len(names) <= limit:
        return tuple(names)
    chosen = {name.url for name in sorted(names, key=lambda name: -name.count)[:limit]}
    return tuple(name for name in names if name.url in chosen)
