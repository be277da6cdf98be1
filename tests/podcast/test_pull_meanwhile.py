"""A pull that is killed, or beside which the producer works, loses nothing and is gone on with by the next one."""

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from podcast.publishing.arrivals import Action, PullPlan
from podcast.publishing.bring import bring
from podcast.publishing.changes import Asked
from podcast.stores import Store
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import frames
from tests.podcast.builders import GUID_1, ShowFolder, later
from tests.podcast.spies import Spy
from tests.podcast.test_pull import EVERYTHING, actions, planned, pull, pulled

WAS_KILLED = 9


def bring_and_die(plan: PullPlan, folder: Path, store: Store, step: int) -> None:
    """Bring what a plan says, and be killed before change number `step` of names in the folder of episodes."""
    left = step

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.link", "os.remove") and "/episodes/" in str(arguments):
            left -= 1
            if left == 0:
                os._exit(WAS_KILLED)

    sys.addaudithook(watch)
    bring(plan, folder, store)
    os._exit(0)


@pytest.mark.skipif(os.name == "nt", reason="no process can be copied there")
def test_a_pull_of_a_renamed_episode_that_was_killed_is_gone_on_with(show: ShowFolder, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    show.publish(store)
    before = pulled(tmp_path, store)
    show.file(1).rename(show.file(1, "anders"))
    text = show.file(1, "anders").read_text(encoding="utf-8").replace("Mut 1", "Anderer Mut")
    show.file(1, "anders").write_text(text, encoding="utf-8")
    show.publish(store, now=later(1))
    codes: list[int | None] = []
    for step in range(1, 20):
        ben = before.copy(tmp_path / f"ben{step}")
        plan = planned(ben.path, store)
        work = multiprocessing.get_context("fork").Process(target=bring_and_die, args=(plan, ben.path, store, step))
        work.start()
        work.join(60)
        codes.append(work.exitcode)
        pull(ben.path, store)
        names = sorted(path.name for path in (ben.path / "episodes").glob("[!.]*"))
        assert names == ["001-anders.md", "002-folge-2.md"]
        assert (ben.path / "episodes" / "001-anders.md").read_text(encoding="utf-8") == text
        if codes[-1] == 0:
            break
    assert codes[:2] == [WAS_KILLED, WAS_KILLED]
    assert codes[-1] == 0


def test_a_new_name_that_was_taken_meanwhile_is_left_alone(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    ben = pulled(tmp_path, store)
    show.file(1).rename(show.file(1, "anders"))
    show.publish(store, now=later(1))
    plan = planned(ben.path, store)
    (ben.path / "episodes" / "001-anders.md").write_bytes(b"meins")

    (problem,) = bring(plan, ben.path, store)

    assert problem.message == "was made meanwhile, and is kept"
    assert (ben.path / "episodes" / "001-anders.md").read_bytes() == b"meins"
    assert (ben.path / "episodes" / "001-folge-1.md").exists()


class Editing(Spy):
    """A store beside whose fetching the producer works on the file that is fetched."""

    def __init__(self, inner: MemoryStore, file: Path, prefix: str) -> None:
        super().__init__(inner)
        self.file = file
        self.prefix = prefix

    def fetch(self, key: str, path: Path, most: int) -> bool:
        found = super().fetch(key, path, most)
        if key.startswith(self.prefix):
            self.file.write_bytes(b"von mir, gerade eben")
        return found


def test_a_file_that_is_changed_while_its_newer_one_is_fetched_is_kept(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    ben = pulled(tmp_path, store, EVERYTHING)
    (show.path / "audio" / "1.mp3").write_bytes(frames(99))
    show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))
    plan = planned(ben.path, store, EVERYTHING)
    assert actions(plan) == {"audio/1.mp3": Action.REPLACE}
    audio = ben.path / "audio" / "1.mp3"

    (problem,) = bring(plan, ben.path, Editing(store, audio, "audio/"))

    assert (problem.path, problem.message) == ("audio/1.mp3", "was changed meanwhile, and is kept")
    assert audio.read_bytes() == b"von mir, gerade eben"


def test_settings_of_long_ago_are_known_however_many_came_after(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    first = pulled(tmp_path / "eins", store)
    for state in range(60):
        body = f'title = "Stand {state}"\n'.encode()
        key = f".folge/sources/show/{state:024x}.toml"
        store.put(key, body, media_type="application/toml", cache_control="", expected=None)
    show.settings(title="Zwischenstand")
    show.publish(store, now=later(1))
    second = pulled(tmp_path / "zwei", store)
    toml = second.path / "podcast.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"public"', '"../anderswo"'), encoding="utf-8")
    show.settings(title="Neuer Name")
    show.publish(store, now=later(2))

    assert actions(pull(first.path, store)) == {"podcast.toml": Action.REPLACE}
    assert actions(pull(second.path, store)) == {"podcast.toml": Action.REPLACE}
    assert 'url = "../anderswo"' in toml.read_text(encoding="utf-8")


class TestOwnPlaces:
    """Audio that is here goes on to be named where it is here, whatever another laptop calls its own place."""

    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

    @pytest.fixture
    def ben(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> ShowFolder:
        """Another laptop that pulled everything of a show with audio beside the folder, and published an edit."""
        (show.path / "audio" / "1.mp3").rename(show.path.parent / "talk.mp3")
        self.edit(show, "audio/1.mp3", "../talk.mp3")
        show.publish(store)
        ben = pulled(tmp_path / "anderswo", store, EVERYTHING)
        self.edit(ben, "Notizen", "Neue Notizen")
        ben.publish(store, now=later(1), by="ben")
        return ben

    def edit(self, show: ShowFolder, old: str, new: str) -> None:
        text = show.file(1).read_text(encoding="utf-8")
        assert old in text
        show.file(1).write_text(text.replace(old, new), encoding="utf-8")

    def test_an_edit_from_there_leaves_the_path_of_here(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        assert "audio: audio/folge-1-" in ben.file(1).read_text(encoding="utf-8")
        assert actions(pull(show.path, store, EVERYTHING)) == {"episodes/001-folge-1.md": Action.REPLACE}
        text = show.file(1).read_text(encoding="utf-8")
        assert "Neue Notizen" in text
        assert "audio: ../talk.mp3\n" in text
        assert show.publish(store, now=later(2)).plan.empty
        assert planned(show.path, store, EVERYTHING).arrivals == ()

    def test_the_edit_after_it_comes_too(self, show: ShowFolder, ben: ShowFolder, store: MemoryStore) -> None:
        pull(show.path, store)
        self.edit(ben, "Neue Notizen", "Neueste Notizen")
        ben.publish(store, now=later(2), by="ben")
        pull(show.path, store)
        text = show.file(1).read_text(encoding="utf-8")
        assert "Neueste Notizen" in text
        assert "audio: ../talk.mp3\n" in text

    def test_where_another_file_is_here_the_text_comes_as_it_is(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        (show.path.parent / "talk.mp3").unlink()
        pull(show.path, store)
        assert show.file(1).read_text(encoding="utf-8") == ben.file(1).read_text(encoding="utf-8")
