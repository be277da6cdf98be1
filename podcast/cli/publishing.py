"""A publish on the command line: show the plan, ask, show progress, say what was done."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from episodes.catalogue import find_episode
from episodes.listing import episode_files
from episodes.problems import Problem
from podcast.cache import cache_folder
from podcast.cli.asking import Wanted
from podcast.cli.output import count_episodes, emit, give, problem_data, problem_lines, say, tell_problems
from podcast.cli.progress import show_progress, show_work
from podcast.files import unless_running
from podcast.layout import FEED, ISSUES
from podcast.opening import store_options
from podcast.publishing.apply import SILENT, Listener
from podcast.publishing.changes import WRITES, Asked, Kind
from podcast.publishing.editions import held_words
from podcast.publishing.ledger import Ledger
from podcast.publishing.memo import Place, Quiet, look, observed_tags, remember
from podcast.publishing.plan import Plan, Step, describe_plan, plan_data
from podcast.publishing.publish import Outcome, Prepared, Publisher
from podcast.publishing.push import Told, push_of, tell_hubs
from podcast.settings import FILE
from podcast.stores import ABSENT, Moved
from podcast.workspace import Workspace, open_workspace, producer


def make_publisher(workspace: Workspace, wanted: Wanted) -> Publisher:
    """Return the publish a call asks for. Raises UserError for names that mean no episode."""

    issues = {name: Path(name).stem for name in wanted.mine if _is_issue(workspace, name)}

    def guids(names: tuple[str, ...]) -> frozenset[str]:
        episodes = (name for name in names if name != FILE and name not in issues)
        return frozenset(find_episode(workspace.catalogue, name).guid for name in episodes)

    asked = Asked(
        replace_audio=guids(wanted.replace_audio),
        change_date=guids(wanted.change_date),
        mine=guids(wanted.mine),
        restore=guids(wanted.restore),
        show_mine=FILE in wanted.mine,
        issues_mine=frozenset(issues.values()),
        new_address=wanted.new_address,
        only_due=wanted.due,
    )
    now = datetime.now(UTC).replace(microsecond=0)
    return Publisher(workspace, workspace.store(), now=now, by=producer(), asked=asked, working=show_work)


def _is_issue(workspace: Workspace, name: str) -> bool:
    """Say whether a name is that of the file of an issue of the newsletter, as `issues/2024-12.toml`."""
    return Path(name).parent.name == ISSUES and (workspace.folder / name).is_file()


def publish(folder: Path, wanted: Wanted, *, yes: bool, as_json: bool) -> None:
    """Publish the show in `folder` and say what was done."""
    stamps = look([folder / FILE, *episode_files(folder / "episodes")])
    workspace = open_workspace(folder)
    stamps |= look(path for path in workspace.files() if str(path) not in stamps)
    publisher = make_publisher(workspace, wanted)
    session = Session(yes=yes or wanted.due, quiet=as_json, brief=wanted.due)
    with closing(session):
        outcome = publisher.run(session.confirm, session.listener, tell_moved, thorough=wanted.verify)
    told = push(outcome.plan, outcome.ledger) if outcome else ()
    if outcome is None:
        say("nothing was published")
    elif as_json:
        problems = [problem_data(problem) for problem in outcome.problems]
        pushed = [{"hub": one.hub, "feed": one.topic, "error": one.error} for one in told]
        emit(plan_data(outcome.plan) | {"attempts": outcome.attempts, "problems": problems, "hubs": pushed})
    elif outcome.plan.empty and wanted.due:
        quiet = Quiet(result="", told="", until=_next_due(outcome.plan))
        remember(_place(workspace), stamps, quiet, _tags(outcome), due=True)
    elif outcome.plan.empty:
        quiet = _quiet(outcome)
        click.echo(quiet.told, err=True, nl=False)
        click.echo(quiet.result, nl=False)
        if outcome.plan.feed_url:
            remember(_place(workspace), stamps, quiet, _tags(outcome))
    else:
        tell_problems(problem for problem in outcome.problems if problem not in session.told)
        give(_said(outcome))


def _said(outcome: Outcome) -> str:
    """Return what was done in one line."""
    plan, held = outcome.plan, held_words(outcome.ledger)
    if not held:
        return f"published: {count_episodes(plan.published)} at {plan.feed_url}"
    count = sum(change.kind in WRITES for change in plan.changes)
    return f"recorded: {count} {'change' if count == 1 else 'changes'}; {held}"


def publish_due(folder: Path, wanted: Wanted, *, as_json: bool) -> None:
    """Publish what has become due, unless another call like this is still at it on this machine."""
    with unless_running(cache_folder(folder) / "due.lock") as free:
        if free:
            publish(folder, wanted, yes=True, as_json=as_json)
        elif as_json:
            emit({"running": True})


def push(plan: Plan, ledger: Ledger) -> tuple[Told, ...]:
    """Tell the hubs what changed; whoever could not be told is a warning, for the publish is done."""
    show = ledger.show.release
    news = push_of(plan, show.feed.hubs, show.base_url)
    if not news.topics:
        return ()
    from podcast.fetching import Fetcher, Limits

    with Fetcher(limits=Limits(connect=5, read=5, total=15, attempts=2)) as fetcher:
        told = tell_hubs(news, fetcher)
    for line in _untold(told):
        say(line)
    return told


def _untold(told: Sequence[Told]) -> Iterator[str]:
    """Yield a warning for every hub that was not told of one feed or several."""
    for hub in dict.fromkeys(one.hub for one in told if one.error):
        failed = [one for one in told if one.hub == hub and one.error]
        feeds = f" of {' and of '.join(one.topic for one in failed)}" if len(failed) > 1 else ""
        reason = ", ".join(dict.fromkeys(one.error for one in failed))
        yield f"warning: the hub {hub} was not told{feeds}: {reason}; subscribers find the news when they next ask"


def _place(workspace: Workspace) -> Place:
    return Place(
        folder=workspace.folder,
        url=workspace.settings.store.url,
        options=store_options(workspace.settings),
    )


def _quiet(outcome: Outcome) -> Quiet:
    """Return what to say where there is nothing to do."""
    plan = outcome.plan
    held = held_words(outcome.ledger)
    where = f"; {count_episodes(plan.published)} at {plan.feed_url}" if plan.feed_url else ""
    where = f"; {held}" if held else where
    told = [*problem_lines(outcome.problems), *describe_plan(plan).splitlines()]
    return Quiet(
        result=f"nothing to do{_behind(plan)}{where}\n",
        told="".join(f"{line}\n" for line in told),
        until=_next_due(plan),
    )


def _behind(plan: Plan) -> str:
    """Say that something here was not published, although nothing is wrong with it."""
    count = sum(change.kind is Kind.BEHIND for change in plan.changes)
    if not count:
        return ""
    return f": {count} {'text here is' if count == 1 else 'texts here are'} older than what is published"


def _next_due(plan: Plan) -> datetime | None:
    due = (*(change.due for change in plan.changes), *(issue.due for issue in plan.issues))
    return min(filter(None, due), default=None)


def _tags(outcome: Outcome) -> dict[str, str]:
    observed = outcome.observed
    feed = observed.held.get(FEED)
    return observed_tags(observed.ledger_tag, observed.inventory_tag, feed.tag if feed else ABSENT)


def tell_moved(moved: Moved) -> None:
    """Say that a publish starts over, and why."""
    say(f"{moved.key} was changed by somebody else meanwhile; looking again")


def agreed(question: str, *, default: bool = True) -> bool:
    """Ask on the terminal; `default` is what return alone means. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; say --yes")
    return click.confirm(question, default=default, err=True)


def _written(plan: Plan) -> Plan:
    """Return a plan without the changes that write nothing."""
    changes = tuple(change for change in plan.changes if change.kind in WRITES)
    return replace(plan, changes=changes, issues=tuple(change for change in plan.issues if change.writes))


class Session:
    """Shows the plan once, asks, and then shows how the uploads come along."""

    def __init__(self, *, yes: bool, quiet: bool, brief: bool = False, ask: Callable[[], bool] | None = None) -> None:
        """`ask` takes the place of the usual question; `brief` leaves out what stays as it is."""
        self.yes = yes
        self.quiet = quiet
        self.told: tuple[Problem, ...] = ()
        self.brief = brief
        self.ask = ask or partial(agreed, "publish this?", default=True)
        self.listener = Listener(done=self._done, sent=self._sent)
        self._progress: AbstractContextManager[Listener] = nullcontext(SILENT)
        self._inner = SILENT

    def confirm(self, prepared: Prepared) -> bool:
        """Show the plan and ask whether to do it. Raises UsageError where nobody can be asked."""
        self.told = prepared.problems
        tell_problems(self.told)
        if not self.quiet:
            say(describe_plan(_written(prepared.plan) if self.brief else prepared.plan, keys=False))
        if not self.yes and not self.ask():
            return False
        self._progress = show_progress(prepared.plan)
        self._inner = self._progress.__enter__()
        return True

    def close(self) -> None:
        """Take the progress display away."""
        self._progress.__exit__(None, None, None)

    def _done(self, step: Step) -> None:
        self._inner.done(step)

    def _sent(self, key: str, count: int) -> None:
        self._inner.sent(key, count)
