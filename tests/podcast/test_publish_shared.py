"""What a publish promises where others publish too, where it is cut off, and where the store is not as it was left."""

from pathlib import Path

import pytest

from episodes.problems import UserError
from feed.checks.run import check_feed
from podcast.publishing.changes import Asked, Kind
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.observe import MovedAway
from podcast.publishing.publish import Refused
from podcast.stores import Moved
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import (
    GUID_1,
    ShowFolder,
    assert_whole,
    feed_in,
    later,
    make_show,
    objects,
    titles,
)
from tests.podcast.spies import PowerCutError, Rival, Spy


def test_two_producers_who_add_different_episodes_lose_none(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    show.episode(3)
    other.episode(4)

    show.publish(store, now=later(1))
    outcome = other.publish(store, now=later(2), by="ben@laptop")

    assert titles(store) == [f"Mut {number}" for number in (4, 3, 2, 1)]
    assert {change.number for change in outcome.plan.changes if change.kind is Kind.ELSEWHERE} == {3}


def test_an_old_laptop_does_not_undo_what_another_published(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    old = show.copy(tmp_path / "old")
    show.episode(1, title="Verbessert")
    show.settings(title="Kommunen-Podcast neu")
    show.publish(store, now=later(1))
    old.episode(3)

    outcome = old.publish(store, now=later(2), by="ben@laptop")

    assert titles(store) == ["Mut 3", "Mut 2", "Verbessert"]
    assert feed_in(store).show.title == "Kommunen-Podcast neu"
    behind = [change for change in outcome.plan.changes if change.kind is Kind.BEHIND]
    assert [change.number for change in behind] == [None, 1]
    assert "anna@laptop" in behind[1].reason

    old.publish(store, now=later(3), asked=Asked(mine=frozenset({GUID_1}), show_mine=True))

    assert titles(store)[-1] == "Mut 1"
    assert feed_in(store).show.title == "Kommunen-Podcast"


def test_a_crash_after_any_write_leaves_a_whole_feed_and_the_next_publish_mends_the_rest(
    show: ShowFolder, tmp_path: Path
) -> None:
    start, end = MemoryStore(), MemoryStore()
    show.publish(start)
    show.publish(end)
    before = objects(start)
    show.episode(1, title="Anders")
    show.episode(3)
    show.publish(end, now=later(1))
    whole = Spy(MemoryStore())
    _restore(whole.inner, before)
    show.publish(whole, now=later(1))

    for writes in range(len(whole.written)):
        store = MemoryStore()
        _restore(store, before)
        with pytest.raises(PowerCutError):
            show.publish(Spy(store, writes), now=later(1))
        assert_whole(store)
        assert check_feed(objects(store)["feed.xml"]) == ()

        show.publish(store, now=later(1), by="ben@laptop")

        assert_whole(store)
        assert titles(store) == titles(end)
        assert show.publish(Spy(store, 0), now=later(2)).plan.empty


def _restore(store: MemoryStore, there: dict[str, bytes]) -> None:
    for key, body in there.items():
        store.put(key, body, media_type="", cache_control="", expected=None)


def test_a_publish_that_was_overtaken_starts_over_and_both_episodes_are_there(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    rival = show.copy(tmp_path / "rival")
    show.episode(3)
    rival.episode(4)

    outcome = show.publish(Rival(store, [rival]), now=later(1))

    assert outcome.attempts == 2
    assert [item.number for item in feed_in(store).items] == [4, 3, 2, 1]
    assert_whole(store)


def test_a_publish_gives_up_after_five_times_and_names_the_other_producer(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    rivals = []
    for number in range(5):
        rival = show.copy(tmp_path / f"rival{number}")
        rival.episode(4, title=f"Stand {number}")
        rivals.append(rival)
    show.episode(3)

    with pytest.raises(MovedAway, match="ben@laptop"):
        show.publish(Rival(store, rivals), now=later(1))

    assert_whole(store)


class _Meddler(Spy):
    """A store in which somebody changes the feed just before each of our writes of it."""

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        if key == "feed.xml":
            meddled = b"%d" % len(self.written)
            self.inner.put(key, meddled, media_type=media_type, cache_control=cache_control, expected=None)
        return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)


def test_whoever_gives_up_after_the_commit_is_told_that_the_changes_are_in(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3)

    with pytest.raises(MovedAway, match=r"somebody is publishing .* after 6 tries") as told:
        show.publish(_Meddler(store), now=later(1))

    assert told.value.hint.startswith("your changes are in")
    show.publish(store, now=later(2))
    assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]


def test_a_store_with_somebody_elses_website_is_refused(show: ShowFolder) -> None:
    store = MemoryStore()
    store.put("index.html", b"mine", media_type="text/html", cache_control="", expected=None)

    with pytest.raises(UserError, match=r"already holds index.html, which folge did not write"):
        show.publish(store)

    assert objects(store) == {"index.html": b"mine"}


def test_a_store_of_another_show_is_refused(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = make_show(tmp_path / "other")
    path = other.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("917393e3", "9b024349"), encoding="utf-8")

    with pytest.raises(Refused, match="another show"):
        other.publish(store, now=later(1))


@pytest.mark.parametrize("body", [b"", b"{}", b'{"format":1}', b"<html>", b'{"format":1,"show":{},"entries":[]}'])
def test_a_damaged_ledger_is_refused_and_left_alone(show: ShowFolder, body: bytes) -> None:
    store = MemoryStore()
    show.publish(store)
    store.put(".folge/ledger.json", body, media_type="", cache_control="", expected=None)
    before = objects(store)

    with pytest.raises(UserError, match="ledger is damaged"):
        show.publish(store, now=later(1))

    assert objects(store) == before


def test_a_ledger_of_a_newer_folge_is_refused() -> None:
    with pytest.raises(UserError, match="update folge"):
        decode_ledger(b'{"format":2,"something":"new"}')


def test_a_moved_public_address_is_refused_unless_asked_for(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.settings(base="https://neu.example.org/")

    with pytest.raises(Refused, match="--new-address"):
        show.publish(store, now=later(1))

    show.publish(store, now=later(1), asked=Asked(new_address=True))

    assert feed_in(store).show.feed_url == "https://neu.example.org/feed.xml"
    assert_whole(store, "https://neu.example.org/")


def test_an_object_deleted_by_hand_is_put_back_by_verify(show: ShowFolder, tmp_path: Path) -> None:
    root = tmp_path / "public"
    store = FolderStore(root)
    show.publish(store)
    before = objects(store)
    audio = next((root / "audio").iterdir())
    for path in (audio, root / "feed.xml", root / "folge-1" / "index.html"):
        path.unlink()

    show.publisher(store, now=later(1)).run(lambda prepared: True, thorough=True)

    after = objects(store)
    assert {key: body for key, body in after.items() if "inventory" not in key} == {
        key: body for key, body in before.items() if "inventory" not in key
    }


def test_a_feed_deleted_by_hand_is_put_back_without_being_asked(show: ShowFolder, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "public")
    show.publish(store)
    (tmp_path / "public" / "feed.xml").unlink()

    show.publish(store, now=later(1))

    assert titles(store) == ["Mut 2", "Mut 1"]


def test_a_store_that_moves_under_a_single_write_is_not_an_error_for_the_reader(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    with pytest.raises(Moved):
        store.put("feed.xml", b"x", media_type="", cache_control="", expected="stale")
    assert_whole(store)


def test_an_address_that_led_to_one_episode_never_leads_to_another(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.file(1).rename(show.file(1, "neu"))
    show.publish(store, now=later(1))
    show.file(2).rename(show.file(2, "folge-1"))

    with pytest.raises(Refused, match=f"'folge-1' belongs to the episode with guid {GUID_1}"):
        show.publish(store, now=later(2))
