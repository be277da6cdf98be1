"""Runs every rule over the bytes of a feed."""

from datetime import datetime

from episodes.problems import Problem, Severity
from feed.checks import addresses, apple, apple_items, podcasting20, psp, rss
from feed.checks.rule import Rule, registered_rules
from feed.document import FeedDocument, MalformedFeedError, read_document

# Imported for the rules they register.
MODULES = (rss, apple, apple_items, psp, podcasting20, addresses)

_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check_feed(body: bytes, *, name: str = "feed.xml", now: datetime | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a feed, by line; nothing for a feed every directory takes.

    `name` is the path of the findings. `now` (aware) lets the rules on dates see the future. Where rules say the
    same about the same place, the gravest is kept. Bytes that are not XML give one finding, of RSS-11.
    """
    try:
        document = read_document(body, now=now)
    except MalformedFeedError as error:
        return (Problem(message=error.reason, path=name, line=error.line, hint=error.hint, rule="RSS-11"),)
    return check_document(document, name=name)


def check_document(document: FeedDocument, *, name: str = "feed.xml") -> tuple[Problem, ...]:
    """Return what is wrong with a parsed feed, in the form of `check_feed`; of what is no RSS, only that."""
    rules = all_rules() if document.root.name == "rss" else (rss.rss_1,)
    kept: dict[tuple[str, str], Problem] = {}
    for rule in rules:
        for problem in rule(document, name=name):
            known = kept.setdefault((problem.field, problem.message), problem)
            if _GRAVITY[problem.severity] < _GRAVITY[known.severity]:
                kept[problem.field, problem.message] = problem
    return tuple(sorted(kept.values(), key=lambda problem: (problem.line, problem.field, problem.rule)))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule, by id."""
    return registered_rules()
