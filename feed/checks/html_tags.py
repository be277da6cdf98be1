"""HTML of strangers as a flat list of tags."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An element of a page. `text` is all text inside it where that is short reading: a script, a time, a paragraph."""

    name: str
    attributes: Mapping[str, str]
    text: str
    line: int

    def get(self, attribute: str) -> str:
        """Return an attribute without space around it; empty where there is none."""
        return self.attributes.get(attribute, "").strip()


_WITH_TEXT = frozenset({"script", "time", "cite", "p"})


def read_tags(body: bytes) -> tuple[Tag, ...]:
    """Return the elements of an HTML page in their order, as a browser would guess them; none of what is no HTML."""
    from lxml import etree

    # A page without a declaration is taken for Latin-1 by the parser, and is UTF-8 nearly always.
    encoding = "utf-8" if _is_utf8(body) else None
    parser = etree.HTMLParser(
        encoding=encoding, no_network=True, huge_tree=False, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError):
        return ()
    if root is None:
        return ()
    return tuple(
        Tag(
            name=element.tag.lower(),
            attributes={str(key).lower(): str(value) for key, value in element.attrib.items()},
            text="".join(map(str, element.itertext())) if element.tag.lower() in _WITH_TEXT else "",
            line=element.sourceline if isinstance(element.sourceline, int) else 0,
        )
        for element in root.iter()
        if isinstance(element.tag, str)
    )


def named(tags: tuple[Tag, ...], name: str) -> Iterator[Tag]:
    """Yield the tags called `name`."""
    return (tag for tag in tags if tag.name == name)


def absolute(url: str, base: str) -> str:
    """Return an address of a page whole; empty where it cannot be read."""
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
