"""Reads a tag that may be written wrongly: quotation marks missing or too many, no value, the same name twice."""

import re
from typing import NamedTuple

TAG = re.compile(r"<(/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)([^<>]*)>")
_STRICT = re.compile(
    r"<(/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)"
    r"((?:\s+[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"
)
_WITH_ANGLES = re.compile(
    r"<()([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)"
    r"((?:\s+[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>"
)
_LONGEST_WITH_ANGLES = 3000
_PAIR = re.compile(r"([A-Za-z_][\w.:-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_BEGIN = re.compile(r"(?<![^\s\"'])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*([\"']?)")


class Tag(NamedTuple):
    """A tag: `end` is the place behind it, `mended` says that it was not written as XML wants it."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    closing: bool
    empty: bool
    end: int
    mended: bool = False

    @property
    def prefixes(self) -> set[str]:
        """The prefixes of its name and attributes that need a declaration."""
        if not self.attributes and ":" not in self.name:
            return set()
        names = (self.name, *(name for name, _ in self.attributes))
        found = {name.partition(":")[0] for name in names if ":" in name}
        return found - {"xml", "xmlns"}


def read_tag(text: str, start: int, *, angles: bool) -> Tag | None:
    """Return the tag that begins at a place, or nothing where none does.

    `angles` looks for one with < or > in its values, too, which takes long where there are very many of them.
    """
    found = _STRICT.match(text, start)
    mended = False
    if found is None and angles:
        found = _WITH_ANGLES.match(text, start, start + _LONGEST_WITH_ANGLES)
        mended = found is not None
    if found is not None and not found[3]:
        return Tag(found[2], (), bool(found[1]), bool(found[4]), found.end(), mended)
    if found is not None:
        pairs = [(name, double or single) for name, double, single in _PAIR.findall(found[3])]
        kept = dict(reversed(pairs))
        mended = mended or len(kept) < len(pairs)
        attributes = tuple((name, kept.pop(name)) for name, _ in pairs if name in kept)
        return Tag(found[2], attributes, bool(found[1]), bool(found[4]), found.end(), mended)
    found = TAG.match(text, start)
    if found is None:
        return None
    inside = found[3].rstrip()
    empty = inside.endswith("/")
    return Tag(found[2], _lenient(inside.removesuffix("/")), bool(found[1]), empty, found.end(), mended=True)


def _lenient(inside: str) -> tuple[tuple[str, str], ...]:
    """Return attributes of which each goes on until the next begins."""
    begins = list(_BEGIN.finditer(inside))
    attributes: dict[str, str] = {}
    for index, found in enumerate(begins):
        end = begins[index + 1].start() if index + 1 < len(begins) else len(inside)
        value = inside[found.end() : end].strip()
        quote = found[2]
        if quote and value.endswith(quote):
            value = value[:-1]
        elif not quote:
            value = value.split()[0] if value else ""
        attributes.setdefault(found[1], value)
    return tuple(attributes.items())
