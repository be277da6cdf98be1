"""Which encoding the bytes of an XML document have: what they begin with says it, then the XML declaration."""

import codecs
import re
from typing import NamedTuple

_DECLARATION = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_TEXT = re.compile(
    r"ascii|utf-8|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|tis-620|gb2312|gbk|gb18030|big5|shift_jis|euc_(jp|kr)"
)
_BEGINNINGS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"<\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}


class Charset(NamedTuple):
    """The encoding as declared, in lower case or empty, and Python's codec for the bytes, empty for an unknown one."""

    declared: str
    codec: str


def charset_of(body: bytes) -> Charset:
    """Return the encoding of an XML document by what it begins with (XML 1.0, appendix F).

    Bytes that begin like ASCII and are declared to be UTF-16 are taken for UTF-8: libraries write so that declare
    what their strings are in memory.
    """
    certain = next((codec for beginning, codec in _BEGINNINGS.items() if body.startswith(beginning)), "")
    text = body[:2000].decode(certain or "latin-1", "ignore").removeprefix("\ufeff")
    found = _DECLARATION.match(text)
    declared = found.group(1).lower() if found else ""
    return Charset(declared, certain or _codec(declared or "utf-8"))


def _codec(declared: str) -> str:
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        return ""
    if codec.startswith(("utf-16", "utf-32")):
        return "utf-8"
    return codec if _TEXT.fullmatch(codec) else ""
