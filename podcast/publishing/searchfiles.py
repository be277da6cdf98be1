"""The files a browser searches in: made again only where what is searched changed, and known again by the store."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from episodes.problems import Problem, Severity, UserError
from podcast.cache import write_cache
from podcast.layout import SEARCH, SEARCH_ENTRY, SEARCH_STATE
from podcast.publishing.artifacts import Artifact, Stage, artifact_of
from podcast.publishing.ledger import Ledger
from podcast.publishing.observe import Observed
from podcast.publishing.pagefind import make_index, pagefind_version
from podcast.publishing.searched import Documents, fingerprint, language_of
from podcast.publishing.uploads import Uploads
from podcast.stores import Store

_EMPTY = b'{"version":"","languages":{},"include_characters":[]}'
"""The entry of an index of nothing, which Pagefind does not make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """What the index was made of and by which Pagefind, and the hex sha256 of each of its files by key."""

    made_of: str
    made_by: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFiles:
    """What a publish has to write of the index, the keys that stay as they are, and why there is no new one."""

    artifacts: tuple[Artifact, ...] = ()
    standing: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


class Search:
    """The index of a show. `cache` may be deleted at any time: then it is made again, of the same bytes."""

    def __init__(self, cache: Path, uploads: Uploads, store: Store, working: Callable[[str], None]) -> None:
        self._folder = cache / "search"
        self._state = cache / "search.json"
        self._documents = Documents(cache / "searched", uploads, store)
        self._store = store
        self._working = working

    def files(self, ledger: Ledger, observed: Observed) -> SearchFiles:
        """Return what there is to do so that everything public, and nothing else, is found."""
        wanted, version = fingerprint(ledger), pagefind_version()
        for state in self._known(observed):
            right = state.made_of == wanted and (not version or state.made_by in (version, ""))
            if right and all(_held(key, sha256, observed) for key, sha256 in state.files.items()):
                if not self._is_remembered(state):
                    write_cache(self._state, _encoded(state))
                return _compared(state, {}, observed)
        try:
            state = self._made(ledger, wanted)
            return _compared(state, self._bodies(state, observed), observed)
        except UserError as error:
            problem = Problem(severity=Severity.WARNING, path=SEARCH, message=error.message, hint=error.hint)
            there = frozenset(key for key in observed.held if key.startswith(SEARCH))
            return SearchFiles(standing=there, problems=(problem,))

    def _known(self, observed: Observed) -> Iterator[SearchState]:
        """Yield what is remembered here, then what the store says of itself."""
        here = _decoded(_read(self._state))
        if here:
            yield here
        held = observed.held.get(SEARCH_STATE)
        if held and held.sha256 and not (here and _sha256(_encoded(here)) == held.sha256):
            stored = self._store.get(SEARCH_STATE)
            there = _decoded(stored.body) if stored else None
            if there:
                yield there

    def _is_remembered(self, state: SearchState) -> bool:
        return _decoded(_read(self._state)) == state

    def _made(self, ledger: Ledger, wanted: str) -> SearchState:
        """Return the index as it has to be, with its files in the cache. Raises UserError where it cannot be made."""
        here = _decoded(_read(self._state))
        if here and (here.made_of, here.made_by) == (wanted, pagefind_version()) and self._is_whole(here):
            return here
        if not ledger.published:
            write_cache(self._folder / SEARCH_ENTRY.removeprefix(SEARCH), _EMPTY)
            state = SearchState(made_of=wanted, made_by="", files={SEARCH_ENTRY: _sha256(_EMPTY)})
        else:
            self._require()
            self._working("making the search index")
            make_index(self._documents.of(ledger), language_of(ledger), self._folder)
            self._documents.sweep(ledger)
            paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
            files = {_key(path, self._folder): _sha256(path.read_bytes()) for path in paths}
            state = SearchState(made_of=wanted, made_by=pagefind_version(), files=files)
        write_cache(self._state, _encoded(state))
        return state

    def _require(self) -> None:
        """Raise UserError where there is no Pagefind."""
        if not pagefind_version():
            message = "new and changed episodes are not found by the search: there is no pagefind for this machine"
            raise UserError(message, hint="publish from another one now and then")

    def _is_whole(self, state: SearchState) -> bool:
        return all(_sha256(_read(self._path(key))) == sha256 for key, sha256 in state.files.items())

    def _bodies(self, state: SearchState, observed: Observed) -> Mapping[str, bytes]:
        """Return the bodies of the files the store does not hold."""
        lacking = [key for key, sha256 in state.files.items() if not _held(key, sha256, observed)]
        return {key: _read(self._path(key)) for key in lacking}

    def _path(self, key: str) -> Path:
        return self._folder / key.removeprefix(SEARCH)


def live_keys(store: Store) -> frozenset[str]:
    """Return the keys of the files the index in a store is made of."""
    stored = store.get(SEARCH_STATE)
    state = _decoded(stored.body) if stored else None
    return frozenset(state.files) if state else frozenset()


def _compared(state: SearchState, bodies: Mapping[str, bytes], observed: Observed) -> SearchFiles:
    """Return what of an index is to be written; first its files, then the entry that leads to them."""
    late = {SEARCH_ENTRY: bodies[SEARCH_ENTRY]} if SEARCH_ENTRY in bodies else {}
    encoded = _encoded(state)
    if not _held(SEARCH_STATE, _sha256(encoded), observed):
        late[SEARCH_STATE] = encoded
    early = {key: body for key, body in bodies.items() if key not in late}
    artifacts = [artifact_of(key, body, Stage.BLOBS) for key, body in early.items()]
    artifacts += [artifact_of(key, body, Stage.INDEX) for key, body in late.items()]
    return SearchFiles(artifacts=tuple(artifacts), standing=frozenset({*state.files, SEARCH_STATE} - {*early, *late}))


def _held(key: str, sha256: str, observed: Observed) -> bool:
    held = observed.held.get(key)
    return held is not None and held.sha256 == sha256


def _key(path: Path, folder: Path) -> str:
    return SEARCH + path.relative_to(folder).as_posix()


def _encoded(state: SearchState) -> bytes:
    return msgspec.json.encode(state, order="deterministic")


def _decoded(body: bytes) -> SearchState | None:
    """Return what stands in a state; None for what is none, or names what is not of the index."""
    try:
        state = msgspec.json.decode(body, type=SearchState)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    inside = all(key.startswith(SEARCH) and ".." not in key for key in state.files)
    return state if inside and SEARCH_ENTRY in state.files else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
