"""Uploads in parts that somebody began and nobody completed, and the parts of them that arrived."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from podcast.stores.s3errors import refusal_of

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListPartsOutputTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An upload that was begun: the object's name in the bucket, the upload's id, and when, by the server's clock."""

    name: str
    id: str
    begun: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that arrived. SeaweedFS keeps what was sent twice twice, so a number may come more than once."""

    number: int
    bytes: int
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The parts of an upload, when the last of them arrived (None where none did), and what time it is now.

    Both times are the server's: this computer's clock may be wrong.
    """

    parts: tuple[Part, ...]
    last: datetime | None
    now: datetime

    @property
    def bytes(self) -> int:
        """What the parts take up."""
        return sum(part.bytes for part in self.parts)


def begun_uploads(client: "S3Client", bucket: str, prefix: str) -> Iterator[Begun]:
    """Yield the uploads whose object's name starts with `prefix`, page by page."""
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Uploads", ()):
            begun = found.get("Initiated") or datetime.now(UTC)
            yield Begun(name=found["Key"], id=found["UploadId"], begun=begun)


def arrived_parts(client: "S3Client", bucket: str, name: str, upload_id: str) -> Arrived | None:
    """Return what arrived of an upload, or None where it is gone: completed, given up, or expired."""
    from botocore.exceptions import ClientError

    parts, written, now = [], [], datetime.now(UTC)
    pages = client.get_paginator("list_parts").paginate(Bucket=bucket, Key=name, UploadId=upload_id)
    try:
        for page in pages:
            now = _told_time(page)
            for part in page.get("Parts", ()):
                parts.append(Part(number=part["PartNumber"], bytes=part["Size"], tag=part["ETag"]))
                written.append(part.get("LastModified") or now)
    except ClientError as error:
        if refusal_of(error).is_gone:
            return None
        raise
    return Arrived(parts=tuple(parts), last=max(written, default=None), now=now)


def give_up(client: "S3Client", bucket: str, name: str, upload_id: str) -> None:
    """Abort an upload and free its parts; that there is none is no error."""
    from botocore.exceptions import ClientError

    try:
        client.abort_multipart_upload(Bucket=bucket, Key=name, UploadId=upload_id)
    except ClientError as error:
        if not refusal_of(error).is_gone:
            raise


def _told_time(page: "ListPartsOutputTypeDef") -> datetime:
    try:
        return parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
