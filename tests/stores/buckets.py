"""Buckets to test with: a store below a prefix nobody else uses, and boto3's own chain leading to one server."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from podcast.stores import Unfinished
from podcast.stores.s3 import S3Store
from tests.servers.running import S3Server
from tests.stores.conformance import MIB, Conformance, noise

IN_PARTS = 8 * MIB


@contextmanager
def bucket_store(server: S3Server, endpoint_url: str, prefix: str, bucket: str = "") -> Iterator[S3Store]:
    store = S3Store(bucket or server.bucket, prefix, endpoint_url=endpoint_url, multipart_bytes=IN_PARTS)
    yield store
    store.close()


class BucketConformance(Conformance):
    """A subclass gives `server` and says which of its endpoints."""

    secure = False

    @pytest.fixture
    def server(self) -> S3Server:
        raise NotImplementedError

    @pytest.fixture
    def prefix(self) -> str:
        return f"show/{uuid.uuid4().hex}"

    @pytest.fixture
    def endpoint_url(self, server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
        for name, value in (server.environment() | {"FOLGE_CACHE": str(tmp_path / "cache")}).items():
            monkeypatch.setenv(name, value)
        return server.https if self.secure else server.http

    @pytest.fixture
    def store(self, server: S3Server, endpoint_url: str, prefix: str) -> Iterator[S3Store]:
        with bucket_store(server, endpoint_url, prefix) as store:
            yield store

    @pytest.fixture
    def other(self, server: S3Server, endpoint_url: str, prefix: str) -> Iterator[S3Store]:
        with bucket_store(server, endpoint_url, prefix) as store:
            yield store

    @pytest.fixture
    def half(self, server: S3Server, client: S3Client, prefix: str) -> Unfinished:
        name = f"{prefix}/audio/half.mp3"
        upload_id = client.create_multipart_upload(Bucket=server.bucket, Key=name)["UploadId"]
        client.upload_part(Bucket=server.bucket, Key=name, UploadId=upload_id, PartNumber=1, Body=noise(MIB))
        return Unfinished(key="audio/half.mp3", id=upload_id, begun=datetime.now(UTC), bytes=MIB)

    @pytest.fixture
    def client(self, server: S3Server) -> Iterator[S3Client]:
        client = server.client()
        yield client
        client.close()
