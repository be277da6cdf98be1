"""`folge pull` brings what is published, and never overwrites what was changed here."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.cli import run
from podcast.publishing.arrivals import Action, PullPlan, describe_pull
from podcast.publishing.bring import bring
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.publishing.publish import Publisher, Refused
from podcast.publishing.pull import Wished, look_at, plan_pull
from podcast.stores import Store
from podcast.stores.memory import MemoryStore
from podcast.workspace import open_workspace
from tests.episodes.audio_builders import frames
from tests.podcast.builders import BASE, GUID_1, GUID_2, ShowFolder, feed_in, later, objects
from tests.podcast.spies import PowerCutError, Spy

LEDGER = ".folge/ledger.json"
VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nGrüße aus Köln\n"
EVERYTHING = Wished(every_audio=True)


def planned(folder: Path, store: Store, wished: Wished | None = None) -> PullPlan:
    target, ledger = look_at(folder, store, now=later(9), by="ben@laptop", store_words={"url": "public"})
    return plan_pull(target, ledger, store, wished or Wished())


def pull(folder: Path, store: Store, wished: Wished | None = None) -> PullPlan:
    plan = planned(folder, store, wished)
    assert bring(plan, folder, store) == ()
    return plan


def pulled(tmp_path: Path, store: Store, wished: Wished | None = None) -> ShowFolder:
    """Return a new folder with everything that is published."""
    pull(tmp_path / "ben", store, wished)
    return ShowFolder(path=tmp_path / "ben")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def actions(plan: PullPlan) -> dict[str, Action]:
    return {arrival.path: arrival.action for arrival in plan.arrivals}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def recall(show: ShowFolder, store: Store) -> str:
    """Publish episode 1 under another guid, with other audio; returns its text."""
    new = "99999999-aaaa-4bbb-8ccc-000000000000"
    (show.path / "audio" / "1.mp3").write_bytes(frames(99))
    text = show.file(1).read_text(encoding="utf-8").replace(GUID_1, new)
    show.file(1).write_text(text, encoding="utf-8")
    show.publish(store, now=later(1), asked=Asked(recall={new: GUID_1}))
    return text


class TestRecalled:
    """An episode that was recalled goes on under its new guid everywhere."""

    def test_a_lost_laptop_gets_the_live_one(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        text = recall(show, store)
        ben = pulled(tmp_path, store)
        assert sorted(path.name for path in (ben.path / "episodes").iterdir()) == ["001-folge-1.md", "002-folge-2.md"]
        assert ben.file(1).read_text(encoding="utf-8") == text
        assert ben.publish(store, now=later(2), by="ben").plan.empty

    def test_another_laptop_gets_the_new_guid_in_place_of_the_old(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        show.publish(store)
        ben = show.copy(tmp_path / "ben")
        text = recall(show, store)
        pull(ben.path, store)
        assert ben.file(1).read_text(encoding="utf-8") == text
        assert GUID_1 not in {item.guid for item in feed_in(store).items}

    def test_a_text_that_was_changed_there_is_kept(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        ben = show.copy(tmp_path / "ben")
        recall(show, store)
        mine = ben.episode(1, title="Bens Titel").read_text(encoding="utf-8")
        assert actions(pull(ben.path, store))["episodes/001-folge-1.md"] is Action.KEEP
        assert ben.file(1).read_text(encoding="utf-8") == mine


class TestLostLaptop:
    """A whole show comes back into an empty folder."""

    def test_texts_cover_and_transcripts_come_back_byte_for_byte(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        (show.path / "transkripte").mkdir()
        (show.path / "transkripte" / "größe.vtt").write_text(VTT, encoding="utf-8")
        show.episode(1, title="Größe", more="transcripts: [transkripte/größe.vtt]\n")
        show.publish(store)
        ben = pulled(tmp_path, store)
        wanted = {name: body for name, body in files(show.path).items() if not name.startswith("audio/")}
        assert files(ben.path) == wanted

    def test_a_publish_from_there_has_nothing_to_do(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        before = objects(store)
        assert pulled(tmp_path, store).publish(store, now=later(1), by="ben").plan.empty
        assert objects(store) == before

    def test_with_the_audio_too(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        ben = pulled(tmp_path, store, EVERYTHING)
        entry = decode_ledger(objects(store)[LEDGER]).entries[0]
        audio = (ben.path / entry.release.episode.audio).read_bytes()
        assert hashlib.sha256(audio).hexdigest() == entry.release.audio.sha256
        assert audio != (show.path / entry.release.episode.audio).read_bytes()  # the published copy, with tags
        assert ben.publish(store, now=later(1), by="ben").plan.empty
        assert planned(show.path, store, EVERYTHING).empty  # the producer's own files are those, too

    def test_audio_of_one_episode(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        ben = pulled(tmp_path, store, Wished(audio=frozenset({GUID_2})))
        assert [path.name for path in (ben.path / "audio").iterdir()] == ["2.mp3"]

    def test_another_form_of_an_episode_comes_with_its_audio(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        (show.path / "audio" / "langsam.mp3").write_bytes((show.path / "audio" / "2.mp3").read_bytes() * 2)
        show.episode(1, more="alternates: [{path: audio/langsam.mp3, title: Langsam}]\n")
        show.publish(store)
        ben = pulled(tmp_path, store, EVERYTHING)
        assert (ben.path / "audio" / "langsam.mp3").is_file()
        assert ben.publish(store, now=later(1), by="ben").plan.empty

    def test_an_edit_there_is_published(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        ben = pulled(tmp_path, store, EVERYTHING)
        text = ben.file(1).read_text(encoding="utf-8").replace("Mut 1", "Größerer Mut")
        ben.file(1).write_text(text, encoding="utf-8")
        (change,) = (it for it in ben.publish(store, now=later(1), by="ben").plan.changes if it.guid == GUID_1)
        assert (change.kind.value, change.fields) == ("update", ("title",))

    def test_a_withdrawn_episode_comes_back_as_withdrawn(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        show.publish(store)
        show.episode(1, more="status: withdrawn\n")
        show.publish(store, now=later(1))
        ben = pulled(tmp_path, store)
        assert {it.number: it.status.value for it in open_workspace(ben.path, {}).catalogue.episodes} == {
            1: "withdrawn",
            2: "ready",
        }
        assert ben.publish(store, now=later(2), by="ben").plan.empty

    def test_what_broke_off_is_gone_on_with(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        folder = tmp_path / "ben"

        class Breaking(Spy):
            def fetch(self, key: str, path: Path, most: int) -> bool:
                self._count(key)
                return super().fetch(key, path, most)

        plan = planned(folder, store, EVERYTHING)
        with pytest.raises(PowerCutError):
            bring(plan, folder, Breaking(store, writes=1))
        assert 0 < len(planned(folder, store, EVERYTHING).writes) < len(plan.writes)
        pull(folder, store, EVERYTHING)
        assert planned(folder, store, EVERYTHING).empty
        assert not [path for path in folder.rglob(".*") if path.is_file()]

    def test_a_folder_that_lost_its_settings_gets_them_back(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        show.publish(store)
        (show.path / "podcast.toml").unlink()
        assert actions(pull(show.path, store)) == {"podcast.toml": Action.CREATE}
        assert show.publish(store, now=later(1)).plan.empty

    def test_settings_that_cannot_be_put_right_come_as_they_are(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        toml = show.path / "podcast.toml"
        text = toml.read_text(encoding="utf-8").partition("[store]")[0]
        toml.write_text(f'store = {{url = "anders", public_url = "{BASE}"}}\n{text}', encoding="utf-8")
        show.publish(store)
        plan = pull(tmp_path / "ben", store)
        assert 'write url = "public" below [store] yourself' in describe_pull(plan)
        assert (tmp_path / "ben" / "podcast.toml").read_bytes() == toml.read_bytes()

    def test_a_store_without_a_show_is_said(self, store: MemoryStore, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="nothing is published in memory: yet"):
            planned(tmp_path, store)

    def test_the_folder_of_another_show_is_refused(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        show.publish(store)
        other = show.copy(tmp_path / "other")
        toml = other.path / "podcast.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace("917393e3", "817393e3"), encoding="utf-8")
        with pytest.raises(UserError, match="another show"):
            planned(other.path, store)


class TestStrayAudio:
    """Audio that lay beside the show folder comes into it, and the text names it there."""

    @pytest.fixture
    def stray(self, show: ShowFolder, store: MemoryStore) -> ShowFolder:
        """A published show whose first episode has its audio beside the folder."""
        (show.path / "audio" / "1.mp3").rename(show.path.parent / "talk.mp3")
        self.edit(show, "audio/1.mp3", '"../talk.mp3"  # am Schreibtisch')
        show.publish(store)
        return show

    def edit(self, show: ShowFolder, old: str, new: str) -> None:
        text = show.file(1).read_text(encoding="utf-8")
        assert old in text
        show.file(1).write_text(text.replace(old, new), encoding="utf-8")

    def key(self, store: MemoryStore) -> str:
        return decode_ledger(objects(store)[LEDGER]).entries[0].release.audio.key

    @pytest.fixture
    def ben(self, stray: ShowFolder, store: MemoryStore, tmp_path: Path) -> ShowFolder:
        """Another laptop that pulled everything."""
        return pulled(tmp_path / "anderswo", store, EVERYTHING)

    def test_a_lost_laptop_gets_it_and_has_nothing_to_publish(self, ben: ShowFolder, store: MemoryStore) -> None:
        key = self.key(store)
        assert (ben.path / key).read_bytes() == objects(store)[key]
        assert f"audio: {key}  # am Schreibtisch" in ben.file(1).read_text(encoding="utf-8")
        assert sorted(path.name for path in ben.path.parent.iterdir()) == ["ben"]
        assert ben.publish(store, now=later(9), by="ben").plan.empty
        assert planned(ben.path, store, EVERYTHING).arrivals == ()

    def test_a_later_text_comes_over_and_goes_on_naming_it_there(
        self, stray: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        self.edit(stray, "Notizen", "Neue Notizen")
        stray.publish(store, now=later(1))
        pull(ben.path, store)
        text = ben.file(1).read_text(encoding="utf-8")
        assert "Neue Notizen" in text
        assert f"audio: {self.key(store)}  # am Schreibtisch" in text
        assert ben.publish(store, now=later(9), by="ben").plan.empty

    def test_replaced_audio_comes_beside_the_one_of_before(
        self, stray: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        before = self.key(store)
        (stray.path.parent / "talk.mp3").write_bytes(frames(99))
        self.edit(stray, "Notizen", "Neue Notizen")
        stray.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))
        assert self.key(store) != before
        pull(ben.path, store, EVERYTHING)
        assert {before, self.key(store)} <= set(files(ben.path))
        assert f"audio: {self.key(store)}  #" in ben.file(1).read_text(encoding="utf-8")
        assert ben.publish(store, now=later(9), by="ben").plan.empty

    def test_an_edit_there_is_kept(self, stray: ShowFolder, ben: ShowFolder, store: MemoryStore) -> None:
        self.edit(ben, "Notizen", "Bens Notizen")
        self.edit(stray, "Notizen", "Neue Notizen")
        stray.publish(store, now=later(1))
        assert actions(pull(ben.path, store, EVERYTHING)) == {"episodes/001-folge-1.md": Action.KEEP}
        assert "Bens Notizen" in ben.file(1).read_text(encoding="utf-8")

    def test_a_text_that_is_here_already_is_left_alone_and_what_to_type_is_said(
        self, stray: ShowFolder, store: MemoryStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = pulled(tmp_path / "anderswo", store).path
        key, text = self.key(store), (folder / "episodes" / "001-folge-1.md").read_bytes()
        command = f"folge set folge-1 audio={key}"
        for action in (Action.CREATE, Action.SKIP):
            plan = pull(folder, store, Wished(audio=frozenset({GUID_1})))
            assert [(arrival.path, arrival.action) for arrival in plan.arrivals] == [(key, action)]
            assert (
                describe_pull(plan).splitlines()[0].endswith(f"its text names ../talk.mp3; to use this file: {command}")
            )
        assert (folder / "episodes" / "001-folge-1.md").read_bytes() == text
        assert run(["-C", str(folder), *command.split()[1:]]) == 0
        assert ShowFolder(path=folder).publish(store, now=later(9), by="ben").plan.empty

    def test_who_has_it_beside_the_folder_still_gets_nothing(self, stray: ShowFolder, store: MemoryStore) -> None:
        assert planned(stray.path, store, EVERYTHING).arrivals == ()
        (stray.path.parent / "talk.mp3").write_bytes(b"anderes")
        assert actions(planned(stray.path, store, EVERYTHING)) == {"../talk.mp3": Action.KEEP}

    def test_another_file_in_its_place_is_kept(self, stray: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        place = tmp_path / "anderswo" / "ben" / self.key(store)
        place.parent.mkdir(parents=True)
        place.write_bytes(b"meins")
        assert actions(pull(tmp_path / "anderswo" / "ben", store, EVERYTHING))[self.key(store)] is Action.KEEP
        assert place.read_bytes() == b"meins"


class TestTwoLaptops:
    """What was published elsewhere comes here; what was changed here stays."""

    @pytest.fixture
    def ben(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> ShowFolder:
        show.publish(store)
        return pulled(tmp_path, store, EVERYTHING)

    def test_a_new_episode_and_an_edit_come_over(self, show: ShowFolder, ben: ShowFolder, store: MemoryStore) -> None:
        show.episode(1, title="Größerer Mut")
        show.episode(3)
        show.publish(store, now=later(1))
        plan = pull(ben.path, store)
        assert actions(plan) == {
            "episodes/001-folge-1.md": Action.REPLACE,
            "episodes/003-folge-3.md": Action.CREATE,
        }
        assert ben.file(1).read_bytes() == show.file(1).read_bytes()
        assert ben.publish(store, now=later(2), by="ben").plan.empty

    def test_an_edit_here_is_kept_and_shown_beside_what_is_published(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        show.episode(1, title="Von Anna")
        show.publish(store, now=later(1))
        ben.episode(1, more="summary: Von Ben\n")
        here = ben.file(1).read_bytes()
        plan = pull(ben.path, store)
        assert actions(plan) == {"episodes/001-folge-1.md": Action.KEEP}
        assert ben.file(1).read_bytes() == here
        shown = describe_pull(plan)
        assert "-title: Von Anna" in shown
        assert "+summary: Von Ben" in shown

    def test_a_comment_here_is_an_edit_too(self, show: ShowFolder, ben: ShowFolder, store: MemoryStore) -> None:
        ben.file(1).write_text(ben.file(1).read_text(encoding="utf-8").replace("# für immer", "# mein"), "utf-8")
        show.episode(1, title="Neu")
        show.publish(store, now=later(1))
        assert actions(pull(ben.path, store)) == {"episodes/001-folge-1.md": Action.KEEP}

    def test_an_edit_that_was_sent_and_never_published_is_kept(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        ben.episode(1, title="Von Ben", more="summary: Von Ben\n")
        spy = Spy(store, writes=1)  # the text gets there, the ledger does not
        with pytest.raises(PowerCutError):
            ben.publisher(spy, now=later(1), by="ben").run(lambda prepared: True)
        show.episode(1, title="Von Anna")
        show.publish(store, now=later(2))
        assert actions(pull(ben.path, store)) == {"episodes/001-folge-1.md": Action.KEEP}

    def test_new_settings_come_over_and_the_own_store_stays(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        toml = ben.path / "podcast.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace('"public"', '"../anderswo"'), encoding="utf-8")
        show.settings(title="Neuer Name")
        show.publish(store, now=later(1))
        assert actions(pull(ben.path, store)) == {"podcast.toml": Action.REPLACE}
        settings = open_workspace(ben.path, {}).settings
        assert (settings.title, settings.store.url) == ("Neuer Name", "../anderswo")

    def test_a_public_address_from_the_environment_is_written_down(
        self, show: ShowFolder, store: MemoryStore, tmp_path: Path
    ) -> None:
        toml = show.path / "podcast.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace(f'public_url = "{BASE}"\n', ""), encoding="utf-8")
        workspace = open_workspace(show.path, {"FOLGE_PUBLIC_URL": BASE})
        Publisher(workspace, store, now=later(0), by="anna").run(lambda prepared: True)
        ben = pulled(tmp_path, store)
        assert open_workspace(ben.path, {}).settings.store.public_url == BASE
        assert ben.publish(store, now=later(1), by="ben").plan.empty

    def test_settings_changed_here_are_kept(self, show: ShowFolder, ben: ShowFolder, store: MemoryStore) -> None:
        show.settings(title="Von Anna")
        show.publish(store, now=later(1))
        ben.settings(title="Von Ben")
        plan = pull(ben.path, store)
        assert actions(plan) == {"podcast.toml": Action.KEEP}
        assert '-title = "Von Anna"\n+title = "Von Ben"' in plan.kept[0].diff

    def test_a_renamed_episode_is_renamed_here(self, show: ShowFolder, ben: ShowFolder, store: MemoryStore) -> None:
        show.file(1).rename(show.file(1, "neuer-name"))
        show.publish(store, now=later(1))
        pull(ben.path, store)
        assert sorted(path.name for path in (ben.path / "episodes").iterdir()) == [
            "001-neuer-name.md",
            "002-folge-2.md",
        ]
        assert ben.publish(store, now=later(2), by="ben").plan.empty

    def test_replaced_audio_is_known_as_older_and_brought_on_request(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        (show.path / "audio" / "1.mp3").write_bytes((show.path / "audio" / "2.mp3").read_bytes() * 2)
        show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))
        assert ben.publish(store, now=later(2), by="ben").plan.empty  # it is older, not another file
        assert planned(ben.path, store).empty
        assert actions(pull(ben.path, store, EVERYTHING)) == {"audio/1.mp3": Action.REPLACE}
        assert ben.publish(store, now=later(3), by="ben").plan.empty

    def test_audio_changed_here_is_kept(self, ben: ShowFolder, store: MemoryStore) -> None:
        mine = (ben.path / "audio" / "2.mp3").read_bytes() * 3
        (ben.path / "audio" / "1.mp3").write_bytes(mine)
        assert actions(pull(ben.path, store, EVERYTHING)) == {"audio/1.mp3": Action.KEEP}
        with pytest.raises(Refused, match="its audio is another file now"):
            ben.publish(store, now=later(1), by="ben")

    def test_pulled_audio_is_not_published_as_a_new_episode(self, ben: ShowFolder, store: MemoryStore) -> None:
        (ben.path / "audio" / "3.mp3").write_bytes((ben.path / "audio" / "1.mp3").read_bytes())
        ben.episode(3)
        with pytest.raises(Refused, match="its audio belongs to 'Mut 1'"):
            ben.publish(store, now=later(1), by="ben")

    def test_a_text_that_cannot_be_read_is_not_brought_twice(self, ben: ShowFolder, store: MemoryStore) -> None:
        ben.file(1).rename(ben.file(1, "anders"))
        text = ben.file(1, "anders").read_text(encoding="utf-8")
        ben.file(1, "anders").write_text(text.replace("number: 1", "number: eins"), encoding="utf-8")
        assert actions(pull(ben.path, store)) == {"episodes/001-anders.md": Action.KEEP}

    def test_a_file_made_while_the_plan_was_read_is_left_alone(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        show.episode(1, title="Neu")
        show.episode(3)
        show.publish(store, now=later(1))
        plan = planned(ben.path, store)
        ben.file(1).write_bytes(b"meins")
        ben.file(3).write_bytes(b"meins")
        problems = bring(plan, ben.path, store)
        assert {problem.path for problem in problems} == {"episodes/001-folge-1.md", "episodes/003-folge-3.md"}
        assert ben.file(1).read_bytes() == ben.file(3).read_bytes() == b"meins"

    def test_a_restored_episode_loses_the_mark_a_pull_had_made(
        self, show: ShowFolder, ben: ShowFolder, store: MemoryStore
    ) -> None:
        ready = show.file(1).read_bytes()
        show.episode(1, more="status: withdrawn\n")
        show.publish(store, now=later(1))
        pull(ben.path, store)
        assert b"status: withdrawn" in ben.file(1).read_bytes()
        show.file(1).write_bytes(ready)
        show.publish(store, now=later(2), asked=Asked(restore=frozenset({GUID_1})))
        pull(ben.path, store)
        assert ben.file(1).read_bytes() == ready


SETTINGS_WITH_EVERYTHING = """
[feed]
items = 100
hubs = ["https://hub.example/"]
[[feeds]]
name = "mut"
topic = "Mut"
[[funding]]
url = "https://a.example/spenden"
message = "Danke für „alles“"
[[locations]]
name = "Köln"
rel = "creator"
country = "DE"
[chat]
server = "irc.example"
protocol = "irc"
[update_frequency]
message = "monatlich"
rrule = "FREQ=MONTHLY"
[[blocks]]
service = "acast"
[[txt]]
text = "abc"
"""


class TestBefore:
    """A ledger that was written before the text of podcast.toml was stored."""

    def forget(self, store: MemoryStore) -> None:
        ledger = decode_ledger(objects(store)[LEDGER])
        ledger = replace(ledger, show=replace(ledger.show, settings_key="", settings_sha256=""))
        body = json.loads(encode_ledger(ledger))
        del body["show"]["settings_key"], body["show"]["settings_sha256"]
        store.put(LEDGER, json.dumps(body).encode(), media_type="", cache_control="", expected=None)

    def test_settings_are_made_of_what_is_published(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        toml = show.path / "podcast.toml"
        own = 'license = "cc-by-4.0"\nblock = true\nmedium = "podcast"\n\n[people.anna]'
        text = toml.read_text(encoding="utf-8").replace("\n[people.anna]", own, 1)
        toml.write_text(text + SETTINGS_WITH_EVERYTHING, encoding="utf-8")
        show.episode(1, more="topics: [Mut]\n")
        show.publish(store)
        before = decode_ledger(objects(store)[LEDGER]).show
        self.forget(store)
        ben = pulled(tmp_path, store)
        workspace = open_workspace(ben.path, {})
        assert workspace.problems == ()
        assert workspace.settings.zone is not None
        assert workspace.settings.zone.key == "Europe/Berlin"
        ben.publish(store, now=later(1), by="ben")
        after = decode_ledger(objects(store)[LEDGER]).show
        assert after.release == before.release
        assert after.history == before.history

    def test_what_cannot_be_made_is_said(self, show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
        with (show.path / "podcast.toml").open("a", encoding="utf-8") as toml:
            toml.write("[[extra]]\nxml = '<spotify:limit recentCount=\"5\"/>'\n")
        show.publish(store)
        self.forget(store)
        assert "look through it and add extra" in describe_pull(planned(tmp_path / "ben", store))
