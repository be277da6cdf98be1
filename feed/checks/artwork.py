"""Rules of Apple Podcasts for pictures, on the bytes their addresses sent."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from episodes.covers import HEAVY, cover_problems, measure_picture
from episodes.problems import Severity
from feed.checks.http import missing_header, not_opened
from feed.checks.rule import Finding, rule
from feed.checks.targets import Kind, asked, size_of
from feed.document import FeedDocument

_ARTWORK = "https://podcasters.apple.com/support/896-artwork-requirements"
_MEASURED = "The covers of a show folder are measured without --online, too."


@rule(
    "APPLE-ART-1",
    severity=Severity.ERROR,
    source=_ARTWORK,
    online=True,
    offline=_MEASURED,
    mend="export the cover as a square of 3000 x 3000 pixels",
)
def apple_art_1(document: FeedDocument) -> Iterator[Finding]:
    """Covers of show and episodes are square, 1400 to 3000 pixels per side (Apple, artwork requirements)."""
    yield from _measured(document, "APPLE-ART-1")


@rule(
    "APPLE-ART-2",
    severity=Severity.ERROR,
    source=_ARTWORK,
    online=True,
    offline=_MEASURED,
    mend="save the cover as JPEG or PNG, and name it .jpg or .png",
)
def apple_art_2(document: FeedDocument) -> Iterator[Finding]:
    """Covers are JPEG or PNG files, and their names end in .jpg or .png accordingly (Apple, artwork requirements)."""
    yield from _measured(document, "APPLE-ART-2")


@rule(
    "APPLE-ART-3",
    severity=Severity.ERROR,
    source=_ARTWORK,
    online=True,
    offline=_MEASURED,
    mend="export the cover as RGB without transparency",
)
def apple_art_3(document: FeedDocument) -> Iterator[Finding]:
    """Covers are in RGB without transparency, of sRGB colours (Apple, artwork requirements)."""
    yield from _measured(document, "APPLE-ART-3")


@rule(
    "APPLE-ART-4",
    severity=Severity.ERROR,
    source=_ARTWORK,
    online=True,
    mend="let the server answer HEAD, with Last-Modified",
)
def apple_art_4(document: FeedDocument) -> Iterator[Finding]:
    """The server answers HEAD for a cover, and says when it was changed (Apple, artwork requirements)."""
    for target, probe in asked(document, Kind.PICTURE):
        if probe.head:
            yield from not_opened(target, probe.head)
            if probe.head.status == 200:
                yield from missing_header(target, probe.head, "last-modified")


@rule(
    "APPLE-ART-7",
    severity=Severity.NOTE,
    source=_ARTWORK,
    online=True,
    offline=_MEASURED,
    mend="save the cover as JPEG with a quality of about 80: 500 kB are enough for 3000 x 3000 pixels",
)
def apple_art_7(document: FeedDocument) -> Iterator[Finding]:
    """Covers have at most 512,000 bytes; Apple names no limit, many hosts and apps on the road do."""
    for target, probe in asked(document, Kind.PICTURE):
        told = size_of(probe.head) if probe.head and probe.head.status == 200 else None
        size = told or len(probe.body or b"")
        if size > HEAVY:
            hint = "save it as JPEG; 500 kB are enough for 3000 x 3000 pixels"
            yield Finding(message=f"{target} has {size} bytes", at=target.at, hint=hint)


def _measured(document: FeedDocument, rule_id: str) -> Iterator[Finding]:
    """Yield what the rule says to every picture that was fetched, in the words for covers on disk."""
    for target, probe in asked(document, Kind.PICTURE):
        if probe.get is None or probe.get.status != 200:
            continue  # HTTP-2 and APPLE-ART-4 have said so
        cover = measure_picture(probe.get.body)
        if cover is None:
            if rule_id == "APPLE-ART-2" and probe.get.whole:
                hint = "put a JPEG or PNG file there"
                yield Finding(message=f"{target} is not a picture", at=target.at, hint=hint)
            continue
        for problem in cover_problems(cover, urlsplit(target.url).path):
            if problem.rule == rule_id:
                message = problem.message.replace("the cover", str(target), 1)
                yield Finding(message=message, at=target.at, hint=problem.hint, severity=problem.severity)
