"""Addresses of the web and of places on earth: which text is one, and how one that is not is mended."""

import re
from urllib.parse import quote, urlsplit

from episodes.problems import unfit

_GEO = re.compile(
    r"geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,-?\d+(?:\.\d+)?)?(?:;u=\d+(?:\.\d+)?)?", re.ASCII
)


def is_geo(text: str) -> bool:
    """Say whether `text` is an RFC 5870 address of a place on earth."""
    match = _GEO.fullmatch(text)
    return match is not None and abs(float(match[1])) <= 90 and abs(float(match[2])) <= 180


def is_address(text: str) -> bool:
    """Say whether `text` is an absolute web address, without user name and password: nobody else may read them."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not re.search(r"\s|^https?://[^/?#]*@", text)
            and not unfit(text)
        )
    except ValueError:
        return False


def stays_elsewhere(text: str) -> bool:
    """Say whether what is written for a file begins as an address does: it is left where it is."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) is not None


def is_malformed(url: str) -> bool:
    """Say whether an address of the web is written so that no browser can tell which server it names."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (not parts.hostname or parts.port == 0)
    except ValueError:
        return True


def web_hint(text: str) -> str:
    """Return how a text that is no web address is written as one."""
    if re.match(r"https?://[^/?#\s]*@", text):
        return "leave user name and password out of it"
    bare = "://" not in text and "." in text and ":" not in text
    whole = f"https://{text.lstrip('/')}" if bare else text
    if re.match(r"https?://[^\s/?#]+[/?#].*\s", whole):
        encoded = quote(whole, safe="/:?#[]@!$&'()*+,;=%~")
        return f"no space may stand in it: write {encoded}" if is_address(encoded) else "write https://…"
    return f"write {whole}" if bare and is_address(whole) else "write https://…"
