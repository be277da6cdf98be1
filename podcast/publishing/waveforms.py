"""The waveforms that players draw: made at a publish of the audio that is here, and kept where it is not."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from episodes.listening.waveform import levels_json
from episodes.problems import UserError
from podcast.cache import spare_folder, write_cache
from podcast.layout import peaks_key
from podcast.publishing.hearings import MOST, Hearings
from podcast.publishing.ledger import Entry, Ledger
from podcast.publishing.observe import Observed
from podcast.publishing.uploads import Uploads
from podcast.release import Blob


class Waveforms:
    """Makes what the ledger lacks into `folder`, and adds it to the uploads.

    `sounds` are the files of audio on this machine by the hex sha256 of what the producer has. What is published of a
    sound stays, whatever a later decoder would make of it. Where there is neither, or none is `wanted`, pages do
    without.
    """

    def __init__(
        self, hearings: Hearings, sounds: Mapping[str, Path], folder: Path, uploads: Uploads, *, wanted: bool
    ) -> None:
        self._hearings = hearings
        self._sounds = sounds
        self._folder = folder
        self._uploads = uploads
        self._left = MOST if wanted and find_spec("av") else 0

    def complete(self, ledger: Ledger, observed: Observed) -> Ledger:
        """Return a ledger with the waveforms of its sounds, and of no others.

        Of very many files at once the newest are listened to; the others follow with the next publishes.
        """
        peaks: dict[str, Blob] = {}
        public = frozenset(entry.guid for entry in ledger.published)
        for entry in sorted(ledger.entries, key=_published, reverse=True):
            sound = entry.release.audio.origin
            if not sound:
                continue
            blob = ledger.peaks.get(sound)
            if blob and observed.blobs is not None and observed.blobs.get(blob.key) != blob.bytes:
                blob = None
            if blob is None and entry.guid in public:
                blob = self._made(sound, entry.release.episode.slug)
            if blob:
                peaks[sound] = blob
        return replace(ledger, peaks=peaks)

    def _made(self, sound: str, slug: str) -> Blob | None:
        """Return the waveform of a sound, None where nothing is heard in it or nobody can listen to it now."""
        hearing = self._hearings.kept(sound)
        if hearing is None and sound in self._sounds and self._left:
            self._left -= 1
            try:
                hearing = self._hearings.heard(self._sounds[sound], sound)
            except UserError:
                return None
        body = levels_json(hearing.peaks) if hearing else b""
        file = self._file(body) if body else None
        if file is None:
            return None
        sha256 = hashlib.sha256(body).hexdigest()
        blob = Blob(key=peaks_key(slug, sha256), media_type="application/json", bytes=len(body), sha256=sha256)
        self._uploads.add(blob.key, file)
        return blob

    def _file(self, body: bytes) -> Path | None:
        """Return a file with these bytes, outside the cache where that cannot be written, None where nothing can be."""
        name = f"{hashlib.sha256(body).hexdigest()}.json"
        write_cache(self._folder / name, body)
        if (self._folder / name).is_file():
            return self._folder / name
        if self._spare:
            write_cache(self._spare / name, body)
        return self._spare / name if self._spare else None

    @cached_property
    def _spare(self) -> Path | None:
        try:
            return spare_folder()
        except OSError:
            return None


def _published(entry: Entry) -> tuple[datetime, str]:
    return entry.release.episode.published or datetime.min.replace(tzinfo=UTC), entry.guid
