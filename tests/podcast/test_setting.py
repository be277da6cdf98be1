"""`folge set` and the words of the podcast namespace: what fits on a command line, and what to do about the rest."""

from pathlib import Path

import pytest

from episodes.model import Episode
from episodes.namespace import Chat, License
from episodes.schema import FIELDS
from podcast.cli import run
from podcast.workspace import open_workspace
from tests.podcast.builders import ShowFolder, make_show

ENTRIES = (
    "appearances", "chapters", "soundbites", "locations", "funding", "txt", "social_interact", "value", "extra",
)  # fmt: skip


@pytest.fixture
def show(tmp_path: Path) -> ShowFolder:
    return make_show(tmp_path / "show", 1)


def set_fields(show: ShowFolder, *assignments: str) -> int:
    return run(["-C", str(show.path), "set", "1", *assignments])


def episode(show: ShowFolder) -> Episode:
    (found,) = open_workspace(show.path, {}).catalogue.episodes
    return found


def test_words_are_set(show: ShowFolder) -> None:
    words = ["itunes_title=Mut: eins", "season=1", "season_name=2024", "number_display=Folge 1", "block=true"]
    assert set_fields(show, *words, "license=Hausrecht", "license_url=https://a.example/") == 0
    tags = episode(show).tags
    assert (tags.itunes_title, tags.season_name, tags.number_display, tags.blocked) == (
        "Mut: eins",
        "2024",
        "Folge 1",
        True,
    )
    assert tags.license == License(name="Hausrecht", url="https://a.example/")


def test_a_licence_is_set_by_its_name(show: ShowFolder) -> None:
    assert set_fields(show, "license=CC-BY-4.0") == 0
    assert "\nlicense: CC-BY-4.0\n" in show.file(1).read_text(encoding="utf-8")


def test_a_chat_is_set_field_by_field_and_removed_as_a_whole(show: ShowFolder) -> None:
    assert set_fields(show, "chat.server=a.example", "chat.protocol=irc", "chat.space=#folge") == 0
    assert episode(show).tags.chat == Chat(server="a.example", protocol="irc", space="#folge")
    assert set_fields(show, "chat=") == 0
    assert episode(show).tags.chat is None


def test_files_are_set_as_a_list(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_fields(show, "alternates=audio/1.opus, audio/1.flac", "images=banner.png") == 0
    assert [alternate.path for alternate in episode(show).alternates] == ["audio/1.opus", "audio/1.flac"]
    assert [image.path for image in episode(show).images] == ["banner.png"]
    told = capsys.readouterr().err
    assert all(f"'{name}' is not on this machine" in told for name in ("audio/1.opus", "audio/1.flac", "banner.png"))


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_of_several_fields_are_for_the_editor(
    show: ShowFolder, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = show.file(1).read_bytes()
    assert set_fields(show, f"{name}=Mut") == 2
    told = capsys.readouterr().err
    assert f"{name} cannot be set in one word" in told
    assert f"use 'folge edit' and write '{name}:' and below it '  - " in told
    assert show.file(1).read_bytes() == before


def test_chapters_can_be_taken_from_a_file(show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    set_fields(show, "chapters=00:00 Mut")
    assert "; 'folge chapters EPISODE FILE' takes them over from a file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ENTRIES)
def test_what_the_answer_shows_can_be_written(show: ShowFolder, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_fields(show, f"{name}=Mut")
    line = capsys.readouterr().err.split("below it '")[1].split("'")[0].replace("[…]", "[]")
    path = show.file(1)
    path.write_text(path.read_text(encoding="utf-8").replace("---\n", f"---\n{name}:\n{line}\n", 1), encoding="utf-8")
    assert open_workspace(show.path, {}).problems == ()


@pytest.mark.parametrize("name", ENTRIES)
def test_they_are_removed_on_the_command_line(show: ShowFolder, name: str) -> None:
    path = show.file(1)
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("title:", f"{name}:\n  - a: b\n    c: [d, e]\ntitle:"), encoding="utf-8")
    assert set_fields(show, f"{name}=") == 0
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("assignment", "code", "message"),
    [
        ("funding[1].url=https://a.example", 2, "use 'folge edit'"),
        ("funding.url=https://a.example", 2, "use 'folge edit'"),
        ("chat=irc.example", 2, "set chat.server, chat.protocol, chat.account_id, chat.space"),
        ("recording=Berlin", 2, "set recording.on, recording.occasion"),
        ("chat.sever=a", 2, "did you mean 'chat.server'?"),
        ("chat.server=a.example", 3, "chat.protocol: is missing"),
        ("chat.protocol=icq", 3, "'icq' is not known here"),
        ("licence=CC-BY-4.0", 2, "did you mean 'license'?"),
        ("license_url=https://a.example", 3, "stands there without a license"),
        ("block=ja", 3, "'ja' is neither true nor false"),
        ("number_display=Die allererste Folge von allen Folgen", 3, "at most 32"),
    ],
)
def test_what_would_be_wrong_is_not_written(
    show: ShowFolder, assignment: str, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = show.file(1).read_bytes()
    assert set_fields(show, assignment) == code
    assert message in capsys.readouterr().err
    assert show.file(1).read_bytes() == before


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_an_answer(show: ShowFolder, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_fields(show, f"{name}=a b") in (0, 2, 3)
    assert "is not a field" not in capsys.readouterr().err
