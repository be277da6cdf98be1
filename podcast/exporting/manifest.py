"""What an archive of a show says of itself: which show it is of, and every file in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from episodes.problems import UserError, visible

FORMAT = 1
"""The format of archives this version writes and reads; a higher one was written by a newer folge."""

MANIFEST = "manifest.json"

SHOW, STORE = "show/", "store/"
"""Before the path of what lay in the show folder, and before the key of what lay in the store."""

_NAME = "folge archive"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class DamagedArchiveError(UserError):
    """A file that is no archive of a show, or is not as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive: its size in bytes and the hex sha256 of its content.

    `same_as` names the member that holds the content where two files say the same.
    """

    path: str
    bytes: int
    sha256: str
    same_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What is known of the audio of an episode: `key` in the store, `file` as its text names it, length in seconds.

    `sha256` is that of the published bytes, `master` that of the producer's file where a tagged copy is published.
    Audio that stays elsewhere has a `url`, and no key and no sha256.
    """

    guid: str
    title: str
    file: str = ""
    key: str = ""
    url: str = ""
    media_type: str = ""
    bytes: int = 0
    sha256: str = ""
    master: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that belongs to the show and is not in the archive, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive holds, `files` ordered by path; `feed` is the address of the published feed, or empty."""

    title: str
    guid: str
    feed: str = ""
    with_audio: bool = False
    files: tuple[Member, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    audio: tuple[AudioFacts, ...] = ()
    format: int = FORMAT
    name: str = _NAME

    @property
    def bytes(self) -> int:
        """Bytes of all files, of those with the same content once."""
        return sum(member.bytes for member in self.files if not member.same_as)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    name: str
    format: int


def encode_manifest(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, the same bytes for the same values."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1) + b"\n"


def decode_manifest(body: bytes, name: str) -> Manifest:
    """Read the manifest of the archive `name`. Raises DamagedArchiveError, and UserError for that of a newer folge."""
    try:
        head = msgspec.json.decode(body, type=_Head)
        if head.name != _NAME:
            raise DamagedArchiveError(f"{name} is no archive of a show", hint="make one with: folge export FILE")
        if head.format > FORMAT:
            message = f"{name} has format {head.format}, this folge knows {FORMAT}"
            raise UserError(message, hint="update folge; nothing was written")
        manifest = msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedArchiveError(f"the manifest of {name} is damaged: {error}", hint=UNTOUCHED) from error
    if wrong := next(_faults(manifest), ""):
        raise DamagedArchiveError(f"the manifest of {name} is damaged: {visible(wrong)}", hint=UNTOUCHED)
    return manifest


UNTOUCHED = "nothing was written; take another copy of the archive"


def _faults(manifest: Manifest) -> Iterator[str]:
    """Yield what no manifest says that folge wrote."""
    own = {member.path: member for member in manifest.files if not member.same_as}
    if len({member.path for member in manifest.files}) != len(manifest.files):
        yield "it names a file twice"
    for member in manifest.files:
        if not _SHA256.fullmatch(member.sha256) or member.bytes < 0:
            yield f"size and sha256 of {member.path}"
        if member.same_as:
            there = own.get(member.same_as)
            if there is None or (there.sha256, there.bytes) != (member.sha256, member.bytes):
                yield f"{member.path} is said to be the same as {member.same_as}"
