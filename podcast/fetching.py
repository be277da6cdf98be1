"""Fetches what strangers serve: bounded in time, bytes, redirects and connections; http and https, nothing else."""

import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from episodes.problems import UserError, quoted, without_user
from feed.answers import Answer
from feed.text import ascii_url
from podcast.connections import ELSEWHERE, RefusedError, Watch, is_private, make_pools, proxy_for
from podcast.stores import StoreError

if TYPE_CHECKING:
    import urllib3

LARGEST_FEED = 50_000_000
"""Bytes a feed may have, uncompressed."""

_CHUNK = 65_536
_AGAIN = (429, 500, 502, 503, 504)
_LONGEST_SHOWN = 300
BROKEN = "the connection broke off"
_LONGEST_WAIT = 5.0
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_AS_IT_IS = (307, 308)


class Unreachable(StoreError):
    """An address did not give what was asked for (exit code 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long one question may take, in seconds, and how often it may be repeated or redirected.

    `read` is the longest silence, `total` the whole of it with redirects and retries; `pause` lies before a retry.
    """

    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    attempts: int = 3
    pause: float = 1.0
    redirects: int = 10


class Sink(Protocol):
    """Takes a body piece by piece where it is too large for memory. Raises RefusedError for what it does not want."""

    def wants(self, answer: Answer) -> bool:
        """Say whether the body that follows this status and these headers is to be taken."""

    def take(self, piece: bytes) -> None:
        """Take the next piece, as it was sent."""


class Fetcher:
    """Asks over HTTP, at most two questions at a time of one host, from any number of threads.

    Addresses of this machine and of private networks are asked where `private` says so: a feed from elsewhere must
    not reach what only this machine can. The name of a server is looked up by the system, which has its own limit.
    """

    def __init__(self, *, limits: Limits | None = None, private: bool = True) -> None:
        self.limits = limits or Limits()
        self.private = private
        self._watched = threading.local()
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._ended = False
        self._turns: dict[str, threading.BoundedSemaphore] = defaultdict(lambda: threading.BoundedSemaphore(2))
        self._pools: dict[str, urllib3.PoolManager] = {}

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pools in self._pools.values():
            pools.clear()

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Break off every question under way where this block is left by an exception, as by Ctrl-C."""
        try:
            yield
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Break off every question under way, and ask none any more."""
        self._ended = True
        with self._lock:
            for watch in self._watches:
                watch.expire()

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        limit: int = 0,
        compressed: bool = False,
        form: Mapping[str, str] | None = None,
        sink: Sink | None = None,
        follow: bool = True,
    ) -> Answer:
        """Return what an address answers, after redirects, with at most `limit` bytes of body, uncompressed.

        Without `follow` a redirect is the answer. `form` is sent as the fields of a web form; it goes on only where a
        redirect says that it should. A body that `sink` wants goes there and nowhere else.
        Nothing is raised but by it: an address that does not answer is an Answer with status 0 and an error.
        """
        sent = {"User-Agent": _user_agent(), "Accept": "*/*", **(headers or {})}
        sent["Accept-Encoding"] = "gzip, deflate" if compressed else "identity"
        body = None if form is None else urlencode(form).encode()
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        onwards = _REDIRECTS if body is None else _REDIRECTS_AS_IT_IS
        ends = time.monotonic() + self.limits.total
        hops: list[str] = []
        while True:
            question = _Question(url=url, method=method, headers=sent, body=body, limit=limit, ends=ends, sink=sink)
            answer = self._retried(question)
            answer = replace(answer, hops=tuple(hops))
            onward = answer.headers.get("location", "") if answer.status in onwards else ""
            if not (onward and follow):
                return answer
            hops.append(url)
            try:
                url = urljoin(url, onward)
            except ValueError:  # http://[::1
                return Answer(url=url, hops=tuple(hops), error=f"it redirects to {quoted(onward)}, which is no address")
            if url in hops:
                return Answer(url=url, hops=tuple(hops), error="it redirects in a circle")
            if len(hops) > self.limits.redirects:
                return Answer(url=url, hops=tuple(hops), error=f"it redirects more than {self.limits.redirects} times")

    def _retried(self, question: "_Question") -> Answer:
        attempt = 1
        while True:
            answer = self._once(question)
            wait = max(_retry_after(answer), self.limits.pause * attempt)
            late = self._ended or wait > _LONGEST_WAIT or time.monotonic() + wait > question.ends
            passing = answer.status in _AGAIN or answer.error == BROKEN
            if not passing or attempt >= self.limits.attempts or late:
                return answer
            attempt += 1
            time.sleep(wait)

    def _once(self, question: "_Question") -> Answer:
        import urllib3

        try:
            url, host = _ascii(question.url)
            pools = self._pools_to(urlsplit(url).scheme, host)
            with self._turn(host), self._watch(question.ends) as watch:
                if self._ended:
                    raise RefusedError("it was not asked any more")
                response = pools.request(
                    question.method,
                    url,
                    headers=question.headers,
                    body=question.body,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    decode_content=False,
                    timeout=urllib3.Timeout(connect=self.limits.connect, read=self.limits.read),
                )
                found = {name.lower(): value for name, value in response.headers.items()}
                answer = Answer(url=question.url, status=response.status, headers=found)
                body, whole = b"", False
                try:
                    if question.sink and question.sink.wants(answer):
                        whole = _pour(response, question.sink, watch)
                    else:
                        body, whole = _read(response, question.limit if question.method != "HEAD" else 0, watch)
                finally:
                    if not whole and question.method != "HEAD":
                        response.close()  # what was not read would come before the next answer
                    response.release_conn()
        except RefusedError as error:
            return Answer(url=question.url, error=str(error))
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return Answer(url=question.url, error=self._sentence(error, question))
        return replace(answer, body=body, whole=whole)

    def _pools_to(self, scheme: str, host: str) -> "urllib3.PoolManager":
        """Return connections to a host, straight or through the proxy of this machine. Raises RefusedError."""
        if not self.private and is_private(host):
            raise RefusedError(ELSEWHERE)
        proxy = proxy_for(scheme, host)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = make_pools(self._watched, lambda: self.private, proxy)
            return self._pools[proxy]

    @contextmanager
    def _turn(self, host: str) -> Iterator[None]:
        with self._lock:
            turn = self._turns[host]
        with turn:
            yield

    @contextmanager
    def _watch(self, ends: float) -> Iterator["Watch"]:
        """Break off whatever this thread does with a connection when its time is over, even in the middle of a line."""
        watch = self._watched.watch = Watch(ends)
        timer = threading.Timer(max(ends - time.monotonic(), 0.0), watch.expire)
        timer.daemon = True
        timer.start()
        with self._lock:
            self._watches.add(watch)
            if self._ended:  # while it waited for its turn
                watch.expire()
        try:
            yield watch
        finally:
            timer.cancel()
            with self._lock:
                self._watches.discard(watch)

    def _sentence(self, error: Exception, question: "_Question") -> str:
        """Return why an exception means that nothing came, in words; the exception's own are for programmers."""
        if time.monotonic() >= question.ends:
            return f"it took longer than {self.limits.total:g} seconds"
        for kind in type(error).__mro__:
            if kind.__name__ in _SENTENCES:
                return _SENTENCES[kind.__name__].format(limits=self.limits)
        return f"the connection failed ({type(error).__name__})"


_SENTENCES = {
    "NameResolutionError": "there is no server of that name",
    "ConnectTimeoutError": "nobody answers within {limits.connect:g} seconds",
    "ReadTimeoutError": "the server says nothing for {limits.read:g} seconds",
    "ProxyError": "the proxy of this machine does not let it through",
    "ProxySchemeUnknown": "the proxy of this machine (HTTPS_PROXY) is no address",
    "SSLError": "its certificate is not trusted, or its encryption is not understood",
    "NewConnectionError": "nobody answers there",
    "IncompleteRead": BROKEN,
    "ProtocolError": BROKEN,
    "LocationValueError": "this is no address",
    "UnicodeError": "this is no address",
    "ValueError": "this is no address",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One request; `ends` is on the monotonic clock, `limit` in bytes, `body` what is sent with a POST."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    limit: int
    ends: float
    sink: Sink | None


@cache
def _user_agent() -> str:
    from importlib.metadata import version

    return f"folge/{version('folge')}"


def _ascii(url: str) -> tuple[str, str]:
    """Return an address as it is sent, percent-encoded, and its host. Raises RefusedError and ValueError."""
    parts = urlsplit(ascii_url(url.strip()))
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if scheme not in ("http", "https"):
        raise RefusedError(f"only http and https are fetched, not {scheme or 'that'}")
    if not host:
        raise RefusedError("this is no address")
    place = f"[{host}]" if ":" in host else host
    place = f"{place}:{parts.port}" if parts.port else place
    return urlunsplit((scheme, place, parts.path or "/", parts.query, "")), host


def _read(response: "urllib3.BaseHTTPResponse", limit: int, watch: Watch) -> tuple[bytes, bool]:
    """Return the first bytes of a body, uncompressed, and whether that is all of it."""
    if not limit:
        return b"", False
    coding = response.headers.get("content-encoding", "").strip().lower()
    inflate = None if coding in ("", "identity") else _Inflate(coding)
    body = bytearray()
    while len(body) <= limit:
        chunk = response.read1(_CHUNK)
        if time.monotonic() >= watch.ends:
            raise RefusedError("it sends so slowly that the time was over before its end")
        if not chunk:
            if inflate and not inflate.complete:
                raise RefusedError("its compression ends in the middle")
            return bytes(body), True
        body += inflate.expand(chunk, limit + 1 - len(body)) if inflate else chunk
    return bytes(body[:limit]), False


def _pour(response: "urllib3.BaseHTTPResponse", sink: Sink, watch: Watch) -> bool:
    """Hand a body on as it comes, and say that this is all of it."""
    while piece := response.read1(_CHUNK):
        sink.take(piece)
        if time.monotonic() >= watch.ends:
            raise RefusedError("it sends so slowly that the time was over before its end")
    return True


class _Inflate:
    """Uncompresses a stream piece by piece, never more than was asked for. Raises RefusedError for damaged ones."""

    def __init__(self, coding: str) -> None:
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise RefusedError(f"it is sent in a compression that nobody asked for ({coding[:20]})")
        self._bare = coding == "deflate"  # which many servers send without its envelope
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._begun = False

    @property
    def complete(self) -> bool:
        """Whether the stream has come to its end, or never began."""
        return self._inflater.eof or not self._begun

    def expand(self, chunk: bytes, most: int) -> bytes:
        """Return what `chunk` adds, at most `most` bytes (and then the rest is lost)."""
        found = b""
        while chunk and len(found) < most:
            if self._inflater.eof:  # another member follows
                self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
            found += self._some(chunk, most - len(found))
            chunk = self._inflater.unused_data
        return found

    def _some(self, chunk: bytes, most: int) -> bytes:
        try:
            found = self._inflater.decompress(chunk, most)
        except zlib.error as error:
            if self._begun or not self._bare:
                raise RefusedError("its compression is damaged") from error
            self._bare = False
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._some(chunk, most)
        self._begun = True
        return found


def _retry_after(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "").strip()
    return float(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0.0


def fetch_feed(fetcher: Fetcher, url: str) -> Answer:
    """Return the whole feed at an address; one that is itself on this machine opens `private` for what follows.

    Raises Unreachable, and UserError for what is too large to be a feed.
    """
    url = without_user(url)
    accept = {"Accept": "application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"}
    answer = fetcher.ask(url, headers=accept, limit=LARGEST_FEED, compressed=True)
    if answer.error == ELSEWHERE and not answer.hops:  # who names an address of this machine means it
        fetcher.private = True
        answer = fetcher.ask(url, headers=accept, limit=LARGEST_FEED, compressed=True)
    where = f"{url} (which leads to {without_user(answer.url)[:_LONGEST_SHOWN]})" if answer.hops else url
    if not answer.status:
        raise Unreachable(f"{where} cannot be fetched: {answer.error}", hint="look at the address and at the network")
    if answer.status in (401, 403, 407):
        hint = "podcast apps have no password: let everybody read the feed"
        raise Unreachable(f"{where} is not open to everybody: it answers {_phrase(answer.status)}", hint=hint)
    if answer.status != 200:
        hint = "try again later" if answer.status in _AGAIN else "look at the address in a browser"
        raise Unreachable(f"{where} answers {_phrase(answer.status)}", hint=hint)
    if not answer.whole:
        hint = "no podcast app would take a feed of this size"
        raise UserError(f"{where} has more than {LARGEST_FEED:,} bytes", hint=hint)
    return answer


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
