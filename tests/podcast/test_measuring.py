"""What is promised about files an episode or the show names: each mistake at the entry that names the file."""

import io

import pytest

from episodes.problems import Problem
from podcast.cache import cache_folder
from podcast.facts import Facts
from podcast.publishing.measuring import measure_files
from podcast.workspace import open_workspace
from podcast.written import with_lines
from tests.podcast.builders import ShowFolder
from tests.podcast.test_feeds import add_settings


def problems(show: ShowFolder) -> tuple[Problem, ...]:
    workspace = open_workspace(show.path, {})
    assert workspace.problems == ()
    found = measure_files(workspace, Facts(cache_folder(show.path))).problems
    return with_lines(found, show.path)


def lines(show: ShowFolder) -> list[tuple[str, str]]:
    """The field of every problem and the line of the file that it names."""
    found = []
    for problem in problems(show):
        text = (show.path / problem.path).read_text(encoding="utf-8").splitlines()
        found.append((problem.field, text[problem.line - 1].strip()))
    return found


def a_picture(width: int, height: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_sound_files_are_met_with_silence(show: ShowFolder) -> None:
    add_settings(show, '[[images]]\npath = "cover.png"\n\n[[feeds]]\nname = "mp3"\nformat = "mp3"\n')
    assert problems(show) == ()


def test_a_broken_file_is_told_at_the_entry_that_names_it(show: ShowFolder) -> None:
    (show.path / "kaputt.png").write_bytes(b"kaputt")
    (show.path / "kaputt.vtt").write_bytes(b"kaputt")
    (show.path / "kaputt.mp3").write_bytes(b"kaputt")
    (show.path / "gut.vtt").write_bytes(b"WEBVTT\n\n00:00.000 --> 00:00.500\nGut\n")
    add_settings(show, '[[images]]\npath = "cover.png"\n\n[[images]]\nalt = "A"\npath = "kaputt.png"\n')
    show.episode(
        1,
        more="images:\n  - cover.png\n  - alt: A\n    path: kaputt.png\n"
        "transcripts:\n  - gut.vtt\n  - kaputt.vtt\nalternates:\n  - audio/2.mp3\n  - path: kaputt.mp3\n",
    )
    assert lines(show) == [
        ("images[2].path", 'path = "kaputt.png"'),
        ("alternates[2].path", "- path: kaputt.mp3"),
        ("images[2].path", "path: kaputt.png"),
        ("transcripts[2].path", "- kaputt.vtt"),
    ]


def test_a_cover_is_judged_though_it_is_a_picture_too(show: ShowFolder) -> None:
    (show.path / "breit.png").write_bytes(a_picture(1600, 1400))
    add_settings(show, '[[images]]\npath = "breit.png"\n')
    show.episode(1, more="cover: breit.png\n")
    assert [(problem.path, problem.field, problem.rule) for problem in problems(show)] == [
        ("episodes/001-folge-1.md", "cover", "APPLE-ART-1")
    ]


def test_a_cover_of_several_episodes_is_told_once(show: ShowFolder) -> None:
    (show.path / "breit.png").write_bytes(a_picture(1600, 1400))
    for number in (1, 2):
        show.episode(number, more="cover: breit.png\n")
    assert len(problems(show)) == 1


@pytest.mark.parametrize(
    ("feed", "field", "message", "hint"),
    [
        ('topic = "Muht"', "topic", "no episode here has the topic 'Muht'", "did you mean 'Mut'?"),
        ("season = 3", "season", "no episode here has the season '3'", "there is 1 and 2"),
        ('format = "opus"', "format", "no episode here has the format 'opus'", "such as audio/1.opus"),
        ('topic = "mut"\nseason = 2', "name", "no episode here has all that the feed 'teil' asks for", "leave out"),
    ],
)
def test_a_feed_that_fits_no_episode_is_a_warning_where_it_is_asked_for(
    show: ShowFolder, feed: str, field: str, message: str, hint: str
) -> None:
    show.episode(1, more="topics: [Mut]\nseason: 1\n")
    show.episode(2, more="topics: [Wandel]\nseason: 2\n")
    add_settings(show, f'[[feeds]]\nname = "mut"\ntopic = "MUT"\n\n[[feeds]]\nname = "teil"\n{feed}\n')
    (problem,) = problems(show)
    assert (problem.severity.value, problem.path, problem.field) == ("warning", "podcast.toml", f"feeds[2].{field}")
    assert (show.path / "podcast.toml").read_text(encoding="utf-8").splitlines()[problem.line - 1].startswith(field)
    assert problem.message == message
    assert hint in problem.hint


def test_before_the_first_episode_no_feed_is_to_blame(show: ShowFolder) -> None:
    for number in (1, 2):
        show.file(number).unlink()
    add_settings(show, '[[feeds]]\nname = "mut"\ntopic = "Mut"\n')
    assert problems(show) == ()
