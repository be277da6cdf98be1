"""A disk that has no room left: in the store, and in the cache. The disks are real, and small."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from podcast.stores.folder import FolderStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import ShowFolder, assert_whole, titles

FOLGE = Path(sys.executable).with_name("folge")
SCRIPT = """\
mount -t tmpfs -o size=$SIZE none "$DISK" || exit 77
cp -r "$KEPT/." "$DISK"
"$FOLGE" -C "$SHOW" publish --yes
code=$?
umask 0
rm -rf "$KEPT" && cp -r "$DISK" "$KEPT"
exit $code
"""
"""Puts a small disk in the place of a folder, seen by this one process only, and copies what is on it at the end."""


def publish_on(disk: Path, size: str, show: ShowFolder, kept: Path) -> tuple[int, str]:
    """Publish with a small disk in the place of a folder that `kept` has the content of: exit code and stderr."""
    disk.mkdir(parents=True, exist_ok=True)
    kept.mkdir(exist_ok=True)
    places = {"DISK": str(disk), "SIZE": size, "KEPT": str(kept), "FOLGE": str(FOLGE), "SHOW": str(show.path)}
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare")
    done = subprocess.run(
        [unshare, "--map-root-user", "--mount", "sh", "-c", SCRIPT],
        env=os.environ | places,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("this system lets nobody mount a disk of their own")
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.fixture
def large(show: ShowFolder) -> ShowFolder:
    show.publish(FolderStore(show.path / "public"))
    show.episode(3)
    (show.path / "audio" / "3.mp3").write_bytes(frames(8000))
    return show


def test_a_full_store_keeps_the_feed_of_before_and_goes_on_when_there_is_room(large: ShowFolder) -> None:
    public, kept = large.path / "public", large.path.parent / "kept"
    shutil.copytree(public, kept)

    code, err = publish_on(public, "1500k", large, kept)

    assert (code, "there is no room left on the disk; free some space" in err) == (6, True), err
    store = FolderStore(kept)
    assert_whole(store)
    assert titles(store) == ["Mut 2", "Mut 1"]
    code, err = publish_on(public, "20m", large, kept)
    assert code == 0, err
    assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
    assert_whole(store)


def test_a_full_cache_is_no_reason_not_to_publish(large: ShowFolder, own_cache: Path) -> None:
    shutil.rmtree(own_cache)
    code, err = publish_on(own_cache, "500k", large, large.path.parent / "kept")

    assert code == 0, err
    store = FolderStore(large.path / "public")
    assert_whole(store)
    assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
