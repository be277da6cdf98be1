"""A proxy before an S3 server on loopback that does what networks do: loses an answer, breaks off, changes a byte."""

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = ("connection", "keep-alive", "expect", "transfer-encoding")


@dataclass(slots=True, kw_only=True)
class Fault:
    """What happens to the next `times` requests of a method whose path and query contain `match`.

    Exactly one of: `lost` (the server gets the request, the client no answer), `reset_after` so many bytes of the
    request's body, `stall_after` so many of them (no more are read, the connection stays open), `cut_after` so many
    bytes of the answer's body, `corrupt` (one byte of the body changed), or `status` and `code` answered at once
    (without a code: with nothing).
    """

    method: str
    match: str = ""
    times: int = 1
    lost: bool = False
    reset_after: int = -1
    cut_after: int = -1
    stall_after: int = -1
    corrupt: bool = False
    status: int = 0
    code: str = ""


class FaultProxy:
    """Listens on `url`; `faults` may be added to while it runs, `seen` holds method and path of every request.

    `carried` is how many bytes of bodies the server was given.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.faults: list[Fault] = []
        self.seen: list[str] = []
        self.carried = 0
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        proxy = self

        class Passing(_Passing):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def take(self, method: str, path: str) -> Fault | None:
        """Note a request and return the fault it meets, if any."""
        with self._lock:
            self.seen.append(f"{method} {path}")
            for fault in self.faults:
                if fault.times > 0 and fault.method == method and fault.match in path:
                    fault.times -= 1
                    return fault
        return None

    def carry(self, count: int) -> None:
        """Note bytes that are passed on."""
        with self._lock:
            self.carried += count

    def stop(self) -> None:
        """Stop listening."""
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def fault_proxy(upstream: str) -> Iterator[FaultProxy]:
    """Run a proxy before the server at `upstream` (http)."""
    proxy = FaultProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.stop()


class _Passing(BaseHTTPRequestHandler):
    owner: FaultProxy
    protocol_version = "HTTP/1.1"

    def do_any(self) -> None:
        fault = self.owner.take(self.command, self.path) or Fault(method="")
        length = int(self.headers.get("Content-Length") or 0)
        if fault.reset_after >= 0:
            self.rfile.read(min(fault.reset_after, length))
            self._reset()
            return
        if fault.stall_after >= 0:
            self.rfile.read(min(fault.stall_after, length))
            self.owner.stopped.wait(60)
            self._reset()
            return
        body = self.rfile.read(length)
        if fault.status:
            self._answer_error(fault)
            return
        if fault.corrupt and body:
            body = bytes([body[0] ^ 1]) + body[1:]
        status, headers, answer = self._pass_on(body)
        if fault.lost:
            self._reset()
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in (*_HOP_BY_HOP, "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", self._told_length(headers, answer))
        self.end_headers()
        if fault.cut_after >= 0:
            self.wfile.write(answer[: fault.cut_after])
            self._reset()
            return
        self.wfile.write(answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_any  # noqa: N815  the names http.server looks for

    def _told_length(self, headers: list[tuple[str, str]], answer: bytes) -> str:
        told = {name.lower(): value for name, value in headers}.get("content-length", "0")
        return told if self.command == "HEAD" else str(len(answer))

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.owner.upstream, timeout=30)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():  # Host as signed, not the server's own
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            self.owner.carry(len(body))
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer_error(self, fault: Fault) -> None:
        text = f"<?xml version='1.0'?><Error><Code>{fault.code}</Code><Message>fault</Message></Error>".encode()
        if not fault.code:
            text = b""
        self.send_response_only(fault.status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _reset(self) -> None:
        with suppress(OSError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True

    def handle(self) -> None:
        with suppress(OSError, ValueError):  # the client went away, or we did
            super().handle()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
