"""The files a browser searches in: made again only where what is searched changed, and known again by the store."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

import msgspec

from episodes.problems import Problem, Severity, UserError
from podcast.cache import write_cache
from podcast.layout import SEARCH, SEARCH_ENTRY, SEARCH_PARTS, SEARCH_STATE
from podcast.publishing.artifacts import Artifact, Stage, artifact_of
from podcast.publishing.ledger import Entry, Ledger
from podcast.publishing.observe import Observed
from podcast.publishing.pagefind import is_program, make_index, pagefind_version
from podcast.publishing.searched import Documents, fingerprint, language_of, parts_of
from podcast.publishing.uploads import Uploads
from podcast.stores import Store

_EMPTY = b'{"version":"","languages":{},"include_characters":[]}'
"""The entry of an index of nothing, which Pagefind does not make."""

_ENTRY = SEARCH_ENTRY.removeprefix(SEARCH)
_FOLDER = re.compile(r"(\d+/)?")

PART_SIZE = 250
"""Positions of episodes in one part: a new episode changes the files of the newest part only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPart:
    """What one part was made of and by which Pagefind, and the hex sha256 of each of its files by key."""

    made_of: str
    made_by: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """The parts of an index by their folders below `search/`; the first has none. A browser merges them."""

    parts: Mapping[str, SearchPart]

    @property
    def files(self) -> Mapping[str, str]:
        """The hex sha256 of each file of the index by key."""
        return {key: sha256 for part in self.parts.values() for key, sha256 in part.files.items()}

    @property
    def listed(self) -> bytes:
        """What tells a browser of the parts besides the first."""
        return msgspec.json.encode([folder for folder in self.parts if folder])


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFiles:
    """What a publish has to write of the index, the keys that stay as they are, and why there is no new one."""

    artifacts: tuple[Artifact, ...] = ()
    standing: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


class Search:
    """The index of a show. `cache` may be deleted at any time: then it is made again, of the same bytes."""

    def __init__(self, cache: Path, uploads: Uploads, store: Store, working: Callable[[str], None]) -> None:
        place = self._place(cache)
        self._folder = place / "search"
        self._state = place / "search.json"
        self._documents = Documents(place / "searched", uploads, store)
        self._store = store
        self._working = working

    def _place(self, cache: Path) -> Path:
        """Return the cache; where none can be kept, a folder that goes with this object."""
        with suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
            return cache
        try:
            spare = mkdtemp(prefix="folge-search-")
        except OSError as error:
            message = f"there is no place for temporary files: {error.strerror}"
            raise UserError(message, hint="make room, or set TMPDIR to a folder that can be written to") from error
        finalize(self, rmtree, spare, ignore_errors=True)
        return Path(spare)

    def files(self, ledger: Ledger, observed: Observed) -> SearchFiles:
        """Return what there is to do so that everything public, and nothing else, is found."""
        known = tuple(self._known(observed))
        parts: dict[str, SearchPart] = {}
        try:
            for folder, entries in parts_of(ledger, PART_SIZE).items():
                wanted = fingerprint(ledger, entries)
                part = self._standing(folder, wanted, known, observed) or self._made(folder, wanted, ledger, entries)
                parts[folder] = part
            state = SearchState(parts=parts)
            self._remember(state)
            return _compared(state, self._bodies(state, observed), observed)
        except UserError as error:
            problem = Problem(severity=Severity.WARNING, path=SEARCH, message=error.message, hint=error.hint)
            there = frozenset(key for key in observed.held if key.startswith(SEARCH))
            return SearchFiles(standing=there, problems=(problem,))

    def _standing(
        self, folder: str, wanted: str, known: Iterable[SearchState], observed: Observed
    ) -> SearchPart | None:
        """Return a part as the store holds it, None where it is not there as it has to be."""
        for part in (state.parts[folder] for state in known if folder in state.parts):
            right = part.made_of == wanted and (not pagefind_version() or part.made_by in (pagefind_version(), ""))
            if right and all(_held(key, sha256, observed) for key, sha256 in part.files.items()):
                return part
        return None

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

    def _here(self) -> SearchState:
        return _decoded(_read(self._state)) or SearchState(parts={})

    def _remember(self, state: SearchState) -> None:
        if self._here() != state:
            write_cache(self._state, _encoded(state))

    def _made(self, folder: str, wanted: str, ledger: Ledger, entries: Sequence[Entry]) -> SearchPart:
        """Return a part as it has to be, with its files in the cache. Raises UserError where it cannot be made."""
        here = self._here()
        known = here.parts.get(folder)
        made = (wanted, pagefind_version())
        if known and (known.made_of, known.made_by) == made and self._is_whole(folder, known):
            return known
        part = self._part(folder, wanted, ledger, entries)
        self._remember(SearchState(parts={**here.parts, folder: part}))
        return part

    def _part(self, folder: str, wanted: str, ledger: Ledger, entries: Sequence[Entry]) -> SearchPart:
        """Make a part in the cache."""
        made = self._cached(folder)
        if not entries:
            write_cache(made / _ENTRY, _EMPTY)
            return SearchPart(made_of=wanted, made_by="", files={SEARCH_ENTRY: _sha256(_EMPTY)})
        self._require()
        self._working("making the search index" + (f", part {folder.rstrip('/')}" if folder else ""))
        make_index(self._documents.of(ledger, entries), language_of(ledger), made)
        self._documents.sweep(ledger)
        paths = sorted(path for path in made.rglob("*") if path.is_file() and not (folder and is_program(path)))
        files = {f"{SEARCH}{folder}{path.relative_to(made).as_posix()}": _sha256(path.read_bytes()) for path in paths}
        return SearchPart(made_of=wanted, made_by=pagefind_version(), files=files)

    def _require(self) -> None:
        """Raise UserError where there is no Pagefind."""
        if not pagefind_version():
            message = "new and changed episodes are not found by the search: there is no pagefind for this machine"
            raise UserError(message, hint="publish from another one now and then")

    def _is_whole(self, folder: str, part: SearchPart) -> bool:
        return all(_sha256(self._body(folder, key)) == sha256 for key, sha256 in part.files.items())

    def _bodies(self, state: SearchState, observed: Observed) -> Mapping[str, bytes]:
        """Return the bodies of the files the store does not hold."""
        return {
            key: self._body(folder, key)
            for folder, part in state.parts.items()
            for key, sha256 in part.files.items()
            if not _held(key, sha256, observed)
        }

    def _body(self, folder: str, key: str) -> bytes:
        return _read(self._cached(folder) / key.removeprefix(f"{SEARCH}{folder}"))

    def _cached(self, folder: str) -> Path:
        return self._folder / (folder or "1")


def live_keys(store: Store) -> frozenset[str]:
    """Return the keys of the files the index in a store is made of."""
    stored = store.get(SEARCH_STATE)
    state = _decoded(stored.body) if stored else None
    return frozenset(state.files) if state else frozenset()


def _compared(state: SearchState, bodies: Mapping[str, bytes], observed: Observed) -> SearchFiles:
    """Return what of an index is to be written: the files of its parts, then what leads to them.

    The entry of a new part leads nobody anywhere before the part is listed, and has to be there then. The program that
    searches is called the same in every version: where there is one, the next comes after the ledger.
    """
    leading = {key for key in bodies if key.endswith(f"/{_ENTRY}") and (key == SEARCH_ENTRY or key in observed.held)}
    written = {key for key, held in observed.held.items() if held.sha256}
    leading |= {key for key in bodies if key in written and is_program(PurePosixPath(key))}
    late = {key: bodies[key] for key in leading}
    for key, body in ((SEARCH_PARTS, state.listed), (SEARCH_STATE, _encoded(state))):
        if not _held(key, _sha256(body), observed):
            late[key] = body
    early = {key: body for key, body in bodies.items() if key not in late}
    artifacts = [artifact_of(key, body, Stage.BLOBS) for key, body in early.items()]
    artifacts += [artifact_of(key, body, Stage.INDEX) for key, body in sorted(late.items())]
    standing = {*state.files, SEARCH_PARTS, SEARCH_STATE} - {*early, *late}
    return SearchFiles(artifacts=tuple(artifacts), standing=frozenset(standing))


def _held(key: str, sha256: str, observed: Observed) -> bool:
    held = observed.held.get(key)
    return held is not None and held.sha256 == sha256


def _encoded(state: SearchState) -> bytes:
    return msgspec.json.encode(state, order="deterministic")


def _decoded(body: bytes) -> SearchState | None:
    """Return what stands in a state; None for what is none, or names what is not of the index."""
    try:
        state = msgspec.json.decode(body, type=SearchState)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    ours = all(
        _FOLDER.fullmatch(folder)
        and f"{SEARCH}{folder}{_ENTRY}" in part.files
        and all(key.startswith(f"{SEARCH}{folder}") and ".." not in key for key in part.files)
        for folder, part in state.parts.items()
    )
    return state if ours else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
