"""What is promised about making pictures right: how they look, and that nothing is cut or blown up unasked."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from episodes.covers import HEAVY, cover_problems, measure_picture
from episodes.pictures import SOCIAL, USES, Crop, Made, Wish, make_cover, make_small
from episodes.problems import UserError
from tests.episodes.audio_builders import enormous_png
from tests.episodes.picture_builders import (
    BLUE,
    GREEN,
    GREY,
    RED,
    colours,
    file_of,
    near,
    opened,
    quarters,
    swapped_profile,
)  # fmt: skip

SQUARE = quarters()
MAKE = """
import sys
from pathlib import Path
from episodes.pictures import Wish, make_cover

make_cover(Path(sys.argv[1]).read_bytes(), "bild", Wish())
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024)
"""


def make(body: bytes, **wish: object) -> Made:
    return make_cover(body, "bild.png", Wish(**wish))  # type: ignore[arg-type]  # a wish as words


def assert_quarters(body: bytes, *wanted: tuple[int, int, int], by: int = 6) -> None:
    found = colours(body)
    assert all(near(*pair, by=by) for pair in zip(found, wanted, strict=True)), found


def orientation(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = number
    exif[0x010F] = "Kamera 12345"
    return exif


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (file_of(SQUARE), ""),
        (file_of(SQUARE, "WEBP", lossless=True), ""),
        (file_of(SQUARE.convert("CMYK"), "JPEG", quality=95), "CMYK without a colour profile"),
        (file_of(SQUARE.quantize(16)), "palette colours"),
        (file_of(SQUARE.quantize(16), "GIF", save_all=True, append_images=[SQUARE.rotate(90)]), "first picture"),
        (file_of(SQUARE, "MPO", save_all=True, append_images=[quarters(100, 100)]), ""),
        (file_of(SQUARE, "TIFF"), ""),
    ],
)
def test_whatever_a_picture_is_its_cover_is_right_and_looks_like_it(body: bytes, told: str) -> None:
    made = make(body)
    cover = measure_picture(made.body)
    assert cover is not None
    assert cover_problems(cover, "cover.jpg") == ()
    assert (cover.width, cover.dpi, cover.mode) == (1500, 72, "RGB")
    assert_quarters(made.body, RED, GREEN, BLUE, GREY)
    assert told in "; ".join(made.done)


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grayscale_becomes_rgb(mode: str) -> None:
    made = make(file_of(SQUARE.convert(mode))).body
    assert max(max(pixel) - min(pixel) for pixel in colours(made)) <= 2
    if mode != "1":
        assert_quarters(made, *colours(file_of(SQUARE.convert("L").convert("RGB"))))  # type: ignore[arg-type]


def test_16_bit_keep_their_brightness() -> None:
    rows = b"".join(value.to_bytes(2, "little") * 1500 for value in (0, 16448, 32896, 65535) for _ in range(375))
    made = opened(make(file_of(Image.frombytes("I;16", (1500, 1500), rows))).body)
    assert [made.convert("L").getpixel((700, 180 + 375 * index)) for index in range(4)] == [0, 64, 128, 255]


def test_what_is_transparent_gets_the_background() -> None:
    clear = SQUARE.convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 255))
    clear.paste((0, 0, 0, 0), (0, 0, 750, 750))
    assert_quarters(make(file_of(clear)).body, (255, 255, 255), GREEN, BLUE, GREY)
    assert_quarters(make(file_of(clear), background="#14213d").body, (0x14, 0x21, 0x3D), GREEN, BLUE, GREY)
    keyed = file_of(SQUARE, transparency=RED)
    assert_quarters(make(keyed).body, (255, 255, 255), GREEN, BLUE, GREY)


def test_a_colour_profile_is_honoured_and_left_out() -> None:
    made = make(file_of(SQUARE, icc_profile=swapped_profile()))
    red, green = (RED[1], RED[0], RED[2]), (GREEN[1], GREEN[0], GREEN[2])
    assert_quarters(made.body, red, green, (60, 30, 200), GREY, by=12)
    assert "icc_profile" not in opened(made.body).info
    assert "converted to sRGB from 'Getauscht'" in made.done


def test_a_broken_profile_is_told_and_does_no_harm() -> None:
    made = make(file_of(SQUARE, "JPEG", icc_profile=b"x" * 200, quality=95))
    assert_quarters(made.body, RED, GREEN, BLUE, GREY)
    assert any("profile" in part for part in made.done)


def test_exif_turns_a_picture_and_stays_behind() -> None:
    made = make(file_of(quarters(2000, 1500), "JPEG", exif=orientation(6), quality=95), crop=Crop.CENTER)
    assert_quarters(made.body, BLUE, RED, GREY, GREEN)
    assert b"Kamera" not in made.body
    assert not opened(made.body).getexif()


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_a_picture_with_transparency_as_large_as_cameras_take_needs_little_memory(tmp_path: Path, kind: str) -> None:
    large = quarters(4000, 4000).convert("RGBA")
    large.putalpha(200)
    body = file_of(large, compress_level=1) if kind == "PNG" else file_of(large.quantize(8), kind, transparency=0)
    (path := tmp_path / "bild").write_bytes(body)
    done = subprocess.run([sys.executable, "-c", MAKE, path], capture_output=True, text=True, timeout=100, check=True)
    assert int(done.stdout) < 200_000_000


def test_what_is_transparent_only_at_the_bottom_of_a_high_picture_is_told_once() -> None:
    high = quarters(1500, 2400).convert("RGBA")
    high.paste((0, 0, 0, 0), (0, 2300, 1500, 2400))
    made = make(file_of(high), pad="black", background="#14213d")
    assert made.done == ("what was transparent is #14213d now", "padded with black from 1500 x 2400")
    assert near(opened(made.body).getpixel((1200, 2395)), (0x14, 0x21, 0x3D))  # type: ignore[arg-type]
    assert near(opened(made.body).getpixel((1200, 2200)), GREY)  # type: ignore[arg-type]


def test_broken_exif_does_no_harm() -> None:
    broken = b"Exif\0\0II*\0\xff\xff\xff\x7f\x01\x02"
    assert_quarters(make(file_of(SQUARE, "JPEG", exif=broken, quality=95)).body, RED, GREEN, BLUE, GREY)


def test_comments_and_texts_stay_behind() -> None:
    assert b"Geheim" in file_of(SQUARE, "JPEG", comment=b"Geheim")
    assert b"Geheim" not in make(file_of(SQUARE, "JPEG", comment=b"Geheim")).body


def test_nothing_is_cut_or_padded_unasked() -> None:
    with pytest.raises(UserError) as caught:
        make(file_of(quarters(2000, 1500)))
    assert caught.value.message == "bild.png has 2000 x 1500 pixels and is not square"
    assert "folge cover bild.png --crop center" in caught.value.hint
    assert "folge cover bild.png --pad white" in caught.value.hint


@pytest.mark.parametrize(
    ("size", "crop", "wanted"),
    [
        ((3000, 1500), Crop.LEFT, (RED, RED, BLUE, BLUE)),
        ((3000, 1500), Crop.RIGHT, (GREEN, GREEN, GREY, GREY)),
        ((3000, 1500), Crop.CENTER, (RED, GREEN, BLUE, GREY)),
        ((1500, 3000), Crop.TOP, (RED, GREEN, RED, GREEN)),
        ((1500, 3000), Crop.BOTTOM, (BLUE, GREY, BLUE, GREY)),
    ],
)
def test_a_crop_keeps_the_part_it_names(
    size: tuple[int, int], crop: Crop, wanted: tuple[tuple[int, int, int], ...]
) -> None:
    assert_quarters(make(file_of(quarters(*size)), crop=crop).body, *wanted)


def test_a_border_is_added_and_nothing_is_cut() -> None:
    made = make(file_of(quarters(2000, 1000)), pad="#14213d")
    image = opened(made.body)
    assert image.size == (2000, 2000)
    assert near(image.getpixel((1000, 100)), (0x14, 0x21, 0x3D))  # type: ignore[arg-type]
    assert near(image.getpixel((100, 600)), RED)  # type: ignore[arg-type]


def test_a_large_picture_becomes_smaller_and_a_small_one_not_larger() -> None:
    large = file_of(quarters(3200, 3200))
    assert (make(large).side, make(large, size=1400).side, make(file_of(SQUARE)).side) == (3000, 1400, 1500)


@pytest.mark.parametrize("side", [1, 600, 1399])
def test_a_small_picture_is_blown_up_on_request_only(side: int) -> None:
    with pytest.raises(UserError, match=f"has {side} x {side} pixels, too few for a cover"):
        make(file_of(quarters(side, side)))
    assert opened(make(file_of(quarters(side, side)), enlarge=True, size=1400).body).size == (1400, 1400)


@pytest.mark.parametrize("wish", [{}, {"crop": Crop.CENTER}])
def test_a_picture_long_enough_on_one_side_is_told_of_a_border(wish: dict[str, object]) -> None:
    with pytest.raises(UserError, match="too few for a cover") as caught:
        make(file_of(quarters(1600, 1200)), **wish)
    assert caught.value.hint.startswith("'folge cover bild.png --pad white' adds a border and blurs nothing; or get")
    assert make(file_of(quarters(1600, 1200)), pad="white").side == 1600


def test_a_picture_too_short_on_both_sides_is_not_told_of_a_border() -> None:
    with pytest.raises(UserError, match="too few for a cover") as caught:
        make(file_of(quarters(1399, 1000)))
    assert "--pad" not in caught.value.hint


@pytest.mark.parametrize("png", [False, True])
def test_same_input_same_bytes(png: bool) -> None:
    body = file_of(quarters(1600, 1500), "JPEG")
    assert make(body, crop=Crop.TOP, png=png).body == make(body, crop=Crop.TOP, png=png).body


def test_a_photo_is_made_light_enough_for_hosts() -> None:
    photo = Image.effect_noise((1400, 1400), 14).convert("RGB")
    assert len(make(file_of(photo), quality=95).body) > HEAVY
    assert len(make(file_of(photo)).body) <= HEAVY


def test_a_cover_as_png_has_every_pixel() -> None:
    made = make(file_of(SQUARE), png=True)
    assert opened(made.body).format == "PNG"
    assert opened(made.body).tobytes() == SQUARE.tobytes()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html>404", "is not a picture but a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "is not a picture but an SVG drawing"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "is a HEIC picture, which cannot be read here"),
        (b"%PDF-1.7\n", "is not a picture but a PDF document"),
        (b"\0\1\2\3", "is not a picture"),
        (file_of(SQUARE, "JPEG")[:-5000], "is a damaged or truncated picture"),
        (file_of(SQUARE, "JPEG")[:50], "is a damaged or truncated picture"),
        (file_of(SQUARE)[:3000], "is a damaged or truncated picture"),
        (enormous_png(), "has far too many pixels"),
        (file_of(Image.new("F", (1500, 1500), 0.5), "TIFF"), "holds measurements and no colours"),
    ],
)
def test_what_is_no_picture_is_said_to_be_what_it_is(body: bytes, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(f"bild.png {said}")) as caught:
        make(body)
    assert caught.value.hint
    with pytest.raises(UserError, match=re.escape(said)):
        make_small(body, "bild.png")


def test_a_social_picture_shows_the_whole_cover_on_the_colour_of_its_border() -> None:
    cover = quarters(1400, 1400)
    framed = Image.new("RGB", (1500, 1500), (20, 33, 61))
    framed.paste(cover, (50, 50))
    social = opened(make_small(file_of(framed), "bild.png")[SOCIAL])
    assert social.size == (1200, 630)
    for at in ((2, 2), (2, 600), (1198, 300)):
        assert near(social.getpixel(at), (20, 33, 61))  # type: ignore[arg-type]
    assert near(social.getpixel((600 - 150, 315 - 150)), RED)  # type: ignore[arg-type]
    assert near(social.getpixel((600 + 150, 315 + 150)), GREY)  # type: ignore[arg-type]


def test_small_versions_are_jpeg_of_their_size_and_the_same_each_time() -> None:
    body = file_of(quarters(3000, 3000))
    small = make_small(body, "bild.png")
    assert small == make_small(body, "bild.png")
    for use in USES:
        image = opened(small[use])
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (use.width, use.height))
        assert len(small[use]) < 200_000
    assert_quarters(small[USES[-1]], RED, GREEN, BLUE, GREY)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "MPO"])
def test_a_picture_damaged_anywhere_is_a_sentence_or_a_cover(kind: str) -> None:
    chance, small = random.Random(kind), quarters(60, 60)
    second = {} if kind == "JPEG" else {"save_all": True, "append_images": [small.rotate(90)]}
    whole = file_of(small, kind, icc_profile=swapped_profile(), **second)
    for _ in range(60):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            body[chance.randrange(min(len(body), chance.choice((64, 700, len(body)))))] = chance.randrange(256)
        body = body[: chance.randrange(1, len(body))] if chance.random() < 0.2 else body
        measure_picture(bytes(body))
        try:
            small_ones = make_small(bytes(body), "bild.png")
        except UserError as error:
            assert error.message.startswith("bild.png ")
        else:
            assert opened(small_ones[SOCIAL]).size == (1200, 630)


def test_another_program_reads_what_is_made(tmp_path: Path) -> None:
    path = tmp_path / "cover.jpg"
    path.write_bytes(make(file_of(quarters(1600, 1500)), crop=Crop.CENTER).body)
    asked = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "stream=codec_name,width,height,pix_fmt,profile",
        "-of",
        "csv=p=0",
    ]
    try:
        done = subprocess.run([*asked, str(path)], capture_output=True, text=True, timeout=30, check=True)
    except FileNotFoundError:
        pytest.skip("ffprobe is not installed")
    assert done.stdout.strip() == "mjpeg,Baseline,1500,1500,yuvj444p"
