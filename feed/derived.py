"""Elements made of others: what a feed of another form would be in RSS, and an element written out as XML."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from episodes.markup import clark
from feed.document import Element


def made(
    name: str,
    like: Element,
    *,
    text: str = "",
    attributes: Mapping[str, str] | None = None,
    children: Sequence[Element] = (),
) -> Element:
    """Return an element that stands where `like` stands in the document."""
    named: dict[str, list[Element]] = {}
    for child in children:
        named.setdefault(child.name, []).append(child)
    return Element(
        name=name,
        text=text,
        attributes=attributes or {},
        line=like.line,
        children=tuple(children),
        named={key: tuple(found) if len(found) > 1 else found[0] for key, found in named.items()},
        place=None,
        number=1,
    )


def xml_of(element: Element) -> str:
    """Return an element as XML that stands alone, its namespaces declared where they are needed."""
    namespaces: dict[str, str] = {}
    inner = _written(element, namespaces)
    declared = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for uri, prefix in namespaces.items())
    head, rest = inner[: (cut := _name_end(inner))], inner[cut:]
    return f"{head}{declared}{rest}"


def _name_end(xml: str) -> int:
    return next(index for index, letter in enumerate(xml) if letter in " />")


def _written(element: Element, namespaces: dict[str, str]) -> str:
    name = _prefixed(element.name, namespaces)
    attributes = "".join(
        f" {_prefixed(key, namespaces)}={quoteattr(value)}" for key, value in element.attributes.items()
    )
    inner = escape(element.text.strip() if element.children else element.text)
    inner += "".join(_written(child, namespaces) for child in element.children)
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def _prefixed(name: str, namespaces: dict[str, str]) -> str:
    uri, closed, local = clark(name).removeprefix("{").rpartition("}")
    if not closed:
        return name
    prefix, colon, _ = name.partition(":")
    if name.startswith("{") or not colon:
        prefix = f"x{len(namespaces) + 1}"
    if prefix == "xml":
        return name
    return f"{namespaces.setdefault(uri, prefix)}:{local}"
