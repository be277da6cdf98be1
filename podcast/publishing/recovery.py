"""The way back where the ledger is damaged or gone: the newest copy of it that a publish left beside the editions."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from episodes.problems import UserError
from podcast.conditions import Conditions
from podcast.layout import FEED, LEDGER
from podcast.publishing.editions import pages_of
from podcast.publishing.ledger import DamagedLedgerError, Ledger, Tidying, decode_ledger
from podcast.publishing.ledgercopies import read_copies
from podcast.publishing.observe import MovedAway
from podcast.publishing.plan import Plan, ledger_step, newest_edition
from podcast.release import show_of
from podcast.settings import Settings
from podcast.stores import ABSENT, Moved, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRecovery:
    """A plan that puts back `ledger`. `public` says whether it knows the very feed that the public reads."""

    plan: Plan
    ledger: Ledger
    public: bool


class Recovery:
    """One recovery of a ledger. `now` is aware, `by` names the producer."""

    def __init__(self, settings: Settings, store: Store, *, now: datetime, by: str) -> None:
        self.settings = settings
        self.store = store
        self.now = now
        self.by = by

    def prepare(self) -> PreparedRecovery:
        """Make the plan; write nothing.

        Raises UserError where the ledger is sound, or another show's, or no copy of it is there.

        The newest copy is taken: it was made before any feed of its ledger was, so no episode disappears.
        """
        expected = self._damaged()
        copies = sorted(read_copies(self.store), key=lambda ledger: (newest_edition(ledger), ledger.changed))
        if not copies:
            hint = f"put back a {LEDGER} of before from a backup, or from the versions that the provider keeps"
            raise UserError(f"there is no copy of the ledger in {self.store.url}", hint=hint)
        if copies[-1].show.release.guid != self.settings.guid:
            hint = "correct url below [store] in podcast.toml"
            raise UserError(f"the ledger in {self.store.url} was that of another show", hint=hint)
        stored = self.store.get(FEED)
        public = hashlib.sha256(stored.body).hexdigest() if stored else ""
        # a token of its own: a publish that looked before all this must notice that the ledger was another meanwhile
        mark = Tidying(token=secrets.token_hex(16), at=self.now, by=self.by)
        ledger = replace(copies[-1], tidying=mark)
        return PreparedRecovery(
            plan=Plan(
                changes=(),
                steps=(ledger_step(ledger, expected, "the newest copy of it"),),
                feed_url=show_of(ledger.show.release).feed_url,
                store_url=self.store.url,
                published=len(ledger.published),
                edition=newest_edition(ledger),
            ),
            ledger=ledger,
            public=pages_of(ledger).get(FEED) == public,
        )

    def run(self, confirm: Callable[[PreparedRecovery], bool]) -> PreparedRecovery | None:
        """Prepare, ask `confirm`, put the ledger back; None where the producer said no.

        Raises MovedAway, and ProblemsFound where the store does not keep conditions and others may publish.
        """
        prepared = self.prepare()
        if not confirm(prepared):
            return None
        Conditions(self.store, self.settings.store).require()
        try:
            for step in prepared.plan.steps:
                self.store.put(
                    step.key,
                    step.body,
                    media_type=step.media_type,
                    cache_control=step.cache_control,
                    expected=step.expected,
                )
        except Moved as moved:
            message = f"somebody has changed the ledger of {self.store.url} meanwhile"
            raise MovedAway(message, hint="see: folge status") from moved
        return prepared

    def _damaged(self) -> str:
        """Return the tag of the damaged ledger, ABSENT where there is none. Raises UserError where it is sound."""
        stored = self.store.get(LEDGER)
        if stored is None:
            return ABSENT
        try:
            decode_ledger(stored.body)
        except DamagedLedgerError:
            return stored.tag
        raise UserError(f"the ledger of {self.store.url} is sound", hint="there is nothing to recover")
