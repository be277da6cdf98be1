"""A large file sent in parts: from where it stopped before, and completed when each of its parts has arrived.

An upload of this key is gone on with where its parts are the file's own, whoever began it: this computer, unless
another process sends it at this moment, or another one, when nothing has arrived for a while. Two who sent into one
upload could each complete it with parts the other has replaced, so who comes second begins an upload of his own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor, as_completed, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING

from podcast.stores import StoreError, Upload
from podcast.stores.claims import Claim, Claims
from podcast.stores.s3body import NotSentError, Told, file_body, open_body
from podcast.stores.s3digests import Digests, as_checksum, part_digests
from podcast.stores.s3errors import refusal_of
from podcast.stores.s3unfinished import Arrived, Begun, Part, arrived_parts, begun_uploads, give_up
from podcast.stores.source import changed, digest, look

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CreateMultipartUploadRequestTypeDef

QUIET = timedelta(minutes=15)
"""Nothing has arrived for so long: whoever sent an upload from another computer has stopped."""

_ROUNDS = 4
_MOST_PARTS = 10_000
_MIB = 1 << 20
_INCOMPLETE = ("InvalidPart", "InvalidPartOrder", "OperationAborted", "ConditionalRequestConflict")


class _GoneError(Exception):
    """The upload is no more: completed by another, given up, or expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How parts come to a bucket: the client, how large they are, the threads that send them, and who may stop them."""

    client: "S3Client"
    bucket: str
    part_bytes: int
    pool: Executor
    stop: Event
    claims: Claims
    quiet: timedelta


class PartedFile:
    """A file on its way, divided alike on every computer; each part is read for its digests once."""

    def __init__(self, upload: Upload, name: str, way: Way, told: Told) -> None:
        """`name` is that of the object in the bucket. Raises StoreError where the file is not what was measured."""
        self._before = look(upload.path)
        if digest(upload.path) != upload.sha256:
            raise changed(upload.path)
        self._upload = upload
        self._name = name
        self._way = way
        self._size = self._before[0]
        self._part_bytes = max(way.part_bytes, -(-self._size // (_MOST_PARTS * _MIB)) * _MIB)
        self._count = -(-self._size // self._part_bytes)
        self._told = _Told(told)
        self._digests: dict[int, Digests] = {}
        self._tags: dict[int, str] = {}
        self._lists = True

    def send(self, holds: Callable[[], bool]) -> None:
        """Send what is missing and make the object of it; `holds` says whether it is there already.

        An interrupt or an error leaves what has arrived, to be gone on with; only where it cannot be found again, or
        the file has changed, it is given up.
        """
        for _ in range(_ROUNDS):
            claim = self._find() or self._begin()
            done = False
            try:
                done = self._send_into(claim.id, holds)
                if done:
                    return
            except _GoneError:
                done = True
                self._told.set(0)
                if holds():
                    return
            except BaseException as error:
                done = self._is_useless()
                if done:
                    self._give_up(claim)
                if isinstance(error, NotSentError) and not self._way.stop.is_set():  # the file ended early
                    raise changed(self._upload.path) from error
                raise
            finally:
                claim.release(done=done)
        raise StoreError(
            f"the store gave up what it had of {self._upload.key}, {_ROUNDS} times",
            hint="run the command again when no other program is at work there",
        )

    def _send_into(self, upload_id: str, holds: Callable[[], bool]) -> bool:
        """Fill an upload and complete it; return False where the store misses a part of it after all."""
        from botocore.exceptions import ClientError

        tags = self._fill(upload_id)
        if look(self._upload.path) != self._before and digest(self._upload.path) != self._upload.sha256:
            raise changed(self._upload.path)
        if holds():  # another was faster
            give_up(self._way.client, self._way.bucket, self._name, upload_id)
            return True
        try:
            self._way.client.complete_multipart_upload(
                Bucket=self._way.bucket,
                Key=self._name,
                UploadId=upload_id,
                MultipartUpload={"Parts": [{"PartNumber": number, "ETag": tags[number]} for number in sorted(tags)]},
            )
        except ClientError as error:
            refusal = refusal_of(error)
            if refusal.is_gone:
                raise _GoneError from error
            if refusal.code not in _INCOMPLETE:
                raise
            return False
        return True

    def _find(self) -> Claim | None:
        """Return the upload to go on with, if any: of several the one of which most arrived."""
        from botocore.exceptions import ClientError

        found: list[tuple[Begun, Arrived]] = []
        try:
            for begun in begun_uploads(self._way.client, self._way.bucket, self._name):
                if begun.name == self._name and (arrived := self._arrived(begun.id)):
                    found.append((begun, arrived))
        except ClientError as error:
            if not refusal_of(error).is_not_offered:
                raise
            self._lists = False
        found.sort(key=lambda one: one[1].bytes, reverse=True)
        for begun, arrived in found:
            ours = self._way.claims.has(begun.id)
            fits = self._fits(arrived.parts) if arrived.parts else ours
            if not ours and (not fits or arrived.now - (arrived.last or begun.begun) < self._way.quiet):
                continue
            claim = self._way.claims.take(begun.id)
            if claim is not None and fits:
                return claim
            if claim is not None:  # of a file that was, or of folge when it divided files otherwise
                self._give_up(claim)
                claim.release(done=True)
        return None

    def _begin(self) -> Claim:
        request: CreateMultipartUploadRequestTypeDef = {
            "Bucket": self._way.bucket,
            "Key": self._name,
            "ContentType": self._upload.media_type,
            "Metadata": {"sha256": self._upload.sha256},
        }
        if self._upload.cache_control:
            request["CacheControl"] = self._upload.cache_control
        self._tags.clear()
        upload_id = self._way.client.create_multipart_upload(**request)["UploadId"]
        return self._way.claims.take(upload_id) or Claim(id=upload_id)

    def _fill(self, upload_id: str) -> Mapping[int, str]:
        """Send what is missing until all of it is listed; returns the tag of each part."""
        for _ in range(_ROUNDS):
            there = self._right(self._listed(upload_id))
            self._told.set(sum(self._extent(number)[1] for number in there))
            missing = [number for number in range(1, self._count + 1) if number not in there]
            if not missing:
                return there
            self._send_parts(upload_id, missing)
        raise StoreError(
            f"the store does not keep the parts of {self._upload.key} as they were sent",
            hint="run the command again; where that does not help, use another store",
        )

    def _listed(self, upload_id: str) -> Iterable[Part]:
        """Ask what arrived, for SeaweedFS may complete an upload with other parts than those that are named."""
        from botocore.exceptions import ClientError

        try:
            arrived = self._arrived(upload_id)
        except ClientError as error:
            if not refusal_of(error).is_not_offered:
                raise
            self._lists = False
            return [Part(number=number, bytes=self._extent(number)[1], tag=tag) for number, tag in self._tags.items()]
        if arrived is None:
            raise _GoneError
        return arrived.parts

    def _arrived(self, upload_id: str) -> Arrived | None:
        return arrived_parts(self._way.client, self._way.bucket, self._name, upload_id)

    def _fits(self, parts: Collection[Part]) -> bool:
        """Say whether these are parts of this file: divided as it is, and at least one of them right."""
        alike = all(part.number <= self._count and part.bytes == self._extent(part.number)[1] for part in parts)
        return alike and bool(self._right(parts))

    def _right(self, parts: Iterable[Part]) -> dict[int, str]:
        """Return the parts that hold what the file does: sent by us just now, or tagged with the MD5 of their bytes."""
        right = {}
        for part in parts:
            if part.number > self._count or part.bytes != self._extent(part.number)[1]:
                continue
            tag = part.tag.strip('"').lower()
            if tag in (self._tags.get(part.number, ""), self._digest(part.number).md5):
                right[part.number] = part.tag
        return right

    def _extent(self, number: int) -> tuple[int, int]:
        """Return where a part begins and how many bytes it has."""
        start = (number - 1) * self._part_bytes
        return start, min(self._part_bytes, self._size - start)

    def _digest(self, number: int) -> Digests:
        if number not in self._digests:
            self._digests[number] = part_digests(self._upload.path, *self._extent(number))
        return self._digests[number]

    def _send_parts(self, upload_id: str, numbers: Iterable[int]) -> None:
        halt = Event()
        futures = [self._way.pool.submit(self._send_part, upload_id, number, halt) for number in numbers]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            halt.set()
            wait([future for future in futures if not future.cancel()])
            raise

    def _send_part(self, upload_id: str, number: int, halt: Event) -> None:
        from botocore.exceptions import ClientError

        def stopped() -> bool:
            return halt.is_set() or self._way.stop.is_set()

        if stopped():
            raise NotSentError
        digests = self._digest(number)
        with open_body(self._upload.path) as file:
            body = file_body(file, *self._extent(number), digests.sha256, self._told.add, stopped)
            try:
                answer = self._way.client.upload_part(
                    Bucket=self._way.bucket,
                    Key=self._name,
                    UploadId=upload_id,
                    PartNumber=number,
                    Body=body,
                    ContentMD5=as_checksum(digests.md5),
                )
            except ClientError as error:
                if refusal_of(error).is_gone:
                    raise _GoneError from error
                raise
        self._tags[number] = answer.get("ETag", "").strip('"').lower()

    def _is_useless(self) -> bool:
        """Say whether nobody can go on with what has arrived: it cannot be found, or the file is another by now."""
        if not self._lists:
            return True
        try:
            return not self._way.stop.is_set() and digest(self._upload.path) != self._upload.sha256
        except OSError:  # a disk that was pulled out may come back
            return False

    def _give_up(self, claim: Claim) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        with suppress(BotoCoreError, ClientError):  # it takes up room until `folge tidy`
            give_up(self._way.client, self._way.bucket, self._name, claim.id)


class _Told:
    """How much of a file was told to be in the store; by several threads."""

    def __init__(self, told: Told) -> None:
        self._tell = told
        self._total = 0
        self._lock = Lock()

    def add(self, sent: int) -> None:
        with self._lock:
            self._total += sent
            self._tell(sent)

    def set(self, total: int) -> None:
        """Tell the difference to what is there, where there is one."""
        with self._lock:
            if total != self._total:
                self._tell(total - self._total)
                self._total = total
