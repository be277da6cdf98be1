"""A server of the show as it would be after a publish of everything here, which follows every change of a file."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.serving import BaseWSGIServer
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from episodes.listing import episode_files
from episodes.model import Status
from episodes.problems import Problem, ProblemsFound, Severity, UserError
from podcast.cache import stamp
from podcast.layout import INDEX, LEDGER, public_url
from podcast.preview import TEXTS, LocalRequest, asked_key, file_response, listen, rewritten, with_headers
from podcast.publishing.ledger import Ledger
from podcast.publishing.observe import observe
from podcast.publishing.rehearsal import Rehearsal, rehearse
from podcast.settings import FILE
from podcast.stores import Store, StoreError
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from podcast.website.sitemap import NOT_FOUND
from podcast.workspace import Workspace, open_workspace, require_sound

STATE = ".preview/state.json"
"""Which rehearsal is shown, and what is wrong in the files: asked for by every open page once a second."""

SCRIPT = ".preview/script.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a browser gets to see. `version` counts the rehearsals that came off; None before the first."""

    rehearsal: Rehearsal | None
    version: int
    problems: tuple[Problem, ...]


class LivePreview:
    """The latest rehearsal of a show folder that came off. `tell` hears of every one what is wrong in the files.

    The store is only read. Where it cannot be reached, the preview is made of what is here.
    """

    def __init__(self, folder: Path, by: str, tell: Callable[[Shown], None]) -> None:
        self.folder = folder
        self.shown = Shown(rehearsal=None, version=0, problems=())
        self._by = by
        self._tell = tell
        self._workspace: Workspace | None = None
        self._store: Store = MemoryStore()
        self._ledger: Ledger | None = None
        self._unreachable: Problem | None = None
        self._stamps: dict[str, object] = {}

    @property
    def root(self) -> Path | None:
        """The folder of a folder store."""
        return self._store.root if isinstance(self._store, FolderStore) else None

    def changed(self) -> bool:
        """Say whether any file is another than when they were read."""
        return self._looked() != self._stamps

    def refresh(self) -> None:
        """Read the folder again; what was shown stays where there is a mistake in it."""
        before = self._looked()
        try:
            self._workspace = open_workspace(self.folder)
            require_sound(self._workspace)
            self._look_at_store(self._workspace)
            now = datetime.now(UTC).replace(microsecond=0)
            made = rehearse(self._workspace, self._ledger, self._store, now=now, by=self._by)
            found = (*made.problems, *([self._unreachable] if self._unreachable else []))
            version = self.shown.version + (_content(made) != _content(self.shown.rehearsal))
            self.shown = Shown(rehearsal=made, version=version, problems=found)
        except ProblemsFound as mistakes:
            self.shown = replace(self.shown, problems=mistakes.problems)
        except UserError as error:
            self.shown = replace(self.shown, problems=(Problem(message=error.message, hint=error.hint),))
        except OSError as error:
            self.shown = replace(self.shown, problems=(Problem(path=str(error.filename or ""), message=str(error)),))
        # what came or changed while it was read is read again
        self._stamps = {path: before.get(path) for path in self._looked()}
        self._tell(self.shown)

    def follow(self, stop: threading.Event, every: float = 1) -> None:
        """Refresh after each change until `stop` is set; `every` so many seconds it is looked for one."""
        while not stop.wait(every):
            if self.changed():
                self.refresh()

    def _looked(self) -> dict[str, object]:
        """Return the stamps of every file the preview is made of, and may be made of once it is there."""
        paths = {self.folder / FILE, *episode_files(self.folder / "episodes")}
        if self._workspace:
            catalogue = self._workspace.catalogue
            ready = tuple(replace(episode, status=Status.READY) for episode in catalogue.episodes)
            paths |= {*replace(self._workspace, catalogue=replace(catalogue, episodes=ready)).files()}
        paths |= {self.root / LEDGER} if self.root else set()
        return {str(path): stamp(path) for path in paths}

    def _look_at_store(self, workspace: Workspace) -> None:
        """Read the ledger, unless the store could not be reached before."""
        if self._unreachable:
            return
        self._store = workspace.store()
        try:
            self._ledger = observe(self._store, thorough=False).ledger
        except StoreError as error:
            message = f"{error.message}; the preview is made of what is here"
            self._unreachable = Problem(severity=Severity.WARNING, message=message, hint=error.hint)
            self._store = MemoryStore()


def _content(rehearsal: Rehearsal | None) -> object:
    """Return what tells two rehearsals apart for whoever looks at pages."""
    if rehearsal is None:
        return None
    return {key: artifact.sha256 for key, artifact in rehearsal.artifacts.items()}


def make_live_server(live: LivePreview, port: int) -> BaseWSGIServer:
    """Return a threaded server on 127.0.0.1 of what a preview shows; port 0 takes any.

    Raises UserError where the port cannot be used.
    """

    @LocalRequest.application
    def application(request: Request) -> Response:
        key = asked_key(request)
        shown = live.shown
        if key == STATE:
            response = Response(json.dumps(_state(shown)))
        elif key == SCRIPT:
            response = Response(files("podcast").joinpath("livepreview.js").read_bytes())
        elif shown.rehearsal is None:
            key = INDEX
            response = Response(_no_page(shown), 503)
        else:
            return _answer(request, key, shown, shown.rehearsal, live.root)
        return _unlisted(with_headers(response, key))

    return listen(application, port)


def _answer(request: Request, key: str, shown: Shown, rehearsal: Rehearsal, root: Path | None) -> Response:
    """Answer with an object of a rehearsal: made here, of a file here, or as it is published."""
    artifacts = rehearsal.artifacts
    if key in artifacts:
        return _text(request, key, shown, rehearsal)
    if f"{key}/{INDEX}" in artifacts:
        return redirect(f"/{key}/")
    if key in rehearsal.blobs:
        here = rehearsal.path(key)
        if here is None and root and (root / key).resolve().is_relative_to(root.resolve()):
            here = root / key
        if here and here.is_file():
            return _unlisted(with_headers(file_response(request, here), key))
        if root is None:
            return redirect(public_url(rehearsal.base_url, key))
    if NOT_FOUND in artifacts and "." not in key.removesuffix(INDEX):
        response = _text(request, NOT_FOUND, shown, rehearsal)
        response.status_code = 404
        return response
    raise NotFound


def _text(request: Request, key: str, shown: Shown, rehearsal: Rehearsal) -> Response:
    body = rehearsal.artifacts[key].body
    if key.endswith(".html"):
        script = f'<script src="/{SCRIPT}?{shown.version}" defer></script></body>'
        body = body.replace(b"</body>", script.encode(), 1)
    address = rehearsal.base_url if key.endswith(TEXTS) else request.host_url
    return _unlisted(with_headers(rewritten(request, body, address), key))


def _no_page(shown: Shown) -> str:
    """Return the page that stands for all while there is a mistake that nothing can be shown with."""
    items = "".join(f"<li>{escape(str(problem))}</li>" for problem in shown.problems)
    head = '<meta charset="utf-8"><title>folge serve</title>'
    script = f'<script src="/{SCRIPT}?{shown.version}" defer></script>'
    said = "This page appears as soon as these mistakes are mended"
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><h1>{said}</h1><ul>{items}</ul>{script}</body>'


def _state(shown: Shown) -> dict[str, object]:
    told = [problem for problem in shown.problems if problem.severity is not Severity.NOTE]
    lines = [f"{problem.severity.value}: {problem}" for problem in told]
    return {"version": shown.version, "problems": lines}


def _unlisted(response: Response) -> Response:
    """Return a response that no search engine keeps."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response
