"""Issue files are read with every mistake on its line, and added to without touching another byte."""

from datetime import date
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.newsletter.issuefile import Addition, new_issue, with_additions
from podcast.newsletter.issues import Issue, check_name, parse_issue, read_issues, untold
from podcast.newsletter.teaser import Wording

KNOWN = {"7": "g7", "schildkroeten": "g8", "g7": "g7", "g8": "g8", "g9": "g9"}

WHOLE = """\
# die letzte im Jahr
title = "Der Newsletter für kommunale Gestalter:innen"
date = 2024-12-10
url = "https://newsletter.example.org/2024-12"

# zuerst das Festival
[[episodes]]
episode = "schildkroeten"
headline = "Her mit den Schildkröten!"
text = \"\"\"
Erster Absatz.

Zweiter Absatz.\"\"\"

[[episodes]]
episode = 7   # der Diensteid
"""


def find(name: str) -> str:
    if name not in KNOWN:
        raise UserError(f"there is no episode '{name}'", hint="'folge list' shows all episodes")
    return KNOWN[name]


def parsed(text: str) -> tuple[Issue, list[str]]:
    issue, problems = parse_issue(text.encode(), "2024-12", find)
    return issue, [str(problem) for problem in problems]


def addition(guid: str, before: int = 9, **words: str) -> Addition:
    return Addition(guid=guid, remark=f"{guid[1:]}, folge", wording=Wording(**words), before=before)


def added(text: str, *additions: Addition) -> str:
    return with_additions(text.encode(), parsed(text)[0], additions)


def test_an_issue_has_what_its_file_says_in_the_order_of_the_file() -> None:
    issue, problems = parsed(WHOLE)
    assert problems == []
    assert (issue.label, issue.on) == ("Der Newsletter für kommunale Gestalter:innen", date(2024, 12, 10))
    assert issue.url == "https://newsletter.example.org/2024-12"
    assert [mention.guid for mention in issue.mentions] == ["g8", "g7"]
    assert issue.mentions[0].wording == Wording(
        headline="Her mit den Schildkröten!", text="Erster Absatz.\n\nZweiter Absatz."
    )


def test_a_list_of_names_is_enough() -> None:
    issue, problems = parsed('episodes = ["schildkroeten", 7]')
    assert (problems, [mention.guid for mention in issue.mentions]) == ([], ["g8", "g7"])


def test_every_mistake_is_found_in_one_run_with_its_line() -> None:
    text = """\
titel = "Dezember"
date = "10.12.2024"
url = "newsletter.example.org"

[[episodes]]
episode = "verschollen"  # 3, verschollen

[[episodes]]
episode = 7
headlien = "Mut"

[[episodes]]
episode = "g7"

[[episodes]]
headline = "ohne Folge"
"""
    issue, problems = parsed(text)
    assert sorted(problems, key=lambda line: int(line.split(":")[1])) == [
        "issues/2024-12.toml:1: titel: is not a field; did you mean 'title'?",
        "issues/2024-12.toml:2: date: '10.12.2024' is not a date; write 2024-12-10",
        "issues/2024-12.toml:3: url: 'newsletter.example.org' is not a web address; "
        "write https://newsletter.example.org",
        "issues/2024-12.toml:6: episodes[1].episode: there is no episode 'verschollen'; "
        "the comment there says: 3, verschollen",
        "issues/2024-12.toml:10: episodes[2].headlien: is not a field; did you mean 'headline'?",
        "issues/2024-12.toml:13: episodes[3].episode: 'g7' stands here twice, first on line 9; keep one of the two",
        "issues/2024-12.toml:15: episodes[4].episode: is missing; write its number, its slug or its guid",
    ]
    assert [mention.guid for mention in issue.mentions] == ["", "g7"]


def test_a_file_that_is_no_toml_is_one_problem_with_its_line() -> None:
    _, problems = parsed('title = "x"\ndate 2024\n')
    assert len(problems) == 1
    assert problems[0].startswith("issues/2024-12.toml:2: not valid TOML")


def test_issues_are_ordered_by_date_and_a_bad_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    for name, day in (("winter", "2024-12-10"), ("a", "2024-06-01"), ("Groß Name", "2023-01-01")):
        (tmp_path / "issues" / f"{name}.toml").write_text(f'date = {day}\nepisodes = ["7"]\n', encoding="utf-8")
    issues = read_issues(tmp_path, find)
    assert [issue.name for issue in issues.issues] == ["a", "winter"]
    assert [problem.path for problem in issues.problems] == ["issues/Groß Name.toml"]
    assert [issue.name for issue in issues.teasing("g7")] == ["a", "winter"]
    assert untold(["g8", "g7"], issues) == ("g8",)
    with pytest.raises(UserError, match="did you mean 'winter'"):
        issues.called("wintre")


def test_a_folder_without_issues_has_none(tmp_path: Path) -> None:
    assert read_issues(tmp_path, find).issues == ()


@pytest.mark.parametrize("name", ["", "../x", "2024 12", "Dezember", "-a", "a/b", "a.", "x" * 99])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name of an issue"):
        check_name(name)


def test_a_new_issue_is_one_and_shows_what_it_lacks() -> None:
    text = new_issue(title='Der "große"', on=None, url="")
    assert parsed(text)[1] == []
    assert parsed(text)[0].title == 'Der "große"'
    assert "# date = 2024-12-10\n" in text


def test_what_is_added_stands_where_it_belongs_and_the_rest_as_before() -> None:
    text = added(WHOLE, addition("g9", 1, headline='Mut "mal" drei', text="Eins.\n\nZwei."))
    assert text == WHOLE.replace(
        "[[episodes]]\nepisode = 7",
        '[[episodes]]\nepisode = "g9"  # 9, folge\nheadline = "Mut \\"mal\\" drei"\ntext = "Eins.\\n\\nZwei."\n\n'
        "[[episodes]]\nepisode = 7",
    )
    assert [mention.guid for mention in parsed(text)[0].mentions] == ["g8", "g9", "g7"]


def test_a_comment_above_an_episode_stays_with_it() -> None:
    text = added(WHOLE, addition("g9", 0))
    assert '# 9, folge\n\n# zuerst das Festival\n[[episodes]]\nepisode = "schildkroeten"' in text


def test_several_are_added_in_their_order() -> None:
    for before in (0, 1, 2):
        text = added(WHOLE, addition("g5", before), addition("g6", before))
        guids = [line.split('"')[1] for line in text.splitlines() if line.startswith('episode = "g')]
        assert guids == ["g5", "g6"]


def test_an_empty_file_and_windows_line_ends_are_kept() -> None:
    assert added("", addition("g9")) == '[[episodes]]\nepisode = "g9"  # 9, folge\n'
    text = added(WHOLE.replace("\n", "\r\n"), addition("g9", 1))
    assert text.count("\r\n") == text.count("\n")
    assert text.replace("\r\n", "\n") == added(WHOLE, addition("g9", 1))


@pytest.mark.parametrize("text", ['episodes = ["7"]\n', "episodes = [\n  {episode = 7},\n]\n"])
def test_a_file_that_cannot_be_added_to_safely_is_left_alone(text: str) -> None:
    with pytest.raises(UserError, match=r"cannot be changed piecemeal; write \[\[episodes\]\]"):
        added(text, addition("g9"))
