"""Faults that were hunted down in publishing, each with the promise it broke."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.problems import ProblemsFound, UserError
from podcast.cli import run
from podcast.publishing.changes import Asked, Kind
from podcast.publishing.ledger import Ledger, decode_ledger, encode_ledger
from podcast.publishing.plan import describe_plan
from podcast.publishing.publish import Refused
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import BASE, GUID_1, ShowFolder, feed_in, later, make_show, objects, titles, undated
from tests.podcast.spies import PowerCutError, Rival, Spy

VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHallo\n"


def test_a_lost_ledger_is_not_taken_for_a_first_publish(show: ShowFolder, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "public")
    show.publish(store)
    (tmp_path / "public" / ".folge" / "ledger.json").unlink()
    show.file(1).unlink()

    with pytest.raises(UserError, match=r"ledger of the store .* is gone"):
        show.publish(store, now=later(1))

    assert titles(store) == ["Mut 2", "Mut 1"]


@pytest.mark.parametrize("last", ["feed.xml", ".folge/inventory.json"])
def test_a_change_that_was_cut_off_and_then_taken_back_leaves_no_stale_page(show: ShowFolder, last: str) -> None:
    store = MemoryStore()
    show.publish(store)
    good = objects(store)
    show.episode(1, title="Falsch")
    whole = Spy(_copy(store))
    show.publish(whole, now=later(1))
    with pytest.raises(PowerCutError):
        show.publish(Spy(store, whole.written.index(last)), now=later(1))
    show.episode(1)

    show.publish(store, now=later(2), asked=Asked(mine=frozenset({GUID_1})))

    for key in ("folge-1/index.html", "f/1/index.html", "index.html"):
        assert undated(objects(store)[key]) == undated(good[key])
    assert show.publish(Spy(store, 0), now=later(3)).plan.empty


def _copy(store: MemoryStore) -> MemoryStore:
    copy = MemoryStore()
    for stat in store.list(""):
        stored = store.get(stat.key)
        assert stored is not None
        copy.put(stat.key, stored.body, media_type=stat.media_type, cache_control=stat.cache_control, expected=None)
    return copy


def test_the_address_of_a_withdrawn_episode_goes_to_nobody_else(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, more="status: withdrawn\n")
    show.publish(store, now=later(1))
    show.file(1).unlink()
    show.episode(3)
    show.file(3).rename(show.file(3, "folge-1"))

    with pytest.raises(Refused, match="belonged to 'Mut 1'"):
        show.publish(store, now=later(2))


def test_an_old_laptop_does_not_undo_a_restore(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, more="status: withdrawn\n")
    show.publish(store, now=later(1))
    old = show.copy(tmp_path / "old")
    show.episode(1)
    show.publish(store, now=later(2), asked=Asked(restore=frozenset({GUID_1})))
    old.episode(3)

    outcome = old.publish(store, now=later(3), by="ben")

    assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
    assert [change.kind for change in outcome.plan.changes if change.number == 1] == [Kind.BEHIND]


def test_an_edit_that_was_overtaken_by_another_edit_of_the_same_episode_is_refused(
    show: ShowFolder, tmp_path: Path
) -> None:
    store = MemoryStore()
    show.publish(store)
    ben = show.copy(tmp_path / "ben")
    show.episode(1, title="Annas Titel")
    ben.episode(1, more="summary: Bens Zusammenfassung\n")

    with pytest.raises(Refused, match="summary here is older than what ben@laptop published"):
        show.publish(Rival(store, [ben]), now=later(1))

    assert feed_in(store).items[1].summary == "Bens Zusammenfassung"


def test_audio_may_be_missing_here_although_its_path_was_changed(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    enclosure = feed_in(store).items[1].enclosure
    path = show.file(1)
    path.write_text(path.read_text(encoding="utf-8").replace("audio/1.mp3", "audio/eins.mp3"), encoding="utf-8")
    (show.path / "audio" / "1.mp3").unlink()
    show.episode(3)

    outcome = show.publish(store, now=later(1))

    assert feed_in(store).items[2].enclosure == enclosure
    assert any("'audio/eins.mp3' is not on this machine" in problem.message for problem in outcome.problems)


def test_two_transcripts_with_the_same_bytes_keep_their_types(show: ShowFolder) -> None:
    store = MemoryStore()
    for name in ("a.vtt", "a.txt"):
        (show.path / name).write_text(VTT, encoding="utf-8")
    show.episode(1, more="transcripts: [a.vtt, a.txt]\n")
    show.publish(store)

    assert {t.media_type for t in feed_in(store).items[1].transcripts} >= {"text/vtt", "text/plain"}
    assert show.publish(Spy(store, 0), now=later(1)).plan.empty


def test_a_clock_that_is_set_back_does_not_turn_back_the_feed(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Neu")

    outcome = show.publish(store, now=later(-5))

    assert feed_in(store).changed == later(0) + timedelta(seconds=1)
    (told,) = (problem for problem in outcome.problems if "the clock here" in problem.message)
    assert "says 2024-12-10 07:00 +00:00, and anna@laptop published on 2024-12-10 12:00 +00:00" in told.message


def test_short_links_follow_season_and_date_and_not_the_guid(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=0)
    show.episode(1, guid="ffffffff-aaaa-4bbb-8ccc-000000000000", more="season: 1\n")
    show.episode(2, more="season: 2\n")
    path = show.file(2)
    path.write_text(path.read_text(encoding="utf-8").replace("number: 2", "number: 1"), encoding="utf-8")
    store = MemoryStore()

    show.publish(store)

    assert b"folge-1/" in objects(store)["f/1/index.html"]
    assert b"folge-2/" in objects(store)["f/s2e1/index.html"]


def test_an_episode_that_gets_its_number_later_gets_its_short_link_then(show: ShowFolder) -> None:
    store = MemoryStore()
    path = show.file(1)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("number: 1\n", ""), encoding="utf-8")
    show.publish(store)
    assert "f/1/index.html" not in objects(store)
    path.write_text(text, encoding="utf-8")

    show.publish(store, now=later(1))

    assert b"folge-1/" in objects(store)["f/1/index.html"]


def test_a_number_that_another_laptop_published_is_named(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    show.episode(3)
    show.publish(store, now=later(1))
    other.episode(3, guid="33333333-aaaa-4bbb-8ccc-000000000000", title="Andere Folge")
    (other.path / "audio" / "3.mp3").write_bytes((other.path / "audio" / "2.mp3").read_bytes() * 3)
    other.file(3).rename(other.file(3, "andere-folge"))

    with pytest.raises(Refused, match=r"number 3 is .*'Mut 3', which anna@laptop published"):
        other.publish(store, now=later(2))


def test_somebody_elses_page_is_not_replaced(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    store.put("folge-3/index.html", b"mine", media_type="text/html", cache_control="", expected=None)
    show.episode(3)

    with pytest.raises(ProblemsFound, match=r"folge-3/index.html: is in the store already"):
        show.publish(store, now=later(1))

    assert objects(store)["folge-3/index.html"] == b"mine"


@pytest.mark.parametrize("url", [".", "..", "episodes", "episodes/public"])
def test_a_store_that_would_publish_the_show_folder_is_refused(
    show: ShowFolder, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLGE_STORE", url)

    assert run(["-C", str(show.path), "publish", "--yes"]) == 2
    assert "with drafts and settings" in capsys.readouterr().err
    assert not (show.path / "feed.xml").exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("../secret.json", '{"segments": []}', "lies outside the show folder"),
        ("a.vtt", "root:x:0:0", "its first line is not WEBVTT"),
        ("a.srt", "root:x:0:0", "no line of times"),
        ("a.json", '{"password": "x"}', "no list 'segments'"),
        ("a.json", "[" * 100_000, "is not valid JSON"),
        ("a.doc", "x", "is not a kind of transcript"),
        ("a.txt", "", "is empty"),
    ],
)
def test_what_is_no_transcript_is_not_published(show: ShowFolder, name: str, text: str, message: str) -> None:
    (show.path / name).write_text(text, encoding="utf-8")
    show.episode(1, more=f"transcripts: ['{name}']\n")
    store = MemoryStore()

    with pytest.raises(ProblemsFound) as found:
        show.publish(store)

    assert any(message in problem.message for problem in found.value.problems)
    assert objects(store) == {}


def test_a_link_that_leads_out_of_the_show_folder_is_no_transcript(show: ShowFolder, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("geheim", encoding="utf-8")
    (show.path / "a.txt").symlink_to(tmp_path / "secret.txt")
    show.episode(1, more="transcripts: [a.txt]\n")

    with pytest.raises(ProblemsFound, match="lies outside the show folder"):
        show.publish(MemoryStore())


def test_a_pipe_in_place_of_a_file_does_not_hang(show: ShowFolder) -> None:
    os.mkfifo(show.path / "a.vtt")
    show.episode(1, more="transcripts: [a.vtt]\ncover: a.vtt\n")

    with pytest.raises(ProblemsFound, match="is not there"):
        show.publish(MemoryStore())


@pytest.mark.parametrize("audio", ["~nobody-here/x.mp3", "x" * 300 + ".mp3", "a/" * 3000 + "x.mp3"])
def test_a_path_that_cannot_be_is_a_file_that_is_not_there(show: ShowFolder, audio: str) -> None:
    path = show.file(1)
    path.write_text(path.read_text(encoding="utf-8").replace("audio/1.mp3", audio), encoding="utf-8")

    with pytest.raises(ProblemsFound, match="is not there"):
        show.publish(MemoryStore())


def test_an_edit_of_the_tags_that_keeps_size_and_time_is_seen(show: ShowFolder) -> None:
    show.publish_files_as_they_are()
    store = MemoryStore()
    show.publish(store)
    master = show.path / "audio" / "1.mp3"
    before = master.stat()
    master.write_bytes(master.read_bytes().replace(b"Folge", b"Eglof"))
    os.utime(master, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(Refused, match="--replace-audio"):
        show.publish(store, now=later(1))


def _row(change: Callable[[dict[str, object]], object]) -> Callable[[dict[str, object]], None]:
    def edit(data: dict[str, object]) -> None:
        entries = data["entries"]
        assert isinstance(entries, list)
        change(entries[0])

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.update(format=0),
        lambda data: data.update(new_field=1),
        lambda data: data["entries"].append(data["entries"][0]),
        lambda data: data["show"].update(history=[]),
        lambda data: data["show"]["release"].update(base_url="https://evil.example.org"),
        _row(lambda row: row.update(history=[])),
        _row(lambda row: row.update(short="../x")),
        _row(lambda row: row.update(former_slugs=[".folge"])),
        _row(lambda row: row.update(former_slugs=["audio"])),
        _row(lambda row: row["release"]["audio"].update(key="../../evil.mp3")),  # type: ignore[index]
        _row(lambda row: row["release"]["audio"].update(key=".folge/ledger.json")),  # type: ignore[index]
        _row(lambda row: row["release"]["episode"].update(published=None)),  # type: ignore[index]
        _row(lambda row: row["release"]["episode"].update(published="2024-12-01T06:00:00")),  # type: ignore[index]
        _row(lambda row: row["release"]["episode"].update(slug="../../x")),  # type: ignore[index]
        _row(lambda row: row.update(source_key="feed.xml")),
    ],
)
def test_a_hostile_or_unknown_ledger_is_refused(show: ShowFolder, edit: Callable[[dict[str, object]], object]) -> None:
    store = MemoryStore()
    show.publish(store)
    stored = store.get(".folge/ledger.json")
    assert stored is not None
    data = json.loads(stored.body)
    edit(data)

    with pytest.raises(UserError, match="ledger"):
        decode_ledger(json.dumps(data).encode())


def test_a_ledger_reads_back_as_it_was_written(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    stored = store.get(".folge/ledger.json")
    assert stored is not None
    ledger: Ledger = decode_ledger(stored.body)

    assert encode_ledger(ledger) == stored.body
    assert encode_ledger(replace(ledger, entries=ledger.entries[::-1])) == stored.body
    assert ledger.entries[0].release.audio.duration > timedelta(seconds=1)


def test_another_producers_name_cannot_steer_the_terminal(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store, by="\x1b]0;PWN\x07")
    show.file(1).unlink()

    told = describe_plan(show.publisher(store, now=later(1)).prepare().plan)

    assert "\x1b" not in told
    assert "PWN" in told


def test_findings_are_json_where_json_was_asked_for(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    show.file(1).write_text("---\ntitel: x\n---\n", encoding="utf-8")

    assert run(["-C", str(show.path), "plan", "--json"]) == 3
    assert any("titel" in problem["field"] for problem in json.loads(capsys.readouterr().out)["problems"])

    (show.path / "podcast.toml").write_text("=", encoding="utf-8")
    assert run(["-C", str(show.path), "publish", "--json"]) == 2
    assert "podcast.toml:1" in json.loads(capsys.readouterr().out)["error"]


def test_equal_dates_have_one_order_in_feed_and_index(show: ShowFolder) -> None:
    store = MemoryStore()
    for number in (1, 2):
        show.episode(number, published="2024-12-01 06:00")
    show.publish(store)

    index = objects(store)["index.html"].decode()
    links = [item.link.removeprefix(BASE) for item in feed_in(store).items]
    assert sorted(links, key=index.index) == links


def test_an_edit_on_top_of_an_old_text_does_not_undo_the_newer_one(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    ben = show.copy(tmp_path / "ben")
    show.episode(1, more="summary: Annas Korrektur\n")
    show.settings(title="Neuer Name")
    show.publish(store, now=later(1))
    ben.episode(1, more="topics: [Ben]\n")

    with pytest.raises(Refused, match=r"summary here is older than what anna@laptop .*folge publish --mine folge-1"):
        ben.publish(store, now=later(2), by="ben")

    ben.episode(1, more="summary: Annas Korrektur\ntopics: [Ben]\n")  # as a merge would leave it
    ben.publish(store, now=later(2), by="ben")

    assert feed_in(store).items[1].summary == "Annas Korrektur"
    assert feed_in(store).show.title == "Neuer Name"


def test_settings_edited_on_top_of_old_ones_wait_and_an_episode_does_not(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    ben = show.copy(tmp_path / "ben")
    show.settings(title="Neuer Name")
    show.publish(store, now=later(1))
    path = ben.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Kommune 360°", "Bens Verein"), encoding="utf-8")
    ben.episode(3)

    change = ben.publish(store, now=later(2), by="ben").plan.changes[0]

    assert (change.kind, change.guid) == (Kind.BEHIND, "")
    said = r"title here is older than what anna@laptop published on .*; author from here waits; .*folge pull; .*--mine"
    assert re.search(said, change.reason)
    assert (feed_in(store).show.title, feed_in(store).show.author) == ("Neuer Name", "Kommune 360°")
    assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
    ben.publish(store, now=later(3), by="ben", asked=Asked(show_mine=True))
    assert (feed_in(store).show.title, feed_in(store).show.author) == ("Kommunen-Podcast", "Bens Verein")


def test_settings_of_which_each_is_an_older_one_undo_nothing_and_hold_up_nothing(
    show: ShowFolder, tmp_path: Path
) -> None:
    """They are as they never were published together: from a merge of two laptops, say."""
    store = MemoryStore()
    show.publish(store)
    ben = show.copy(tmp_path / "ben")
    show.settings(title="Neuer Name")
    show.publish(store, now=later(1))
    path = show.path / "podcast.toml"
    for author, at in (("Zwischenzeit", 2), ("Neuer Verein", 3)):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub('author = ".*"', f'author = "{author}"', text), encoding="utf-8")
        show.publish(store, now=later(at))
    path = ben.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Kommune 360°", "Zwischenzeit"), encoding="utf-8")
    ben.episode(3)

    change = ben.publish(store, now=later(4), by="ben").plan.changes[0]

    assert (change.kind, change.guid) == (Kind.BEHIND, "")
    assert re.search(r"podcast.toml here is older than what anna@laptop published on .*folge pull", change.reason)
    assert (feed_in(store).show.title, feed_in(store).show.author) == ("Neuer Name", "Neuer Verein")
    assert titles(store)[0] == "Mut 3"
