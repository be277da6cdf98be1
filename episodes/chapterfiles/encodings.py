"""The text of a file an editor on any system wrote: UTF-8, UTF-16, or what Windows calls ANSI."""

import codecs
from dataclasses import dataclass

from episodes.problems import Problem

LARGEST = 4_000_000
"""Bytes a file of chapters may have; more is something else."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 2000
_HINT = "save it again with the encoding UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text without its byte order mark, and the encoding it was written in, as Python names it."""

    text: str
    encoding: str


def decode(raw: bytes, path: str) -> Text | Problem:
    """Return the text of a file; what is in no encoding that occurs comes back as a problem with its line."""
    if len(raw) > LARGEST:
        message = f"has more than {LARGEST:,} bytes, the most a file of chapters may have"
        return Problem(path=path, message=message, hint="look whether it is the right file")
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], encoding, path)
    first, second = (raw[start:_SAMPLE:2].count(0) for start in (0, 1))
    if first or second:
        if first > 4 * second:
            return _decoded(raw, "utf-16-be", path)
        if second > 4 * first:
            return _decoded(raw, "utf-16-le", path)
        hint = "name a file of chapters; those inside audio are taken from it by themselves"
        return Problem(path=path, message="is not a text file", hint=hint)
    try:
        return Text(text=raw.decode(), encoding="utf-8")
    except UnicodeDecodeError:
        return _decoded(raw, "cp1252", path)


def _decoded(raw: bytes, encoding: str, path: str) -> Text | Problem:
    try:
        return Text(text=raw.decode(encoding), encoding=encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].decode(encoding, "replace").count("\n") + 1
        named = "UTF-8 or Windows-1252" if encoding == "cp1252" else encoding.upper()
        message = f"is not text in {named}: byte 0x{raw[error.start]:02X}"
        return Problem(path=path, line=line, message=message, hint=_HINT)
