"""Cues of a transcript, and what gathers while a file of them is read."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from episodes.problems import UNFIT, Problem, Severity, UserError

MOST_CUES = 100_000
"""Cues a transcript may have: a day of talk has a tenth of them."""

MILLISECOND = timedelta(milliseconds=1)
LONGEST = timedelta(hours=100)
"""What a time in a transcript may say at most."""

_LONGEST_TEXT = 20_000
_LONGEST_NAME = 100
_TOLD = 10
_SPACE = re.compile(r"\s{2,}|[^\S\u00a0\u2007\u202f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is said from `start` to `end`, to the millisecond, on one line and without markup.

    `speaker` is empty where nobody is named. `line` is where it stands in the file it was read from, 0 for none.
    """

    start: timedelta
    end: timedelta
    text: str
    speaker: str = ""
    line: int = 0

    @property
    def said(self) -> tuple[timedelta, timedelta, str, str]:
        """What is said, by whom and when, wherever it stands."""
        return self.start, self.end, self.speaker, self.text


class Reading:
    """What gathers while one file is read: cues, problems with their lines, and whether the file is sound as it is.

    Of problems of one kind the first are told one by one, the rest as a number.
    """

    def __init__(self, path: str, rule: str = "") -> None:
        self.path = path
        self.rule = rule
        self.cues: list[Cue] = []
        self.language = ""
        self.sound = True
        self._problems: list[Problem] = []
        self._counts: Counter[str] = Counter()

    def mended(self, kind: str, line: int, message: str, hint: str = "") -> None:
        """Tell of a mistake that is mended in what is published: the file itself is not."""
        self.sound = False
        self.told(kind, line, message, hint)

    def broken(self, kind: str, line: int, message: str, hint: str) -> None:
        """Tell of a mistake nobody but the producer can mend."""
        self.sound = False
        self.told(kind, line, message, hint, Severity.ERROR)

    def told(
        self, kind: str, line: int, message: str, hint: str = "", severity: Severity = Severity.WARNING, rule: str = ""
    ) -> None:
        """Tell of anything else; `kind` says which problems are alike."""
        self._counts[kind] += 1
        if self._counts[kind] <= _TOLD:
            problem = Problem(
                path=self.path, line=line, message=message, hint=hint, severity=severity, rule=rule or self.rule
            )
            self._problems.append(problem)

    def count(self, kind: str) -> int:
        """Return how often a kind of problem was told."""
        return self._counts[kind]

    def problems(self) -> tuple[Problem, ...]:
        """Return what was told, in the order of the lines, and how much more there is of a kind."""
        more = [
            Problem(path=self.path, severity=Severity.WARNING, message=f"{count - _TOLD:,} more lines where {kind}")
            for kind, count in self._counts.items()
            if count > _TOLD
        ]
        return (*sorted(self._problems, key=lambda problem: problem.line), *more)

    def add(self, line: int, start: timedelta, end: timedelta, text: str, speaker: str = "") -> None:
        """Take a cue; one that says nothing is told and dropped. Raises UserError where there are too many."""
        require_few(len(self.cues) + 1)
        if sentence := _unfit(text):
            self.mended("a character is none", line, sentence)
        said = tidy(text)
        if len(said) > _LONGEST_TEXT:
            self.mended("a cue is too long", line, f"the cue has {len(said):,} characters; {_LONGEST_TEXT:,} are kept")
            said = said[:_LONGEST_TEXT].rstrip()
        if not said:
            self.mended("a cue is empty", line, "the cue is empty, and left out")
            return
        name = tidy(speaker[:_LONGEST_TEXT])[:_LONGEST_NAME].rstrip()
        self.cues.append(Cue(start=_whole(start), end=_whole(end), text=said, speaker=name, line=line))


def require_few(count: int) -> None:
    """Raise UserError where a transcript has more cues than any episode needs."""
    if count > MOST_CUES:
        raise UserError(f"has more than {MOST_CUES:,} cues", hint="divide the episode, or make the cues longer")


def tidy(text: str) -> str:
    """Return text on one line, without what no text may hold and without needless space; no-break spaces may stay."""
    return _SPACE.sub(" ", UNFIT.sub(" ", text)).strip()


def _unfit(text: str) -> str:
    """Return a sentence about the first character no text may hold; the space of other systems is none."""
    found = next((match[0] for match in UNFIT.finditer(text) if not match[0].isspace()), "")
    return f"holds a character that no text may hold (U+{ord(found):04X}), and it is left out" if found else ""


def _whole(time: timedelta) -> timedelta:
    return round(time / MILLISECOND) * MILLISECOND
