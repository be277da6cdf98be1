"""A pull from a store somebody else may write to: nothing lands outside the show folder, nothing is taken on trust."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from episodes.model import Episode, TranscriptFile
from episodes.problems import UserError
from podcast.publishing.arrivals import Action, describe_pull
from podcast.publishing.bring import bring
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.publishing.places import place
from podcast.publishing.pull import Wished, look_at, plan_pull
from podcast.release import Release
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import ShowFolder, later, objects
from tests.podcast.test_pull import LEDGER, actions, files, planned

ESCAPES = [
    "../evil.mp3",
    "audio/../../evil.mp3",
    "/tmp/evil.mp3",
    "~/evil.mp3",
    "audio\\..\\..\\evil.mp3",
    "C:/evil.mp3",
    ".git/evil.mp3",
    "audio/.evil.mp3",
    "audio//evil.mp3",
    "./evil.mp3",
    "audio/evil.mp3/",
    "audio/evil\u202e.mp3",
    "audio/evil\n.mp3",
    "evil.sh",
    "Makefile",
    "podcast.toml",
    "episodes/evil.mp3",
    "hinaus/evil.mp3",
    "audio/" + "x" * 300 + ".mp3",
    "",
]


@pytest.fixture
def store(show: ShowFolder) -> MemoryStore:
    store = MemoryStore()
    (show.path / "a.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nEins\n", encoding="utf-8")
    show.episode(1, more="transcripts: [a.vtt]\n")
    show.publish(store)
    return store


def twist(store: MemoryStore, change: Callable[[Release], Release]) -> None:
    """Change the first episode of a published ledger as somebody would who may write to the store."""
    ledger = decode_ledger(objects(store)[LEDGER])
    first, *rest = ledger.entries
    entries = (replace(first, release=change(first.release)), *rest)
    body = encode_ledger(replace(ledger, entries=entries))
    store.put(LEDGER, body, media_type="", cache_control="", expected=None)


def named(**fields: object) -> Callable[[Release], Release]:
    def change(release: Release) -> Release:
        episode: Episode = replace(release.episode, **fields)  # type: ignore[arg-type]  # what a test says
        return replace(release, episode=episode)

    return change


@pytest.mark.parametrize("written", ESCAPES)
def test_there_is_no_place_outside_the_folder_or_for_other_tools(tmp_path: Path, written: str) -> None:
    folder = tmp_path / "show"
    folder.mkdir()
    (folder / "hinaus").symlink_to(tmp_path)
    assert place(folder, written, "audio/a-1.mp3") is None


@pytest.mark.parametrize("written", ["audio/1.mp3", "Töne für Köln/1.MP3", "1.mp3", "audio/a b/c.mp3"])
def test_there_is_a_place_inside(tmp_path: Path, written: str) -> None:
    assert place(tmp_path, written, "audio/a-1.mp3") == tmp_path / written


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "1.mp3").symlink_to(tmp_path / "2.mp3")
    assert place(tmp_path, "1.mp3", "audio/a-1.mp3") is None


@pytest.mark.parametrize("written", ["../evil.mp3", "/tmp/evil.mp3", ".git/hooks/evil.mp3"])
def test_a_hostile_ledger_writes_nothing_outside(store: MemoryStore, tmp_path: Path, written: str) -> None:
    folder = tmp_path / "a" / "ben"
    transcripts = (TranscriptFile(path=written.replace(".mp3", ".vtt")),)
    twist(store, named(audio=written, cover=written.replace("mp3", "png"), transcripts=transcripts))
    plan = planned(folder, store, Wished(every_audio=True))
    bring(plan, folder, store)
    assert {path for path in tmp_path.rglob("*evil*") if path.is_file()} == set()
    assert not Path("/tmp/evil.mp3").exists()
    key = decode_ledger(objects(store)[LEDGER]).entries[0].release.audio.key
    assert set(files(folder)) == {
        "podcast.toml", "cover.png", key, "audio/2.mp3", "episodes/001-folge-1.md", "episodes/002-folge-2.md",
    }  # fmt: skip


NAMES = ["../evil.md", "/tmp/evil.md", "a/b.md", ".evil.md", "README.md", "evil.sh", "a\\b.md", "_a.md", "", "x\n.md"]


@pytest.mark.parametrize("name", NAMES)
def test_an_episode_file_goes_by_number_and_slug_where_its_name_is_none(
    store: MemoryStore, tmp_path: Path, name: str
) -> None:
    twist(store, named(source_name=name))
    plan = planned(tmp_path / "ben", store)
    assert "episodes/001-folge-1.md" in actions(plan)


def test_two_episodes_with_one_name_do_not_replace_each_other(store: MemoryStore, tmp_path: Path) -> None:
    twist(store, named(source_name="002-FOLGE-2.md"))
    found = actions(planned(tmp_path / "ben", store))
    assert len([path for path in found if path.startswith("episodes/")]) == 2


def test_a_text_that_is_not_the_published_one_is_not_written(store: MemoryStore, tmp_path: Path) -> None:
    key = decode_ledger(objects(store)[LEDGER]).entries[0].source_key
    store.put(key, b"---\nguid: x\n---\n", media_type="", cache_control="", expected=None)
    plan = planned(tmp_path / "ben", store)
    assert actions(plan)["episodes/001-folge-1.md"] is Action.SKIP
    assert "not what was published; ask anna@laptop for the file" in describe_pull(plan)


def test_an_endless_text_is_not_read(store: MemoryStore, tmp_path: Path) -> None:
    key = decode_ledger(objects(store)[LEDGER]).entries[0].source_key
    store.put(key, bytes(1_000_001), media_type="", cache_control="", expected=None)
    plan = planned(tmp_path / "ben", store)
    assert actions(plan)["episodes/001-folge-1.md"] is Action.SKIP
    assert "has 1,000,001 bytes" in describe_pull(plan)


@pytest.mark.parametrize("body", [b"x", bytes(2_000_000)])
def test_a_file_that_is_not_the_published_one_is_not_written(store: MemoryStore, tmp_path: Path, body: bytes) -> None:
    folder = tmp_path / "ben"
    key = decode_ledger(objects(store)[LEDGER]).entries[0].release.audio.key
    store.put(key, body, media_type="", cache_control="", expected=None)
    target, ledger = look_at(folder, store, now=later(1), by="ben")
    plan = plan_pull(target, ledger, store, Wished(every_audio=True))
    try:
        (problem,) = bring(plan, folder, store)
        assert "is not what was published" in problem.message
    except UserError as error:
        assert "more than the" in error.message
    assert not (folder / "audio" / "1.mp3").exists()


def test_settings_that_are_not_the_published_ones_are_refused(store: MemoryStore, tmp_path: Path) -> None:
    key = decode_ledger(objects(store)[LEDGER]).show.settings_key
    store.put(key, b'[show]\ntitle = "X"\n', media_type="", cache_control="", expected=None)
    with pytest.raises(UserError, match="is not what was published"):
        planned(tmp_path / "ben", store)


@pytest.mark.parametrize("key", ["../evil.toml", ".folge/ledger.json", ".folge/sources/show/abc.toml"])
def test_a_ledger_that_names_another_place_for_settings_is_damaged(store: MemoryStore, key: str) -> None:
    ledger = decode_ledger(objects(store)[LEDGER])
    body = encode_ledger(replace(ledger, show=replace(ledger.show, settings_key=key)))
    with pytest.raises(UserError, match="damaged"):
        decode_ledger(body)


def test_a_title_cannot_write_to_the_terminal(store: MemoryStore, tmp_path: Path) -> None:
    twist(store, named(title="Mut\x1b[2J\nerror: alles gelöscht"))
    told = describe_pull(planned(tmp_path / "ben", store))
    assert "\x1b" not in told
    assert "\nerror:" not in told


def test_what_is_brought_is_what_was_published(store: MemoryStore, show: ShowFolder, tmp_path: Path) -> None:
    folder = tmp_path / "ben"
    bring(planned(folder, store), folder, store)
    entry = decode_ledger(objects(store)[LEDGER]).entries[0]
    text = (folder / "episodes" / "001-folge-1.md").read_bytes()
    assert hashlib.sha256(text).hexdigest() == entry.release.episode.source_sha256
