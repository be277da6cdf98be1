"""What an examination found: what is well, what is not, and what could be mended by `--fix`."""

from dataclasses import dataclass, field
from enum import StrEnum

from episodes.problems import Problem, Severity


class Need(StrEnum):
    """What a bucket lacks and can be given."""

    POLICY = "policy"
    CORS = "CORS rule"


@dataclass(slots=True, kw_only=True)
class Notes:
    """Findings as they come. `reached` is false where nobody answered at the store."""

    place: str
    fine: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    needs: set[Need] = field(default_factory=set)
    reached: bool = True

    def well(self, text: str) -> None:
        """Note what was looked at and is as it should be."""
        self.fine.append(text)

    def wrong(
        self, message: str, hint: str, *, severity: Severity = Severity.ERROR, rule: str = "", place: str | None = None
    ) -> None:
        """Note a finding and how it is mended."""
        where = self.place if place is None else place
        self.problems.append(Problem(path=where, message=message, hint=hint, severity=severity, rule=rule))
