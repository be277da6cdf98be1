"""A show goes into one file and comes back out of it: the feed has the same bytes, and nothing is written over."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.cli import run
from podcast.exporting.archive import is_archive, open_archive
from podcast.exporting.packing import pack
from podcast.exporting.restoring import Restoration, StoreState, restore
from podcast.importing.record import RECORD
from podcast.stores import Store
from podcast.stores.folder import FolderStore
from podcast.workspace import open_workspace
from tests.podcast.builders import BASE, NOW, ShowFolder, later, objects
from tests.podcast.test_pull import files

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nMut\n"


@pytest.fixture
def told(show: ShowFolder) -> ShowFolder:
    """A show with everything an archive has to carry: transcript, cover, style sheet, issue."""
    for name in ("transcripts", "covers", "issues"):
        (show.path / name).mkdir()
    (show.path / "transcripts" / "1.vtt").write_text(VTT, encoding="utf-8")
    (show.path / "covers" / "1.png").write_bytes((show.path / "cover.png").read_bytes())
    (show.path / "look.css").write_text("body { margin: 1em }\n", encoding="utf-8")
    with (show.path / "podcast.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[site]\ncss = "look.css"\n')
    issue = (
        'title = "Dezember"\ndate = 2024-12-10\nurl = "https://news.example.org/12"\n\n[[episodes]]\nepisode = "1"\n'
    )
    (show.path / "issues" / "2024-12.toml").write_text(issue, encoding="utf-8")
    show.episode(1, more="transcripts: [transcripts/1.vtt]\ncover: covers/1.png\n")
    show.episode(3)
    show.draw_no_waveforms()
    return show


def public(show: ShowFolder) -> Store:
    return FolderStore(show.path / "public")


def export(show: ShowFolder, to: Path, *, audio: bool = False) -> Path:
    pack(open_workspace(show.path, {}), public(show), to, audio=audio)
    return to


def bring(archive: Path, folder: Path) -> ShowFolder:
    assert restore(archive, folder, environment={}) is not None
    return ShowFolder(path=folder)


def without_audio(store: Store) -> dict[str, bytes]:
    return {key: body for key, body in objects(store).items() if not key.startswith(("audio/", ".folge/inventory"))}


def test_a_show_comes_back_with_the_very_feed(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    told.episode(2, title="Größerer Mut")
    told.publish(public(told), now=later(1))
    told.file(3).write_text(told.file(3).read_text(encoding="utf-8").replace("audio:", "status: withdrawn\naudio:"))
    told.publish(public(told), now=later(2))

    again = bring(export(told, tmp_path / "show.zip", audio=True), tmp_path / "again")
    done = again.publish(public(again), now=later(500), by="ben@laptop")

    assert objects(public(again))["feed.xml"] == objects(public(told))["feed.xml"]
    there, here = without_audio(public(told)), without_audio(public(again))
    assert here == {key: there[key] for key in here}
    assert all(key.startswith("search/") for key in there.keys() - here.keys()), "only what nothing refers to any more"
    assert not [change for change in done.plan.changes if change.fields]
    assert again.publish(public(again), now=later(501)).plan.empty


def test_without_audio_the_one_in_the_store_is_enough(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    archive = export(told, tmp_path / "show.zip")
    with zipfile.ZipFile(archive) as file:
        assert not [name for name in file.namelist() if "audio/" in name]
    (tmp_path / "again" / "public").mkdir(parents=True)
    (told.path / "public" / "audio").rename(tmp_path / "again" / "public" / "audio")

    again = bring(archive, tmp_path / "again")
    again.publish(public(again), now=later(500))

    assert objects(public(again))["feed.xml"] == objects(public(told))["feed.xml"]


def test_everything_of_the_folder_comes_back_byte_by_byte(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    (told.path / "notizen.private").write_text("nicht für andere", encoding="utf-8")
    (told.path / ".env").write_text("AWS_SECRET_ACCESS_KEY=geheim", encoding="utf-8")
    before = {name: body for name, body in files(told.path).items() if not name.startswith("public")}

    again = bring(export(told, tmp_path / "show.zip", audio=True), tmp_path / "again")

    after = {name: body for name, body in files(again.path).items() if not name.startswith("public")}
    assert before.keys() - after.keys() == {"notizen.private", ".env"}
    assert after == {name: before[name] for name in after}


def test_the_same_show_gives_the_same_bytes(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    first = export(told, tmp_path / "1.zip", audio=True)
    for path in told.path.rglob("*.md"):
        path.touch()
    assert export(told, tmp_path / "2.zip", audio=True).read_bytes() == first.read_bytes()


def test_a_show_that_was_never_published_comes_back_too(told: ShowFolder, tmp_path: Path) -> None:
    again = bring(export(told, tmp_path / "show.zip", audio=True), tmp_path / "again")
    again.publish(public(again), now=NOW)
    told.publish(public(told), now=NOW)
    assert objects(public(again))["feed.xml"] == objects(public(told))["feed.xml"]


def test_a_file_is_in_the_archive_once_however_often_it_is_named(told: ShowFolder, tmp_path: Path) -> None:
    told.publish_files_as_they_are()
    told.publish(public(told))
    with open_archive(export(told, tmp_path / "show.zip", audio=True)) as archive:
        same = {member.path: member.same_as for member in archive.manifest.files if member.same_as}
        assert any(path.startswith("store/audio/") for path in same)
        assert sum(info.file_size for info in archive.file.infolist()) < (tmp_path / "show.zip").stat().st_size


def test_the_manifest_tells_what_is_known_of_the_audio(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    told.episode(4)
    with open_archive(export(told, tmp_path / "show.zip")) as archive:
        facts = {fact.guid[7]: fact for fact in archive.manifest.audio}
    item = facts["1"]
    stored = objects(public(told))[item.key]
    assert (item.bytes, item.media_type) == (len(stored), "audio/mpeg")
    assert item.seconds > 0
    assert facts["4"].key == ""
    assert facts["4"].bytes == (told.path / "audio" / "4.mp3").stat().st_size


def test_what_lies_elsewhere_is_named_and_not_lost_in_silence(told: ShowFolder, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.png"
    outside.write_bytes((told.path / "cover.png").read_bytes())
    told.episode(2, more="cover: ../elsewhere.png\n")
    told.publish(public(told))
    (told.path / "public" / "audio").rename(tmp_path / "gone")

    with open_archive(export(told, tmp_path / "show.zip", audio=True)) as archive:
        left = {one.path: one.reason for one in archive.manifest.left_out}

    assert left.pop("../elsewhere.png") == "it lies outside the show folder"
    assert len(left) == 3
    assert set(left.values()) == {"it is not in the store"}


def test_audio_that_stays_elsewhere_stays_there(told: ShowFolder, tmp_path: Path) -> None:
    text = told.file(2).read_text(encoding="utf-8")
    facts = 'audio_facts: {type: audio/mpeg, bytes: 34567890, duration: "0:34:12"}'
    elsewhere = text.replace("audio: audio/2.mp3", f"audio: https://cdn.anders.example/2.mp3\n{facts}")
    told.file(2).write_text(elsewhere, encoding="utf-8")
    (told.path / RECORD).write_text('{"episodes": {}}', encoding="utf-8")
    told.publish(public(told))
    archive = export(told, tmp_path / "show.zip", audio=True)

    again = bring(archive, tmp_path / "again")
    again.publish(public(again), now=later(500))

    feed = objects(public(again))["feed.xml"]
    assert b"https://cdn.anders.example/2.mp3" in feed
    assert feed == objects(public(told))["feed.xml"]
    assert (again.path / RECORD).read_bytes() == (told.path / RECORD).read_bytes()
    with open_archive(archive) as opened:
        (fact,) = (fact for fact in opened.manifest.audio if fact.url)
    assert (fact.url, fact.bytes, fact.key) == ("https://cdn.anders.example/2.mp3", 34567890, "")


def test_an_archive_is_never_written_over(told: ShowFolder, tmp_path: Path) -> None:
    (tmp_path / "show.zip").write_bytes(b"anderes")
    with pytest.raises(UserError, match="exists already"):
        export(told, tmp_path / "show.zip")
    assert (tmp_path / "show.zip").read_bytes() == b"anderes"
    assert [path.name for path in tmp_path.iterdir() if "draft" in path.name] == []


def test_another_file_in_its_place_is_kept_and_named(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    archive = export(told, tmp_path / "show.zip")
    again = tmp_path / "again"
    (again / "episodes").mkdir(parents=True)
    (again / "episodes" / told.file(1).name).write_text("meine Arbeit", encoding="utf-8")

    with pytest.raises(UserError, match=r"001-folge-1\.md"):
        restore(archive, again, environment={})

    assert files(again) == {f"episodes/{told.file(1).name}": b"meine Arbeit"}


def test_what_was_broken_off_goes_on(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    archive = export(told, tmp_path / "show.zip", audio=True)
    again = bring(archive, tmp_path / "again")
    (again.path / "public" / ".folge" / "ledger.json").unlink()
    again.file(2).unlink()

    plan = restore(archive, again.path, environment={})

    assert plan is not None
    assert [member.path for member in plan.files] == [f"show/episodes/{told.file(2).name}"]
    assert restore(archive, again.path, environment={}) == replace(
        plan, files=(), objects=(), store=StoreState.KEPT, same=plan.same + 1
    )


def test_a_store_that_knows_the_show_is_left_as_it_is(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    archive = export(told, tmp_path / "show.zip")
    told.episode(2, title="Neuer als das Archiv")
    told.publish(public(told), now=later(1))
    before = objects(public(told))

    plan = restore(archive, tmp_path / "again", environment={"FOLGE_STORE": str(told.path / "public")})

    assert plan is not None
    assert plan.store is StoreState.KEPT
    assert objects(public(told)) == before


def test_the_store_of_another_show_is_refused(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    archive = export(told, tmp_path / "show.zip")
    settings = told.path / "podcast.toml"
    other = settings.read_text(encoding="utf-8").replace("917393e3-1b1e-5cef-ace4", "aaaaaaaa-1b1e-5cef-ace4")
    settings.write_text(other, encoding="utf-8")
    another = FolderStore(tmp_path / "other")
    told.publish(another)

    with pytest.raises(UserError, match="another show"):
        restore(archive, tmp_path / "again", environment={"FOLGE_STORE": str(tmp_path / "other")})
    assert not (tmp_path / "again").exists()


def test_nothing_is_written_without_a_yes(told: ShowFolder, tmp_path: Path) -> None:
    told.publish(public(told))
    plans: list[Restoration] = []

    def no(plan: Restoration) -> bool:
        plans.append(plan)
        return False

    assert restore(export(told, tmp_path / "a.zip"), tmp_path / "again", no, {}) is None
    assert plans[0].objects
    assert not (tmp_path / "again").exists()


def test_the_command_says_what_it_did(told: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(told.path), "publish", "--yes"]) == 0
    capsys.readouterr()
    assert run(["-C", str(told.path), "export", str(tmp_path / "show.zip"), "--audio", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["title"], data["feed"], data["audio"]) == ("Kommunen-Podcast", f"{BASE}feed.xml", True)
    assert "show/podcast.toml" in data["files"]
    assert is_archive(tmp_path / "show.zip")
    assert run(["-C", str(told.path), "export", str(tmp_path / "show.zip")]) == 2
    assert "exists already" in capsys.readouterr().err


def test_an_archive_is_not_put_where_the_public_reads(told: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(told.path), "export", str(told.path / "public" / "show.zip")]) == 2
    assert "the public reads" in capsys.readouterr().err
    assert not (told.path / "public").exists()


def test_an_import_of_the_archive_brings_the_show_back(
    told: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(told.path), "publish", "--yes"]) == 0
    archive, again = str(tmp_path / "show.zip"), tmp_path / "again"
    assert run(["-C", str(told.path), "export", archive, "--audio"]) == 0
    assert run(["import", archive, "--into", str(again), "--dry-run"]) == 0
    assert not again.exists()
    assert "+ podcast.toml" in capsys.readouterr().err
    assert run(["import", archive, "--into", str(again)]) == 2, "nobody can be asked"
    assert not again.exists()
    assert run(["import", archive, "--into", str(again), "--yes", "--zone", "UTC"]) == 2
    capsys.readouterr()

    assert run(["-C", str(told.path), "import", archive, "--into", "../again", "--yes"]) == 0

    assert capsys.readouterr().out.startswith("brought back: ")
    assert run(["-C", str(again), "publish", "--yes"]) == 0
    feed = (again / "public" / "feed.xml").read_bytes()
    assert feed == (told.path / "public" / "feed.xml").read_bytes()
    assert run(["import", archive, "--into", str(again), "--yes"]) == 0
    assert capsys.readouterr().out.endswith(f"nothing to bring back: {again} has everything\n")
    assert run(["import", archive, "--into", str(again), "--json", "--yes"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == []
