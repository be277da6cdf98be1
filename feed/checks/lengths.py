"""How long texts of the podcast namespace may be before apps and directories cut them."""

from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.rule import Finding
from feed.document import SPACE, Element

# Characters of the text ("") or of an attribute.
_LONGEST = {
    "podcast:funding": {"": 128},
    "podcast:soundbite": {"": 128},
    "podcast:person": {"": 128},
    "podcast:location": {"": 128},
    "podcast:season": {"name": 128},
    "podcast:episode": {"display": 32},
    "podcast:trailer": {"": 128},
    "podcast:license": {"": 128},
    "podcast:alternateEnclosure": {"title": 32, "rel": 32},
    "podcast:txt": {"": 4000, "purpose": 128},
    "podcast:updateFrequency": {"": 128},
    "podcast:image": {"purpose": 128},
}


def too_long(element: Element) -> Iterator[Finding]:
    """Yield a warning for the text and each attribute of an element that is longer than the namespace asks for."""
    for attribute, limit in _LONGEST[element.name].items():
        text = element.get(attribute) if attribute else element.text.strip(SPACE)
        if len(text) > limit:
            what = f"{attribute} of <{element.name}>" if attribute else f"<{element.name}>"
            message = f"{what}, {quoted(text)}, has {len(text)} characters and not at most {limit}"
            yield Finding(
                message=message,
                at=element,
                missing=f"@{attribute}" if attribute else "",
                hint="shorten it, or apps will",
                severity=Severity.WARNING,
            )
