"""Eight producers publish to one store at once, each from a process of its own, and nothing is lost or left over."""

import gzip
import os
import uuid
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

from podcast.layout import LEDGER, LEDGERS, SEARCH, ledger_copy_key
from podcast.publishing.artifacts import render
from podcast.publishing.editions import kept_keys
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.publishing.rendered import Rendered
from podcast.publishing.searchfiles import live_keys
from podcast.stores import Store
from podcast.stores.folder import FolderStore
from podcast.stores.s3 import S3Store
from tests.podcast.builders import assert_whole, feed_in, make_show, objects
from tests.podcast.rivals import Rival, make_rivals, race
from tests.servers.running import S3Server
from tests.soaking import SOAK

RIVALS = 8
ROUNDS = 5 if SOAK else 1


def _assert_all_came_through(rivals: list[Rival]) -> None:
    for rival in rivals:
        codes = rival.codes()
        assert codes.count(0) == rival.rounds, rival.told()
        assert set(codes) <= {0, 5}, rival.told()


def _assert_all_is_there(store: Store, episodes: int) -> None:
    """Check ledger, feeds and objects from outside: each episode once, everything as the ledger says, nothing else."""
    there = objects(store)
    ledger = decode_ledger(there[LEDGER])
    assert len(ledger.published) == RIVALS * episodes
    assert sorted(entry.position for entry in ledger.entries) == list(range(1, RIVALS * episodes + 1))
    guids = Counter(item.guid for item in feed_in(store).items)
    assert len(guids) == RIVALS * episodes
    assert set(guids.values()) == {1}
    _, feeds = compile_pages(ledger, Rendered())
    wanted = {artifact.key: artifact.body for artifact in render(ledger, feeds)}
    assert {key: body for key, body in there.items() if key in wanted} == wanted
    rest = there.keys() - wanted.keys()
    editions = {key for key in rest if key.startswith(".folge/feeds/")}  # of whoever was late too: for 'folge tidy'
    assert kept_keys(ledger) <= editions
    copies = {key for key in rest if key.startswith(LEDGERS)}
    newest = there[ledger_copy_key(ledger.editions[-1].number)]
    assert gzip.decompress(newest) == there[LEDGER]
    search = {key for key in rest if key.startswith(SEARCH)}  # and of searches before: for 'folge tidy'
    assert live_keys(store) <= search | wanted.keys()
    assert rest - editions - copies - search == _blobs(ledger) | {LEDGER, ".folge/inventory.json"}


def _blobs(ledger: Ledger) -> set[str]:
    show = {blob.key for blob in (*ledger.show.release.blobs(), *ledger.made)}
    sources = {ledger.show.settings_key, *(entry.source_key for entry in ledger.entries)}
    return show | sources | {blob.key for entry in ledger.entries for blob in entry.release.blobs()}


def _assert_one_more_publish_writes_nothing(rival: Rival, store: Store) -> None:
    before = {stat.key: stat.tag for stat in store.list("")}
    assert rival.show.publish(store).plan.empty
    assert {stat.key: stat.tag for stat in store.list("")} == before


def test_eight_producers_publish_to_one_folder(tmp_path: Path) -> None:
    root = tmp_path / "public"
    episodes = 25 if SOAK else 10
    rivals = make_rivals(tmp_path, str(root), RIVALS, episodes, ROUNDS)

    race(rivals, {})

    store = FolderStore(root)
    _assert_all_came_through(rivals)
    _assert_all_is_there(store, episodes)
    _assert_one_more_publish_writes_nothing(rivals[0], store)
    assert list((root / ".folge" / "tmp").iterdir()) == []
    with FileLock(root / ".folge" / "lock", timeout=0):
        pass


@pytest.mark.parametrize("name", ["seaweed", "rgw"] if SOAK else ["seaweed"])
def test_eight_producers_publish_to_one_bucket(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: S3Server = request.getfixturevalue(name)
    prefix = f"rivals/{uuid.uuid4().hex}"
    episodes, endpoint = 25 if SOAK else 5, f'endpoint_url = "{server.http}"'
    rivals = make_rivals(tmp_path, f"s3://{server.bucket}/{prefix}", RIVALS, episodes, ROUNDS, endpoint)
    for variable, value in server.environment().items():
        monkeypatch.setenv(variable, value)

    race(rivals, os.environ)

    store = S3Store(server.bucket, prefix, endpoint_url=server.http)
    _assert_all_came_through(rivals)
    _assert_all_is_there(store, episodes)
    _assert_one_more_publish_writes_nothing(rivals[0], store)
    store.close()
    client = server.client()
    assert client.list_multipart_uploads(Bucket=server.bucket, Prefix=prefix).get("Uploads", []) == []
    client.close()


def test_one_folder_published_by_hand_and_by_cron_at_once_is_published_once(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=3)
    both = [Rival(show=show, name=name) for name in ("hand", "cron")]
    store = FolderStore(show.path / "public")

    race(both, {})
    assert [rival.codes() for rival in both] == [[0], [0]], [rival.told() for rival in both]
    show.episode(1, title="Besser")
    show.episode(4)
    race(both, {})

    assert [rival.codes() for rival in both] == [[0], [0]], [rival.told() for rival in both]
    ledger = decode_ledger(objects(store)[LEDGER])
    assert [len(entry.history) for entry in ledger.entries] == [2, 1, 1, 1]
    assert_whole(store)
    _assert_one_more_publish_writes_nothing(both[0], store)
