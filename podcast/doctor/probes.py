"""Objects a store is tried with: random names, deleted however the trial ends."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from episodes.problems import Severity
from podcast.conditions import probe_key
from podcast.doctor.report import Notes
from podcast.layout import FEED, PROBES, cache_control, content_type, page_key, page_url, public_url
from podcast.stores import Store, StoreError

_ABANDONED = timedelta(hours=1)
_AUDIO_BYTES = 4096

_FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>probe</title><atom:link rel="self" href="{feed}"/><item><title>probe</title><link>{page}</link>
<enclosure url="{audio}" length="{length}" type="audio/mpeg"/>
<podcast:transcript url="{transcript}" type="text/vtt"/>
<podcast:chapters url="{chapters}" type="application/json+chapters"/></item></channel></rss>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Something to look at from outside: the feed under `key`, its bytes, and whether listeners have it too."""

    key: str
    body: bytes
    audio: str
    is_published: bool


@contextmanager
def held(store: Store, notes: Notes, objects: dict[str, bytes]) -> Iterator[None]:
    """Keep objects in a store for a while. Raises StoreError where they cannot be written."""
    written: list[str] = []
    try:
        for key, body in objects.items():
            written.append(key)
            store.put(key, body, media_type=content_type(key), cache_control=cache_control(key), expected=None)
        yield
    finally:
        for key in written:
            _delete(store, notes, key)


def private_probe() -> tuple[str, bytes]:
    """Return a private key and a body nobody can guess."""
    return probe_key(), secrets.token_hex(16).encode()


@contextmanager
def sample(store: Store, notes: Notes, base: str, *, directory_index: bool) -> Iterator[Sample]:
    """Offer the published feed, or where there is none one of ours with everything a feed refers to."""
    stored = store.get(FEED)
    if stored is not None:
        yield Sample(key=FEED, body=stored.body, audio="", is_published=True)
        return
    name = f"probe-{secrets.token_hex(8)}"
    feed, audio, transcript, chapters = (
        f"feed/{name}.xml",
        f"audio/{name}.mp3",
        f"transcripts/{name}.vtt",
        f"chapters/{name}.json",
    )
    body = _FEED.format(
        feed=public_url(base, feed),
        page=page_url(base, name, directory_index=directory_index),
        audio=public_url(base, audio),
        length=_AUDIO_BYTES,
        transcript=public_url(base, transcript),
        chapters=public_url(base, chapters),
    ).encode()
    objects = {
        feed: body,
        audio: secrets.token_bytes(_AUDIO_BYTES),
        transcript: b"WEBVTT\n",
        chapters: b'{"version": "1.2.0", "chapters": []}',
        page_key(name): b"<!DOCTYPE html><title>probe</title>",
    }
    with held(store, notes, objects):
        yield Sample(key=feed, body=body, audio=audio, is_published=False)


def sweep(store: Store, notes: Notes) -> None:
    """Delete what trials left that were killed an hour ago or more."""
    for stat in list(store.list(PROBES)):
        if stat.written and datetime.now(UTC) - stat.written > _ABANDONED:
            _delete(store, notes, stat.key)


def _delete(store: Store, notes: Notes, key: str) -> None:
    try:
        store.delete(key)
    except StoreError as error:
        notes.wrong(
            f"{key}, written to try the store, cannot be deleted: {error.message}",
            "give the account the right to delete, and delete that object",
            severity=Severity.WARNING,
        )
