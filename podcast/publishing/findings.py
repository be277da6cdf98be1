"""What is found wrong while episodes and their files are put together."""

from collections.abc import Sequence

from episodes.problems import Problem, Severity


class Findings:
    """Gathers `problems`; `known` are those of measuring, of which nothing is said twice."""

    def __init__(self, known: Sequence[Problem]) -> None:
        self.problems: list[Problem] = []
        self._known = known

    def warn(self, path: str, field: str, message: str, hint: str = "") -> None:
        """Note what does not stop a publish."""
        problem = Problem(severity=Severity.WARNING, path=path, field=field, message=message, hint=hint)
        self.problems.append(problem)

    def note(self, path: str, field: str, message: str) -> None:
        """Note what is good to know."""
        self.problems.append(Problem(severity=Severity.NOTE, path=path, field=field, message=message))

    def absent(self, path: str, field: str, written: str, published: str | None) -> None:
        """Tell that a file is not on this machine: an error, unless one is published (under that path, or another)."""
        if published == written or any(p.path == path and p.field == field for p in self._known):
            return
        if published is not None:
            self.warn(path, field, f"'{written}' is not on this machine; what is published is kept")
            return
        hint = f"put it there, or say where it is in {path}"
        self.problems.append(Problem(path=path, field=field, message=f"'{written}' is not there", hint=hint))
