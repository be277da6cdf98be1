"""What expat says of XML it cannot read, and what bytes are that are no XML, in a producer's words."""

import re
from typing import NamedTuple
from xml.parsers.expat import errors


class Explained(NamedTuple):
    """What is wrong, and how to mend it."""

    reason: str
    hint: str


_WORDS = {
    errors.XML_ERROR_SYNTAX: Explained("it does not begin with a tag", "check the address"),
    errors.XML_ERROR_NO_ELEMENTS: Explained("there is no element in it", "check the address"),
    errors.XML_ERROR_MISPLACED_XML_PI: Explained(
        "something stands before <?xml", "take it out; a feed begins with <?xml"
    ),
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: Explained("something stands behind the last tag", "take it out"),
    errors.XML_ERROR_UNCLOSED_TOKEN: Explained("the last tag has no end", "look whether the file is whole"),
    errors.XML_ERROR_UNCLOSED_CDATA_SECTION: Explained("a <![CDATA[ has no end", "write ]]> where it ends"),
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: Explained("an attribute is there twice", "take one out"),
    errors.XML_ERROR_UNBOUND_PREFIX: Explained(
        "a prefix is used that no xmlns declares", 'declare it on <rss>, such as xmlns:podcast="…"'
    ),
    errors.XML_ERROR_BAD_CHAR_REF: Explained("a number after &# is of no character", "take it out"),
}


_HINT = "name the feed: the XML file that podcast apps fetch"
_BEGINNINGS = {
    rb"ID3|\xff[\xe2-\xe5\xea-\xed\xf2-\xf5\xfa-\xfd]": "an MP3 file",
    rb"....ftyp": "an MP4 or M4A file",
    rb"fLaC": "a FLAC file",
    rb"OggS": "an Ogg or Opus file",
    rb"RIFF....WAVE": "a WAV file",
    rb"RIFF....WEBP": "a WebP picture",
    rb"\x89PNG": "a PNG picture",
    rb"\xff\xd8\xff": "a JPEG picture",
    rb"GIF8": "a GIF picture",
    rb"%PDF": "a PDF file",
    rb"PK\x03\x04": "a ZIP archive",
    rb"[{\[]": "JSON",
}
_SPACE = re.compile(rb"\s*")
_TAG = re.compile(rb"<(?:\?xml|!|[a-z])", re.IGNORECASE)
_UTF_16_OR_32 = re.compile(rb"\xff\xfe|\xfe\xff|\0\0\xfe\xff|[\s\0]*<")


def kind_of(body: bytes) -> Explained | None:
    """Return what bytes seem to be that are no XML, by how they begin; nothing of what may be XML, if broken."""
    space = _SPACE.match(body)
    begin = space.end() if space else 0
    start = body[begin : begin + 1000]
    if not start:
        return Explained("an empty file: there is nothing in it", _HINT)
    if start.startswith(b"\x1f\x8b"):
        return Explained("a file that is compressed (gzip)", "unpack it with gunzip and name what comes out of it")
    kind = next((kind for form, kind in _BEGINNINGS.items() if re.match(form, start, re.DOTALL)), "")
    if kind:
        return Explained(kind, _HINT)
    if _TAG.search(start) or _UTF_16_OR_32.match(start):
        return None
    return Explained("a file that is not text" if b"\0" in start else "plain text", _HINT)


def explained(reason: str, before: bytes, after: bytes) -> Explained:
    """Explain expat's `reason`, given the bytes around the place in UTF-8, or none where they are not at hand."""
    if reason in _WORDS:
        return _WORDS[reason]
    if reason == errors.XML_ERROR_UNDEFINED_ENTITY and after:
        name = _shown(after.split(b";")[0])
        return Explained(f"{name}; is an entity of HTML", "write the character itself, such as ü, or &amp; for &")
    if reason != errors.XML_ERROR_INVALID_TOKEN or not after:
        return Explained(reason, "mend the XML at that place")
    first = after.decode("utf-8", "replace")[0]
    if first == "\ufffd" and not after.startswith("\ufffd".encode()):
        return Explained(
            f"the byte 0x{after[0]:02x} is not UTF-8", "save the feed as UTF-8, or declare the encoding it has"
        )
    if not first.isprintable() and first not in "\t\r\n":
        return Explained(f"the character U+{ord(first):04X} is in it, which XML forbids", "take it out")
    hint = "mend it at that place; & is written &amp; and < is written &lt;"
    return Explained(f"after {_shown(before)!r} comes {_shown(after)!r}", hint)


def _shown(text: bytes) -> str:
    return text[:20].decode("utf-8", "ignore")
