"""What is published of a file is a tagged copy of it; the file itself, and what listeners have, stay as they are."""

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.model import Audio
from episodes.problems import ProblemsFound, Severity
from podcast.publishing.changes import Asked
from podcast.publishing.publish import Publisher, Refused
from podcast.stores import Store
from podcast.stores.memory import MemoryStore
from podcast.workspace import open_workspace
from tests.episodes.audio_builders import frames, id3, id3_text, opus
from tests.episodes.encoders import encode
from tests.podcast.builders import BASE, GUID_1, NOW, ShowFolder, feed_in, later, objects

GUESTS = "appearances:\n  - name: Uwe Schneidewind\n    function: Oberbürgermeister\n"
CHAPTERS = "chapters: ['0:00 Begrüßung', '0:00.5 Mut', '0:01 Schluss']\n"
REPLACE = Asked(replace_audio=frozenset({GUID_1}))


def published(store: Store, folder: Path, number: int = 1) -> Audio:
    """Return what the published audio of an episode says of itself."""
    item = next(item for item in feed_in(store).items if item.number == number)
    path = folder / f"fetched-{number}{Path(item.enclosure.url).suffix}"
    path.write_bytes(objects(store)[item.enclosure.url.removeprefix(BASE)])
    audio = measure(path)
    assert (audio.bytes, audio.media_type) == (item.enclosure.bytes, item.enclosure.media_type)
    assert item.enclosure.url.endswith(f"-{audio.sha256[:12]}{path.suffix}")
    return audio


def address(store: Store, number: int = 1) -> str:
    return next(item.enclosure.url for item in feed_in(store).items if item.number == number)


def test_listeners_get_the_words_of_the_catalogue_and_the_sound_of_the_file(show: ShowFolder, tmp_path: Path) -> None:
    show.episode(1, title="Braucht Mut einen Diensteid?", more=GUESTS + CHAPTERS)
    master = show.path / "audio/1.mp3"
    before, stamp = master.read_bytes(), master.stat()
    store = MemoryStore()
    show.publish(store)

    audio = published(store, tmp_path)

    tags = audio.tags
    assert (tags.title, tags.artist, tags.album) == (
        "Braucht Mut einen Diensteid?",
        "Uwe Schneidewind",
        "Kommunen-Podcast",
    )
    assert (tags.number, date.fromisoformat(tags.date)) == (1, date(2024, 12, 1))
    assert [chapter.title for chapter in audio.chapters] == ["Begrüßung", "Mut", "Schluss"]
    assert [picture.media_type for picture in tags.pictures] == ["image/jpeg"]
    assert tags.pictures[0].bytes <= 300_000
    assert audio.duration == measure(master).duration
    assert (tmp_path / "fetched-1.mp3").read_bytes().endswith(frames(41))
    assert master.read_bytes() == before
    assert master.stat().st_mtime_ns == stamp.st_mtime_ns


def test_without_tag_the_file_is_published_as_it_is(show: ShowFolder) -> None:
    show.publish_files_as_they_are()
    store = MemoryStore()
    show.publish(store)
    assert objects(store)[address(store).removeprefix(BASE)] == (show.path / "audio/1.mp3").read_bytes()


def test_another_laptop_makes_the_same_copy(show: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = MemoryStore(), MemoryStore()
    show.publish(first)
    other = show.copy(tmp_path / "other")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "other-cache"))
    other.publish(second)
    assert objects(first) == objects(second)


def test_a_new_title_leaves_the_published_audio_where_it_is(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    before = address(store)
    show.episode(1, title="Ein neuer Titel")

    outcome = show.publish(store, now=later(1))

    assert feed_in(store).items[1].title == "Ein neuer Titel"
    assert address(store) == before
    assert not [step for step in outcome.plan.steps if step.key.startswith("audio/")]
    assert published(store, tmp_path).tags.title == "Mut 1"


def test_new_tags_are_published_when_they_are_asked_for(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    before, guid = address(store), feed_in(store).items[1].guid
    show.episode(1, title="Ein neuer Titel")

    show.publish(store, now=later(1), asked=REPLACE)

    assert address(store) != before
    assert feed_in(store).items[1].guid == guid
    assert published(store, tmp_path).tags.title == "Ein neuer Titel"
    assert show.publish(store, now=later(2), asked=REPLACE).plan.empty


def test_tags_edited_in_the_file_change_nothing_that_the_catalogue_says(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    before = objects(store)
    (show.path / "audio/1.mp3").write_bytes(id3(id3_text("TIT2", b"Ganz anders")) + frames(41))
    show.publish(store, now=later(1))
    assert {key for key in objects(store) if key.startswith("audio/")} == {k for k in before if k.startswith("audio/")}


def test_another_sound_has_to_be_asked_for(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    (show.path / "audio/1.mp3").write_bytes(frames(99))
    with pytest.raises(Refused, match="--replace-audio"):
        show.publish(store, now=later(1))


def test_a_laptop_with_the_file_before_the_last_does_not_bring_it_back(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    (show.path / "audio/1.mp3").write_bytes(frames(99))
    show.publish(store, now=later(1), asked=REPLACE)
    before = address(store)

    problems = other.publish(store, now=later(2), by="ben@laptop").problems

    assert "is an older file than what anna@laptop published" in " ".join(map(str, problems))
    assert address(store) == before


def test_what_was_published_without_tags_stays_so_until_it_is_asked_for(show: ShowFolder) -> None:
    settings = (show.path / "podcast.toml").read_text(encoding="utf-8")
    show.publish_files_as_they_are()
    store = MemoryStore()
    show.publish(store)
    before = address(store)
    (show.path / "podcast.toml").write_text(settings, encoding="utf-8")

    assert show.publish(store, now=later(1)).plan.empty
    show.publish(store, now=later(2), asked=REPLACE)

    assert address(store) != before
    assert address(store, 2) == f"{BASE}audio/folge-2-{_hash(show, 2)}.mp3"


def _hash(show: ShowFolder, number: int) -> str:
    return hashlib.sha256((show.path / f"audio/{number}.mp3").read_bytes()).hexdigest()[:12]


def test_one_file_cannot_be_two_episodes(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    (show.path / "audio/3.mp3").write_bytes((show.path / "audio/1.mp3").read_bytes())
    show.episode(3)
    with pytest.raises(Refused, match="its audio belongs to 'Mut 1'"):
        show.publish(store, now=later(24 * 30))


def test_an_object_that_went_missing_is_made_again(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    before = objects(store)
    key = address(store).removeprefix(BASE)
    damaged = _without(store, key)

    show.publisher(damaged, now=later(1)).run(lambda prepared: True, thorough=True)

    assert objects(damaged)[key] == before[key]


def _without(store: Store, key: str) -> MemoryStore:
    """Return what is left of a store when somebody has deleted an object by hand."""
    left = MemoryStore()
    for stat in store.list(""):
        stored = store.get(stat.key)
        if stored and stat.key != key:
            left.put(stat.key, stored.body, media_type=stat.media_type, cache_control=stat.cache_control, expected=None)
    return left


def test_another_form_of_an_episode_is_tagged_too(show: ShowFolder, tmp_path: Path) -> None:
    (show.path / "audio/1.opus").write_bytes(opus(30))
    show.episode(1, title="Zwei Formen", more="alternates: [audio/1.opus]\n")
    store = MemoryStore()
    show.publish(store)
    (alternate,) = feed_in(store).items[1].alternates
    path = tmp_path / "fetched.opus"
    path.write_bytes(objects(store)[alternate.sources[0].url.removeprefix(BASE)])
    assert measure(path).tags.title == "Zwei Formen"
    assert measure(path).bytes == alternate.bytes
    assert show.publish(store, now=later(1)).plan.empty


def test_what_waits_is_not_copied_yet(show: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "cache"))
    show.episode(1, published="2025-12-01 06:00")
    show.episode(2, published="2025-12-02 06:00")
    show.publish(MemoryStore())
    assert not list((tmp_path / "cache").rglob("*.mp3"))


def test_a_cache_that_cannot_be_written_is_no_reason_not_to_publish(
    show: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "cache"))
    store = MemoryStore()
    show.publish(store)
    assert published(store, tmp_path).tags.title == "Mut 1"


def test_a_file_that_cannot_be_tagged_is_published_as_it_is_with_a_warning(show: ShowFolder) -> None:
    wave = encode(show.path / "audio/1.wav", seconds=2).read_bytes()
    at = wave.index(b"data") + 4
    endless = wave[:4] + b"\xff" * 4 + wave[8:at] + b"\xff" * 4 + wave[at + 4 :]  # as recorders write before the end
    (show.path / "audio/1.wav").write_bytes(endless)
    show.episode(1, more="alternates: [audio/1.wav]\n")
    store = MemoryStore()

    problems = show.publish(store).problems

    assert "'audio/1.wav' is published without tags" in " ".join(problem.message for problem in problems)
    (alternate,) = feed_in(store).items[1].alternates
    assert objects(store)[alternate.sources[0].url.removeprefix(BASE)] == endless


def test_links_of_chapters_that_tags_do_not_hold_are_told(show: ShowFolder) -> None:
    chapters = "chapters:\n  - 0:00 Anfang\n  - {start: 0:01, title: Mut, link: 'https://example.org/mut'}\n"
    film = encode(show.path / "audio/1.m4a", seconds=2)
    path = show.episode(1, more=chapters)
    path.write_text(path.read_text("utf-8").replace("audio/1.mp3", f"audio/{film.name}"), "utf-8")
    show.episode(2, more=chapters.replace("0:01", "0:00.5"))
    store = MemoryStore()
    found = [problem for problem in show.publish(store).problems if "the link of 1 chapter" in problem.message]
    assert [(problem.path, problem.severity) for problem in found] == [("episodes/001-folge-1.md", Severity.NOTE)]
    assert not any("link" in problem.message for problem in show.publish(store, now=later(1)).problems)


def test_new_audio_is_listened_to_and_told_of_once(show: ShowFolder) -> None:
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8").replace("loudness = false", "loudness = -16")
    settings.write_text(text, encoding="utf-8")
    (show.path / "episodes/002-folge-2.md").unlink()
    encode(show.path / "audio/1.mp3", "-filter:a", "volume=-20dB", seconds=3)
    store = MemoryStore()

    (finding,) = [problem for problem in show.publish(store).problems if problem.rule == "LOUD-1"]

    assert (finding.path, finding.field, finding.severity) == ("episodes/001-folge-1.md", "audio", Severity.WARNING)
    assert re.search(
        r"'audio/1.mp3': it is -\d\d\.\d LUFS loud, .* LU quieter than the -16 LUFS wanted", finding.message
    )
    show.episode(1, title="Neu")
    assert not [problem for problem in show.publish(store, now=later(1)).problems if problem.rule == "LOUD-1"]


def test_a_show_that_does_not_care_is_not_listened_to(show: ShowFolder) -> None:
    encode(show.path / "audio/1.mp3", "-filter:a", "volume=-20dB", seconds=3)
    assert not [problem for problem in show.publish(MemoryStore()).problems if problem.rule.startswith("LOUD")]


def test_tags_published_once_before_are_published_again_when_they_are_asked_for(
    show: ShowFolder, tmp_path: Path
) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Ein neuer Titel")
    show.publish(store, now=later(1), asked=REPLACE)
    show.episode(1, title="Mut 1")
    show.publish(store, now=later(2), asked=Asked(mine=frozenset({GUID_1})))
    assert published(store, tmp_path).tags.title == "Ein neuer Titel"

    show.publish(store, now=later(3), asked=REPLACE)

    assert published(store, tmp_path).tags.title == "Mut 1"


def test_audio_that_is_not_here_cannot_be_replaced(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    (show.path / "audio/1.mp3").unlink()
    with pytest.raises(ProblemsFound, match=r"'audio/1\.mp3' is not there"):
        show.publish(store, now=later(1), asked=REPLACE)


def test_a_copy_is_measured_once(show: ShowFolder) -> None:
    show.publisher(MemoryStore()).prepare()
    told: list[str] = []
    again = Publisher(open_workspace(show.path, {}), MemoryStore(), now=NOW, by="anna@laptop", working=told.append)
    again.prepare()
    assert told == [""]
