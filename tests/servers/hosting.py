"""A host of audio on loopback as hosts are: with ranges or without, slow, overloaded, cut off, moved; it counts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PIECE = 16_384


@dataclass(slots=True, kw_only=True)
class Hosted:
    """One file and how it is served.

    `cuts` are the bytes after which the connection breaks off, one for each answer, as long as there are any;
    `refusals` are answers given first, as (status, Retry-After). Where `ranges` is off, ranges are ignored.
    `told_length` is a Content-Length other than the real one, -1 for none.
    """

    body: bytes
    media_type: str = "audio/mpeg"
    etag: str = '"1"'
    modified: str = ""
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    location: str = ""
    status: int = 0
    told_length: int | None = None
    coding: str = ""
    before: Callable[[], None] = lambda: None
    between: Callable[[], None] = lambda: None


@dataclass(slots=True, kw_only=True)
class Host:
    """A running host: its address with a slash at the end, its files by path, and what was asked and sent."""

    address: str = ""
    files: dict[str, Hosted] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    busy: int = 0
    busiest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, path: str, hosted: Hosted) -> str:
        """Serve a file and return its address."""
        self.files[f"/{path}"] = hosted
        return f"{self.address}{path}"

    def ranges(self, path: str) -> list[str]:
        """Return the ranges that were asked of a path, empty for all of it."""
        return [wanted for asked, wanted in self.asked if asked == f"/{path}"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: Host

    def do_GET(self) -> None:
        host = self.host
        with host.lock:
            host.asked.append((self.path, self.headers.get("Range", "")))
            host.busy += 1
            host.busiest = max(host.busiest, host.busy)
        try:
            self._answer(host.files.get(self.path.partition("?")[0]))
        except OSError:
            self.close_connection = True
        finally:
            with host.lock:
                host.busy -= 1

    def _answer(self, hosted: Hosted | None) -> None:
        if hosted is None:
            return self._say(404, {})
        hosted.before()
        if hosted.refusals:
            status, after = hosted.refusals.pop(0)
            return self._say(status, {"Retry-After": after} if after else {})
        if hosted.location:
            return self._say(hosted.status or 302, {"Location": hosted.location})
        start = self._start(hosted)
        if start is not None and start >= len(hosted.body):
            return self._say(416, {"Content-Range": f"bytes */{len(hosted.body)}"})
        rest = hosted.body[start or 0 :]
        headers = {"Content-Type": hosted.media_type, "ETag": hosted.etag, "Last-Modified": hosted.modified}
        headers |= {"Content-Encoding": hosted.coding}
        if hosted.told_length != -1:
            headers["Content-Length"] = str(len(rest) if hosted.told_length is None else hosted.told_length)
        else:
            self.close_connection = True
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{len(hosted.body) - 1}/{len(hosted.body)}"
        self._head(206 if start is not None else hosted.status or 200, headers)
        self._send(hosted, rest)
        return None

    def _start(self, hosted: Hosted) -> int | None:
        wanted = self.headers.get("Range", "")
        if not hosted.ranges or not wanted or self.headers.get("If-Range") not in (hosted.etag, hosted.modified):
            return None
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send(self, hosted: Hosted, rest: bytes) -> None:
        cut = hosted.cuts.pop(0) if hosted.cuts else None
        for at in range(0, len(rest if cut is None else rest[:cut]), _PIECE):
            piece = rest[at : min(at + _PIECE, len(rest) if cut is None else cut)]
            self.wfile.write(piece)
            self.wfile.flush()
            with self.host.lock:
                self.host.sent[self.path] = self.host.sent.get(self.path, 0) + len(piece)
            hosted.between()
        if cut is not None:
            self.close_connection = True

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self._head(status, {**headers, "Content-Length": "0"})

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are part of the tests."""


@contextmanager
def hosting() -> Iterator[Host]:
    """Run a host on loopback."""
    host = Host()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    host.address = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
