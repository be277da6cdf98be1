"""`folge diff`: what a listener's app would notice between two feeds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from episodes.problems import UserError, visible
from feed.comparison import PagedFeed
from podcast.cli import TO_DO
from podcast.cli.asking import Wanted, asked_options
from podcast.cli.noticing import LISTED, comparison_lines, feeds_data
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, say, tell_problems
from podcast.cli.publishing import make_publisher
from podcast.fetching import Fetcher, fetch_feed
from podcast.layout import FEED
from podcast.publishing.noticing import ComparedFeed, Standing, compare_live, compared, next_feeds, take_pages
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
    publish next; or, without any, between what is published of every feed of the show and what would be next.

    Most apps read the first page of a feed only. An episode that leaves it and stays on an archive page is noticed,
    unless it makes room for a newer one.
    """
    feeds = (compared(new, _read(old), _read(new)),) if old and new else _compare_next(ctx.obj.folder, old, wanted)
    if as_json:
        emit(feeds_data(feeds))
    else:
        give("\n".join(comparison_lines(feeds)) or "an app would notice nothing")
    return TO_DO if exit_code and any(feed.noticed for feed in feeds) else 0


def _compare_next(folder: Path, source: str | None, wanted: Wanted) -> Sequence[ComparedFeed]:
    """Compare a feed, or without one every published feed, with the next feed of a show folder."""
    publisher = make_publisher(open_workspace(folder), wanted)
    prepared = publisher.prepare(thorough=wanted.verify)
    tell_problems(prepared.problems)
    if source:
        return (compared(FEED, _read(source), next_feeds(prepared)[FEED]),)
    feeds = compare_live(prepared, publisher.store)
    if feeds[0].standing is Standing.NEW:
        say("nothing is published yet; every episode is new")
    return feeds


def _read(source: str) -> PagedFeed:
    """Read a feed from a file or an address, however dirty, and say what of it was mended or is left out."""
    feed = _fetch(source) if _is_address(source) else _read_file(source)
    tell_problems(replace(problem, path=source) for problem in feed.problems[:LISTED])
    if len(feed.problems) > LISTED:
        say(f"… and {len(feed.problems) - LISTED} more findings in {visible(source)}")
    return feed


def _is_address(source: str) -> bool:
    return source.lower().startswith(("https://", "http://"))


def _read_file(source: str) -> PagedFeed:
    """Read a feed from a file; the pages it names are elsewhere, and not fetched."""
    try:
        body = Path(source).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise UserError(f"{source} cannot be read: {reason}", hint="name a feed in a file, or its address") from error
    return take_pages(body, lambda address: None, name=source)


def _fetch(address: str) -> PagedFeed:
    """Fetch a feed with its pages; where it leads to must be open to the world, unless it is on this machine itself."""
    with Fetcher(private=False) as fetcher:
        answer = fetch_feed(fetcher, address)

        def page(following: str) -> bytes | None:
            return fetch_feed(fetcher, following).body if _is_address(following) else None

        return take_pages(answer.body, page, name=address, url=address)
