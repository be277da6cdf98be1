"""Measures pictures by their header: cover files on disk and pictures inside audio files."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO

from episodes.model import Picture
from episodes.problems import Problem, UserError

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
_LARGEST_FILE = 100_000_000  # bytes
_LARGEST_DECODED = 12_000_000  # pixels; 3,000 x 3,000 are 9 million
_EXTENSIONS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
_NAMES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP", "image/bmp": "BMP"}
_MODES = {
    "L": "grayscale",
    "1": "black and white",
    "P": "palette colours",
    "CMYK": "CMYK",
    "RGBA": "RGB with an alpha channel (transparency)",
    "LA": "grayscale with an alpha channel (transparency)",
    "PA": "palette colours with transparency",
}
_SMALLEST_SIDE, _LARGEST_SIDE = 1400, 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The measured facts of a cover file: width and height in pixels, `mode` in Pillow's words (`RGB`, `CMYK` …)."""

    media_type: str
    bytes: int
    sha256: str
    width: int
    height: int
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    media_type: str
    width: int
    height: int
    mode: str


class _PictureError(Exception):
    """What is wrong with a picture, as a sentence without a subject."""


def _header(file: IO[bytes], *, decode: bool) -> _Header:
    """Return what the header of a picture says, after decoding it whole where that is wanted and affordable."""
    from PIL import Image, UnidentifiedImageError

    damage = (OSError, SyntaxError, ValueError, EOFError, OverflowError, TypeError, KeyError, IndexError, MemoryError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=_FORMATS) as image:
                mode = "RGBA" if image.mode == "RGB" and "transparency" in image.info else image.mode
                media_type = Image.MIME.get(image.format or "", "application/octet-stream")
                found = _Header(media_type=media_type, width=image.width, height=image.height, mode=mode)
                if decode and image.width * image.height <= _LARGEST_DECODED:
                    image.load()
    except UnidentifiedImageError as error:
        raise _PictureError("is not a picture") from error
    except Image.DecompressionBombError as error:
        raise _PictureError("has far too many pixels") from error
    except damage as error:
        raise _PictureError("is a damaged or truncated picture") from error
    return found


def picture(data: bytes) -> Picture:
    """Return the facts of a picture found in an audio file; a damaged one has no width and height."""
    try:
        found = _header(io.BytesIO(data), decode=False)
    except _PictureError:
        return Picture(media_type="application/octet-stream", bytes=len(data))
    return Picture(media_type=found.media_type, bytes=len(data), width=found.width, height=found.height)


def measure_cover(path: Path) -> Cover:
    """Return the facts of a cover file; raises `UserError` for anything that is not a whole picture."""
    hint = "a cover is a square JPEG or PNG file of 3000 x 3000 pixels"
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path.name} is a folder or a device, not a picture", hint=hint)
        size = path.stat().st_size
        if not size:
            raise UserError(f"{path.name} is empty", hint="export the cover again")
        if size > _LARGEST_FILE:
            raise UserError(f"{path.name} has {size} bytes, far too many for a cover", hint=hint)
        body = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(
            f"the cover {path} does not exist", hint="check the name in podcast.toml or the episode"
        ) from error
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}", hint="check its permissions") from error
    try:
        found = _header(io.BytesIO(body), decode=True)
    except _PictureError as error:
        raise UserError(f"{path.name} {error}", hint=hint) from error
    return Cover(
        media_type=found.media_type,
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        width=found.width,
        height=found.height,
        mode=found.mode,
    )


def measure_picture(body: bytes) -> Cover | None:
    """Return what the header of a picture says, or nothing where it is none; nothing is decoded."""
    try:
        found = _header(io.BytesIO(body), decode=False)
    except _PictureError:
        return None
    return Cover(
        media_type=found.media_type,
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        width=found.width,
        height=found.height,
        mode=found.mode,
    )


def cover_problems(cover: Cover, name: str) -> tuple[Problem, ...]:
    """Return what Apple refuses in a cover (APPLE-ART-1 to 3), all of it at once; `name` is the file as written."""
    found = []
    if cover.width != cover.height:
        message = f"the cover is {cover.width} x {cover.height} pixels, not square"
        found.append(Problem(message=message, path=name, rule="APPLE-ART-1", hint="crop it to a square"))
    if min(cover.width, cover.height) < _SMALLEST_SIDE or max(cover.width, cover.height) > _LARGEST_SIDE:
        message = f"the cover is {cover.width} x {cover.height} pixels, outside 1400 to 3000 per side"
        hint = "export it with 3000 x 3000 pixels"
        found.append(Problem(message=message, path=name, rule="APPLE-ART-1", hint=hint))
    found += _type_problems(cover, name)
    if cover.mode != "RGB":
        message = f"the cover is in {_MODES.get(cover.mode, cover.mode)}, not in plain RGB"
        hint = "export it as RGB without transparency"
        found.append(Problem(message=message, path=name, rule="APPLE-ART-3", hint=hint))
    return tuple(found)


def _type_problems(cover: Cover, name: str) -> list[Problem]:
    kind, extension = _NAMES.get(cover.media_type, cover.media_type), PurePath(name).suffix.lower()
    expected = _EXTENSIONS.get(cover.media_type)
    if expected is None:
        message = f"the cover is a {kind} picture; apps show JPEG and PNG only"
        return [Problem(message=message, path=name, rule="APPLE-ART-2", hint="export it as JPEG or PNG")]
    if extension not in expected:
        message = f"the cover is a {kind} picture, but its name ends in {extension or 'no extension'}"
        return [Problem(message=message, path=name, rule="APPLE-ART-2", hint=f"rename it to end in {expected[0]}")]
    return []
