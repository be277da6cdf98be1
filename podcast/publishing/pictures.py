"""What is made of covers at a publish: the picture for networks, and small ones for pages and mails."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from episodes.pictures import RECIPE
from podcast.layout import picture_key
from podcast.publishing.ledger import Ledger, State
from podcast.publishing.observe import Observed
from podcast.publishing.smallpictures import SmallPictures
from podcast.publishing.uploads import Uploads
from podcast.release import Blob, PictureBlob


class Pictures:
    """Makes what the ledger lacks, and adds it to the uploads, which say where the covers are.

    What is published of a cover stays, whatever a later Pillow would make of it, until the recipe changes. Where a
    cover is not on this machine, or nothing can be written here, there is what was published, or else nothing: then
    pages show the cover itself.
    """

    def __init__(self, small: SmallPictures, uploads: Uploads, observed: Observed) -> None:
        self._small = small
        self._uploads = uploads
        self._observed = observed

    def complete(self, ledger: Ledger) -> Ledger:
        """Return a ledger with the pictures of every cover in it, and of no other."""
        pictures: dict[str, tuple[PictureBlob, ...]] = {}
        for cover in _covers(ledger):
            if not pictures.get(cover.sha256):  # a cover of the same bytes may be on this machine
                pictures[cover.sha256] = self._of(cover, ledger.pictures.get(cover.sha256, ()))
        return replace(ledger, pictures={sha256: made for sha256, made in pictures.items() if made})

    def _of(self, cover: Blob, known: tuple[PictureBlob, ...]) -> tuple[PictureBlob, ...]:
        there = tuple(blob for blob in known if self._is_there(blob))
        if known and there == known and all(blob.recipe == RECIPE for blob in known):
            return known
        path = self._uploads.path(cover.key)
        return (self._make(cover, path) if path else ()) or there

    def _is_there(self, blob: PictureBlob) -> bool:
        """Say whether a published picture is still in the store, as far as anybody has looked."""
        return self._observed.blobs is None or self._observed.blobs.get(blob.key) == blob.bytes

    def _make(self, cover: Blob, path: Path) -> tuple[PictureBlob, ...]:
        """Return the pictures of a cover."""
        made = []
        for use, file in self._small.files(path, cover.sha256).items():
            body = file.read_bytes()
            sha256 = hashlib.sha256(body).hexdigest()
            blob = PictureBlob(
                key=picture_key(cover.key, use.name, sha256),
                media_type="image/jpeg",
                bytes=len(body),
                sha256=sha256,
                use=use.name,
                width=use.width,
                height=use.height,
                recipe=RECIPE,
            )
            self._uploads.add(blob.key, file)
            made.append(blob)
        return tuple(made)


def _covers(ledger: Ledger) -> Iterator[Blob]:
    """Yield the covers of a show and of its episodes, at last of those that are withdrawn and may come back."""
    entries = sorted(ledger.entries, key=lambda entry: entry.state is not State.PUBLISHED)
    yield from filter(None, (ledger.show.release.cover, *(entry.release.cover for entry in entries)))
