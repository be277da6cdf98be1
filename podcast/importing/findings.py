"""What an import tells of what it found: a rule with a name, so that findings of one kind stand together."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from episodes.problems import UNFIT, Problem, Severity, quoted

_Any = TypeVar("_Any")

SOURCE = "docs/moving.md"
"""Where the rules are explained."""


class Findings:
    """Gathers findings about one thing, an episode or the show, which they name."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.problems: list[Problem] = []

    def add(self, rule: str, message: str, *, hint: str = "", severity: Severity = Severity.WARNING) -> None:
        """Note a finding."""
        said = f"{quoted(self.subject)}: {message}"
        self.problems.append(Problem(message=said, rule=f"import-{rule}", hint=hint, severity=severity))

    def note(self, rule: str, message: str, *, hint: str = "") -> None:
        """Note what nobody has to mend."""
        self.add(rule, message, hint=hint, severity=Severity.NOTE)


def without_unfit(value: _Any, findings: Findings) -> _Any:
    """Return a value, in whose texts no character is left that no text may hold."""
    if not any(map(UNFIT.search, _texts(value))):
        return value
    findings.add("characters", "characters that no text may hold are taken out")
    return cast("_Any", _cleaned(value))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for part in _parts(value):
            yield from _texts(part)


def _parts(value: object) -> Iterable[object]:
    if is_dataclass(value) and not isinstance(value, type):
        return (getattr(value, field.name) for field in fields(value))
    return value if isinstance(value, tuple) else ()


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return UNFIT.sub("", value) if UNFIT.search(value) else value
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _cleaned(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **changed)
    return tuple(map(_cleaned, value)) if isinstance(value, tuple) else value
