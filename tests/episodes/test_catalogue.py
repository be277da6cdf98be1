"""What is promised about all episodes together: no two clash, each is found by what people call it."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.catalogue import Catalogue, Filters, find_episode, fold, load_catalogue, next_number, search
from episodes.listing import episode_files
from episodes.model import Status
from episodes.problems import UserError
from tests.episodes.builders import BERLIN, a_file, write_files
from tests.soaking import examples

G1, G2, G3 = "aaaa1111-0000", "aaaa2222-0000", "12345678-0000"


def loaded(folder: Path) -> Catalogue:
    return load_catalogue(folder, BERLIN, base=folder.parent)


@pytest.fixture
def show(tmp_path: Path) -> Catalogue:
    """Three episodes, the second with a guest, the third without a number and a draft."""
    folder = write_files(
        tmp_path / "episodes",
        _001_diensteid=a_file(
            "topics: [Mut]", guid=G1, title="Diensteid für Transformation", notes="\nSchildkröten.\n"
        ),
        _002_schildkroeten=a_file(
            "appearances:",
            "  - name: Michaël Müller",
            "    function: Oberbürgermeister",
            "    organisation: Stadt Gießen",
            "recording: {occasion: K360-Festival 2024, place: Berlin}",
            guid=G2,
            title="Her mit den Schildkröten",
            number="2",
            published="2024-12-10 23:30",
        ),
        trailer=a_file(guid=G3, title="Worum es geht", number=None, published=None, status="draft", kind="trailer"),
    )
    catalogue = loaded(folder)
    assert catalogue.problems == ()
    return catalogue


def test_episodes_come_oldest_first_and_undated_last(show: Catalogue) -> None:
    assert [e.slug for e in show.episodes] == ["diensteid", "schildkroeten", "trailer"]
    assert show.path(show.episodes[0]).is_file()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("1", "diensteid"), ("001", "diensteid"), ("2", "schildkroeten"), ("diensteid", "diensteid"), ("trailer",
        "trailer"),
        ("001-diensteid", "diensteid"), ("001-diensteid.md", "diensteid"), ("aaaa1", "diensteid"), ("AAAA2222",
        "schildkroeten"),
        ("1234", "trailer"), ("episodes/001-diensteid.md", "diensteid"), (G3, "trailer"),
    ],
)  # fmt: skip
def test_an_episode_is_found_by_number_slug_guid_and_file(show: Catalogue, name: str, slug: str) -> None:
    assert find_episode(show, name).slug == slug


def test_an_episode_is_found_by_its_path_from_anywhere(show: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_episode(show, str(show.folder / "trailer.md")).slug == "trailer"
    monkeypatch.chdir(show.folder)
    assert find_episode(show, "./trailer.md").slug == "trailer"


def test_a_name_of_several_episodes_lists_them_all(show: Catalogue) -> None:
    with pytest.raises(UserError, match="'aaaa' means 2 episodes") as caught:
        find_episode(show, "aaaa")
    assert "1  diensteid  aaaa1111  Diensteid für Transformation" in str(caught.value)
    assert "2  schildkroeten  aaaa2222  Her mit den Schildkröten" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("dienstid", "did you mean diensteid?"),
        ("Schildkröte", "did you mean schildkroeten?"),
        ("Transformation", "did you mean diensteid?"),
        ("aaa", "'folge list' shows all episodes"),
        ("123", "'folge list' shows all episodes"),
        ("99", "'folge list' shows all episodes"),
        ("9" * 5000, "'folge list' shows all episodes"),
        ("", "'folge list' shows all episodes"),
        ("\x1b[2J", "'folge list' shows all episodes"),
        ("a/" * 3000, "'folge list' shows all episodes"),
    ],
)
def test_an_unknown_name_says_the_nearest(show: Catalogue, name: str, hint: str) -> None:
    with pytest.raises(UserError, match="there is no episode") as caught:
        find_episode(show, name)
    assert caught.value.hint == hint
    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


def test_a_number_of_two_seasons_lists_both(tmp_path: Path) -> None:
    folder = write_files(
        tmp_path / "episodes", a=a_file("season: 1", guid="g-1"), b=a_file("season: 2", guid="g-2", title="Zwei")
    )
    assert loaded(folder).problems == ()
    with pytest.raises(UserError, match="1/1  a  g-1") as caught:
        find_episode(loaded(folder), "1")
    assert "2/1  b  g-2  Zwei" in caught.value.message
    assert caught.value.hint == "say 1/1 or 2/1"
    assert [find_episode(loaded(folder), name).slug for name in ("1/1", "2/1")] == ["a", "b"]


@pytest.mark.parametrize("name", ["2/6", "s2e6", "S2E6", "2x6", "2X6", "s02e06"])
def test_season_and_number_name_an_episode(tmp_path: Path, name: str) -> None:
    folder = write_files(
        tmp_path / "episodes",
        a=a_file("season: 1", guid="g-1", number="6"),
        b=a_file("season: 2", guid="g-2", number="6"),
        c=a_file("season: 2", guid="g-3", number="5"),
        d=a_file(guid="g-4", number="6"),
    )
    assert find_episode(loaded(folder), name).slug == "b"


def test_an_episode_without_a_season_is_of_the_first_as_in_its_address(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "episodes", a=a_file(number="6"), b=a_file("season: 2", guid="g-2", number="6"))
    assert find_episode(loaded(folder), "s1e6").slug == "a"
    with pytest.raises(UserError, match="there is no episode '3/6'"):
        find_episode(loaded(folder), "3/6")


def test_a_bonus_of_the_same_number_is_told_apart_by_its_slug(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "episodes", a=a_file(), b=a_file("kind: bonus", guid="g-2"))
    with pytest.raises(UserError) as caught:
        find_episode(loaded(folder), "1")
    assert caught.value.hint == "say a or b"
    assert [find_episode(loaded(folder), slug).slug for slug in ("a", "b")] == ["a", "b"]


def test_what_two_files_share_is_told_in_the_later_with_its_line_and_the_other(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "episodes", _001_a=a_file(), _002_b=a_file(), _003_a=a_file(guid="g-3", number="3"))
    assert [(p.path, p.line, p.field, p.message) for p in loaded(folder).problems] == [
        ("episodes/002-b.md", 2, "guid", f"'{loaded(folder).episodes[0].guid}' is also that of episodes/001-a.md"),
        ("episodes/003-a.md", 0, "slug", "'a' is also that of episodes/001-a.md"),
        ("episodes/002-b.md", 4, "number", "'1' is also that of episodes/001-a.md"),
    ]
    assert loaded(folder).problems[-1].hint == "the next free one is 4"


def test_a_bonus_may_have_the_number_of_its_episode(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "episodes", a=a_file(), b=a_file("kind: bonus", guid="g-2"))
    assert loaded(folder).problems == ()


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "episodes", a=a_file(), b="kaputt", c=a_file("x: y", guid="g-3", number="3"))
    (folder / "d.md").mkdir()
    (folder / "e.md").symlink_to("nirgends")
    (folder / "f.md").write_bytes(b"a" * 2_000_000)
    (folder / "g.md").write_bytes("---\ntitle: Müller\n---\n".encode("latin-1"))
    catalogue = loaded(folder)
    assert [e.slug for e in catalogue.episodes] == ["a"]
    assert [(p.path, p.line) for p in catalogue.problems] == [
        ("episodes/b.md", 1), ("episodes/c.md", 7), ("episodes/d.md", 0), ("episodes/e.md", 0), ("episodes/f.md", 0),
        ("episodes/g.md", 2),
    ]  # fmt: skip


def test_only_markdown_files_that_are_not_hidden_are_episodes(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", ".a.md", "#a.md#", "~a.md", "_a.md", "a.md~", "a.txt", ".a.md.swp", "#b.md"):
        (tmp_path / name).touch()
    assert [path.name for path in episode_files(tmp_path)] == ["a.md", "b.md"]
    assert episode_files(tmp_path / "nirgends") == []


def test_the_next_number_is_that_of_the_season(show: Catalogue) -> None:
    assert next_number(show.episodes) == 3
    assert next_number(show.episodes, season=2) == 1
    assert next_number(()) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oberbürgermeister", "oberbuergermeister"), ("Oberbürgermeister", "OBERBURGERMEISTER"), ("Straße",
        "Strasse"),
        ("STRAẞE", "strasse"), ("Größe", "gro\u0308ße"), ("Größe", "groesse"), ("Michaël", "Michael"), ("Søren",
        "soren"),
        ("œuvre", "oeuvre"), ("Łódź", "lodz"), ("ﬁnden", "finden"), ("Αθήνα", "αθηνα"),
    ],
)  # fmt: skip
def test_spellings_of_one_word_are_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(st.text(max_size=30))
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


def slugs(show: Catalogue, *words: str, filters: Filters | None = None) -> list[str]:
    return [e.slug for e in search(show.episodes, words, filters or Filters())]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["schildkroten"], ["schildkroeten", "diensteid"]),  # a title counts more than notes
        (["Schildkröten", "K360"], ["schildkroeten"]),
        (["oberbuergermeister"], ["schildkroeten"]),
        (["giessen"], ["schildkroeten"]),
        (["michael", "mueller"], ["schildkroeten"]),
        (["MUT"], ["diensteid"]),
        (["berlin"], ["schildkroeten"]),
        (["mut", "berlin"], []),
        ([], ["trailer", "schildkroeten", "diensteid"]),
    ],
)
def test_every_word_must_be_there_and_the_best_comes_first(show: Catalogue, words: list[str], found: list[str]) -> None:
    assert slugs(show, *words) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(guest="giessen"), ["schildkroeten"]),
        (Filters(topic="mut"), ["diensteid"]),
        (Filters(occasion="k360"), ["schildkroeten"]),
        (Filters(status=Status.DRAFT), ["trailer"]),
        (Filters(season=1), []),
        (Filters(since=date(2024, 12, 10)), ["schildkroeten"]),
        (Filters(since=date(2024, 12, 11)), []),
        (Filters(until=date(2024, 12, 3)), ["diensteid"]),
        (Filters(until=date(2024, 12, 2)), []),
        (Filters(since=date(2024, 12, 3), until=date(2024, 12, 10)), ["schildkroeten", "diensteid"]),
    ],
)
def test_filters_narrow_and_both_days_are_included(show: Catalogue, filters: Filters, found: list[str]) -> None:
    assert slugs(show, filters=filters) == found


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    folder = write_files(tmp_path / "episodes", a=a_file())
    (folder / "a.md").chmod(0)
    assert "cannot be read: Permission denied" in loaded(folder).problems[0].message
