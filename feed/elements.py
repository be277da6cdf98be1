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
    given = {key: value for key, value in attributes.items() if value} if attributes else {}
    element = parent.makeelement(f"{{{namespace}}}{name}", given)
    if text:
        element.text = text
    parent.append(element)
    return element


def add_markup(parent: Element, markup: Markup) -> None:
    """Append an element as it is, with its children; its namespaces are declared on it."""
    _append(parent, markup, _declared(markup))


def _append(parent: Element, markup: Markup, declared: dict[str, str] | None) -> None:
    attributes = {clark(name): clean(value) for name, value in markup.attributes}
    element = parent.makeelement(clark(markup.name), attributes, declared)
    element.text = clean(markup.text) or None
    parent.append(element)
    for child in markup.children:
        _append(element, child, _declared_known(child))


def _declared(markup: Markup) -> dict[str, str]:
    """Return every namespace in an element by prefix: the producer's own where they wrote one, else x1, x2 …"""
    prefixes = {uri: prefix for prefix, uri in markup.prefixes}
    foreign = dict.fromkeys(markup.namespaces())
    return {prefixes.get(uri, f"x{index}"): uri for index, uri in enumerate(foreign, start=1)} | _declared_known(markup)


def _declared_known(markup: Markup) -> dict[str, str]:
    prefix = markup.name.partition(":")[0]
    return {prefix: URIS[prefix]} if prefix in URIS else {}


def count(number: int | None) -> str:
    """Return a number for an attribute, nothing for none."""
    return "" if number is None else str(number)
