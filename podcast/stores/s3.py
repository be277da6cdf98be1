"""A store in an S3 bucket, at AWS or at anybody who speaks S3. Credentials come from boto3's own chain only."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from podcast.cache import cache_root
from podcast.stores import (
    ABSENT,
    Moved,
    Progress,
    Stat,
    StoredObject,
    StoreError,
    Unfinished,
    Upload,
    check_key,
    is_key,
)
from podcast.stores.claims import Claims
from podcast.stores.s3body import NotSentError, Told, file_body, measured_signer, one_by_one, open_body, register_signer
from podcast.stores.s3credentials import open_session
from podcast.stores.s3digests import as_checksum, is_written, own_sha256
from podcast.stores.s3errors import failed, refusal_of, refused
from podcast.stores.s3parts import QUIET, PartedFile, Way
from podcast.stores.s3reading import read_into
from podcast.stores.s3unfinished import arrived_parts, begun_uploads, give_up
from podcast.stores.source import changed, digest, taken, too_large

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, PutObjectRequestTypeDef

_MULTIPART_BYTES = 64 << 20
_PART_BYTES = 16 << 20
_TRANSFERS = 2  # measured: more do not send sooner, they only take turns
_CONNECT_SECONDS = 10  # bounds a stalled upload as well
_READ_SECONDS = 60
_ATTEMPTS = 8  # the default, 3 within 0.1 seconds, does not outlive the restart of a server
_READS = 3


class S3Store:
    """Objects in a bucket, below a prefix. One session and one client, made when first needed.

    Every object carries the SHA-256 of its body in its metadata: an ETag is no digest with every provider.
    No object is given an ACL: who may read is the bucket policy's business.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint_url: str = "",
        region: str = "",
        profile: str = "",
        path_style: bool | None = None,
        multipart_bytes: int = _MULTIPART_BYTES,
        quiet: timedelta = QUIET,
    ) -> None:
        """`path_style` None means: with an `endpoint_url`. Files of `multipart_bytes` and more are sent in parts.

        What another computer began to send is gone on with when nothing of it has arrived for `quiet`.
        """
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._endpoint_url = endpoint_url
        self._region = region
        self._profile = profile
        self._path_style = path_style
        self._multipart_bytes = multipart_bytes
        self._quiet = quiet
        self._lock = threading.Lock()
        self._made: S3Client | None = None
        self._bucket_seen = False
        self._bare_tags = False

    @property
    def url(self) -> str:
        """The address, `s3://bucket/prefix`."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def get(self, key: str) -> StoredObject | None:
        """Return body and tag of one read, or None where the object is absent."""
        from botocore.exceptions import IncompleteReadError, ResponseStreamingError

        name = self._name(key)
        with self._telling(key):
            for _ in range(_READS - 1):
                with suppress(ResponseStreamingError, IncompleteReadError):  # boto3 repeats requests, not their reading
                    return self._read(name)
            return self._read(name)

    def fetch(self, key: str, path: Path, most: int) -> bool:
        """Stream the body into a file, and go on where the line broke."""
        name = self._name(key)
        with self._telling(key), path.open("wb") as file:
            there = read_into(self._client, self._bucket, name, file, most)
            if file.tell() > most:
                raise too_large(self.url, key, most)
            return there

    def stat(self, key: str) -> Stat | None:
        """Return what a HEAD says, or None where the object is absent."""
        name = self._name(key)
        with self._telling(key):
            there = self._head(name)
        if there is None:
            return None
        return Stat(
            key=key,
            bytes=there["ContentLength"],
            tag=there["ETag"],
            media_type=there.get("ContentType", ""),
            cache_control=there.get("CacheControl", ""),
            written=there.get("LastModified"),
        )

    def list(self, prefix: str) -> Iterator[Stat]:
        """Yield every object whose key starts with `prefix`, page by page; without type and caching."""
        with self._telling(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self._prefix)
                    if is_key(key):
                        yield Stat(key=key, bytes=item["Size"], tag=item["ETag"], written=item.get("LastModified"))

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        """Write with one request and return the new tag; raises Moved as the port says."""
        from botocore.exceptions import ClientError

        sha256 = hashlib.sha256(body).hexdigest()
        request: PutObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": self._name(key),
            "Body": body,
            "ContentType": media_type,
            "Metadata": {"sha256": sha256},
            "ChecksumSHA256": as_checksum(sha256),
        }
        if cache_control:
            request["CacheControl"] = cache_control
        with self._telling(key):
            if expected is None:
                return self._client.put_object(**request)["ETag"]
            for attempt in self._conditional(request, expected):
                try:
                    tag = self._client.put_object(**attempt)["ETag"]
                except ClientError as error:
                    if not refusal_of(error).is_condition:
                        raise
                    there = self._head(request["Key"])
                    if there is not None and is_written(there, request, len(body)):
                        return there["ETag"]
                    if there is None or there["ETag"] != expected:
                        break
                else:
                    self._bare_tags = self._bare_tags or attempt.get("IfMatch", expected) != expected
                    return tag
        raise Moved(key)

    def put_files(self, uploads: Sequence[Upload], progress: Progress | None = None) -> None:
        """Stream several files side by side, then look at each. An interrupt leaves the parts of large files there."""
        for upload in uploads:
            check_key(upload.key)
        told, stop = one_by_one(progress), threading.Event()
        with ThreadPoolExecutor(_TRANSFERS) as parts, ThreadPoolExecutor(_TRANSFERS) as pool:
            futures = [pool.submit(self._upload, upload, parts, told, stop) for upload in uploads]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def delete(self, key: str) -> None:
        """Delete an object; S3 answers alike whether there was one or not."""
        name = self._name(key)
        with self._telling(key):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield the uploads in parts below the prefix, page by page; whose name is no key is somebody else's."""
        with self._telling(""):
            for begun in begun_uploads(self._client, self._bucket, self._prefix):
                key = begun.name.removeprefix(self._prefix)
                if is_key(key) and (arrived := arrived_parts(self._client, self._bucket, begun.name, begun.id)):
                    grew = arrived.last or begun.begun
                    yield Unfinished(key=key, id=begun.id, begun=grew, bytes=arrived.bytes)

    def abort(self, unfinished: Unfinished) -> None:
        """Abort an upload in parts; whoever is sending it begins anew."""
        name = self._name(unfinished.key)
        with self._telling(unfinished.key):
            give_up(self._client, self._bucket, name, unfinished.id)

    def close(self) -> None:
        """Close the connections. The store opens new ones when used again."""
        with self._lock:
            if self._made is not None:
                self._made.close()
            self._made = None

    @property
    def _client(self) -> "S3Client":
        with self._lock:
            if self._made is None:
                self._made = self._make_client()
            return self._made

    def _make_client(self) -> "S3Client":
        from botocore.config import Config

        style: Literal["auto", "path", "virtual"] = "path" if self._endpoint_url else "auto"
        if self._path_style is not None:
            style = "path" if self._path_style else "virtual"
        session = open_session(self._profile, self._region, self.url)
        config = Config(
            # as trailers, boto3's default, checksums over https are refused by some providers and by others kept
            # as `Content-Encoding: aws-chunked`, which is then served to listeners
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=16,
            s3={"addressing_style": style, "payload_signing_enabled": True},
        )
        client: S3Client = session.client("s3", endpoint_url=self._endpoint_url or None, config=config)
        register_signer()
        for sending in ("PutObject", "UploadPart"):
            client.meta.events.register_first(f"choose-signer.s3.{sending}", measured_signer)  # type: ignore[arg-type]  # it may answer
        return client

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _conditional(self, request: "PutObjectRequestTypeDef", expected: str) -> Iterator["PutObjectRequestTypeDef"]:
        """Yield the request with its condition; for a tag also as Ceph 16 understands it, without quotes."""
        bare = expected.strip('"')
        if expected == ABSENT:
            yield {**request, "IfNoneMatch": "*"}
            return
        if bare == expected or not self._bare_tags:
            yield {**request, "IfMatch": expected}
        if bare != expected:
            yield {**request, "IfMatch": bare}

    def _read(self, name: str) -> StoredObject | None:
        from botocore.exceptions import ClientError

        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if refusal_of(error).is_absent:
                return None
            raise
        return StoredObject(body=answer["Body"].read(), tag=answer["ETag"])

    def _head(self, name: str) -> "HeadObjectOutputTypeDef | None":
        from botocore.exceptions import ClientError

        try:
            return self._client.head_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            absent = refusal_of(error).is_absent
            if not absent or not self._bucket_seen:
                self._ask_why()
            if not absent:
                raise
            self._bucket_seen = True
            return None

    def _ask_why(self) -> None:
        """Raise what is wrong with bucket or credentials: the answer to a HEAD has no body to say so."""
        from botocore.exceptions import ClientError

        try:
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
        except ClientError as error:
            if refusal_of(error).code != "AccessDenied":  # to list may be forbidden where to write is allowed
                raise

    def _holds(self, upload: Upload) -> bool:
        there = self._head(self._name(upload.key))
        if there is None:
            return False
        if there["ContentLength"] == upload.path.stat().st_size and own_sha256(there) == upload.sha256:
            return True
        raise taken(self.url, upload.key)

    def _upload(self, upload: Upload, pool: Executor, told: Progress, stop: threading.Event) -> None:
        """Send one file unless it is there, and look at what became of it."""
        from botocore.exceptions import ClientError

        with self._telling(upload.key):
            if stop.is_set() or self._holds(upload):
                return
            size, of_file = upload.path.stat().st_size, partial(told, upload.key)
            try:
                if size < self._multipart_bytes:
                    self._send_whole(upload, size, of_file, stop)
                else:
                    self._send_parts(upload, pool, of_file, stop)
            except NotSentError as error:
                raise changed(upload.path) from error
            except ClientError as error:
                if refusal_of(error).is_digest and digest(upload.path) != upload.sha256:
                    raise changed(upload.path) from error
                raise
            self._verify(upload, size)

    def _send_whole(self, upload: Upload, size: int, told: Told, stop: threading.Event) -> None:
        """Send with one request.

        The digest is declared twice, for Ceph compares the signed one and SeaweedFS the checksum; who compares the
        checksum repeats it in the answer, and where nobody does the file is read again.
        """
        request: PutObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": self._name(upload.key),
            "ContentType": upload.media_type,
            "Metadata": {"sha256": upload.sha256},
            "ChecksumSHA256": as_checksum(upload.sha256),
        }
        if upload.cache_control:
            request["CacheControl"] = upload.cache_control
        with open_body(upload.path) as file:
            request["Body"] = file_body(file, 0, size, upload.sha256, told, stop.is_set)
            answer = self._client.put_object(**request)
        if answer.get("ChecksumSHA256") != request["ChecksumSHA256"] and digest(upload.path) != upload.sha256:
            self._take_back(request["Key"])
            raise changed(upload.path)

    def _send_parts(self, upload: Upload, pool: Executor, told: Told, stop: threading.Event) -> None:
        way = Way(
            client=self._client,
            bucket=self._bucket,
            part_bytes=min(_PART_BYTES, self._multipart_bytes),
            pool=pool,
            stop=stop,
            claims=Claims(cache_root() / "uploads"),
            quiet=self._quiet,
        )
        PartedFile(upload, self._name(upload.key), way, told).send(lambda: self._holds(upload))

    def _verify(self, upload: Upload, size: int) -> None:
        """Compare what the store says with what was sent; take back what is wrong."""
        name = self._name(upload.key)
        there = self._head(name)
        if there is None:
            raise StoreError(f"{self.url} lost {upload.key} right after taking it", hint="run the command again")
        said = (there["ContentLength"], there.get("ContentType"), there.get("ContentEncoding", ""), own_sha256(there))
        if said != (size, upload.media_type, "", upload.sha256):
            self._take_back(name)
            raise StoreError(
                f"{self.url} does not keep {upload.key} as it was sent: it says {said[0]} bytes of {said[1]}"
                + (f" in {said[2]}" if said[2] else ""),
                hint="use a store that keeps size, Content-Type and metadata",
            )

    def _take_back(self, name: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        with suppress(BotoCoreError, ClientError):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    @contextmanager
    def _telling(self, key: str) -> Iterator[None]:
        """Turn what boto3 and the system raise into sentences."""
        from botocore.exceptions import BotoCoreError, ClientError

        host = urlsplit(self._endpoint_url).hostname
        place = f"{self.url} at {host}" if host else self.url
        try:
            yield
        except ClientError as error:
            raise refused(f"{place}: {key}" if key else place, refusal_of(error)) from error
        except BotoCoreError as error:
            raise failed(place, error) from error
        except OSError as error:
            raise StoreError(
                f"{error.filename or place}: {error.strerror or error}", hint="look at the file"
            ) from error
        except ValueError as error:
            if self._made is not None:
                raise
            raise StoreError(f"{place}: endpoint_url is no address", hint="write it as https://host") from error
