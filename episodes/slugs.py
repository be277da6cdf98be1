"""ASCII names for addresses and files."""

import re
from unicodedata import normalize

from anyascii import anyascii

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"})
LONGEST = 60
"""The most characters a slug made from a title has; it is cut between words where that leaves enough to be read."""


def slugify(text: str, language: str = "de", *, least: int = LONGEST // 3) -> str:
    """Make a lower-case ASCII slug: `Straße` → `strasse`, `Möglichmachen` → `moeglichmachen`; may be empty.

    Umlauts are written out in German; every other script is transliterated. A word that is too long is left out, or
    cut where fewer than `least` characters stand before it.
    """
    composed = normalize("NFC", text)
    if language.lower().partition("-")[0] in ("de", "deu", "ger", "gsw"):
        composed = composed.translate(_GERMAN)
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’´`]", "", anyascii(composed).lower()))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > LONGEST:
            return longer[:LONGEST] if len(slug) < least else slug
        slug = longer
    return slug


def is_slug(text: str) -> bool:
    """Say whether text can stand in an address as it is: lower-case ASCII letters, digits and single hyphens."""
    return re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None
