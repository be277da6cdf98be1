"""Measures pictures by their header: cover files on disk and pictures inside audio files."""

import hashlib
import io
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from episodes.model import Picture
from episodes.problems import Problem, Severity, UserError, quoted

if TYPE_CHECKING:  # Pillow is loaded where a picture is opened, not before
    from PIL.Image import Image as Opened

HEAVY = 512_000
"""Bytes above which hosts and apps on the road find a cover large; Apple names no limit (APPLE-ART-7)."""

_HINT = "a cover is a square JPEG or PNG file of 3000 x 3000 pixels"
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
_LARGEST_FILE = 100_000_000  # bytes
_LARGEST_DECODED = 12_000_000  # pixels; 3,000 x 3,000 are 9 million
_EXTENSIONS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
_NAMES = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP", "image/bmp": "BMP",
    "image/tiff": "TIFF", "image/avif": "AVIF",
}  # fmt: skip
MODES = {
    "L": "grayscale",
    "1": "black and white",
    "P": "palette colours",
    "CMYK": "CMYK",
    "RGBA": "RGB with an alpha channel (transparency)",
    "LA": "grayscale with an alpha channel (transparency)",
    "PA": "palette colours with transparency",
    "I;16": "grayscale of 16 bit",
}
"""What Pillow's words for colours mean."""

_STRANGERS = (
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg\b", "an SVG drawing"),
    (rb"\s*(<!--.*?-->\s*)?<(!DOCTYPE html|html|head|body)\b", "a web page"),
    (rb"....ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1)", "a HEIC picture"),
    (rb"....ftypavi[fs]", "an AVIF picture"),
    (rb"RIFF....WEBP", "a WebP picture"),
    (rb"%PDF-", "a PDF document"),
    (rb"8BPS", "a Photoshop document"),
    (rb"%!PS", "a PostScript document"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"ID3|\xff[\xf2-\xfb]|fLaC|OggS", "audio"),
)
"""How files begin that are given for a cover and cannot be read as one, and what they are."""

_SRGB = re.compile(r"srgb|^c2(ci)?$", re.IGNORECASE)
"""What profiles of sRGB are called; `c2` is the tiny one of big platforms."""

SMALLEST_SIDE, LARGEST_SIDE = 1400, 3000
"""Pixels a side of a cover has (APPLE-ART-1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The measured facts of a cover file: width and height in pixels, `mode` in Pillow's words (`RGB`, `CMYK` …).

    `profile` names its colour profile where that is another than sRGB, `dpi` is 0 where the file does not say.
    """

    media_type: str
    bytes: int
    sha256: str
    width: int
    height: int
    mode: str
    profile: str = ""
    dpi: int = 0
    animated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    media_type: str
    width: int
    height: int
    mode: str
    profile: str
    dpi: int
    animated: bool


class PictureError(Exception):
    """What is wrong with a picture, as a sentence without a subject."""


@contextmanager
def opened(body: bytes) -> Iterator["Opened"]:
    """Open a picture by its content; raises PictureError for what is none, also while it is decoded inside."""
    from PIL import Image, UnidentifiedImageError

    formats = (*_FORMATS, "AVIF") if find_spec("PIL.AvifImagePlugin") else _FORMATS  # since Pillow 11.3
    damage = (
        OSError, SyntaxError, ValueError, EOFError, ArithmeticError, TypeError, LookupError, MemoryError, RuntimeError,
        AttributeError, struct.error,
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(body), formats=formats) as image:
                yield image
    except UnidentifiedImageError as error:
        raise PictureError(_stranger(body[:1000])) from error
    except Image.DecompressionBombError as error:
        raise PictureError("has far too many pixels") from error
    except damage as error:
        raise PictureError("is a damaged or truncated picture") from error


def _stranger(start: bytes) -> str:
    """Return what a file is that is no picture, by its first bytes."""
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n")):
        return "is a damaged or truncated picture"
    kind = next((name for form, name in _STRANGERS if re.match(form, start, re.DOTALL | re.IGNORECASE)), "")
    if "picture" in kind:
        return f"is {kind}, which cannot be read here"
    return f"is not a picture but {kind}" if kind else "is not a picture"


def _header(body: bytes, *, decode: bool) -> _Header:
    """Return what the header of a picture says, after decoding it whole where that is wanted and affordable."""
    with opened(body) as image:
        found = _Header(
            media_type=_media_type(image.format or ""),
            width=image.width,
            height=image.height,
            mode="RGBA" if image.mode == "RGB" and "transparency" in image.info else image.mode,
            profile=_foreign_profile(image),
            dpi=_dpi(image.info.get("dpi")),
            animated=_moves(image),
        )
        if decode and image.width * image.height <= _LARGEST_DECODED:
            image.load()
    return found


def _media_type(kind: str) -> str:
    """Return the type of a picture; what cameras write, several JPEGs in one file, is shown as the first of them."""
    from PIL import Image

    return "image/jpeg" if kind == "MPO" else Image.MIME.get(kind, "application/octet-stream")


def _moves(image: "Opened") -> bool:
    """Say whether a picture is animated; of the beginning of one that cannot be said."""
    try:
        return image.format in ("GIF", "PNG", "WEBP", "AVIF") and bool(getattr(image, "is_animated", False))
    except (EOFError, OSError, SyntaxError, ValueError, IndexError):
        return False


def _dpi(found: object) -> int:
    """Return the dots per inch a file claims, 0 where it claims none or nonsense."""
    try:
        return round(float(found[0])) if isinstance(found, tuple) else 0
    except (ValueError, OverflowError, TypeError, ZeroDivisionError, IndexError):
        return 0


def _foreign_profile(image: "Opened") -> str:
    """Return the name of a picture's colour profile, or nothing where it has none or that of sRGB."""
    written = image.info.get("icc_profile")
    name = profile_name(written) if isinstance(written, bytes) and written else ""
    return "" if _SRGB.search(name) else name


def profile_name(profile: bytes) -> str:
    """Return what a colour profile calls itself; one that cannot be read is said to be so."""
    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).strip() or "without a name"
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "unreadable"


def picture(data: bytes) -> Picture:
    """Return the facts of a picture found in an audio file; a damaged one has no width and height."""
    try:
        found = _header(data, decode=False)
    except PictureError:
        return Picture(media_type="application/octet-stream", bytes=len(data))
    return Picture(media_type=found.media_type, bytes=len(data), width=found.width, height=found.height)


def read_cover(path: Path) -> bytes:
    """Return the bytes of a picture file; raises `UserError` where there are none, or far too many."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path} is a folder or a device, not a picture", hint=_HINT)
        size = path.stat().st_size
        if not size:
            raise UserError(f"{path.name} is empty", hint="export the cover again")
        if size > _LARGEST_FILE:
            raise UserError(f"{path.name} has {size} bytes, far too many for a cover", hint=_HINT)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"the cover {path} does not exist", hint="check the name and the folder") from error
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}", hint="check its permissions") from error


def measure_cover(path: Path) -> Cover:
    """Return the facts of a cover file; raises `UserError` for anything that is not a whole picture."""
    body = read_cover(path)
    try:
        return _cover(body, _header(body, decode=True))
    except PictureError as error:
        raise UserError(f"{path.name} {error}", hint=_HINT) from error


def measure_picture(body: bytes) -> Cover | None:
    """Return what the header of a picture says, or nothing where it is none; nothing is decoded."""
    try:
        return _cover(body, _header(body, decode=False))
    except PictureError:
        return None


def _cover(body: bytes, found: _Header) -> Cover:
    return Cover(
        media_type=found.media_type,
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        width=found.width,
        height=found.height,
        mode=found.mode,
        profile=found.profile,
        dpi=found.dpi,
        animated=found.animated,
    )


def cover_problems(cover: Cover, name: str) -> tuple[Problem, ...]:
    """Return what Apple refuses in a cover (APPLE-ART-1 to 3), then what it or hosts do not like, all of it at once.

    `name` is the file as written.
    """
    found = []
    if cover.width != cover.height:
        message = f"the cover is {cover.width} x {cover.height} pixels, not square"
        hint = "crop it to a square; 'folge cover' does it"
        found.append(Problem(message=message, path=name, rule="APPLE-ART-1", hint=hint))
    if min(cover.width, cover.height) < SMALLEST_SIDE or max(cover.width, cover.height) > LARGEST_SIDE:
        message = f"the cover is {cover.width} x {cover.height} pixels, outside 1400 to 3000 per side"
        hint = "export it with 3000 x 3000 pixels, or let 'folge cover' do it"
        found.append(Problem(message=message, path=name, rule="APPLE-ART-1", hint=hint))
    found += _type_problems(cover, name)
    if cover.mode != "RGB":
        message = f"the cover is in {MODES.get(cover.mode, cover.mode)}, not in plain RGB"
        hint = "export it as RGB without transparency, or let 'folge cover' do it"
        found.append(Problem(message=message, path=name, rule="APPLE-ART-3", hint=hint))
    return (*found, *_remarks(cover, name))


def _remarks(cover: Cover, name: str) -> Iterator[Problem]:
    """Yield what does not stop a publish: profiles that apps ignore, other resolutions than Apple names, many bytes."""
    if cover.animated:
        message = "the cover moves; apps show its first picture, or none"
        hint = "'folge cover' makes a still picture of it"
        yield Problem(severity=Severity.WARNING, message=message, path=name, rule="APPLE-ART-2", hint=hint)
    if cover.profile and cover.mode == "RGB":
        message = f"the cover has the colour profile {quoted(cover.profile)}, not sRGB: apps may show other colours"
        hint = "export it in sRGB, or let 'folge cover' do it"
        yield Problem(severity=Severity.WARNING, message=message, path=name, rule="APPLE-ART-3", hint=hint)
    if cover.dpi not in (0, 1, 72):
        message = f"the cover says {cover.dpi} dpi; Apple names 72, and no app is known to look"
        hint = "nothing has to be done; 'folge cover' writes 72"
        yield Problem(severity=Severity.NOTE, message=message, path=name, rule="APPLE-ART-3", hint=hint)
    if cover.bytes > HEAVY:
        message = f"the cover has {cover.bytes} bytes; many hosts take {HEAVY} at most"
        hint = "save it as JPEG with a quality of about 80, or let 'folge cover' do it"
        yield Problem(severity=Severity.NOTE, message=message, path=name, rule="APPLE-ART-7", hint=hint)


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
