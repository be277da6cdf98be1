"""A ledger that an earlier folge wrote is read, and publishing again changes nothing it did not have to."""

import json
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.digests import fingerprints
from podcast.publishing.ledger import decode_ledger
from podcast.release import chapters_file
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import ShowFolder, later, make_show, objects

LEDGER = ".folge/ledger.json"
SINCE = frozenset(
    {
        "position",
        "feeds",
        "chapters",
        "alternates",
        "images",
        "tags",
        "feed",
        "captions",
        "hidden",
        "image",
        "pictures",
        "minute_bytes",
        "master",
        "end",
        "copy",
        "settings_key",
        "settings_sha256",
        "editions",
        "successor",
        "waypoints",
        "site",
        "logo",
        "pages",
        "issues",
        "mentions",
        "remote",
        "chapters_url",
        "cover_url",
        "url",
    }
)
"""Names that ledgers did not have before 0.2."""

# what folge 0.1 wrote for the show of `builders`
SHOW_DIGEST = "9a2b910ac7360778601058be6172fa82908a0eb80c913b4e604faa39a71258b1"
DIGESTS = [
    "16e602d6ae665367a2878bda893f519faf303b4f1ce5c6e57972c8ae59db3022",
    "2adeb24f417b96be02d31739db0f123247afa6351f1920d5a9bc05fd5a73e7fe",
]

# what folge wrote for chapters before they had ends
CHAPTERS = """\
chapters:
  - 0:00 Begrüßung
  - {start: 0:10.5, title: Mut, link: "https://a.example/", image: "https://a.example/b.jpg"}
  - {start: 0:20, hidden: true}
"""
CHAPTERS_DIGEST = "1b6e7250f70ac9a9eb6704ea6f17ceb30d7abdf52bcfa68fcdcde93f7209a398"
CHAPTERS_PRINT = "0669dc8cab00"
CHAPTERS_KEY = "chapters/folge-1-4a757dc5bb4d.json"


def without_new(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_new(part) for name, part in value.items() if name not in SINCE}
    return [without_new(part) for part in value] if isinstance(value, list) else value


def test_what_was_published_keeps_its_digest(show: ShowFolder) -> None:
    show.publish_files_as_they_are()
    store = MemoryStore()
    show.publish(store)
    ledger = decode_ledger(objects(store)[LEDGER])
    assert ledger.show.current.digest == SHOW_DIGEST
    assert [entry.current.digest for entry in ledger.entries] == DIGESTS


def test_chapters_without_ends_keep_their_digest_and_their_file(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", 1)
    show.publish_files_as_they_are()
    show.episode(1, more=CHAPTERS)
    store = MemoryStore()
    show.publish(store)
    (entry,) = decode_ledger(objects(store)[LEDGER]).entries
    assert entry.current.digest == CHAPTERS_DIGEST
    assert fingerprints(entry.release)["chapters"] == CHAPTERS_PRINT
    assert CHAPTERS_KEY in objects(store)


def test_an_end_is_a_change_and_stands_in_the_chapters_file(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", 1)
    show.episode(1, more=CHAPTERS)
    store = MemoryStore()
    show.publish(store)
    show.episode(1, more=CHAPTERS.replace("0:10.5,", "0:10.5, end: 0:15,"))
    show.publish(store, now=later(1))
    (entry,) = decode_ledger(objects(store)[LEDGER]).entries
    assert entry.current.digest != CHAPTERS_DIGEST
    written = json.loads(objects(store)[chapters_file(entry.release)[0]])
    assert [chapter.get("endTime") for chapter in written["chapters"]] == [None, 15, None]

    show.episode(1, more=CHAPTERS.replace("0:10.5,", "0:10.5, end: 0:20,"))
    show.publish(store, now=later(2))
    (entry,) = decode_ledger(objects(store)[LEDGER]).entries
    assert chapters_file(entry.release)[0] == CHAPTERS_KEY


def test_an_earlier_ledger_is_read_and_nothing_else_is_published_anew(show: ShowFolder) -> None:
    show.publish_files_as_they_are()
    store = MemoryStore()
    show.publish(store)
    whole = json.loads(objects(store)[LEDGER])
    earlier = json.dumps(without_new(whole)).encode()
    assert b"position" not in earlier
    store.put(LEDGER, earlier, media_type="", cache_control="", expected=None)

    outcome = show.publish(store, now=later(1))

    text = decode_ledger(objects(store)[LEDGER]).show.settings_key
    assert text
    assert [step.key for step in outcome.plan.steps] == [text, LEDGER]
    assert show.publish(store, now=later(2)).plan.empty


def test_episodes_of_an_earlier_ledger_stand_in_the_order_they_were_published(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3, published="2024-11-01 06:00")
    show.publish(store, now=later(1))
    earlier = json.dumps(without_new(json.loads(objects(store)[LEDGER]))).encode()
    entries = decode_ledger(earlier).entries
    assert {entry.release.episode.title: entry.position for entry in entries} == {"Mut 1": 1, "Mut 2": 2, "Mut 3": 3}


def test_what_a_later_folge_added_is_refused_and_not_lost(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    later_ledger = json.loads(objects(store)[LEDGER])
    later_ledger["entries"][0]["release"]["episode"]["smell"] = "Kaffee"
    with pytest.raises(UserError, match="holds what this folge does not know"):
        decode_ledger(json.dumps(later_ledger).encode())


def test_the_bytes_of_a_minute_are_written_down_and_no_reason_to_publish_anew(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    whole = json.loads(objects(store)[LEDGER])
    audio = whole["entries"][0]["release"]["audio"]
    assert audio["minute_bytes"] == audio["bytes"]  # they are shorter than a minute

    for entry in whole["entries"]:
        del entry["release"]["audio"]["minute_bytes"]
    store.put(LEDGER, json.dumps(whole).encode(), media_type="", cache_control="", expected=None)
    steps = show.publish(store, now=later(1)).plan.steps

    assert [step.key for step in steps] in ([], [LEDGER])
