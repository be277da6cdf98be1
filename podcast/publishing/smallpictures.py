"""Small pictures made of covers, kept in the cache: each name says of what it was made, how, and what is in it."""

import hashlib
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from episodes.covers import read_cover
from episodes.pictures import RECIPE, USES, Use, make_small
from episodes.problems import UserError
from podcast.cache import spare_folder, write_cache


class SmallPictures:
    """Makes small pictures into `folder`, or outside the cache where that cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self, cover: Path, sha256: str) -> dict[Use, Path]:
        """Return the files of a cover's pictures, found or made; `sha256` is what was measured of the cover.

        A use is missing where nothing can be written anywhere. Raises UserError where the cover has changed since.
        """
        found = {use: self._kept(sha256, use) for use in USES}
        if not all(found.values()):
            for use, body in make_small(_read(cover, sha256), cover.name).items():
                file = self._file(sha256, use, hashlib.sha256(body).hexdigest())
                write_cache(file, body)
                found[use] = self._kept(sha256, use) or self._elsewhere(file.name, body)
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
        return spare_folder()

    def _file(self, cover: str, use: Use, sha256: str) -> Path:
        return self.folder / f"{cover[:32]}-{RECIPE}-{use.name}-{sha256[:32]}.jpg"

    def _kept(self, cover: str, use: Use) -> Path | None:
        """Return the file of a picture that was made before, if it is still what was written."""
        pattern = self._file(cover, use, "").name.replace("-.jpg", "-*.jpg")
        with suppress(OSError):
            for file in sorted(self.folder.glob(pattern)):
                if self._file(cover, use, hashlib.sha256(file.read_bytes()).hexdigest()) == file:
                    return file
        return None


def _read(path: Path, sha256: str) -> bytes:
    """Return the bytes of a cover, which have to be those that were measured."""
    body = read_cover(path)
    if hashlib.sha256(body).hexdigest() != sha256:
        raise UserError(f"{path} has changed since it was measured", hint="run the command again")
    return body
