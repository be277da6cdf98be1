"""Rules for the addresses in a feed."""

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

from episodes.problems import Severity
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument
from feed.text import ascii_url

_APPLE = "https://podcasters.apple.com/support/823-podcast-requirements"

_IN_TEXT = frozenset({"link", "url", "itunes:new-feed-url"})
_IN_ATTRIBUTE = {
    "enclosure": ("url",),
    "atom:link": ("href",),
    "itunes:image": ("href",),
    "podcast:person": ("href", "img"),
    "podcast:transcript": ("url",),
    "podcast:chapters": ("url",),
    "podcast:funding": ("url",),
    "podcast:trailer": ("url",),
    "podcast:image": ("href",),
    "podcast:license": ("url",),
    "podcast:contentLink": ("href",),
}
_EXPIRING = ({"x-amz-signature"}, {"x-goog-signature"}, {"signature", "expires"}, {"signature", "key-pair-id"})
WEBSITE_ENDPOINT = re.compile(r"\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$")
"""Hosts of Amazon's website endpoints: plain http only (S3-1)."""

_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")


class Address(NamedTuple):
    """An address and where it stands: the element and, where it is one, the attribute."""

    url: str
    at: Element
    attribute: str

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"{self.attribute} of <{self.at.name}>" if self.attribute else f"<{self.at.name}>"


def addresses(document: FeedDocument) -> Iterator[Address]:
    """Yield every address an app or a browser would open, in the order of the document."""
    for element in document.root.walk():
        if element.name in _IN_TEXT and element.text.strip():
            yield Address(element.text.strip(), element, "")
        for attribute in _IN_ATTRIBUTE.get(element.name, ()):
            if url := element.get(attribute):
                yield Address(url, element, attribute)


def comparable(url: str) -> str:
    """Return `url` in the form in which two that differ only in spelling are the same (RFC 3986, section 6.2); http and
    https count as one.
    """
    plain = ascii_url(url)
    try:
        parts = urlsplit(plain)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return plain
    if ":" in host:
        host = f"[{host}]"
    authority = host if port in {None, _PORTS.get(parts.scheme.lower())} else f"{host}:{port}"
    path = _ESCAPE.sub(_plainest, parts.path) or "/"
    return urlunsplit(("", authority, path, parts.query, ""))


@rule(
    "HTTP-1",
    severity=Severity.ERROR,
    source=_APPLE,
    mend="write the whole address, `https://` first, without password or signature; let the server offer it by https, "
    "and redirect http to it",
)
def http_1(document: FeedDocument) -> Iterator[Finding]:
    """Every address is an absolute https address without password and without a signature that expires (Apple,
    podcast requirements; podcast namespace 1.0); plain http to this machine is a preview and passes, plain http to an
    S3 website endpoint is the matter of S3-1.
    """
    for address in addresses(document):
        if address.at.name == "podcast:person" and address.attribute == "href":
            continue  # a guest's own website is not the publisher's to move
        if why := _not_public(address.url):
            message = f"{address.place} {address.url!r} {why}"
            yield Finding(message=message, at=address.at, hint="write an address anybody can open by https")


@rule(
    "APPLE-FEED-3",
    severity=Severity.WARNING,
    source=_APPLE,
    mend="percent-encode what is not a plain letter, digit or sign of addresses: `%20` for a space, `%C3%BC` for ü; or "
    "rename the file",
)
def apple_feed_3(document: FeedDocument) -> Iterator[Finding]:
    """Addresses are ASCII without spaces, everything else percent-encoded (Apple, podcast requirements)."""
    for address in addresses(document):
        if found := re.search(r"[^!-~]", address.url):
            message = f"{address.place} {address.url!r} holds {found.group()!r}"
            yield Finding(message=message, at=address.at, hint="percent-encode what is not a plain letter or digit")


def _not_public(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "is not an address"
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return "is not an absolute https address"
    if parts.scheme.lower() == "http" and not _is_loopback(host) and not WEBSITE_ENDPOINT.search(host):
        return "is not https"
    if parts.username or parts.password:
        return "holds a user name or password"
    names = {name.lower() for name in parse_qs(parts.query, keep_blank_values=True)}
    if any(signed <= names for signed in _EXPIRING):
        return "is signed and will expire"
    return ""


def _plainest(escape: re.Match[str]) -> str:
    sign = chr(int(escape.group()[1:], 16))
    return sign if _UNRESERVED.fullmatch(sign) else escape.group().upper()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
