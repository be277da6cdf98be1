"""A waiting episode is nowhere to be found before its time, and published at that very instant by `publish --due`."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from episodes.problems import ProblemsFound, UserError
from podcast.cache import cache_folder
from podcast.cli import run
from podcast.files import unless_running
from podcast.publishing.changes import Asked, Kind
from podcast.publishing.publish import Publisher
from podcast.start import start
from podcast.stores.memory import MemoryStore
from podcast.workspace import open_workspace
from tests.podcast.builders import NOW, ShowFolder, assert_whole, later, make_show, objects, titles
from tests.podcast.spies import PowerCutError, Spy

DUE = Asked(only_due=True)
Screen = pytest.CaptureFixture[str]

SECRETS = {
    "title": "Streng geheim",
    "slug": "folge-3",
    "guid": "00000003-aaaa",
    "guest": "Geheimrätin",
    "notes": "Teil 3",
    "transcript": "Verschlossen",
    "chapter": "Verborgen",
    "summary": "Verschwiegen",
    "topic": "Heimlich",
}
MORE = """\
summary: Verschwiegen
appearances:
  - {name: Geheimrätin}
topics: [Heimlich]
chapters: ["0:00 Verborgen"]
transcripts: [transcripts/3.vtt]
cover: covers/3.png
alternates:
  - path: audio/3-klein.mp3
"""


def a_waiting_episode(show: ShowFolder, published: str) -> None:
    """Write episode 3 with everything an episode may have, its words found nowhere else."""
    (show.path / "transcripts").mkdir()
    (show.path / "transcripts" / "3.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:00.500\nVerschlossen\n", encoding="utf-8"
    )
    (show.path / "covers").mkdir()
    _other_cover(show.path / "cover.png", show.path / "covers" / "3.png")
    show.episode(3, title="Streng geheim", published=published, more=MORE)
    (show.path / "audio" / "3-klein.mp3").write_bytes((show.path / "audio" / "1.mp3").read_bytes()[:-417])


def _other_cover(cover: Path, to: Path) -> None:
    from PIL import Image

    with Image.open(cover) as picture:
        picture.rotate(180).save(to)


def told_by(store: MemoryStore) -> dict[str, list[str]]:
    """Return which secrets of the waiting episode each object of a store gives away, in its key or its body."""
    told = {}
    for key, body in objects(store).items():
        plain = gzip.decompress(body) if key.endswith(".gz") else body
        text = f"{key}\n{plain.decode('utf-8', 'replace')}\n{json.dumps(plain.decode('latin-1'))}"
        if found := [name for name, secret in SECRETS.items() if secret in text]:
            told[key] = found
    return told


class TestWaiting:
    """Nothing of it is in the store, public or private."""

    def test_no_object_tells_anything_of_a_waiting_episode_until_it_is_due(self, show: ShowFolder) -> None:
        settings = show.path / "podcast.toml"
        more = '\n[feed]\nitems = 1\n\n[[feeds]]\nname = "heimlich"\ntopic = "Mut"\n'
        settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
        store = MemoryStore()
        a_waiting_episode(show, "2024-12-10 14:00")
        show.publish(store)
        show.episode(1, title="Anders")
        show.publish(store, now=later(0.5))
        show.publish(store, now=later(1) - timedelta(seconds=1), asked=DUE)
        keys = objects(store).keys()

        assert told_by(store) == {}

        show.publish(store, now=later(1), asked=DUE)

        found = told_by(store)
        assert {name for names in found.values() for name in names} == SECRETS.keys()
        new = {key.split("/")[0] for key in objects(store).keys() - keys}
        shown = {
            "audio",
            "covers",
            "transcripts",
            "chapters",
            "folge-3",
            "f",
            "feed",
            "people",
            "topics",
            "search",
            "kit",
        }
        assert shown | {".folge", "search"} == new
        assert titles(store) == ["Streng geheim"]
        assert_whole(store)

    def test_its_audio_is_not_even_written_before(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        a_waiting_episode(show, "2024-12-10 14:00")
        spy = Spy(store)
        outcome = show.publish(spy, now=later(0.5))
        assert [change.kind for change in outcome.plan.changes if change.number == 3] == [Kind.WAIT]
        assert spy.written == []


class TestOnlyDue:
    """`Asked.only_due`: new episodes, and nothing else."""

    def test_edits_stay_here_until_a_publish_by_hand(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        show.episode(1, title="Halbfertig")
        show.settings(title="Noch unklar")
        show.episode(3, published="2024-12-10 14:00")

        show.publish(store, now=later(1), asked=DUE)

        assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
        told = b"".join(body for key, body in objects(store).items() if not key.startswith("audio/"))
        assert b"Halbfertig" not in told
        assert b"Noch unklar" not in told  # the new audio is tagged with what stands here
        show.publish(store, now=later(2))
        assert titles(store)[-1] == "Halbfertig"

    def test_what_would_be_refused_by_hand_does_not_hold_up_what_is_due(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        show.episode(1, published="2024-11-01 06:00")
        show.episode(2, more="status: draft\n")
        show.episode(3, published="2024-12-10 14:00")
        show.publish(store, now=later(1), asked=DUE)
        assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]

    def test_a_withdrawal_and_a_missing_file_change_nothing(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        show.episode(1, more="status: withdrawn\n")
        show.file(2).unlink()
        before = objects(store)
        assert show.publish(store, now=later(1), asked=DUE).plan.empty
        assert objects(store) == before

    def test_where_nothing_is_due_nothing_is_written(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        show.episode(1, title="Halbfertig")
        show.episode(3, published="2024-12-10 14:00")
        spy = Spy(store)
        outcome = show.publish(spy, now=later(0.9), asked=DUE)
        assert (outcome.plan.empty, spy.written) == (True, [])

    def test_what_was_cut_off_is_finished_by_the_next_call(self, show: ShowFolder) -> None:
        start_ = MemoryStore()
        show.publish(start_)
        show.episode(3, published="2024-12-10 14:00")
        whole = Spy(_copy(start_))
        show.publish(whole, now=later(1), asked=DUE)
        for writes in range(len(whole.written)):
            store = _copy(start_)
            with pytest.raises(PowerCutError):
                show.publish(Spy(store, writes), now=later(1), asked=DUE)
            show.publish(store, now=later(2), asked=DUE)
            assert titles(store) == ["Mut 3", "Mut 2", "Mut 1"]
            assert_whole(store)
            assert show.publish(store, now=later(3), asked=DUE).plan.empty

    def test_the_first_publish_of_a_show_is_made_by_hand(self, show: ShowFolder) -> None:
        with pytest.raises(UserError, match="by hand: folge publish"):
            show.publish(MemoryStore(), asked=DUE)

    def test_a_feed_that_is_held_stays_so_and_the_episode_is_recorded(self, show: ShowFolder) -> None:
        from tests.podcast.test_editions import rollback

        store = MemoryStore()
        show.publish(store)
        rollback(show, store, 1, now=later(0))
        show.episode(3, published="2024-12-10 14:00")
        outcome = show.publish(store, now=later(1), asked=DUE)
        assert any("is held at edition 1" in problem.message for problem in outcome.problems)
        assert titles(store) == ["Mut 2", "Mut 1"]
        assert "folge-3/index.html" in objects(store)


def _copy(store: MemoryStore) -> MemoryStore:
    new = MemoryStore()
    for key, body in objects(store).items():
        stat = store.stat(key)
        assert stat is not None
        new.put(key, body, media_type=stat.media_type, cache_control=stat.cache_control, expected=None)
    return new


EDGES = [
    ("Europe/Berlin", "2025-03-30 01:59:59", "2025-03-30T00:59:59+00:00"),
    ("Europe/Berlin", "2025-03-30 03:00", "2025-03-30T01:00:00+00:00"),
    ("Europe/Berlin", "2025-10-26 02:30 +02:00", "2025-10-26T00:30:00+00:00"),
    ("Europe/Berlin", "2025-10-26 02:30 +01:00", "2025-10-26T01:30:00+00:00"),
    ("Europe/Berlin", "2025-10-26 03:00", "2025-10-26T02:00:00+00:00"),
    ("America/New_York", "2025-03-09 01:59:59", "2025-03-09T06:59:59+00:00"),
    ("America/New_York", "2025-03-09 03:00", "2025-03-09T07:00:00+00:00"),
    ("America/New_York", "2025-11-02 01:30 -04:00", "2025-11-02T05:30:00+00:00"),
    ("America/New_York", "2025-11-02 01:30 -05:00", "2025-11-02T06:30:00+00:00"),
    ("America/New_York", "2025-11-02 02:00", "2025-11-02T07:00:00+00:00"),
]
"""Zone, date as written, and the instant that is; all beside a change of the clocks."""


def in_zone(show: ShowFolder, zone: str) -> None:
    settings = show.path / "podcast.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Europe/Berlin", zone), encoding="utf-8")


class TestSummerTime:
    """Where clocks are put forward or back."""

    @pytest.mark.parametrize(("zone", "written", "instant"), EDGES)
    def test_an_episode_is_due_at_its_instant_and_not_a_second_before(
        self, tmp_path: Path, zone: str, written: str, instant: str
    ) -> None:
        show, store, due = make_show(tmp_path / "show", 1), MemoryStore(), datetime.fromisoformat(instant)
        in_zone(show, zone)
        show.publish(store)
        show.episode(3, published=written)
        (waiting,) = (change for change in show.publish(store).plan.changes if change.due)
        assert waiting.due == due

        assert show.publish(store, now=due - timedelta(seconds=1), asked=DUE).plan.empty
        local = due.astimezone(ZoneInfo(zone))
        show.publish(store, now=local, asked=DUE)

        assert titles(store) == ["Mut 3", "Mut 1"]

    @pytest.mark.parametrize(
        ("zone", "written", "first", "second", "why"),
        [
            ("Europe/Berlin", "2025-10-26 02:30", "02:30 +02:00", "02:30 +01:00", "happens twice"),
            ("Europe/Berlin", "2025-03-30 02:30", "01:30 +01:00", "03:30 +02:00", "does not exist"),
            ("America/New_York", "2025-11-02 01:30", "01:30 -04:00", "01:30 -05:00", "happens twice"),
            ("America/New_York", "2025-03-09 02:30", "01:30 -05:00", "03:30 -04:00", "does not exist"),
        ],
    )
    def test_a_time_that_happens_twice_or_never_is_refused_with_both_readings(
        self, show: ShowFolder, zone: str, written: str, first: str, second: str, why: str
    ) -> None:
        in_zone(show, zone)
        show.episode(3, published=written)
        with pytest.raises(ProblemsFound) as caught:
            show.publish(MemoryStore())
        (problem,) = caught.value.problems
        assert (problem.path, problem.field) == ("episodes/003-folge-3.md", "published")
        assert why in problem.message
        assert f"{written[:10]} {first}" in problem.message
        assert f"{written[:10]} {second}" in problem.message

    def test_both_readings_of_an_hour_that_happens_twice_are_an_hour_apart(self, tmp_path: Path) -> None:
        show, store = make_show(tmp_path / "show", 1), MemoryStore()
        show.publish(store)
        show.episode(3, published="2025-10-26 02:30 +02:00")
        show.episode(4, published="2025-10-26 02:30 +01:00")
        first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
        for now, there in ((first, [3, 1]), (first + timedelta(minutes=59), [3, 1]), (later_by(first, 60), [4, 3, 1])):
            show.publish(store, now=now, asked=DUE)
            assert titles(store) == [f"Mut {number}" for number in there]

    @pytest.mark.parametrize(("zone", "written", "instant"), [EDGES[1], EDGES[2], EDGES[3], EDGES[8]])
    def test_what_is_remembered_of_nothing_to_do_ends_at_the_instant(
        self, tmp_path: Path, zone: str, written: str, instant: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        show, due = make_show(tmp_path / "show", 1), datetime.fromisoformat(instant)
        in_zone(show, zone)
        show.publish(open_workspace(show.path, {}).store())
        show.episode(3, published=written)
        monkeypatch.setattr("podcast.cli.publishing.datetime", Clock(due - timedelta(hours=3)))
        monkeypatch.chdir(show.path)
        from podcast.publishing.memo import recall

        assert run(["publish", "--due"]) == 0
        assert run(["publish", "--yes"]) == 0

        for asked_due in (True, False):
            remembered = recall(show.path, due - timedelta(seconds=1), due=asked_due)
            assert remembered is not None
            assert remembered.until == due
            assert recall(show.path, due, due=asked_due) is None


def later_by(moment: datetime, minutes: int) -> datetime:
    return moment + timedelta(minutes=minutes)


class Clock:
    """Stands in for the clock on the wall, which no test can wait for."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self, zone: ZoneInfo) -> datetime:
        return self.moment.astimezone(zone)


class TestCommand:
    """`folge publish --due` as cron calls it."""

    @pytest.fixture
    def published(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ShowFolder:
        """A show folder whose store has two episodes."""
        show = make_show(tmp_path / "show")
        monkeypatch.chdir(show.path)
        assert run(["publish", "--yes"]) == 0
        return show

    def test_nothing_due_is_silence_and_zero_again_and_again(self, published: ShowFolder, capsys: Screen) -> None:
        published.episode(1, title="Halbfertig")
        published.episode(3, published="2124-12-10 06:00")
        published.episode(4, more="status: draft\n")
        capsys.readouterr()
        for _ in range(3):
            assert start(["publish", "--due"]) == 0
            told = capsys.readouterr()
            assert (told.out, told.err) == ("", "")

    def test_what_is_due_is_published_without_a_question_and_told(self, published: ShowFolder, capsys: Screen) -> None:
        published.episode(3)
        published.episode(4, published="2124-12-10 06:00")
        capsys.readouterr()
        assert start(["publish", "--due"]) == 0
        told = capsys.readouterr()
        assert told.out == "published: 3 episodes at https://cdn.example.org/feed.xml\n"
        assert "+ add       3  Mut 3: new" in told.err
        assert "Mut 4" not in told.err

    def test_the_memory_of_due_episodes_does_not_hide_edits(self, published: ShowFolder, capsys: Screen) -> None:
        published.episode(1, title="Halbfertig")
        assert start(["publish", "--due"]) == 0
        assert start(["publish", "--due"]) == 0
        capsys.readouterr()
        assert start(["publish", "--yes"]) == 0
        assert capsys.readouterr().out.startswith("published: ")

    def test_from_memory_nothing_of_the_command_line_is_loaded(self, published: ShowFolder) -> None:
        code = "import sys; from podcast.start import start; start(['publish', '--due']); print(*sys.modules)"
        call = partial(
            subprocess.run, [sys.executable, "-c", code], cwd=published.path, capture_output=True, text=True, check=True
        )
        call()
        assert not {"click", "msgspec", "yaml", "podcast.cli"} & set(call().stdout.split())

    def test_json_is_given_where_something_is_due_and_where_nothing_is(
        self, published: ShowFolder, capsys: Screen
    ) -> None:
        published.episode(4, published="2124-12-10 06:00")
        capsys.readouterr()
        assert run(["publish", "--due", "--json"]) == 0
        nothing = json.loads(capsys.readouterr().out)
        assert (nothing["steps"], nothing["published"]) == ([], 2)
        assert [change["number"] for change in nothing["changes"] if change["kind"] == "wait"] == [4]
        published.episode(3)
        assert run(["publish", "--due", "--json"]) == 0
        done = json.loads(capsys.readouterr().out)
        assert (done["published"], [c["number"] for c in done["changes"] if c["kind"] == "add"]) == (3, [3])

    def test_while_another_call_is_at_it_this_one_leaves_it_the_work(
        self, published: ShowFolder, capsys: Screen
    ) -> None:
        published.episode(3)
        with unless_running(cache_folder(published.path) / "due.lock") as free:
            assert free
            holder = "import sys; from podcast.start import start; sys.exit(start(['publish', '--due']))"
            other = subprocess.run(
                [sys.executable, "-c", holder], cwd=published.path, capture_output=True, text=True, check=False
            )
        assert (other.returncode, other.stdout, other.stderr) == (0, "", "")
        capsys.readouterr()
        assert run(["publish", "--due"]) == 0
        assert capsys.readouterr().out.startswith("published: 3 episodes")

    def test_a_mistake_in_a_file_is_told_and_has_its_exit_code(self, published: ShowFolder, capsys: Screen) -> None:
        published.episode(3, published="2025-10-26 02:30")
        capsys.readouterr()
        assert run(["publish", "--due"]) == 3
        assert "happens twice" in capsys.readouterr().err

    @pytest.mark.parametrize("flag", [["--mine", "1"], ["--new-address"], ["--restore", "1"], ["--verify"]])
    def test_nothing_else_can_be_asked_for_with_it(self, published: ShowFolder, flag: list[str]) -> None:
        assert run(["publish", "--due", *flag]) == 2
        assert run(["plan", "--due", *flag]) == 2

    @pytest.mark.parametrize(
        "command", [["plan", "--due"], ["publish", "--due", "--dry-run"], ["publish", "-n", "--due"]]
    )
    def test_what_would_become_public_now_is_shown_and_nothing_is_written(
        self, published: ShowFolder, capsys: Screen, command: list[str]
    ) -> None:
        published.episode(1, title="Halbfertig")
        published.episode(4, published="2124-12-10 06:00")
        before = objects(open_workspace(published.path, {}).store())
        capsys.readouterr()

        assert start(command) == 0
        nothing = capsys.readouterr().out
        assert nothing.startswith("… wait      4  Mut 4: waits until 2124-12-10 06:00")
        assert nothing.endswith("\nnothing is due\n")
        published.episode(3)
        assert start(command) == 0
        told = capsys.readouterr().out
        assert "+ add       3  Mut 3: new" in told
        assert "write feed: 1" in told
        assert "Halbfertig" not in told
        assert start([*command, "--json"]) == 0
        kinds = {change["number"]: change["kind"] for change in json.loads(capsys.readouterr().out)["changes"]}
        assert (kinds[3], kinds[4]) == ("add", "wait")
        assert objects(open_workspace(published.path, {}).store()) == before

    def test_whether_something_is_due_is_an_exit_code(self, published: ShowFolder) -> None:
        published.episode(1, title="Halbfertig")
        assert run(["plan", "--due", "--exit-code"]) == 0
        published.episode(3)
        assert run(["plan", "--due", "--exit-code"]) == 4

    def test_without_a_lock_it_is_published_nevertheless(
        self, published: ShowFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "blocked").write_bytes(b"a file where the cache folder should be")
        monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "blocked"))
        published.episode(3)
        assert run(["publish", "--due"]) == 0
        assert titles(open_workspace(published.path, {}).store())[0] == "Mut 3"


def test_it_can_be_called_from_python(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3, published="2024-12-10 14:00")
    publisher = Publisher(open_workspace(show.path, {}), store, now=NOW, by="cron@server", asked=DUE)
    assert publisher.prepare().plan.empty
