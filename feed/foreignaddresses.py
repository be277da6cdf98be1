"""Mends addresses in feeds of other hands: white space, no scheme, relative to a base."""

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from episodes.addresses import is_address
from episodes.problems import quoted

_SOUND = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!\d)")
_BARE_HOST = re.compile(r"(?:[A-Za-z0-9-]+\.)+(?!(?:html?|php|aspx?|jsp|cgi)/)[A-Za-z]{2,}(?::\d{1,5})?/")


class Address(NamedTuple):
    """An absolute address, empty where there is none, and what was done to it, as a sentence without its subject."""

    url: str
    said: str = ""


def read_address(written: str, base: str) -> Address:
    """Return the address that is meant; `base` is absolute, or empty where it is not known."""
    if _SOUND.fullmatch(written):
        return Address(written)
    text = re.sub(r"[\t\n\r]", "", written.strip(" \t\r\n\xa0\u200b\ufeff")).replace(" ", "%20")
    if not text:
        return Address("")
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return Address("", f"is an address of {quoted(scheme[1].lower())}, which no app fetches")
    said = "" if text == written.strip() else f"holds white space and is read as {quoted(text)}"
    if not scheme:
        text = _absolute(text, base)
        if not text:
            return Address("", "is relative to an address that the feed does not tell")
        said = f"is relative and is read as {quoted(text)}"
    if not is_address(text):
        what = "holds user name and password" if "@" in text.partition("//")[2].partition("/")[0] else "is no address"
        return Address(text if "password" in what else "", what)
    return Address(text, said)


def joined(base: str, more: str) -> str:
    """Return the base of what stands in an element with `xml:base`."""
    if not more:
        return base
    try:
        whole = urljoin(base, more.strip())
    except ValueError:
        return base
    return whole if is_address(whole) else base


def _absolute(text: str, base: str) -> str:
    if text.startswith("//"):
        return f"{urlsplit(base).scheme or 'https'}:{text}"
    if text.lower().startswith("www.") or _BARE_HOST.match(text):
        return f"https://{text}"
    if not base:
        return ""
    try:
        return urljoin(base, text)
    except ValueError:
        return ""
