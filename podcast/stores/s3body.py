"""A file, or a part of it, as the body of a request: signed under a known digest, sent in large blocks, stoppable."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, cast

from podcast.stores import Progress

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from botocore.awsrequest import AWSRequest

Told = Callable[[int], None]
"""Called with the number of bytes of one file that were sent since the last call."""

Stopped = Callable[[], bool]
"""Says whether what is being sent was given up."""

_BLOCK_BYTES = 1 << 20
_SIGNER = "folge-s3v4"


class NotSentError(BaseException):
    """The body was given up, or ended early. No Exception: boto3 takes those for the network's and sends again."""


class _FileBody:
    """`size` bytes of a file from `start`, sent under `sha256`: what arrives is compared with it by the server."""

    def __init__(self, file: BinaryIO, start: int, size: int, sha256: str, told: Told, stopped: Stopped) -> None:
        self.sha256 = sha256
        self._file = file
        self._start = start
        self._size = size
        self._told = told
        self._stopped = stopped
        self._sent = 0
        file.seek(start)

    def __len__(self) -> int:
        return self._size

    def read(self, amount: int = -1) -> bytes:
        """Return the next block. It is larger than asked for: urllib3 asks for 16 KiB, and each costs it a turn."""
        if self._stopped():
            raise NotSentError
        position = self.tell()
        wanted = min(max(amount, _BLOCK_BYTES), self._size - position)
        block = self._file.read(wanted)
        if wanted > 0 and not block:
            raise NotSentError
        if (end := position + len(block)) != self._sent:
            self._told(end - self._sent)  # negative where it is sent again
            self._sent = end
        return block

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place in the body."""
        if whence != os.SEEK_SET:
            position += self._size if whence == os.SEEK_END else self.tell()
        return self._file.seek(self._start + position) - self._start

    def tell(self) -> int:
        """Return the place in the body."""
        return self._file.tell() - self._start


def file_body(file: BinaryIO, start: int, size: int, sha256: str, told: Told, stopped: Stopped) -> BinaryIO:
    """Return `size` bytes of a file from `start` as a body; it can do as much of a file as boto3 asks of one.

    `told` hears of bytes as they are taken to be sent; once `stopped` says so no more are, and NotSentError is raised.
    """
    return cast("BinaryIO", _FileBody(file, start, size, sha256, told, stopped))


def one_by_one(progress: Progress | None) -> Progress:
    """Return a progress that is told by one thread at a time."""
    lock = Lock()

    def tell(key: str, sent: int) -> None:
        if progress is not None:
            with lock:
                progress(key, sent)

    return tell


def measured_signer(signature_version: str, **_: object) -> str | None:
    """Choose the signer for what has a body: ours in place of the usual one, boto3's own choice where it is another."""
    return _SIGNER if signature_version in ("v4", "s3v4") else None


def register_signer() -> None:
    """Make a signer known that takes the digest of a `file_body` as given, instead of reading the file once more."""
    from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth

    class MeasuredAuth(S3SigV4Auth):
        def payload(self, request: "AWSRequest") -> str:
            body: object = request.body
            return body.sha256 if isinstance(body, _FileBody) else super().payload(request)

    AUTH_TYPE_MAPS.setdefault(_SIGNER, MeasuredAuth)


def open_body(path: Path) -> BinaryIO:
    """Open a file to be sent: unbuffered, its blocks are large already."""
    return path.open("rb", buffering=0)
