"""Writing XML elements through feedgen's tree, without importing lxml before a feed is compiled."""

from collections.abc import Mapping
from typing import Protocol, Self

from episodes.markup import URIS, Markup, clark
from feed.text import clean


class Element(Protocol):
    """The part of an lxml element that writing needs."""

    text: object

    def __getitem__(self, index: int, /) -> Self: ...

    def append(self, element: Self, /) -> None:
        """Put `element` behind the other children."""

    def makeelement(self, tag: str, attrib: dict[str, str], nsmap: dict[str, str] | None = None, /) -> Self:
        """Return a new element of the same kind, without a parent."""


def add(
    parent: Element, namespace: str, name: str, text: str = "", attributes: Mapping[str, str] | None = None
) -> Element:
    """Append an element and return it; an attribute without a value is left out."""
    given = {key: value for key, value in (attributes or {}).items() if value}
    element = parent.makeelement(f"{{{namespace}}}{name}", given)
    element.text = text or None
    parent.append(element)
    return element


def add_markup(parent: Element, markup: Markup) -> None:
    """Append an element as it is, with its children."""
    attributes = {clark(name): clean(value) for name, value in markup.attributes}
    prefix = markup.name.partition(":")[0]
    nsmap = {prefix: URIS[prefix]} if prefix in URIS else None
    element = parent.makeelement(clark(markup.name), attributes, nsmap)
    element.text = clean(markup.text) or None
    parent.append(element)
    for child in markup.children:
        add_markup(element, child)


def count(number: int | None) -> str:
    """Return a number for an attribute, nothing for none."""
    return "" if number is None else str(number)
