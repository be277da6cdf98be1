"""Pages tell in which issues of the newsletter an episode was; issues outlive the laptop they were written on."""

import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from lxml import html

from episodes.problems import UserError
from podcast.cli import run
from podcast.layout import LEDGER
from podcast.publishing.arrivals import Action, PullPlan
from podcast.publishing.bring import bring
from podcast.publishing.changes import Asked, IssueKind
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.publishing.memo import recall
from podcast.publishing.publish import Outcome
from podcast.publishing.pull import Wished, look_at, plan_pull
from podcast.publishing.rehearsal import rehearse
from podcast.stores import Store
from podcast.stores.memory import MemoryStore
from podcast.workspace import open_workspace
from tests.podcast.builders import GUID_1, GUID_2, NOW, ShowFolder, assert_whole, later, make_show, objects
from tests.podcast.counting import Counting
from tests.podcast.spies import Spy

Screen = pytest.CaptureFixture[str]
PAGE_1, PAGE_2 = "folge-1/index.html", "folge-2/index.html"
SHOWN_BY = {PAGE_1, "episodes.json"}
URL = "https://newsletter.example.org/2024-12"
HOSTILE = "</time><script>alert(1)</script> & \"'{{ show.title }}"


def write_issue(
    show: ShowFolder,
    name: str = "2024-12",
    *,
    title: str = "Weihnachtsausgabe",
    date: str = "2024-12-10",
    url: str = URL,
    episodes: tuple[str, ...] = (GUID_1,),
    more: str = "",
) -> Path:
    """Write the file of an issue as a producer would."""
    path = show.path / "issues" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    said = {"title": json.dumps(title) if title else "", "date": date, "url": json.dumps(url) if url else ""}
    lines = [f"{field} = {value}" for field, value in said.items() if value]
    for guid in episodes:
        lines += ["", "[[episodes]]", f'episode = "{guid}"', 'headline = "Mut!"']
    path.write_text("\n".join([*lines, more, ""]), encoding="utf-8")
    return path


def lines(store: Store, key: str) -> list[html.HtmlElement]:
    """Return the lines of a page that tell of issues."""
    groups = html.fromstring(objects(store)[key].decode()).findall(".//aside/dl/div")
    return [line for group in groups if "ewsletter" in (group.findtext("dt") or "") for line in group.findall("dd")]


def told(store: Store, key: str = PAGE_1) -> list[str]:
    """Return what the page of an episode says of issues, as a reader sees it."""
    return [" ".join(str(line.text_content()).split()) for line in lines(store, key)]


def links(store: Store, key: str = PAGE_1) -> list[str]:
    return [link.get("href", "") for line in lines(store, key) for link in line.findall("a")]


def in_catalogue(store: Store) -> dict[str, Any]:
    return {row["guid"]: row["newsletter"] for row in json.loads(objects(store)["episodes.json"])["episodes"]}


def kinds(outcome: Outcome) -> dict[str, list[IssueKind]]:
    found: dict[str, list[IssueKind]] = {}
    for change in outcome.plan.issues:
        found.setdefault(change.name, []).append(change.kind)
    return found


def pull(folder: Path, store: Store) -> PullPlan:
    target, ledger = look_at(folder, store, now=later(9), by="ben@laptop", store_words={"url": "public"})
    plan = plan_pull(target, ledger, store, Wished())
    assert bring(plan, folder, store) == ()
    return plan


def of_issues(plan: PullPlan) -> dict[str, Action]:
    return {arrival.path: arrival.action for arrival in plan.arrivals if arrival.path.startswith("issues/")}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class TestPages:
    """What readers see."""

    def test_an_issue_stands_on_the_pages_of_its_episodes_in_their_language(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        write_issue(show)
        show.publish(store)
        assert told(store) == ["Weihnachtsausgabe, 10. Dezember 2024"]
        assert links(store) == [URL]
        assert b"Erw\xc3\xa4hnt im Newsletter" in objects(store)[PAGE_1]
        assert told(store, PAGE_2) == []
        assert b"Newsletter" not in objects(store)[PAGE_2]

    def test_an_english_show_says_it_in_english(self, show: ShowFolder, store: MemoryStore) -> None:
        settings = show.path / "podcast.toml"
        settings.write_text(settings.read_text("utf-8").replace('language = "de"', 'language = "en"'), "utf-8")
        write_issue(show, title="Christmas")
        show.publish(store)
        assert b"Mentioned in the newsletter" in objects(store)[PAGE_1]
        assert told(store) == ["Christmas, 10 December 2024"]

    def test_several_issues_come_the_oldest_first_and_without_an_address_none_is_a_link(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        write_issue(show, "b", title="Zweite", date="2024-12-09", url="")
        write_issue(show, "a", title="Dritte", date="2024-12-10", url=URL)
        write_issue(show, "c", title="", date="2024-11-10", url="")
        write_issue(show, "d", title="Nie", date="")
        show.publish(store)
        assert told(store) == ["c, 10. November 2024", "Zweite, 9. Dezember 2024", "Dritte, 10. Dezember 2024"]
        assert links(store) == [URL]

    def test_hostile_words_stay_words(self, show: ShowFolder, store: MemoryStore) -> None:
        write_issue(show, title=HOSTILE, url="https://a.example/?a=1&b=\"'<script>")
        show.publish(store)
        body = objects(store)[PAGE_1]
        assert b"<script>alert" not in body
        assert told(store) == [f"{HOSTILE}, 10. Dezember 2024"]
        assert links(store) == ["https://a.example/?a=1&b=\"'<script>"]
        assert b"<" not in objects(store)["episodes.json"]
        assert in_catalogue(store)[GUID_1][0]["title"] == HOSTILE

    def test_an_address_that_is_no_web_address_is_on_no_page(self, show: ShowFolder, store: MemoryStore) -> None:
        write_issue(show, url="javascript:alert(1)")
        outcome = show.publish(store)
        (problem,) = (problem for problem in outcome.problems if problem.path == "issues/2024-12.toml")
        assert "javascript:alert(1)" in str(problem)
        assert b"javascript:" not in b"".join(objects(store).values())
        assert told(store) == []

    def test_a_show_can_want_none_of_it(self, show: ShowFolder, store: MemoryStore) -> None:
        write_issue(show)
        show.publish(store)
        settings = show.path / "podcast.toml"
        settings.write_text(f"{settings.read_text('utf-8')}\n[site]\nmentions = false\n", "utf-8")
        outcome = show.publish(store, now=later(1))
        assert [change.fields for change in outcome.plan.changes if not change.guid] == [("mentions",)]
        assert told(store) == []
        assert in_catalogue(store) == {GUID_1: [], GUID_2: []}
        assert decode_ledger(objects(store)[LEDGER]).issues

    def test_another_word_for_it_is_an_error_with_its_line(self, show: ShowFolder, capsys: Screen) -> None:
        settings = show.path / "podcast.toml"
        settings.write_text(f'{settings.read_text("utf-8")}\n[site]\nmentions = "nie"\n', "utf-8")
        line = settings.read_text("utf-8").splitlines().index('mentions = "nie"') + 1
        assert run(["-C", str(show.path), "publish", "--yes"]) == 3
        said = capsys.readouterr().err
        assert f"podcast.toml:{line}" in said
        assert "site.mentions" in said

    def test_the_catalogue_has_them_by_its_schema(self, show: ShowFolder, store: MemoryStore) -> None:
        write_issue(show)
        write_issue(show, "2024-11", title="", date="2024-11-10", url="", episodes=(GUID_1, GUID_2))
        show.publish(store)
        november = {"title": "2024-11", "date": "2024-11-10", "url": None}
        december = {"title": "Weihnachtsausgabe", "date": "2024-12-10", "url": URL}
        assert in_catalogue(store) == {GUID_1: [november, december], GUID_2: [november]}
        there = objects(store)
        validator = Draft202012Validator(json.loads(there["episodes.schema.json"]), format_checker=FormatChecker())
        catalogue = json.loads(there["episodes.json"])
        assert [error.message for error in validator.iter_errors(catalogue)] == []
        del catalogue["episodes"][0]["newsletter"]
        assert list(validator.iter_errors(catalogue))

    def test_an_episode_that_was_recalled_is_told_of_under_its_new_guid(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        write_issue(show)
        show.publish(store)
        new = "99999999-aaaa-4bbb-8ccc-000000000000"
        show.file(1).write_text(show.file(1).read_text("utf-8").replace(GUID_1, new), "utf-8")
        show.publish(store, now=later(1), asked=Asked(recall={new: GUID_1}, alone=True))
        assert told(store) == ["Weihnachtsausgabe, 10. Dezember 2024"]
        assert set(in_catalogue(store)) == {new, GUID_2}
        show.publish(store, now=later(2))
        assert told(store) == ["Weihnachtsausgabe, 10. Dezember 2024"]
        assert show.publish(store, now=later(3)).plan.empty


class TestTime:
    """An issue is nowhere before its date."""

    BEFORE = datetime(2024, 12, 24, 22, 59, tzinfo=UTC)
    CHRISTMAS = datetime(2024, 12, 24, 23, 0, tzinfo=UTC)  # midnight in Berlin
    SECRET = "Streng geheim"

    def publish_early(self, show: ShowFolder, store: Store) -> Outcome:
        write_issue(show, title=self.SECRET, date="2024-12-25", url="https://geheim.example/")
        return show.publish(store, now=self.BEFORE)

    def test_nothing_of_a_coming_issue_is_in_any_public_object(self, show: ShowFolder, store: MemoryStore) -> None:
        outcome = self.publish_early(show, store)
        assert kinds(outcome) == {"2024-12": [IssueKind.RECORD, IssueKind.WAIT]}
        holders = {key for key, body in objects(store).items() if b"geheim" in body}
        assert LEDGER in holders
        assert all(key.startswith(".folge/") for key in holders)

    @pytest.mark.parametrize("asked", [Asked(), Asked(only_due=True)])
    def test_it_appears_with_the_next_publish_of_its_day(
        self, show: ShowFolder, store: MemoryStore, asked: Asked
    ) -> None:
        self.publish_early(show, store)
        assert show.publish(store, now=self.BEFORE, asked=asked).plan.empty
        outcome = show.publish(store, now=self.CHRISTMAS, asked=asked)
        assert kinds(outcome) == {"2024-12": [IssueKind.APPEAR]}
        assert told(store) == [f"{self.SECRET}, 25. Dezember 2024"]
        assert show.publish(store, now=self.CHRISTMAS, asked=asked).plan.empty

    def test_it_appears_from_a_laptop_that_does_not_have_its_file(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        ben = show.copy(tmp_path / "ben")
        self.publish_early(show, store)
        ben.publish(store, now=self.CHRISTMAS, by="ben")
        assert told(store) == [f"{self.SECRET}, 25. Dezember 2024"]

    def test_no_clock_that_is_behind_takes_it_away_again(self, show: ShowFolder, store: MemoryStore) -> None:
        self.publish_early(show, store)
        show.publish(store, now=self.CHRISTMAS)
        assert show.publish(store, now=self.BEFORE).plan.empty
        write_issue(show, title="Nicht mehr geheim", date="2024-12-25")
        show.publish(store, now=self.BEFORE)
        assert told(store) == ["Nicht mehr geheim, 25. Dezember 2024"]

    def test_a_date_that_is_put_off_takes_it_off_the_pages_until_then(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        write_issue(show)
        show.publish(store)
        write_issue(show, date="2025-01-10")
        show.publish(store, now=later(1))
        assert told(store) == []
        assert in_catalogue(store)[GUID_1] == []

    def test_due_alone_publishes_a_new_issue_only_when_its_day_has_come_and_no_edit(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        due = Asked(only_due=True)
        show.publish(store)
        write_issue(show, date="2024-12-25")
        waiting = show.publish(store, now=self.BEFORE, asked=due)
        assert waiting.plan.empty
        assert [issue.due for issue in waiting.plan.issues] == [self.CHRISTMAS]
        show.publish(store, now=self.CHRISTMAS, asked=due)
        assert told(store) == ["Weihnachtsausgabe, 25. Dezember 2024"]
        write_issue(show, title="Anders", date="2024-12-25")
        assert show.publish(store, now=self.CHRISTMAS, asked=due).plan.empty


class TestCost:
    """Only what an issue is told on is written, and a publish with nothing to do stays one."""

    def test_of_many_pages_those_of_the_teased_episodes_alone_are_written(
        self, tmp_path: Path, store: MemoryStore
    ) -> None:
        show = make_show(tmp_path / "show", 9)
        show.publish(store)
        write_issue(show)
        spy = Spy(store)
        show.publish(spy, now=later(1))
        public = {key for key in spy.written if not key.startswith(".folge/")}
        assert public == SHOWN_BY
        assert_whole(store)

    def test_a_publish_without_news_asks_as_little_as_without_issues(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        plain, other = show.copy(tmp_path / "plain"), MemoryStore()
        write_issue(show)
        show.publish(store)
        plain.publish(other)
        asked = []
        for folder, inner in ((show, store), (plain, other)):
            counting = Counting(inner)
            assert folder.publish(counting, now=later(1)).plan.empty
            asked.append(dict(counting.requests))
        assert asked[0] == asked[1]

    def test_the_first_publish_of_a_folder_without_episodes_writes_nothing(
        self, tmp_path: Path, store: MemoryStore
    ) -> None:
        show = make_show(tmp_path / "show", 0)
        write_issue(show, episodes=())
        assert show.publish(store).plan.empty
        assert objects(store) == {}


class TestTwoProducers:
    """No older text takes the place of a newer one, and nobody's publish is stopped."""

    @pytest.fixture
    def ben(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> ShowFolder:
        """Return the folder of a second producer, who has the issue as Anna published it."""
        write_issue(show)
        show.publish(store)
        return show.copy(tmp_path / "ben")

    def title(self, store: Store) -> str:
        return decode_ledger(objects(store)[LEDGER]).issues["2024-12"].title

    def test_an_issue_stays_that_only_another_folder_has(
        self, show: ShowFolder, store: MemoryStore, ben: ShowFolder
    ) -> None:
        shutil.rmtree(ben.path / "issues")
        outcome = ben.publish(store, now=later(1), by="ben")
        assert outcome.plan.empty
        assert kinds(outcome) == {"2024-12": [IssueKind.ELSEWHERE]}
        ben.episode(1, title="Anders")
        ben.publish(store, now=later(2), by="ben")
        assert told(store) == ["Weihnachtsausgabe, 10. Dezember 2024"]

    def test_an_older_text_is_kept_back(self, show: ShowFolder, store: MemoryStore, ben: ShowFolder) -> None:
        write_issue(show, title="Neu")
        show.publish(store, now=later(1))
        outcome = ben.publish(store, now=later(2), by="ben")
        assert outcome.plan.empty
        assert kinds(outcome) == {"2024-12": [IssueKind.BEHIND]}
        assert self.title(store) == "Neu"

    def test_an_edit_beside_an_older_field_is_kept_back_until_it_was_asked_for(
        self, show: ShowFolder, store: MemoryStore, ben: ShowFolder
    ) -> None:
        write_issue(show, title="Neu")
        show.publish(store, now=later(1))
        write_issue(ben, url="https://ben.example/")
        ben.episode(2, title="Trotzdem")
        outcome = ben.publish(store, now=later(2), by="ben")
        assert kinds(outcome)["2024-12"] == [IssueKind.CONFLICT]
        assert self.title(store) == "Neu"
        assert b"Trotzdem" in objects(store)[PAGE_2]
        ben.publish(store, now=later(3), by="ben", asked=Asked(issues_mine=frozenset({"2024-12"})))
        assert (self.title(store), links(store)) == ("Weihnachtsausgabe", ["https://ben.example/"])

    def test_an_edit_of_the_newest_text_is_published(
        self, show: ShowFolder, store: MemoryStore, ben: ShowFolder
    ) -> None:
        write_issue(ben, title="Von Ben")
        ben.publish(store, now=later(1), by="ben")
        assert self.title(store) == "Von Ben"
        assert kinds(show.publish(store, now=later(2))) == {"2024-12": [IssueKind.BEHIND]}

    def test_two_issues_that_got_one_name_do_not_take_each_others_place(
        self, show: ShowFolder, store: MemoryStore, ben: ShowFolder
    ) -> None:
        write_issue(ben, "2025-01", title="Anders", episodes=(GUID_2,))
        write_issue(show, "2025-01", title="Meine")
        show.publish(store, now=later(1))
        outcome = ben.publish(store, now=later(2), by="ben")
        assert kinds(outcome) == {"2025-01": [IssueKind.CONFLICT]}
        assert outcome.plan.empty

    def test_one_that_changes_while_another_publishes_is_not_overwritten(
        self, show: ShowFolder, store: MemoryStore, ben: ShowFolder
    ) -> None:
        write_issue(show, title="Von Anna")
        write_issue(ben, title="Von Ben")
        slow = ben.publisher(store, now=later(1), by="ben")
        slow.prepare()
        show.publish(store, now=later(1))
        outcome = slow.run(lambda prepared: True)
        assert outcome is not None
        assert kinds(outcome) == {"2024-12": [IssueKind.CONFLICT]}
        assert self.title(store) == "Von Anna"

    def test_a_producer_alone_may_change_everything(self, show: ShowFolder, store: MemoryStore) -> None:
        write_issue(show)
        show.publish(store)
        write_issue(show, title="Anders", date="2024-12-01", url="", episodes=(GUID_2,))
        show.publish(store, now=later(1))
        assert (told(store), told(store, PAGE_2)) == ([], ["Anders, 1. Dezember 2024"])

    def test_comments_are_no_reason_to_publish(self, show: ShowFolder, store: MemoryStore, ben: ShowFolder) -> None:
        write_issue(ben, more="# ganz anders")
        assert ben.publish(store, now=later(1), by="ben").plan.empty

    def test_an_issue_with_a_mistake_is_told_and_what_is_published_stays(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        path = write_issue(show)
        show.publish(store)
        path.write_text("title = ", "utf-8")
        show.episode(2, title="Trotzdem")
        outcome = show.publish(store, now=later(1))
        assert b"Trotzdem" in objects(store)[PAGE_2]
        assert told(store) == ["Weihnachtsausgabe, 10. Dezember 2024"]
        assert [str(problem).partition(":")[0] for problem in outcome.problems] == ["issues/2024-12.toml"]
        assert outcome.plan.issues == ()


class TestPull:
    """What `folge pull` does with issues."""

    def test_a_lost_laptop_gets_every_issue_back_byte_by_byte(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        raw = write_issue(show, more="# für später").read_bytes()
        write_issue(show, "2025-01", date="2025-01-10", episodes=(GUID_2,))
        show.publish(store)
        plan = pull(tmp_path / "ben", store)
        assert of_issues(plan) == {"issues/2024-12.toml": Action.CREATE, "issues/2025-01.toml": Action.CREATE}
        assert (tmp_path / "ben/issues/2024-12.toml").read_bytes() == raw
        assert ShowFolder(path=tmp_path / "ben").publish(store, now=later(1), by="ben").plan.empty
        assert pull(tmp_path / "ben", store).empty

    def test_an_older_text_is_replaced_and_one_that_was_changed_here_is_kept(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        write_issue(show)
        show.publish(store)
        ben, eva = show.copy(tmp_path / "ben"), show.copy(tmp_path / "eva")
        newest = write_issue(show, title="Neu").read_bytes()
        show.publish(store, now=later(1))
        mine = write_issue(eva, url="https://eva.example/").read_bytes()
        assert of_issues(pull(ben.path, store)) == {"issues/2024-12.toml": Action.REPLACE}
        assert (ben.path / "issues/2024-12.toml").read_bytes() == newest
        plan = pull(eva.path, store)
        assert of_issues(plan) == {"issues/2024-12.toml": Action.KEEP}
        assert "Neu" in next(arrival.diff for arrival in plan.arrivals if arrival.path.startswith("issues/"))
        assert (eva.path / "issues/2024-12.toml").read_bytes() == mine

    def test_a_file_that_cannot_be_read_is_kept(self, show: ShowFolder, store: MemoryStore) -> None:
        path = write_issue(show)
        show.publish(store)
        path.write_text("title = ", "utf-8")
        assert of_issues(pull(show.path, store)) == {"issues/2024-12.toml": Action.KEEP}
        assert path.read_text("utf-8") == "title = "

    def test_a_text_in_the_store_that_is_not_what_was_published_is_left_out(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        write_issue(show)
        show.publish(store)
        (key,) = (key for key in objects(store) if key.startswith(".folge/sources/issues/"))
        store.put(key, b'title = "Falsch"\n', media_type="", cache_control="", expected=None)
        assert of_issues(pull(tmp_path / "ben", store)) == {"issues/2024-12.toml": Action.SKIP}
        store.delete(key)
        assert of_issues(pull(tmp_path / "eva", store)) == {"issues/2024-12.toml": Action.SKIP}


class TestLedger:
    """What stands in the ledger."""

    def test_without_issues_a_ledger_is_what_it_was(self, show: ShowFolder, store: MemoryStore) -> None:
        show.publish(store)
        assert b'"issues"' not in objects(store)[LEDGER]
        assert b'"mentions"' in objects(store)[LEDGER]

    def test_it_reads_what_it_wrote(self, show: ShowFolder, store: MemoryStore) -> None:
        write_issue(show)
        write_issue(show, "2025-01", date="")
        show.publish(store)
        body = objects(store)[LEDGER]
        assert encode_ledger(decode_ledger(body)) == body

    @pytest.mark.parametrize(
        ("pattern", "hostile"),
        [
            (rb'"2024-12":', b'"../../.bashrc":'),
            (URL.encode(), b"javascript:alert(1)"),
            (rb'"source_sha256":"[0-9a-f]{64}"(?=,"history")', b'"source_sha256":"../x"'),
            (rb'"on":"2024-12-10"', b'"on":null'),
        ],
    )
    def test_a_hostile_one_is_refused(
        self, show: ShowFolder, store: MemoryStore, pattern: bytes, hostile: bytes
    ) -> None:
        write_issue(show)
        show.publish(store)
        body = objects(store)[LEDGER]
        spoiled = re.sub(pattern, lambda match: hostile, body)
        assert spoiled != body
        with pytest.raises(UserError, match="damaged"):
            decode_ledger(spoiled)


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


class TestCommands:
    """What producers read."""

    def test_plan_publish_and_status_tell_in_one_line_and_as_data(self, show: ShowFolder, capsys: Screen) -> None:
        write_issue(show)
        write_issue(show, "2099-01", date="2099-01-10")
        assert folge(show, "plan") == 0
        (line,) = (line for line in capsys.readouterr().out.splitlines() if "newsletter:" in line)
        assert "2024-12 (new)" in line
        assert "waits: 2099-01 (until 2099-01-10)" in line

        assert folge(show, "publish", "--yes", "--json") == 0
        data = json.loads(capsys.readouterr().out)["issues"]
        assert {(row["kind"], row["issue"]) for row in data} == {
            ("record", "2024-12"),
            ("appear", "2024-12"),
            ("record", "2099-01"),
            ("wait", "2099-01"),
        }

        (show.path / "issues" / "2024-12.toml").unlink()
        assert folge(show, "status") == 0
        assert "elsewhere: 2024-12 (not in this folder; " in capsys.readouterr().out
        assert folge(show, "status", "--json") == 0
        rows = json.loads(capsys.readouterr().out)["issues"]
        assert [(row["kind"], row["issue"], (row["due"] or "")[:10]) for row in rows] == [
            ("elsewhere", "2024-12", ""),
            ("wait", "2099-01", "2099-01-10"),
        ]

    def test_mine_publishes_an_older_issue(self, show: ShowFolder, capsys: Screen) -> None:
        write_issue(show)
        assert folge(show, "publish", "--yes") == 0
        write_issue(show, title="Neu")
        assert folge(show, "publish", "--yes") == 0
        write_issue(show)
        page = show.path / "public" / PAGE_1
        assert folge(show, "publish", "--yes") == 0
        assert "Neu" in page.read_text("utf-8")
        assert folge(show, "publish", "--yes", "--mine", "issues/2024-12.toml") == 0
        assert "Weihnachtsausgabe" in page.read_text("utf-8")

    def test_an_answer_from_memory_hides_no_issue(
        self, show: ShowFolder, capsys: Screen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_issue(show, "2099-01", date="2099-01-10")
        for _ in range(2):
            assert folge(show, "publish", "--yes") == 0
        kept = recall(show.path, NOW)
        assert kept is not None
        assert kept.until == datetime.fromisoformat("2099-01-10T00:00:00+01:00")
        assert recall(show.path, datetime(2099, 1, 9, 22, 59, tzinfo=UTC)) is not None
        assert recall(show.path, datetime(2099, 1, 9, 23, 0, tzinfo=UTC)) is None

        path = write_issue(show, "2024-12")
        assert recall(show.path, NOW) is None
        path.unlink()
        assert recall(show.path, NOW) is not None
        write_issue(show, "2099-01", title="Anders", date="2099-01-10")
        assert recall(show.path, NOW) is None

    def test_the_preview_shows_what_is_written_here(self, show: ShowFolder) -> None:
        write_issue(show)
        made = rehearse(open_workspace(show.path, {}), None, MemoryStore(), now=NOW, by="anna")
        assert "Weihnachtsausgabe" in made.artifacts[PAGE_1].body.decode()

    def test_tidying_keeps_the_texts_of_issues(self, show: ShowFolder, capsys: Screen) -> None:
        write_issue(show)
        assert folge(show, "publish", "--yes") == 0
        texts = show.path / "public" / ".folge" / "sources" / "issues"
        (text,) = texts.iterdir()
        os.utime(text, (1, 1))
        write_issue(show, title="Neu")
        assert folge(show, "publish", "--yes") == 0
        assert folge(show, "tidy", "--yes", "--grace", "0d") == 0
        assert text.exists()
        assert len(list(texts.iterdir())) == 2
