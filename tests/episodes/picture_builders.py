"""Builds pictures: quarters of known colours, so that a test sees what was cut, turned or converted."""

import io
import struct
from typing import Any

from PIL import Image

RED, GREEN, BLUE, GREY = (220, 30, 30), (30, 180, 60), (30, 60, 200), (128, 128, 128)


def quarters(width: int = 1500, height: int = 1500) -> Image.Image:
    """A picture whose quarters are red, green, blue and grey: above from the left, then below."""
    image = Image.new("RGB", (width, height))
    half = ((width + 1) // 2, (height + 1) // 2)
    for index, colour in enumerate((RED, GREEN, BLUE, GREY)):
        image.paste(Image.new("RGB", half, colour), (index % 2 * half[0], index // 2 * half[1]))
    return image


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


def colours(body: bytes) -> list[tuple[int, ...]]:
    """The colours in the middle of the quarters: above from the left, then below."""
    image = opened(body)
    width, height = image.size
    found = (image.getpixel((width * x // 4, height * y // 4)) for y in (1, 3) for x in (1, 3))
    return [pixel for pixel in found if isinstance(pixel, tuple)]


def near(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


def swapped_profile() -> bytes:
    """An ICC profile that is sRGB with red and green exchanged: whoever honours it sees red where green is written."""
    primaries = {"r": (0.3851, 0.7169, 0.0971), "g": (0.4361, 0.2225, 0.0139), "b": (0.1431, 0.0606, 0.7141)}
    name = b"Getauscht"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(1 + 8 + 3 + 67),
        b"wtpt": b"XYZ " + bytes(4) + _fixed(0.9642) + _fixed(1.0) + _fixed(0.8249),
        **{f"{key}XYZ".encode(): b"XYZ " + bytes(4) + b"".join(map(_fixed, xyz)) for key, xyz in primaries.items()},
        **{f"{key}TRC".encode(): b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) for key in "rgb"},
    }
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        data += bytes(-len(data) % 4)
        table += tag + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4sI4s4s4s12s4s", size, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp")
    head = head.ljust(68, b"\0") + _fixed(0.9642) + _fixed(1.0) + _fixed(0.8249)
    return head.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))
