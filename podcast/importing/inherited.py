"""Which rules a feed broke where it came from: a publish does not stop for them, so that a move changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from episodes.problems import ProblemsFound, Severity
from feed.checks.run import all_rules, check_document
from feed.compiler import compile_feed
from feed.document import read_document
from feed.item import Item
from feed.show import Show

_ADDRESS = "https://example.org/"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def inherited_rules(show: Show, items: Sequence[Item]) -> tuple[str, ...]:
    """Return the ids of rules that are broken by what a feed says of a show and its items, in their order.

    What it does not say of the show is no such thing: the producer is asked for it.
    """
    known = replace(
        show,
        title=show.title or "–",
        description=show.description or "–",
        language=show.language or "en",
        link=show.link or _ADDRESS,
        feed_url=f"{_ADDRESS}feed.xml",
    )
    while items:
        try:
            body = compile_feed(known, items, changed=max((item.published for item in items), default=_LONG_AGO))
        except ProblemsFound:  # items no feed can carry; what is wrong with the others is found one by one
            items = [item for item in items if _sound(known, item)]
            if not items:
                return ()
        else:
            grave = [rule for rule in all_rules() if rule.severity is Severity.ERROR]
            found = check_document(read_document(body), rules=grave)
            return tuple(sorted({problem.rule for problem in found if problem.severity is Severity.ERROR}))
    return ()


def _sound(show: Show, item: Item) -> bool:
    try:
        compile_feed(show, [item], changed=item.published)
    except ProblemsFound:
        return False
    return True
