"""What a pull does with `podcast.toml`."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from episodes.problems import UserError
from podcast.layout import SOURCES, settings_key
from podcast.publishing.arrivals import Action, Arrival, difference, written
from podcast.publishing.ledger import Ledger
from podcast.publishing.showfile import PUBLIC_URL, STORE_WORDS, for_store, rebuilt, store_words, unsaid
from podcast.publishing.survey import Survey, is_behind
from podcast.release import ShowRelease
from podcast.settings import FILE, Settings, load_settings
from podcast.stores import Store

_LARGEST = 1_000_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MOST_EARLIER = 50
"""How many earlier states of `podcast.toml` are read, the newest, where none is as the one here."""


def pulled_show(
    folder: Path, survey: Survey | None, ledger: Ledger, store: Store, words: Mapping[str, str | bool]
) -> tuple[tuple[Arrival, ...], Settings | None]:
    """Return what happens to `podcast.toml`, and what it says afterwards; None where that cannot be known.

    `words` is what a new one says of its store; one that is here keeps its own.
    """
    if survey:
        return tuple(_known(folder, survey, ledger, store)), survey.workspace.settings
    reason, raw = f"the settings of {ledger.show.release.title}", _published(ledger, store)
    try:
        text = _put_right(raw, words, ledger.show.release)
    except UserError as error:
        text, reason = raw.decode(), f"{reason}; {error.hint}"
    if not ledger.show.settings_key:
        left = unsaid(ledger.show.release)
        reason += ", made of what is published; look through it" + (f" and add {' and '.join(left)}" if left else "")
    return (written(Action.CREATE, FILE, text, reason),), read_settings(text)


def _put_right(raw: bytes, words: Mapping[str, str | bool], release: ShowRelease) -> str:
    """Return the text of a `podcast.toml` for another store, with the addresses as they are published."""
    text = for_store(raw, words)
    said = read_settings(text).store
    if said.public_url != release.base_url:  # it came from the environment
        text = for_store(text.encode(), {PUBLIC_URL: release.base_url})
    if said.directory_index != release.directory_index:  # its default follows from the kind of store
        text = for_store(text.encode(), {"directory_index": release.directory_index})
    return text


def read_settings(text: str) -> Settings:
    """Return what the text of a `podcast.toml` says, without the environment."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / FILE).write_bytes(text.encode())
        return load_settings(Path(name), {})[0]


def _published(ledger: Ledger, store: Store) -> bytes:
    """Return the published text, or one made of the ledger where nobody has stored it. Raises UserError."""
    show = ledger.show
    if not show.settings_key:
        moments = [episode.published for entry in ledger.entries if (episode := entry.release.episode).published]
        return rebuilt(show.release, moments).encode()
    raw = _stored(store, show.settings_key)
    if hashlib.sha256(raw).hexdigest() != show.settings_sha256:
        message = f"the {FILE} in {store.url} is not what was published"
        raise UserError(message, hint=f"ask {show.current.by} for the file; 'folge pull' then brings the rest")
    return raw


def _stored(store: Store, key: str) -> bytes:
    found = store.stat(key)
    stored = store.get(key) if found and found.bytes <= _LARGEST else None
    return stored.body if stored else b""


def _known(folder: Path, survey: Survey, ledger: Ledger, store: Store) -> Iterator[Arrival]:
    """Replace a `podcast.toml` that was published before and is as it was then; keep any other."""
    change = next((change for change in survey.decision.changes if not change.guid), None)
    if change is None:
        return
    current, local = ledger.show.current, (folder / FILE).read_bytes()
    here = hashlib.sha256(local).hexdigest()
    if not ledger.show.settings_key:
        reason = f"differs from what {current.by} published ({', '.join(change.fields)}), and is kept"
        yield Arrival(action=Action.KEEP, path=FILE, reason=reason, here=here)
        return
    words = store_words(local)
    text = for_store(_published(ledger, store), words)
    if text.encode() == local:
        return
    behind = is_behind(change, survey.show, ledger.show.history)
    own = store_words(local, (*STORE_WORDS, PUBLIC_URL))
    if behind and _is_earlier(local, here, own, store):
        yield written(Action.REPLACE, FILE, text, f"as {current.by} published it", here=here)
        return
    reason = f"differs from what {current.by} published, and is kept"
    shown = difference(text, local.decode(errors="replace"))
    yield Arrival(action=Action.KEEP, path=FILE, reason=reason, here=here, diff=shown)


def _is_earlier(local: bytes, sha256: str, words: Mapping[str, str | bool], store: Store) -> bool:
    """Say whether a text with the hex `sha256` was published before, apart from where its store is."""
    states = list(store.list(f"{SOURCES}show/"))
    if settings_key(sha256) in {stat.key for stat in states}:
        return True
    newest = sorted(states, key=lambda stat: (stat.written or _LONG_AGO, stat.key), reverse=True)[:_MOST_EARLIER]
    return any(_like(_stored(store, stat.key), local, words) for stat in newest)


def _like(earlier: bytes, local: bytes, words: Mapping[str, str | bool]) -> bool:
    try:
        return for_store(earlier, words).encode() == local
    except (UserError, UnicodeDecodeError):
        return False
