"""A server of a published folder on this machine: werkzeug does the HTTP (ranges, conditional requests, HEAD)."""

import hashlib
import socket
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.types import WSGIApplication

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.utils import redirect, send_file
from werkzeug.wrappers import Request, Response

from episodes.problems import UserError
from podcast.layout import FEED, INDEX, PRIVATE, content_type
from podcast.stores import is_key
from podcast.stores.folder import FolderStore
from podcast.website.sitemap import NOT_FOUND
from podcast.workspace import Workspace

TEXTS = (".xml", ".html", ".json")
"""Kinds of objects in which the public address is replaced by the preview's."""


class LocalRequest(Request):
    """A request that must be meant for this machine, so that no web page elsewhere can read the preview."""

    trusted_hosts = ["127.0.0.1", "localhost"]  # noqa: RUF012 - werkzeug's name and type


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1 and keeps quiet about each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def published_root(workspace: Workspace) -> Path:
    """Return the folder of the show's folder store. Raises UserError for other stores and for an empty one."""
    store = workspace.store()
    if not isinstance(store, FolderStore):
        hint = f"it is read at {workspace.settings.store.public_url}"
        raise UserError(f"the store {store.url} is no folder, so there is nothing to serve from here", hint=hint)
    if not (store.root / FEED).is_file():
        raise UserError(f"nothing is published in {store.root} yet", hint="run 'folge publish' first")
    return store.root


def make_preview_server(root: Path, public_url: str, port: int) -> BaseWSGIServer:
    """Return a threaded server on 127.0.0.1 that answers GET and HEAD for the objects below `root`; port 0 takes any.

    `public_url` inside feed and pages is replaced by the server's own address; private objects are not there. Where
    nothing is, the page of the show for that is shown. Raises UserError where the port cannot be used.
    """

    @LocalRequest.application
    def application(request: Request) -> Response:
        try:
            return answer(request, asked_key(request))
        except NotFound:
            page = root / NOT_FOUND
            if not page.is_file():
                raise
            return with_headers(Response(_local(request, page.read_bytes(), public_url), 404), NOT_FOUND)

    def answer(request: Request, key: str) -> Response:
        path = root / key
        if (path / INDEX).is_file():
            return redirect(f"/{key}/")
        if not path.is_file():
            raise NotFound
        if not path.resolve().is_relative_to(root.resolve()):  # a link that leads out of the store
            raise NotFound
        if key.endswith(TEXTS):
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return with_headers(rewritten(request, path.read_bytes(), public_url, modified), key)
        return with_headers(file_response(request, path), key)

    return listen(application, port)


def listen(application: WSGIApplication, port: int) -> BaseWSGIServer:
    """Return a threaded server on 127.0.0.1; port 0 takes any. Raises UserError where the port cannot be used."""
    try:
        # werkzeug itself ends the process where the port is taken, so the port is tried first
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
        return make_server("127.0.0.1", port, application, threaded=True, request_handler=_Handler)
    except OSError as error:
        raise UserError(f"port {port} cannot be used: {error.strerror}", hint="say another with --port") from error


def asked_key(request: Request) -> str:
    """Return the key a request asks for. Raises NotFound where nobody may read it, MethodNotAllowed for writes.

    Of several ranges at once none is left: they may be ignored, and werkzeug would refuse them.
    """
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(["GET", "HEAD"])
    key = request.path.removeprefix("/") or INDEX
    key = f"{key}{INDEX}" if key.endswith("/") else key
    if not is_key(key) or key.lower().startswith(PRIVATE):
        raise NotFound
    if "," in request.headers.get("Range", ""):
        del request.environ["HTTP_RANGE"]
    return key


def file_response(request: Request, path: Path) -> Response:
    """Answer with a file, or the part of it that was asked for."""
    found = path.stat()
    response = send_file(
        path,
        request.environ,
        mimetype="application/octet-stream",
        conditional=True,
        etag=f"{found.st_mtime_ns:x}-{found.st_size:x}",
        last_modified=found.st_mtime,
    )
    if request.method == "HEAD" or response.status_code == 304:
        response.close()  # without a body werkzeug leaves the file open
    return response


def rewritten(request: Request, body: bytes, public_url: str, modified: datetime | None = None) -> Response:
    """Answer with a text in which the public address is this server's."""
    body = _local(request, body, public_url)
    response = Response(body)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.last_modified = modified
    response.make_conditional(request.environ, accept_ranges=True, complete_length=len(body))
    return response


def _local(request: Request, body: bytes, public_url: str) -> bytes:
    return body.replace(public_url.encode(), request.host_url.encode())


def with_headers(response: Response, key: str) -> Response:
    """Return a response with the type of a key, which no cache keeps."""
    response.headers["Content-Type"] = content_type(key)
    del response.headers["Date"]  # the server adds its own
    response.headers["Cache-Control"] = "no-cache"
    return response
