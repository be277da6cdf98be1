"""A show brought back from its archive: the show folder, and what its store knew, into places where nothing is lost."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath

from episodes.mediatypes import media_type
from episodes.problems import UserError, quoted, visible
from podcast.conditions import Conditions
from podcast.exporting.archive import Archive, open_archive
from podcast.exporting.manifest import MANIFEST, SHOW, STORE, UNTOUCHED, DamagedArchiveError, Member
from podcast.exporting.packing import EDITIONS, blobs_of
from podcast.files import draft_of, make_folder, settle
from podcast.importing.record import RECORD
from podcast.layout import ISSUES, LEDGER, LEDGERS, SOURCES, cache_control, content_type
from podcast.opening import settings_store
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.observe import observe
from podcast.publishing.plan import show_bytes
from podcast.settings import FILE, Settings, load_settings
from podcast.stores import ABSENT, Moved, Store, Upload, is_key

_PRIVATE = (LEDGER, LEDGERS, SOURCES, EDITIONS)
_BLOBS = ("audio/", "covers/", "transcripts/", "peaks/")
_LARGEST_OBJECT = 1_000_000_000  # bytes, of a private object
_LISTED = 5


class StoreState(StrEnum):
    """What a restoring does with the store: WRITTEN where it is empty, KEPT where it knows the show already."""

    NONE = "none"
    WRITTEN = "written"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """The plan of a restoring: `files` are those of the show folder that are not there yet, `same` counts the others.

    `objects` come into the store at `store_url`.
    """

    title: str
    folder: Path
    files: tuple[Member, ...]
    same: int
    store: StoreState
    store_url: str
    objects: tuple[Member, ...]
    left_out: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.files or self.objects)


def restore(
    archive: Path,
    folder: Path,
    confirm: Callable[[Restoration], bool] = lambda plan: True,
    environment: Mapping[str, str] = os.environ,
    working: Callable[[str], None] = lambda text: None,
) -> Restoration | None:
    """Bring a show back from `archive` into `folder`, and what was published into the store its settings name.

    Everything is verified before `confirm` is asked; None where it said no. No file is written over: another one in its
    place is an error with its name, and so is a store of another show. A store that knows this show is left as it is.
    What was broken off goes on when it is called again. `working` is told what is being done. Raises UserError,
    DamagedArchiveError, StoreError.
    """
    with open_archive(archive) as opened:
        working(f"verifying {archive.name}")
        opened.verify()
        working("")
        _refuse_inside(folder)
        settings = _settings(opened, folder, environment)
        store = settings_store(settings)
        plan = _plan(opened, folder, settings, store)
        if not confirm(plan):
            return None
        if plan.objects:
            Conditions(store, settings.store).require()
        for member in plan.files:
            working(f"writing {member.path}")
            _bring(opened, member, folder / member.path.removeprefix(SHOW))
        make_folder(folder / "episodes")
        _fill(opened, plan, folder, store, working)
        working("")
    return plan


def describe_restoration(plan: Restoration) -> str:
    """Return a plan as text."""
    lines = [f"+ {member.path.removeprefix(SHOW)}, {show_bytes(member.bytes)}" for member in plan.files[:20]]
    if len(plan.files) > len(lines):
        lines.append(f"  and {len(plan.files) - len(lines)} more files")
    if plan.objects:
        size = show_bytes(sum(member.bytes for member in plan.objects))
        lines.append(f"+ {len(plan.objects)} objects of what is published, {size}, into {plan.store_url}")
    if plan.store is StoreState.KEPT:
        lines.append(f"  {plan.store_url} knows this show already, and is left as it is")
    lines += [f"  not in the archive: {text}" for text in plan.left_out]
    return visible("\n".join(lines))


def restoration_data(plan: Restoration) -> dict[str, object]:
    """Return a plan as JSON data."""
    return {
        "title": plan.title,
        "folder": str(plan.folder),
        "files": [member.path.removeprefix(SHOW) for member in plan.files],
        "same": plan.same,
        "store": {"url": plan.store_url, "state": plan.store.value},
        "objects": [member.path.removeprefix(STORE) for member in plan.objects],
        "left_out": list(plan.left_out),
    }


def _plan(archive: Archive, folder: Path, settings: Settings, store: Store) -> Restoration:
    manifest = archive.manifest
    members = {member.path: member for member in manifest.files}
    if wrong := next(_faults(members), ""):
        raise DamagedArchiveError(f"{archive.path.name} is refused: {wrong}", hint="nothing was written")
    shown = [member for member in manifest.files if member.path.startswith(SHOW)]
    there = {member.path: _digest(folder / member.path.removeprefix(SHOW)) for member in shown}
    other = [member.path.removeprefix(SHOW) for member in shown if there[member.path] not in ("", member.sha256)]
    if other:
        more = f" and {len(other) - _LISTED} more" if len(other) > _LISTED else ""
        message = f"{folder} already holds other files: {', '.join(other[:_LISTED])}{more}"
        raise UserError(message, hint="restore into an empty folder; nothing is written over")
    objects = tuple(member for member in manifest.files if member.path.startswith(STORE))
    state = _state(archive, members.get(f"{STORE}{LEDGER}"), settings, store)
    return Restoration(
        title=manifest.title,
        folder=folder,
        files=tuple(member for member in shown if not there[member.path]),
        same=sum(bool(digest) for digest in there.values()),
        store=state,
        store_url=store.url,
        objects=objects if state is StoreState.WRITTEN else (),
        left_out=tuple(f"{one.path}: {one.reason}" for one in manifest.left_out),
    )


def _state(archive: Archive, member: Member | None, settings: Settings, store: Store) -> StoreState:
    """Look at the store. Raises UserError where it is another show's, or the archive holds the ledger of another."""
    if member is None:
        return StoreState.NONE
    ledger = decode_ledger(archive.read(member))
    if ledger.show.release.guid != settings.guid:
        message = f"the ledger and the {FILE} in {archive.path.name} are of two shows"
        raise DamagedArchiveError(message, hint=UNTOUCHED)
    held = {member.path: member for member in archive.manifest.files}
    for blob in blobs_of(ledger).values():
        found = held.get(f"{STORE}{blob.key}")
        if found and found.sha256 != blob.sha256:
            raise DamagedArchiveError(f"{blob.key} in {archive.path.name} is not what was published", hint=UNTOUCHED)
    there = observe(store, thorough=False).ledger
    if there is None:
        return StoreState.WRITTEN
    if there.show.release.guid != settings.guid:
        message = f"the store {store.url} is that of another show, {quoted(there.show.release.title)}"
        raise UserError(message, hint="say another one with FOLGE_STORE; nothing was written")
    return StoreState.KEPT


def _faults(members: Mapping[str, Member]) -> Iterator[str]:
    """Yield what no archive of a show would write: only what folge reads in a show folder, only keys of a store."""
    if f"{SHOW}{FILE}" not in members:
        yield f"there is no {FILE} in it"
    for path, member in members.items():
        area, _, name = path.partition("/")
        if f"{area}/" == SHOW:
            if not _of_a_show(name):
                yield f"{quoted(name)} is no file of a show"
        elif f"{area}/" != STORE:
            yield f"{quoted(path)} belongs neither to the show folder nor to the store"
        elif not (is_key(name) and name.startswith((*_PRIVATE, *_BLOBS))):
            yield f"{quoted(name)} is nothing that is restored into a store"
        elif name.startswith(_PRIVATE) and member.bytes > _LARGEST_OBJECT:
            yield f"{quoted(name)} has {member.bytes:,} bytes"


def _of_a_show(name: str) -> bool:
    path = PurePosixPath(name)
    if name in (FILE, RECORD):
        return True
    if path.suffix == ".toml":
        return path.parent.as_posix() == ISSUES
    return media_type(name) != _UNKNOWN or path.suffix.lower() in (".ttml", ".xml")


_UNKNOWN = media_type("nothing")


def _refuse_inside(folder: Path) -> None:
    around = next((parent for parent in folder.resolve().parents if (parent / FILE).exists()), None)
    if around:
        raise UserError(f"{folder} lies in another show folder, {around}", hint="restore into a folder beside it")


def _settings(archive: Archive, folder: Path, environment: Mapping[str, str]) -> Settings:
    """Return what the settings in the archive say for a show in `folder`."""
    member = next((member for member in archive.manifest.files if member.path == f"{SHOW}{FILE}"), None)
    if member is None:
        raise DamagedArchiveError(f"there is no {FILE} in {archive.path.name}", hint=UNTOUCHED)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / FILE).write_bytes(archive.read(member))
        return replace(load_settings(Path(name), environment)[0], folder=folder)


def _bring(archive: Archive, member: Member, path: Path) -> None:
    if not path.parent.resolve().is_relative_to(_base(path, member).resolve()):
        raise UserError(f"{path.parent} leads out of the show folder", hint="restore into an empty folder")
    make_folder(path.parent)
    with draft_of(path) as draft:
        archive.extract(member, draft)
        try:
            settle(draft, path, replace=False)
        except FileExistsError as error:
            raise UserError(f"{path} was made meanwhile, and is kept", hint="look at it, and restore again") from error


def _base(path: Path, member: Member) -> Path:
    """Return the show folder a file of the archive is brought into."""
    return path.parents[member.path.removeprefix(SHOW).count("/")]


def _fill(archive: Archive, plan: Restoration, folder: Path, store: Store, working: Callable[[str], None]) -> None:
    """Write objects: those that never change first, then what only the producers see, and the ledger at the end."""
    blobs = [member for member in plan.objects if member.path.removeprefix(STORE).startswith(_BLOBS)]
    private = [member for member in plan.objects if member not in blobs]
    for member in blobs:
        key = member.path.removeprefix(STORE)
        working(f"uploading {key}")
        with draft_of(folder / MANIFEST) as draft:
            archive.extract(member, draft)
            upload = Upload(
                key=key,
                path=draft,
                media_type=content_type(key),
                cache_control=cache_control(key),
                sha256=member.sha256,
            )
            store.put_files([upload])
    for member in sorted(private, key=lambda member: member.path == f"{STORE}{LEDGER}"):
        key = member.path.removeprefix(STORE)
        try:
            store.put(
                key,
                archive.read(member),
                media_type=content_type(key),
                cache_control=cache_control(key),
                expected=ABSENT,
            )
        except Moved as error:
            message = f"somebody has written {key} to {store.url} meanwhile"
            raise UserError(message, hint="nothing of theirs was changed; see: folge status") from error


def _digest(path: Path) -> str:
    """Return the hex sha256 of a file, empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UserError(f"{path} is in the way: {error.strerror}", hint="restore into an empty folder") from error
