"""What is made of covers at a publish: the picture for networks, and small ones for pages and mails."""

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from episodes.covers import read_cover
from episodes.pictures import RECIPE, USES, Use, make_small
from episodes.problems import UserError
from podcast.cache import write_cache
from podcast.layout import picture_key
from podcast.publishing.ledger import Ledger
from podcast.publishing.observe import Observed
from podcast.release import Blob, PictureBlob


class Pictures:
    """Makes what the ledger lacks, into `folder`; `covers` says which file a key is made of.

    What is published of a cover stays, whatever a later Pillow would make of it, until the recipe changes. Where a
    cover is not on this machine, or nothing can be written here, there is what was published, or else nothing: then
    pages show the cover itself.
    """

    def __init__(self, folder: Path, covers: Mapping[str, Path], observed: Observed) -> None:
        self._folder = folder
        self._covers = covers
        self._observed = observed
        self.uploads: dict[str, Path] = {}

    def complete(self, ledger: Ledger) -> Ledger:
        """Return a ledger with the pictures of every cover in it, and of no other."""
        pictures: dict[str, tuple[PictureBlob, ...]] = {}
        for cover in _covers(ledger):
            if cover.sha256 not in pictures:
                pictures[cover.sha256] = self._of(cover, ledger.pictures.get(cover.sha256, ()))
        return replace(ledger, pictures={sha256: made for sha256, made in pictures.items() if made})

    def _of(self, cover: Blob, known: tuple[PictureBlob, ...]) -> tuple[PictureBlob, ...]:
        there = tuple(blob for blob in known if self._is_there(blob))
        if known and there == known and all(blob.recipe == RECIPE for blob in known):
            return known
        path = self._covers.get(cover.key)
        return (self._make(cover, path) if path else ()) or there

    def _is_there(self, blob: PictureBlob) -> bool:
        """Say whether a published picture is still in the store, as far as anybody has looked."""
        return self._observed.blobs is None or self._observed.blobs.get(blob.key) == blob.bytes

    def _make(self, cover: Blob, path: Path) -> tuple[PictureBlob, ...]:
        """Return the pictures of a cover."""
        made = []
        for use, file in self._files(cover, path).items():
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
            self.uploads[blob.key] = file
            made.append(blob)
        return tuple(made)

    def _files(self, cover: Blob, path: Path) -> dict[Use, Path]:
        """Return the files of a cover's pictures, found or made, outside the cache where that cannot be written."""
        found = {use: self._kept(cover, use) for use in USES}
        if not all(found.values()):
            for use, body in make_small(_read(path, cover), path.name).items():
                file = self._file(cover, use, hashlib.sha256(body).hexdigest())
                write_cache(file, body)
                found[use] = self._kept(cover, use) or self._elsewhere(file.name, body)
        return {use: file for use, file in found.items() if file}

    def _elsewhere(self, name: str, body: bytes) -> Path | None:
        """Write a picture where it stays until this program ends, if that can be done at all."""
        try:
            file = self._spare / name
            file.write_bytes(body)
        except OSError:
            return None
        return file

    @cached_property
    def _spare(self) -> Path:
        folder = tempfile.mkdtemp(prefix="folge-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def _file(self, cover: Blob, use: Use, sha256: str) -> Path:
        """Return where a picture is kept: the name says of what it was made, how, and what is in it."""
        return self._folder / f"{cover.sha256[:32]}-{RECIPE}-{use.name}-{sha256[:32]}.jpg"

    def _kept(self, cover: Blob, use: Use) -> Path | None:
        """Return the file of a picture that was made before, if it is still what was written."""
        pattern = self._file(cover, use, "").name.replace("-.jpg", "-*.jpg")
        with suppress(OSError):
            for file in sorted(self._folder.glob(pattern)):
                if self._file(cover, use, hashlib.sha256(file.read_bytes()).hexdigest()) == file:
                    return file
        return None


def _covers(ledger: Ledger) -> Iterator[Blob]:
    """Yield the covers of a show and of its episodes, also of those that are withdrawn and may come back."""
    covers = (ledger.show.release.cover, *(entry.release.cover for entry in ledger.entries))
    yield from filter(None, covers)


def _read(path: Path, cover: Blob) -> bytes:
    """Return the bytes of a cover, which have to be those that were measured."""
    body = read_cover(path)
    if hashlib.sha256(body).hexdigest() != cover.sha256:
        raise UserError(f"{path} has changed since it was measured", hint="run the command again")
    return body
