"""Takes the index of an MP4 file apart into boxes and puts it together again (ISO/IEC 14496-12 §4.2).

The index is in memory; one level of it is looked at at a time, and no more boxes than a file of a podcast can have.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_MOST = 5000
_LARGEST = 0xFFFFFFFF


class Damaged(Exception):
    """The sizes of boxes contradict each other, or there are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A box without its head."""

    name: bytes
    content: bytes


def parts(content: bytes) -> tuple[Part, ...]:
    """Return the boxes that stand in a row; zeros and less than a head behind the last are left out.

    Raises Damaged.
    """
    found: list[Part] = []
    at = 0
    while at + 8 <= len(content):
        size, head = int.from_bytes(content[at : at + 4], "big"), 8
        if size == 1 and at + 16 <= len(content):
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        if not size and not content[at:].strip(b"\0"):
            break
        if size < head or at + size > len(content) or len(found) == _MOST:
            raise Damaged
        found.append(Part(name=content[at + 4 : at + 8], content=content[at + head : at + size]))
        at += size
    return tuple(found)


def meta_parts(content: bytes) -> tuple[Part, ...]:
    """Return the boxes in a `meta`, which in QuickTime's files has no version in front; raises Damaged."""
    return parts(content if content[4:8] == b"hdlr" else content[4:])


def head(name: bytes, size: int) -> bytes:
    """Return the head of a box with `size` bytes of content."""
    if size + 8 <= _LARGEST:
        return struct.pack(">I4s", size + 8, name)
    return struct.pack(">I4sQ", 1, name, size + 16)


def box(name: bytes, *contents: bytes) -> bytes:
    """Return a box."""
    content = b"".join(contents)
    return head(name, len(content)) + content


def packed(boxes: Iterable[Part]) -> bytes:
    """Return boxes in a row, as `parts` reads them."""
    return b"".join(box(part.name, part.content) for part in boxes)


def inside(content: bytes, *names: bytes) -> bytes:
    """Return the content of the first box down a path of names, empty where there is none; raises Damaged."""
    for name in names:
        content = next((part.content for part in parts(content) if part.name == name), b"")
    return content


def changed(content: bytes, names: tuple[bytes, ...], change: Callable[[Part], Part]) -> bytes:
    """Return boxes with each one at the end of a path of names changed; raises Damaged."""
    first, *rest = names

    def one(part: Part) -> Part:
        if part.name != first:
            return part
        return Part(name=first, content=changed(part.content, tuple(rest), change)) if rest else change(part)

    return packed(one(part) for part in parts(content))
