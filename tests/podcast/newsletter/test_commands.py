"""`folge issue` and `folge teaser` as newsletter authors and producers use them, on a show in a folder."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from podcast.cli import run
from podcast.stores.folder import FolderStore
from tests.podcast.builders import BASE, GUID_1, GUID_2, ShowFolder, objects

PAGE_2 = f"{BASE}folge-2/?utm_source=newsletter&utm_medium=email&utm_campaign=2024-12"
FUTURE = "2099-01-01 06:00"

Screen = pytest.CaptureFixture[str]


@pytest.fixture
def published(show: ShowFolder, capsys: Screen) -> ShowFolder:
    assert folge(show, "publish", "--yes") == 0
    capsys.readouterr()
    return show


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


def said(capsys: Screen, show: ShowFolder, *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a call and return what it printed and what it told."""
    capsys.readouterr()
    assert folge(show, *arguments) == code
    found = capsys.readouterr()
    return found.out, found.err


def data(capsys: Screen, show: ShowFolder, *arguments: str, code: int = 0) -> Any:
    return json.loads(said(capsys, show, *arguments, code=code)[0])


def issue_file(show: ShowFolder) -> Path:
    return show.path / "issues" / "2024-12.toml"


def begin(show: ShowFolder, *episodes: str) -> None:
    assert folge(show, "issue", "new", "2024-12", "--title", "Winter", "--date", "2024-12-10") == 0
    if episodes:
        assert folge(show, "issue", "add", "2024-12", *episodes) == 0


def test_an_issue_is_begun_once_and_never_overwritten(published: ShowFolder, capsys: Screen) -> None:
    assert said(capsys, published, "issue", "new", "2024-12", "--title", "Winter")[0] == "issues/2024-12.toml\n"
    before = issue_file(published).read_bytes()
    assert "is there already" in said(capsys, published, "issue", "new", "2024-12", code=2)[1]
    assert issue_file(published).read_bytes() == before
    assert "not a web address" in said(capsys, published, "issue", "new", "x", "--url", "x", code=2)[1]
    assert not (published.path / "issues" / "x.toml").exists()


def test_episodes_are_added_newest_first_once_and_by_what_never_changes(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "1")
    assert folge(published, "issue", "add", "2024-12", "folge-2", "--headline", "Mut, der Zweite") == 0
    issue = data(capsys, published, "issue", "show", "2024-12", "--json")
    assert [row["episode"] for row in issue["episodes"]] == [GUID_2, GUID_1]
    assert issue["episodes"][0]["headline"] == "Mut, der Zweite"
    assert "# 2, folge-2" in issue_file(published).read_text(encoding="utf-8")
    before = issue_file(published).read_bytes()
    assert "is in issues/2024-12.toml already" in said(capsys, published, "issue", "add", "2024-12", GUID_1)[1]
    assert issue_file(published).read_bytes() == before


def test_one_headline_is_not_for_several_episodes(published: ShowFolder, capsys: Screen) -> None:
    begin(published)
    assert folge(published, "issue", "add", "2024-12", "1", "2", "--headline", "x") == 2
    assert folge(published, "issue", "add", "2025-01", "1") == 2
    assert "did you mean '2024-12'" in capsys.readouterr().err


def test_a_renamed_episode_stays_in_its_issue(published: ShowFolder, capsys: Screen) -> None:
    begin(published)
    with issue_file(published).open("a", encoding="utf-8") as file:
        file.write('[[episodes]]\nepisode = "folge-2"\n')
    published.file(2).rename(published.file(2, "mut-tut-gut"))
    assert folge(published, "publish", "--yes") == 0
    (teaser,) = data(capsys, published, "teaser", "--issue", "2024-12", "--json")
    assert teaser["link"].startswith(f"{BASE}mut-tut-gut/?utm_source")
    assert teaser["short_link"] == f"{BASE}f/2/"


def test_mistakes_in_issues_are_told_with_file_and_line(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "1", "2")
    with issue_file(published).open("a", encoding="utf-8") as file:
        file.write('headlien = "x"\n\n[[episodes]]\nepisode = "nirgends"\n')
    for call in (("issue", "list"), ("issue", "show", "2024-12"), ("issue", "report"), ("check",)):
        told = said(capsys, published, *call, code=3)
        assert re.search(r"issues/2024-12\.toml:\d+: episodes\[2\]\.headlien: is not a field", "".join(told))
        assert "there is no episode 'nirgends'" in "".join(told)
    out, _ = said(capsys, published, "teaser", "--issue", "2024-12", code=3)
    assert out == ""
    assert folge(published, "issue", "add", "2024-12", "2") == 3


def test_a_deleted_file_nobody_published_is_named_with_the_issues_that_refer_to_it(
    published: ShowFolder, capsys: Screen
) -> None:
    published.episode(3, published=FUTURE)
    begin(published, "3", "2")
    published.file(3).unlink()
    published.file(2).unlink()  # this one is published, and stays so
    told = said(capsys, published, "issue", "list", code=3)[1]
    assert told.count("error: ") == 1
    assert "the comment there says: 3, folge-3" in told


def test_the_report_says_who_was_teased_where_and_who_never(published: ShowFolder, capsys: Screen) -> None:
    published.episode(3, published=FUTURE)
    begin(published, "2")
    report = data(capsys, published, "issue", "report", "--json")
    assert [row["slug"] for row in report["never"]] == ["folge-1"]
    assert [(row["slug"], row["issues"]) for row in report["teased"]] == [("folge-2", ["2024-12"])]
    assert data(capsys, published, "issue", "list")[0]["episodes"][0]["found"]["public"] is True


def test_an_issue_that_only_another_folder_has_counts_too(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "2")
    assert folge(published, "publish", "--yes") == 0
    issue_file(published).unlink()
    report = data(capsys, published, "issue", "report", "--json")
    assert [row["slug"] for row in report["never"]] == ["folge-1"]
    assert [(row["slug"], row["issues"]) for row in report["teased"]] == [("folge-2", ["2024-12"])]
    assert data(capsys, published, "show", "2", "--json")["issues"] == ["2024-12"]
    assert "'Winter' of 2024-12-10" in said(capsys, published, "withdraw", "2", "--dry-run")[1]
    assert data(capsys, published, "issue", "list") == []


def test_an_episode_knows_its_issues(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "2")
    assert data(capsys, published, "show", "2", "--json")["issues"] == ["2024-12"]
    assert data(capsys, published, "show", "1", "--json")["issues"] == []


def test_a_withdrawal_names_the_issues_that_link_there(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "2")
    assert (
        "'Winter' of 2024-12-10 (issues/2024-12.toml) links to it"
        in said(capsys, published, "withdraw", "2", "--dry-run")[1]
    )
    assert "links to it" not in said(capsys, published, "withdraw", "1", "--yes")[1]
    told = said(capsys, published, "teaser", "1", code=2)[1]
    assert "is withdrawn" in told


@pytest.mark.parametrize("words", [["withdraw", "1"], ["replace", "1", "audio/2.mp3", "--as", "fix"]])
def test_what_is_published_alone_has_nothing_to_say_of_issues_that_name_other_episodes(
    published: ShowFolder, capsys: Screen, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(published.path)
    published.episode(3, published=FUTURE)
    begin(published, "1", "2", "3")
    assert "there is no episode" not in said(capsys, published, *words, "--dry-run")[1]


def test_all_of_an_issue_are_teased_in_its_order_and_words(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "1", "2")
    text = issue_file(published).read_text(encoding="utf-8")
    head, two, one = text.split("[[episodes]]")
    one = f'{one.rstrip()}\nheadline = "Der \\"Anfang\\""\n'
    issue_file(published).write_text("[[episodes]]".join((head, f"{one}\n", two)), encoding="utf-8")
    out, err = said(capsys, published, "teaser", "--issue", "2024-12", "--as", "text")
    assert err == ""
    assert 0 <= out.index("Der „Anfang“") < out.index("Mut 2")
    assert PAGE_2 in out
    alone = said(capsys, published, "teaser", "1", "2", "--as", "text")[0]
    assert 0 <= alone.index("Mut 2") < alone.index("Mut 1")
    assert "utm_" not in alone


def test_an_episode_that_is_not_in_the_issue_is_teased_with_a_warning(published: ShowFolder, capsys: Screen) -> None:
    begin(published, "1")
    out, err = said(capsys, published, "teaser", "2", "--issue", "2024-12", "--as", "markdown")
    assert PAGE_2 in out
    assert "does not name 'Mut 2'; folge issue add 2024-12 2" in err


def test_what_is_published_is_told_and_not_what_is_written_since(published: ShowFolder, capsys: Screen) -> None:
    published.episode(2, title="Noch nicht so")
    assert data(capsys, published, "teaser", "2", "--json")[0]["headline"] == "Mut 2"


def test_an_episode_that_is_not_public_is_told_with_a_warning_and_its_links_come_true(
    show: ShowFolder, capsys: Screen
) -> None:
    out, err = said(capsys, show, "teaser", "2", "--json")
    assert "'Mut 2' is not public yet; the links of its teaser work only after 'folge publish'" in err
    before = json.loads(out)[0]
    assert before["public"] is False
    assert folge(show, "publish", "--yes") == 0
    after = data(capsys, show, "teaser", "2", "--json")[0]
    assert {name for name in after if after[name] != before[name]} == {"public", "short_link"}
    there = objects(FolderStore(show.path / "public"))
    for picture in (after["cover"], after["banner"]):
        assert there[picture["url"].removeprefix(BASE)].startswith(b"\xff\xd8")
    assert len(there[after["cover"]["url"].removeprefix(BASE)]) < 100_000
    assert f"{after['link'].removeprefix(BASE)}index.html" in there


def test_a_waiting_episode_says_until_when_and_a_draft_is_refused(published: ShowFolder, capsys: Screen) -> None:
    published.episode(3, published=FUTURE)
    assert "waits until 2099-01-01 06:00" in said(capsys, published, "teaser", "3")[1]
    published.episode(3, more="status: draft\n")
    assert "is a draft" in said(capsys, published, "teaser", "3", code=2)[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say which episodes"),
        (("1", "--as", "pdf"), "'pdf' is not one of"),
        (("1", "--json", "--esp", "brevo"), "JSON is escaped where that is done"),
        (("1", "--as", "text", "--whole"), "--whole is for --as html"),
        (("99",), "there is no episode '99'"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    published: ShowFolder, capsys: Screen, arguments: tuple[str, ...], told: str
) -> None:
    assert told in said(capsys, published, "teaser", *arguments, code=2)[1]


HEAVY = "Mut tut gut, und Mut tut not. " * 550


def test_a_text_that_makes_a_teaser_too_heavy_is_told_with_file_line_and_size(
    published: ShowFolder, capsys: Screen
) -> None:
    begin(published, "1")
    published.episode(3, published=FUTURE)
    for number in ("2", "3"):
        out, err = said(capsys, published, "issue", "add", "2024-12", number, "--text", HEAVY)
        assert out == "issues/2024-12.toml\n"
        told = re.findall(r"warning: issues/2024-12.toml:\d+.*'Mut (\d)' has 1\d,\d{3} bytes", err)
        assert number in told
    html, err = said(capsys, published, "teaser", "2", "--issue", "2024-12")
    line = next(at for at, it in enumerate(issue_file(published).read_text("utf-8").split("\n"), 1) if GUID_2 in it)
    assert f"warning: issues/2024-12.toml:{line}" in err
    assert f"has {len(html.strip().encode()) + 1:,} bytes of HTML, and mails need less than 12,000" in err
    assert "bytes" not in said(capsys, published, "teaser", "2", "1")[1]
    assert "bytes" not in said(capsys, published, "teaser", "1", "--issue", "2024-12")[1]


def test_a_teaser_goes_into_a_file(published: ShowFolder, capsys: Screen, tmp_path: Path) -> None:
    file = tmp_path / "teaser.html"
    assert said(capsys, published, "teaser", "2", "--out", str(file))[0] == ""
    assert file.read_text(encoding="utf-8") == said(capsys, published, "teaser", "2")[0]
    assert folge(published, "teaser", "2", "--out", str(tmp_path / "nirgends" / "x")) == 2


def test_a_template_of_the_show_is_used_and_its_mistakes_are_findings(published: ShowFolder, capsys: Screen) -> None:
    folder = published.path / "templates" / "newsletter"
    folder.mkdir(parents=True)
    (folder / "teaser.md").write_text("# {{ teaser.headline }}\n", encoding="utf-8")
    assert said(capsys, published, "teaser", "2", "--as", "markdown")[0] == "# Mut 2\n"
    (folder / "teaser.md").write_text("# {{ teaser.titel }}\n", encoding="utf-8")
    told = said(capsys, published, "teaser", "2", "--as", "markdown", code=3)[1]
    assert told.startswith("error: templates/newsletter/teaser.md:1: ")


def test_a_guest_keeps_the_function_of_that_day(published: ShowFolder, capsys: Screen) -> None:
    settings = published.path / "podcast.toml"
    person = (
        '[people.us]\nname = "Uwe Schneidewind"\nfunction = "Oberbürgermeister"\norganisation = "Stadt Wuppertal"\n'
    )
    settings.write_text(f"{settings.read_text('utf-8')}\n{person}", encoding="utf-8")
    guest = "appearances:\n  - {name: Uwe Schneidewind, function: Oberbürgermeister, organisation: Stadt Wuppertal}\n"
    published.episode(2, more=guest)
    assert folge(published, "publish", "--yes") == 0
    settings.write_text(settings.read_text("utf-8").replace("Oberbürgermeister", "Professor"), encoding="utf-8")
    assert folge(published, "publish", "--yes") == 0
    (teaser,) = data(capsys, published, "teaser", "2", "--json")
    assert teaser["guests"] == "Mit Uwe Schneidewind, Oberbürgermeister, Stadt Wuppertal"
