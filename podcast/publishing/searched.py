"""What is searched: of each public episode title, people, topics, summary, notes and transcript as a small document."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

import msgspec

from episodes.notes import page_html
from episodes.problems import UserError
from episodes.transcript_forms import to_plain
from episodes.transcripts import LARGEST, read_transcript
from podcast.cache import write_cache
from podcast.layout import page_url
from podcast.publishing.ledger import Entry, Ledger
from podcast.publishing.uploads import Uploads
from podcast.release import Blob, Release
from podcast.stores import Store
from podcast.website.words import words_for

_RECIPE = 2
"""Version of what documents are made of; another one makes the index again."""

_READ = ("text/plain", "text/vtt", "application/x-subrip", "application/json")
"""The forms of a transcript that can be read as text, the best first."""


def language_of(ledger: Ledger) -> str:
    """Return the language of a show without its country, as `de`."""
    return ledger.show.release.language.lower().partition("-")[0]


def parts_of(ledger: Ledger, size: int) -> Mapping[str, Sequence[Entry]]:
    """Cut what is public into parts by position, so that a new episode is in the newest; by folder below the search.

    The first part with an episode has no folder of its own; without episodes it is the only one.
    """
    cut: dict[int, list[Entry]] = {}
    for entry in ledger.published:
        cut.setdefault(max(entry.position - 1, 0) // size + 1, []).append(entry)
    oldest, *later = sorted(cut) or [1]
    return {"": cut.get(oldest, []), **{f"{number}/": cut[number] for number in later}}


def fingerprint(ledger: Ledger, entries: Iterable[Entry]) -> str:
    """Return a hash of everything that is searched of episodes, apart from the program that makes the index."""
    rows = [_content(entry.release) for entry in entries]
    show = (language_of(ledger), ledger.show.release.directory_index)
    made = msgspec.json.encode((_RECIPE, show, sorted(rows, key=str)), order="deterministic")
    return hashlib.sha256(made).hexdigest()


def _content(release: Release) -> tuple[object, ...]:
    episode = release.episode
    texts = [blob.sha256 for blob in _texts(release)]
    about = (episode.guid, episode.slug, episode.title, episode.kind, episode.number, episode.published)
    return (*about, episode.appearances, episode.topics, episode.recording, episode.summary, episode.notes, texts)


def _texts(release: Release) -> Iterator[Blob]:
    """Yield of each transcript the form that is read best, one for each language."""
    seen: set[str] = set()
    for transcript in release.transcripts:
        if transcript.url:
            continue
        forms = [blob for blob in (transcript, *transcript.forms) if _type(blob) in _READ]
        if forms and transcript.language not in seen:
            seen.add(transcript.language)
            yield min(forms, key=lambda blob: _READ.index(_type(blob)))


def _type(blob: Blob) -> str:
    return blob.media_type.partition(";")[0]


class Documents:
    """Writes the documents of a ledger; transcripts come from this machine, else from the store, once."""

    def __init__(self, cache: Path, uploads: Uploads, store: Store) -> None:
        self._cache = cache
        self._uploads = uploads
        self._store = store

    def of(self, ledger: Ledger, entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
        """Yield a name that stays and the HTML of each episode."""
        for entry in entries:
            yield hashlib.sha256(entry.guid.encode()).hexdigest()[:24], self._document(entry, ledger)

    def sweep(self, ledger: Ledger) -> None:
        """Drop what was fetched and is searched no more."""
        wanted = {blob.sha256 for entry in ledger.published for blob in _texts(entry.release)}
        with suppress(OSError):
            for path in self._cache.iterdir() if self._cache.is_dir() else ():
                if path.name not in wanted:
                    path.unlink()

    def _document(self, entry: Entry, ledger: Ledger) -> str:
        episode, words = entry.release.episode, words_for(ledger.show.release.language)
        address = page_url("", episode.slug, directory_index=ledger.show.release.directory_index)
        day = words.day(episode.published.date()) if episode.published else ""
        named = [", ".join(filter(None, (it.name, it.function, it.organisation))) for it in episode.appearances]
        where = ", ".join(filter(None, (episode.recording.occasion, episode.recording.place)))
        lines = [words.say("with", names="; ".join(named)) if named else "", ", ".join(episode.topics), where]
        said = [line for blob in _texts(entry.release) for line in self._text(blob).splitlines() if line]
        return "\n".join(
            (
                f'<!doctype html><html lang="{escape(ledger.show.release.language)}"><body data-pagefind-body>',
                f'<h1 data-pagefind-meta="title">{escape(episode.title)}</h1>',
                f'<p data-pagefind-meta="day">{escape(day)}</p>',
                f'<i data-pagefind-meta="address[title]" title="{escape(address)}"></i>',
                *(f"<p>{escape(line)}</p>" for line in lines if line),
                *(f"<p>{escape(line)}</p>" for line in episode.summary.splitlines() if line),
                page_html(episode.notes),
                *(f"<p>{escape(line)}</p>" for line in said),
                "</body></html>",
            )
        )

    def _text(self, blob: Blob) -> str:
        """Return what a transcript says; nothing where it cannot be read, which its publisher was told."""
        body = self._body(blob)
        try:
            return to_plain(read_transcript(blob.key, body)[0]).decode() if body else ""
        except UserError:
            return ""

    def _body(self, blob: Blob) -> bytes:
        kept = self._cache / blob.sha256
        for path in (kept, self._uploads.path(blob.key)):
            with suppress(OSError):
                if path and path.stat().st_size <= LARGEST and _is(body := path.read_bytes(), blob):
                    return body
        stored = self._store.get(blob.key)
        if stored is None or not _is(stored.body, blob):
            return b""
        write_cache(kept, stored.body)
        return stored.body


def _is(body: bytes, blob: Blob) -> bool:
    return hashlib.sha256(body).hexdigest() == blob.sha256
