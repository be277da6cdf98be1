"""A publish to a real server that meets the faults there are; afterwards an app looks at what the public gets."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import botocore.compat
import pytest

from podcast.publishing.apply import Listener
from podcast.publishing.plan import Step
from podcast.stores import StoreError
from podcast.stores.s3 import S3Store
from tests.podcast.station import Station, station
from tests.servers.faultproxy import Fault
from tests.servers.running import S3Server
from tests.soaking import SOAK

KEYS = ("/audio/", "ledger.json", "folge-1/index.html", "feed.xml", "inventory.json")
FIRST, MIDDLE, LAST = 0, 700, 1 << 30
"""Bytes of a body after which the line is cut; the last one is the end of every body."""

FOR_EVER = 999
TIMES = 3 if SOAK else 1
Fixture = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def shared(seaweed: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("station")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (seaweed.environment() | {"FOLGE_CACHE": str(folder / "cache")}).items():
            patch.setenv(name, value)
        with station(seaweed, folder) as made:
            yield made


@pytest.fixture(autouse=True)
def own_cache(shared: Station, monkeypatch: Fixture) -> None:
    """One cache for all tests here: they are about the store."""
    monkeypatch.setenv("FOLGE_CACHE", str(shared.show.path.parent / "cache"))


@pytest.fixture
def there(shared: Station) -> Iterator[Station]:
    """The station at the beginning of a round; at the end all is put right by one publish."""
    shared.begin()
    versions = len(shared.ledger().entries[0].history)
    yield shared
    shared.assert_the_next_publish_puts_all_right(versions)


def put(match: str, **fault: int | str | bool) -> Fault:
    return Fault(method="PUT", match=match, **fault)  # type: ignore[arg-type]  # fields of a fault


PASSING = {
    **{
        f"reset at byte {byte} of {key}": [put(key, reset_after=byte, times=TIMES)]
        for index, key in enumerate(KEYS)
        for byte in (FIRST, MIDDLE, LAST)
        if SOAK or (FIRST, MIDDLE, LAST).index(byte) == index % 3
    },
    **{f"{status} everywhere": [put("", status=status, code=code, times=TIMES)] for status, code in (
        (500, "InternalError"), (503, "SlowDown"), (429, "TooManyRequests"),
    )},
    **{f"{status} to reading": [Fault(method="GET", status=status, code=code, times=TIMES)] for status, code in (
        (500, "InternalError"), (503, "SlowDown"),
    )},
    **{f"the answer to {key} is lost": [put(key, lost=True)] for key in KEYS},
    "every answer is lost once": [put(key, lost=True) for key in KEYS],
    **{f"{key} is cut short": [Fault(method="GET", match=key, cut_after=99, times=TIMES)] for key in KEYS[1::3]},
    "an answer without a word": [put("ledger.json", status=500)],
}  # fmt: skip


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_outlived_and_the_episode_is_public_once(there: Station, fault: str) -> None:
    there.proxy.faults += PASSING[fault]
    there.publish()
    assert [one for one in PASSING[fault] if one.times > 0] == []
    assert there.heard() == there.after


LASTING = {
    "expired": (400, "ExpiredToken", "the credentials have expired"),
    "shut": (403, "AccessDenied", "access denied"),
    "full": (403, "QuotaExceeded", "the account's storage is full"),
    "gone": (404, "NoSuchBucket", "there is no such bucket"),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("fault", LASTING if SOAK else ["expired"])
def test_what_lasts_from_the_middle_on_is_a_sentence_and_leaves_a_whole_feed(
    there: Station, fault: str, key: str
) -> None:
    status, code, message = LASTING[fault]
    there.proxy.faults.append(put(key, status=status, code=code, times=FOR_EVER))
    with pytest.raises(StoreError, match=message) as said:
        there.publish()
    assert said.value.hint
    assert there.heard() == (there.after if key == "inventory.json" else there.before)


@pytest.mark.parametrize("key", KEYS if SOAK else ["/audio/", "feed.xml"])
def test_a_byte_that_changes_on_its_way_never_becomes_public(there: Station, key: str) -> None:
    there.proxy.faults.append(put(key, corrupt=True))
    with pytest.raises(StoreError, match="what arrived is not what was sent"):
        there.publish()
    assert there.heard() == (there.after if key == "inventory.json" else there.before)


@pytest.mark.parametrize("key", KEYS if SOAK else ["ledger.json"])
def test_a_stalled_line_is_given_up_and_tried_again(there: Station, key: str, monkeypatch: Fixture) -> None:
    for seconds in ("_CONNECT_SECONDS", "_READ_SECONDS"):  # how long a stall lasts, in place of 10 and 60
        monkeypatch.setattr(f"podcast.stores.s3.{seconds}", 2)
    there.proxy.faults.append(put(key, stall_after=100))
    with closing(S3Store(there.bucket, endpoint_url=there.proxy.url)) as store:
        there.publish(store)
    assert there.heard() == there.after


def test_a_download_that_keeps_breaking_off_changes_nothing(there: Station) -> None:
    before = there.ledger()
    there.proxy.faults.append(Fault(method="GET", match="ledger.json", cut_after=99, times=FOR_EVER))
    with pytest.raises(StoreError, match="the connection broke off"):
        there.publish()
    assert there.ledger() == before
    assert there.heard() == there.before


@pytest.mark.parametrize("last", ["audio", "ledger", "feed"])
def test_a_bucket_that_vanishes_is_named_and_a_new_one_is_filled(shared: Station, last: str) -> None:
    there = shared
    there.begin()
    gone: list[str] = []

    def vanish(step: Step) -> None:
        if not gone and step.key.startswith((last, f".folge/{last}")):
            there.lose_bucket()
            gone.append(step.key)

    with pytest.raises(StoreError, match="there is no such bucket"):
        there.publish(listener=Listener(done=vanish))
    assert there.heard() == []
    there.make_bucket()
    there.publish()
    assert there.heard() == there.after


def test_a_name_that_cannot_be_resolved_any_more_is_a_sentence(there: Station, monkeypatch: Fixture) -> None:
    resolve, failing = socket.getaddrinfo, [False]

    def lookup(host: str, *rest: object, **more: object) -> object:
        if failing[0]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve("127.0.0.1" if host == "store.invalid" else host, *rest, **more)  # type: ignore[arg-type]

    def fail(step: Step) -> None:
        if step.key == ".folge/ledger.json":
            failing[0] = True
            store.close()  # what is connected needs no name

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    store = S3Store(there.bucket, endpoint_url=there.proxy.url.replace("127.0.0.1", "store.invalid"))
    with closing(store), pytest.raises(StoreError, match="nobody answers there; look at the network"):
        there.publish(store, listener=Listener(done=fail))
    assert failing[0]
    failing[0] = False
    assert there.heard() == there.before


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_off_is_told_and_nothing_is_written(
    there: Station, hours: int, monkeypatch: Fixture
) -> None:
    right = botocore.compat.get_current_datetime

    def shifted(*some: bool, **more: bool) -> datetime:
        return right(*some, **more) + timedelta(hours=hours)

    with monkeypatch.context() as wrong:
        wrong.setattr("botocore.auth.get_current_datetime", shifted)
        with pytest.raises(StoreError, match="this computer's clock is wrong"):
            there.publish()
    assert [seen for seen in there.proxy.seen if seen.startswith("PUT")] == []
    assert there.heard() == there.before


def test_a_store_edited_by_hand_is_put_right(there: Station) -> None:
    there.publish()
    by_hand = {"feed.xml": b"<rss/>", "index.html": b"<p>hacked", "folge-2/index.html": b""}
    for key, body in by_hand.items():
        there.client.put_object(Bucket=there.bucket, Key=key, Body=body)
    lost = {next(key for key in there.stored() if key.startswith("audio/folge-1-")), "f/1/index.html"}
    for key in lost:
        there.client.delete_object(Bucket=there.bucket, Key=key)

    there.publish(thorough=True)

    assert there.heard() == there.after
    assert lost < there.stored()
    for key, body in by_hand.items():
        assert there.client.get_object(Bucket=there.bucket, Key=key)["Body"].read() != body
