"""What the S3 store does when the network does what networks do."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import botocore.endpoint
import pytest

from podcast.stores import ABSENT, Moved, Store, StoreError
from tests.servers.faultproxy import Fault, FaultProxy, fault_proxy
from tests.servers.running import S3Server
from tests.stores.buckets import bucket_store
from tests.stores.conformance import MIB, noise, put, put_file, upload


@pytest.fixture
def proxy(seaweed: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FaultProxy]:
    for name, value in (seaweed.environment() | {"FOLGE_CACHE": str(tmp_path / "cache")}).items():
        monkeypatch.setenv(name, value)
    with fault_proxy(seaweed.http) as proxy:
        yield proxy


@pytest.fixture
def prefix() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def store(seaweed: S3Server, proxy: FaultProxy, prefix: str) -> Iterator[Store]:
    with bucket_store(seaweed, proxy.url, prefix) as store:
        yield store


@pytest.fixture
def other(seaweed: S3Server, proxy: FaultProxy, prefix: str) -> Iterator[Store]:
    """The same place, past the proxy."""
    with bucket_store(seaweed, seaweed.http, prefix) as store:
        yield store


def test_a_created_object_whose_answer_was_lost_is_created(store: Store, proxy: FaultProxy) -> None:
    proxy.faults.append(Fault(method="PUT", lost=True))
    tag = put(store, "ledger.json", b"ours", ABSENT)
    found = store.get("ledger.json")
    assert found is not None
    assert (found.body, found.tag) == (b"ours", tag)


def test_a_replaced_object_whose_answer_was_lost_is_replaced(store: Store, proxy: FaultProxy) -> None:
    first = put(store, "ledger.json", b"1", ABSENT)
    proxy.faults.append(Fault(method="PUT", lost=True))
    second = put(store, "ledger.json", b"2", first)
    found = store.get("ledger.json")
    assert found is not None
    assert (found.body, found.tag) == (b"2", second)
    assert second != first


def test_a_refusal_whose_answer_was_lost_is_still_a_refusal(store: Store, other: Store, proxy: FaultProxy) -> None:
    first = put(store, "ledger.json", b"1", ABSENT)
    put(other, "ledger.json", b"theirs", first)
    proxy.faults.append(Fault(method="PUT", lost=True))
    with pytest.raises(Moved):
        put(store, "ledger.json", b"ours", first)


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "OperationAborted"])
def test_a_write_at_the_same_moment_is_a_move(store: Store, other: Store, proxy: FaultProxy, code: str) -> None:
    put(other, "ledger.json", b"theirs", ABSENT)
    proxy.faults.append(Fault(method="PUT", status=409, code=code))
    with pytest.raises(Moved):
        put(store, "ledger.json", b"ours", ABSENT)


def test_a_bucket_that_is_refused_with_409_is_no_success(store: Store, proxy: FaultProxy) -> None:
    proxy.faults.append(Fault(method="PUT", status=409, code="BucketAlreadyOwnedByYou"))
    with pytest.raises(StoreError, match="the store answered 409 BucketAlreadyOwnedByYou"):
        put(store, "ledger.json", b"ours", ABSENT)


def test_an_absent_object_is_a_move_for_the_one_who_saw_it(store: Store, proxy: FaultProxy) -> None:
    tag = put(store, "a", b"")
    proxy.faults.append(Fault(method="PUT", status=404, code="NoSuchKey"))
    with pytest.raises(Moved):
        put(store, "b", b"", tag)


def test_a_server_that_wants_tags_without_quotes_gets_them(store: Store, proxy: FaultProxy) -> None:
    first = put(store, "ledger.json", b"1", ABSENT)
    proxy.faults.append(Fault(method="PUT", status=412, code="PreconditionFailed"))
    second = put(store, "ledger.json", b"2", first)
    assert put(store, "ledger.json", b"3", second) != second
    assert len([seen for seen in proxy.seen if seen.startswith("PUT")]) == 4


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client waited between its tries, in seconds; nobody really waits."""
    waited: list[float] = []
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(**{**vars(time), "sleep": waited.append}))
    return waited


BUSY = [(500, "InternalError"), (500, ""), (503, "SlowDown"), (503, ""), (429, "TooManyRequests"), (429, "")]


@pytest.mark.parametrize(("status", "code"), BUSY)
def test_a_busy_server_is_asked_again(
    store: Store, proxy: FaultProxy, pauses: list[float], status: int, code: str
) -> None:
    for method in ("PUT", "HEAD", "GET", "DELETE"):
        proxy.faults.append(Fault(method=method, status=status, code=code, times=3))
    put(store, "feed.xml", b"1", ABSENT)
    assert store.stat("feed.xml") is not None
    assert store.get("feed.xml") is not None
    store.delete("feed.xml")
    assert len(pauses) == 12


@pytest.mark.parametrize(("status", "code"), BUSY)
def test_the_pauses_before_a_busy_server_is_asked_again_may_double_are_random_and_come_to_an_end(
    store: Store, proxy: FaultProxy, pauses: list[float], status: int, code: str
) -> None:
    proxy.faults.append(Fault(method="PUT", status=status, code=code, times=1000))
    runs = []
    for _ in range(2):
        pauses.clear()
        proxy.seen.clear()
        with pytest.raises(StoreError):
            put(store, "feed.xml", b"1", ABSENT)
        assert len(proxy.seen) == len(pauses) + 1 == 8
        assert all(pause <= min(2.0**number, 20) for number, pause in enumerate(pauses))
        runs.append(tuple(pauses))
    assert runs[0] != runs[1]


def test_a_download_that_breaks_off_is_read_again(store: Store, proxy: FaultProxy) -> None:
    put(store, "ledger.json", noise(MIB))
    proxy.faults.append(Fault(method="GET", cut_after=5000, times=2))
    found = store.get("ledger.json")
    assert found is not None
    assert found.body == noise(MIB)


def test_a_download_that_keeps_breaking_off_is_said_so(store: Store, proxy: FaultProxy) -> None:
    put(store, "ledger.json", noise(MIB))
    proxy.faults.append(Fault(method="GET", cut_after=5000, times=99))
    with pytest.raises(StoreError, match="the connection broke off"):
        store.get("ledger.json")


def test_a_part_that_breaks_off_is_sent_again(store: Store, other: Store, proxy: FaultProxy, tmp_path: Path) -> None:
    proxy.faults.append(Fault(method="PUT", match="partNumber=2", reset_after=3 * MIB, times=2))
    ticks: list[int] = []
    talk = upload(tmp_path / "long.mp3", noise(20 * MIB))
    put_file(store, talk, lambda _, count: ticks.append(count))
    found = other.get(talk.key)
    assert found is not None
    assert found.body == noise(20 * MIB)
    assert sum(ticks) == 20 * MIB


def test_parts_that_keep_breaking_off_leave_no_object_and_what_arrived_is_kept(
    store: Store, other: Store, proxy: FaultProxy, tmp_path: Path
) -> None:
    proxy.faults.append(Fault(method="PUT", match="partNumber=2", reset_after=MIB, times=999))
    talk = upload(tmp_path / "long.mp3", noise(20 * MIB))
    with pytest.raises(StoreError, match="the connection broke off"):
        put_file(store, talk)
    assert list(other.list("")) == []
    (left,) = other.unfinished()
    assert (left.key, left.bytes > 0) == (talk.key, True)


@pytest.mark.parametrize("size", [1000, 20 * MIB])
def test_a_byte_that_changed_on_its_way_is_noticed(
    store: Store, other: Store, proxy: FaultProxy, tmp_path: Path, size: int
) -> None:
    proxy.faults.append(Fault(method="PUT", corrupt=True, times=99))
    with pytest.raises(StoreError, match="what arrived is not what was sent"):
        put_file(store, upload(tmp_path / "talk.mp3", noise(size)))
    with pytest.raises(StoreError, match="what arrived is not what was sent"):
        put(store, "feed.xml", b"1")
    assert list(other.list("")) == []


def test_a_file_that_changes_on_its_way_is_taken_back(store: Store, other: Store, tmp_path: Path) -> None:
    talk = upload(tmp_path / "long.mp3", noise(40 * MIB))
    done: list[int] = []

    def change(_key: str, _count: int) -> None:
        if not done:
            done.append(1)
            with talk.path.open("r+b") as file:
                file.write(b"X")

    with pytest.raises(StoreError, match="changed since it was measured"):
        put_file(store, talk, change)
    assert list(other.list("")) == []
    assert list(other.unfinished()) == []


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "RequestTimeTooSkewed", "this computer's clock is wrong"),
        (403, "AccessDenied", "access denied"),
        (301, "PermanentRedirect", "the bucket is in another region"),
        (400, "AuthorizationHeaderMalformed", "the bucket is in another region"),
        (400, "ExpiredToken", "the credentials have expired"),
        (403, "QuotaExceeded", "the account's storage is full"),
        (418, "IAmATeapot", "the store answered 418 IAmATeapot; ask the provider"),
    ],
)
def test_a_refusal_is_a_sentence(store: Store, proxy: FaultProxy, status: int, code: str, message: str) -> None:
    proxy.faults.append(Fault(method="PUT", status=status, code=code, times=99))
    with pytest.raises(StoreError, match=message):
        put(store, "feed.xml", b"1")


def test_a_fetch_goes_on_where_the_line_broke(store: Store, other: Store, proxy: FaultProxy, tmp_path: Path) -> None:
    it, there = upload(tmp_path / "talk.mp3", noise(3 * MIB)), tmp_path / "there.mp3"
    put_file(other, it)
    there.touch()
    proxy.faults += [Fault(method="GET", cut_after=MIB), Fault(method="GET", cut_after=MIB)]
    assert store.fetch(it.key, there, 3 * MIB)
    assert there.read_bytes() == noise(3 * MIB)
