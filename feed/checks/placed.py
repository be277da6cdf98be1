"""Elements of the podcast namespace and the parents they stand in, and what most of their rules ask for."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from episodes.problems import Severity, nearest, quoted
from feed.checks.rule import Finding
from feed.document import SPACE, Element, FeedDocument

TAGS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/tags"
ITEMS = ("item", "podcast:liveItem")
"""Parents of what belongs to an episode: a live item takes every child of an item."""

EVERYWHERE = ("channel", *ITEMS)

WHOLE = re.compile(r"\d{1,15}", re.ASCII)
DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,40})?", re.ASCII)
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*(?:\s*;.*)?", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.ASCII | re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
TRUTH = re.compile("true|false", re.IGNORECASE)


class Placed(NamedTuple):
    """An element and its parent."""

    element: Element
    parent: Element


def placed(document: FeedDocument, *names: str) -> Iterator[Placed]:
    """Yield the elements called one of `names` in a channel, an item or an element of the podcast namespace."""
    for channel in document.channels:
        yield from _under(channel, names)


def elements(document: FeedDocument, *names: str) -> Iterator[Element]:
    """Yield what `placed` yields, without the parents."""
    for found in placed(document, *names):
        yield found.element


def live_and_items(document: FeedDocument) -> tuple[Element, ...]:
    """Return the items of all channels and the live items beside them."""
    return tuple(item for channel in document.channels for item in channel.all(*ITEMS))


def misplaced(document: FeedDocument, name: str, *parents: str) -> Iterator[Finding]:
    """Yield a finding for each element called `name` in another parent than `parents`."""
    for element, parent in placed(document, name):
        if parent.name not in parents:
            message = f"<{name}> stands in <{parent.name}>, where no program looks for it"
            yield Finding(message=message, at=element, hint=f"move it to {' or '.join(f'<{one}>' for one in parents)}")


def required(element: Element, *attributes: str) -> Iterator[Finding]:
    """Yield a finding for each of `attributes` that is absent or empty."""
    for attribute in attributes:
        if not element.get(attribute):
            message = f"<{element.name}> has no {attribute}"
            yield Finding(message=message, at=element, missing=f"@{attribute}", hint=f'add {attribute}="…" to it')


def blank(element: Element, what: str) -> Iterator[Finding]:
    """Yield a finding where the element has no text; `what` says which text it wants."""
    if not element.text.strip(SPACE):
        yield Finding(message=f"<{element.name}> is empty", at=element, hint=f"write {what} into it")


def formed(element: Element, attribute: str, form: re.Pattern[str], example: str) -> Iterator[Finding]:
    """Yield a finding where an attribute is written and not in its form; `example` is what to write."""
    value = element.get(attribute)
    if value and not form.fullmatch(value):
        message = f"{attribute} of <{element.name}> is {quoted(value)}"
        yield Finding(message=message, at=element, missing=f"@{attribute}", hint=f"write {example}")


def listed(
    element: Element, attribute: str, known: Iterable[str], *, severity: Severity | None = None
) -> Iterator[Finding]:
    """Yield a finding where an attribute is written and none of `known`, whatever its letter case."""
    value, words = element.get(attribute), tuple(known)
    if value and value.lower() not in {word.lower() for word in words}:
        message = f"{attribute} of <{element.name}> is {quoted(value)}, which apps do not know"
        yield Finding(
            message=message, at=element, missing=f"@{attribute}", hint=nearest(value, words), severity=severity
        )


def _under(parent: Element, names: tuple[str, ...]) -> Iterator[Placed]:
    for child in parent.children:
        if child.name in names:
            yield Placed(child, parent)
        if child.children and (child.name == "item" or child.name.startswith("podcast:")):
            yield from _under(child, names)
