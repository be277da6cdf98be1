"""What everybody gets of a store under its public address, and what nobody may get. Asked without credentials."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

from episodes.problems import Problem, Severity
from feed.answers import Answer
from feed.checks.rule import run_rules
from feed.checks.run import all_rules
from feed.checks.targets import Kind, asked
from feed.document import FeedDocument, MalformedFeedError, read_document
from podcast.doctor.probes import Sample
from podcast.doctor.report import Need, Notes
from podcast.fetching import LARGEST_FEED, Fetcher
from podcast.layout import PRIVATE, public_url
from podcast.probing import ORIGIN, probe_feed

_JUDGED = ("HTTP-", "S3-", "R2-")
_SHUT = (401, 403, 404)
_PART = 100
_TO_READ = (
    "look whether public_url is the address of this bucket and prefix; then let everybody read feed.xml, pages, audio, "
    "covers, transcripts and chapters: 'folge doctor --fix' offers to set the bucket policy, 'folge doctor "
    "--print-policy' prints it; behind a CDN, let the CDN read the bucket"
)
_TO_SERVE = "let the web server serve the store's folder at public_url; docs/providers/nginx.md has a configuration"
_TO_SHARE = {
    True: "'folge doctor --fix' offers to set the CORS rule, 'folge doctor --print-policy' prints it; a CDN must "
    "pass on Origin and keep answers apart by it, or add the header",
    False: "let the web server send Access-Control-Allow-Origin: *; docs/providers/nginx.md has a configuration",
}


class Public:
    """The public side of a store; `is_bucket` says whether policy and CORS are a bucket's."""

    def __init__(self, base: str, fetcher: Fetcher, notes: Notes, *, is_bucket: bool) -> None:
        self.base = base
        self.fetcher = fetcher
        self.notes = notes
        self.is_bucket = is_bucket

    def shows(self, sample: Sample) -> None:
        """Look at a feed and everything it refers to as an app does."""
        url = public_url(self.base, sample.key)
        answer = self.fetcher.ask(url, limit=LARGEST_FEED)
        if answer.status != 200:
            self._shut(url, answer)
            return
        self._led_on(answer, url)
        if answer.body != sample.body:
            self.notes.wrong(
                f"{url} is another feed than the one in the store",
                "look whether public_url belongs to this store; a CDN may show the former one for five minutes",
                severity=Severity.WARNING if sample.is_published else Severity.ERROR,
                place="",
            )
        else:
            self.notes.well(f"everybody gets {'the feed' if sample.is_published else 'what is there'} at {url}")
        self._part(url, sample.body)
        try:
            document = replace(read_document(_newest(sample.body)), served_from=answer.url)
        except MalformedFeedError as error:
            self.notes.wrong(f"the feed in the store is damaged: {error.message}", "run 'folge publish --verify'")
            return
        probes = probe_feed(document, self.fetcher).probes
        document = replace(
            document, probes={at: probe for at, probe in probes.items() if at.startswith((self.base, answer.url))}
        )
        found = run_rules([rule for rule in all_rules() if rule.id.startswith(_JUDGED)], document, name=self.base)
        self.notes.problems += [_placed(problem) for problem in found]
        if not found:
            self.notes.well("HEAD, types, lengths, ranges and 304 are as apps need them")
        self._web_players(document)
        self._plain(url)

    def hides(self, key: str, body: bytes, direct: str = "") -> None:
        """Look whether a private object can be read by anybody; `direct` is its address at the endpoint."""
        disguised = public_url(self.base, key).replace(f"/{PRIVATE}", f"/%2E{PRIVATE[1:]}")
        answered = False
        for url in filter(None, (public_url(self.base, key), disguised, direct)):
            answer = self.fetcher.ask(url, limit=4096)
            answered = answered or bool(answer.status)
            if body in answer.body:
                hint = (
                    "take the statement out of the bucket policy, or the ACL, that opens everything; "
                    "'folge doctor --print-policy' prints one that opens what is public only"
                )
                self.notes.wrong(
                    f"everybody can read {url}: drafts and what waits would be public",
                    hint if self.is_bucket else "let the web server answer 404 to everything below .folge/",
                    place="",
                )
                return
        if answered:
            self.notes.well(".folge/ is closed to the public")

    def lists_nothing(self, key: str, audio: str, direct: str = "") -> None:
        """Look whether anybody can list the store: by S3's list request, or by a web server's index of a folder."""
        answered = False
        for url in filter(None, (self.base, direct)):
            listing = self.fetcher.ask(f"{url}?list-type=2&max-keys=1", limit=65_536)
            answered = answered or bool(listing.status)
            if b"<ListBucketResult" in listing.body:
                self.notes.wrong(
                    f"everybody can list the bucket at {url}: what waits to be published can be guessed and found",
                    "take s3:ListBucket out of the public statement of the bucket policy, or READ for AllUsers out of "
                    "the bucket's ACL",
                    place="",
                )
                return
        for name in filter(None, (key, audio)):
            folder, _, last = name.rpartition("/")
            url = f"{self.base}{quote(folder)}/"
            if last.encode() in self.fetcher.ask(url, limit=1_000_000).body:
                self.notes.wrong(f"everybody can list {url}", "switch the web server's index of folders off", place="")
                return
        if answered:
            self.notes.well("nobody can list the store")

    def _shut(self, url: str, answer: Answer) -> None:
        said = f"answers {answer.status}" if answer.status else f"cannot be fetched: {answer.error}"
        hint = _TO_READ if self.is_bucket else _TO_SERVE
        if answer.status in _SHUT and self.is_bucket:
            self.notes.needs.add(Need.POLICY)
        elif not answer.status:
            hint = "look at public_url below [store]: the name, the server behind it, and its certificate"
        self.notes.wrong(f"{url} {said}", hint, rule="HTTP-2", place="")

    def _led_on(self, answer: Answer, url: str) -> None:
        if not answer.hops:
            return
        times = len(answer.hops)
        tail = url.removeprefix(self.base)
        right = answer.url.removesuffix(tail)
        self.notes.wrong(
            f"{url} leads on to {answer.url} ({times} redirect{'' if times == 1 else 's'}): every app asks twice",
            f'write public_url = "{right}" below [store]' if right != answer.url else "look where public_url leads",
            severity=Severity.WARNING,
            place="",
        )

    def _part(self, url: str, body: bytes) -> None:
        """Compare a part of the feed with the very bytes; the rules on audio compare lengths only."""
        start = len(body) // 2
        wanted = body[start : start + _PART]
        end = start + len(wanted) - 1
        answer = self.fetcher.ask(url, headers={"Range": f"bytes={start}-{end}"}, limit=_PART + 1)
        if answer.status == 206 and answer.body != wanted:
            self.notes.wrong(
                f"{url}: the bytes {start} to {end} are not those of the object",
                "use a server that sends the bytes that were asked for: players jump by them",
                rule="HTTP-3",
                place="",
            )

    def _web_players(self, document: FeedDocument) -> None:
        """Look whether players in a browser may read feed, chapters and transcripts; a preview is left alone."""
        host = urlsplit(self.base).hostname or ""
        if not self.is_bucket and host in ("127.0.0.1", "localhost", "::1"):
            return
        shut = list(dict.fromkeys(_closed_to_players(document)))
        if not shut:
            self.notes.well("web players may read feed, chapters and transcripts")
            return
        self.notes.needs |= {Need.CORS} if self.is_bucket else set()
        self.notes.wrong(
            f"web players cannot read {', '.join(shut)}: there is no Access-Control-Allow-Origin: *",
            _TO_SHARE[self.is_bucket],
            severity=Severity.WARNING,
            rule="CORS-1",
            place=self.base,
        )

    def _plain(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.port not in (None, 443):
            return
        answer = self.fetcher.ask(f"http://{parts.hostname}{parts.path}", method="HEAD")
        if answer.status == 200 and not answer.hops:
            self.notes.wrong(
                "the public address answers by plain http as well",
                "let http lead to https",
                severity=Severity.NOTE,
                rule="HTTP-1",
                place=self.base,
            )


def _closed_to_players(document: FeedDocument) -> Iterator[str]:
    """Yield what may not be read from another site; a server may name that site instead of all."""
    for target, probe in asked(document, Kind.FEED, Kind.CHAPTERS, Kind.TRANSCRIPT):
        answer = probe.get
        if answer and answer.status == 200:
            allowed = answer.headers.get("access-control-allow-origin", "").strip()
            if allowed not in ("*", ORIGIN):
                yield f"the {target.kind}"


def _newest(body: bytes) -> bytes:
    """Return a feed with its first item only: one of each kind of address is enough."""
    return re.sub(rb"(?s)(</item>).*</item>", rb"\1", body, count=1)


def _placed(problem: Problem) -> Problem:
    """Leave out the line of a feed nobody sees."""
    return replace(problem, line=0, field="")
