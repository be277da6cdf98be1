"""The text of a file nobody promised an encoding for."""

import codecs
import re

from episodes.cues import Reading
from episodes.problems import UserError

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SAMPLE = 400
_CONTROL = re.compile("[\x00-\x08]")
_HINT = "save it with the encoding UTF-8"


def decode(body: bytes, reading: Reading) -> str:
    """Return the text of a file, without byte order mark and with the line ends of Unix.

    UTF-16 and Windows-1252 are recognised and told. Raises UserError, with line and byte, where it is none of them.
    """
    text = _decoded(body, reading)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise UserError(f"is no text: line {line} holds the byte 0x{ord(found[0]):02X}", hint=_HINT)
    return re.sub("\r\n?", "\n", text)


def _decoded(body: bytes, reading: Reading) -> str:
    if codec := _UTF16.get(body[:2]) or _without_mark(body):
        try:
            text = body.decode(codec).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = body.decode(codec, "replace")[: error.start // 2].count("\n") + 1
            raise UserError(f"is not whole UTF-16: line {line}, byte {error.start}", hint=_HINT) from error
        reading.mended("the encoding is another", 1, "is UTF-16, and is published as UTF-8")
        return text
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # of the text after a byte order mark, the error counts from there
        at = error.start + (len(codecs.BOM_UTF8) if body.startswith(codecs.BOM_UTF8) else 0)
        line = len(re.findall(rb"\r\n?|\n", body[:at])) + 1
        place = f"line {line}, byte {at} (0x{body[at]:02X})"
        try:
            text = body.decode("cp1252")
        except UnicodeDecodeError:
            text = ""
        # whoever writes one encoding does not write letters of UTF-8 as well
        if not text or re.search(rb"[\xc3\xc4\xe2][\x80-\xbf]", body):
            raise UserError(f"is not UTF-8 text: {place}", hint=_HINT) from error
        reading.mended("the encoding is another", line, f"is not UTF-8: {place}; it is read as Windows-1252", _HINT)
        return text


def _without_mark(body: bytes) -> str:
    """Return the kind of UTF-16 of a text without a byte order mark, by where its zero bytes are."""
    even, odd = body[:_SAMPLE:2], body[1:_SAMPLE:2]
    if len(odd) > 3 and odd.count(0) > 0.7 * len(odd) and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if len(odd) > 3 and even.count(0) > 0.7 * len(even) and not odd.count(0) else ""
