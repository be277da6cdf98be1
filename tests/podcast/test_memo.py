"""A publish that had nothing to do is remembered, and the memory never hides a change."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from podcast.opening import store_options
from podcast.publishing.memo import Place, Quiet, look, observed_tags, recall, remember
from podcast.start import start
from podcast.workspace import Workspace, open_workspace
from tests.podcast.builders import NOW, REPOSITORY, ShowFolder, later, make_show


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
    quiet = Quiet(result="nothing to do\n", told="warning: nicht schön\n", until=until)
    seen = outcome.observed
    tags = observed_tags(seen.ledger_tag, seen.inventory_tag, seen.held["feed.xml"].tag)
    remember(_place(workspace), look(workspace.files()), quiet, tags)
    return quiet


def recalled(show: ShowFolder, now: datetime = NOW) -> Quiet | None:
    return recall(show.path, now)


def _place(workspace: Workspace) -> Place:
    return Place(folder=workspace.folder, url=workspace.settings.store.url, options=store_options(workspace.settings))


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


@pytest.mark.parametrize("name", ["FOLGE_STORE", "FOLGE_PUBLIC_URL"])
def test_another_store_in_the_environment_is_seen(show: ShowFolder, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(show)

    monkeypatch.setenv(name, "https://elsewhere.example.org/")

    assert recalled(show) is None


def test_a_waiting_episode_ends_the_memory_when_it_is_due(show: ShowFolder) -> None:
    due = datetime(2025, 1, 1, tzinfo=UTC)
    keep(show, until=due)

    assert recalled(show, datetime(2024, 12, 31, 23, 59, tzinfo=UTC)) is not None
    assert recalled(show, due) is None


def test_a_file_that_changed_during_the_publish_is_not_remembered(show: ShowFolder) -> None:
    workspace = open_workspace(show.path, {})
    quiet = Quiet(result="", told="")
    before = look(workspace.files())
    show.episode(1, title="Anders")

    remember(_place(workspace), before, quiet, {})

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


def test_cron_hears_the_same_from_memory_as_from_the_publish(
    show: ShowFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show.episode(3, published="2124-12-10 06:00")
    monkeypatch.chdir(show.path / "episodes")
    said = []
    for _ in range(3):
        assert start(["publish", "--yes"]) == 0
        said.append(capsys.readouterr())

    assert said[0] == said[1] == said[2]
    assert said[0].out == "nothing to do; 2 episodes at https://cdn.example.org/feed.xml\n"
    assert "waits until 2124-12-10 06:00" in said[0].err


def test_from_memory_nothing_of_the_command_line_is_loaded(show: ShowFolder) -> None:
    arguments = [
        sys.executable,
        "-c",
        "import sys; from podcast.start import start; start(['publish']); print(*sys.modules)",
    ]
    run = partial(subprocess.run, arguments, cwd=show.path, capture_output=True, text=True, check=True)
    run()
    loaded = run().stdout.split()

    assert "podcast.publishing.memo" in loaded
    assert not {"click", "msgspec", "yaml", "podcast.cli", "podcast.settings", "boto3", "feedgen"} & set(loaded)


def test_everything_else_goes_to_the_command_line(show: ShowFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(show.path)
    keep(show)

    assert start(["publish", "--nonsense"]) == 2
    assert start(["plan", "--exit-code"]) == 0


def test_a_template_that_is_new_is_not_overlooked(tmp_path: Path) -> None:
    show = make_show(tmp_path / "own")
    templates = show.path / "vorlagen"
    templates.mkdir()
    ours = REPOSITORY / "podcast" / "website" / "templates"
    (templates / "404.html").write_bytes((ours / "404.html").read_bytes())
    with (show.path / "podcast.toml").open("a", encoding="utf-8") as file:
        file.write('\n[site]\ntemplates = "vorlagen"\n')
    show.publish(open_workspace(show.path, {}).store())
    keep(show)
    assert recalled(show)

    (templates / "subscribe.html").write_bytes((ours / "subscribe.html").read_bytes())

    assert recalled(show) is None
