"""A sound feed, edited in one place, and what a rule says to it."""

from datetime import datetime

from episodes.problems import Problem
from feed.checks.run import all_rules
from feed.document import read_document
from tests.feed.builders import a_feed

SOUND = a_feed().decode()


def edited(old: str, new: str, *, feed: str = SOUND) -> str:
    """`feed` with the first `old` replaced; `old` has to be there."""
    assert old in feed, old
    return feed.replace(old, new, 1)


def without(element: str) -> str:
    """The sound feed without the first line that opens `element`."""
    lines = SOUND.splitlines(keepends=True)
    index = next(index for index, line in enumerate(lines) if line.lstrip().startswith(f"<{element}"))
    return "".join(lines[:index] + lines[index + 1 :])


def said(rule_id: str, feed: str, *, now: datetime | None = None) -> tuple[Problem, ...]:
    """The findings of one rule."""
    (rule,) = (rule for rule in all_rules() if rule.id == rule_id)
    return rule(read_document(feed.encode(), now=now))
