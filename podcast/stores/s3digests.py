"""Digests on the way to a bucket: nothing is sent under a wrong one, and no part without one."""

import base64
import hashlib
from typing import TYPE_CHECKING, BinaryIO, TypedDict

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from botocore.awsrequest import AWSPreparedRequest

_CONTENT_SHA256 = "X-Amz-Content-SHA256"
_OWN_SHA256 = "x-amz-meta-sha256"
_CHUNK_BYTES = 1 << 20


class NotMeasuredError(Exception):
    """The body's digest is not the one its metadata would claim for ever."""


class _Call(TypedDict):
    body: BinaryIO
    headers: dict[str, str]


def check_digest(request: "AWSPreparedRequest", **_: object) -> None:
    """Before a PutObject is sent: compare its signed digest with the one in its metadata; raises NotMeasuredError."""
    signed, own = (_text(request.headers.get(header, "")) for header in (_CONTENT_SHA256, _OWN_SHA256))
    if own and len(signed) == len(own) and signed != own:
        raise NotMeasuredError


def add_part_digest(params: _Call, **_: object) -> None:
    """Before an UploadPart is built: give it a Content-MD5. SeaweedFS checks no part against the signed digest."""
    body = params["body"]
    start = body.tell()
    hashed = hashlib.md5(usedforsecurity=False)
    while chunk := body.read(_CHUNK_BYTES):
        hashed.update(chunk)
    body.seek(start)
    params["headers"]["Content-MD5"] = base64.b64encode(hashed.digest()).decode("ascii")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
