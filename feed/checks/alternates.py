"""Rules of the podcast namespace for the same episode in other forms."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.lengths import too_long
from feed.checks.placed import (
    ADDRESS,
    DECIMAL,
    ITEMS,
    LANGUAGE,
    MEDIA_TYPE,
    TAGS,
    TRUTH,
    WHOLE,
    elements,
    formed,
    listed,
    live_and_items,
    misplaced,
    required,
)
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument

_SRI = re.compile(r"(?P<name>sha256|sha384|sha512)-(?P<digest>[A-Za-z0-9+/_-]+={0,2})(?:\?[!-~]*)?", re.ASCII)
_STRENGTH = ("sha256", "sha384", "sha512")


@rule(
    "P20-ALTENC",
    severity=Severity.ERROR,
    source=f"{TAGS}/alternate-enclosure.md",
    mend='write <podcast:alternateEnclosure type="audio/ogg" length="…"><podcast:source '
    'uri="https://…"/></podcast:alternateEnclosure> into the item, title and rel of at most 32 characters',
)
def p20_altenc(document: FeedDocument) -> Iterator[Finding]:
    """podcast:alternateEnclosure of an item has a type, a source or more, at most one integrity, and numbers that are
    numbers (podcast namespace, alternateEnclosure).
    """
    yield from misplaced(document, "podcast:alternateEnclosure", *ITEMS)
    for alternate in elements(document, "podcast:alternateEnclosure"):
        yield from required(alternate, "type")
        yield from too_long(alternate)
        yield from formed(alternate, "type", MEDIA_TYPE, "a media type such as audio/ogg")
        yield from formed(alternate, "length", WHOLE, "the size of the file in bytes, in digits only")
        yield from formed(alternate, "bitrate", DECIMAL, "bits per second, such as 128000")
        yield from formed(alternate, "height", WHOLE, "pixels, such as 1080")
        yield from formed(alternate, "lang", LANGUAGE, "a language such as de or de-AT")
        yield from formed(alternate, "default", TRUTH, "true or false")
        if not alternate.all("podcast:source"):
            message = "<podcast:alternateEnclosure> does not say where the file is"
            yield Finding(message=message, at=alternate, missing="podcast:source", hint="add <podcast:source uri>")
        for second in alternate.all("podcast:integrity")[1:]:
            yield Finding(message="a second <podcast:integrity>", at=second, hint="keep one")


@rule(
    "P20-SOURCE",
    severity=Severity.ERROR,
    source=f"{TAGS}/source.md",
    mend='write <podcast:source uri="https://…"/> into the alternate enclosure, the address whole',
)
def p20_source(document: FeedDocument) -> Iterator[Finding]:
    """podcast:source of an alternate enclosure has the whole `uri` of the file, of whatever scheme (podcast
    namespace, source).
    """
    yield from misplaced(document, "podcast:source", "podcast:alternateEnclosure")
    for source in elements(document, "podcast:source"):
        yield from required(source, "uri")
        yield from formed(source, "uri", ADDRESS, "a whole address, such as https://… or ipfs://…")
        yield from formed(source, "contentType", MEDIA_TYPE, "a media type such as application/x-bittorrent")


@rule(
    "P20-INTEGRITY",
    severity=Severity.ERROR,
    source=f"{TAGS}/integrity.md",
    mend='write one <podcast:integrity type="sri" value="sha256-…"/> into the alternate enclosure, the digest in '
    "base64, or take it out",
)
def p20_integrity(document: FeedDocument) -> Iterator[Finding]:
    """podcast:integrity of an alternate enclosure is of the type `sri` or `pgp-signature` and has a value, for `sri`
    a digest of its algorithm's length in base64 (podcast namespace, integrity).
    """
    yield from misplaced(document, "podcast:integrity", "podcast:alternateEnclosure")
    for integrity in elements(document, "podcast:integrity"):
        yield from required(integrity, "type", "value")
        yield from listed(integrity, "type", ("sri", "pgp-signature"))
        value = integrity.get("value")
        if integrity.get("type").lower() == "sri" and value and not _digests(value):
            message = f"the value {quoted(value)} of <podcast:integrity> is no SRI, and apps will refuse the file"
            hint = "write sha256-, sha384- or sha512- and the digest in base64"
            yield Finding(message=message, at=integrity, missing="@value", hint=hint)


@rule(
    "P20-ALT-1",
    severity=Severity.WARNING,
    source=f"{TAGS}/alternate-enclosure.md",
    mend='keep <enclosure> with the MP3 or M4A beside the alternates, and write `default="true"` on the alternate that '
    "is the same file",
)
def p20_alt_1(document: FeedDocument) -> Iterator[Finding]:
    """Beside alternates the main enclosure stays, and the alternate with its address says `default="true"` (podcast
    namespace, alternateEnclosure).
    """
    for item in live_and_items(document):
        alternates = item.all("podcast:alternateEnclosure")
        urls = {enclosure.get("url") for enclosure in item.all("enclosure")} - {""}
        if alternates and not item.all("enclosure"):
            message = "the item has alternate enclosures only, and most apps play none of them"
            yield Finding(message=message, at=item, missing="enclosure", hint="add <enclosure> with the MP3")
        for alternate in alternates:
            same = urls & {source.get("uri") for source in alternate.all("podcast:source")}
            if same and alternate.get("default").lower() != "true":
                message = "the alternate enclosure is the enclosure itself and does not say so"
                yield Finding(message=message, at=alternate, missing="@default", hint='write default="true"')


@rule(
    "P20-INT-1",
    severity=Severity.WARNING,
    source=f"{TAGS}/integrity.md",
    online=True,
    mend="write the digest of the bytes that are sent (`openssl dgst -sha256 -binary FILE | base64`, behind "
    "`sha256-`), or put the right file there",
)
def p20_int_1(document: FeedDocument) -> Iterator[Finding]:
    """The SRI of an alternate enclosure is that of the bytes its sources send (podcast namespace, integrity); only
    where they were fetched.
    """
    for alternate in elements(document, "podcast:alternateEnclosure"):
        for integrity in alternate.all("podcast:integrity"):
            if integrity.get("type").lower() == "sri":
                yield from _other_bytes(document, alternate, integrity)


def _other_bytes(document: FeedDocument, alternate: Element, integrity: Element) -> Iterator[Finding]:
    digests = _digests(integrity.get("value"))
    if not digests:
        return
    strongest = max((name for name, _ in digests), key=_STRENGTH.index)
    promised = {digest for name, digest in digests if name == strongest}
    for source in alternate.all("podcast:source"):
        probe = document.probes.get(source.get("uri"))
        # A torrent is not the file it leads to.
        sent_as_it_is = source.get("contentType") in {"", alternate.get("type")}
        if probe is None or probe.body is None or not sent_as_it_is:
            continue
        actual = hashlib.new(strongest, probe.body).digest()
        if actual not in promised:
            message = f"{quoted(source.get('uri'))} sends other bytes than the {strongest} promises"
            hint = f"write {strongest}-{base64.b64encode(actual).decode()}, if the file is the right one"
            yield Finding(message=message, at=integrity, missing="@value", hint=hint)


def _digests(value: str) -> tuple[tuple[str, bytes], ...]:
    """Return the algorithms and digests of an SRI; none where one of them is malformed."""
    found = []
    for word in value.split():
        form = _SRI.fullmatch(word)
        if form is None:
            return ()
        try:
            digest = base64.b64decode(form["digest"].translate(str.maketrans("-_", "+/")), validate=True)
        except binascii.Error:
            return ()
        if len(digest) != hashlib.new(form["name"]).digest_size:
            return ()
        found.append((form["name"], digest))
    return tuple(found)
