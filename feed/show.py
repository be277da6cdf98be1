"""What the public sees of a show."""

from dataclasses import dataclass
from enum import StrEnum

from episodes.model import Appearance


class ShowKind(StrEnum):
    """Order of listening, in the words of `itunes:type`."""

    EPISODIC = "episodic"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An Apple category and, where chosen, its subcategory (`reference: APPLE-CH-7`)."""

    name: str
    subcategory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A show as its feed tells it. Addresses are absolute; `language` is `de` or `de-at`; `guid` is the podcast:guid.

    `locked` is `podcast:locked`; `owner_email` empty means no owner is published. `hosts` are repeated
    on every item that names a guest (P20-PERSON-1).
    """

    title: str
    description: str
    language: str
    link: str
    feed_url: str
    guid: str
    author: str = ""
    owner_name: str = ""
    owner_email: str = ""
    categories: tuple[Category, ...] = ()
    explicit: bool = False
    kind: ShowKind = ShowKind.EPISODIC
    image_url: str = ""
    copyright: str = ""
    locked: bool = True
    hosts: tuple[Appearance, ...] = ()
