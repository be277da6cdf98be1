"""Findings about the feed name the file, the field and the line a producer has to look at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from episodes.namespace_schema import EPISODE_ELEMENTS, SHOW_ELEMENTS
from episodes.problems import Problem, Severity
from feed.document import Element, read_document
from feed.reader import read_feed
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.publishing.origin import name_origin
from podcast.stores.memory import MemoryStore
from podcast.written import with_lines
from tests.episodes.audio_builders import frames, opus
from tests.podcast.builders import ShowFolder, make_show, objects
from tests.podcast.test_tags import a_complete_show

MORE_SETTINGS = """
[feed]
hubs = ["https://a.example/", "https://b.example/"]

[[feeds]]
name = "mut"
title = "Nur Mut"
topic = "Mut"

[[funding]]
url = "https://a.example/1"
message = "Eins"

[[funding]]
url = "https://a.example/2"
message = "Zwei"

[[podroll]]
feed_guid = "29cdca4a-32d8-56ba-b48b-09a011c5daa9"

[[podroll]]
feed_guid = "003af0a0-6a45-55cf-b765-68e3d349551a"
feed_url = "https://b.example/"

[chat]
server = "a.example"
protocol = "irc"

[[extra]]
xml = "<ttl>60</ttl>"

[[extra]]
xml = "<spotify:limit recentCount='3'/>"

[[extra]]
xml = "<ttl>61</ttl>"
"""

MORE_FIELDS = """\
topics: [Mut]
season: 1
appearances:
  - Uwe Schneidewind
  - name: Ute Muster
    link: https://ute.example/
recording: {place: Berlin, geo: "geo:52,13"}
locations:
  - Wuppertal
  - name: Köln
    country: DE
chapters:
  - 0:00 A
  - {start: 0:00.1, title: B, hidden: true}
  - 0:00.2 C
alternates: [audio/2.opus]
license: Hausrecht
license_url: https://a.example/
extra:
  - <media:rating>nonadult</media:rating>
"""


class Place(NamedTuple):
    """Where a finding says it is."""

    path: str
    line: int
    field: str


class Show(NamedTuple):
    """A published show, to be asked where something of its feed comes from."""

    folder: ShowFolder
    feeds: dict[str, bytes]
    ledger: Ledger

    def origin(self, field: str, *, key: str = "feed.xml", hint: str = "") -> Problem:
        """Return a finding about a place in the feed, as it is told."""
        problem = Problem(message="m", path=key, line=1, field=field, hint=hint)
        (told,) = with_lines([name_origin(problem, self.ledger, read_feed(self.feeds[key]).items)], self.folder.path)
        return told

    def place(self, field: str, *, key: str = "feed.xml") -> Place:
        told = self.origin(field, key=key)
        return Place(told.path, told.line, told.field)

    def line(self, path: str, text: str) -> int:
        """Return the line of a file that holds a text."""
        lines = (self.folder.path / path).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)


def published(folder: ShowFolder) -> Show:
    store = MemoryStore()
    folder.publish(store)
    there = objects(store)
    feeds = {key: body for key, body in there.items() if key.endswith(".xml")}
    return Show(folder, feeds, decode_ledger(there[".folge/ledger.json"]))


@pytest.fixture
def show(tmp_path: Path) -> Show:
    folder = make_show(tmp_path, 0)
    path = folder.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8") + MORE_SETTINGS, encoding="utf-8")
    (folder.path / "audio/2.opus").write_bytes(opus(2))
    folder.episode(1, more="kind: trailer\n")
    folder.episode(2, more=MORE_FIELDS)
    return published(folder)


IN_SHOW = [
    ("title", "show.title", "title ="),
    ("description", "show.description", "description ="),
    ("itunes:owner/itunes:email", "show.email", "email ="),
    ("itunes:category[2]/itunes:category", "show.category", "category ="),
    ("itunes:new-feed-url", "show.new_feed_url", "[show]"),
    ("podcast:locked/@owner", "show.locked", "[show]"),
    ("podcast:license", "show.license", "[show]"),
    ("podcast:person", "people.anna", "[people.anna]"),
    ("podcast:person/@img", "people.anna.picture", "[people.anna]"),
    ("podcast:person[2]", "show.hosts", "hosts ="),
    ("atom:link[1]", "store.public_url", "public_url ="),
    ("atom:link[3]", "feed.hubs[2]", "hubs ="),
    ("podcast:funding[2]", "funding[2]", 'message = "Eins"'),
    ("podcast:funding[2]/@url", "funding[2].url", "https://a.example/2"),
    ("podcast:podroll/podcast:remoteItem[2]/@feedUrl", "podroll[2].feed_url", "https://b.example/\""),
    ("podcast:podroll", "podroll", "[[podroll]]"),
    ("podcast:chat/@accountId", "chat.account_id", "[chat]"),
    ("podcast:chat/@server", "chat.server", "server ="),
    ("ttl[2]", "extra[3].xml", "<ttl>61"),
    ("spotify:limit/@recentCount", "extra[2].xml", "recentCount"),
]  # fmt: skip


@pytest.mark.parametrize(("element", "field", "text"), IN_SHOW)
def test_what_is_in_the_channel_comes_from_podcast_toml(show: Show, element: str, field: str, text: str) -> None:
    line = show.line("podcast.toml", text) + (2 if field == "funding[2]" else 0)
    if element.startswith("podcast:podroll/"):
        line = show.line("podcast.toml", 'feed_url = "https://b.example/"')
    assert show.place(f"/rss/channel/{element}") == ("podcast.toml", line, field)


IN_EPISODE = [
    ("title", "title", "title:"),
    ("description", "summary", ""),
    ("content:encoded", "notes", "Notizen für"),
    ("enclosure/@length", "audio", "audio:"),
    ("itunes:season", "season", "season:"),
    ("podcast:season/@name", "season_name", ""),
    ("podcast:episode/@display", "number_display", ""),
    ("podcast:person[2]", "appearances[1]", "- Uwe"),
    ("podcast:person[3]/@href", "appearances[2].link", "link:"),
    ("podcast:location[1]/@geo", "recording.geo", "recording:"),
    ("podcast:location[1]", "recording.place", "recording:"),
    ("podcast:location[2]", "locations[1]", "- Wuppertal"),
    ("podcast:location[3]/@country", "locations[2].country", "country:"),
    ("podcast:chapters/@url", "chapters", "chapters:"),
    ("psc:chapters/psc:chapter[2]/@start", "chapters[3]", "0:00.2"),
    ("podcast:alternateEnclosure", "alternates[1]", "alternates:"),
    ("podcast:alternateEnclosure/podcast:source/@uri", "alternates[1]", "alternates:"),
    ("podcast:license/@url", "license_url", "license_url:"),
    ("media:rating", "extra[1].xml", "media:rating"),
]


@pytest.mark.parametrize(("element", "field", "text"), IN_EPISODE)
def test_what_is_in_an_item_comes_from_its_episode_file(show: Show, element: str, field: str, text: str) -> None:
    path = "episodes/002-folge-2.md"
    line = show.line(path, text) if text else 0
    assert show.place(f"/rss/channel/item[1]/{element}") == (path, line, field)


def test_a_host_in_an_item_comes_from_podcast_toml(show: Show) -> None:
    line = show.line("podcast.toml", "[people.anna]")
    assert show.place("/rss/channel/item[1]/podcast:person[1]") == ("podcast.toml", line, "people.anna")


def test_chapters_of_the_audio_come_from_the_audio(show: Show) -> None:
    path = "episodes/001-folge-1.md"
    line = show.line(path, "audio:")
    assert show.place("/rss/channel/item[2]/psc:chapters/psc:chapter[1]") == (path, line, "audio")


def test_a_trailer_comes_from_its_episode_file(show: Show) -> None:
    path = "episodes/001-folge-1.md"
    assert show.place("/rss/channel/podcast:trailer") == (path, show.line(path, "title:"), "title")
    assert show.origin("/rss/channel/podcast:trailer[2]").path == "feed.xml"


def test_the_title_of_a_further_feed_is_its_own(show: Show) -> None:
    key, line = "feed/mut.xml", show.line("podcast.toml", "Nur Mut")
    assert show.place("/rss/channel/title", key=key) == ("podcast.toml", line, "feeds[1].title")
    assert show.place("/rss/channel/description", key=key).field == "show.description"
    assert show.place("/rss/channel/podcast:guid", key=key).field == "feeds[1].guid"
    assert show.place("/rss/channel/item/title", key=key).path == "episodes/002-folge-2.md"


@pytest.mark.parametrize(
    ("field", "hint", "told"),
    [
        ("/rss/channel/itunes:category", "add <itunes:category> to <channel>",
         'set show.category in podcast.toml, as category = ["Government"]'),
        ("/rss/channel/podcast:funding", "add <podcast:funding> to <channel>", "set funding in podcast.toml"),
        ("/rss/channel/item[1]/podcast:transcript", "add <podcast:transcript> to <item>",
         "set transcripts in episodes/002-folge-2.md"),
        ("/rss/channel/item[1]/podcast:funding/@url", "add url to <podcast:funding>", "add url to <podcast:funding>"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_by_its_setting(show: Show, field: str, hint: str, told: str) -> None:
    assert show.origin(field, hint=hint).hint == told


@pytest.mark.parametrize(
    "field",
    ["/rss", "/rss/channel", "/rss/channel/lastBuildDate", "/rss/channel/generator", "/rss/channel/item[1]",
     "/rss/channel/item[1]/link", "/rss/channel/item[99]/title", "/rss/channel/{urn:x/y}z", "", "feed", "title"],
)  # fmt: skip
def test_what_no_field_makes_stays_as_it_is(show: Show, field: str) -> None:
    problem = Problem(message="m", path="feed.xml", line=7, field=field, hint="h")
    items = read_feed(show.feeds["feed.xml"]).items
    assert name_origin(problem, show.ledger, items) == problem
    assert with_lines([problem], show.folder.path) == (problem,)


def elements(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from elements(child)


BY_ITSELF = frozenset({"generator", "docs", "lastBuildDate", "link", "fh:archive", "item"})


def test_every_element_of_a_complete_feed_has_an_origin_on_a_line(tmp_path: Path) -> None:
    show = published(a_complete_show(tmp_path / "show"))
    channel = read_document(show.feeds["feed.xml"]).channels[0]
    seen = set()
    for element in elements(channel):
        parts = element.path.removeprefix("/rss/channel/").removeprefix("item/").split("/")
        top = parts[0].partition("[")[0]
        if top in BY_ITSELF and not (top == "link" and "/item" not in element.path):
            continue
        seen.add(top)
        told = show.origin(element.path)
        assert told.path in ("podcast.toml", "episodes/001-diensteid.md"), element.path
        assert told.line > 0, element.path
        assert (told.path == "podcast.toml") == ("/item" not in element.path) or top in (
            "podcast:person",
            "podcast:trailer",
        )
    assert seen >= {*SHOW_ELEMENTS, *EPISODE_ELEMENTS}


def test_findings_of_a_real_publish_have_file_field_and_line(tmp_path: Path) -> None:
    folder = make_show(tmp_path, 0)
    path = folder.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[[txt]]\ntext = 'a'\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace(
        'author = "Kommune 360°"\n', 'author = "Kommune 360°"\nblock = true\n'
    )
    path.write_text(text, encoding="utf-8")
    folder.episode(1, more="soundbites:\n  - {start: 0, duration: 1}\n")
    problems = with_lines(folder.publish(MemoryStore()).problems, folder.path)
    assert {(problem.path, problem.line, problem.field) for problem in problems} == {
        ("podcast.toml", 6, "show.block"),
        ("episodes/001-folge-1.md", 8, "soundbites[1].duration"),
    }


BEYOND = """\
chapters:
  - 0:00 Anfang
  - 0:31 Ende
  - start: 1:00
    title: Danach
soundbites:
  - {start: 0:05, duration: 20}
  - {start: 0:25, duration: 20}
  - start: 0:45
    duration: 20
"""


def test_what_lies_behind_the_end_of_the_audio_is_a_warning_with_its_line(tmp_path: Path) -> None:
    folder = make_show(tmp_path, 0)
    (folder.path / "audio/1.mp3").write_bytes(frames(1150, 32))
    folder.episode(1, more=BEYOND)
    problems = with_lines(folder.publish(MemoryStore()).problems, folder.path)
    assert [(problem.line, problem.field) for problem in problems] == [
        (9, "chapters[2]"),
        (10, "chapters[3]"),
        (14, "soundbites[2].duration"),
        (15, "soundbites[3].start"),
    ]
    assert {problem.severity for problem in problems} == {Severity.WARNING}
    assert problems[0].message == "the chapter 'Ende' begins at 00:31, and the audio ends at 00:30.041"
    assert problems[2].message == "the soundbite ends at 00:00:45.000, and the audio ends at 00:00:30.041"
    assert "audio/1.mp3" in problems[0].hint


def test_lines_of_files_that_are_gone_or_broken_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "episodes").mkdir()
    (tmp_path / "episodes/001-a.md").write_text("kein Anfang", encoding="utf-8")
    (tmp_path / "podcast.toml").write_text("[show\n", encoding="utf-8")
    paths = ("podcast.toml", "episodes/001-a.md", "episodes/002-b.md", "feed.xml")
    problems = tuple(Problem(message="m", path=path, field="title") for path in paths)
    assert with_lines(problems, tmp_path) == problems


def test_a_line_that_is_known_is_kept(show: Show) -> None:
    problem = Problem(message="m", path="podcast.toml", field="show.title", line=99)
    assert with_lines([problem], show.folder.path) == (problem,)
    (told,) = with_lines([replace(problem, line=0)], show.folder.path)
    assert told.line == 2
