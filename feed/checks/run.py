"""Runs every rule over the bytes of a feed."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from episodes.problems import Problem
from feed.checks import (
    addresses,
    alternates,
    apple,
    apple_items,
    artwork,
    chapters_in_feed,
    conversations,
    descriptions,
    directories,
    episode_tags,
    hosts,
    http,
    json_chapters,
    links,
    locations,
    media,
    pages,
    people,
    pictures,
    podcasting20,
    psp,
    remotes,
    rss,
    spelling,
    transcripts,
    values,
)
from feed.checks.rule import Rule, registered_rules, run_rules
from feed.document import FeedDocument, MalformedFeedError, read_document

# Imported for the rules they register.
MODULES = (
    addresses,
    alternates,
    apple,
    apple_items,
    artwork,
    chapters_in_feed,
    conversations,
    descriptions,
    directories,
    episode_tags,
    hosts,
    http,
    json_chapters,
    links,
    locations,
    media,
    pages,
    people,
    pictures,
    podcasting20,
    psp,
    remotes,
    rss,
    spelling,
    transcripts,
    values,
)


def check_feed(body: bytes, *, name: str = "feed.xml", now: datetime | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a feed, by line; nothing for a feed every directory takes.

    `name` is the path of the findings. `now` (aware) lets the rules on dates see the future. Where rules say the
    same about the same place, the gravest is kept. Bytes that are not XML give one finding, of RSS-11.
    """
    try:
        document = read_document(body, now=now)
    except MalformedFeedError as error:
        hint = error.hint or rss.rss_11.mend
        return (Problem(message=error.reason, path=name, line=error.line, hint=hint, rule=rss.rss_11.id),)
    return check_document(document, name=name)


def check_document(
    document: FeedDocument, *, name: str = "feed.xml", rules: Iterable[Rule] | None = None
) -> tuple[Problem, ...]:
    """Return what `rules`, or all, say to a parsed feed, in the form of `check_feed`; of what is no RSS, only that."""
    wanted = (all_rules() if rules is None else rules) if document.root.name == "rss" else (rss.rss_1,)
    return tuple(_without_the_misspelt(run_rules(wanted, document, name=name)))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule, by id."""
    return registered_rules()


def _without_the_misspelt(problems: Collection[Problem]) -> Iterator[Problem]:
    """Leave out what is missing only because its name stands there in the wrong letter case."""
    misspelt = {_unnumbered(problem.field) for problem in problems if problem.rule == "APPLE-FEED-2"}
    lower = {field.lower() for field in misspelt}
    for problem in problems:
        if problem.field.lower() not in lower or _unnumbered(problem.field) in misspelt:
            yield problem


def _unnumbered(field: str) -> str:
    return re.sub(r"\[\d+\]$", "", field)
