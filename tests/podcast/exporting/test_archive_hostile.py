"""Archives that a stranger made, or a broken disk: refused with a sentence, and nothing is written anywhere."""

import hashlib
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from episodes.problems import UserError
from podcast.cli import run
from podcast.exporting.archive import is_archive
from podcast.exporting.restoring import restore
from podcast.stores.folder import FolderStore
from tests.podcast.builders import ShowFolder
from tests.podcast.exporting.test_archive import export, public

SETTINGS = '[show]\ntitle = "Mut"\ndescription = "d"\nlanguage = "de"\nguid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"\n'
Change = Callable[[dict[str, Any]], object]


def manifest_of(contents: Mapping[str, bytes]) -> dict[str, Any]:
    files = [
        {"path": path, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for path, body in sorted(contents.items())
    ]
    return {
        "name": "folge archive",
        "format": 1,
        "title": "Mut",
        "guid": "917393e3-1b1e-5cef-ace4-edaa54e1f810",
        "files": files,
    }


def an_archive(
    path: Path, contents: Mapping[str, bytes] | None = None, *, change: Change = lambda manifest: None
) -> Path:
    """Write an archive with some files more, its manifest changed by `change`."""
    whole = {"show/podcast.toml": SETTINGS.encode(), **(contents or {})}
    manifest = manifest_of(whole)
    change(manifest)
    with zipfile.ZipFile(path, "w") as file:
        for name, body in whole.items():
            file.writestr(name, body)
        file.writestr("manifest.json", json.dumps(manifest))
    return path


def refused(archive: Path, folder: Path, *words: str) -> None:
    """Hold that an archive is refused with these words, and that nothing came of it, beside the folder neither."""
    before = sorted(path for path in archive.parent.rglob("*"))
    with pytest.raises(UserError) as caught:
        restore(archive, folder, environment={})
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert sorted(path for path in archive.parent.rglob("*")) == before


def test_the_builder_itself_makes_an_archive_that_is_taken(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip", {"show/episodes/1.md": b"x", "show/notes/a.txt": b"y"})
    assert restore(archive, tmp_path / "show", environment={}) is not None
    assert (tmp_path / "show" / "notes" / "a.txt").read_bytes() == b"y"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md",
        "show/../../evil.md",
        "/etc/evil.md",
        "show//evil.md",
        "show/./evil.md",
        "show/C:evil.md",
        "show\\..\\evil.md",
        "show/.ssh/authorized_keys.txt",
        "show/.git/hooks.txt",
        "show/evil.md ",
        "show/a\u202ecod.md",
        "show/a\x1b[31m.md",
        "show/" + 300 * "a" + ".md",
        "store/.folge/../../evil.json",
        "store/../evil.json",
    ],
)
def test_names_that_leave_the_folder_or_hide_are_refused(name: str, tmp_path: Path) -> None:
    refused(an_archive(tmp_path / "a.zip", {name: b"x"}), tmp_path / "show", "nothing was written")


@pytest.mark.parametrize(
    "name",
    [
        "elsewhere/a.md",
        "show/Makefile",
        "show/run.sh",
        "show/tool.py",
        "show/sub/podcast.toml",
        "store/feed.xml",
        "store/index.html",
        "store/static/a.js",
        "store/.folge/inventory.json",
        "store/audio/ä.mp3",
    ],
)
def test_what_folge_reads_nowhere_is_refused(name: str, tmp_path: Path) -> None:
    refused(an_archive(tmp_path / "a.zip", {name: b"x"}), tmp_path / "show", "is refused")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_devices_are_refused(kind: int, tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip")
    with zipfile.ZipFile(archive, "a") as file:
        info = zipfile.ZipInfo("show/evil.md")
        info.create_system, info.external_attr = 3, (kind | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    refused(archive, tmp_path / "show", "evil.md", "a link or a device")


def test_what_unpacks_to_more_than_it_weighs_is_refused(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("show/bomb.txt", bytes(50_000_000))
    assert archive.stat().st_size < 100_000
    refused(archive, tmp_path / "show", "more than it weighs")


def test_what_is_packed_is_refused_however_small(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip", {"show/long.txt": os.urandom(10_000)})
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("show/bomb.txt", bytes(300))
    refused(archive, tmp_path / "show", "bomb.txt", "is compressed")


def test_one_content_under_many_overlapping_names_is_refused(tmp_path: Path) -> None:
    """Every entry of the directory points to the same bytes: one megabyte would become a thousand."""
    archive = an_archive(tmp_path / "a.zip", {"show/a.txt": bytes(100_000)})
    with zipfile.ZipFile(archive, "a") as file:
        first = file.getinfo("show/a.txt")
        for number in range(1000):
            info = zipfile.ZipInfo(f"show/{number}.txt")
            info.header_offset, info.file_size = first.header_offset, first.file_size
            info.compress_size, info.CRC = first.compress_size, first.CRC
            file.filelist.append(info)
            file.NameToInfo[info.filename] = info
        file._didModify = True  # type: ignore[attr-defined]  # the only way to have it write such a directory
    refused(archive, tmp_path / "show", "more than it weighs")


def test_names_that_are_one_file_on_some_disks_are_refused(tmp_path: Path) -> None:
    for other in ("show/Mut.md", "show/MUT.md"):
        refused(an_archive(tmp_path / "a.zip", {"show/mut.md": b"1", other: b"2"}), tmp_path / "s", "one file")
    composed, apart = "show/gr\u00f6.md", "show/gro\u0308.md"
    refused(an_archive(tmp_path / "a.zip", {composed: b"1", apart: b"2"}), tmp_path / "s", "one file")


def test_a_file_inside_a_file_is_refused(tmp_path: Path) -> None:
    contents = {"show/a.md": b"1", "show/a.md/b.md": b"2"}
    refused(an_archive(tmp_path / "a.zip", contents), tmp_path / "show", "lies in a file")


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip", {"show/a.md": b"1"})
    with zipfile.ZipFile(archive, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("show/a.md", b"2")
    refused(archive, tmp_path / "show", "one file")


def set_hash(manifest: dict[str, Any]) -> None:
    manifest["files"][0]["sha256"] = 64 * "0"


def test_content_that_is_not_what_the_manifest_says_is_refused(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip", {"show/a.md": b"1"}, change=set_hash)
    refused(archive, tmp_path / "show", "show/a.md", "is not what its manifest says")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda m: m["files"].pop(), "does not hold the files"),
        (lambda m: m["files"].append(dict(m["files"][0], path="show/more.md")), "does not hold the files"),
        (lambda m: m["files"].append(m["files"][0]), "twice"),
        (lambda m: m["files"][0].update(sha256="abc"), "size and sha256"),
        (lambda m: m["files"].append(dict(m["files"][0], path="show/b.md", same_as="show/none.md")), "the same as"),
        (lambda m: m["files"].append(dict(m["files"][0], path="../b.md", same_as="show/a.md")), "is refused"),
        (lambda m: m.update(format=2), "has format 2"),
        (lambda m: m.update(format="1"), "damaged"),
        (lambda m: m.update(name="something else"), "is no archive of a show"),
        (lambda m: m.pop("files"), "does not hold the files"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(change: Change, word: str, tmp_path: Path) -> None:
    refused(an_archive(tmp_path / "a.zip", {"show/a.md": b"1"}, change=change), tmp_path / "show", word)


@pytest.mark.parametrize("body", [b"", b"kein Archiv", b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_a_sentence(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(body)
    refused(tmp_path / "a.zip", tmp_path / "show")
    assert not is_archive(tmp_path / "a.zip")


def test_an_archive_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    refused(tmp_path / "none.zip", tmp_path / "show", "cannot be read")


def test_an_archive_that_was_cut_or_changed_anywhere_is_refused_or_whole(show: ShowFolder, tmp_path: Path) -> None:
    whole = export(show, tmp_path / "whole.zip").read_bytes()
    (tmp_path / "work").mkdir()
    broken = tmp_path / "work" / "broken.zip"
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        broken.write_bytes(whole[:place])
        refused(broken, tmp_path / "work" / "show")
    assert struct.unpack("<I", whole[:4]) == (0x04034B50,)
    for place in range(40, len(whole), max(1, len(whole) // 60)):
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            restore(broken, tmp_path / f"at{place}", environment={})
        except UserError:
            assert not (tmp_path / f"at{place}").exists()
        else:
            assert (tmp_path / f"at{place}" / "cover.png").read_bytes() == (show.path / "cover.png").read_bytes()


def test_a_ledger_of_another_show_is_refused(show: ShowFolder, tmp_path: Path) -> None:
    show.draw_no_waveforms()
    show.publish(FolderStore(show.path / "public"))
    ledger = show.path / "public" / ".folge" / "ledger.json"
    ledger.write_bytes(ledger.read_bytes().replace(b"917393e3-1b1e-5cef-ace4", b"aaaaaaaa-1b1e-5cef-ace4"))
    assert public(show).get(".folge/ledger.json") is not None
    (tmp_path / "work").mkdir()
    archive = export(show, tmp_path / "work" / "a.zip")
    refused(archive, tmp_path / "work" / "show", "of two shows")


def test_a_link_in_the_folder_that_leads_out_of_it_is_not_followed(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip", {"show/episodes/1.md": b"x"})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "episodes").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="leads out"):
        restore(archive, tmp_path / "show", environment={})
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_show_is_not_restored_inside_another(show: ShowFolder, tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.zip")
    with pytest.raises(UserError, match="lies in another show folder"):
        restore(archive, show.path / "episodes" / "new", environment={})


def test_an_export_of_no_show_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "export", str(tmp_path / "a.zip")]) == 2
    assert "there is no podcast.toml" in capsys.readouterr().err
