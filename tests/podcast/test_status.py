"""`folge status` says where every episode stands, and touches nothing."""

import json
from pathlib import Path

import pytest

from podcast.cli import run
from podcast.publishing.rollback import Rollback
from podcast.publishing.status import SHOWN, Standing, Status, describe_status, status_data, status_of
from podcast.publishing.survey import survey
from podcast.settings import load_settings
from podcast.stores import Store
from podcast.stores.memory import MemoryStore
from podcast.workspace import open_workspace
from tests.podcast.builders import GUID_1, GUID_2, NOW, ShowFolder, later, make_show, objects
from tests.podcast.spies import PowerCutError, Spy


def look(show: ShowFolder, store: Store) -> Status:
    return status_of(survey(open_workspace(show.path, {}), store, now=later(5), by="ben@laptop"))


def standings(status: Status) -> dict[str, Standing]:
    return {episode.guid: episode.standing for episode in status.episodes}


def test_before_the_first_publish_everything_is_here(show: ShowFolder) -> None:
    status = look(show, MemoryStore())
    assert standings(status) == {GUID_1: Standing.HERE, GUID_2: Standing.HERE}
    assert (status.show.standing, status.last, status.settled) == (Standing.HERE, None, True)


def test_what_is_published_says_when_and_by_whom(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    status = look(show, store)
    assert set(standings(status).values()) == {Standing.PUBLISHED}
    assert status.show.standing is Standing.PUBLISHED
    assert status.last is not None
    assert (status.last.by, status.last.at) == ("anna@laptop", NOW)
    assert "2 published" in describe_status(status)


def test_a_feed_that_is_held_is_said(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Neu")
    show.publish(store, now=later(1))
    settings, _ = load_settings(show.path, {})
    Rollback(settings, store, number=1, now=later(2), by="ben@laptop").run(lambda prepared: True)
    (held,) = look(show, store).problems
    assert "is held at edition 1" in held.message


def test_an_edit_is_changed_here_with_its_fields(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(2, title="Größe")
    (changed,) = (episode for episode in look(show, store).episodes if episode.standing is Standing.CHANGED)
    assert (changed.title, changed.fields) == ("Größe", ("title",))


def test_an_older_text_is_behind_and_a_missing_one_elsewhere(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    show.episode(1, title="Neu")
    show.episode(3)
    show.publish(store, now=later(1))
    status = look(other, store)
    assert standings(status)[GUID_1] is Standing.BEHIND
    assert [episode.title for episode in status.episodes if episode.standing is Standing.ELSEWHERE] == ["Mut 3"]
    assert "to get that: folge pull" in describe_status(status)


def test_drafts_and_waiting_and_withdrawn_ones_are_told_apart(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, more="status: withdrawn\n")
    show.publish(store, now=later(1))
    show.episode(2, more="status: withdrawn\n")
    show.episode(3, more="status: draft\n")
    show.episode(4, published="2031-01-01 06:00")
    found = {episode.number: episode.standing for episode in look(show, store).episodes}
    assert found == {1: Standing.WITHDRAWN, 2: Standing.LEAVING, 3: Standing.DRAFT, 4: Standing.WAITING}


def test_settings_are_ahead_or_behind(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    show.settings(title="Neuer Name")
    ahead = look(show, store).show
    assert (ahead.standing, ahead.fields) == (Standing.CHANGED, ("title",))
    show.publish(store, now=later(1))
    assert look(other, store).show.standing is Standing.BEHIND


def test_a_file_with_mistakes_is_broken_and_does_not_hide_the_others(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3).write_text("---\nguid: a b\n---\n", encoding="utf-8")
    show.episode(4)
    (show.path / "audio" / "4.mp3").unlink()
    broken = {it.file: it.reason for it in look(show, store).episodes if it.standing is Standing.BROKEN}
    assert set(broken) == {"episodes/003-folge-3.md", "episodes/004-folge-4.md"}
    assert "'audio/4.mp3' is not there" in broken["episodes/004-folge-4.md"]


def test_on_a_laptop_without_the_audio_everything_is_published(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    for path in (other.path / "audio").iterdir():
        path.unlink()
    assert set(standings(look(other, store)).values()) == {Standing.PUBLISHED}


def test_a_publish_that_broke_off_is_said(show: ShowFolder) -> None:
    store = MemoryStore()
    spy = Spy(store)
    show.publish(spy)
    show.episode(1, title="Neu")
    spy.left = 6  # the text, three parts of the search index, the ledger, a page
    with pytest.raises(PowerCutError):
        show.publisher(spy, now=later(1)).run(lambda prepared: True)
    status = look(show, store)
    assert not status.settled
    assert "'folge publish' finishes it" in describe_status(status)


def test_looking_copies_no_audio_and_writes_nothing(show: ShowFolder, own_cache: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3)
    before, copies = objects(store), set(own_cache.rglob("copies/*"))
    assert copies
    look(show, store)
    assert objects(store) == before
    assert set(own_cache.rglob("copies/*")) == copies


def test_of_many_published_episodes_the_newest_are_named(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", SHOWN + 3)
    store = MemoryStore()
    show.publish(store)
    status = look(show, store)
    short, every = describe_status(status), describe_status(status, every=True)
    assert f"Mut {SHOWN + 3}" in short
    assert "Mut 1:" not in short
    assert "… and 3 more published" in short
    assert "Mut 1:" in every
    assert len(status_data(status)["episodes"]) == SHOWN + 3  # type: ignore[arg-type]  # a list


def test_what_wants_attention_comes_first(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3)
    show.episode(1, title="Neu")
    assert [it.standing for it in look(show, store).episodes] == [Standing.CHANGED, Standing.HERE, Standing.PUBLISHED]


class TestCommand:
    """`folge status`: the screen and the exit code."""

    def test_it_is_json_for_programs(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["-C", str(show.path), "publish", "--yes"]) == 0
        capsys.readouterr()
        assert run(["-C", str(show.path), "status", "--json"]) == 0
        data = json.loads(capsys.readouterr().out)
        assert data["totals"] == {"published": 2}
        assert data["settled"] is True
        assert {episode["status"] for episode in data["episodes"]} == {"published"}

    def test_a_store_that_cannot_be_reached_has_its_own_exit_code(
        self, show: ShowFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "x")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        path = show.path / "podcast.toml"
        text = path.read_text(encoding="utf-8").replace('url = "public"', 'url = "s3://nowhere"', 1)
        path.write_text(text + 'endpoint_url = "http://127.0.0.1:9"\n', encoding="utf-8")
        assert run(["-C", str(show.path), "status"]) == 6
        assert "s3://nowhere" in capsys.readouterr().err
