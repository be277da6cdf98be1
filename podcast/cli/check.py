"""`folge check`: the show folder and the feed it would publish, or any feed in a file or at an address."""

import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import click

from episodes.problems import Problem, ProblemsFound, Severity, UserError, errors, quoted, without_user
from feed.checks.run import check_feed
from feed.document import FeedDocument, MalformedFeedError, read_document
from podcast.cli import FINDINGS
from podcast.cli.findings import FORMS, print_findings
from podcast.cli.options import json_option
from podcast.cli.output import say
from podcast.cli.ruling import Selection, explain, list_rules, select
from podcast.fetching import LARGEST_FEED, Fetcher, Unreachable, fetch_feed
from podcast.layout import ISSUES, feed_key, public_url
from podcast.probing import probe_feed
from podcast.publishing.checking import check_pages, check_waiting
from podcast.publishing.feeds import compile_pages
from podcast.publishing.inherited import softened
from podcast.publishing.publish import Prepared, Publisher
from podcast.publishing.rendered import Rendered
from podcast.publishing.teasing import open_newsletter
from podcast.settings import find_folder
from podcast.tables import NotTomlError
from podcast.workspace import Workspace, open_workspace, producer
from podcast.written import with_lines

_RULES = "RULE"


@click.command("check")
@click.argument("feed", required=False, metavar="[FILE|URL]")
@click.option("--online", is_flag=True, help="Ask the addresses of the feed too: status, size, ranges, pictures.")
@click.option("--all", "everything", is_flag=True, help="With --online: ask those of every episode of a long show.")
@click.option("--only", multiple=True, metavar=_RULES, help="Keep to these rules, as APPLE or P20-LOC,RSS-2.")
@click.option("--skip", multiple=True, metavar=_RULES, help="Leave these rules out.")
@click.option("--explain", "explained", metavar=_RULES, help="Say what a rule asks for, and who asks.")
@click.option("--list", "listed", is_flag=True, help="List the rules.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="For people, programs, or CI.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    feed: str | None,
    *,
    online: bool,
    everything: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    explained: str | None,
    listed: bool,
    form: str,
    as_json: bool,
) -> int:
    """Check the show folder and the feed it would publish, or the feed in FILE or at URL, whoever made it.

    Silence means: nothing found. RULE is the id of a rule, or how the ids of several begin; it may be given again.
    """
    form = "json" if as_json else form
    if explained is not None:
        explain(explained, as_json=form == "json")
        return 0
    selection = select(only, skip)
    if listed:
        list_rules(selection.rules, as_json=form == "json")
        return 0
    if everything and not online:
        raise click.UsageError("--all says how much --online asks; give both")
    check = _Check(selection=selection, online=online, everything=everything, quiet=form != "text")
    base = Path()
    if feed is None:
        base, found = check.folder(ctx.obj.folder)
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", feed) and not _is_there(feed):
        found = check.address(feed)
    else:
        found = check.file(Path(feed))
    print_findings(found, form, sources={rule.id: rule.source for rule in selection.rules}, base=base)
    return FINDINGS if errors(found) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """What a call asks for, whatever it is to be done with."""

    selection: Selection
    online: bool
    everything: bool
    quiet: bool

    def file(self, path: Path) -> tuple[Problem, ...]:
        """Check the feed in a file. Raises UserError where it cannot be read."""
        try:
            with path.open("rb") as file:
                body = file.read(LARGEST_FEED + 1)
        except OSError as error:
            hint = f"to check a show folder: folge -C {path} check" if isinstance(error, IsADirectoryError) else ""
            raise UserError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
        if len(body) > LARGEST_FEED:
            raise UserError(f"{path} has more than {LARGEST_FEED:,} bytes", hint="no podcast app would take it")
        with Fetcher(private=False) as fetcher:
            return self._body(body, str(path), "", fetcher)

    def address(self, url: str) -> tuple[Problem, ...]:
        """Check the feed at an address. Raises Unreachable (exit code 6), and UserError for a feed out of bounds."""
        if not re.match(r"https?://", url, re.IGNORECASE):
            raise UserError(f"{quoted(url)} is neither a file nor an address with http or https")
        with Fetcher(private=False) as fetcher:
            url = without_user(url)
            answer = fetch_feed(fetcher, url)
            return self._body(answer.body, url, answer.url, fetcher, hops=answer.hops)

    def folder(self, start: Path) -> tuple[Path, tuple[Problem, ...]]:
        """Check the show folder, the feed it would publish, with what waits, and, online, the one that is published.

        Returns the folder and what was found.
        """
        try:
            workspace = open_workspace(start)
        except NotTomlError as error:
            return find_folder(start.absolute()), self.selection.keep((error.problem,))
        publisher = Publisher(workspace, workspace.store(), now=datetime.now(UTC), by=producer())
        issues = _issue_problems(workspace)
        try:
            prepared = publisher.prepare(every=True)
        except ProblemsFound as stopped:
            found = self.selection.keep((*stopped.problems, *issues))
            if not errors(found):
                say("errors of other rules stop the feed from being made; run 'folge check' to see them")
        else:
            found = self.selection.keep((*prepared.problems, *issues)) + with_lines(
                self._feeds_again(prepared, workspace.settings.inherited), workspace.folder
            )
        if self.online:
            found += self._published(workspace)
        return workspace.folder, tuple(dict.fromkeys(found))

    def _feeds_again(self, prepared: Prepared, inherited: Collection[str]) -> tuple[Problem, ...]:
        """Ask the rules of a selection alone: of what several rules say together, a full check names one of them."""
        if self.selection.everything:
            return ()
        ledger, waiting = prepared.ledger, prepared.waiting
        pages = compile_pages(ledger, Rendered())[1] if ledger.published else {}
        found = check_pages(sorted(pages.items()), ledger, self._said)
        found += check_waiting(waiting, ledger, Rendered(), self._said) if waiting else ()
        return tuple(softened(found, inherited))

    def _said(self, body: bytes, name: str) -> tuple[Problem, ...]:
        return self.selection.run(read_document(body), name=name)

    def _published(self, workspace: Workspace) -> tuple[Problem, ...]:
        """Return what is wrong with the answers of the published feeds and their addresses; the text is not judged."""
        base = workspace.settings.store.public_url
        if not re.match(r"https?://", base, re.IGNORECASE):
            say("the show has no public address yet, so nothing was asked online")
            return ()
        names = ("", *(selection.name for selection in workspace.settings.feed.selections))
        with Fetcher() as fetcher:
            urls = [public_url(base, feed_key(name)) for name in names]
            return tuple(problem for url in urls for problem in self._answers(url, fetcher))

    def _answers(self, url: str, fetcher: Fetcher) -> tuple[Problem, ...]:
        try:
            answer = fetch_feed(fetcher, url)
            document = read_document(answer.body)
        except (Unreachable, MalformedFeedError) as error:
            hint = error.hint or "publish first, and look whether the public address is right"
            problem = Problem(message=error.message, path=url, hint=hint, rule="HTTP-2")
            return self.selection.keep((problem,))
        document = replace(document, served_from=_own_address(document, answer.url, answer.hops))
        before = set(self.selection.run(document, name=url))
        asked = self.selection.run(self._ask(document, fetcher), name=url)
        return tuple(problem for problem in asked if problem not in before)

    def _body(
        self, body: bytes, name: str, served_from: str, fetcher: Fetcher, hops: tuple[str, ...] = ()
    ) -> tuple[Problem, ...]:
        """Return what is wrong with the bytes of a feed; `served_from` is where they came from, if from an address."""
        now = datetime.now(UTC)
        try:
            document = read_document(body, now=now)
        except MalformedFeedError:
            page = _web_page(body, name, served_from)
            return self.selection.keep(page or check_feed(body, name=name, now=now))
        if served_from:
            document = replace(document, served_from=_own_address(document, served_from, hops))
        if document.root.name == "html":
            return self.selection.keep(_web_page(body, name, served_from))
        if self.online:
            document = self._ask(document, fetcher)
        return self.selection.run(document, name=name)

    def _ask(self, document: FeedDocument, fetcher: Fetcher) -> FeedDocument:
        with _progress(quiet=self.quiet) as told:
            probed = probe_feed(document, fetcher, everything=self.everything, told=told)
        if not self.quiet:
            say(str(probed))
        return replace(document, probes=probed.probes)


def _issue_problems(workspace: Workspace) -> tuple[Problem, ...]:
    """Return what is wrong with the issues of the newsletter, in a show that has some."""
    if not (workspace.folder / ISSUES).is_dir():
        return ()
    return open_newsletter(workspace, workspace.store()).issues.problems


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # longer than a name of a file can be, as addresses are
        return False


def _own_address(document: FeedDocument, answered: str, hops: tuple[str, ...]) -> str:
    """Return the address a feed was fetched from: of those it was led through, the one it calls its own."""
    links = (link for channel in document.channels for link in channel.all("atom:link"))
    own = {link.get("href") for link in links if link.get("rel") == "self"}
    return next((hop for hop in hops if hop in own), answered)


def _web_page(body: bytes, name: str, url: str) -> tuple[Problem, ...]:
    """Return one problem where the bytes are a web page, with the address of the feed if the page names it."""
    start = body[:100_000]
    if not re.match(rb"(?i)(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html)\b", start):
        return ()
    hint = "look on it for a link called RSS or feed, and check that address"
    for link in re.findall(rb"(?i)<link\b([^<>]{1,2000})>", start):
        address = re.search(rb"""(?i)\bhref\s*=\s*["']?([^"'\s>]{1,1000})""", link)
        if b"application/rss+xml" in link.lower() and address:
            found = address[1].decode("utf-8", "replace")
            hint = f"check the feed that this page names: {urljoin(url, found)}"
            break
    message = "this is a web page, not a feed"
    return (Problem(message=message, severity=Severity.ERROR, path=name, line=1, hint=hint, rule="RSS-1"),)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how many addresses were asked."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return

    def told(done: int, total: int) -> None:
        click.echo(f"\r{done} of {total} addresses ", err=True, nl=False)

    try:
        yield told
    finally:
        click.echo("\r\033[K", err=True, nl=False)
