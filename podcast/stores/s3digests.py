"""Digests on the way to a bucket: nothing is sent without one."""

import base64
import hashlib
from typing import BinaryIO, TypedDict

_CHUNK_BYTES = 1 << 20


class _Call(TypedDict):
    body: BinaryIO
    headers: dict[str, str]


def as_checksum(sha256: str) -> str:
    """Write a hex digest as S3 does, in base64."""
    return base64.b64encode(bytes.fromhex(sha256)).decode("ascii")


def add_part_digest(params: _Call, **_: object) -> None:
    """Before an UploadPart is built: give it a Content-MD5. SeaweedFS checks no part against the signed digest."""
    body = params["body"]
    start = body.tell()
    hashed = hashlib.md5(usedforsecurity=False)
    while chunk := body.read(_CHUNK_BYTES):
        hashed.update(chunk)
    body.seek(start)
    params["headers"]["Content-MD5"] = base64.b64encode(hashed.digest()).decode("ascii")
