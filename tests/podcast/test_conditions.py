"""A publish to a store that does not keep conditions is refused, unless there is a single producer, who is told."""

import re
from pathlib import Path

import pytest

from podcast.conditions import probe_conditions
from podcast.layout import PROBES
from podcast.stores import ABSENT, Moved
from podcast.stores.memory import MemoryStore
from podcast.stores.s3alone import LookingStore
from tests.podcast.buckets import PREFIX, OwnBucket, own_bucket
from tests.servers.careless import careless
from tests.servers.faultproxy import fault_proxy
from tests.servers.running import S3Server
from tests.stores.buckets import bucket_store
from tests.stores.conformance import put


class Forgetful(MemoryStore):
    """A store that compares nothing where a tag is expected."""

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        kept = None if expected else expected
        return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=kept)


class Blind(MemoryStore):
    """A store that compares nothing."""

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=None)


@pytest.mark.parametrize(
    ("store", "fault"),
    [
        (MemoryStore(), ""),
        (Blind(), "it wrote over an object that was only to be created"),
        (Forgetful(), "it wrote over an object that was another than expected"),
    ],
)
def test_a_probe_says_what_fails_and_leaves_nothing(store: MemoryStore, fault: str) -> None:
    assert probe_conditions(store) == fault
    assert list(store.list("")) == []


def test_ceph_keeps_conditions(rgw: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in rgw.environment().items():
        monkeypatch.setenv(name, value)
    with bucket_store(rgw, rgw.http, f"conditions/{tmp_path.name}") as store:
        assert probe_conditions(store) == ""
        assert list(store.list(PROBES)) == []


@pytest.fixture
def bucket(seaweed: S3Server, tmp_path: Path) -> OwnBucket:
    return own_bucket(seaweed, tmp_path)


@pytest.mark.parametrize("refuses", [False, True])
def test_a_publish_without_conditions_is_refused_before_anything_is_written(bucket: OwnBucket, refuses: bool) -> None:
    with careless(bucket.server, refuses=refuses) as proxy:
        bucket.settings(endpoint=proxy.url)
        for _ in range(2):
            code, out, err = bucket.folge("publish", "--yes")
            assert (code, out) == (3, "")
            assert "does not keep conditions" in err
            assert "single_producer = true" in err
        assert bucket.stored() == set()
        assert "does not keep conditions" in bucket.folge("plan")[2]


@pytest.mark.parametrize("refuses", [False, True])
def test_a_single_producer_publishes_all_the_same_and_is_told_each_time(bucket: OwnBucket, refuses: bool) -> None:
    with careless(bucket.server, refuses=refuses) as proxy:
        bucket.settings(endpoint=proxy.url, more="single_producer = true\n")
        code, out, err = bucket.folge("publish", "--yes")
        assert (code, out.startswith("published: 2 episodes")) == (0, True), err
        assert err.count("does not keep conditions") == 1
        bucket.show.episode(3)
        code, out, err = bucket.folge("publish", "--yes")
        assert (code, out.startswith("published: 3 episodes"), err.count("does not keep conditions")) == (0, True, 1)
        for _ in range(3):
            code, out, err = bucket.folge("publish", "--yes")
            assert (code, out.startswith("nothing to do"), err.count("does not keep conditions")) == (0, True, 1)
    assert not {key for key in bucket.stored() if "probe" in key}
    bucket.settings(more="single_producer = true\n")
    code, out, err = bucket.folge("publish", "--yes", "--verify")
    assert (code, "conditions" in err) == (0, False)


@pytest.mark.parametrize("command", [("tidy", "--grace", "0d"), ("feed", "rollback", "1", "--withdrawn", "2")])
def test_whatever_else_writes_the_ledger_wants_conditions_as_a_publish_does(
    bucket: OwnBucket, command: tuple[str, ...]
) -> None:
    assert bucket.folge("publish", "--yes")[0] == 0
    assert bucket.folge("withdraw", "2", "--yes")[0] == 0
    before = bucket.stored()
    with careless(bucket.server) as proxy:
        bucket.settings(endpoint=proxy.url)
        code, out, err = bucket.folge(*command, "--yes")
        assert (code, out, err.count("does not keep conditions")) == (3, "", 1), err
        assert "single_producer = true" in err
        assert bucket.stored() == before
        bucket.settings(endpoint=proxy.url, more="single_producer = true\n")
        code, out, err = bucket.folge(*command, "--yes")
        assert (code, err.count("does not keep conditions")) == (0, 1), err


def test_who_is_alone_still_does_not_overwrite_what_was_not_seen(
    bucket: OwnBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bucket.server.environment().items():
        monkeypatch.setenv(name, value)
    with careless(bucket.server, refuses=True) as proxy:
        store = LookingStore(bucket.name, endpoint_url=proxy.url)
        first = put(store, "feed.xml", b"1", ABSENT)
        with pytest.raises(Moved):
            put(store, "feed.xml", b"2", ABSENT)
        second = put(store, "feed.xml", b"2", first)
        with pytest.raises(Moved):
            put(store, "feed.xml", b"3", first)
        assert put(store, "feed.xml", b"2", first) == second
        assert store.looked
        store.close()


def test_a_store_is_tried_once_by_each_machine_and_never_for_nothing(bucket: OwnBucket, tmp_path: Path) -> None:
    with fault_proxy(bucket.server.http) as proxy:
        bucket.settings(endpoint=proxy.url)
        assert bucket.folge("publish", "--yes")[0] == 0
        tried = [asked for asked in proxy.seen if "/.folge/probe/" in asked]
        assert [asked.split()[0] for asked in tried] == ["PUT", "PUT", "HEAD", "PUT", "HEAD", "DELETE"]
        proxy.seen.clear()
        assert bucket.folge("publish", "--yes")[0] == 0
        assert {asked.split()[0] for asked in proxy.seen} <= {"GET", "HEAD"}
        bucket.show.episode(3)
        assert bucket.folge("publish", "--yes")[0] == 0
        assert not [asked for asked in proxy.seen if "/.folge/probe/" in asked]
        proxy.seen.clear()
        bucket.show.episode(4)
        assert bucket.folge("publish", "--yes", FOLGE_CACHE=str(tmp_path / "other"))[0] == 0
        assert [asked for asked in proxy.seen if "/.folge/probe/" in asked]


def test_two_tries_never_use_the_same_object(bucket: OwnBucket) -> None:
    with careless(bucket.server) as proxy:
        bucket.settings(endpoint=proxy.url)
        for _ in range(2):
            bucket.folge("publish", "--yes")
        keys = {key for asked in proxy.seen for key in re.findall(rf"PUT .*{PREFIX}/(\.folge/probe/\w+)", asked)}
    assert len(keys) == 2
