"""What was loaded as states of a feed, and whether it may be imported."""

from urllib.parse import urlsplit

from episodes.problems import UserError, quoted
from podcast.connections import is_private
from podcast.importing.merging import State
from podcast.importing.sources import Source, is_address


def state_of(source: Source) -> State:
    """Return a feed that was loaded as one state."""
    intake, show = source.intake, source.intake.feed.show
    owners = (show.owner_email, intake.lock_owner) if show.locked else ()
    named = is_address(source.name)
    return State(
        name=source.name,
        feed=intake.feed,
        url=source.name if named else "",
        left_out=tuple(
            f"{item.title or item.guid or 'an item without a title'}: {item.why}" for item in intake.left_out
        ),
        owners=tuple(filter(None, owners)),
        problems=intake.problems,
        private=named and is_private(urlsplit(source.name).hostname or ""),
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
