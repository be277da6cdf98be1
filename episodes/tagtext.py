"""Makes the text of tags fit to be shown: no control characters, no mojibake, no more than anybody reads."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from episodes.problems import quoted

TITLE = 255
DESCRIPTION = 100_000
LINK = 2048

_BYTES = {chr(number): number for number in range(256)}
for _number in range(0x80, 0xA0):
    try:
        _BYTES[bytes((_number,)).decode("cp1252")] = _number
    except UnicodeDecodeError:
        continue  # 0x81, 0x8D, 0x8F, 0x90 and 0x9D are nothing in cp1252
_TRAIL = "".join(char for char, number in _BYTES.items() if 0x80 <= number < 0xC0)
_SUSPICIOUS = re.compile(f"[\xc2-\xdf][{re.escape(_TRAIL)}]|[\xe0-\xf4][{re.escape(_TRAIL)}]{{2,3}}|[\x80-\x9f\ufffd]")
# what people type right behind a letter; the rest of what follows the first byte of a character nobody does
_TYPED = "…–—‘’‚“”„‹›«»•·°º¹²³©®™\xa0"
_READ = re.escape("".join(sorted(set(_TRAIL) - set(_TYPED))))
_CERTAIN = re.compile(
    "|".join(
        (
            "[\x80-\x9f]",
            f"[\xc2-\xdf][{_READ}]",
            f"[\xe0-\xf4]([{_READ}][{re.escape(_TRAIL)}]|[{_TYPED}][{_READ}])",
            f"(?<![^\\W\\d_])\xc3[{_TYPED}](?=[^\\W\\d_])",  # Ã–sterreich
            f"(?<=[A-Z])\xc3[{_TYPED}](?=[A-Z])",  # MÃ–BEL
            f"(?<=[a-z\xdf-\xf6\xf8-\xff])[\xc2-\xde][{_TYPED}]",  # fÃ©e
            f"(?<=\\d)\xc2[{_TYPED}]",  # 25Â°
            "(?<![^\\W_])\xc2[«»¹²³·©®\xa0]",  # Â© 2026
        )
    )
)
_SWAPPED = re.compile("[\t\n\r\x20-\x7e\xa0-\u024f\u2010-\u2044\u20ac]{4,}")
_CONTROLS = re.compile("[\x80-\x9f]")
# controls, overrides of the writing direction (a title may not end its line backwards), and what is no character
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"[1-9]\d{3}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d{1,6})?)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?")
_NUMBER = re.compile(r"0*(\d{1,6})(\s*/\s*\d*)?")
_CLOCK = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


def repaired(text: str, *, cut: bool = False) -> str:
    """Return text that was read in a wrong encoding as it was meant, where that is certain, anything else unchanged.

    It is certain of UTF-8 read as Latin-1 or Windows-1252 where it holds what nobody types: `Spaß…` and `CAFÉ’s` are
    UTF-8 by their bytes, too. `cut` says that the text may end in the middle of a character.
    """
    text = whole = _unswapped(text)
    for _ in range(2):  # some tools do it twice
        if not _CERTAIN.search(text):
            break
        try:
            raw = bytes([_BYTES[char] for char in text])
            meant = codecs.getincrementaldecoder("utf-8")("strict").decode(raw, final=not cut)
        except (KeyError, UnicodeDecodeError):
            break
        if len(_SUSPICIOUS.findall(meant)) >= len(_SUSPICIOUS.findall(text)):
            break
        text = meant
    return whole if _CONTROLS.search(text) else text


def _unswapped(text: str) -> str:
    """Return UTF-16 that was read with its bytes swapped as it was meant: all of it is then of our letters."""
    body = text.lstrip("\ufeff\ufffe")
    if body[:1] < "\u0250":
        return text
    try:
        meant = body.encode("utf-16-le").decode("utf-16-be")
    except UnicodeError:
        return text
    return meant if _SWAPPED.fullmatch(meant) and len(set(meant)) > 2 else text


_MOST_TOLD = 20
_MOST_QUOTED = 80


@dataclass(slots=True)
class Wording:
    """Reads the texts of one file, and remembers which were read otherwise than they stand there."""

    _repairs: dict[tuple[str, str, str], None] = field(default_factory=dict)

    def line(self, name: str, text: str, limit: int = TITLE) -> str:
        """Return a tag as one line, like `line`; `name` is what people call the tag."""
        self._look(name, text, limit)
        return line(text, limit)

    def lines(self, name: str, text: str, limit: int = DESCRIPTION) -> str:
        """Return a tag with its line breaks, like `lines`; `name` is what people call the tag."""
        self._look(name, text, limit)
        return lines(text, limit)

    def _look(self, name: str, text: str, limit: int) -> None:
        before, after = _mended(text, limit)
        if before != after:
            at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
            at = max(at - 20, 0) if len(before) > _MOST_QUOTED else 0
            self._repairs[name, before[at : at + _MOST_QUOTED], after[at : at + _MOST_QUOTED]] = None

    def repairs(self) -> Iterator[str]:
        """Yield a sentence about each text that was repaired, with how it stands there; of very many the first."""
        for name, before, after in list(self._repairs)[:_MOST_TOLD]:
            yield f"its {name} {quoted(before)}, written in a wrong encoding, is read as {quoted(after)}"
        if (more := len(self._repairs) - _MOST_TOLD) > 0:
            yield f"{more} more texts, written in a wrong encoding, are read as they were meant"


def line(text: str, limit: int = TITLE) -> str:
    """Return a tag as one line of at most `limit` characters."""
    return _SPACE.sub(" ", _clean(text, limit)).strip()[:limit].rstrip()


def lines(text: str, limit: int = DESCRIPTION) -> str:
    """Return a tag with its line breaks and tabs, at most `limit` characters."""
    return _clean(text, limit).strip()[:limit].rstrip()


def _mended(text: str, limit: int) -> tuple[str, str]:
    """Return of a text what may be needed of it, as it is and as it was meant."""
    bound = 4 * limit + 1000
    return text[:bound], repaired(text[:bound], cut=len(text) > bound)


def _clean(text: str, limit: int) -> str:
    text = _mended(text, limit)[1]
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def iso_date(text: str) -> str:
    """Return a date tag in ISO 8601 (a year, a month, a day or a moment), empty for anything else."""
    text = line(text, 40)
    return text.replace(" ", "T") if _DATE.fullmatch(text) else ""


def number(text: str) -> int | None:
    """Return the count in `3` or `3/12`, None for nothing, zero or words."""
    match = _NUMBER.fullmatch(text[:40].replace("\0", "").strip())
    return int(match[1]) or None if match else None


def language(text: str) -> str:
    """Return a language code as written (`de`, `deu`, `de-DE`), empty for anything else."""
    text = line(text, 35)
    return text if _LANGUAGE.fullmatch(text) else ""


def link(text: str) -> str:
    """Return a web address, empty for anything else and for one that is too long."""
    text = line(text, LINK + 1)
    return text if text.startswith(("http://", "https://")) and len(text) <= LINK and " " not in text else ""


def clock(text: str) -> timedelta | None:
    """Return the time in `HH:MM:SS.mmm`, None for anything else."""
    match = _CLOCK.fullmatch(text[:40].strip())
    if not match:
        return None
    hours, minutes, seconds = (int(part) for part in match.groups()[:3])
    part = int((match[4] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=part)
