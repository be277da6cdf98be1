"""Copies a stretch of one file to another in pieces, whatever its size."""

from typing import BinaryIO

from episodes.sound import NotAudio

_PIECE = 1 << 20


def pour(source: BinaryIO, start: int, end: int, target: BinaryIO) -> None:
    """Copy the bytes from `start` up to `end`; raises `NotAudio` where the file became shorter meanwhile."""
    source.seek(start)
    left = end - start
    while left > 0:
        piece = source.read(min(_PIECE, left))
        if not piece:
            message = "the audio file changed while it was read"
            raise NotAudio(message, hint="wait until the recording or the copy is finished")
        target.write(piece)
        left -= len(piece)
