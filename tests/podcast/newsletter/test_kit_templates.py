"""The kit is made with a show's own templates of teasers: what an author copies is what `folge teaser` writes."""

import json
from pathlib import Path

import pytest

from podcast.cli import run
from tests.podcast.builders import ShowFolder

OWN = "templates/newsletter"


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(show: ShowFolder, name: str, text: str) -> None:
    path = show.path / OWN / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def in_kit(show: ShowFolder, form: str) -> str:
    """Return a medium teaser of the second episode as the kit has it."""
    path = next(path for path in (show.path / "public").rglob("*.json") if path.parts[-2] == "kit" and "2" in path.name)
    data = json.loads(path.read_text("utf-8"))
    text: str = data["texts"][data["teasers"]["medium"][form]["plain"]]
    return text


@pytest.fixture
def published(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> ShowFolder:
    show.episode(2, title="Mut & Wandel", more="summary: Ein Gespräch.\n")
    put(show, "teaser.txt", "HÖREN: {{ teaser.headline }} {% include '_gruss.txt' %}\n")
    put(show, "_gruss.txt", "– bis bald!")
    assert folge(show, "publish", "--yes") == 0
    capsys.readouterr()
    return show


def test_the_kit_has_the_teasers_of_the_shows_own_templates(
    published: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folge(published, "teaser", "2", "--as", "text") == 0
    assert capsys.readouterr().out == "HÖREN: Mut & Wandel – bis bald!\n" == in_kit(published, "text")


def test_an_edited_template_is_published_with_nothing_but_the_kit(published: ShowFolder) -> None:
    before = tree(published.path / "public")
    put(published, "_gruss.txt", "– auf bald!")
    assert folge(published, "publish", "--yes") == 0
    assert in_kit(published, "text") == "HÖREN: Mut & Wandel – auf bald!\n"
    after = tree(published.path / "public")
    changed = {name.split("/")[0] for name in before | after if before.get(name) != after.get(name)}
    assert changed == {".folge", "kit"}


def test_a_template_that_was_added_or_deleted_is_noticed(published: ShowFolder) -> None:
    put(published, "teaser.md", "*{{ teaser.headline }}*\n")
    assert folge(published, "publish", "--yes") == 0
    assert in_kit(published, "markdown") == "*Mut \\& Wandel*\n"
    (published.path / OWN / "teaser.txt").unlink()
    assert folge(published, "publish", "--yes") == 0
    assert "https://" in in_kit(published, "text")


def test_a_template_that_cannot_be_filled_stops_a_publish_with_its_line(
    published: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    put(published, "teaser.txt", "gut\n{{ teaser.headlin }}\n")
    before = tree(published.path / "public")
    assert folge(published, "publish", "--yes") == 3
    assert f"{OWN}/teaser.txt:2" in capsys.readouterr().err
    assert tree(published.path / "public") == before


def test_a_file_that_overrides_nothing_is_named_before_anything_is_published(
    show: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    show.episode(1)
    put(show, "teasr.txt", "x")
    assert folge(show, "publish", "--yes") == 3
    assert "teaser.txt" in capsys.readouterr().err


def test_a_lost_laptop_gets_the_templates_back(published: ShowFolder, tmp_path: Path) -> None:
    folder = tmp_path / "neu"
    folder.mkdir()
    assert run(["-C", str(folder), "pull", (published.path / "public").as_uri(), "--yes"]) == 0
    assert tree(folder / OWN) == tree(published.path / OWN)
