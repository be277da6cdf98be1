"""Rules of Apple Podcasts for what stands in the description of an item: its HTML, and chapters as timestamps."""

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from episodes.problems import Severity
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument
from feed.reader import parse_duration

_TAGS = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
_CHAPTERS = "https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts"

# Apple names p, ol, ul, li and a; PSP-1 b, i, strong and em; a line break harms nowhere.
_SHOWN = frozenset(["p", "ol", "ul", "li", "a", "b", "i", "strong", "em", "br"])
_TAG = re.compile(r"</?([A-Za-z][^\s/<>]*+)[^<>]*>")
_LINE_END = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|tr)\b[^<>]*>|<br\b[^<>]*>", re.IGNORECASE)
_FEWEST = 3
_STAMP = re.compile(
    r"\s*(?:[-–—•*·]\s*)?[\[(]?((?:\d{1,2}:)?\d{1,2}:[0-5]\d)(?:[\])]|(?![\d:.]))(?!\s*(?:Uhr|[ap]\.?m|h)\b)",
    re.IGNORECASE,
)


class _Stamp(NamedTuple):
    """A timestamp as written and in seconds."""

    text: str
    seconds: float


@rule(
    "APPLE-IT-13",
    severity=Severity.WARNING,
    source=_TAGS,
    mend="keep to p, ol, ul, li, a, b, i, strong, em and br, and take all other tags out",
)
def apple_it_13(document: FeedDocument) -> Iterator[Finding]:
    """The description of an item holds no other HTML than p, ol, ul, li, a, b, i, strong, em and br (Apple, podcast
    tags; PSP-1). Whether it stands in CDATA, as Apple shows it, is the same to XML.
    """
    for item in document.items:
        for description in item.all("description"):
            names = {name.lower() for name in _TAG.findall(description.text)} - _SHOWN
            if names:
                listed = ", ".join(f"<{name}>" for name in sorted(names)[:5])
                message = f"the description holds {listed}, which apps drop or show as text"
                yield Finding(message=message, at=description, hint="keep to p, ol, ul, li, a, b, i, strong, em and br")


@rule(
    "APPLE-CHAP-1",
    severity=Severity.WARNING,
    source=_CHAPTERS,
    mend="list three chapters or more, one a line, the first 00:00, in the order of time; or link a file of chapters",
)
def apple_chap_1(document: FeedDocument) -> Iterator[Finding]:
    """Timestamps at the beginning of lines of a description become chapters at Apple where there are three or more, the
    first 00:00, each later than the one before (Apple, chapters). Times of day and an item with podcast:chapters pass.
    """
    for item in document.items:
        if item.first("podcast:chapters"):
            continue
        for element in item.all("description", "content:encoded"):
            stamps = _stamps(element.text)
            if len(stamps) > 1:
                if why := _no_chapters(stamps, item):
                    hint = f"list {_FEWEST} or more, the first 00:00, in the order of time"
                    yield Finding(message=f"Apple makes no chapters of the timestamps: {why}", at=element, hint=hint)
                break


def _no_chapters(stamps: list[_Stamp], item: Element) -> str:
    first = stamps[0]
    length = parse_duration(item.value("itunes:duration")).total_seconds()
    too_late = length and max(stamp.seconds for stamp in stamps) > length
    like_a_clock = all(stamp.seconds % 5 == 0 for stamp in stamps)
    if first.seconds and (too_late or like_a_clock):
        return ""  # the programme of a day, not of a recording
    if first.seconds:
        return f"the first is {first.text}, not 00:00"
    if len(stamps) < _FEWEST:
        return f"there are {len(stamps)}, and it wants {_FEWEST}"
    late = (after.text for before, after in pairwise(stamps) if after.seconds <= before.seconds)
    return next((f"{text} is not later than the one before" for text in late), "")


def _stamps(text: str) -> list[_Stamp]:
    plain = html.unescape(_TAG.sub("", _LINE_END.sub("\n", text)))
    found = (_STAMP.match(line) for line in plain.splitlines())
    return [_Stamp(match[1], parse_duration(match[1]).total_seconds()) for match in found if match]
