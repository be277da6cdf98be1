"""The S3 store keeps the promises of a store with two real servers, over http and https, and says what is wrong."""

import signal
import threading
import time
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from podcast.stores import ABSENT, Store, StoreError
from podcast.stores.s3 import S3Store
from tests.servers.running import S3Server, free_ports
from tests.stores.buckets import BucketConformance, bucket_store
from tests.stores.conformance import FOR_EVER, MIB, PAGE, SHORT, digest, noise, put, put_file, upload


class Buckets(BucketConformance):
    def test_an_object_is_served_as_it_was_put(
        self, store: Store, client: S3Client, server: S3Server, prefix: str
    ) -> None:
        put(store, "pages/a.html", b"<p>")
        answer = client.head_object(Bucket=server.bucket, Key=f"{prefix}/pages/a.html")
        assert (answer["ContentType"], answer["CacheControl"]) == (PAGE, SHORT)
        assert "content-encoding" not in answer["ResponseMetadata"]["HTTPHeaders"]
        assert answer["Metadata"] == {"sha256": digest(b"<p>")}

    @pytest.mark.parametrize("size", [1000, 40 * MIB + 11])
    def test_a_file_is_served_as_audio(
        self, store: Store, client: S3Client, server: S3Server, prefix: str, tmp_path: Path, size: int
    ) -> None:
        talk = upload(tmp_path / "talk.mp3", noise(size))
        put_file(store, talk)
        answer = client.get_object(Bucket=server.bucket, Key=f"{prefix}/{talk.key}", Range=f"bytes={size - 9}-")
        assert (answer["ContentType"], answer["CacheControl"]) == ("audio/mpeg", FOR_EVER)
        assert "content-encoding" not in answer["ResponseMetadata"]["HTTPHeaders"]
        assert answer["Metadata"] == {"sha256": talk.sha256}
        assert answer["Body"].read() == noise(size)[-9:]
        assert answer["ContentRange"] == f"bytes {size - 9}-{size - 1}/{size}"

    def test_objects_of_somebody_else_are_left_out(
        self, store: Store, client: S3Client, server: S3Server, prefix: str
    ) -> None:
        put(store, "a.html", b"")
        client.put_object(Bucket=server.bucket, Key=f"{prefix}/zu viel.html", Body=b"")
        client.put_object(Bucket=server.bucket, Key=f"{prefix}er/a.html", Body=b"")
        assert [found.key for found in store.list("")] == ["a.html"]

    def test_an_interrupt_leaves_no_object_and_the_next_one_goes_on(self, store: Store, tmp_path: Path) -> None:
        main = threading.main_thread().ident
        assert main is not None
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        pressed = threading.Event()

        def press(_key: str, _count: int) -> None:
            if not pressed.is_set():
                pressed.set()
                signal.pthread_kill(main, signal.SIGINT)
                time.sleep(0.2)  # the transfer must not be done before the key is felt

        talk = upload(tmp_path / "long.mp3", noise(64 * MIB))
        try:
            with pytest.raises(KeyboardInterrupt):
                put_file(store, talk, press)
        finally:
            signal.signal(signal.SIGINT, before)
        assert store.stat(talk.key) is None
        (left,) = store.unfinished()
        assert left.key == talk.key
        put_file(store, talk)
        assert store.stat(talk.key) is not None
        assert list(store.unfinished()) == []

    def test_a_wrong_access_key_is_said_so(
        self, store: Store, server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        every_method_says(store, tmp_path, "the store does not know this access key", server.secret_key)

    def test_a_wrong_secret_is_said_so(self, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrongsecret0123456789")
        every_method_says(store, tmp_path, "the secret key does not belong", "wrongsecret")

    def test_a_missing_bucket_is_said_so(self, server: S3Server, endpoint_url: str, tmp_path: Path) -> None:
        with bucket_store(server, endpoint_url, "show", "nowhere") as store:
            every_method_says(store, tmp_path, "there is no such bucket", server.secret_key)


def every_method_says(store: Store, tmp_path: Path, message: str, secret: str) -> None:
    for attempt in (
        lambda: store.get("feed.xml"),
        lambda: store.stat("feed.xml"),
        lambda: list(store.list("")),
        lambda: put(store, "feed.xml", b""),
        lambda: put(store, "feed.xml", b"", ABSENT),
        lambda: put(store, "feed.xml", b"", '"0123456789abcdef0123456789abcdef"'),
        lambda: put_file(store, upload(tmp_path / "talk.mp3", b"1")),
        lambda: put_file(store, upload(tmp_path / "talk.mp3", noise(20 * MIB))),
    ):
        with pytest.raises(StoreError, match=message) as said:
            attempt()
        assert said.value.hint
        assert secret not in str(said.value)


class TestSeaweed(Buckets):
    @pytest.fixture
    def server(self, seaweed: S3Server) -> S3Server:
        return seaweed


class TestSeaweedSecure(TestSeaweed):
    secure = True

    def test_an_unknown_authority_is_said_so(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_CA_BUNDLE")
        with pytest.raises(StoreError, match=r"certificate is not trusted; .*AWS_CA_BUNDLE"):
            store.get("feed.xml")


class TestCeph(Buckets):
    @pytest.fixture
    def server(self, rgw: S3Server) -> S3Server:
        return rgw


class TestCephSecure(TestCeph):
    secure = True


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without AWS configuration."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")


@pytest.fixture
def somebody(nobody: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somesecret")


def test_a_dead_endpoint_is_said_so(somebody: None, tmp_path: Path) -> None:
    store = S3Store("shows", endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}")
    with pytest.raises(StoreError, match=r"s3://shows at 127\.0\.0\.1: nobody answers there; look at the network"):
        store.get("feed.xml")


def test_missing_credentials_are_said_so(nobody: None) -> None:
    with pytest.raises(StoreError, match="no credentials were found; look at AWS_ACCESS_KEY_ID"):
        S3Store("shows", endpoint_url="http://127.0.0.1:1").stat("feed.xml")


def test_an_unknown_profile_is_said_so(nobody: None) -> None:
    with pytest.raises(StoreError, match="there is no such profile"):
        S3Store("shows", profile="radio", endpoint_url="http://127.0.0.1:1").get("feed.xml")


def test_an_endpoint_that_is_no_address_is_said_so(somebody: None) -> None:
    with pytest.raises(StoreError, match="endpoint_url is no address; write it as https://host"):
        S3Store("shows", endpoint_url="storage.example.org").get("feed.xml")


@pytest.mark.parametrize(
    ("path_style", "endpoint_url", "address"),
    [
        (None, "http://s3.example.org", "http://s3.example.org/shows/a"),
        (False, "http://s3.example.org", "http://shows.s3.example.org/a"),
        (None, "", "https://shows.s3.eu-central-1.amazonaws.com/a"),
        (True, "", "https://s3.eu-central-1.amazonaws.com/shows/a"),
    ],
)
def test_a_bucket_is_addressed_as_configured(
    somebody: None, path_style: bool | None, endpoint_url: str, address: str
) -> None:
    store = S3Store("shows", endpoint_url=endpoint_url, region="eu-central-1", path_style=path_style)
    asked: list[str] = []

    def note(request: object, **_: object) -> None:
        asked.append(str(getattr(request, "url", "")))
        raise StoreError("enough")

    store._client.meta.events.register_first("before-send.s3.GetObject", note)
    with pytest.raises(StoreError, match="enough"):
        store.get("a")
    assert asked == [address]
