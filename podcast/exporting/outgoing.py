"""A published show as it leaves for another program: what the public sees, and the Markdown it was made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feed.item import Item
from feed.show import Selection, Show
from podcast.layout import feed_key, page_url, public_url, short_path
from podcast.publishing.ledger import Ledger
from podcast.release import home_url, item_of, show_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A published episode: its `item`, and what an item has no place for. `path` is that of its page.

    `short` is the path of its short link, empty where it has none; `former` are earlier paths of the page.
    """

    item: Item
    path: str
    notes: str
    topics: tuple[str, ...]
    short: str = ""
    short_url: str = ""
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherFeed:
    """A feed beside the main one, with its address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A show with its published episodes, the newest first; `changed` is when anything of it last changed."""

    show: Show
    home: str
    changed: datetime
    episodes: tuple[Leaving, ...]
    feeds: tuple[FurtherFeed, ...] = ()


def outgoing(ledger: Ledger) -> Outgoing:
    """Return everything published from a store, without what was withdrawn."""
    release = ledger.show.release
    show = show_of(release)
    leaving = []
    for entry in ledger.published:
        episode = entry.release.episode
        short = short_path(entry.short) if entry.short else ""
        leaving.append(
            Leaving(
                item=item_of(entry.release, release),
                path=episode.slug,
                notes=episode.notes,
                topics=episode.topics,
                short=short,
                short_url=page_url(release.base_url, short, directory_index=release.directory_index) if short else "",
                former=entry.former_slugs,
            )
        )
    leaving.sort(key=lambda one: one.item.guid)
    leaving.sort(key=lambda one: one.item.published, reverse=True)
    return Outgoing(
        show=show,
        home=home_url(release),
        changed=ledger.changed,
        episodes=tuple(leaving),
        feeds=tuple(_further(selection, show, release.base_url) for selection in release.feed.selections),
    )


def _further(selection: Selection, show: Show, base: str) -> FurtherFeed:
    return FurtherFeed(title=selection.title or show.title, url=public_url(base, feed_key(selection.name)))


def clock(length: timedelta) -> str:
    """Write a length as players and themes read it: `1:08:22`, `0:34:12`; `0:00:00` where it is not known."""
    seconds = round(length.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
