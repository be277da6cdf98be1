"""Makes pictures right: a cover as apps want it, and what pages, mails and networks show of a cover."""

import io
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from episodes.covers import HEAVY, MODES, SMALLEST_SIDE, PictureError, opened, profile_name
from episodes.problems import UserError, quoted

if TYPE_CHECKING:  # Pillow is loaded where a picture is opened, not before
    from PIL.Image import Image as Opened

RECIPE = 1
"""Goes up when small pictures are made in another way, so that published ones are made anew."""

_LARGEST = 50_000_000
"""Pixels a picture may have that is made into a cover: what cameras take."""

_STRIP = 200
"""Lines of a picture whose colours are converted at a time."""

_FULL, _HALVED = 0, 2
"""How JPEG keeps colours in Pillow's numbers: letters on a cover want all of them, in photos half are not missed."""

_QUALITIES = ((90, _FULL), (85, _FULL), (85, _HALVED), (80, _HALVED), (75, _HALVED), (70, _HALVED))
_QUALITY_SMALL = 85
_ORIENTATION = 0x0112
_TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
    8: "ROTATE_90",
}  # fmt: skip
"""What the orientation in EXIF asks for, in Pillow's words."""


class Crop(StrEnum):
    """Which part of a picture that is not square is kept."""

    CENTER = "center"
    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a cover is to be made: at most `size` pixels per side, exactly as many with `enlarge`.

    What is not square is cropped, or padded with a colour. What is transparent gets `background`. `quality` is JPEG's,
    0 for the best that stays below 512 kB.
    """

    size: int = 3000
    crop: Crop | None = None
    pad: str = ""
    background: str = "white"
    quality: int = 0
    png: bool = False
    enlarge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A picture that was made: its file, `side` pixels square, and what was done to it, in short."""

    body: bytes
    side: int
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a picture made of a cover is for, and its size in pixels."""

    name: str
    width: int
    height: int


SOCIAL = Use(name="social", width=1200, height=630)
USES = (SOCIAL, Use(name="600", width=600, height=600), Use(name="300", width=300, height=300))
"""What is made of every cover: for networks, for mails and dense screens, for pages."""


class _Unfit(Exception):
    """Why a sound picture does not become a cover, as a sentence without a subject, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read_colour(text: str) -> tuple[int, int, int]:
    """Return a colour written as `white` or `#14213d`; raises ValueError with a sentence for what is none."""
    from PIL import ImageColor

    try:
        colour = ImageColor.getrgb(text)
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a colour; write white, black or #14213d") from error
    return colour[0], colour[1], colour[2]


def make_cover(body: bytes, name: str, wish: Wish) -> Made:
    """Return a picture as a cover: square, RGB in sRGB, upright, opaque, without metadata; same input, same bytes.

    Raises UserError for what is no picture, what is too small, and what is not square where nobody said what to do.
    """
    done: list[str] = []
    try:
        square = _squared(_plain(body, wish, done), wish, done)
    except PictureError as error:
        raise UserError(f"{name} {error}", hint="export it as a JPEG or PNG of 3000 x 3000 pixels") from error
    except _Unfit as error:
        raise UserError(f"{name} {error}", hint=error.hint.format(shlex.quote(name))) from error
    side = wish.size if wish.enlarge else min(wish.size, square.width)
    if side != square.width:
        done.append(f"resized from {square.width} x {square.width} to {side} x {side}")
        square = _resized(square, side, side)
    return Made(body=_png(square) if wish.png else _jpeg(square, wish.quality), side=side, done=tuple(done))


def make_small(body: bytes, name: str) -> Mapping[Use, bytes]:
    """Return what is made of a cover for each use, as JPEG; same input, same bytes with the same Pillow."""
    try:
        plain = _plain(body, Wish(enlarge=True), [])
    except (PictureError, _Unfit) as error:
        raise UserError(f"{name} {error}", hint="export the cover again, or let 'folge cover' do it") from error
    return {use: _write_jpeg(_placed(plain, use), _QUALITY_SMALL) for use in USES}


def _plain(body: bytes, wish: Wish, done: list[str]) -> "Opened":
    """Return a picture as it is meant to be seen: upright, in sRGB, opaque.

    It is converted strip by strip, so that a large one is held once as it was and once as it becomes.
    """
    from PIL import Image

    upright, profile = _loaded(body, wish, done)
    if upright.mode == "RGB" and not profile and not upright.has_transparency_data:
        return upright
    plain = Image.new("RGB", upright.size)
    for top in range(0, upright.height, _STRIP):
        strip = upright.crop((0, top, upright.width, min(top + _STRIP, upright.height)))
        told: list[str] = []
        try:
            plain.paste(_flattened(_in_srgb(strip, profile, told), wish.background, told), (0, top))
        except ValueError as error:
            raise PictureError(f"has colours that cannot be converted ({upright.mode})") from error
        done += (what for what in told if what not in done)
    return plain


def _loaded(body: bytes, wish: Wish, done: list[str]) -> tuple["Opened", object]:
    """Return a picture, upright, and its colour profile if it has one."""
    with opened(body) as image:
        _refuse_size(image, wish)
        if getattr(image, "is_animated", False) and image.format != "MPO":
            done.append("its first picture was taken")
        image.load()
        return _upright(image, done), image.info.get("icc_profile")


def _refuse_size(image: "Opened", wish: Wish) -> None:
    """Refuse a picture that has too few pixels to be a cover, or too many to be opened."""
    width, height = image.size
    if width * height > _LARGEST:
        raise _Unfit(f"has {width} x {height} pixels, far too many", "export it with 3000 x 3000")
    side = max(width, height) if wish.pad else min(width, height)
    if side < SMALLEST_SIDE and not wish.enlarge:
        hint = "get the original; --enlarge blows up the small one, which looks blurred"
        if max(width, height) >= SMALLEST_SIDE:
            hint = f"'folge cover {{0}} --pad white' adds a border and blurs nothing; or {hint}"
        raise _Unfit(f"has {width} x {height} pixels, too few for a cover, which has {SMALLEST_SIDE} per side", hint)


def _upright(image: "Opened", done: list[str]) -> "Opened":
    """Return a picture turned as its EXIF says; broken EXIF says nothing."""
    from PIL import Image

    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever breaks in a stranger's EXIF, the pixels are sound
        turn = None
    if turn is None:
        return image
    done.append("turned as its EXIF says")
    return image.transpose(Image.Transpose[turn])


def _in_srgb(image: "Opened", profile: object, done: list[str]) -> "Opened":
    """Return a picture in RGB or RGBA with the colours its profile means."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _in_8_bit(image, done)
    clear = image.has_transparency_data
    if image.mode in ("P", "PA", "1", "La", "RGBa", "RGBX", "LAB", "HSV", "YCbCr"):
        _tell_mode(image, done)
        image = image.convert("RGBA" if clear else "RGB")
    alpha = image.convert("RGBA").getchannel("A") if clear else None
    base = image.convert(image.mode.removesuffix("A")) if image.mode in ("RGBA", "LA") else image
    converted = _by_profile(base, profile, done) if isinstance(profile, bytes) and profile else None
    if converted is None:
        _tell_mode(base, done)
        converted = base.convert("RGB")
    if alpha:
        converted.putalpha(alpha)
    return converted


def _tell_mode(image: "Opened", done: list[str]) -> None:
    look = " without a colour profile, so look at the colours" if image.mode == "CMYK" else ""
    if image.mode != "RGB":
        done.append(f"converted to RGB from {MODES.get(image.mode, image.mode)}{look}")


def _in_8_bit(image: "Opened", done: list[str]) -> "Opened":
    """Return grayscale of 16 bit as grayscale of 8; what has other numbers for pixels is no picture for people."""
    whole = image.convert("I")
    low, high = whole.getextrema()
    if image.mode == "F" or isinstance(low, tuple) or isinstance(high, tuple) or low < 0 or high > 65535:
        raise PictureError("holds measurements and no colours")
    done.append("converted from 16 to 8 bit")
    return whole.point(lambda value: value * (1 / 257) + 0.5).convert("L")


def _by_profile(image: "Opened", profile: bytes, done: list[str]) -> "Opened | None":
    """Return a picture converted from its colour profile, None where the profile is of no use."""
    from PIL import ImageCms

    name = profile_name(profile)
    if image.mode == "RGB" and re.search("srgb", name, re.IGNORECASE):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
        converted = ImageCms.profileToProfile(image, source, target, intent, outputMode="RGB", flags=flags)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        done.append(f"its colour profile {quoted(name)} could not be used, so look at the colours")
        return None
    done.append(f"converted to sRGB from {quoted(name)}")
    return converted


def _flattened(image: "Opened", background: str, done: list[str]) -> "Opened":
    """Return a picture without transparency."""
    from PIL import Image

    if image.mode != "RGBA" and "transparency" not in image.info:
        return image
    clear = image.convert("RGBA")
    if clear.getchannel("A").getextrema() == (255, 255):
        return clear.convert("RGB")
    done.append(f"what was transparent is {background} now")
    canvas = Image.new("RGBA", clear.size, (*read_colour(background), 255))
    return Image.alpha_composite(canvas, clear).convert("RGB")


def _squared(image: "Opened", wish: Wish, done: list[str]) -> "Opened":
    """Return a picture cropped or padded to a square, as was asked for."""
    from PIL import Image

    width, height = image.size
    if width == height:
        return image
    if wish.pad:
        side = max(width, height)
        done.append(f"padded with {wish.pad} from {width} x {height}")
        canvas = Image.new("RGB", (side, side), read_colour(wish.pad))
        canvas.paste(image, ((side - width) // 2, (side - height) // 2))
        return canvas
    if wish.crop is None:
        hint = "'folge cover {0} --crop center' cuts it, 'folge cover {0} --pad white' adds a border"
        raise _Unfit(f"has {width} x {height} pixels and is not square", hint)
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    left = {Crop.LEFT: 0, Crop.RIGHT: width - side}.get(wish.crop, left)
    top = {Crop.TOP: 0, Crop.BOTTOM: height - side}.get(wish.crop, top)
    done.append(f"cropped from {width} x {height}, keeping the {wish.crop.value}")
    return image.crop((left, top, left + side, top + side))


def _resized(image: "Opened", width: int, height: int) -> "Opened":
    from PIL import Image

    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _placed(image: "Opened", use: Use) -> "Opened":
    """Return a cover in the middle of a picture of another shape, on the colour of its own border."""
    from PIL import Image

    ratio = min(use.width / image.width, use.height / image.height)
    small = _resized(image, max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    if small.size == (use.width, use.height):
        return small
    canvas = Image.new("RGB", (use.width, use.height), _border_colour(small))
    canvas.paste(small, ((use.width - small.width) // 2, (use.height - small.height) // 2))
    return canvas


def _border_colour(image: "Opened") -> tuple[int, int, int]:
    """Return the median colour of the left and right edge, which is the background where a cover has one."""
    from PIL import Image, ImageStat

    edge, (width, height) = max(1, image.width // 100), image.size
    strip = Image.new("RGB", (2 * edge, height))
    strip.paste(image.crop((0, 0, edge, height)), (0, 0))
    strip.paste(image.crop((width - edge, 0, width, height)), (edge, 0))
    red, green, blue = ImageStat.Stat(strip).median
    return int(red), int(green), int(blue)


def _jpeg(image: "Opened", quality: int) -> bytes:
    """Return a picture as JPEG, in the asked quality or the best that does not make it heavy, else the smallest."""
    if quality:
        return _write_jpeg(image, quality)
    body = b""
    for attempt, sampling in _QUALITIES:
        body = _write_jpeg(image, attempt, sampling)
        if len(body) <= HEAVY:
            break
    return body


def _write_jpeg(image: "Opened", quality: int, sampling: int = _FULL) -> bytes:
    """Return a picture as baseline JPEG, which the oldest player shows, with nothing but pixels in it."""
    target = io.BytesIO()
    _bare(image).save(target, "JPEG", quality=quality, subsampling=sampling, optimize=True, dpi=(72, 72))
    return target.getvalue()


def _png(image: "Opened") -> bytes:
    target = io.BytesIO()
    _bare(image).save(target, "PNG", optimize=True, dpi=(72, 72))
    return target.getvalue()


def _bare(image: "Opened") -> "Opened":
    """Return a picture without anything a file may say besides its pixels: Pillow writes some of it by itself."""
    bare = image.copy()
    bare.info = {}
    return bare
