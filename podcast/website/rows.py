"""An episode as a row of a list: what people need to choose it, in the words of the show's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from episodes.model import Appearance, Kind
from feed.item import Item
from podcast.website.page import Cover, Page
from podcast.website.words import Words

_TEASER = 240
"""Characters of the summary a row shows at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: the address, `facts` (`Folge 2 · 6. Juni 2024 · 34 Min.`), who is there, and the beginning of the text.

    `as_what` is what somebody was then, for lists of what they appear in.
    """

    url: str
    title: str
    facts: str
    names: str
    teaser: str
    image_url: str
    cover: Cover
    as_what: str = ""


def shown_of(page: Page) -> tuple[object, ...]:
    """Return everything a row shows of an episode: with an equal answer it needs not be made again."""
    item = page.item
    facts = (item.title, item.link, item.kind, item.number, item.published, item.duration, item.image_url)
    return (*facts, [person.name for person in item.people], _beginning(item.summary), page.cover)


def row_of(page: Page, words: Words, *, as_what: str = "") -> Row:
    """Return an episode as a row."""
    item = page.item
    return Row(
        url=item.link,
        title=item.title,
        facts=facts_of(item, words),
        names=", ".join(dict.fromkeys(person.name for person in item.people)),
        teaser=_beginning(item.summary),
        image_url=item.image_url,
        cover=page.cover,
        as_what=as_what,
    )


def facts_of(item: Item, words: Words) -> str:
    """Return what an episode is besides its title, when it appeared and how long it is."""
    facts = (label_of(item, words), words.day(item.published.date()), words.length(item.duration))
    return " · ".join(filter(None, facts))


def label_of(item: Item, words: Words) -> str:
    """Return what an episode is called besides its title: `Folge 2`, `Trailer`, or nothing."""
    if item.kind is not Kind.FULL:
        return words.say(item.kind.value)
    return words.say("episode", number=item.number) if item.number else ""


def function_of(people: Sequence[Appearance], names: frozenset[str]) -> str:
    """Return the function and organisation the first of some people had in an episode, who has one of the names."""
    found = (person for person in people if person.name in names)
    person = next(found, None)
    return ", ".join(filter(None, (person.function, person.organisation))) if person else ""


def _beginning(text: str) -> str:
    """Return the first paragraph of a text, cut between words."""
    first = text.strip().partition("\n")[0]
    if len(first) <= _TEASER:
        return first
    return f"{first[:_TEASER].rpartition(' ')[0] or first[:_TEASER]} …"
