"""`folge withdraw`: an episode leaves the feed and comes back as it was, and nothing else is published with it."""

import json
from pathlib import Path

import pytest

from podcast.cli import run
from podcast.cli.amending import publish_alone
from podcast.cli.publishing import Session
from podcast.publishing.amending import amend, find_named
from podcast.publishing.changes import Asked
from podcast.publishing.observe import observe
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from podcast.workspace import open_workspace
from tests.episodes.audio_builders import frames
from tests.podcast.builders import GUID_1, GUID_2, ShowFolder, assert_whole, feed_in, later, objects, titles
from tests.podcast.spies import PowerCutError, Spy


@pytest.fixture
def published(show: ShowFolder) -> ShowFolder:
    show.publish_files_as_they_are()
    assert folge(show, "publish", "--yes") == 0
    return show


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


def store_of(show: ShowFolder) -> FolderStore:
    return FolderStore(show.path / "public")


def test_a_withdrawn_episode_leaves_feed_and_index_and_its_pages_say_so(published: ShowFolder) -> None:
    audio = feed_in(store_of(published)).items[1].enclosure.url.rpartition("/")[2]

    assert folge(published, "withdraw", "1", "--yes") == 0

    there = objects(store_of(published))
    assert titles(store_of(published)) == ["Mut 2"]
    assert b"Mut 1" not in there["index.html"]
    for key in ("folge-1/index.html", "f/1/index.html"):
        assert "nicht mehr verfügbar" in there[key].decode()
    assert f"audio/{audio}" in there
    text = published.file(1).read_text(encoding="utf-8")
    assert "status: withdrawn\n" in text
    assert "# für immer" in text
    assert folge(published, "plan", "--exit-code") == 0


def test_a_restored_episode_is_the_same_for_every_app(published: ShowFolder) -> None:
    before = feed_in(store_of(published)).items
    folge(published, "withdraw", "1", "--yes")

    assert folge(published, "withdraw", "--restore", "1", "--yes") == 0

    assert feed_in(store_of(published)).items == before
    assert "status: ready\n" in published.file(1).read_text(encoding="utf-8")
    assert_whole(store_of(published))


def test_nothing_else_of_the_folder_is_published_with_it(published: ShowFolder) -> None:
    published.episode(2, title="Noch nicht fertig")
    published.episode(3)
    settings = published.path / "podcast.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Gespräche", "Reden"), encoding="utf-8")
    published.file(9).write_text("kein Kopf\n", encoding="utf-8")

    assert folge(published, "withdraw", "1", "--yes") == 0

    assert titles(store_of(published)) == ["Mut 2"]
    assert feed_in(store_of(published)).show.description == "Gespräche über Verwaltung"


def test_an_episode_edited_since_its_publish_comes_back_from_its_file_where_its_audio_was_tidied_away(
    show: ShowFolder,
) -> None:
    assert folge(show, "publish", "--yes") == 0
    before = feed_in(store_of(show)).items[1]
    assert folge(show, "set", "1", "title=Neuer Mut") == 0
    assert folge(show, "publish", "--yes") == 0
    assert folge(show, "withdraw", "1", "--yes") == 0
    assert folge(show, "tidy", "--grace", "0d", "--yes") == 0

    assert folge(show, "withdraw", "--restore", "1", "--yes") == 0

    (_, after) = feed_in(store_of(show)).items
    assert (after.guid, after.title) == (before.guid, "Neuer Mut")
    assert after.enclosure.url != before.enclosure.url  # its tags are those of now, and no key is given twice
    assert_whole(store_of(show))
    assert folge(show, "plan", "--exit-code") == 0


def test_another_file_in_its_place_does_not_come_back_as_the_audio_that_was_tidied_away(
    show: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folge(show, "publish", "--yes") == 0
    assert folge(show, "withdraw", "1", "--yes") == 0
    assert folge(show, "tidy", "--grace", "0d", "--yes") == 0
    (show.path / "audio" / "1.mp3").write_bytes(frames(99))

    assert folge(show, "withdraw", "--restore", "1", "--yes") == 3

    assert "its audio is another file now" in capsys.readouterr().err
    assert titles(store_of(show)) == ["Mut 2"]


@pytest.mark.parametrize("name", ["1", "folge-1", GUID_1, GUID_1[:8]])
def test_an_episode_that_is_not_in_this_folder_is_withdrawn_and_restored_by_any_name(
    published: ShowFolder, name: str
) -> None:
    published.file(1).unlink()

    assert folge(published, "withdraw", name, "--yes") == 0
    assert titles(store_of(published)) == ["Mut 2"]

    assert folge(published, "withdraw", "--restore", name, "--yes") == 0
    assert titles(store_of(published)) == ["Mut 2", "Mut 1"]
    assert not published.file(1).exists()


def test_the_last_episode_can_be_withdrawn_too(published: ShowFolder) -> None:
    assert folge(published, "withdraw", "1", "--yes") == 0
    assert folge(published, "withdraw", "2", "--yes") == 0

    assert titles(store_of(published)) == []


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_without_a_yes_neither_file_nor_store_changes(
    published: ShowFolder, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = objects(store_of(published)), published.file(1).read_bytes()

    assert folge(published, "withdraw", "1", *options) == (0 if options else 2)

    assert (objects(store_of(published)), published.file(1).read_bytes()) == before
    told = capsys.readouterr()
    assert "- withdraw  1  Mut 1: leaves the feed" in told.out + told.err


def test_what_is_not_published_is_not_withdrawn_and_says_what_to_do(
    published: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    published.episode(3)

    assert folge(published, "withdraw", "3", "--yes") == 2
    assert "'Mut 3' is not published; to keep it from the next publish" in capsys.readouterr().err
    assert folge(published, "withdraw", "folge-7", "--yes") == 2
    assert "did you mean folge-" in capsys.readouterr().err


def test_a_second_time_there_is_nothing_to_do(published: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    folge(published, "withdraw", "1", "--yes")
    before = objects(store_of(published))
    capsys.readouterr()

    assert folge(published, "withdraw", "1", "--yes") == 0

    assert objects(store_of(published)) == before
    assert capsys.readouterr().out == "nothing to do\n"


def test_what_is_not_withdrawn_is_not_restored_and_not_published_either(
    published: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    published.episode(1, title="Noch nicht fertig")
    before = objects(store_of(published))
    capsys.readouterr()

    assert folge(published, "withdraw", "--restore", "1", "--yes") == 0

    assert capsys.readouterr().out == "nothing to do\n"
    assert objects(store_of(published)) == before


def test_an_episode_returns_as_it_was_published_where_the_text_here_is_older(
    published: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    published.episode(1, title="Ein neuer Titel")
    folge(published, "publish", "--yes")
    feed = feed_in(store_of(published)).items
    folge(published, "withdraw", "1", "--yes")
    published.episode(1, more="status: withdrawn\n")

    assert folge(published, "withdraw", "--restore", "1", "--yes") == 0

    assert "returns to the feed as it was published; the text here is older" in capsys.readouterr().err
    assert feed_in(store_of(published)).items == feed
    assert folge(published, "publish", "--yes") == 0
    assert "nothing to do: 1 text here is older than what is published" in capsys.readouterr().out


def test_an_edit_on_an_older_text_returns_by_the_command_that_is_named(
    published: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    published.episode(1, title="Ein neuer Titel")
    folge(published, "publish", "--yes")
    folge(published, "withdraw", "1", "--yes")
    published.episode(1, title="Mut 1", more="topics: [Zug]\n")
    folge(published, "publish", "--yes", "--restore", "1")

    told = capsys.readouterr().err
    command = told.split("or: folge ")[1].split()[:5]
    assert folge(published, *(word.rstrip(";)") for word in command), "--yes") == 0

    assert {item.title for item in feed_in(store_of(published)).items} >= {"Mut 1"}


def test_json_holds_the_plan_that_was_done(published: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert folge(published, "withdraw", "1", "--yes", "--json") == 0

    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [(change["kind"], change["guid"]) for change in changes] == [("withdraw", GUID_1), ("same", GUID_2)]


def test_a_withdrawal_that_was_cut_off_is_finished_by_the_next_publish(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    workspace = open_workspace(show.path, {})
    episode = find_named(workspace, observe(store, thorough=False).ledger, "1").episode
    with pytest.raises(PowerCutError):
        publish_alone(
            workspace,
            Spy(store, writes=0),
            Asked(withdraw=frozenset({GUID_1}), alone=True),
            amendment=amend(workspace, episode, {"status": "withdrawn"}),
            session=Session(yes=True, quiet=True),
            done="",
        )

    show.publish(store, now=later(1))

    assert titles(store) == ["Mut 2"]


class TestRestoreAfterTidy:
    """The audio of a withdrawn episode may be gone when it is to come back."""

    @pytest.fixture
    def tidied(self, published: ShowFolder) -> ShowFolder:
        folge(published, "withdraw", "1", "--yes")
        assert folge(published, "tidy", "--grace", "0d", "--yes") == 0
        assert not any("folge-1" in key for key in objects(store_of(published)) if key.startswith("audio/"))
        return published

    def test_audio_that_is_here_is_uploaded_again_to_its_address(self, tidied: ShowFolder) -> None:
        assert folge(tidied, "withdraw", "--restore", "1", "--yes") == 0

        assert titles(store_of(tidied)) == ["Mut 2", "Mut 1"]
        assert_whole(store_of(tidied))

    @pytest.mark.parametrize("file", [True, False])
    def test_audio_that_is_nowhere_leaves_it_withdrawn(
        self, tidied: ShowFolder, file: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tidied.path / "audio" / "1.mp3").unlink()
        if not file:
            tidied.file(1).unlink()
        before = objects(store_of(tidied))

        assert folge(tidied, "withdraw", "--restore", "1", "--yes") == 3

        assert "neither in the store nor in this folder" in capsys.readouterr().err
        assert objects(store_of(tidied)) == before


def test_it_is_published_from_another_folder_meanwhile_and_nothing_is_lost(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    other.episode(3)
    publisher = show.publisher(store, now=later(1), asked=Asked(withdraw=frozenset({GUID_1}), alone=True))

    outcome = publisher.run(lambda prepared: bool(other.publish(store, now=later(1), by="ben@laptop")))

    assert outcome is not None
    assert outcome.attempts == 2
    assert titles(store) == ["Mut 3", "Mut 2"]
    assert_whole(store)
