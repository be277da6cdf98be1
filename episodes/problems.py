"""Problems a person can act on: what is wrong, where, and what to do next."""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""What no text may hold: terminal escapes, what XML forbids, and overrides of the writing direction."""

_UNSEEN = re.compile(f"{UNFIT.pattern[:-1]}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# what steers the writing direction, too: at home among right-to-left words, on a terminal it makes one name look like
# another
_SHOWN = 80


class Severity(StrEnum):
    """How much a problem hinders: an error stops a publish, a warning does not, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding about one place.

    `line` counts from 1; 0 means the file as a whole. `path` is the file as the producer knows it, or
    a store key, or empty where no file is concerned. `hint` says what to do next.
    """

    message: str
    severity: Severity = Severity.ERROR
    path: str = ""
    line: int = 0
    field: str = ""
    hint: str = ""
    rule: str = ""

    def __post_init__(self) -> None:
        """Keep what a stranger wrote into a file from reaching the terminal as more than text."""
        for name in ("message", "path", "field", "hint"):
            text = getattr(self, name)
            if not text.isprintable():
                object.__setattr__(self, name, visible_line(text).replace("\t", "\\t"))

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line and self.path else self.path
        parts = [part for part in (place, self.field) if part]
        text = ": ".join([*parts, self.message])
        return f"{text}; {self.hint}" if self.hint else text


class UserError(Exception):
    """Something a person can put right: a sentence that says what is wrong, and a hint that says what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = visible(message)
        self.hint = visible(hint)

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class ProblemsFound(UserError):
    """One or more problems of severity error; nothing was written."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def errors(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return the problems that stop a publish."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def shown_path(path: Path, base: Path) -> str:
    """Return `path` relative to `base` where it lies inside, with forward slashes; whole otherwise."""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


def visible(text: str) -> str:
    """Return text as it may reach a terminal: what no text may hold, and what steers the writing direction, escaped."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def visible_line(text: str) -> str:
    """Return text as it may stand on a line of its own: what a stranger wrote makes no further lines."""
    return visible(text).replace("\n", "\\n")


def unfit(text: str) -> str:
    """Return a sentence about the first character of `text` that no text may hold; empty where there is none."""
    found = UNFIT.search(text)
    return f"holds a character that no text may hold (U+{ord(found[0]):04X})" if found else ""


_USER = re.compile(r"//[^/?#\s]*@")


def without_user(text: str) -> str:
    """Return text without user name and password in the addresses it holds."""
    return _USER.sub("//", text)


def quoted(value: str) -> str:
    """Return a value a person wrote, in quotes, for a message: on one line, and of a long one only the beginning.

    User name and password in an address are left out.
    """
    value = _USER.sub("//…@", value)
    text = visible_line(value[: _SHOWN + 1])
    return f"'{text}'" if len(value) <= _SHOWN else f"'{text[:_SHOWN]}…'"


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return a hint that names the nearest known word, or all of them."""
    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), lower, n=1)
    return f"did you mean '{lower[close[0]]}'?" if close else f"one of: {', '.join(known)}"
