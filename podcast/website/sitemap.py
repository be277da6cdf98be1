"""What search engines are told of the pages, and what a server shows where there is none."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from podcast.layout import public_url
from podcast.website.groups import Group
from podcast.website.sources import Sheet, Website
from podcast.website.subscribing import SUBSCRIBE

NOT_FOUND = "404.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"

MARK = b"made by folge"
"""What stands in each of these files, which others put beside a site too: so they are known again."""

LARGEST = 50_000
"""Addresses in one file (sitemaps.org)."""

Place = tuple[str, str]
"""An address, and the day of its newest change, empty where nobody knows."""


def sitemap_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the sitemap, in several files where it is long, what leads robots to it, and the page for no page."""
    places = tuple(_places(website))
    parts = [places[at : at + LARGEST] for at in range(0, len(places), LARGEST)]
    if len(parts) == 1:
        yield _sheet(SITEMAP, "sitemap.xml", places)
    else:
        keys = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        for key, part in zip(keys, parts, strict=True):
            yield _sheet(key, "sitemap.xml", part)
        whole = tuple(
            (public_url(website.base_url, key), max(day for _, day in part))
            for key, part in zip(keys, parts, strict=True)
        )
        yield _sheet(SITEMAP, "sitemaps.xml", whole)
    if urlsplit(website.base_url).path == "/":  # robots ask nowhere else
        address = public_url(website.base_url, SITEMAP)
        yield Sheet(key=ROBOTS, template=ROBOTS, of=(), values=lambda: {"sitemap": address}, index=True)
    yield Sheet(key=NOT_FOUND, template=NOT_FOUND, of=(), values=dict, index=True)


def _sheet(key: str, template: str, places: Sequence[Place]) -> Sheet:
    return Sheet(key=key, template=template, of=tuple(places), values=lambda: {"places": places}, index=True)


def _places(website: Website) -> Iterator[Place]:
    """Yield every page that has no other address: parts of long lists are found from the lists."""
    moments = [page.changed for page in website.pages]
    newest = _day([website.changed, *moments])
    yield website.home, newest
    yield website.url(SUBSCRIBE), _day([website.changed])
    for page in website.pages:
        yield page.item.link, _day([page.changed])
    for kind in website.groups.kinds:
        yield website.url(kind), newest
        for group in website.groups.of(kind):
            yield website.url(group.path), _changed(group)


def _changed(group: Group) -> str:
    return _day([page.changed for page in group.pages])


def _day(moments: Sequence[datetime | None]) -> str:
    known = [moment for moment in moments if moment]
    return max(known).date().isoformat() if known else ""
