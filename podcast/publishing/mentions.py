"""Which issues of the newsletter the pages of episodes tell of."""

from collections.abc import Iterator, Mapping

from podcast.publishing.ledger import Ledger
from podcast.website.page import NewsletterIssue
from podcast.website.sources import web


def mentions_of(ledger: Ledger) -> Mapping[str, tuple[NewsletterIssue, ...]]:
    """Return the issues that have appeared and tease an episode, by its guid, the oldest first.

    Of an episode that was recalled they are told under its new guid. Nothing where the show wants nothing told.
    """
    if not ledger.show.release.mentions:
        return {}
    rows = ledger.by_guid()
    found: dict[str, dict[NewsletterIssue, None]] = {}
    for issue, guids in sorted(_appeared(ledger), key=lambda it: (it[0].on, it[0].title)):
        for guid in guids:
            followed = {guid}
            while (entry := rows.get(guid)) and entry.successor and entry.successor not in followed:
                guid = entry.successor
                followed.add(guid)
            found.setdefault(guid, {})[issue] = None
    return {guid: tuple(issues) for guid, issues in found.items()}


def _appeared(ledger: Ledger) -> Iterator[tuple[NewsletterIssue, tuple[str, ...]]]:
    for name, record in ledger.issues.items():
        if record.public and record.on:
            yield NewsletterIssue(title=record.title or name, on=record.on, url=web(record.url)), record.guids
