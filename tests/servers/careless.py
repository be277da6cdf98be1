"""A proxy that makes of a real S3 server a careless one: conditions are ignored or not understood, the clock is off."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.servers.running import S3Server

_CONDITIONS = ("if-match", "if-none-match")
_OWN = (*_CONDITIONS, "authorization", "x-amz-date", "x-amz-content-sha256", "host", "connection", "content-length")
_NOT_UNDERSTOOD = b"<?xml version='1.0'?><Error><Code>NotImplemented</Code><Message>no such header</Message></Error>"


class CarelessProxy:
    """Listens on `url` before a server whose user it knows; `seen` holds method and path of every request."""

    def __init__(self, server: S3Server, *, refuses: bool, clock: timedelta, region: str) -> None:
        self.server = server
        self.refuses = refuses
        self.clock = clock
        self.region = region
        self.seen: list[str] = []
        proxy = self

        class Passing(_Passing):
            owner = proxy

        self._listening = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self._listening.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._listening.server_address[1]}"
        self._thread = threading.Thread(target=self._listening.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listening.shutdown()
        self._listening.server_close()
        self._thread.join(5)


@contextmanager
def careless(
    server: S3Server, *, refuses: bool = False, clock: timedelta = timedelta(), region: str = ""
) -> Iterator[CarelessProxy]:
    """Run a proxy that takes conditions out of requests, or answers them with 501.

    It shifts the server's clock, and says that its buckets are in `region`.
    """
    proxy = CarelessProxy(server, refuses=refuses, clock=clock, region=region)
    try:
        yield proxy
    finally:
        proxy.stop()


class _Passing(BaseHTTPRequestHandler):
    owner: CarelessProxy
    protocol_version = "HTTP/1.1"

    def do_any(self) -> None:
        self.owner.seen.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_conditional = self.command == "PUT" and any(name.lower() in _CONDITIONS for name in self.headers)
        if is_conditional and self.owner.refuses:
            self._answer(501, [("Content-Type", "application/xml")], _NOT_UNDERSTOOD)
            return
        connection = http.client.HTTPConnection(urlsplit(self.owner.server.http).netloc, timeout=30)
        try:
            connection.request(self.command, self.path, body or None, self._headers(body, strip=is_conditional))
            answer = connection.getresponse()
            self._answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_any  # noqa: N815  the names http.server looks for

    def _headers(self, body: bytes, *, strip: bool) -> dict[str, str]:
        """Return the headers to pass on: as they are, or without conditions and signed anew."""
        if not strip:
            return dict(self.headers.items())
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
        request = AWSRequest(method=self.command, url=f"{self.owner.server.http}{self.path}", data=body, headers=kept)
        user = Credentials(self.owner.server.access_key, self.owner.server.secret_key)
        S3SigV4Auth(user, "s3", "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        length = str(len(body))
        for name, value in headers:
            match name.lower():
                case "connection" | "transfer-encoding":
                    continue
                case "content-length":
                    length = value if self.command == "HEAD" else length
                case "date":
                    shown = parsedate_to_datetime(value) + self.owner.clock
                    self.send_header(name, format_datetime(shown, usegmt=True))
                case _:
                    self.send_header(name, value)
        if self.owner.region:
            self.send_header("x-amz-bucket-region", self.owner.region)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
