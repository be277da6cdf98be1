"""The bytes never change for no reason: the same folder gives the same objects on any machine, in any process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from episodes.namespace import EpisodeTags, ShowTags
from podcast.publishing.ledger import decode_ledger
from tests.episodes.audio_builders import opus
from tests.podcast.builders import ShowFolder, make_show
from tests.soaking import SOAK

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")

PUBLISH = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from podcast.publishing.publish import Publisher
from podcast.workspace import open_workspace, producer

workspace = open_workspace(Path(sys.argv[1]))
now = datetime(2024, 12, 10, 12, tzinfo=UTC) + timedelta(hours=int(sys.argv[2]))
outcome = Publisher(workspace, workspace.store(), now=now, by=producer()).run(lambda prepared: True)
assert outcome is not None and not outcome.plan.empty
"""

SHOW_WORDS = """\
itunes_title = "Kommunen"
new_feed_url = "https://cdn.example.org/feed.xml"
complete = true
block = true
podping = true
medium = "podcast"
license = "CC-BY-4.0"
license_url = "https://creativecommons.org/licenses/by/4.0/"
"""
SHOW_TABLES = """
[feed]
items = 2
slim_after = 1
hubs = ["https://hub.example.org/"]

[[feeds]]
name = "opus"
format = "opus"

[[feeds]]
name = "mut"
topic = "Mut"

[update_frequency]
message = "jeden ersten Dienstag"
rrule = "FREQ=MONTHLY;BYDAY=1TU"

[publisher]
feed_guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"

[chat]
server = "chat.example.org"
protocol = "matrix"

[[funding]]
url = "https://cdn.example.org/spenden"
message = "Unterstützen & mitreden"

[[locations]]
name = "Wuppertal"
geo = "geo:51.256,7.150"

[[txt]]
text = "S6lpp"
purpose = "verify"

[[social_interact]]
protocol = "activitypub"
uri = "https://social.example.org/1"

[[podroll]]
feed_guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"

[[blocks]]
service = "google"

[[value]]
type = "lightning"
method = "lnaddress"

[[value.valueRecipient]]
type = "lnaddress"
address = "kommune@example.org"
split = 100

[[extra]]
xml = '<spotify:countryOfOrigin>de</spotify:countryOfOrigin>'

[[images]]
path = "cover.png"
alt = "Eine Schildkröte"
purpose = "banner"
"""
EPISODE_WORDS = """\
season: 2
topics: [Mut, Wandel, Alltag]
appearances:
  - {name: Uwe Schneidewind, function: Oberbürgermeister, organisation: Stadt Wuppertal}
  - {name: Jörg Ωmega, role: guest}
recording: {occasion: K360-Festival 2024, place: Berlin, geo: "geo:52.52,13.40", country: DE}
transcripts: [transcripts/1.vtt]
chapters: ["00:00 Begrüßung", "00:01 Mut & Eid"]
alternates: [audio/1.opus]
images: [{path: cover.png, purpose: banner}]
itunes_title: Diensteid
season_name: Mut
number_display: Folge 1
block: true
soundbites: [{start: "00:00", duration: 15, title: Der Eid}]
license: CC-BY-4.0
locations: [{name: Wuppertal}]
funding: [{url: "https://cdn.example.org/spenden", message: Unterstützen}]
txt: [{text: "false", purpose: ai-content}]
chat: {server: chat.example.org, protocol: irc}
social_interact: [{protocol: activitypub, uri: "https://social.example.org/2"}]
value:
  - type: lightning
    method: lnaddress
    valueRecipient: [{type: lnaddress, address: uwe@example.org, split: 100}]
extra: [{xml: "<spotify:note>ja</spotify:note>"}]
"""

MACHINES: dict[str, dict[str, str]] = {
    "another hash seed in Berlin, in German": {
        "PYTHONHASHSEED": "1", "TZ": "Europe/Berlin", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8",
    },
    "yet another hash seed a quarter hour off, in no language": {
        "PYTHONHASHSEED": "4294967295", "TZ": "Asia/Kathmandu", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
    },
    "a terminal of the seventies half an hour off": {
        "TZ": "America/St_Johns", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
    },
    "somebody else's, without asserts": {
        "PYTHONOPTIMIZE": "2", "USER": "uwe", "LOGNAME": "uwe", "HOSTNAME": "rathaus", "COMPUTERNAME": "RATHAUS",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> ShowFolder:
    """A show with every field, and episodes with none and with all of theirs."""
    folder = make_show(tmp_path_factory.mktemp("bytes") / "show", 0)
    settings = folder.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8").replace("[people.anna]", f"{SHOW_WORDS}\n[people.anna]")
    settings.write_text(f"{text}{SHOW_TABLES}", encoding="utf-8")
    (folder.path / "transcripts").mkdir()
    (folder.path / "transcripts" / "1.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nGrüß Gott\n", "utf-8")
    (folder.path / "audio" / "1.opus").write_bytes(opus(30))
    folder.episode(1, more=EPISODE_WORDS)
    for number in range(2, 6):
        folder.episode(number, more="topics: [Mut]\nkind: trailer\n" if number == 3 else "")
    return folder


class Laptop:
    """A copy of the show on another machine, published in processes of its own."""

    def __init__(
        self, show: ShowFolder, folder: Path, *, python: Path | str = sys.executable, **variables: str
    ) -> None:
        self.folder = folder / "show"
        self.cache = folder / "cache"
        self.cwd = folder
        self.python = python
        self.variables: Mapping[str, str] = variables
        shutil.copytree(show.path, self.folder, copy_function=shutil.copyfile)

    def publish(self, hours: int) -> None:
        """Publish so many hours after noon."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
        own = {"PYTHONHASHSEED": "0", "TZ": "UTC", "FOLGE_PRODUCER": "anna@laptop", "FOLGE_CACHE": str(self.cache)}
        command = [str(self.python), "-W", "error", "-c", PUBLISH, str(self.folder), str(hours)]
        done = subprocess.run(
            command,
            cwd=self.cwd,
            env={**kept, **own, "HOME": str(self.cwd), **self.variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def edit(self) -> None:
        """Change what two feeds and a page say of an episode."""
        path = self.folder / "episodes" / "001-folge-1.md"
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write("\nEin Nachtrag von Bürger:innen.\n")

    def objects(self) -> dict[str, bytes]:
        """Everything that was published, by key."""
        public = self.folder / "public"
        return {path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()}

    def twice(self) -> dict[str, bytes]:
        """Publish, edit an episode, publish again."""
        self.publish(0)
        self.edit()
        self.publish(1)
        return self.objects()


@pytest.fixture(scope="module")
def usual(show: ShowFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The objects as the machine of the tests makes them."""
    return Laptop(show, tmp_path_factory.mktemp("usual")).twice()


def different(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The keys whose objects are not the same."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def test_the_show_has_every_field_and_every_kind_of_object(usual: dict[str, bytes]) -> None:
    ledger = decode_ledger(usual[".folge/ledger.json"])
    full = next(entry.release for entry in ledger.entries if entry.release.episode.number == 1)
    assert list(_unset(ledger.show.release.tags, ShowTags())) == []
    assert list(_unset(full.episode.tags, EpisodeTags())) == []
    folders = {key.split("/")[0] for key in usual}
    assert folders >= {"audio", "covers", "transcripts", "chapters", "f", "feed", "feed.xml", ".folge"}
    assert {"feed/1.xml", "feed/opus.xml", "feed/mut.xml", "folge-1/index.html"} <= usual.keys()


def _unset(tags: ShowTags | EpisodeTags, nothing: ShowTags | EpisodeTags) -> Iterator[str]:
    for name in type(tags).__slots__:
        if getattr(tags, name) == getattr(nothing, name):
            yield name


@pytest.mark.parametrize("name", MACHINES if SOAK else list(MACHINES)[1:3])
def test_another_machine_gives_the_same_bytes(
    show: ShowFolder, usual: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    assert different(Laptop(show, tmp_path, **MACHINES[name]).twice(), usual) == []


@pytest.mark.parametrize("version", PYTHONS)
def test_another_python_gives_the_same_bytes(
    show: ShowFolder, usual: dict[str, bytes], tmp_path: Path, version: str
) -> None:
    python = python_of(version)

    assert different(Laptop(show, tmp_path, python=python).twice(), usual) == []


def python_of(version: str) -> Path:
    """The interpreter of a version, with folge in it; without one the test is skipped, and fails where CI=true."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    python = ROOT / "build" / f"python{version}" / "bin" / "python"
    if not python.exists():
        reason = f"there is no {python.relative_to(ROOT)}; .ci/run makes it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return python


def test_another_folder_and_other_times_of_files_give_the_same_bytes(
    show: ShowFolder, usual: dict[str, bytes], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "Büro 2" / "Ordner"
    elsewhere.mkdir(parents=True)
    laptop = Laptop(show, elsewhere)
    for age, path in enumerate(sorted(laptop.folder.rglob("*"), reverse=True)):
        os.utime(path, (10**9 + age, 10**9 + age))

    assert different(laptop.twice(), usual) == []


def test_a_folder_published_from_within_gives_the_same_bytes(
    show: ShowFolder, usual: dict[str, bytes], tmp_path: Path
) -> None:
    laptop = Laptop(show, tmp_path)
    laptop.cwd = laptop.folder / "episodes"

    assert different(laptop.twice(), usual) == []


def test_without_the_cache_the_bytes_are_the_same(show: ShowFolder, usual: dict[str, bytes], tmp_path: Path) -> None:
    laptop = Laptop(show, tmp_path)
    laptop.publish(0)
    assert list(laptop.cache.rglob("rendered.sqlite3")) != []
    shutil.rmtree(laptop.cache)
    laptop.edit()
    laptop.publish(1)

    assert different(laptop.objects(), usual) == []


def test_what_did_change_is_seen(show: ShowFolder, usual: dict[str, bytes], tmp_path: Path) -> None:
    """The comparison itself: an hour later the second publish leaves other bytes, where the hour is written."""
    laptop = Laptop(show, tmp_path)
    laptop.publish(0)
    laptop.edit()
    laptop.publish(2)

    found = different(laptop.objects(), usual)
    assert {".folge/ledger.json", "feed/mut.xml"} <= set(found)
    assert [key for key in found if key.startswith(("audio/", "covers/", "folge-"))] == [
        "folge-1/embed/index.html",
        "folge-1/index.html",
        "folge-1/oembed.json",
    ]
