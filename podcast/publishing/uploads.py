"""Which file on this machine each write-once object is made of."""

from collections.abc import Callable
from pathlib import Path


class Uploads:
    """Files by key. What was published before, and is made of other files, is made again only where it is missed."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}
        self._makers: dict[str, Callable[[], Path | None]] = {}

    def add(self, key: str, path: Path) -> None:
        """Say which file an object is made of."""
        self._files[key] = path

    def later(self, key: str, make: Callable[[], Path | None]) -> None:
        """Say how an object would be made; None where it cannot be."""
        self._makers[key] = make

    def path(self, key: str) -> Path | None:
        """Return the file of an object, made now if need be; None where it is not on this machine."""
        if key not in self._files and key in self._makers:
            made = self._makers.pop(key)()
            if made:
                self._files[key] = made
        return self._files.get(key)
