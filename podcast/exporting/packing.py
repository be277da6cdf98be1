"""What belongs into the archive of a show: the files of its folder, and what the store alone knows."""

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from episodes.listing import episode_files
from episodes.model import Episode
from episodes.problems import UserError
from podcast.cache import cache_folder
from podcast.exporting.archive import Part, is_fit, write_archive
from podcast.exporting.manifest import SHOW, STORE, AudioFacts, LeftOut, Manifest, Member
from podcast.facts import Facts
from podcast.importing.record import RECORD
from podcast.layout import ISSUES, LEDGER, LEDGERS, PRIVATE, SOURCES
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.release import Blob, show_of
from podcast.settings import FILE
from podcast.stores import Store
from podcast.workspace import Workspace

EDITIONS = f"{PRIVATE}feeds/"
_AUDIO = "audio/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file of the show folder."""

    member: Member
    path: Path

    def open(self, draft: Path) -> IO[bytes]:
        """Return its content."""
        return self.path.open("rb")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A small object of the store, already read."""

    member: Member
    body: bytes

    def open(self, draft: Path) -> IO[bytes]:
        """Return its content."""
        return BytesIO(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPart:
    """A large object of the store. What is there is what was published, or nothing is written."""

    member: Member
    store: Store

    def open(self, draft: Path) -> IO[bytes]:
        """Fetch its content. Raises UserError where it is gone meanwhile."""
        key = self.member.path.removeprefix(STORE)
        if not self.store.fetch(key, draft, self.member.bytes):
            raise UserError(f"{key} is no longer in {self.store.url}", hint="export once more")
        return draft.open("rb")


def pack(
    workspace: Workspace, store: Store, path: Path, *, audio: bool, working: Callable[[str], None] = lambda text: None
) -> Manifest:
    """Write the archive of a show to `path`, which is created and never replaced, and return its manifest.

    With `audio` the published audio comes in, and the files that episodes of the folder name. What belongs to the show
    and cannot come in is named in the manifest. Raises StoreError where the store cannot be reached.
    """
    stored = store.get(LEDGER)
    ledger = decode_ledger(stored.body) if stored else None
    left: list[LeftOut] = []
    parts: list[Part] = list(_folder_parts(workspace, left, audio=audio))
    if stored and ledger:
        parts.append(_text(LEDGER, stored.body))
        parts += _private_parts(store)
        parts += _object_parts(ledger, store, left, audio=audio)
    show = workspace.settings
    manifest = Manifest(
        title=show.title,
        guid=show.guid,
        feed=show_of(ledger.show.release).feed_url if ledger else "",
        with_audio=audio,
        left_out=tuple(sorted(left, key=lambda one: (one.path, one.reason))),
        audio=tuple(_audio_facts(workspace, ledger, working)),
    )
    try:
        return write_archive(path, manifest, parts, working)
    finally:
        working("")


def _folder_parts(workspace: Workspace, left: list[LeftOut], *, audio: bool) -> Iterator[FilePart]:
    """Yield the files of the folder that belong to the show; those that are elsewhere are left out by name."""
    folder = workspace.folder
    taken: set[str] = set()
    for written in _named(workspace, audio=audio):
        path = workspace.there(written)
        name = Path(os.path.normpath(written)).as_posix()
        folded = unicodedata.normalize("NFC", name).casefold()
        if path is None or folded in taken:
            continue
        if not path.resolve().is_relative_to(folder.resolve()) or not is_fit(f"{SHOW}{name}"):
            elsewhere = Path(written).is_absolute() or name.startswith("../") or path.is_symlink()
            reason = "it lies outside the show folder" if elsewhere else _UNFIT
            left.append(LeftOut(path=written, reason=reason))
            continue
        taken.add(folded)
        yield FilePart(member=_member(f"{SHOW}{name}", path), path=path)


_UNFIT = "not every system can have a file of that name there"


def _named(workspace: Workspace, *, audio: bool) -> Iterator[str]:
    """Yield every file the show is made of, as the texts name it; it need not be there."""
    settings, folder = workspace.settings, workspace.folder
    yield from (FILE, RECORD, settings.cover, settings.site.logo, settings.site.css)
    look = settings.site.look
    yield from (f"{settings.site.templates.rstrip('/')}/{template.name}" for template in look.templates)
    yield from (image.path for image in settings.images)
    yield from (path.relative_to(folder).as_posix() for path in episode_files(workspace.catalogue.folder))
    yield from (path.relative_to(folder).as_posix() for path in sorted((folder / ISSUES).glob("*.toml")))
    for episode in workspace.catalogue.episodes:
        yield from _named_by(episode, audio=audio)


def _named_by(episode: Episode, *, audio: bool) -> Iterator[str]:
    yield episode.cover
    yield from (transcript.path for transcript in episode.transcripts)
    yield from (image.path for image in episode.images)
    if audio:
        yield episode.audio
        yield from (alternate.path for alternate in episode.alternates)


def _private_parts(store: Store) -> Iterator[TextPart]:
    """Yield what only the store has: every published text, the editions of the feed, the copies of the ledger."""
    for prefix in (SOURCES, EDITIONS, LEDGERS):
        for key in sorted(stat.key for stat in store.list(prefix)):
            if found := store.get(key):
                yield _text(key, found.body)


def _object_parts(ledger: Ledger, store: Store, left: list[LeftOut], *, audio: bool) -> Iterator[ObjectPart]:
    """Yield what was made of files: covers, transcripts, pictures, waveforms, and the audio where it is wanted."""
    wanted = {key: blob for key, blob in sorted(blobs_of(ledger).items()) if audio or not key.startswith(_AUDIO)}
    prefixes = {f"{key.partition('/')[0]}/" for key in wanted}
    there = {stat.key: stat.bytes for prefix in sorted(prefixes) for stat in store.list(prefix)}
    for key, blob in wanted.items():
        if there.get(key) != blob.bytes:
            reason = "in the store it is not what was published" if key in there else "it is not in the store"
            left.append(LeftOut(path=key, reason=reason))
            continue
        yield ObjectPart(member=Member(path=f"{STORE}{key}", bytes=blob.bytes, sha256=blob.sha256), store=store)


def blobs_of(ledger: Ledger) -> Mapping[str, Blob]:
    """Return every write-once object a ledger refers to, by key."""
    own = (blob for entry in ledger.entries for blob in entry.release.blobs())
    return {blob.key: blob for blob in (*ledger.show.release.blobs(), *own, *ledger.made)}


def _audio_facts(workspace: Workspace, ledger: Ledger | None, working: Callable[[str], None]) -> Iterator[AudioFacts]:
    """Yield what is known of the audio of every episode: as published, else as measured here."""
    published = {entry.guid: entry.release for entry in ledger.entries} if ledger else {}
    for guid, release in sorted(published.items()):
        blob = release.audio
        yield AudioFacts(
            guid=guid,
            title=release.episode.title,
            file=release.episode.audio,
            key=blob.key,
            url=blob.url,
            media_type=blob.media_type,
            bytes=blob.bytes,
            sha256=blob.sha256,
            master=blob.master,
            seconds=blob.duration.total_seconds(),
        )
    facts = Facts(cache_folder(workspace.folder), working)
    for episode in sorted(workspace.catalogue.episodes, key=lambda episode: episode.guid):
        path = workspace.there(episode.audio) if episode.audio else None
        if episode.guid in published or path is None:
            continue
        try:
            audio = facts.audio(path, episode.audio)
        except UserError:  # a draft may name anything; the manifest then says nothing of it
            continue
        yield AudioFacts(
            guid=episode.guid,
            title=episode.title,
            file=episode.audio,
            media_type=audio.media_type,
            bytes=audio.bytes,
            sha256=audio.sha256,
            seconds=audio.duration.total_seconds(),
        )
    facts.save()


def _text(key: str, body: bytes) -> TextPart:
    digest = hashlib.sha256(body).hexdigest()
    return TextPart(member=Member(path=f"{STORE}{key}", bytes=len(body), sha256=digest), body=body)


def _member(name: str, path: Path) -> Member:
    """Return name, size and sha256 of a file. Raises UserError where it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Member(path=name, bytes=file.tell(), sha256=digest)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
