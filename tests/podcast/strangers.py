"""Servers of strangers on loopback: sound ones, careless ones and hostile ones."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

Answering = Callable[[Request], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A running server: its address with a slash at the end, and the requests it got, as `GET /path`."""

    address: str
    asked: list[str] = field(default_factory=list)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@contextmanager
def serving(answer: Answering, tls: ssl.SSLContext | None = None) -> Iterator[Stranger]:
    """Serve what `answer` returns, over https where `tls` is given."""
    asked: list[str] = []

    @Request.application
    def application(request: Request) -> Response:
        asked.append(f"{request.method} {request.path}")
        return answer(request)

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet, ssl_context=tls)
    server.daemon_threads = True  # type: ignore[attr-defined] # of ThreadedWSGIServer
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Stranger(address=f"http{'s' if tls else ''}://127.0.0.1:{server.port}/", asked=asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def sending(*pieces: bytes, then: Iterable[bytes] = (), pause: float = 0.0) -> Iterator[str]:
    """Serve bytes that are no sound HTTP: to every request `pieces`, then slowly `then`, until nobody listens."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def speak(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            for piece in pieces:
                connection.sendall(piece)
            for piece in then:
                if over.wait(pause):
                    return
                connection.sendall(piece)

    def listen() -> None:
        with suppress(OSError):
            while not over.is_set():
                threading.Thread(target=speak, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
