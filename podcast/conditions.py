"""Whether a store keeps the conditions of writes, on which two producers rely: tried once by each machine."""

import hashlib
import json
import secrets
from contextlib import suppress
from pathlib import Path

from episodes.problems import Problem, ProblemsFound, Severity
from podcast.cache import cache_root, write_cache
from podcast.layout import NEVER, PROBES
from podcast.settings import FILE, StoreSettings
from podcast.stores import ABSENT, Moved, Store, StoreError
from podcast.stores.s3alone import LookingStore
from podcast.stores.s3errors import is_not_implemented

NOBODYS_TAG = '"0123456789abcdef0123456789abcdef"'
"""A tag that no object has."""

_REFUSES = "it refuses every write with a condition"


def probe_key() -> str:
    """Return a private key that nobody else uses."""
    return f"{PROBES}{secrets.token_hex(8)}"


def probe_conditions(store: Store) -> str:
    """Try what a publish relies on, with an object of its own that is deleted again, and return what fails.

    Empty means that nothing does. Raises StoreError where nothing can be written at all.
    """
    key = probe_key()
    try:
        if not _is_written(store, key, b"1", ABSENT):
            return "it refuses to create an object that is not there"
        if isinstance(store, LookingStore) and store.looked:
            return _REFUSES
        if _is_written(store, key, b"2", ABSENT):
            return "it wrote over an object that was only to be created"
        if _is_written(store, key, b"3", NOBODYS_TAG):
            return "it wrote over an object that was another than expected"
    except StoreError as error:
        if is_not_implemented(error):
            return _REFUSES
        raise
    finally:
        with suppress(StoreError):
            store.delete(key)
    return ""


def _is_written(store: Store, key: str, body: bytes, expected: str) -> bool:
    try:
        store.put(key, body, media_type="text/plain; charset=utf-8", cache_control=NEVER, expected=expected)
    except Moved:
        return False
    return True


class Conditions:
    """What this machine knows of a store's conditions. Folders and memory keep them by their own code."""

    def __init__(self, store: Store, settings: StoreSettings) -> None:
        self._store = store
        self._alone = settings.single_producer
        self._address = f"{store.url} {settings.endpoint_url}"
        self._is_bucket = store.url.startswith("s3:")

    def known(self) -> tuple[Problem, ...]:
        """Return a warning where the store was found not to keep conditions. Nothing is asked of it."""
        fault = self._recall() if self._is_bucket else ""
        return (self._problem(fault, Severity.WARNING),) if fault else ()

    def require(self) -> tuple[Problem, ...]:
        """Return what `known` does, after trying the store if that was not done yet.

        A store that failed is tried again unless it is used all the same. Raises ProblemsFound where it fails and
        others may publish, StoreError where it cannot be written to.
        """
        if not self._is_bucket:
            return ()
        fault = self._recall()
        if fault is None or (fault and not self._alone):
            fault = self.probe()
        if fault and not self._alone:
            raise ProblemsFound((self._problem(fault, Severity.ERROR),))
        return self.known()

    def probe(self) -> str:
        """Try the store, remember and return what fails."""
        fault = probe_conditions(self._store)
        write_cache(self._path(), json.dumps({"address": self._address, "fault": fault}).encode())
        return fault

    def _problem(self, fault: str, severity: Severity) -> Problem:
        hint = "use a store that keeps conditions; or, if nobody else ever publishes, write single_producer = true"
        message = f"{self._store.url} does not keep conditions ({fault}): of two producers at once one loses episodes"
        if self._alone:
            hint = "publish from one computer only, one publish at a time"
        return Problem(path=FILE, field="store", message=message, hint=hint, severity=severity)

    def _recall(self) -> str | None:
        try:
            kept = json.loads(self._path().read_bytes())
            return str(kept["fault"]) if kept["address"] == self._address else None
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def _path(self) -> Path:
        return cache_root() / "stores" / f"{hashlib.sha256(self._address.encode()).hexdigest()[:16]}.json"
