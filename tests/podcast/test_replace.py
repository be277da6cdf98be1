"""`folge replace`: what apps notice of a fix, of a reissue and of a recall; and what changes nothing by accident."""

from pathlib import Path

import pytest

from feed.item import Item
from podcast.cli import run
from podcast.publishing.changes import Kind
from podcast.publishing.ledger import State, decode_ledger
from podcast.publishing.publish import Refused
from podcast.stores.folder import FolderStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import GUID_1, GUID_2, ShowFolder, assert_whole, feed_in, later, objects

OTHER = "99999999-aaaa-4bbb-8ccc-000000000000"


@pytest.fixture
def published(show: ShowFolder) -> ShowFolder:
    show.publish_files_as_they_are()
    assert folge(show, "publish", "--yes") == 0
    (show.path / "audio" / "neu.mp3").write_bytes(frames(99))
    return show


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


def replace(show: ShowFolder, *arguments: str, file: str = "neu.mp3") -> int:
    return folge(show, "replace", "1", str(show.path / "audio" / file), *arguments)


def store_of(show: ShowFolder) -> FolderStore:
    return FolderStore(show.path / "public")


def item_of(show: ShowFolder, title: str = "Mut 1") -> Item:
    return next(item for item in feed_in(store_of(show)).items if item.title == title)


def test_a_fix_keeps_guid_and_date_and_gives_a_new_address(published: ShowFolder) -> None:
    before = item_of(published)

    assert replace(published, "--as", "fix", "--yes") == 0

    after = item_of(published)
    assert (after.guid, after.published, after.link) == (before.guid, before.published, before.link)
    assert after.enclosure.url != before.enclosure.url
    assert after.notes_html == before.notes_html
    assert "audio: audio/neu.mp3\n" in published.file(1).read_text(encoding="utf-8")
    assert folge(published, "plan", "--exit-code") == 0
    assert_whole(store_of(published))


def test_a_fix_of_the_file_in_its_place_leaves_the_episode_file_alone(published: ShowFolder) -> None:
    before = published.file(1).read_bytes(), item_of(published).enclosure
    (published.path / "audio" / "1.mp3").write_bytes(frames(77))

    assert replace(published, "--as", "fix", "--yes", file="1.mp3") == 0

    assert published.file(1).read_bytes() == before[0]
    assert item_of(published).enclosure != before[1]


def test_a_file_elsewhere_is_named_by_its_whole_path_and_not_copied(published: ShowFolder, tmp_path: Path) -> None:
    (tmp_path / "schnitt.mp3").write_bytes(frames(88))

    assert replace(published, "--as", "fix", "--yes", file=str(tmp_path / "schnitt.mp3")) == 0

    assert f"audio: {tmp_path / 'schnitt.mp3'}\n" in published.file(1).read_text(encoding="utf-8")


@pytest.mark.parametrize(("note", "end"), [("", "."), ("mit  dem ganzen Gespräch", ": mit dem ganzen Gespräch")])
def test_a_reissue_says_so_in_the_notes_once(published: ShowFolder, note: str, end: str) -> None:
    options = ["--note", note] if note else []

    assert replace(published, "--as", "reissue", "--yes", *options) == 0
    assert replace(published, "--as", "reissue", "--yes", *options) == 0

    item = item_of(published)
    assert item.guid == GUID_1
    assert item.notes_html.count("Korrigierte Fassung vom ") == 1
    assert f"{end}</em>" in item.notes_html
    assert "Korrigierte Fassung" in objects(store_of(published))["folge-1/index.html"].decode()


def test_a_reissue_of_an_episode_without_notes_goes_on_telling_its_summary(published: ShowFolder) -> None:
    path = published.episode(1, more="summary: |\n  1. Bürger*innen\n  - und mehr\n")
    path.write_text(path.read_text(encoding="utf-8").partition("\nNotizen")[0], encoding="utf-8")

    for _ in range(2):
        assert replace(published, "--as", "reissue", "--yes", "--note", "mit der Zahl") == 0

    said = item_of(published).notes_html
    assert said.startswith("<p>1. Bürger*innen\n- und mehr</p>\n<p><em>Korrigierte Fassung vom ")
    assert said.count("<p>") == 2
    page = objects(store_of(published))["folge-1/index.html"].decode()
    assert "<p>1. Bürger*innen\n- und mehr</p>\n<p><em>Korrigierte Fassung vom " in page


class TestRecall:
    """A new guid: everyone downloads the episode again."""

    def test_it_needs_the_number_typed_and_not_only_yes(
        self, published: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = published.file(1).read_bytes(), objects(store_of(published))

        assert replace(published, "--as", "recall", "--yes") == 2
        assert "--confirm 1" in capsys.readouterr().err
        assert replace(published, "--as", "recall", "--confirm", "2") == 2
        assert "--confirm says '2', and 'Mut 1' is 1" in capsys.readouterr().err

        assert (published.file(1).read_bytes(), objects(store_of(published))) == before

    def test_every_app_meets_a_new_guid_at_the_old_addresses(self, published: ShowFolder) -> None:
        before = item_of(published)

        assert replace(published, "--as", "recall", "--confirm", "1") == 0

        after = item_of(published)
        assert after.guid != GUID_1
        assert f"guid: {after.guid}  # für immer\n" in published.file(1).read_text(encoding="utf-8")
        assert (after.published, after.link, after.number) == (before.published, before.link, before.number)
        assert GUID_1 not in {item.guid for item in feed_in(store_of(published)).items}
        assert after.enclosure.url in objects(store_of(published))["folge-1/index.html"].decode()
        assert f"url={after.link}".encode() in objects(store_of(published))["f/1/index.html"]
        assert folge(published, "plan", "--exit-code") == 0
        assert_whole(store_of(published))

    def test_the_old_guid_stays_in_the_ledger_as_a_tombstone_that_names_the_new_one(
        self, published: ShowFolder
    ) -> None:
        replace(published, "--as", "recall", "--confirm", "1")

        rows = decode_ledger(objects(store_of(published))[".folge/ledger.json"]).by_guid()
        assert rows[GUID_1].state is State.WITHDRAWN
        assert rows[GUID_1].successor == item_of(published).guid
        assert rows[rows[GUID_1].successor].short == "1"

    def test_another_laptop_with_the_old_guid_changes_nothing_and_is_told_the_new_one(
        self, published: ShowFolder, tmp_path: Path
    ) -> None:
        other = published.copy(tmp_path / "other")
        replace(published, "--as", "recall", "--confirm", "1")
        before = objects(store_of(published))

        outcome = other.publish(store_of(published), now=later(30_000), by="ben@laptop")

        told = next(change for change in outcome.plan.changes if change.guid == GUID_1)
        assert told.kind is Kind.WITHDRAWN
        assert item_of(published).guid in told.reason
        assert objects(store_of(published)) == before

    def test_it_cannot_be_undone_by_restoring_the_old_guid(
        self, published: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        replace(published, "--as", "recall", "--confirm", "1")

        assert folge(published, "withdraw", "--restore", GUID_1, "--yes") == 2
        assert "there is no episode" in capsys.readouterr().err

    def test_one_that_was_cut_off_after_the_file_goes_on_with_its_guid(self, published: ShowFolder) -> None:
        path = published.file(1)
        path.write_text(path.read_text(encoding="utf-8").replace(GUID_1, OTHER), encoding="utf-8")
        assert folge(published, "publish", "--yes") == 3

        assert replace(published, "--as", "recall", "--confirm", "1") == 0

        assert item_of(published).guid == OTHER
        assert [item.guid for item in feed_in(store_of(published)).items] == [GUID_2, OTHER]

    def test_a_recalled_episode_can_be_renamed_withdrawn_and_recalled_again(self, published: ShowFolder) -> None:
        replace(published, "--as", "recall", "--confirm", "1")
        published.file(1).rename(published.file(1, "anders"))
        assert folge(published, "publish", "--yes") == 0
        assert f"url={item_of(published).link}".encode() in objects(store_of(published))["folge-1/index.html"]

        assert replace(published, "--as", "recall", "--confirm", "1") == 0

        assert item_of(published).link.endswith("/anders/")
        for key in ("folge-1/index.html", "f/1/index.html"):
            assert f"url={item_of(published).link}".encode() in objects(store_of(published))[key]
        assert folge(published, "withdraw", "1", "--yes") == 0
        assert "nicht mehr verfügbar" in objects(store_of(published))["folge-1/index.html"].decode()

    def test_another_date_is_not_smuggled_in(self, published: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        path = published.file(1)
        path.write_text(path.read_text(encoding="utf-8").replace("2024-12-01", "2024-12-03"), encoding="utf-8")

        assert replace(published, "--as", "recall", "--confirm", "1") == 3
        assert "its date is 2024-12-01 06:00 +01:00 as published, and 2024-12-03" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arrange", "message"),
    [
        (lambda show: show.file(1).rename(show.path / "weg.md"), "is not in this folder"),
        (lambda show: folge(show, "withdraw", "1", "--yes"), "is withdrawn"),
        (lambda show: show.episode(1, more="status: draft\n"), "is published, and 'draft' in its file"),
        (lambda show: show.episode(1, guid=OTHER), "is not published yet"),
    ],
)
def test_what_cannot_be_replaced_says_why_and_nothing_changes(
    published: ShowFolder, arrange: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arrange(published)  # type: ignore[operator]  # a function of the cases above
    before = objects(store_of(published))

    assert replace(published, "--as", "fix", "--yes") == 2

    assert message in capsys.readouterr().err
    assert objects(store_of(published)) == before


def test_a_note_belongs_to_a_reissue_only(published: ShowFolder) -> None:
    assert replace(published, "--as", "fix", "--note", "neu", "--yes") == 2


class TestByAccident:
    """What must not change without being named, with the difference shown."""

    def test_another_guid_shows_both(self, show: ShowFolder) -> None:
        store = FolderStore(show.path / "public")
        show.publish(store)
        show.episode(1, guid=OTHER)

        with pytest.raises(Refused, match=f"guid {GUID_1}.*the guid here is {OTHER}"):
            show.publish(store, now=later(1))

    def test_two_swapped_files_show_length_size_and_address_of_both(self, show: ShowFolder) -> None:
        store = FolderStore(show.path / "public")
        show.publish(store)
        one, two = show.path / "audio" / "1.mp3", show.path / "audio" / "2.mp3"
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)

        with pytest.raises(Refused) as refused:
            show.publish(store, now=later(1))

        for problem, number in zip(refused.value.problems, (1, 2), strict=True):
            assert problem.path == f"Mut {number}"
            assert problem.message.count(" bytes, audio/folge-") == 2
            assert " → " in problem.message
