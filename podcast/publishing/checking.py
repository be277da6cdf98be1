"""The checks of the very bytes of feeds: of those that would be written, and of those there will be."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from episodes.model import Status
from episodes.problems import Problem, ProblemsFound, Severity, errors
from episodes.timecode import show_moment
from feed.checks.run import check_feed
from feed.reader import read_feed
from podcast.publishing.changes import Change, Kind
from podcast.publishing.decide import decide
from podcast.publishing.feeds import compile_pages, waived_rules
from podcast.publishing.gather import Gathered
from podcast.publishing.ledger import Ledger
from podcast.publishing.origin import name_origin
from podcast.publishing.rendered import Rendered

Check = Callable[[bytes, str], tuple[Problem, ...]]
"""What says of the bytes of a page of a feed, and of its key, what is wrong with it."""


def _whole_check(body: bytes, key: str) -> tuple[Problem, ...]:
    return check_feed(body, name=key)


def check_pages(pages: Iterable[tuple[str, bytes]], ledger: Ledger, check: Check = _whole_check) -> tuple[Problem, ...]:
    """Check pages of feeds, given by key; findings name the file they come from, each once."""
    problems: list[Problem] = []
    waived = waived_rules(ledger)
    for key, body in pages:
        mine = next((rules for start, rules in waived.items() if key.startswith((f"{start}.", f"{start}/"))), ())
        found = [problem for problem in check(body, key) if problem.rule not in mine]
        items = read_feed(body).items if found else ()
        problems += [name_origin(problem, ledger, items) for problem in found]
    return tuple(dict.fromkeys(problems))


def waiting_ledger(gathered: Gathered, changes: Iterable[Change]) -> Ledger | None:
    """Return the ledger of what waits, as if it were due, and of what has the same audio; None where nothing waits."""
    guids = {change.guid for change in changes if change.kind is Kind.WAIT}
    ready = [release for release in gathered.releases if release.episode.status is Status.READY]
    waiting = [release for release in ready if release.episode.guid in guids]
    dates = [release.episode.published for release in waiting if release.episode.published]
    if not dates:
        return None
    urls = {release.audio.url for release in waiting} - {""}
    same = [release for release in ready if release.episode.guid not in guids and release.audio.url in urls]
    return decide(gathered.show, (*waiting, *same), (), None, now=max(dates), by="").ledger


def check_waiting(
    waiting: Ledger, published: Ledger, rendered: Rendered, check: Check = _whole_check
) -> tuple[Problem, ...]:
    """Return what will be wrong in the files of episodes that wait, once they are in a feed.

    What is wrong with the show itself is told too where nothing is published whose feed says it already.
    """
    try:
        pages = compile_pages(waiting, rendered)[1]
    except ProblemsFound as error:
        return error.problems
    found = check_pages(sorted(pages.items()), waiting, check)
    return tuple(problem for problem in found if problem.path.startswith("episodes/") or not published.published)


def foretold(problems: tuple[Problem, ...], waiting: Ledger) -> Iterator[Problem]:
    """Yield a warning for each error in what waits: nothing stops a publish before the episode is due."""
    episodes = [entry.release.episode for entry in waiting.entries]
    days = {f"episodes/{episode.source_name}": episode.published for episode in episodes}
    first = min(filter(None, days.values()))
    for problem in errors(problems):
        moment = show_moment(days.get(problem.path) or first)
        message = f"from {moment} on no publish will go through: {problem.message}"
        yield replace(problem, severity=Severity.WARNING, message=message)
