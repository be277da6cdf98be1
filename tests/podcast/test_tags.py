"""`docs/feed.md`: every example gives the XML beside it, and the whole show arrives in the feed as it is written."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from episodes.model import Episode
from episodes.namespace import EpisodeTags, ShowTags
from episodes.problems import Problem
from feed.answers import Answer, Probe
from feed.checks.run import check_document, check_feed
from feed.document import read_document
from feed.reader import Feed
from podcast.feed_settings import FeedSettings
from podcast.publishing.publish import Outcome
from podcast.stores import Store
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from podcast.workspace import Workspace, open_workspace
from tests.episodes.audio_builders import frames, id3, id3_text, opus
from tests.podcast.builders import COVER, NOW, REPOSITORY, ShowFolder, feed_in, objects

PAGE = (REPOSITORY / "docs" / "feed.md").read_text(encoding="utf-8")
PUBLIC = "https://podcast.example.org/"
AUDIO = id3(id3_text("TIT2", b"Folge")) + frames(1200, 32)


REMINDERS = {
    "Moving a show": {"APPLE-CH-11"},
    "Blocking": {"PC-1"},
    "Verification and notes for machines": {"APPLE-CH-13"},
    "Anything else": {"APPLE-CH-13"},
}
"""What `folge check` says of examples, as the page says."""

OTHER_FORMS = {"APPLE-IT-3", "APPLE-IT-4"}
"""What the rules say of a further feed in Opus, which Apple does not take."""

NOT_IN_A_FEED = {
    "Alternate.default", "Appearance.function", "Appearance.organisation", "Appearance.person", "Chapter.end",
    "Chapter.geo", "Chapter.hidden", "Chapter.osm", "Chapter.place", "Markup.prefixes", "Recording.occasion",
    "Recording.on", "Recording.remark", "Source.media_type",
}  # fmt: skip
"""What a feed has no place for, and what folge never says: an alternate that is the enclosure, a type per source."""

ELSEWHERE = ("StoreSettings.", "Settings.site", "SiteSettings.", "Look.")
"""What other pages tell of: docs/site.md has a complete example of its own."""

DEFAULTS = {"Appearance.group", "Location.relation"}
"""What the page writes as it holds anyway."""


class Example(NamedTuple):
    """A block of the page, or two for both files, and the XML that becomes of it."""

    heading: str
    toml: str
    yaml: str
    xml: str


def blocks() -> Iterator[tuple[str, str, str]]:
    """Yield heading, kind and text of every block of the page."""
    heading = ""
    for match in re.finditer(r"^## ([^\n]+)$|^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        heading = match[1] or heading
        if match[2]:
            yield heading, match[2], match[3]


def examples() -> Iterator[Example]:
    """Yield every block of settings or fields that has the XML below it."""
    written = {"toml": "", "yaml": ""}
    for heading, kind, text in blocks():
        if kind == "xml":
            yield Example(heading, written["toml"], written["yaml"], text)
        written = {"toml": "", "yaml": "", kind: text}


def complete() -> tuple[str, str]:
    """Return the podcast.toml and the episode file with everything."""
    found = {kind: text for heading, kind, text in blocks() if heading == "Everything in one show"}
    return found["toml"], found["yaml"]


def put_files(folder: Path) -> None:
    """Put what the examples name into a show folder."""
    for name in ("episodes", "audio", "covers", "transcripts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("1", "diensteid"):
        (folder / f"audio/{name}.mp3").write_bytes(AUDIO)
        (folder / f"audio/{name}.opus").write_bytes(opus(30))
        vtt = "WEBVTT\n\n00:00.000 --> 00:20.000\nMut\n"
        (folder / f"transcripts/{name}.vtt").write_text(vtt, encoding="utf-8")
    srt = "1\n00:00:00,000 --> 00:00:20,000\nCourage\n"
    (folder / "transcripts/1.en.srt").write_text(srt, encoding="utf-8")
    Image.new("RGB", (1600, 900)).save(folder / "covers/banner.png")
    (folder / "covers/1.png").write_bytes(COVER.read_bytes())
    (folder / "cover.png").write_bytes(COVER.read_bytes())


def add_settings(path: Path, text: str) -> None:
    """Add an example to a podcast.toml: what stands below `[show]` replaces what is there, all else comes behind it."""
    whole = path.read_text(encoding="utf-8")
    show = re.search(r"^\[show\]\n((?:.+\n)*)", text, re.MULTILINE)
    for line in show[1].splitlines() if show else ():
        name = line.partition(" ")[0]
        whole = re.sub(rf"^{name} = .*\n", "", whole, flags=re.MULTILINE)
        whole = whole.replace("[show]\n", f"[show]\n{line}\n")
    if "[people.anna]" in text:
        whole = re.sub(r"^\[people\.anna\]\n(?:.+\n)+", "", whole, flags=re.MULTILINE)
    rest = text.replace(show[0], "") if show else text
    path.write_text(f"{whole}\n{rest}", encoding="utf-8")


def add_fields(path: Path, text: str) -> None:
    """Add an example to an episode file, in the place of lines of the same name."""
    whole = path.read_text(encoding="utf-8")
    for name in re.findall(r"^(\w+):", text, re.MULTILINE):
        whole = re.sub(rf"^{name}: .*\n", "", whole, flags=re.MULTILINE)
    path.write_text(whole.replace("---\n", f"---\n{text}", 1), encoding="utf-8")


@pytest.mark.parametrize("example", tuple(examples()), ids=lambda example: example.heading)
def test_an_example_becomes_the_xml_below_it(tmp_path: Path, example: Example) -> None:
    put_files(tmp_path / "show")
    folder = make_show_here(tmp_path / "show")
    if example.toml:
        add_settings(folder.path / "podcast.toml", example.toml)
    if example.yaml:
        add_fields(folder.file(1), example.yaml)
    store = MemoryStore()
    outcome = folder.publish(store)
    told = {problem.rule or str(problem) for problem in outcome.problems}
    assert told <= REMINDERS.get(example.heading, set()), outcome.problems

    feed = {unnamed(line) for line in objects(store)["feed.xml"].decode().splitlines()}
    assert [line for line in map(unnamed, example.xml.splitlines()) if line not in feed] == []


@pytest.mark.parametrize("heading", ["Long shows", "Several feeds"])
def test_an_example_without_xml_is_read(tmp_path: Path, heading: str) -> None:
    put_files(tmp_path)
    folder = make_show_here(tmp_path)
    (text,) = (text for above, _, text in blocks() if above == heading)
    add_settings(folder.path / "podcast.toml", text)
    workspace = open_workspace(folder.path, {})
    assert workspace.problems == ()
    assert workspace.settings.feed != FeedSettings()


def make_show_here(path: Path) -> ShowFolder:
    folder = ShowFolder(path=path)
    folder.settings(base=PUBLIC)
    folder.publish_files_as_they_are()
    folder.episode(1)
    return folder


def unnamed(line: str) -> str:
    """Return a line of a feed without the hashes in the names of files: they are those of this test's files."""
    return re.sub(r"-[0-9a-f]{12}\.", "-….", line.strip())


def a_complete_show(path: Path) -> ShowFolder:
    put_files(path)
    toml, markdown = complete()
    (path / "podcast.toml").write_text(toml, encoding="utf-8")
    (path / "episodes/001-diensteid.md").write_text(markdown, encoding="utf-8")
    return ShowFolder(path=path)


class Published(NamedTuple):
    workspace: Workspace
    store: Store
    outcome: Outcome
    feed: Feed


@pytest.fixture(params=["memory", "folder"])
def published(request: pytest.FixtureRequest, tmp_path: Path) -> Published:
    folder = a_complete_show(tmp_path / "show")
    store: Store = MemoryStore() if request.param == "memory" else FolderStore(tmp_path / "public")
    outcome = folder.publish(store)
    return Published(open_workspace(folder.path, {}), store, outcome, feed_in(store))


def test_the_complete_files_are_read_without_a_problem(tmp_path: Path) -> None:
    workspace = open_workspace(a_complete_show(tmp_path).path, {})
    assert workspace.problems == ()
    assert len(workspace.catalogue.episodes) == 1


def unfilled(*values: object) -> set[str]:
    """Return the fields that no dataclass among `values`, or inside of them, has anything but the default in."""
    seen: dict[str, set[str]] = defaultdict(set)
    every: dict[str, set[str]] = {}
    for value in values:
        _look(value, seen, every)
    return {f"{kind}.{name}" for kind, names in every.items() for name in names - seen[kind]}


def _look(value: object, seen: dict[str, set[str]], every: dict[str, set[str]]) -> None:
    if isinstance(value, tuple):
        for part in value:
            _look(part, seen, every)
    elif is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        every[kind] = {field.name for field in fields(value)}
        for field in fields(value):
            default = None if field.default is MISSING else field.default
            part = getattr(value, field.name)
            if field.default_factory is not MISSING:
                default = field.default_factory()
            if part not in (default, None, "", ()):
                seen[kind].add(field.name)
            _look(part, seen, every)


def far(path: Path) -> Episode:
    """Return the example of an episode whose files stay elsewhere: what stands beside a file cannot be in the other."""
    put_files(path)
    folder = make_show_here(path)
    (example,) = (it for it in examples() if it.heading == "Audio that stays elsewhere")
    add_fields(folder.file(1), example.yaml)
    (episode,) = open_workspace(path, {}).catalogue.episodes
    return episode


def test_the_complete_files_have_an_example_of_every_field(tmp_path: Path) -> None:
    workspace = open_workspace(a_complete_show(tmp_path).path, {})
    settings, (episode,) = workspace.settings, workspace.catalogue.episodes
    blank = {name for name in unfilled(settings, episode, far(tmp_path / "far")) if not name.startswith(ELSEWHERE)}
    assert blank == {"Episode.status", "Markup.prefixes", "Settings.inherited", *DEFAULTS}
    written = complete()[1]
    assert all(f"  {name}: " in written for name in ("rel", "group", "role"))
    assert "\nstatus: ready\n" in written


def test_a_field_without_an_example_would_be_told() -> None:
    assert unfilled(replace(ShowTags(), podping=True)) == {f"ShowTags.{f.name}" for f in fields(ShowTags)} - {
        "ShowTags.podping"
    }


def test_the_feed_has_every_field_as_it_is_written(published: Published) -> None:
    show, (item,) = published.feed.show, published.feed.items
    settings, (episode,) = published.workspace.settings, published.workspace.catalogue.episodes
    assert show.tags == settings.tags
    assert item.tags == episode.tags
    assert show.hubs == settings.feed.hubs
    assert unfilled(show, item) == NOT_IN_A_FEED | DEFAULTS
    assert [(trailer.title, trailer.season, trailer.url) for trailer in show.trailers] == [
        (episode.title, 2, item.enclosure.url)
    ]
    assert [alternate.title for alternate in item.alternates] == ["Sparsam", "Video"]
    assert [image.purpose for image in (*show.images, *item.images)] == ["banner", "poster", "canvas"]
    assert item.chapters == tuple(chapter for chapter in episode.chapters if not chapter.hidden)


def test_every_field_of_the_tags_is_filled(published: Published) -> None:
    (item,) = published.feed.items
    for tags, empty in ((published.feed.show.tags, ShowTags()), (item.tags, EpisodeTags())):
        blank = [field.name for field in fields(tags) if getattr(tags, field.name) == getattr(empty, field.name)]
        assert blank == []


def test_the_checks_have_nothing_to_say(published: Published) -> None:
    bodies = {key: body for key, body in objects(published.store).items() if key.endswith(".xml")}
    assert bodies.pop("sitemap.xml")
    assert sorted(bodies) == ["feed.xml", "feed/mut-2.xml", "feed/opus.xml"]
    assert check_feed(bodies.pop("feed.xml"), now=NOW) == ()
    further = {problem.rule for key, body in bodies.items() for problem in check_feed(body, name=key, now=NOW)}
    assert further <= OTHER_FORMS
    heard = "nothing is heard in it"  # it is silence
    assert {problem.rule for problem in published.outcome.problems if heard not in problem.message} <= OTHER_FORMS


def test_the_chapters_file_is_there_of_its_type_and_passes_the_checks(published: Published) -> None:
    (item,) = published.feed.items
    key = item.chapters_url.removeprefix(PUBLIC)
    stored = published.store.get(key)
    assert stored is not None
    if isinstance(published.store, MemoryStore):  # a folder has no types: they are the web server's
        stat = published.store.stat(key)
        assert stat is not None and stat.media_type == "application/json+chapters"
    written = json.loads(stored.body)
    assert [chapter["startTime"] for chapter in written["chapters"]] == [0, 10.5, 15, 20]
    assert written["chapters"][2]["toc"] is False
    assert written["chapters"][2]["endTime"] == 18
    assert online(published.store, item.chapters_url, stored.body) == []
    assert online(published.store, item.chapters_url, b"{}") != []


def online(store: Store, url: str, body: bytes) -> list[Problem]:
    """Return what the rules for JSON chapters say of a feed whose chapters file has this body."""
    answer = Answer(url=url, status=200, headers={"content-type": "application/json+chapters"}, body=body, whole=True)
    document = replace(read_document(objects(store)["feed.xml"]), probes={url: Probe(get=answer)})
    return [problem for problem in check_document(document) if problem.rule.startswith("JCH")]
