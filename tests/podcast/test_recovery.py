"""A damaged ledger is refused, and the way back that is printed is one."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.cli import run
from podcast.layout import LEDGER, ledger_copy_key
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.publishing.observe import MovedAway
from podcast.publishing.recovery import Recovery
from podcast.settings import load_settings
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from tests.podcast.buckets import PREFIX, own_bucket
from tests.podcast.builders import NOW, ShowFolder, assert_whole, later, make_show, objects, titles
from tests.podcast.spies import PowerCutError, Spy
from tests.servers.running import S3Server

Screen = pytest.CaptureFixture[str]


def damage(store: MemoryStore | FolderStore, body: bytes | None) -> None:
    if body is None:
        store.delete(LEDGER)
    else:
        store.put(LEDGER, body, media_type="", cache_control="", expected=None)


def recovery(show: ShowFolder, store: MemoryStore | FolderStore) -> Recovery:
    settings, _ = load_settings(show.path, {})
    return Recovery(settings, store, now=later(9), by="ben@laptop")


def said_command(err: str) -> list[str]:
    """Return the command that a refusal names."""
    found = re.search(r"to put the last good .*back: folge (.*)", err)
    assert found is not None, err
    return found[1].split()


@pytest.mark.parametrize("body", [b"", b"{}", b'{"format":1', b"<html>404</html>", None])
def test_the_way_back_that_is_printed_brings_back_every_episode(
    show: ShowFolder, body: bytes | None, capsys: Screen
) -> None:
    folge: Callable[..., int] = lambda *words: run(["-C", str(show.path), *words])  # noqa: E731  once
    assert folge("publish", "--yes") == 0
    show.episode(3)
    assert folge("publish", "--yes") == 0
    store = FolderStore(show.path / "public")
    before = decode_ledger(objects(store)[LEDGER])
    show.file(1).unlink()
    damage(store, body)
    broken = objects(store)
    command: list[str] = []
    for words in (["publish", "--yes"], ["status"], ["plan"], ["withdraw", "2", "--yes"], ["tidy", "--yes"]):
        capsys.readouterr()
        assert folge(*words) not in (0, 1)
        command = said_command(capsys.readouterr().err)
    assert objects(store) == broken

    assert folge(*command) == 2  # without a terminal it cannot ask
    assert objects(store) == broken
    assert folge(*command, "--yes") == 0
    assert folge("publish", "--yes") == 0

    after = decode_ledger(objects(store)[LEDGER])
    assert after.entries == before.entries
    assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
    assert_whole(store)
    capsys.readouterr()
    assert folge("publish", "--yes") == 0
    assert capsys.readouterr().out.startswith("nothing to do; 3 episodes")


def test_in_a_bucket_it_is_the_same(seaweed: S3Server, tmp_path: Path) -> None:
    bucket = own_bucket(seaweed, tmp_path)
    assert bucket.folge("publish", "--yes")[0] == 0
    bucket.client.put_object(Bucket=bucket.name, Key=f"{PREFIX}/{LEDGER}", Body=b"\x00" * 100)
    code, _, err = bucket.folge("publish", "--yes")
    assert code == 2

    code, out, err = bucket.folge(*said_command(err), "--yes")

    assert (code, out) == (0, "the ledger is back, with 2 episodes; now: folge publish\n"), err
    assert bucket.folge("publish", "--yes")[0] == 0
    assert bucket.folge("publish", "--yes")[1].startswith("nothing to do; 2 episodes")


def test_no_published_episode_disappears_wherever_the_publish_before_was_cut_off(show: ShowFolder) -> None:
    start = MemoryStore()
    show.publish(start)
    show.episode(3)
    whole = Spy(start.copy())
    show.publish(whole, now=later(1))
    for writes in range(len(whole.written)):
        store = start.copy()
        with pytest.raises(PowerCutError):
            show.publish(Spy(store, writes), now=later(1))
        public = titles(store)
        damage(store, b"")

        assert recovery(show, store).run(lambda prepared: True) is not None

        ledger = decode_ledger(objects(store)[LEDGER])
        assert {entry.release.episode.title for entry in ledger.published} >= set(public)
        show.publish(store, now=later(2))
        assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
        assert_whole(store)


def test_what_was_cut_off_before_its_copy_has_one_after_the_next_publish(show: ShowFolder) -> None:
    store = MemoryStore()
    whole = Spy(store.copy())
    show.publish(whole)
    with pytest.raises(PowerCutError):
        show.publish(Spy(store, whole.written.index(LEDGER) + 1))
    show.publish(store, now=later(1))
    assert gzip.decompress(objects(store)[ledger_copy_key(1)]) == objects(store)[LEDGER]


def test_a_few_copies_are_kept_and_a_damaged_one_is_passed_over(show: ShowFolder) -> None:
    store = MemoryStore()
    for number in range(12):
        show.episode(1, title=f"Stand {number}")
        show.publish(store, now=later(number))
    copies = [key for key in objects(store) if key.startswith(".folge/ledgers/")]
    assert len(copies) == 8
    store.put(ledger_copy_key(12), b"\x1f\x8b\x08", media_type="", cache_control="", expected=None)
    damage(store, b"")

    prepared = recovery(show, store).prepare()

    assert [entry.release.episode.title for entry in prepared.ledger.entries] == ["Stand 10", "Mut 2"]
    assert not prepared.public


def test_a_sound_ledger_and_one_of_a_newer_folge_are_left_alone(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    with pytest.raises(UserError, match="is sound"):
        recovery(show, store).prepare()
    damage(store, b'{"format": 99}')
    with pytest.raises(UserError, match="format 99"):
        recovery(show, store).prepare()


def test_without_a_copy_it_is_said_where_there_may_be_one(show: ShowFolder) -> None:
    with pytest.raises(UserError, match=r"there is no copy .*; put back a .folge/ledger.json of before"):
        recovery(show, MemoryStore()).prepare()


def test_the_ledger_of_another_show_is_not_put_back(show: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    show.publish(store)
    damage(store, None)
    other = make_show(tmp_path / "other")
    path = other.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("917393e3", "9b024349"), encoding="utf-8")
    with pytest.raises(UserError, match="another show"):
        recovery(other, store).prepare()


def test_whoever_was_quicker_is_not_written_over(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store, now=NOW)
    good = objects(store)[LEDGER]
    damage(store, b"")

    def quicker(_prepared: object) -> bool:
        damage(store, good)
        return True

    with pytest.raises(MovedAway, match="meanwhile"):
        recovery(show, store).run(quicker)
    assert objects(store)[LEDGER] == good


def test_a_recovered_ledger_is_never_byte_for_byte_the_one_of_before(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    good = objects(store)[LEDGER]
    damage(store, b"")
    recovery(show, store).run(lambda prepared: True)
    assert objects(store)[LEDGER] != good == encode_ledger(decode_ledger(good))
