"""Finds the namespaces of a feed under the addresses that other feeds give them."""

import re
from html import escape
from itertools import islice

from episodes.markup import ATOM, PREFIXES, URIS
from episodes.problems import Problem, quoted
from feed.document import FeedDocument
from feed.remarks import Remark, remark

_OF_RSS = frozenset(
    {
        "http://backend.userland.com/rss2", "http://backend.userland.com/rss", "http://backend.userland.com/rss091",
        "http://blogs.law.harvard.edu/tech/rss", "http://cyber.law.harvard.edu/rss/rss.html",
        "http://purl.org/rss/1.0", "http://my.netscape.com/rdf/simple/0.9", "http://purl.org/net/rss1.1#",
        "http://www.rssboard.org/rss-specification", "http://purl.org/rss/2.0",
    }
)  # fmt: skip
"""Addresses by which some feeds call RSS itself, which has no namespace."""

_MOST = 50
"""Namespaces under other addresses that are looked after; a feed has a dozen namespaces in all."""

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf)\b[^>]*>", re.IGNORECASE)
_DEFAULT = re.compile(rb"(?<=\s)xmlns\s*=\s*([\"'])([^\"']*)\1")
_PREFIXED = re.compile(rb"(?<=\s)xmlns:([A-Za-z][\w.-]*)\s*=\s*([\"'])([^\"']*)\2")


def _bare(uri: str) -> str:
    """Return an address as it is compared: letter case, scheme and the slash at its end do not count."""
    return uri.strip().lower().replace("https://", "http://", 1).replace("/master/", "/main/").rstrip("/")


_KNOWN = {_bare(uri): uri for uri in PREFIXES} | {
    "http://purl.org/atom/ns#": ATOM,
    "http://www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd": URIS["googleplay"],
    "http://www.itunes.com/dtds/podcast-1.0-.dtd": URIS["itunes"],
    "http://podcastindex.org/namespace": URIS["podcast"],
}


def known_namespaces(document: FeedDocument) -> tuple[bytes, tuple[Problem, ...]]:
    """Return the body with its namespaces as they are called elsewhere, and a finding for each that was not."""
    body = document.body
    unusual = (uri for uri in sorted(document.namespaces) if uri not in PREFIXES and _bare(uri) in _KNOWN)
    changes = {uri: _KNOWN[_bare(uri)] for uri in islice(unusual, _MOST)}
    root = _ROOT.search(body)
    tag = root[0] if root else b""
    for prefix, _, given in _PREFIXED.findall(tag):
        name, uri = prefix.decode().lower(), given.decode("utf-8", "replace")
        if uri in document.namespaces and uri not in PREFIXES and uri not in changes and name in URIS:
            changes[uri] = URIS[name]
    for uri, meant in changes.items():
        for quote in ('"', "'"):
            written = f"{quote}{escape(uri, quote=False)}{quote}"
            body = body.replace(written.encode(), f"{quote}{meant}{quote}".encode())
    problems = [
        remark(Remark.NAMESPACES, f"the namespace {quoted(uri)} is read as {meant}", line=document.root.line)
        for uri, meant in changes.items()
    ]
    default = _DEFAULT.search(tag)
    uri = default[2].decode("utf-8", "replace") if default else ""
    is_rss = re.match(rb"<(?:rss|rdf:rdf)\b", tag, re.IGNORECASE) is not None
    if default and is_rss and (_bare(uri) in _OF_RSS or uri in PREFIXES or document.root.name != "rss") and uri:
        now = _ROOT.search(body)
        body = body.replace(now[0], _DEFAULT.sub(b'xmlns=""', now[0], count=1), 1) if now else body
        said = f"the elements of RSS have the namespace {quoted(uri)}, which is not read"
        problems.append(remark(Remark.NAMESPACES, said, line=document.root.line))
    return body, tuple(problems)
