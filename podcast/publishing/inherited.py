"""Rules that a feed broke before it came here: what they find is told, and stops no publish."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from episodes.problems import Problem, Severity, nearest, quoted
from feed.checks.run import all_rules
from podcast.settings import FILE


def softened(problems: Iterable[Problem], inherited: Collection[str]) -> Iterator[Problem]:
    """Yield problems, errors of `inherited` rules as warnings, and an error for every id that is no rule's."""
    known = tuple(rule.id for rule in all_rules()) if inherited else ()
    for name in inherited:
        if name not in known:
            message, hint = f"{quoted(name)} is not a rule", nearest(name, known)
            yield Problem(path=FILE, field="feed.inherited", message=message, hint=hint)
    for problem in problems:
        eased = problem.severity is Severity.ERROR and problem.rule in inherited
        yield replace(problem, severity=Severity.WARNING) if eased else problem
