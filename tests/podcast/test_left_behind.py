"""What a publish relies on is there, whatever happened before: a tidying, a withdrawal, a cut, a rollback."""

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from podcast.layout import LEDGER, ledger_copy_key
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.publishing.pagefind import is_program, make_index
from podcast.publishing.publish import Refused
from podcast.publishing.rollback import Rollback
from podcast.publishing.tidying import Tidier
from podcast.settings import load_settings
from podcast.stores.memory import MemoryStore
from tests.episodes.encoders import encode
from tests.episodes.picture_builders import file_of, quarters
from tests.podcast.builders import ShowFolder, later, objects, titles
from tests.podcast.spies import PowerCutError, Spy

GUID_2 = "00000002-aaaa-4bbb-8ccc-000000000000"


def ledger_in(store: MemoryStore) -> Ledger:
    return decode_ledger(objects(store)[LEDGER])


def tidy(show: ShowFolder, store: MemoryStore) -> None:
    settings, _ = load_settings(show.path, {})
    Tidier(settings, store, clock=lambda: datetime.now(UTC), by="cora", grace=timedelta()).run(lambda plan: True)


def rollback(show: ShowFolder, store: MemoryStore, number: int | None, hours: float) -> None:
    settings, _ = load_settings(show.path, {})
    Rollback(settings, store, number=number, now=later(hours), by="ben@laptop").run(lambda prepared: True)


def test_an_episode_with_cover_and_sound_of_one_that_was_tidied_away_gets_its_own(show: ShowFolder) -> None:
    store = MemoryStore()
    (show.path / "rot.jpg").write_bytes(file_of(quarters(1400, 1400), "JPEG"))
    encode(show.path / "audio" / "2.mp3", seconds=5)
    show.episode(2, more="cover: rot.jpg\n")
    show.publish(store)
    before = {blob.key for blob in ledger_in(store).made}
    show.publish(store, now=later(1), asked=Asked(withdraw=frozenset({GUID_2})))
    tidy(show, store)
    assert before - {*objects(store)}

    show.file(2).unlink()
    (show.path / "audio" / "2.mp3").rename(show.path / "audio" / "3.mp3")
    show.episode(3, more="cover: rot.jpg\n")
    show.publish(store, now=later(2))

    there = objects(store)
    made = {blob.key for blob in ledger_in(store).made}
    assert made <= {*there}
    assert len(made) == len(before)
    page = there["folge-3/index.html"].decode()
    assert all(key in page for key in made if key.startswith(("peaks/folge-3", "covers/folge-3-social")))


def test_a_year_that_lost_its_file_names_nobody(show: ShowFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podcast.website.catalogue.NEWEST", 2)
    store = MemoryStore()
    show.episode(3, title="Geheimfolge", published="1999-01-01 06:00")
    show.publish(store)
    assert b"Geheimfolge" in objects(store)["episodes/1999.json"]

    show.publish(store, now=later(1), asked=Asked(withdraw=frozenset({GUID_2.replace("2", "3", 1)})))

    public = {key: body for key, body in objects(store).items() if not key.startswith((".", "audio/"))}
    assert not [key for key, body in public.items() if b"Geheimfolge" in body]
    assert show.publish(store, now=later(2)).plan.empty


def test_the_number_of_a_withdrawn_episode_goes_to_nobody_else(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.publish(store, now=later(1), asked=Asked(withdraw=frozenset({GUID_2})))
    show.file(2).unlink()
    (show.path / "audio" / "2.mp3").unlink()
    other = show.episode(3)
    other.write_text(other.read_text(encoding="utf-8").replace("number: 3", "number: 2"), encoding="utf-8")

    with pytest.raises(Refused) as refused:
        show.publish(store, now=later(2))

    assert "number 2 is 'Mut 2', which anna@laptop withdrew" in str(refused.value)
    assert titles(store) == ["Mut 1"]


@pytest.mark.parametrize("end", [True, False])
def test_what_was_cut_off_before_a_rollback_is_finished_by_the_next_publish_that_is_due(
    show: ShowFolder, end: bool
) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3)
    whole = Spy(store.copy())
    show.publish(whole, now=later(1))
    with pytest.raises(PowerCutError):
        show.publish(Spy(store, whole.written.index("feed.xml")), now=later(1))

    rollback(show, store, 1, 2)
    if end:
        rollback(show, store, None, 3)
    show.publish(store, now=later(4), asked=Asked(only_due=True))

    assert objects(store)["search/state.json"] == objects(whole.inner)["search/state.json"]
    assert show.publish(store, now=later(5)).plan.empty


def test_a_copy_of_the_ledger_that_comes_late_does_not_replace_a_newer_one(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    show.episode(3)
    other.episode(4)
    rollback(show, store, 1, 1)  # the feed is held: there is no further edition
    key = ledger_copy_key(ledger_in(store).editions[-1].number)

    class Late(Spy):
        def put(self, key_: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
            if key_ == key and self.left:
                self.left = 0
                other.publish(self.inner, now=later(3))
                self.left = 1_000_000
            return super().put(key_, body, media_type=media_type, cache_control=cache_control, expected=expected)

    show.publish(Late(store), now=later(2))

    copy = decode_ledger(zlib.decompress(objects(store)[key], wbits=31))
    assert {entry.guid[7] for entry in copy.entries} == {"1", "2", "3", "4"}


def test_a_publish_that_dies_before_its_ledger_leaves_the_program_that_searches_as_it_was(
    show: ShowFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    show.publish(store)
    programs = {key: body for key, body in objects(store).items() if is_program(PurePosixPath(key))}
    assert programs
    show.episode(3)
    monkeypatch.setattr("podcast.publishing.searchfiles.pagefind_version", lambda: "9.9.9")

    def another_version(documents: Iterable[tuple[str, str]], language: str, folder: Path) -> None:
        make_index(documents, language, folder)
        for path in folder.rglob("*"):
            if path.is_file() and is_program(path):
                path.write_bytes(path.read_bytes() + b"\n")

    monkeypatch.setattr("podcast.publishing.searchfiles.make_index", another_version)
    whole = Spy(store.copy())
    show.publish(whole, now=later(1))
    assert {*programs} & {*whole.written[whole.written.index(LEDGER) :]}
    with pytest.raises(PowerCutError):
        show.publish(Spy(store, whole.written.index(LEDGER)), now=later(1))

    assert {key: objects(store)[key] for key in programs} == programs
