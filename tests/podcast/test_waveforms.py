"""Waveforms for players: made once of what is heard, kept by laptops that cannot make them, gone with the sound."""

import json
import re
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.listening.hearing import Peaks
from episodes.listening.waveform import levels_json
from podcast.layout import cache_control, content_type
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import decode_ledger
from podcast.stores.memory import MemoryStore
from tests.episodes.encoders import encode
from tests.podcast.builders import BASE, GUID_1, ShowFolder, later, objects

LEDGER = ".folge/ledger.json"
REPLACE = Asked(replace_audio=frozenset({GUID_1}))


@pytest.fixture
def loud(show: ShowFolder) -> ShowFolder:
    """A show whose first episode is heard; the second is silent."""
    tone = "aevalsrc=0.5*sin(2*PI*220*t)*t/4:sample_rate=16000"
    encode(show.path / "audio/1.mp3", "-b:a", "24k", seconds=4, sound=tone)
    return show


def peaks(store: MemoryStore) -> dict[str, bytes]:
    return {key: body for key, body in objects(store).items() if key.startswith("peaks/")}


def named_by(store: MemoryStore, page: str = "folge-1/index.html") -> str:
    """The waveform a page names."""
    found = re.search(r'data-peaks="([^"]*)"', objects(store)[page].decode())
    assert found
    return found[1].removeprefix(BASE)


def without_av(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this a laptop on which `folge[audio]` is not installed."""
    monkeypatch.setattr("podcast.publishing.waveforms.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "av", None)


def test_the_page_names_a_small_waveform_that_grows_with_the_sound(loud: ShowFolder) -> None:
    store = MemoryStore()
    loud.publish(store)
    ((key, body),) = peaks(store).items()

    levels = json.loads(body)["levels"]
    assert re.fullmatch(r"peaks/folge-1-[0-9a-f]{12}\.json", key)
    assert len(body) < 2000
    assert len(levels) in range(38, 44)  # one for each 0.1 s of so short a sound
    assert max(levels) == 100
    assert levels[5] < levels[15] < levels[35]
    assert named_by(store) == named_by(store, "folge-1/embed/index.html") == key
    assert named_by(store, "folge-2/index.html") == ""  # silence has none
    assert b"peaks/" not in objects(store)["feed.xml"]
    assert (content_type(key), cache_control(key)) == ("application/json", "public, max-age=31536000, immutable")


def test_a_long_sound_has_as_few_levels_as_a_player_is_wide() -> None:
    pairs = tuple((-n % 50 - 1, n % 100) for n in range(2000))
    body = levels_json(Peaks(sample_rate=44100, samples_per_pair=4410, pairs=pairs))
    assert 200 < len(json.loads(body)["levels"]) <= 300
    assert levels_json(Peaks(sample_rate=44100, samples_per_pair=4410, pairs=((-1, 0),) * 100)) == b""
    assert levels_json(Peaks(sample_rate=44100, samples_per_pair=4410, pairs=())) == b""


def test_a_second_publish_listens_to_nothing(
    loud: ShowFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    loud.publish(store)
    shutil.rmtree(own_cache)
    assert loud.publish(store, now=later(1)).plan.empty
    loud.episode(2, title="Neu")
    loud.publish(store, now=later(2))
    assert not [path for path in own_cache.rglob("heard/*") if path.stat().st_size > 2000]


def test_other_tags_leave_the_waveform_as_it_is(loud: ShowFolder) -> None:
    store = MemoryStore()
    loud.publish(store)
    before = peaks(store)
    audio = {key for key in objects(store) if key.startswith("audio/")}
    loud.episode(1, title="Anders")
    loud.publish(store, now=later(1), asked=REPLACE)
    assert {key for key in objects(store) if key.startswith("audio/")} > audio
    assert peaks(store) == before
    assert named_by(store) in before


def test_a_laptop_without_the_extra_or_the_file_keeps_it(
    loud: ShowFolder, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    loud.publish(store)
    before = named_by(store)
    shutil.rmtree(own_cache)
    other = loud.copy(tmp_path / "other")
    without_av(monkeypatch)
    other.episode(1, title="Ohne PyAV")
    other.publish(store, now=later(1), by="uwe")
    assert named_by(store) == before
    (other.path / "audio/1.mp3").unlink()
    other.episode(2, title="Ohne Datei")
    other.publish(store, now=later(2), by="uwe")
    assert named_by(store) == before


def test_without_the_extra_pages_do_without_until_somebody_has_it(
    loud: ShowFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    with monkeypatch.context() as laptop:
        without_av(laptop)
        loud.publish(store)
        assert (peaks(store), named_by(store)) == ({}, "")
        assert b'"peaks"' not in objects(store)[LEDGER]
    outcome = loud.publish(store, now=later(1))
    assert {change.kind.value for change in outcome.plan.changes} == {"same"}
    assert named_by(store) in peaks(store)


def test_another_sound_has_another_waveform(loud: ShowFolder) -> None:
    store = MemoryStore()
    loud.publish(store)
    before = named_by(store)
    encode(loud.path / "audio/1.mp3", "-b:a", "24k", seconds=3)
    loud.publish(store, now=later(1), asked=REPLACE)
    assert named_by(store) != before
    assert set(decode_ledger(objects(store)[LEDGER]).peaks) == {
        entry.release.audio.origin for entry in decode_ledger(objects(store)[LEDGER]).entries if entry.guid == GUID_1
    }


def test_a_waveform_deleted_by_hand_is_put_back(loud: ShowFolder) -> None:
    store, poorer = MemoryStore(), MemoryStore()
    loud.publish(store)
    (lost,) = peaks(store)
    for key, body in objects(store).items():
        if key != lost:
            poorer.put(key, body, media_type="", cache_control="", expected=None)
    loud.publisher(poorer, now=later(1)).run(lambda prepared: True, thorough=True)
    assert peaks(poorer) == peaks(store)


def test_of_many_files_at_once_the_newest_are_listened_to_and_the_others_follow(
    show: ShowFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podcast.publishing.waveforms.MOST", 2)
    count = 3
    for number in range(1, count + 1):
        encode(show.path / f"audio/{number}.mp3", "-b:a", "24k", seconds=1, sound=f"sine=frequency={200 + number}")
        show.episode(number)
    store = MemoryStore()
    show.publish(store)
    assert len(peaks(store)) == 2
    assert named_by(store, f"folge-{count}/index.html")
    assert not named_by(store, "folge-1/index.html")
    show.publish(store, now=later(1))
    assert len(peaks(store)) == count
    assert show.publish(store, now=later(2)).plan.empty


def test_where_no_cache_can_be_kept_there_is_a_waveform_nevertheless(
    loud: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "file"))
    store = MemoryStore()
    loud.publish(store)
    assert named_by(store) in peaks(store)


def test_tidying_takes_waveforms_of_replaced_sounds_only(loud: ShowFolder) -> None:
    from tests.podcast.moments import Old, tidy

    store = MemoryStore()
    loud.publish(store)
    before = named_by(store)
    encode(loud.path / "audio/1.mp3", "-b:a", "24k", seconds=3)
    loud.publish(store, now=later(1), asked=REPLACE)
    removed = {removal.key for removal in tidy(Old(store, timedelta(days=60))).removed}
    assert before in removed
    assert set(peaks(store)) == {named_by(store)}
    assert not [key for key in removed if key.startswith("static/")]
