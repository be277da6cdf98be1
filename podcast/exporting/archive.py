"""The archive of a show as a file: written whole or not at all, and opened as if a stranger had made it.

It is a ZIP file in which nothing is compressed: a show gives the same bytes with every zlib, every system opens it, and
it never holds more than it weighs.
"""

import hashlib
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol

from episodes.problems import UserError, quoted
from podcast.exporting.manifest import (
    MANIFEST,
    STORE,
    UNTOUCHED,
    DamagedArchiveError,
    Manifest,
    Member,
    decode_manifest,
    encode_manifest,
)
from podcast.files import draft_of, make_folder, settle
from podcast.layout import PRIVATE
from podcast.publishing.places import is_plain

_CHUNK = 1 << 20
_MOST_FILES = 500_000
_LARGEST_MANIFEST = 200_000_000  # bytes
_LONGEST_PATH = 1000
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_RIGHTS = 0o644
_ENCRYPTED = 0x1


class Part(Protocol):
    """A file to put into an archive; its content must have the size and the sha256 it says."""

    @property
    def member(self) -> Member:
        """Its name in the archive, its size and its sha256."""
        ...

    def open(self, draft: Path) -> IO[bytes]:
        """Return its content; `draft` is an empty file it may be written to before."""
        ...


def write_archive(
    path: Path, manifest: Manifest, parts: Sequence[Part], working: Callable[[str], None] = lambda text: None
) -> Manifest:
    """Write an archive and return its manifest, which then names every file. `working` is told of each.

    Raises UserError where there is a file of that name, or where a part is not what was to be written.
    """
    files: list[Member] = []
    first: dict[str, str] = {}
    make_folder(path.parent)
    with draft_of(path) as draft:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            for part in sorted(parts, key=lambda part: part.member.path):
                member = part.member
                same = first.setdefault(member.sha256, member.path)
                if same == member.path:
                    working(f"packing {member.path}")
                    _write(archive, part, path)
                files.append(replace(member, same_as="" if same == member.path else same))
            manifest = replace(manifest, files=tuple(files))
            body = encode_manifest(manifest)
            archive.writestr(_info(MANIFEST, len(body)), body)
        try:
            settle(draft, path, replace=False)
        except FileExistsError as error:
            raise UserError(f"{path} exists already", hint="name another file, or move that one away") from error
    return manifest


def _write(archive: zipfile.ZipFile, part: Part, path: Path) -> None:
    member = part.member
    digest, count = hashlib.sha256(), 0
    with draft_of(path) as draft, part.open(draft) as source, archive.open(_info(member.path, member.bytes), "w") as to:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            count += len(chunk)
            to.write(chunk)
    if (count, digest.hexdigest()) != (member.bytes, member.sha256):
        raise UserError(f"{member.path} changed while it was read", hint="export once more")


def _info(name: str, size: int) -> zipfile.ZipInfo:
    """Return the heading of a member: no time, no owner, nothing that differs from machine to machine."""
    info = zipfile.ZipInfo(name, _FIRST_MOMENT)
    info.create_system = _UNIX
    info.external_attr = (stat.S_IFREG | _RIGHTS) << 16
    info.file_size = size
    return info


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive that was opened, and whose names and sizes are sound."""

    path: Path
    manifest: Manifest
    file: zipfile.ZipFile

    def verify(self) -> None:
        """Read everything once. Raises DamagedArchiveError for the first file that is not what the manifest says."""
        for member in self.manifest.files:
            if not member.same_as and self._digest(member) != member.sha256:
                message = f"{member.path} in {self.path.name} is not what its manifest says"
                raise DamagedArchiveError(message, hint=UNTOUCHED)

    def read(self, member: Member) -> bytes:
        """Return the content of a small file."""
        with self._open(member) as source:
            return source.read()

    def extract(self, member: Member, to: Path) -> None:
        """Write the content of a file into one that is there, never in memory whole. Raises UserError."""
        try:
            with self._open(member) as source, to.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
        except OSError as error:
            raise UserError(f"{member.path} cannot be written: {error.strerror}", hint="check the disk") from error

    def _digest(self, member: Member) -> str:
        try:
            with self._open(member) as source:
                digest = hashlib.sha256()
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                return digest.hexdigest()
        except (zipfile.BadZipFile, EOFError):
            return ""

    def _open(self, member: Member) -> IO[bytes]:
        return self.file.open(member.same_as or member.path)


def is_archive(path: Path) -> bool:
    """Say whether a file is a ZIP file with a manifest in it; whether that is sound is another question."""
    try:
        with zipfile.ZipFile(path) as file:
            return MANIFEST in file.namelist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive. Raises UserError where it cannot be read, DamagedArchiveError where folge did not write it so.

    Nothing in it is believed: names that leave a folder, links, devices, packed files, names that a disk takes for one.
    """
    opened = _opened(path)
    with opened.file:
        yield opened


def _opened(path: Path) -> Archive:
    try:
        size = path.stat().st_size
        file = zipfile.ZipFile(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", hint="name an archive that is there") from error
    except _DAMAGED as error:
        raise DamagedArchiveError(f"{path.name} is damaged: {error}", hint=UNTOUCHED) from error
    try:
        return Archive(path=path, manifest=_manifest(file, path.name, size), file=file)
    except _DAMAGED as error:
        file.close()
        raise DamagedArchiveError(f"{path.name} is damaged: {error}", hint=UNTOUCHED) from error
    except UserError:
        file.close()
        raise


_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError)


def _manifest(file: zipfile.ZipFile, name: str, size: int) -> Manifest:
    """Return the manifest of an archive of so many bytes whose names and sizes are sound."""
    infos = {info.filename: info for info in file.infolist()}
    if wrong := next(_faults(file.infolist(), size), ""):
        raise DamagedArchiveError(f"{name} is refused: {wrong}", hint="nothing was written")
    if MANIFEST not in infos or infos[MANIFEST].file_size > _LARGEST_MANIFEST:
        raise DamagedArchiveError(f"{name} is no archive of a show", hint="make one with: folge export FILE")
    manifest = decode_manifest(file.read(MANIFEST), name)
    held = {member.path: member.bytes for member in manifest.files if not member.same_as}
    if held != {path: info.file_size for path, info in infos.items() if path != MANIFEST}:
        raise DamagedArchiveError(f"{name} does not hold the files its manifest names", hint=UNTOUCHED)
    if wrong := next(_unfit([*(member.path for member in manifest.files), MANIFEST]), ""):
        raise DamagedArchiveError(f"{name} is refused: {wrong}", hint="nothing was written")
    return manifest


def _faults(infos: Sequence[zipfile.ZipInfo], size: int) -> Iterator[str]:
    """Yield what no archive holds that folge wrote."""
    if len(infos) > _MOST_FILES:
        yield f"it holds {len(infos):,} files"
    if sum(info.file_size for info in infos) > size:
        yield "it would unpack to more than it weighs"
    yield from _unfit([info.orig_filename for info in infos])
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or kind not in (0, stat.S_IFREG):
            yield f"{quoted(info.filename)} is no file but a folder, a link or a device"
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            yield f"{quoted(info.filename)} is compressed"
        if info.flag_bits & _ENCRYPTED:
            yield f"{quoted(info.filename)} is encrypted"


def is_fit(name: str) -> bool:
    """Say whether a name in an archive is that of a file on every system, right where it says.

    The private prefix of a store is the one thing whose name begins with a dot.
    """
    start = f"{STORE}{PRIVATE}"
    parts = name.removeprefix(start).split("/")
    return len(name) <= _LONGEST_PATH and all(map(is_plain, parts))


def _unfit(names: Sequence[str]) -> Iterator[str]:
    """Yield names that lead out of a folder, that some system cannot have, or that a disk takes for one another."""
    seen: dict[str, str] = {}
    for name in names:
        if not is_fit(name):
            yield f"{quoted(name)} is no name of a file in a show"
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            yield f"{quoted(seen[folded])} and {quoted(name)} are one file on some disks"
        seen[folded] = name
    for name in seen:
        parents = name.split("/")[:-1]
        if any("/".join(parents[:count]) in seen for count in range(1, len(parents) + 1)):
            yield f"{quoted(seen[name])} lies in a file"
