"""A large file that was interrupted goes on where it stopped, with two real servers; what is wrong is sent anew."""

import hashlib
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from podcast.stores import Store, StoreError, Upload
from podcast.stores.claims import Claims
from podcast.stores.s3 import S3Store
from tests.servers.faultproxy import Fault, FaultProxy, fault_proxy
from tests.servers.running import S3Server
from tests.soaking import SOAK
from tests.stores.conformance import FOR_EVER, MIB, digest, noise, put_file

ROOT = Path(__file__).parents[2]
KEY = "audio/lang-1a2b3c4d.mp3"
PART = 5 * MIB  # smaller ones are refused
LARGE_PART = 16 * MIB
HOUR = timedelta(hours=1)
AT_ONCE = timedelta(seconds=-5)  # servers write the time of an answer without fractions


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A prefix in a bucket, reached through a proxy; and a client that goes past both."""

    server: S3Server
    proxy: FaultProxy
    client: S3Client
    prefix: str

    def store(self, *, part_bytes: int = PART, quiet: timedelta = HOUR) -> S3Store:
        return S3Store(
            self.server.bucket, self.prefix, endpoint_url=self.proxy.url, multipart_bytes=part_bytes, quiet=quiet
        )

    def uploads(self) -> list[str]:
        found = self.client.list_multipart_uploads(Bucket=self.server.bucket, Prefix=self.prefix)
        return [upload["UploadId"] for upload in found.get("Uploads", ())]

    def arrived(self, upload_id: str) -> set[int]:
        found = self.client.list_parts(Bucket=self.server.bucket, Key=f"{self.prefix}/{KEY}", UploadId=upload_id)
        return {part["PartNumber"] for part in found.get("Parts", ())}

    def begin(self, talk: Upload, parts: dict[int, bytes]) -> str:
        """Begin an upload as somebody else would."""
        name, about = f"{self.prefix}/{KEY}", {"sha256": talk.sha256}
        upload_id = self.client.create_multipart_upload(
            Bucket=self.server.bucket, Key=name, ContentType=talk.media_type, Metadata=about
        )["UploadId"]
        for number, body in parts.items():
            self.client.upload_part(
                Bucket=self.server.bucket, Key=name, UploadId=upload_id, PartNumber=number, Body=body
            )
        return upload_id

    def abort(self) -> None:
        for upload_id in self.uploads():
            self.client.abort_multipart_upload(
                Bucket=self.server.bucket, Key=f"{self.prefix}/{KEY}", UploadId=upload_id
            )

    def sent(self) -> list[int]:
        """The numbers of the parts that were sent since this was last asked, sorted."""
        found = [re.search(r"partNumber=(\d+)", seen) for seen in self.proxy.seen if seen.startswith("PUT ")]
        self.proxy.seen.clear()
        return sorted(int(one[1]) for one in found if one)

    def holds(self) -> str:
        """The SHA-256 of the object as a podcast app reads it."""
        body = self.client.get_object(Bucket=self.server.bucket, Key=f"{self.prefix}/{KEY}")["Body"]
        hashed = hashlib.sha256()
        for chunk in body.iter_chunks(MIB):
            hashed.update(chunk)
        return hashed.hexdigest()


def long_file(path: Path, size: int) -> Upload:
    path.write_bytes(noise(size))
    return Upload(key=KEY, path=path, media_type="audio/mpeg", cache_control=FOR_EVER, sha256=digest(path.read_bytes()))


class Resuming:
    """A subclass gives `server`."""

    size = 70 * MIB
    kills: tuple[int, ...] = (2,)

    @pytest.fixture
    def server(self) -> S3Server:
        raise NotImplementedError

    @pytest.fixture
    def place(self, server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
        for name, value in (server.environment() | {"FOLGE_CACHE": str(tmp_path / "cache")}).items():
            monkeypatch.setenv(name, value)
        client = server.client()
        with fault_proxy(server.http) as proxy:
            yield Place(server=server, proxy=proxy, client=client, prefix=f"resume/{uuid.uuid4().hex}")
        client.close()

    @pytest.fixture
    def talk(self, tmp_path: Path) -> Upload:
        """Five parts."""
        return long_file(tmp_path / "lang.mp3", 4 * PART + 11)

    def stop_after(self, place: Place, talk: Upload, part: int) -> None:
        """Send until a part is refused."""
        place.proxy.faults.append(Fault(method="PUT", match=f"partNumber={part + 1}", status=403, code="QuotaExceeded"))
        with pytest.raises(StoreError, match="storage is full"):
            put_file(place.store(), talk)
        place.proxy.faults.clear()
        place.proxy.seen.clear()

    def test_a_killed_process_is_gone_on_with_and_sends_only_the_rest(self, place: Place, tmp_path: Path) -> None:
        talk = long_file(tmp_path / "lang.mp3", self.size)
        whole = -(-self.size // LARGE_PART)
        arrived: set[int] = set()
        for stop in range(1, whole - 2) if SOAK else self.kills:
            running = start(place, talk, LARGE_PART)
            wait_until(place, stop * LARGE_PART, running)
            running.kill()
            running.communicate(timeout=30)
            (upload_id,) = place.uploads()
            arrived = settled(place, upload_id)
            assert arrived
            place.proxy.seen.clear()
        before, running = place.proxy.carried, start(place, talk, LARGE_PART)
        _, err = running.communicate(timeout=100)

        assert running.returncode == 0, err
        assert place.sent() == sorted(set(range(1, whole + 1)) - arrived)
        assert place.proxy.carried - before < self.size - (len(arrived) - 1) * LARGE_PART + 10_000
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_what_another_computer_left_is_gone_on_with_after_a_while_and_not_before(
        self, place: Place, talk: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.stop_after(place, talk, 2)
        (theirs,) = place.uploads()
        there = place.arrived(theirs)
        monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "another"))
        put_file(place.store(quiet=AT_ONCE), talk)
        assert place.sent() == sorted({1, 2, 3, 4, 5} - there)
        assert place.holds() == talk.sha256
        assert place.uploads() == []

        other = replace(talk, key="audio/noch-1a2b3c4d.mp3")
        name = f"{place.prefix}/{other.key}"
        begun = place.client.create_multipart_upload(Bucket=place.server.bucket, Key=name)["UploadId"]
        put_file(place.store(), other)
        assert place.sent() == [1, 2, 3, 4, 5]
        assert place.uploads() == [begun]

    def test_a_part_with_other_bytes_is_sent_again(self, place: Place, talk: Upload) -> None:
        body = noise(4 * PART + 11)
        place.begin(talk, {1: body[:PART], 2: bytes(PART), 5: body[-11:]})
        put_file(place.store(quiet=AT_ONCE), talk)
        assert place.sent() == [2, 3, 4]
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_what_we_divided_otherwise_is_given_up(self, place: Place, talk: Upload) -> None:
        self.stop_after(place, talk, 2)
        put_file(place.store(part_bytes=PART + MIB), talk)
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_an_upload_that_is_tidied_away_in_the_middle_begins_anew(self, place: Place, talk: Upload) -> None:
        ticks: list[int] = []

        def tell(_key: str, count: int) -> None:
            ticks.append(count)
            if sum(ticks) > 2 * PART and len(aborted) == 0:
                aborted.append(1)
                place.abort()

        aborted: list[int] = []
        put_file(place.store(), talk, tell)
        assert aborted
        assert sum(ticks) == 4 * PART + 11
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_two_processes_with_one_file_both_end_well(self, place: Place, talk: Upload) -> None:
        both = [start(place, talk), start(place, talk)]
        for running in both:
            _, err = running.communicate(timeout=100)
            assert running.returncode == 0, err
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_two_computers_with_one_file_both_end_well(self, place: Place, talk: Upload, tmp_path: Path) -> None:
        both = [start(place, talk), start(place, talk, FOLGE_CACHE=str(tmp_path / "another"))]
        for running in both:
            _, err = running.communicate(timeout=100)
            assert running.returncode == 0, err
        assert place.holds() == talk.sha256
        assert place.uploads() == []


def start(place: Place, talk: Upload, part_bytes: int = PART, **more: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.stores.sender", place.server.bucket, place.prefix, place.proxy.url),
            *(talk.key, str(talk.path), talk.sha256, str(part_bytes)),
        ],
        cwd=ROOT,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def wait_until(place: Place, carried: int, running: "subprocess.Popen[bytes]") -> None:
    limit = time.monotonic() + 60
    while place.proxy.carried < carried:
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < limit
        time.sleep(0.005)


def settled(place: Place, upload_id: str) -> set[int]:
    """What has arrived when the proxy has passed on what it still had of a killed process."""
    arrived: set[int] = set()
    while (found := place.arrived(upload_id)) != arrived:
        arrived = found
        time.sleep(0.5)
    return arrived


class TestSeaweed(Resuming):
    size = 300 * MIB + 11
    kills = (2, 9)

    @pytest.fixture
    def server(self, seaweed: S3Server) -> S3Server:
        return seaweed

    def test_progress_begins_with_what_is_there(self, place: Place, talk: Upload) -> None:
        self.stop_after(place, talk, 2)
        (upload_id,) = place.uploads()
        there = sum(PART if number < 5 else 11 for number in place.arrived(upload_id))
        ticks: list[int] = []
        put_file(place.store(), talk, lambda _, count: ticks.append(count))
        assert ticks[0] == there > 0
        assert sum(ticks) == 4 * PART + 11

    @pytest.mark.parametrize("parts", [{}, {1: bytes(PART)}, {1: noise(MIB)}, {9: noise(PART)}])
    def test_an_upload_of_another_file_is_left_alone(self, place: Place, talk: Upload, parts: dict[int, bytes]) -> None:
        theirs = place.begin(talk, parts)
        put_file(place.store(quiet=AT_ONCE), talk)
        assert place.sent() == [1, 2, 3, 4, 5]
        assert place.holds() == talk.sha256
        assert place.uploads() == [theirs]

    def test_what_another_process_is_sending_is_left_to_it(self, place: Place, talk: Upload, tmp_path: Path) -> None:
        self.stop_after(place, talk, 2)
        (theirs,) = place.uploads()
        claim = Claims(tmp_path / "cache" / "uploads").take(theirs)
        assert claim is not None
        put_file(place.store(), talk)
        assert place.sent() == [1, 2, 3, 4, 5]
        assert place.holds() == talk.sha256
        assert place.uploads() == [theirs]
        claim.release(done=False)

    def test_a_part_that_was_taken_and_not_kept_is_sent_again(self, place: Place, talk: Upload) -> None:
        place.proxy.faults.append(Fault(method="PUT", match="partNumber=2", status=200))
        put_file(place.store(), talk)
        assert place.sent() == [1, 2, 2, 3, 4, 5]
        assert place.holds() == talk.sha256

    def test_a_store_that_keeps_no_parts_is_said_so(self, place: Place, talk: Upload) -> None:
        place.proxy.faults.append(Fault(method="PUT", match="partNumber=2", status=200, times=99))
        with pytest.raises(StoreError, match=r"does not keep the parts of audio/lang-1a2b3c4d\.mp3"):
            put_file(place.store(), talk)

    def test_one_store_that_sends_one_file_twice_at_once_ends_well(self, place: Place, talk: Upload) -> None:
        store = place.store()
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda _: put_file(store, talk), range(2)))
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_a_computer_without_a_cache_sends_all_the_same(
        self, place: Place, talk: Upload, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FOLGE_CACHE", "/dev/null/nowhere")
        put_file(place.store(), talk)
        assert place.holds() == talk.sha256

    def test_a_busy_server_is_asked_again_for_every_part(self, place: Place, talk: Upload) -> None:
        place.proxy.faults.append(Fault(method="PUT", match="partNumber", status=503, code="SlowDown", times=4))
        place.proxy.faults.append(Fault(method="POST", status=503, code="SlowDown", times=2))
        put_file(place.store(), talk)
        assert place.holds() == talk.sha256

    @pytest.mark.parametrize("byte", [0, PART // 2, PART - 1])
    def test_a_network_that_breaks_off_at_a_byte_of_every_part_is_asked_again(
        self, place: Place, talk: Upload, byte: int
    ) -> None:
        place.proxy.faults += [
            Fault(method="PUT", match=f"partNumber={n}", reset_after=byte, times=2) for n in range(1, 5)
        ]
        ticks: list[int] = []
        put_file(place.store(), talk, lambda _, count: ticks.append(count))
        assert sum(ticks) == 4 * PART + 11
        assert place.holds() == talk.sha256

    @pytest.mark.skipif(not SOAK, reason="waits as long as a stalled connection is waited for; make soak")
    def test_a_connection_that_stalls_is_given_up_and_the_part_sent_again(self, place: Place, talk: Upload) -> None:
        place.proxy.faults.append(Fault(method="PUT", match="partNumber=2", stall_after=MIB))
        put_file(place.store(), talk)
        assert place.sent() == [1, 2, 2, 3, 4, 5]
        assert place.holds() == talk.sha256

    @pytest.mark.parametrize("match", ["uploads", "uploadId"])
    def test_an_answer_that_is_lost_on_the_way_loses_nothing(self, place: Place, talk: Upload, match: str) -> None:
        place.proxy.faults.append(Fault(method="POST", match=match, lost=True))
        put_file(place.store(), talk)
        assert place.holds() == talk.sha256
        assert len(place.uploads()) == (match == "uploads")  # nobody knows of the one that was begun first

    def test_who_may_not_list_sends_all_the_same_and_leaves_nothing(self, place: Place, talk: Upload) -> None:
        refused = Fault(method="GET", match="upload", status=403, code="AccessDenied", times=99)
        place.proxy.faults += [
            refused,
            Fault(method="PUT", match="partNumber=3", status=403, code="QuotaExceeded"),
        ]
        with pytest.raises(StoreError, match="storage is full"):
            put_file(place.store(), talk)
        assert place.uploads() == []
        put_file(place.store(), talk)
        assert refused.times < 99
        assert place.holds() == talk.sha256
        assert place.uploads() == []

    def test_only_what_is_below_the_prefix_and_named_as_a_key_is_ours(self, place: Place, talk: Upload) -> None:
        self.stop_after(place, talk, 2)
        for name in (f"{place.prefix}er/{KEY}", f"{place.prefix}/zu viel.mp3", "fremd.mp3"):
            place.client.create_multipart_upload(Bucket=place.server.bucket, Key=name)
        store: Store = place.store()
        (left,) = store.unfinished()
        assert left.key == KEY
        assert 0 < left.bytes < 4 * PART + 11
        store.abort(left)
        assert list(store.unfinished()) == []


class TestCeph(Resuming):
    @pytest.fixture
    def server(self, rgw: S3Server) -> S3Server:
        return rgw
