"""Which pages of a site are ours to write."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from episodes.problems import Problem, Severity
from podcast.layout import FEED, INDEX, SEARCH_ENTRY, SEARCH_PARTS, SEARCH_STATE
from podcast.publishing.artifacts import Artifact, website_in
from podcast.publishing.feeds import feed_keys
from podcast.publishing.ledger import Ledger
from podcast.publishing.observe import Held, Observed
from podcast.stores import Store
from podcast.website.render import look_files, sheets_of
from podcast.website.sitemap import MARK, NOT_FOUND, ROBOTS

_OF_THE_HOST = re.compile(rf"{re.escape(NOT_FOUND)}|{re.escape(ROBOTS)}|sitemap(-\d+)?\.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePages:
    """What a publish may write: `artifacts`, the store as far as it is known now, and the keys that stay as they are.

    `problems` say of each of those why.
    """

    artifacts: tuple[Artifact, ...]
    observed: Observed
    theirs: frozenset[str]
    problems: tuple[Problem, ...]


def site_pages(artifacts: Sequence[Artifact], observed: Observed, store: Store) -> SitePages:
    """Fit artifacts to what is in the store: what stands there for the whole host and is somebody else's stays.

    Objects of unknown origin that may be the host's are read, three at most in all but huge shows.
    """
    held = dict(observed.held)
    theirs = set()
    for artifact in artifacts:
        there = held.get(artifact.key)
        if there is None or there.sha256 or not is_of_the_host(artifact.key):
            continue
        stored = store.get(artifact.key)
        if stored and MARK in stored.body:
            held[artifact.key] = Held(sha256=hashlib.sha256(stored.body).hexdigest(), tag=stored.tag)
        else:
            theirs.add(artifact.key)
    ours = [artifact for artifact in artifacts if artifact.key not in theirs]
    return SitePages(
        artifacts=tuple(ours),
        observed=replace(observed, held=held),
        theirs=frozenset(theirs),
        problems=tuple(map(_left, sorted(theirs))),
    )


def own_pages(ledger: Ledger | None) -> frozenset[str]:
    """Return the keys of pages and feeds that a ledger accounts for, without those that may be the host's."""
    if ledger is None:
        return frozenset({FEED, INDEX})
    pages = ledger.pages or sheets_of(website_in(ledger))
    search = (SEARCH_ENTRY, SEARCH_PARTS, SEARCH_STATE)
    keys = {*pages, *look_files(ledger.show.release.site), *feed_keys(ledger), *search}
    return frozenset(key for key in keys if not is_of_the_host(key))


def is_of_the_host(key: str) -> bool:
    """Say whether a key may be that of a file somebody else put there for the whole host: `robots.txt`."""
    return bool(_OF_THE_HOST.fullmatch(key))


def _left(key: str) -> Problem:
    message, hint = "is in the store already and folge did not write it; it stays", f"delete {key} to have folge's"
    return Problem(severity=Severity.WARNING, path=key, message=message, hint=hint)
