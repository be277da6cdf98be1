"""What is promised about cover files: measured by content, and everything Apple refuses said at once."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from episodes.covers import Cover, cover_problems, measure_cover
from episodes.problems import Severity, UserError
from tests.episodes.audio_builders import enormous_png
from tests.episodes.picture_builders import file_of, quarters, swapped_profile

GOOD = Cover(media_type="image/jpeg", bytes=200_000, sha256="0" * 64, width=3000, height=3000, mode="RGB")


def picture(width: int, height: int, *, kind: str = "PNG", mode: str = "RGB") -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.new(mode, (width, height)).save(target, kind)
    return target.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("WEBP", "RGB", "image/webp"),
    ],
)
def test_a_cover_is_measured_by_its_content(tmp_path: Path, kind: str, mode: str, media_type: str) -> None:
    path = tmp_path / "cover.png"
    path.write_bytes(picture(40, 30, kind=kind, mode=mode))
    cover = measure_cover(path)
    assert (cover.media_type, cover.width, cover.height, cover.mode) == (media_type, 40, 30, mode)
    assert cover.bytes == path.stat().st_size


def test_a_colour_that_counts_as_transparent_is_an_alpha_channel(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (9, 9)).save(tmp_path / "cover.png", transparency=(0, 0, 0))
    assert measure_cover(tmp_path / "cover.png").mode == "RGBA"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"<html>404</html>", "is not a picture"),
        (picture(600, 600, mode="RGB")[:-60], "is a damaged or truncated picture"),
        (picture(600, 600, kind="JPEG")[:-900], "is a damaged or truncated picture"),
        (enormous_png(), "has far too many pixels"),
    ],
)
def test_what_is_no_cover_is_refused_with_what_to_do(tmp_path: Path, body: bytes, said: str) -> None:
    path = tmp_path / "cover.png"
    path.write_bytes(body)
    with pytest.raises(UserError) as caught:
        measure_cover(path)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_missing_cover_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        measure_cover(tmp_path / "cover.png")
    with pytest.raises(UserError, match="is a folder"):
        measure_cover(tmp_path)


@pytest.mark.parametrize(
    ("cover", "name"),
    [
        (GOOD, "cover.jpg"),
        (GOOD, "Cover.JPEG"),
        (replace(GOOD, media_type="image/png"), "cover.png"),
        (replace(GOOD, width=1400, height=1400), "cover.jpg"),
    ],
)
def test_a_good_cover_has_no_problems(cover: Cover, name: str) -> None:
    assert cover_problems(cover, name) == ()


@pytest.mark.parametrize(
    ("cover", "name", "rule", "said"),
    [
        (replace(GOOD, width=2999), "cover.jpg", "APPLE-ART-1", "2999 x 3000 pixels, not square"),
        (replace(GOOD, width=1399, height=1399), "cover.jpg", "APPLE-ART-1", "outside 1400 to 3000"),
        (replace(GOOD, width=3001, height=3001), "cover.jpg", "APPLE-ART-1", "outside 1400 to 3000"),
        (GOOD, "cover.png", "APPLE-ART-2", "is a JPEG picture, but its name ends in .png"),
        (replace(GOOD, media_type="image/png"), "cover", "APPLE-ART-2", "no extension"),
        (replace(GOOD, media_type="image/webp"), "cover.webp", "APPLE-ART-2", "is a WebP picture"),
        (replace(GOOD, mode="RGBA"), "cover.jpg", "APPLE-ART-3", "alpha channel"),
        (replace(GOOD, mode="CMYK"), "cover.jpg", "APPLE-ART-3", "CMYK"),
        (replace(GOOD, mode="L"), "cover.jpg", "APPLE-ART-3", "grayscale"),
    ],
)
def test_what_apple_refuses_is_an_error(cover: Cover, name: str, rule: str, said: str) -> None:
    (problem,) = cover_problems(cover, name)
    assert (problem.rule, problem.severity, problem.path) == (rule, Severity.ERROR, name)
    assert said in problem.message
    assert problem.hint


def test_all_mistakes_of_a_cover_are_said_at_once() -> None:
    cover = replace(GOOD, width=900, height=800, mode="P", media_type="image/gif")
    rules = [problem.rule for problem in cover_problems(cover, "cover.gif")]
    assert rules == ["APPLE-ART-1", "APPLE-ART-1", "APPLE-ART-2", "APPLE-ART-3"]


@pytest.mark.parametrize(
    ("cover", "rule", "severity", "said"),
    [
        (replace(GOOD, profile="Adobe RGB (1998)"), "APPLE-ART-3", Severity.WARNING, "'Adobe RGB (1998)', not sRGB"),
        (replace(GOOD, dpi=300), "APPLE-ART-3", Severity.NOTE, "says 300 dpi"),
        (replace(GOOD, animated=True), "APPLE-ART-2", Severity.WARNING, "moves"),
        (replace(GOOD, bytes=512_001), "APPLE-ART-7", Severity.NOTE, "has 512001 bytes"),
    ],
)
def test_what_apps_do_not_like_is_said_and_stops_nothing(
    cover: Cover, rule: str, severity: Severity, said: str
) -> None:
    (problem,) = cover_problems(cover, "cover.jpg")
    assert (problem.rule, problem.severity) == (rule, severity)
    assert said in problem.message
    assert problem.hint


def test_profile_and_resolution_are_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cover.jpg"
    path.write_bytes(file_of(quarters(90, 90), "JPEG", dpi=(300, 300), icc_profile=swapped_profile()))
    assert (measure_cover(path).profile, measure_cover(path).dpi) == ("Getauscht", 300)


def test_the_profile_of_srgb_is_none_to_speak_of(tmp_path: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (tmp_path / "cover.png").write_bytes(file_of(quarters(90, 90), icc_profile=profile))
    assert measure_cover(tmp_path / "cover.png").profile == ""


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_what_moves_is_recognised(tmp_path: Path, kind: str) -> None:
    first = quarters(90, 90)
    (tmp_path / "cover").write_bytes(file_of(first, kind, save_all=True, append_images=[first.rotate(90)]))
    assert measure_cover(tmp_path / "cover").animated
    (tmp_path / "cover").write_bytes(file_of(first, kind))
    assert not measure_cover(tmp_path / "cover").animated


def test_a_photo_with_a_preview_behind_it_is_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "cover.jpg"
    path.write_bytes(file_of(quarters(1500, 1500), "MPO", save_all=True, append_images=[quarters(90, 90)]))
    assert measure_cover(path).media_type == "image/jpeg"
    assert cover_problems(measure_cover(path), "cover.jpg") == ()


def test_a_progressive_jpeg_is_as_good_as_any(tmp_path: Path) -> None:
    path = tmp_path / "cover.jpg"
    path.write_bytes(file_of(quarters(1500, 1500), "JPEG", progressive=True))
    assert cover_problems(measure_cover(path), "cover.jpg") == ()
