"""Turns the bytes of a feed into text, whatever its declaration says: the bytes themselves have the last word."""

import codecs
import re
from typing import NamedTuple

from episodes.problems import Problem
from feed.charsets import charset_of
from feed.remarks import Remark, remark

WINDOWS = {
    code: bytes((code,)).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
"""What people mean by the control characters U+0080 to U+009F: the characters of Windows with these numbers."""

_LATIN = frozenset({"iso8859-1", "cp1252", "ascii", "iso8859-15"})
_CODEPOINTS = re.compile("[\x80-\x9f]")


class Decoded(NamedTuple):
    """Text with `\\n` line ends and no mark of its encoding, and what there is to say about it."""

    text: str
    problems: tuple[Problem, ...]


def decoded(body: bytes, charset: str = "") -> Decoded:
    """Read bytes as UTF-8 where they are that, else as declared, else as UTF-8 with bytes of Windows in it.

    `charset` is what the HTTP header says, which counts where the document declares nothing.
    """
    found = charset_of(body)
    certain = found.codec.startswith(("utf-16", "utf-32")) or body.startswith(codecs.BOM_UTF8)
    if certain:
        return _certain(body, found.codec)
    declared = found.declared or charset.lower()
    codec = found.codec if found.declared else _codec(charset)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(body, declared, codec, error)
    if codec == "utf-8" or not declared or body.isascii():
        return Decoded(_lines(text), ())
    message = f"it is declared to be {declared!r} and is UTF-8, and is read so"
    return Decoded(_lines(text), (remark(Remark.ENCODING, message, line=1),))


def _codec(charset: str) -> str:
    return charset_of(f'<?xml version="1.0" encoding="{charset}"?>'.encode("ascii", "replace")).codec if charset else ""


def _certain(body: bytes, codec: str) -> Decoded:
    text = body.decode(codec, "replace")
    lost = text.count("\ufffd")
    try:
        body.decode(codec)
    except UnicodeDecodeError as error:
        line = body[: error.start].decode(codec, "ignore").count("\n") + 1
        message = f"{lost} characters are not {codec}, and are read as \N{REPLACEMENT CHARACTER}"
        return Decoded(_lines(text), (remark(Remark.ENCODING, message, line=line),))
    return Decoded(_lines(text), ())


def _not_utf8(body: bytes, declared: str, codec: str, error: UnicodeDecodeError) -> Decoded:
    if codec and codec not in _LATIN and codec != "utf-8":
        try:
            return Decoded(_lines(body.decode(codec)), ())
        except UnicodeDecodeError:
            pass  # it is not what it is declared to be, either
    if codec in ("iso8859-1", "iso8859-15"):
        text = body.decode(codec)
        if not _CODEPOINTS.search(text):
            return Decoded(_lines(text), ())
    elif codec == "cp1252":
        return _windows(body, "")
    line = body.count(b"\n", 0, error.start) + 1
    said = f"declared to be {declared!r}" if declared else "declared to be nothing, which means UTF-8"
    message = f"it is {said}, and holds bytes of Windows-1252, which are read so"
    return _windows(body, message, line)


def _windows(body: bytes, message: str, line: int = 1) -> Decoded:
    """Read what is UTF-8 as that, and every other byte as Windows-1252."""
    text = body.decode("utf-8", _HANDLER)
    problems = [remark(Remark.ENCODING, message, line=line)] if message else []
    if lost := text.count("\ufffd"):
        words = f"{lost} bytes stand for no character in any encoding, and are read as \N{REPLACEMENT CHARACTER}"
        problems.append(remark(Remark.ENCODING, words, line=text.count("\n", 0, text.index("\ufffd")) + 1))
    return Decoded(_lines(text), tuple(problems))


def _by_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - it is registered for decoding only
    wrong = error.object[error.start : error.end]
    if error.end == len(error.object) and error.reason == "unexpected end of data":
        return "", error.end  # the feed was cut in the middle of a character
    return "".join(WINDOWS.get(byte, "\ufffd" if byte < 0xA0 else chr(byte)) for byte in wrong), error.end


_HANDLER = "folge-windows"
codecs.register_error(_HANDLER, _by_byte)


def _lines(text: str) -> str:
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
