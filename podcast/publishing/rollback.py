"""Going back to an edition of the feeds, and bringing them up to date again: a plan like any other."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from episodes.catalogue import Catalogue, episodes_called, find_episode
from episodes.model import Episode
from episodes.problems import Problem, ProblemsFound, UserError, quoted
from feed.reader import read_feed
from podcast.conditions import Conditions
from podcast.publishing.apply import SILENT, Listener, apply
from podcast.publishing.artifacts import lay_out, render
from podcast.publishing.changes import Decision
from podcast.publishing.editions import back_to, edition_of, missing_of, published, read_edition, up_to_date
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Edition, Ledger, State
from podcast.publishing.noticing import ComparedFeed, UnreadableFeedError, compare_editions
from podcast.publishing.observe import ATTEMPTS, MovedAway, Observed, observe
from podcast.publishing.plan import Plan, being_tidied, make_plan
from podcast.publishing.publish import require_own
from podcast.publishing.rendered import Rendered
from podcast.publishing.sitepages import site_pages
from podcast.publishing.uploads import Uploads
from podcast.settings import Settings
from podcast.stores import Moved, Store
from podcast.written import with_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRollback:
    """A plan, what it was made from, and what an app would notice of it, feed by feed.

    `unreadable` says why the public feed cannot be compared: then nobody can read it, and nothing is noticed.
    `problems` are what did not stop it.
    """

    plan: Plan
    observed: Observed
    ledger: Ledger
    noticed: tuple[ComparedFeed, ...]
    unreadable: str = ""
    problems: tuple[Problem, ...] = ()


class Rollback:
    """One rollback of the feeds of a show to edition `number`, or the end of one where that is None.

    It needs nothing of a show folder but the store: everything is made from the ledger. `withdrawn` names episodes
    that may come back with the old feed. `now` is aware, `by` names the producer.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        number: int | None,
        now: datetime,
        by: str,
        withdrawn: Collection[str] = (),
        rendered: Rendered | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.number = number
        self.now = now
        self.by = by
        self.withdrawn = withdrawn
        self._rendered = rendered or Rendered()
        self._conditions = Conditions(store, settings.store)

    def prepare(self) -> PreparedRollback:
        """Make the plan; write nothing. Raises UserError for editions there are not, ProblemsFound for refusals."""
        observed = observe(self.store, thorough=True)
        old = observed.ledger
        if old is None:
            raise UserError(
                f"nothing is published in {self.store.url} yet",
                hint="look at its address, or publish first",
            )
        require_own(self.settings, old)
        ledger, feeds = compile_pages(old, self._rendered)
        ledger, draft = lay_out(ledger)
        site = site_pages(render(ledger, feeds, draft, folder=self.settings.site.templates), observed, self.store)
        artifacts, observed = site.artifacts, site.observed
        if self.number is None:
            ledger, following = up_to_date(ledger, feeds, now=self.now, by=self.by), feeds
        else:
            edition_of(ledger, self.number)
            following = read_edition(ledger, self.number, self.store)
            going = ledger.tidying.keys if ledger.tidying else ()
            there = {key: size for key, size in (observed.blobs or {}).items() if key not in going}
            there |= {artifact.key: artifact.size for artifact in artifacts}
            self._refuse(following, ledger, there)
            ledger = back_to(ledger, self.number, now=self.now, by=self.by)
        public = published(artifacts, ledger, feeds, observed, self.store)
        plan, impossible = make_plan(
            Decision(changes=(), ledger=ledger),
            public.artifacts,
            observed,
            uploads=Uploads(),
            sources={},
            store_url=self.store.url,
            standing=public.standing | site.theirs,
        )
        if impossible and self.number is None:
            raise ProblemsFound(impossible)
        live = {key: found.body for key in following if (found := self.store.get(key))}
        try:
            noticed = compare_editions(live, following, which="published") if live else ()
        except UnreadableFeedError as error:
            return PreparedRollback(plan=plan, observed=observed, ledger=ledger, noticed=(), unreadable=error.message)
        return PreparedRollback(plan=plan, observed=observed, ledger=ledger, noticed=noticed)

    def _refuse(self, pages: Mapping[str, bytes], ledger: Ledger, there: Mapping[str, int]) -> None:
        """Raise ProblemsFound where an edition refers to what is gone, or has withdrawn episodes that nobody named."""
        feeds = {key: read_feed(body) for key, body in pages.items()}
        hint = "choose a later edition: folge feed log"
        problems = [*being_tidied(pages, ledger), *missing_of(feeds, ledger.show.release.base_url, there, hint)]
        problems += self._returning({item.guid for feed in feeds.values() for item in feed.items}, ledger)
        if problems:
            raise ProblemsFound(tuple(problems))

    def _returning(self, guids: Collection[str], ledger: Ledger) -> Iterator[Problem]:
        gone = {entry.guid: entry for entry in ledger.entries if entry.state is State.WITHDRAWN}
        episodes = tuple(entry.release.episode for entry in gone.values())
        catalogue = Catalogue(folder=self.settings.folder / "episodes", episodes=episodes, problems=())
        named = {_withdrawn(catalogue, name).guid for name in self.withdrawn}
        for guid, entry in gone.items():
            if guid in guids and guid not in named:
                slug = entry.release.episode.slug
                name = slug if len(episodes_called(catalogue, slug)) == 1 else guid
                yield Problem(
                    path=entry.release.episode.title,
                    message=f"was withdrawn by {entry.current.by}, and edition {self.number} has it in the feed",
                    hint=f"to let it come back: folge feed rollback {self.number} --withdrawn {name}",
                )

    def run(
        self,
        confirm: Callable[[PreparedRollback], bool],
        listener: Listener = SILENT,
        again: Callable[[Moved], None] = lambda moved: None,
    ) -> PreparedRollback | None:
        """Prepare, ask `confirm` once, apply; start over where somebody moved the store, five times at most.

        Returns what was done, None where the producer said no. `again` hears of each start over. Raises MovedAway, and
        ProblemsFound where the store does not keep conditions and others may publish. Where the edition is refused only
        after it was committed, the feeds are brought up to date again.
        """
        done: PreparedRollback | None = None
        mine: Edition | None = None
        told: tuple[Problem, ...] = ()
        for _ in range(ATTEMPTS):
            try:
                prepared = self.prepare()
            except ProblemsFound:
                self._take_back(mine)
                raise
            if prepared.plan.empty:
                return done or prepared
            if done is None:
                if not confirm(prepared):
                    return None
                told = with_lines(self._conditions.require(), self.settings.folder)
            done = prepared = replace(prepared, problems=told)
            mine = prepared.ledger.rolled_back if _begins(prepared) else mine
            try:
                apply(prepared.plan, prepared.observed, self.store, listener, finishes=False)
            except Moved as moved:
                again(moved)
                continue
            return prepared
        raise MovedAway(
            f"somebody is publishing to {self.store.url} too; gave up after {ATTEMPTS} tries", hint="try again"
        )

    def _take_back(self, mine: Edition | None) -> None:
        """Bring the feeds up to date where an edition that this rollback made holds them."""
        ledger = observe(self.store, thorough=False).ledger
        if mine and ledger and ledger.rolled_back == mine:
            end = Rollback(self.settings, self.store, number=None, now=self.now, by=self.by, rendered=self._rendered)
            end.run(lambda prepared: True)


def _begins(prepared: PreparedRollback) -> bool:
    """Say whether the feeds are held anew by a plan."""
    before = prepared.observed.ledger
    return before is None or before.rolled_back != prepared.ledger.rolled_back


def _withdrawn(catalogue: Catalogue, name: str) -> Episode:
    """Return the withdrawn episode a name means. Raises UserError."""
    if not episodes_called(catalogue, name):
        hint = "leave it out, if it is published; 'folge status' names those that are withdrawn"
        raise UserError(f"no withdrawn episode is called {quoted(name)}", hint=hint)
    return find_episode(catalogue, name)
