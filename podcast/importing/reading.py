"""What is imported as states of a feed: the one place that knows how a feed of other hands is read."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from episodes.problems import UserError, quoted
from feed.document import read_document
from feed.intake import take_in
from podcast.importing.merging import State


def read_state(body: bytes, name: str, url: str = "", *, zone: ZoneInfo | None = None) -> State:
    """Return a feed as one state; `name` is what the producer called it. Raises UserError where it is no feed.

    A date without a zone is of `zone`, or UTC.
    """
    try:
        intake = take_in(body, url, zone=zone)
    except UserError as error:
        raise UserError(f"{name}: {error.message}", hint=error.hint) from error
    show = intake.feed.show
    owners = (show.owner_email, _named_owner(body)) if show.locked else ()
    return State(
        name=name,
        feed=intake.feed,
        url=url,
        left_out=tuple(
            f"{item.title or item.guid or 'an item without a title'}: {item.why}" for item in intake.left_out
        ),
        owners=tuple(filter(None, owners)),
        problems=tuple(replace(problem, path=name) for problem in intake.problems),
    )


def refuse_locked(states: tuple[State, ...], owner: str) -> None:
    """Refuse feeds that say other platforms may not import them, unless it is their owner who asks (P20-LOCKED)."""
    for state in states:
        if not state.feed.show.locked:
            continue
        if not state.owners:
            hint = "unlock it where it is published, then import it"
            raise UserError(f"{state.name} is locked (podcast:locked) and names no owner", hint=hint)
        if owner.strip().casefold() not in {known.strip().casefold() for known in state.owners}:
            what = f"{quoted(owner)} is not its owner" if owner else "only its owner may move it"
            hint = "say --owner with the e-mail address the feed names as its owner, or unlock it where it is published"
            raise UserError(f"{state.name} is locked (podcast:locked): {what}", hint=hint)


def _named_owner(body: bytes) -> str:
    """Return the owner a lock names itself."""
    try:
        channels = read_document(body).channels
    except UserError:
        return ""
    lock = channels[0].first("podcast:locked") if channels else None
    return lock.get("owner") if lock else ""
