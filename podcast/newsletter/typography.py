"""What a typesetter would do to a text, and only where it is certain: quotation marks, dashes, narrow spaces.

A gender colon (`Leser:in`) and star stay as they are, and so does everything in addresses and between backticks.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import cycle

from podcast.newsletter.words import NARROW, NO_BREAK

_MARKS: Mapping[str, tuple[str, str]] = {"de": ("„“", "‚‘"), "en": ("“”", "‘’")}
"""Opening and closing quotation marks by language: the double ones, then those within."""

_KEPT = re.compile(r"`[^`\n]*`|\b[a-zA-Z][\w+.-]*://[^\s\"<>]+|\bwww\.[^\s\"<>]+|[\w.+-]+@[\w.-]+|<[^<>\s][^<>\n]*>")
_STRAIGHT = {'"': re.compile('"'), "'": re.compile(r"'")}
_BEFORE_OPENING = re.compile(r"[\s(\[/–—„“‚‘\"'-]")
_AFTER_OPENING = re.compile(r"[\w(\[„“‚‘\"'…#§\ue000-]")
_BEFORE_CLOSING = re.compile(r"[^\s(\[–—„‚]")
_AFTER_CLOSING = re.compile(r"[\s)\]/.,;:!?…–—“”‘’\"'-]")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")

_ALWAYS = (
    (re.compile(r"(?<![.…])\.\.\.(?!\.)"), "…"),
    (re.compile(r"(?<=\S) (?:--?|–) (?=\S)"), f"{NO_BREAK}– "),
    (re.compile(r"(?<![\w-])((?:19|20)\d\d)-((?:19|20)\d\d)(?![\w-])"), r"\1–\2"),
    (re.compile(r"(?<=\d) (?=(?:km|kg|cm|mm|GB|MB|kB|kbit/s|€)(?!\w))"), NARROW),
)
_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_GERMAN = (
    (re.compile(r"\b([zZ])\. ?B\.(?!\w)"), rf"\1.{NARROW}B."),
    (re.compile(r"\b([dD])\. ?h\.(?!\w)"), rf"\1.{NARROW}h."),
    (re.compile(r"\b([uUvV])\. ?a\.(?!\w)"), rf"\1.{NARROW}a."),
    (re.compile(r"\b([oO])\. ?ä\.(?!\w)"), rf"\1.{NARROW}ä."),
    (re.compile(r"\b([iI])\. ?d\. ?R\.(?!\w)"), rf"\1.{NARROW}d.{NARROW}R."),
    (re.compile(r"(?<=\d) (?=%|(?:Min|Std|Sek|Mio|Mrd)\.|(?:Uhr|Euro|Prozent)\b)"), NARROW),
    (re.compile(r"(?<=§) (?=\d)|(?<=\bNr\.) (?=\d)"), NARROW),
    (re.compile(rf"(?<=\d\.) (?=(?:{_MONTHS})\b)"), NARROW),
)


def typeset(text: str, language: str) -> str:
    """Return a text as a typesetter of its language would set it; of other languages than German and English as is.

    Lines are kept. Straight quotation marks of a paragraph become typographic ones where every one of them clearly
    opens or closes; in a paragraph with a doubtful one (inches, feet) all stay.
    """
    name = language.lower().split("-")[0]
    if name not in _MARKS:
        return text
    return re.sub(r"[^\n]+(?:\n[^\n]+)*", lambda found: _paragraph(found[0], name), text)


def _paragraph(text: str, language: str) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\ue000{len(kept) - 1}\ue001"

    plain = _KEPT.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    for pattern, written in (*_ALWAYS, *(_GERMAN if language == "de" else ())):
        plain = pattern.sub(written, plain)
    plain = _APOSTROPHE.sub("’", plain)
    for straight, marks in zip(_STRAIGHT, _MARKS[language], strict=True):
        plain = _quoted(plain, straight, marks)
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found[1])], plain)


def _quoted(text: str, straight: str, marks: str) -> str:
    """Return a text with straight quotation marks as `marks`, where they open and close in turn beyond doubt."""
    places = [found.start() for found in _STRAIGHT[straight].finditer(text)]
    if not places or len(places) % 2 or list(_roles(text, places)) != ["opens", "closes"] * (len(places) // 2):
        return text
    letters = list(text)
    for place, mark in zip(places, cycle(marks), strict=False):
        letters[place] = mark
    return "".join(letters)


def _roles(text: str, places: list[int]) -> Iterator[str]:
    """Yield what each straight mark does by the letters around it; `doubtful` where that is not certain."""
    for place in places:
        before, after = text[:place][-1:], text[place + 1 : place + 2]
        opens = (not before or bool(_BEFORE_OPENING.match(before))) and bool(_AFTER_OPENING.match(after))
        closes = bool(_BEFORE_CLOSING.match(before)) and (not after or bool(_AFTER_CLOSING.match(after)))
        yield "doubtful" if opens == closes else "opens" if opens else "closes"


_SENTENCE_END = re.compile(
    r"""(?:(?<=[^\W\d_]{3})(?<!\bProf)(?<!\bbzw)(?<!\bMin)(?<!\bStd)(?<!\bInc)[.]|[!?…])["“”’»)]?(?=\s\W?[A-ZÄÖÜ0-9])"""
)
"""Where a sentence ends beyond doubt: not behind `Dr.`, `z. B.` and `3.`"""


def shortened(text: str, longest: int) -> str:
    """Return the first sentences of a text that fit into `longest` characters; where not even one does, words and `…`.

    The result is one paragraph.
    """
    flat = re.sub(r"[ \t\n]+", " ", text).strip()
    if len(flat) <= longest:
        return flat
    ends = [found.end() for found in _SENTENCE_END.finditer(flat) if found.end() <= longest]
    if ends:
        return flat[: ends[-1]]
    return f"{flat[: longest - 1].rsplit(' ', 1)[0].rstrip(' ,;:–-')}…"


def first_sentence(text: str, longest: int) -> str:
    """Return the first sentence of a text, shortened to `longest` characters."""
    flat = re.sub(r"[ \t\n]+", " ", text).strip()
    found = _SENTENCE_END.search(flat)
    return shortened(flat[: found.end()] if found else flat, longest)
