"""What an import tells of what it found: a rule with a name, so that findings of one kind stand together."""

from episodes.problems import Problem, Severity, quoted

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
