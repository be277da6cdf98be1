"""Text and addresses in the form a feed may carry."""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

DESCRIPTION_BYTES = 4000
"""The most UTF-8 bytes Apple reads of a description (APPLE-CH-4)."""

# Everything XML 1.0 forbids, and the C1 controls it only discourages: they come from wrongly decoded tags.
_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = " \t\n"
_GAP = re.compile("[ \t\n]+")
_ADDRESS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_LOOSE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?"


def clean(text: str) -> str:
    """Return `text` without characters XML forbids, with `\\n` line ends and no space around it (RSS-11)."""
    if not text.replace("\n", "").isprintable():  # what is printable is legal, and most text is
        text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip(_SPACE)


def one_line(text: str) -> str:
    """Return `clean(text)` with every run of spaces, tabs and line ends as one space; no-break spaces stay."""
    tidy = clean(text)
    return tidy if "  " not in tidy and tidy.isprintable() else _GAP.sub(" ", tidy)


def cut(text: str, limit: int = DESCRIPTION_BYTES) -> str:
    """Return `text` in at most `limit` bytes of UTF-8, cut between words and closed with `…` where it is longer."""
    body = text.encode()
    if len(body) <= limit:
        return text
    room = body[: limit - len("…".encode())].decode(errors="ignore")
    words = re.match(r"(?s).*\S(?=\s)", room)
    whole = words.group() if words and not text[len(room)].isspace() else room.rstrip()
    return f"{whole}…"


def ascii_url(url: str) -> str:
    """Return `url` in ASCII: what is not allowed in a URL percent-encoded, an international host in its `xn--` form.

    What is percent-encoded already stays as it is (APPLE-FEED-3).
    """
    if _ADDRESS.fullmatch(url):
        return url
    tidy = unicodedata.normalize("NFC", clean(url))
    if _ADDRESS.fullmatch(tidy):
        return tidy
    try:
        parts = urlsplit(tidy)
    except ValueError:
        return _encoded(tidy, _QUERY_SAFE + "#[]")
    return urlunsplit(
        (
            parts.scheme,
            _ascii_authority(parts.netloc),
            _encoded(parts.path, _PATH_SAFE),
            _encoded(parts.query, _QUERY_SAFE),
            _encoded(parts.fragment, _QUERY_SAFE),
        )
    )


def _encoded(text: str, safe: str) -> str:
    return quote(_LOOSE_PERCENT.sub("%25", text), safe=safe)


def _ascii_authority(authority: str) -> str:
    userinfo, at, host = authority.rpartition("@")
    return _encoded(userinfo, _PATH_SAFE) + at + ".".join(_ascii_label(label) for label in host.split("."))


def _ascii_label(label: str) -> str:
    # Not the `idna` codec: it is IDNA 2003 and turns `straße` into `strasse`, which is somebody else's domain.
    if label.isascii():
        return label
    name, colon, port = label.lower().partition(":")
    encoded = name if name.isascii() else "xn--" + name.encode("punycode").decode("ascii")
    return encoded + colon + port
