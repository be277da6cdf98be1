"""What the rules say about the chapters of an episode, wherever they were written."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from episodes.chapterfiles.marks import Mark
from episodes.problems import Problem, Severity, quoted
from episodes.timecode import type_position

_FEWEST = 3
_MOST_IN_ID3 = 255


def findings(marks: Sequence[Mark], *, path: str, audio: str, length: timedelta | None = None) -> Iterator[Problem]:
    """Yield a warning for whatever the rules find in chapters in the order of time (JCH-5, APPLE-CHAP-1, ID3-1).

    `length` is that of the audio file, where it is known. A chapter without a line is named by its field.
    """

    def warning(index: int, message: str, hint: str, rule: str) -> Problem:
        return Problem(
            severity=Severity.WARNING,
            path=path,
            line=marks[index].line,
            field="" if marks[index].line else f"chapters[{index + 1}]",
            message=message,
            hint=hint,
            rule=rule,
        )

    visible = [index for index, mark in enumerate(marks) if not mark.chapter.hidden]
    if visible and (first := marks[visible[0]].chapter).start:
        message = f"the first chapter {quoted(first.title)} begins at {type_position(first.start)}, not at 00:00"
        yield warning(visible[0], message, "let it begin at 00:00, or add one that does", "JCH-5")
    if 0 < len(visible) < _FEWEST:
        there = "there is 1 chapter" if len(visible) == 1 else f"there are {len(visible)} chapters"
        yield warning(visible[-1], f"{there}; Apple shows them from {_FEWEST}", "add more, or none", "APPLE-CHAP-1")
    if len(marks) > _MOST_IN_ID3:
        message = f"there are {len(marks)} chapters; the tags of an MP3 hold {_MOST_IN_ID3}"
        yield warning(_MOST_IN_ID3, message, "keep those worth jumping to", "ID3-1")
    for index, mark in enumerate(marks):
        chapter = mark.chapter
        if length is not None and chapter.start >= length:
            what = f"the chapter {quoted(chapter.title)} begins at {type_position(chapter.start)}"
            message = f"{what}, and the audio ends at {type_position(length)}"
            yield warning(index, message, f"look whether '{audio}' is the right file", "JCH-5")
        for name, address in (("link", chapter.link), ("image", chapter.image)):
            if address and not address.lower().startswith("https://"):
                message = f"the {name} {quoted(address)} is not an https address"
                yield warning(index, message, "write https://… where the site has it", "JCH-5")
