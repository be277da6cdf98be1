"""A sound feed, edited in one place, and what a rule says to it."""

from dataclasses import replace
from datetime import datetime

from episodes.problems import Problem
from feed.checks.run import all_rules
from feed.document import read_document
from tests.feed.builders import a_feed

SOUND = a_feed().decode()

Edit = tuple[str, str, str]
"""A rule, what stands in the sound feed, and what stands there instead."""


def edited(old: str, new: str, *, feed: str = SOUND) -> str:
    """`feed` with the first `old` replaced; `old` has to be there."""
    assert old in feed, old
    return feed.replace(old, new, 1)


def without(element: str) -> str:
    """The sound feed without the first line that opens `element`."""
    lines = SOUND.splitlines(keepends=True)
    index = next(index for index, line in enumerate(lines) if line.lstrip().startswith(f"<{element}"))
    return "".join(lines[:index] + lines[index + 1 :])


def said(rule_id: str, feed: str, *, now: datetime | None = None, served_from: str = "") -> tuple[Problem, ...]:
    """The findings of one rule."""
    (rule,) = (rule for rule in all_rules() if rule.id == rule_id)
    return rule(replace(read_document(feed.encode(), now=now), served_from=served_from))


def the_one_finding(rule_id: str, feed: str) -> Problem:
    """What a rule says to a feed with one thing wrong: once, at its place, and how to mend it."""
    (problem,) = said(rule_id, feed)
    assert problem.rule == rule_id
    assert problem.line > 0
    assert problem.field.startswith("/rss")
    assert problem.message
    assert problem.hint
    return problem


def spoken(*edits: Edit) -> frozenset[str]:
    """The rules of `edits`."""
    return frozenset(rule_id for rule_id, *_ in edits)
