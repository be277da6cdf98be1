"""Rules for chapters in the feed itself: Podlove Simple Chapters."""

import re
from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.names import loosely, qualified
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument

_SIMPLE_CHAPTERS = "https://podlove.org/simple-chapters/"

_NAMESPACE = "http://podlove.org/simple-chapters"
_CHAPTERS = qualified(_NAMESPACE, "chapters")
_CHAPTER = qualified(_NAMESPACE, "chapter")
_PLAY_TIME = re.compile(r"(?:\d{1,4}:(?:[0-5]?\d:)?[0-5]?\d|\d{1,7})(?:\.\d{0,9})?", re.ASCII)


@rule(
    "PSC-1",
    severity=Severity.WARNING,
    source=_SIMPLE_CHAPTERS,
    mend="write one <psc:chapters> in the item, filled with <psc:chapter>, and copy its namespace letter for letter: "
    '`xmlns:psc="http://podlove.org/simple-chapters"`',
)
def psc_1(document: FeedDocument) -> Iterator[Finding]:
    """An item has one psc:chapters at most, with one psc:chapter at least, in the namespace written to the letter
    (Podlove Simple Chapters 1.2).
    """
    for uri in sorted(document.namespaces):
        if uri != _NAMESPACE and loosely(uri) == loosely(_NAMESPACE):
            message = f"the namespace {uri!r} is not {_NAMESPACE!r}, and apps will not see its chapters"
            yield Finding(message=message, at=document.root, hint=f"write {_NAMESPACE}, letter for letter")
    for item in document.items:
        lists = item.all(_CHAPTERS)
        for second in lists[1:]:
            message = "a second <psc:chapters>, and apps read the first only"
            yield Finding(message=message, at=second, hint="put all chapters into one list")
        for chapters in lists:
            if not chapters.all(_CHAPTER):
                hint = "add <psc:chapter> elements, or take it out"
                yield Finding(message="<psc:chapters> holds no chapter", at=chapters, hint=hint)


@rule(
    "PSC-2",
    severity=Severity.ERROR,
    source=_SIMPLE_CHAPTERS,
    mend='write <psc:chapter start="01:35:52" title="…"/>, in the order of time',
)
def psc_2(document: FeedDocument) -> Iterator[Finding]:
    """A psc:chapter has a title and a start in Normal Play Time, such as `37`, `7:48` or `01:35:52.250`, and stands in
    the order of time; the last only should be, for apps put them in order (Podlove Simple Chapters 1.2).
    """
    lists = [chapters for item in document.items for chapters in item.all(_CHAPTERS)]
    for chapter in (chapter for chapters in lists for chapter in chapters.all(_CHAPTER)):
        for attribute in ("start", "title"):
            if not chapter.get(attribute):
                message = f"<psc:chapter> has no {attribute}"
                yield Finding(message=message, at=chapter, missing=f"@{attribute}", hint=f'add {attribute}="…" to it')
        start = chapter.get("start")
        if start and not _PLAY_TIME.fullmatch(start):
            message = f"the chapter starts at {quoted(start)}, which is no time"
            yield Finding(message=message, at=chapter, missing="@start", hint="write it such as 01:35:52 or 7:48.250")
    for chapters in lists:
        yield from _steps_back(chapters)


def _steps_back(chapters: Element) -> Iterator[Finding]:
    before = 0.0
    for chapter in chapters.all(_CHAPTER):
        if _PLAY_TIME.fullmatch(chapter.get("start")):
            start = _seconds(chapter.get("start"))
            if start < before:
                message = f"the chapter at {chapter.get('start')} stands behind a later one"
                hint = "put the chapters in the order of time"
                yield Finding(message=message, at=chapter, hint=hint, severity=Severity.WARNING)
            before = max(start, before)


def _seconds(time: str) -> float:
    seconds = 0.0
    for part in time.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
