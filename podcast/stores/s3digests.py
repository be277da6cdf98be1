"""Digests on the way to a bucket: nothing is sent without one."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, PutObjectRequestTypeDef

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Digests of a part, in hex: the MD5 because SeaweedFS compares no part with the SHA-256 that is signed."""

    md5: str
    sha256: str


def as_checksum(digest: str) -> str:
    """Write a hex digest as S3 does, in base64."""
    return base64.b64encode(bytes.fromhex(digest)).decode("ascii")


def part_digests(path: Path, start: int, size: int) -> Digests:
    """Read a part of a file once for its digests."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while chunk := file.read(min(_CHUNK_BYTES, size)):
            size -= len(chunk)
            md5.update(chunk)
            sha256.update(chunk)
    return Digests(md5=md5.hexdigest(), sha256=sha256.hexdigest())


def own_sha256(there: "HeadObjectOutputTypeDef") -> str:
    """Return the SHA-256 an object was given when it was put, in hex, or nothing."""
    return {name.lower(): value for name, value in there["Metadata"].items()}.get("sha256", "")


def is_written(there: "HeadObjectOutputTypeDef", request: "PutObjectRequestTypeDef", size: int) -> bool:
    """Say whether an object is what a request would have made: the request came through, its answer did not."""
    return (
        there["ContentLength"] == size
        and own_sha256(there) == request["Metadata"]["sha256"]
        and there.get("ContentType", "") == request["ContentType"]
        and there.get("CacheControl", "") == request.get("CacheControl", "")
    )
