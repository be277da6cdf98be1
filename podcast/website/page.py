"""A page of an episode before it is rendered, and the pictures made of covers."""

from dataclasses import dataclass
from datetime import date, datetime

from feed.item import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture made of a cover, its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What was made of a cover: the picture networks show, and smaller versions, the smallest first."""

    social: Picture | None = None
    small: tuple[Picture, ...] = ()


AS_IT_IS = Cover()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterIssue:
    """An issue of the newsletter that has appeared, as readers call it; `url` is empty where it is not on the web."""

    title: str
    on: date
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An episode's page: the item, its notes in Markdown, its path, the paths that lead to it, its cover in sizes.

    `changed` is when it was published as it is, None where nobody knows; `peaks` the address of the waveform of its
    audio, empty where there is none; `mentions` are the issues of the newsletter that teased it, the oldest first.
    """

    item: Item
    notes: str
    topics: tuple[str, ...]
    path: str
    aliases: tuple[str, ...] = ()
    cover: Cover = AS_IT_IS
    changed: datetime | None = None
    peaks: str = ""
    mentions: tuple[NewsletterIssue, ...] = ()
