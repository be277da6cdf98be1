"""The registry of rules: a rule is a function that looks at a feed document and yields findings."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from episodes.problems import Problem, Severity
from feed.document import Element, FeedDocument

MOST_FINDINGS = 5000
"""How many places one rule names: a stranger's feed may have a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found at one element; `missing` names the child or `@attribute` that should be there.

    `severity` is given where this finding weighs less than the rule.
    """

    message: str
    at: Element
    missing: str = ""
    hint: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its id, how much a finding hinders at most, the authority's address, and what it asks for in a sentence.

    `online` says that it judges what the addresses of a feed answered, and is silent where nobody asked them; `offline`
    is a sentence on what others find for it all the same. `mend` says what to do about any finding of it, and is the
    hint of those that say nothing better.
    """

    id: str
    severity: Severity
    source: str
    promise: str
    find: Callable[[FeedDocument], Iterator[Finding]]
    online: bool = False
    offline: str = ""
    mend: str = ""

    def __call__(self, document: FeedDocument, *, name: str = "feed.xml") -> tuple[Problem, ...]:
        """Return the problems of this rule; `name` becomes their path. Of very many only the first are returned."""
        found = list(islice(self.find(document), MOST_FINDINGS + 1))
        problems = [self._problem(finding, name) for finding in found[:MOST_FINDINGS]]
        if len(found) > MOST_FINDINGS:
            message = f"more than {MOST_FINDINGS:,} places break {self.id}, and the others are not listed"
            problems.append(
                Problem(message=message, severity=self.severity, path=name, hint="mend these first", rule=self.id)
            )
        return tuple(problems)

    def _problem(self, finding: Finding, name: str) -> Problem:
        path = f"{finding.at.path}/{finding.missing}" if finding.missing else finding.at.path
        return Problem(
            message=finding.message,
            severity=finding.severity or self.severity,
            path=name,
            line=finding.at.line,
            field=path,
            hint=finding.hint or self.mend,
            rule=self.id,
        )


_RULES: dict[str, Rule] = {}


def rule(
    rule_id: str, *, severity: Severity, source: str, online: bool = False, offline: str = "", mend: str = ""
) -> Callable[[Callable[[FeedDocument], Iterator[Finding]]], Rule]:
    """Register a function as a rule: its name is the id in lower case, its docstring what the rule asks for.

    Raises ValueError for a second rule of the same id, another name or a missing docstring.
    """

    def register(find: Callable[[FeedDocument], Iterator[Finding]]) -> Rule:
        if rule_id in _RULES:
            raise ValueError(f"there is a rule {rule_id} already")
        if find.__name__ != rule_id.lower().replace("-", "_"):
            raise ValueError(f"the function of {rule_id} is called {find.__name__}")
        if not find.__doc__ and sys.flags.optimize < 2:  # python -OO takes all docstrings away
            raise ValueError(f"{find.__name__} does not say what {rule_id} asks for")
        promise = " ".join((find.__doc__ or "").split())
        registered = Rule(
            id=rule_id,
            severity=severity,
            source=source,
            promise=promise,
            find=find,
            online=online,
            offline=offline,
            mend=mend,
        )
        _RULES[rule_id] = registered
        return registered

    return register


def registered_rules() -> tuple[Rule, ...]:
    """Return every rule of the modules imported so far, by id."""
    return tuple(_RULES[rule_id] for rule_id in sorted(_RULES))


_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def run_rules(rules: Iterable[Rule], document: FeedDocument, *, name: str = "feed.xml") -> tuple[Problem, ...]:
    """Return what `rules` say to a document, by line; where they say the same about a place, the gravest is kept."""
    kept: dict[tuple[str, str], Problem] = {}
    for one in rules:
        for problem in one(document, name=name):
            known = kept.setdefault((problem.field, problem.message), problem)
            if _GRAVITY[problem.severity] < _GRAVITY[known.severity]:
                kept[problem.field, problem.message] = problem
    return tuple(sorted(kept.values(), key=lambda problem: (problem.line, problem.field, problem.rule)))


def missing(parent: Element, *names: str) -> Iterator[Finding]:
    """Yield a finding for each child of `parent` that is absent or empty.

    The words are the same whichever rule asks, so that a report says it once.
    """
    for name in names:
        if not parent.value(name):
            yield Finding(
                message=f"<{name}> is missing or empty",
                at=parent,
                missing=name,
                hint=f"add <{name}> to <{parent.name}>",
            )


def missing_attributes(parent: Element, name: str, *attributes: str) -> Iterator[Finding]:
    """Yield a finding where `parent` has no child called `name`, or the first has none of `attributes` filled."""
    child = parent.first(name)
    if child is None:
        yield Finding(message=f"<{name}> is missing", at=parent, missing=name, hint=f"add <{name}> to <{parent.name}>")
        return
    for attribute in attributes:
        if not child.get(attribute):
            message = f"<{name}> has no {attribute}"
            yield Finding(message=message, at=child, missing=f"@{attribute}", hint=f"add {attribute} to <{name}>")
