"""`folge diff`: what a listener's app would notice between two feeds."""

from dataclasses import replace
from pathlib import Path

import click

from episodes.problems import UserError, visible
from feed.comparison import Comparison, compare
from feed.reader import Feed
from podcast.cli import TO_DO
from podcast.cli.asking import Wanted, asked_options
from podcast.cli.noticing import LISTED, comparison_data, comparison_lines
from podcast.cli.options import json_option
from podcast.cli.output import emit, say, tell_problems
from podcast.cli.publishing import make_publisher
from podcast.fetching import Fetcher, fetch_feed
from podcast.publishing.noticing import live_feed, next_feed, read_pages
from podcast.workspace import open_workspace


@click.command("diff")
@click.argument("old", required=False, metavar="[FEED]")
@click.argument("new", required=False, metavar="[NEW]")
@asked_options
@click.option("--exit-code", is_flag=True, help="Leave with 4 where an app would notice something.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, old: str | None, new: str | None, as_json: bool, exit_code: bool, wanted: Wanted
) -> int:
    """Show what a listener's app would notice, the worst first.

    Between two feeds, FEED and NEW, each a file or an address; between FEED and the feed the show folder would
    publish next; or, without any, between what is published and what would be next.
    """
    comparison = compare(_read(old), _read(new)) if old and new else _compare_next(ctx.obj.folder, old, wanted)
    if as_json:
        emit(comparison_data(comparison))
    else:
        lines = comparison_lines(comparison)
        click.echo("\n".join(lines) if lines else "an app would notice nothing")
    return TO_DO if exit_code and not comparison.empty else 0


def _compare_next(folder: Path, source: str | None, wanted: Wanted) -> Comparison:
    """Compare a feed, or without one the published feed, with the next feed of a show folder."""
    publisher = make_publisher(open_workspace(folder), wanted)
    prepared = publisher.prepare(thorough=wanted.verify)
    tell_problems(prepared.problems)
    following = next_feed(prepared)
    before = _read(source) if source else live_feed(prepared, publisher.store)
    if before is None:
        say("nothing is published yet; every episode is new")
        before = replace(following, items=())
    return compare(before, following)


def _read(source: str) -> Feed:
    """Read a feed from a file or an address, and say what of it could not be read."""
    feed = _fetch(source) if _is_address(source) else _read_file(source)
    tell_problems(replace(problem, path=source) for problem in feed.problems[:LISTED])
    if len(feed.problems) > LISTED:
        say(f"… and {len(feed.problems) - LISTED} more items of {visible(source)}")
    return feed


def _is_address(source: str) -> bool:
    return source.lower().startswith(("https://", "http://"))


def _read_file(source: str) -> Feed:
    """Read a feed from a file; the pages it names are elsewhere, and not fetched."""
    try:
        body = Path(source).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise UserError(f"{source} cannot be read: {reason}", hint="name a feed in a file, or its address") from error
    return read_pages(body, lambda address: None, name=source)


def _fetch(address: str) -> Feed:
    """Fetch a feed with its pages; those on another host than the feed itself must be open to the world."""
    with Fetcher() as fetcher, Fetcher(private=False) as outside:
        answer = fetch_feed(fetcher, address)

        def page(following: str) -> bytes | None:
            if not _is_address(following):
                return None
            near = following.split("/")[:3] == answer.url.split("/")[:3]
            return fetch_feed(fetcher if near else outside, following).body

        return read_pages(answer.body, page, name=address)
