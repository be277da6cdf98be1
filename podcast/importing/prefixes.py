"""Recognises the prefixes by which services count downloads: they redirect to the address that stands behind them."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

_ID = r"[^/.:]+/"  # what has a dot is a host, what has a colon a scheme

_FORMS = (
    ("Podtrac", r"(?:dts|www)\.podtrac\.com/(?:pts/)?redirect\.[0-9a-z]{3,4}/", "https://analytics.podtrac.com"),
    ("Podtrac", rf"play\.podtrac\.com/{_ID}", "https://analytics.podtrac.com"),
    ("Chartable", rf"(?:chtbl\.com|chrt\.fm)/track/(?:{_ID})?", "https://chartable.com"),
    ("Podsights", r"pdst\.fm/e/", "https://podsights.com/docs"),
    ("OP3", rf"op3\.dev/e(?:,{_ID}|/)", "https://op3.dev/setup"),
    ("Blubrry", rf"media\.blubrry\.com/{_ID}(?:p/)?", "https://create.blubrry.com"),
    ("Magellan AI", rf"mgln\.ai/e/(?:{_ID})?", "https://www.magellan.ai"),
    ("Claritas", r"(?:claritaspod\.com/measure|clrtpod\.com/m)/", "https://www.claritas.com"),
    ("Gumball", r"[0-9]\.gum\.fm/", "https://www.gumball.fm"),
    ("Podcorn", r"pdcn\.co/e/", "https://podcorn.com/analytics-prefix"),
    ("Podscribe", r"(?:pscrb\.fm|verifi\.podscribe\.com)/rss/p/", "https://podscribe.com"),
    ("ArtsAI", rf"arttrk\.com/p/{_ID}", "https://www.artsai.com"),
    ("Veritone", rf"pfx\.vpixl\.com/{_ID}", "https://www.veritone.com"),
    ("Spotify", r"prfx\.byspotify\.com/e/", "https://adanalytics.spotify.com"),
    ("SwapFM", rf"tracking\.swap\.fm/track/{_ID}", "https://swap.fm"),
    ("Podroll", rf"pdrl\.fm/{_ID}", "https://podroll.fm"),
)
"""Service, the form of its prefix behind the scheme, and where it is described.

The forms are those that stand in feeds. What a service also does, such as putting advertisements into the audio, is
no prefix of this kind and stays.
"""

_KNOWN = tuple((name, re.compile(form, re.IGNORECASE)) for name, form, _ in _FORMS)
_SCHEME = re.compile(r"(https?)://", re.IGNORECASE)
_ENCODED = re.compile(r"https?%3a%2f%2f", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9](?::\d{1,5})?/.", re.IGNORECASE)
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """An address without the prefixes before it, and the services these belong to, outermost first."""

    url: str
    names: tuple[str, ...] = ()


def without_prefixes(url: str) -> Bare:
    """Return an address without the prefixes of services that count downloads.

    Where nothing that looks like an address stands behind a prefix it stays: the file is the service's own.
    """
    names: list[str] = []
    for _ in range(_MOST):
        found = _behind(url)
        if found is None:
            break
        name, url = found
        names.append(name)
    return Bare(url=url, names=tuple(names))


def _behind(url: str) -> tuple[str, str] | None:
    """Return the service whose prefix an address begins with and the address behind it; None where there is none."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return None
    for name, form in _KNOWN:
        prefix = form.match(url, scheme.end())
        if prefix and (behind := _address(url[prefix.end() :], scheme[0])):
            return name, behind
    return None


def _address(rest: str, scheme: str) -> str:
    """Return what stands behind a prefix as an address, with the scheme before it where it has none; empty for none."""
    if _ENCODED.match(rest):
        rest = unquote(rest)
    inner = _SCHEME.match(rest)
    bare = rest[inner.end() :] if inner else rest
    if not _HOST.match(bare):
        return ""
    return rest if inner else scheme + rest
