"""What became of which episode from one edition of the feeds to the next, told from the ledger."""

from dataclasses import dataclass
from datetime import datetime

from podcast.publishing.ledger import Edition, Entry, Ledger, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The rows an edition brought something of, by what happened to them; `show` says that the show changed too."""

    added: tuple[Entry, ...] = ()
    updated: tuple[Entry, ...] = ()
    withdrawn: tuple[Entry, ...] = ()
    restored: tuple[Entry, ...] = ()
    show: bool = False


def changes_of(ledger: Ledger, edition: Edition) -> Changes:
    """Return what was published between the edition before and this one; nothing where it went back to another.

    Of the oldest edition that is kept only what was published in that very moment is known, unless it is the first.
    """
    if edition.back_to:
        return Changes()
    since = _since(ledger, edition)
    found: dict[str, list[Entry]] = {}
    for entry in sorted(ledger.entries, key=lambda entry: entry.position):
        if what := _happened(entry, since, edition.at):
            found.setdefault(what, []).append(entry)
    versions = ledger.show.history[1:]
    return Changes(
        added=tuple(found.get("added", ())),
        updated=tuple(found.get("updated", ())),
        withdrawn=tuple(found.get("withdrawn", ())),
        restored=tuple(found.get("restored", ())),
        show=any(_within(version.at, since, edition.at) for version in versions),
    )


def _since(ledger: Ledger, edition: Edition) -> datetime | None:
    """Return when the edition before was published, the same moment where none is kept, None before the first."""
    if edition.number == 1:
        return None
    return max((each.at for each in ledger.editions if each.number < edition.number), default=edition.at)


def _happened(entry: Entry, since: datetime | None, until: datetime) -> str:
    """Return what happened to a row in a time, in the end; nothing where nothing did."""
    places = [place for place, version in enumerate(entry.history) if _within(version.at, since, until)]
    if not places:
        return ""
    if since == until and len(places) > 1:  # two publishes in one second: the first of them is told of before
        places = places[1:]
    last, first = entry.history[places[-1]], places[0]
    if last.state is State.WITHDRAWN:
        return "withdrawn"
    if first == 0:
        return "added"
    return "restored" if entry.history[first - 1].state is State.WITHDRAWN else "updated"


def _within(at: datetime, since: datetime | None, until: datetime) -> bool:
    """Say whether a moment is after `since`, or in the very moment that both are."""
    return at <= until and (since is None or at > since or since == at == until)
