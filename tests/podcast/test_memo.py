"""A publish that had nothing to do is remembered, and the memory never hides a change."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from episodes.problems import Problem, Severity
from podcast.opening import settings_store
from podcast.publishing.memo import Quiet, look, observed_tags, recall, remember
from podcast.settings import load_settings
from podcast.workspace import open_workspace
from tests.podcast.builders import NOW, ShowFolder, later, make_show


@pytest.fixture
def show(tmp_path: Path) -> ShowFolder:
    folder = make_show(tmp_path / "show")
    store = open_workspace(folder.path, {}).store()
    folder.publish(store)
    return folder


def keep(show: ShowFolder, *, until: datetime | None = None) -> Quiet:
    """Publish with nothing to do and remember it."""
    workspace = open_workspace(show.path, {})
    outcome = show.publish(workspace.store(), now=later(1))
    assert outcome.plan.empty
    problems = (Problem(message="nicht schön", severity=Severity.WARNING),)
    quiet = Quiet(episodes=2, feed_url=outcome.plan.feed_url, told="= noted", problems=problems, until=until)
    seen = outcome.observed
    tags = observed_tags(seen.ledger_tag, seen.inventory_tag, seen.held["feed.xml"].tag)
    remember(workspace.settings, look(workspace.files()), quiet, tags)
    return quiet


def recalled(show: ShowFolder, now: datetime = NOW) -> Quiet | None:
    settings, _ = load_settings(show.path, {})
    return recall(settings, settings_store(settings), now)


def test_nothing_changed_means_the_same_words_again(show: ShowFolder) -> None:
    quiet = keep(show)

    assert recalled(show) == quiet


def test_nothing_is_recalled_that_was_never_kept(show: ShowFolder) -> None:
    assert recalled(show) is None


def _edit(show: ShowFolder) -> None:
    show.episode(1, title="Anders")


def _edit_and_turn_back_the_clock(show: ShowFolder) -> None:
    path = show.file(1)
    beside = path.with_suffix(".new")
    beside.write_text(path.read_text(encoding="utf-8").replace("Mut 1", "Mut 9"), encoding="utf-8")
    os.utime(beside, (1, 1))
    beside.replace(path)


def _add(show: ShowFolder) -> None:
    show.episode(3)


def _remove(show: ShowFolder) -> None:
    show.file(1).unlink()


def _settings(show: ShowFolder) -> None:
    show.settings(title="Anders")


def _audio(show: ShowFolder) -> None:
    (show.path / "audio" / "1.mp3").write_bytes(b"x")


def _no_audio(show: ShowFolder) -> None:
    (show.path / "audio" / "1.mp3").unlink()


def _cover(show: ShowFolder) -> None:
    (show.path / "cover.png").write_bytes(b"x")


def _feed(show: ShowFolder) -> None:
    (show.path / "public" / "feed.xml").write_bytes(b"x")


def _no_feed(show: ShowFolder) -> None:
    (show.path / "public" / "feed.xml").unlink()


def _ledger(show: ShowFolder) -> None:
    path = show.path / "public" / ".folge" / "ledger.json"
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    "change",
    [
        _edit,
        _edit_and_turn_back_the_clock,
        _add,
        _remove,
        _settings,
        _audio,
        _no_audio,
        _cover,
        _feed,
        _no_feed,
        _ledger,
    ],
)
def test_any_change_here_or_in_the_store_is_seen(show: ShowFolder, change: Callable[[ShowFolder], None]) -> None:
    keep(show)

    change(show)

    assert recalled(show) is None


def test_another_store_in_the_environment_is_seen(show: ShowFolder, tmp_path: Path) -> None:
    keep(show)
    settings, _ = load_settings(show.path, {"FOLGE_STORE": str(tmp_path / "elsewhere")})

    assert recall(settings, settings_store(settings), NOW) is None


def test_a_waiting_episode_ends_the_memory_when_it_is_due(show: ShowFolder) -> None:
    due = datetime(2025, 1, 1, tzinfo=UTC)
    keep(show, until=due)

    assert recalled(show, datetime(2024, 12, 31, 23, 59, tzinfo=UTC)) is not None
    assert recalled(show, due) is None


def test_a_file_that_changed_during_the_publish_is_not_remembered(show: ShowFolder) -> None:
    workspace = open_workspace(show.path, {})
    quiet = Quiet(episodes=2, feed_url="", told="", problems=(), until=None)
    before = look(workspace.files())
    show.episode(1, title="Anders")

    remember(workspace.settings, before, quiet, {})

    assert recalled(show) is None


def test_a_damaged_memory_costs_nothing_but_time(show: ShowFolder, own_cache: Path) -> None:
    keep(show)
    for path in own_cache.rglob("*.json"):
        path.write_bytes(b"\xff{")

    assert recalled(show) is None
    assert show.publish(open_workspace(show.path, {}).store(), now=later(2)).plan.empty


def test_publishing_with_and_without_caches_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_show(tmp_path / "one")
    two = one.copy(tmp_path / "two")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "warm"))
    one.publisher(open_workspace(one.path, {}).store()).prepare()
    one.publish(open_workspace(one.path, {}).store())
    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"a file where the cache folder should be")
    monkeypatch.setenv("FOLGE_CACHE", str(blocked))
    two.publish(open_workspace(two.path, {}).store())

    def published(show: ShowFolder) -> dict[str, bytes]:
        root = show.path / "public"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    assert published(one) == published(two)
