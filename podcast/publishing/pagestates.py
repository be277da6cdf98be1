"""Since when each page shows what it shows, and what decides its bytes: so only pages that changed are rendered.

A page that shows again what it showed before gets another time all the same: its bytes are never those of before, and
whoever looked at the store meanwhile cannot write over it what is out of date.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from feed.show import ShowKind
from podcast.layout import INDEX
from podcast.publishing.ledger import Ledger, PageState
from podcast.website.catalogue import empty_year
from podcast.website.episodepages import lost_sheet
from podcast.website.page import Page
from podcast.website.render import sheets_of
from podcast.website.sources import Sheet, Website

_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A site before it is rendered: its pages, since when each shows what it shows, and a hash of all it is made of.

    `hashes` say nothing of the program that renders.
    """

    website: Website
    sheets: Mapping[str, Sheet]
    states: Mapping[str, PageState]
    hashes: Mapping[str, bytes]


def date_pages(ledger: Ledger, website: Website) -> tuple[Ledger, Draft]:
    """Return the ledger that knows since when each page shows what it shows, and these pages by key.

    Where a page was that nothing leads to any more stands another that says so: it might name a withdrawn episode.
    """
    sheets = dict(sheets_of(website))
    lost = [key for key in ledger.pages if key not in sheets]
    sheets |= {key: lost_sheet(key) for key in lost if key.endswith(INDEX)}
    sheets |= {key: sheet for key in lost if (sheet := empty_year(website, key))}
    said = dict(_said(sheets, website))
    common = _encoded(_on_every_page(website))
    digests = {key: hashlib.sha256(common + each).hexdigest()[:_DIGITS] for key, each in said.items()}
    changed = ledger.changed.astimezone(UTC).replace(microsecond=0)
    states = dict(ledger.pages)
    states |= {key: _state(ledger.pages.get(key), digest, changed) for key, digest in digests.items()}
    whole = _encoded(_whole(website, said))
    hashes = {
        key: hashlib.sha256(b"\n".join((whole, each, str(states[key].at).encode()))).digest()
        for key, each in said.items()
    }
    return replace(ledger, pages=states), Draft(website=website, sheets=sheets, states=states, hashes=hashes)


def _state(before: PageState | None, digest: str, changed: datetime) -> PageState:
    """Return since when a page shows something: `changed` is when anything did, in whole seconds, as pages say it."""
    if before is None:
        return PageState(digest=digest, at=changed)
    if before.digest == digest:
        return before
    return PageState(digest=digest, at=max(changed, before.at + timedelta(seconds=1)))


def _said(sheets: Mapping[str, Sheet], website: Website) -> Iterator[tuple[str, bytes]]:
    """Yield a hash of what each page shows besides what all do."""
    pages = {id(page): hashlib.sha256(_encoded(_of_page(page))).hexdigest() for page in website.pages}

    def short(value: object) -> object:
        if isinstance(value, Page):
            return pages.get(id(value)) or _of_page(value)
        return [*map(short, value)] if isinstance(value, tuple | list) else value

    for key, sheet in sheets.items():
        yield key, hashlib.sha256(_encoded((key, sheet.template, *map(short, sheet.of)))).digest()


def _of_page(page: Page) -> tuple[object, ...]:
    """Return what pages show of an episode: not when it was published, nor what leads to it, nor which issues tease it.

    Those stand on its own page alone, whose sheet names them.
    """
    return (page.item, page.notes, page.topics, page.path, page.cover, page.peaks)


def _on_every_page(website: Website) -> tuple[object, ...]:
    """Return what every page shows of the show: with templates of its own that may be anything."""
    show = website.show
    if not website.look.templates:
        show = replace(
            show, owner_email="", categories=(), explicit=False, kind=ShowKind.EPISODIC, locked=True, hubs=()
        )
    where = (website.base_url, website.directory_index, website.home, website.feeds)
    return (show, *where, website.groups.kinds, website.cover, website.look, website.logo)


def _whole(website: Website, said: Mapping[str, bytes]) -> tuple[object, ...]:
    """Return what the bytes of a page may depend on besides what it shows of its own.

    With templates of the show that is everything: nobody knows what they look at.
    """
    rest = tuple(said.values()) if website.look.templates else ()
    return (website.show, *_on_every_page(website), website.changed, *rest)


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
