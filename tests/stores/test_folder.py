"""The folder store keeps the promises of a store, and leaves a folder in order."""

import os
import resource
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from podcast.stores import ABSENT, Store, StoreError, Unfinished
from podcast.stores.folder import FolderStore
from tests.stores.conformance import MIB, Conformance, noise, put, put_file, upload


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "web" / "public"


@pytest.fixture
def store(root: Path) -> Store:
    return FolderStore(root)


def everything(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


class TestFolder(Conformance):
    keeps_headers = False

    @pytest.fixture
    def store(self, root: Path) -> Store:
        return FolderStore(root)

    @pytest.fixture
    def other(self, root: Path) -> Store:
        return FolderStore(root)

    @pytest.fixture
    def half(self, root: Path) -> Unfinished:
        path = root / ".folge" / "tmp" / "0123456789abcdef"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
        return Unfinished(key=".folge/tmp/0123456789abcdef", id=path.name, begun=datetime.now(UTC), bytes=4)


def test_reading_makes_nothing(root: Path, store: Store) -> None:
    assert store.get("feed.xml") is None
    assert store.stat("feed.xml") is None
    assert list(store.list("")) == []
    assert not root.exists()


def test_a_web_server_may_read_what_was_written(root: Path, store: Store, tmp_path: Path) -> None:
    put(store, "pages/a.html", b"")
    put_file(store, upload(tmp_path / "talk.mp3", b"1"))
    made = [root / "pages/a.html", root / "audio/talk-1a2b3c4d.mp3"]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o444 for path in made} == {0o444}
    assert {stat.S_IMODE(path.parent.stat().st_mode) & 0o555 for path in made} == {0o555}


def test_what_folge_keeps_for_itself_is_no_object(root: Path, store: Store) -> None:
    put(store, ".folge/ledger.json", b"", ABSENT)
    (root / ".folge/tmp/left-by-a-crash").touch()
    assert {found.key for found in store.list("")} == {".folge/ledger.json"}
    for key in (".folge/lock", ".folge/tmp/x", ".folge/tmp"):
        with pytest.raises(ValueError, match="for itself"):
            put(store, key, b"")


def test_files_of_somebody_else_are_no_objects(root: Path, store: Store) -> None:
    put(store, "a.html", b"")
    (root / "Ärger mit.html").touch()
    (root / "leer").mkdir()
    assert {found.key for found in store.list("")} == {"a.html"}


def test_a_file_in_place_of_the_folder_is_said_so(root: Path, store: Store, tmp_path: Path) -> None:
    root.parent.mkdir()
    root.touch()
    for attempt in (
        lambda: store.get("a"),
        lambda: store.stat("a"),
        lambda: list(store.list("")),
        lambda: put(store, "a", b""),
        lambda: put_file(store, upload(tmp_path / "talk.mp3", b"1")),
    ):
        with pytest.raises(StoreError, match="want the same name; move one of them away"):
            attempt()


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a")])
def test_a_file_and_a_folder_of_one_name_are_said_so(root: Path, store: Store, first: str, second: str) -> None:
    put(store, first, b"1")
    with pytest.raises(StoreError, match="want the same name"):
        put(store, second, b"2")
    assert everything(root) - {".folge/lock"} == {first}


@pytest.fixture
def no_large_files() -> Iterator[None]:
    """A disk that takes no file over 1 MiB, as one without room would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_refuses_leaves_the_old_object_and_nothing_else(
    root: Path, store: Store, no_large_files: None
) -> None:
    put(store, "feed.xml", b"old")
    with pytest.raises(StoreError, match=r"feed\.xml: the file is larger than this disk or account allows"):
        put(store, "feed.xml", noise(2 * MIB))
    assert everything(root) - {".folge/lock"} == {"feed.xml"}
    assert (root / "feed.xml").read_bytes() == b"old"


def test_a_disk_that_refuses_a_file_leaves_nothing(
    root: Path, store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    talk = upload(tmp_path / "talk.mp3", noise(2 * MIB))
    request.getfixturevalue("no_large_files")
    with pytest.raises(StoreError, match="larger than this disk"):
        put_file(store, talk)
    assert everything(root) - {".folge/lock"} == set()


def test_an_interrupt_in_the_middle_of_a_file_leaves_nothing(root: Path, store: Store, tmp_path: Path) -> None:
    def interrupt(_key: str, _count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put_file(store, upload(tmp_path / "talk.mp3", noise(2 * MIB)), interrupt)
    assert everything(root) - {".folge/lock"} == set()


def test_a_large_object_replaced_by_hand_has_moved(root: Path, store: Store) -> None:
    tag = put(store, "feed.xml", noise(2 * MIB))
    (root / "feed.xml").write_bytes(b"X" + noise(2 * MIB)[1:])
    told = store.stat("feed.xml")
    assert told is not None
    assert told.tag != tag


def test_what_a_killed_writer_left_goes_after_a_day_and_not_before(tmp_path: Path) -> None:
    temporary = tmp_path / ".folge" / "tmp"
    temporary.mkdir(parents=True)
    for name in ("old", "young"):
        (temporary / name).write_bytes(b"half")
    os.utime(temporary / "old", (1, 1))

    FolderStore(tmp_path).put("a", b"a", media_type="", cache_control="", expected=None)

    assert [path.name for path in temporary.iterdir()] == ["young"]


@pytest.mark.parametrize("key", ["feed.xml", ".folge/lock", ".folge/tmp", ".folge/tmp/../../feed.xml"])
def test_only_what_is_unfinished_can_be_aborted(store: Store, key: str) -> None:
    put(store, "feed.xml", b"1")
    with pytest.raises(ValueError, match="not a"):
        store.abort(Unfinished(key=key, id="", begun=datetime.now(UTC), bytes=0))
    assert store.get("feed.xml") is not None


@pytest.mark.parametrize("large", [False, True])
def test_an_object_is_on_the_disk_before_it_has_its_name_and_its_name_is_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    store = FolderStore(tmp_path / "public")
    done: list[tuple[str, int]] = []
    rename = os.replace

    def note_rename(source: Path, target: Path) -> None:
        done.append(("named", source.stat().st_ino))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append(("flushed", os.fstat(descriptor).st_ino)))
    monkeypatch.setattr(os, "replace", note_rename)
    if large:
        put_file(store, upload(tmp_path / "1.mp3", noise(MIB), "audio/1.mp3"))
    else:
        put(store, "audio/1.mp3", b"x")

    there = tmp_path / "public" / "audio"
    file, folder = (there / "1.mp3").stat().st_ino, there.stat().st_ino
    assert done.index(("flushed", file)) < done.index(("named", file)) < done.index(("flushed", folder))
