"""`folge doctor`: is the store as it should be, seen from here and from outside, and how is it mended."""

import json
import sys

import click

from episodes.problems import ProblemsFound, UserError, errors
from feed.checks.run import all_rules
from podcast.cli import FINDINGS, STORE
from podcast.cli.findings import print_findings
from podcast.cli.options import json_option
from podcast.cli.output import emit, problem_data, say
from podcast.doctor.policy import public_cors, public_policy
from podcast.doctor.report import Need, Notes
from podcast.doctor.run import examine, examined_store, mend, mended
from podcast.fetching import Fetcher
from podcast.settings import Settings, find_folder, load_settings
from podcast.stores import Store
from podcast.stores.s3questions import QuestionedBucket


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Offer to set the bucket's policy and CORS rule where they are missing.")
@click.option("--print-policy", is_flag=True, help="Print the policy and the CORS rule the bucket needs, and no more.")
@click.option("-y", "--yes", is_flag=True, help="With --fix: do not ask.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, fix: bool, print_policy: bool, yes: bool, as_json: bool) -> int:
    """Examine the store: credentials, bucket, conditions, clock, and what the public gets and does not get of it.

    A few small objects with random names are written and deleted again. Each finding says how it is mended.
    """
    folder = find_folder(ctx.obj.folder.absolute())
    settings, problems = load_settings(folder)
    if errors(problems):
        raise ProblemsFound(problems)
    store = examined_store(settings)
    if print_policy:
        emit({"policy": public_policy(*_place(store, settings)), "cors": [public_cors()]})
        return 0
    with Fetcher() as fetcher:
        notes = examine(settings, store, fetcher)
        if fix:
            notes = _mend(settings, store, fetcher, notes, yes=yes)
    _print(notes, settings, as_json=as_json)
    if not notes.reached:
        return STORE
    return FINDINGS if errors(tuple(notes.problems)) else 0


def _place(store: object, settings: Settings) -> tuple[str, str]:
    if not isinstance(store, QuestionedBucket):
        hint = "docs/providers/nginx.md has a configuration of a web server for it"
        raise UserError(f"the store {settings.store.url} is no bucket, so it has no policy", hint=hint)
    return store.bucket, store.prefix.rstrip("/")


def _mend(settings: Settings, store: Store, fetcher: Fetcher, notes: Notes, *, yes: bool) -> Notes:
    """Mend what a bucket lacks; look again after each, for only what can be read shows what else is missing."""
    offered: set[Need] = set()
    if not isinstance(store, QuestionedBucket) or not notes.needs:
        say("there is no policy and no CORS rule to mend")
        return notes
    while todo := sorted(notes.needs - offered):
        offered.add(todo[0])
        if _mended(store, todo[0], yes=yes):
            notes = examine(settings, store, fetcher)
    return notes


def _mended(store: QuestionedBucket, need: Need, *, yes: bool) -> bool:
    """Show and set what the bucket lacks, and say whether it was set."""
    there, wanted = mended(store, need)
    say(f"the {need} of {store.url} would become:")
    say(json.dumps(wanted, ensure_ascii=False, indent=2))
    say("nothing was set before" if not there else "what others have set stays as it is")
    if need is Need.POLICY:
        say("behind a CDN that may read the bucket itself, this is not needed: say no")
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; say --yes")
    if yes or click.confirm(f"set this {need}?", default=False, err=True):
        mend(store, wanted)
        say(f"the {need} is set; some providers take a minute until it is in force")
        return True
    return False


def _print(notes: Notes, settings: Settings, *, as_json: bool) -> None:
    sources = {rule.id: rule.source for rule in all_rules()}
    if as_json:
        findings = [problem_data(problem) | {"source": sources.get(problem.rule, "")} for problem in notes.problems]
        emit(
            {
                "store": notes.place,
                "public_url": settings.store.public_url,
                "reached": notes.reached,
                "fine": notes.fine,
                "findings": findings,
                "needs": sorted(notes.needs),
            }
        )
        return
    for text in notes.fine:
        say(f"fine: {text}")
    print_findings(notes.problems, "text", sources=sources, base=settings.folder)
