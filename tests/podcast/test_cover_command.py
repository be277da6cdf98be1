"""`folge cover`: a new file that apps take, named by the show or an episode on request, and nothing overwritten."""

import json
import tomllib
from pathlib import Path

import pytest

from podcast.cli import run
from podcast.tables import replace_text
from podcast.workspace import open_workspace
from tests.episodes.picture_builders import colours, file_of, near, opened, quarters, swapped_profile
from tests.podcast.builders import ShowFolder, make_show


@pytest.fixture
def show(tmp_path: Path) -> ShowFolder:
    return make_show(tmp_path / "show", 1)


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    path = tmp_path / "mein bild.jpg"
    path.write_bytes(file_of(quarters(2000, 1500), "JPEG"))
    return path


def cover(show: ShowFolder, *arguments: str | Path) -> int:
    return run(["-C", str(show.path), "cover", *map(str, arguments)])


def test_a_cover_is_written_beside_the_picture_which_stays(show: ShowFolder, wide: Path) -> None:
    before = wide.read_bytes()
    assert cover(show, wide, "--pad", "#14213d") == 0
    assert opened((wide.parent / "mein bild-2000.jpg").read_bytes()).size == (2000, 2000)
    assert wide.read_bytes() == before


def test_a_picture_that_is_not_square_is_refused_with_both_commands(
    show: ShowFolder, wide: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cover(show, wide) == 2
    told = capsys.readouterr().err
    assert f"folge cover '{wide}' --crop center" in told
    assert f"folge cover '{wide}' --pad white" in told
    assert [path.name for path in wide.parent.iterdir() if path.is_file()] == [wide.name]


@pytest.mark.parametrize(("out", "said"), [("mein bild.jpg", "is the picture itself"), ("other.jpg", "stays as it is")])
def test_no_file_is_overwritten(
    show: ShowFolder, wide: Path, out: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (wide.parent / "other.jpg").write_bytes(b"mine")
    before = (wide.parent / out).read_bytes()
    assert cover(show, wide, wide.parent / out, "--crop", "top") == 2
    assert said in capsys.readouterr().err
    assert (wide.parent / out).read_bytes() == before


def test_a_link_to_the_source_is_the_source(show: ShowFolder, wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (wide.parent / "link.jpg").symlink_to(wide)
    before = wide.read_bytes()
    assert cover(show, wide, wide.parent / "link.jpg", "--crop", "top") == 2
    assert "is the picture itself" in capsys.readouterr().err
    assert wide.read_bytes() == before


def test_the_cover_of_the_show_is_set_and_nothing_else_changes(show: ShowFolder, wide: Path) -> None:
    settings = show.path / "podcast.toml"
    before = settings.read_bytes().replace(b'cover = "cover.png"\n', b"cover  =  'cover.png'\t# das alte\r\n")
    settings.write_bytes(before)
    assert cover(show, wide, "--crop", "center", "--set") == 0
    assert settings.read_bytes() == before.replace(b"'cover.png'", b'"cover.jpg"')
    assert opened((show.path / "cover.jpg").read_bytes()).size == (1500, 1500)
    assert (show.path / "cover.png").exists()


def test_a_cover_in_use_stays_beside_the_new_one(show: ShowFolder, wide: Path) -> None:
    cover(show, wide, "--crop", "center", "--set")
    first = (show.path / "cover.jpg").read_bytes()
    assert cover(show, show.path / "cover.jpg", "--size", "1400", "--set") == 0
    assert (show.path / "cover.jpg").read_bytes() == first
    assert open_workspace(show.path, {}).settings.cover == "cover-2.jpg"


def test_an_episode_gets_its_own_cover(show: ShowFolder, wide: Path) -> None:
    before = show.file(1).read_text(encoding="utf-8")
    assert cover(show, wide, "--crop", "left", "--episode", "1") == 0
    (episode,) = open_workspace(show.path, {}).catalogue.episodes
    assert episode.cover == "covers/folge-1.jpg"
    assert (show.path / episode.cover).is_file()
    assert show.file(1).read_text(encoding="utf-8").replace("cover: covers/folge-1.jpg\n", "") == before


def test_a_second_run_changes_nothing_and_says_so(
    show: ShowFolder, wide: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in (["--set"], ["--episode", "1"]):
        assert cover(show, wide, "--crop", "center", *option) == 0
        before = {path: path.read_bytes() for path in show.path.rglob("*") if path.is_file()}
        capsys.readouterr()
        assert cover(show, wide, "--crop", "center", *option) == 0
        assert "the very same picture is there already" in capsys.readouterr().err
        assert {path: path.read_bytes() for path in show.path.rglob("*") if path.is_file()} == before


def test_a_cover_outside_the_show_is_not_set(show: ShowFolder, wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cover(show, wide, wide.parent / "neu.jpg", "--crop", "center", "--set") == 2
    assert "lies outside the show folder" in capsys.readouterr().err
    assert not (wide.parent / "neu.jpg").exists()


def test_what_was_done_is_told_and_the_place_is_the_result(
    show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p3.png").write_bytes(file_of(quarters(3200, 3200), icc_profile=swapped_profile()))
    assert cover(show, tmp_path / "p3.png", tmp_path / "neu.png") == 0
    out, told = capsys.readouterr()
    assert out.endswith("neu.png\n")
    assert "converted to sRGB from 'Getauscht'\nresized from 3200 x 3200 to 3000 x 3000\n" in told
    assert opened((tmp_path / "neu.png").read_bytes()).format == "PNG"


def test_the_result_as_json(show: ShowFolder, wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cover(show, wide, "--crop", "right", "--set", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["made"], data["width"], data["height"], data["media_type"]) == (True, 1500, 1500, "image/jpeg")
    assert data["bytes"] == (show.path / "cover.jpg").stat().st_size
    assert data["changed"].endswith("podcast.toml")
    assert data["done"] == ["cropped from 2000 x 1500, keeping the right"]
    assert data["problems"] == []


def test_a_heavy_cover_is_told_with_what_makes_it_lighter(
    show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    (tmp_path / "a.png").write_bytes(file_of(Image.effect_noise((1500, 1500), 90).convert("RGB")))
    assert cover(show, tmp_path / "a.png") == 0
    assert "--quality 60 or --size 1400" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pad", "kariert"], "'kariert' is not a colour"),
        (["--pad", "white", "--crop", "top"], "exclude each other"),
        (["--set", "--episode", "1"], "exclude each other"),
        (["out.webp"], "ends in neither .jpg nor .png"),
        (["--size", "600"], "1400<=x<=3000"),
        (["--crop", "center", "--episode", "99"], "99"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    show: ShowFolder, wide: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cover(show, wide, *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_colour_is_what_the_border_has(show: ShowFolder, wide: Path) -> None:
    assert cover(show, wide, wide.parent / "neu.png", "--pad", "#14213d") == 0
    border = opened((wide.parent / "neu.png").read_bytes()).getpixel((10, 10))
    assert border == (0x14, 0x21, 0x3D)
    assert near(colours((wide.parent / "neu.png").read_bytes())[0], (220, 30, 30))


SHAPES = [
    ('[show]\ntitle = "A"\n', '[show]\ncover = "neu.jpg"\ntitle = "A"\n'),
    ('[show]  # die Sendung\r\ntitle = "A"\r\n', '[show]  # die Sendung\r\ncover = "neu.jpg"\r\ntitle = "A"\r\n'),
    ('[show]\ncover = ""', '[show]\ncover = "neu.jpg"'),
    ('[show]\n"cover"="a\\"b" # c', '[show]\n"cover"="neu.jpg" # c'),
    ('\ufeff[show]\ncover = "x" #\n[a]\ncover = "b"\n', '\ufeff[show]\ncover = "neu.jpg" #\n[a]\ncover = "b"\n'),
    ("show.cover = 'x'\n", 'show.cover = "neu.jpg"\n'),
    ("[show]", '[show]\ncover = "neu.jpg"'),
    ('[show]\ntitle = "a\u2028b"\ncover = ""\n', '[show]\ntitle = "a\u2028b"\ncover = "neu.jpg"\n'),
]


@pytest.mark.parametrize(("text", "wanted"), SHAPES)
def test_one_setting_is_written_and_every_other_byte_kept(tmp_path: Path, text: str, wanted: str) -> None:
    path = tmp_path / "podcast.toml"
    path.write_bytes(text.encode())
    assert replace_text(path, "show", "cover", "neu.jpg") == wanted
    assert tomllib.loads(wanted.removeprefix("\ufeff"))


@pytest.mark.parametrize("text", ['show = {cover = "x"}\n', '[show]\ncover = """\nx"""\n', "[other]\na = 1\n"])
def test_what_cannot_be_written_safely_is_left_to_the_producer(tmp_path: Path, text: str) -> None:
    from episodes.problems import UserError

    path = tmp_path / "podcast.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="cannot be changed piecemeal") as caught:
        replace_text(path, "show", "cover", "neu.jpg")
    assert caught.value.hint == 'write cover = "neu.jpg" below [show] yourself'
