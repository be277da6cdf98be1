"""What is promised of an episode whose files stay at other addresses: carried as they are, and never taken for ours."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from episodes.problems import Problem
from feed.checks.run import check_feed
from feed.document import read_document
from feed.item import Item
from podcast.cli import run
from podcast.newsletter.teaser import make_teaser
from podcast.preflight.places import Place, Places
from podcast.publishing.changes import Asked, Kind
from podcast.publishing.ledger import Entry, Ledger, decode_ledger
from podcast.publishing.origin import name_origin
from podcast.publishing.publish import Refused
from podcast.publishing.pull import Wished, look_at, plan_pull
from podcast.publishing.subjects import subject_of
from podcast.publishing.tidying import Tidier
from podcast.release import show_of
from podcast.settings import load_settings
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from podcast.website.words import words_for
from tests.episodes.audio_builders import frames
from tests.podcast.builders import BASE, ShowFolder, feed_in, later, objects

AUDIO = "https://cdn.example.net/a%20b.mp3?_from=feed&x=1"
GUID = "tag:alt.example,2020:  7 #x"
FACTS = 'audio_facts: {type: audio/mpeg, bytes: 34567890, duration: "0:34:12"}\n'
MORE = """\
link: https://alt.example/fern
cover: https://alt.example/cover.jpg
transcripts:
  - {url: "https://alt.example/t.srt", type: application/srt, captions: true}
  - {url: "https://alt.example/t.html", type: text/html, language: en}
  - {url: "https://alt.example/t.json", type: application/json, language: de}
chapters_url: https://alt.example/chapters.json
"""
CHAPTERS = "chapters:\n  - 0:00 Anfang\n  - 12:30 Mut\n"


def far(show: ShowFolder, facts: str = FACTS, more: str = MORE, audio: str = AUDIO) -> None:
    """Write an episode that has everything elsewhere, the third of the show."""
    head = f"---\nguid: '{GUID}'\ntitle: Fern\nnumber: 3\npublished: 2024-12-03 06:00\naudio: {audio}\n"
    (show.path / "episodes" / "003-fern.md").write_text(f"{head}{facts}{more}---\n\nNotizen.\n", encoding="utf-8")


def ledger_in(store: MemoryStore | FolderStore) -> Ledger:
    return decode_ledger(objects(store)[".folge/ledger.json"])


def entry_in(store: MemoryStore | FolderStore) -> Entry:
    return ledger_in(store).by_guid()[GUID]


def item_in(store: MemoryStore | FolderStore) -> Item:
    return next(item for item in feed_in(store).items if item.guid == GUID)


def page(store: MemoryStore, key: str = "fern/index.html") -> str:
    return objects(store)[key].decode()


def policy(text: str) -> dict[str, list[str]]:
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert found is not None
    parts = (part.split() for part in found[1].replace("&#39;", "'").split(";"))
    return {name: sources for name, *sources in parts}


def tags(store: MemoryStore, name: str) -> list[dict[str, str]]:
    """Return the attributes of the elements of that name in the item."""
    items = read_document(objects(store)["feed.xml"]).items
    item = next(item for item in items if item.value("guid") == GUID)
    return [dict(element.attributes) for element in item.all(name)]


@pytest.fixture
def store(show: ShowFolder) -> MemoryStore:
    """A store in which the show is published, an episode of it with everything elsewhere."""
    far(show)
    made = MemoryStore()
    show.publish(made)
    return made


def test_the_feed_has_every_address_as_it_is_written(store: MemoryStore) -> None:
    item = item_in(store)
    assert tags(store, "enclosure") == [{"url": AUDIO, "length": "34567890", "type": "audio/mpeg"}]
    assert (item.guid, item.link, item.image_url) == (GUID, "https://alt.example/fern", "https://alt.example/cover.jpg")
    assert item.duration == timedelta(minutes=34, seconds=12)
    assert tags(store, "podcast:transcript") == [
        {"url": "https://alt.example/t.srt", "type": "application/srt", "rel": "captions"},
        {"url": "https://alt.example/t.html", "type": "text/html", "language": "en"},
        {"url": "https://alt.example/t.json", "type": "application/json", "language": "de"},
    ]
    assert tags(store, "podcast:chapters") == [
        {"url": "https://alt.example/chapters.json", "type": "application/json+chapters"}
    ]
    assert not [p for p in check_feed(objects(store)["feed.xml"]) if "Fern" in p.message or "/item[1]" in p.field]


def test_nothing_of_it_is_an_object_of_ours(show: ShowFolder, store: MemoryStore) -> None:
    assert entry_in(store).release.blobs() == ()
    assert not [key for key in objects(store) if re.match("(audio|covers|transcripts|chapters|peaks)/fern", key)]
    assert show.publish(store, now=later(1)).plan.empty
    assert show.publisher(store, now=later(2)).run(lambda prepared: True, thorough=True) is not None
    assert ledger_in(store).by_guid()[GUID].history == entry_in(store).history


def test_the_page_plays_that_address_and_may_load_audio_from_its_host_alone(store: MemoryStore) -> None:
    for key in ("fern/index.html", "fern/embed/index.html"):
        text = page(store, key)
        assert f'src="{AUDIO.replace("&", "&amp;")}"' in text
        allowed = policy(text)
        assert allowed.pop("media-src") == ["https://cdn.example.net", "'self'", BASE]
        assert all(sources in (["'none'"], ["'self'", BASE]) for sources in allowed.values())
    for key in ("folge-1/index.html", "folge-1/embed/index.html", "index.html"):
        assert policy(page(store, key))["media-src"] == ["'self'", BASE]


def test_the_page_shows_no_picture_of_another_host_and_draws_no_waveform(store: MemoryStore) -> None:
    text = page(store)
    assert "alt.example/cover" not in text
    assert re.findall(r'<img class="cover" src="([^"]+)"', text)[0].startswith(f"{BASE}covers/cover-")
    assert 'data-peaks=""' in text
    assert "<iframe" not in re.sub(r"&lt;iframe", "", text) and "data-cues" not in text


def test_the_page_links_its_transcripts_and_keeps_an_address_of_its_own(store: MemoryStore) -> None:
    text = page(store)
    assert '<a href="https://alt.example/t.html" hreflang="en">' in text
    assert '<a href="https://alt.example/t.srt">' in text
    assert f'<link rel="canonical" href="{BASE}fern/">' in text
    described = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)[0])
    assert described["associatedMedia"]["contentUrl"] == AUDIO
    assert described["associatedMedia"]["duration"] == "PT34M12S"
    catalogue = json.loads(objects(store)["episodes.json"])
    assert [it["seconds"] for it in catalogue["episodes"] if it["guid"] == GUID] == [2052]


def test_what_nobody_knows_is_not_said(show: ShowFolder) -> None:
    far(show, facts="audio_facts: {type: audio/mpeg, bytes: 0}\n", more="")
    store = MemoryStore()
    show.publish(store)
    assert tags(store, "enclosure") == [{"url": AUDIO, "length": "0", "type": "audio/mpeg"}]
    assert tags(store, "itunes:duration") == []
    text = page(store)
    assert words_for("de").say("lasts") not in text
    assert '<p class="kicker">Folge 3 · 3. Dezember 2024</p>' in text
    assert "PT0S" not in text and "0 B" not in text
    assert item_in(store).link == f"{BASE}fern/"


def test_chapters_in_the_file_are_ours_whatever_the_audio_is(show: ShowFolder) -> None:
    far(show, more=CHAPTERS)
    store = MemoryStore()
    show.publish(store)
    (chapters,) = tags(store, "podcast:chapters")
    assert chapters["url"].removeprefix(BASE) in objects(store)
    assert [chapter.title for chapter in item_in(store).chapters] == ["Anfang", "Mut"]
    assert f'href="{AUDIO.replace("&", "&amp;")}#t=750"' in page(store)


def test_a_cover_of_the_show_elsewhere_is_for_the_feed(show: ShowFolder) -> None:
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8").replace('"cover.png"', '"https://alt.example/show.png"')
    settings.write_text(text, encoding="utf-8")
    store = MemoryStore()
    show.publish(store)
    feed = feed_in(store)
    assert {feed.show.image_url, *(item.image_url for item in feed.items)} == {"https://alt.example/show.png"}
    assert not [key for key, body in objects(store).items() if key.endswith(".html") and b"alt.example" in body]
    assert show.publish(store, now=later(1)).plan.empty


class TestChanged:
    """What becomes of a published episode whose audio moves, here or elsewhere."""

    def test_corrected_facts_are_an_ordinary_change(self, show: ShowFolder, store: MemoryStore) -> None:
        far(show, facts=FACTS.replace("34567890", "34567891"))
        (change,) = [it for it in show.publish(store, now=later(1)).plan.changes if it.kind is not Kind.SAME]
        assert (change.kind, change.fields) == (Kind.UPDATE, ("audio_facts",))
        assert item_in(store).enclosure.bytes == 34567891

    @pytest.mark.parametrize("audio", ["https://other.example/1.mp3", "audio/3.mp3"])
    def test_another_address_or_a_file_must_be_asked_for(
        self, show: ShowFolder, store: MemoryStore, audio: str
    ) -> None:
        (show.path / "audio" / "3.mp3").write_bytes(frames(50))
        far(show, facts=FACTS if "://" in audio else "", audio=audio)
        before = objects(store)["feed.xml"]
        with pytest.raises(Refused, match="its audio is another file now: 34:12, 34,567,890 bytes, https://cdn"):
            show.publish(store, now=later(1))
        assert objects(store)["feed.xml"] == before
        show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID})))
        assert item_in(store).enclosure.url.startswith("https://other" if "://" in audio else f"{BASE}audio/fern-")

    def test_a_file_of_ours_that_moves_elsewhere_must_be_asked_for_and_stays_until_it_is_tidied(
        self, show: ShowFolder, store: MemoryStore
    ) -> None:
        (show.path / "audio" / "3.mp3").write_bytes(frames(50))
        far(show, facts="", audio="audio/3.mp3")
        show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID})))
        ours = item_in(store).enclosure.url.removeprefix(BASE)
        far(show, audio="https://other.example/1.mp3")
        with pytest.raises(Refused, match="is another file now"):
            show.publish(store, now=later(2))
        show.publish(store, now=later(2), asked=Asked(replace_audio=frozenset({GUID})))
        assert item_in(store).enclosure.url == "https://other.example/1.mp3"
        assert ours in objects(store)
        settings, clock = load_settings(show.path, {})[0], lambda: datetime.now(UTC)
        tidy, _ = Tidier(settings, store, clock=clock, by="anna", grace=timedelta()).prepare()
        assert ours in {removal.key for removal in tidy.removals}

    def test_a_fix_brings_it_home_and_takes_the_facts_out_of_the_file(self, show: ShowFolder) -> None:
        far(show)
        (show.path / "audio" / "neu.mp3").write_bytes(frames(60))
        folder = ["-C", str(show.path)]
        assert run([*folder, "publish", "--yes"]) == 0
        done = run([*folder, "replace", "3", str(show.path / "audio" / "neu.mp3"), "--as", "fix", "--yes"])
        assert done == 0
        text = (show.path / "episodes" / "003-fern.md").read_text(encoding="utf-8")
        assert "audio: audio/neu.mp3\n" in text and "audio_facts" not in text
        item = item_in(FolderStore(show.path / "public"))
        assert (item.guid, item.link) == (GUID, "https://alt.example/fern")
        assert item.enclosure.url.startswith(f"{BASE}audio/fern-")
        assert run([*folder, "plan", "--exit-code"]) == 0

    def test_before_it_is_published_it_may_be_anything(self, show: ShowFolder) -> None:
        store = MemoryStore()
        show.publish(store)
        far(show)
        show.publisher(store, now=later(1)).run(lambda prepared: False)
        (show.path / "audio" / "3.mp3").write_bytes(frames(50))
        far(show, facts="", audio="audio/3.mp3")
        show.publish(store, now=later(1))
        assert item_in(store).enclosure.url.startswith(f"{BASE}audio/fern-")

    def test_it_is_withdrawn_and_restored_as_it_was(self, show: ShowFolder, store: MemoryStore) -> None:
        before = item_in(store)
        show.publish(store, now=later(1), asked=Asked(withdraw=frozenset({GUID})))
        assert GUID not in {item.guid for item in feed_in(store).items}
        show.publish(store, now=later(2), asked=Asked(restore=frozenset({GUID})))
        assert item_in(store) == before


def test_another_laptop_gets_the_text_and_no_files(show: ShowFolder, store: MemoryStore, tmp_path: Path) -> None:
    target, ledger = look_at(tmp_path / "ben", store, now=later(1), by="ben", store_words={"url": "public"})
    plan = plan_pull(target, ledger, store, Wished(every_audio=True))
    assert [arrival.path for arrival in plan.arrivals if "fern" in arrival.path] == ["episodes/003-fern.md"]
    assert not [arrival for arrival in plan.arrivals if "alt.example" in arrival.path or "cdn.example" in arrival.path]


def test_newsletters_tell_of_it_and_know_its_audio(store: MemoryStore) -> None:
    ledger = ledger_in(store)
    entry = entry_in(store)
    teaser = make_teaser(subject_of(entry, ledger), show_of(ledger.show.release))
    assert teaser.link == f"{BASE}fern/"
    assert "34" in teaser.duration
    assert teaser.cover is not None and teaser.cover.url.startswith(BASE)
    target = Places(ledger).target(AUDIO)
    assert (target.place, target.entry) == (Place.AUDIO, entry)


def test_commands_speak_of_it_as_of_any_other(
    show: ShowFolder, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    far(show)
    folder = ["-C", str(show.path)]
    assert run([*folder, "check"]) == 0
    assert run([*folder, "publish", "--yes"]) == 0
    for command in (["plan"], ["status"], ["diff"], ["list"], ["chapters", "3"], ["teaser", "3"]):
        assert run([*folder, *command]) == 0, command
    capsys.readouterr()
    assert run([*folder, "show", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["audio_here"], told["bytes"], told["enclosure"]["url"]) == (False, 34567890, AUDIO)
    assert run([*folder, "set", "3", "audio_facts.bytes=5", "audio=https://b.example/1.mp3"]) == 0
    assert "is not on this machine" not in capsys.readouterr().err
    assert run([*folder, "set", "3", "audio=audio/1.mp3"]) == 3
    assert "audio_facts: stands beside a file" in capsys.readouterr().err


def test_a_ledger_with_what_is_no_address_is_not_read(store: MemoryStore) -> None:
    body = objects(store)[".folge/ledger.json"].replace(AUDIO.encode(), b"file:///etc/passwd")
    with pytest.raises(Exception, match="the address file:///etc/passwd"):
        decode_ledger(body)


@pytest.mark.parametrize(
    ("element", "field"),
    [
        ("enclosure/@length", "audio_facts.bytes"),
        ("enclosure/@type", "audio_facts.type"),
        ("enclosure/@url", "audio"),
        ("itunes:duration", "audio_facts.duration"),
        ("link", "link"),
        ("itunes:image/@href", "cover"),
        ("podcast:chapters/@url", "chapters_url"),
    ],
)
def test_findings_about_the_feed_name_the_field_it_comes_from(store: MemoryStore, element: str, field: str) -> None:
    problem = Problem(message="is wrong", field=f"/rss/channel/item[1]/{element}")
    found = name_origin(problem, ledger_in(store), feed_in(store).items)
    assert (found.path, found.field) == ("episodes/003-fern.md", field)
