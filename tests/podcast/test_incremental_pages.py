"""Only pages that show what changed are rendered and written, and none is ever again what it was before."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.cache import cache_folder
from podcast.layout import LEDGER
from podcast.publishing.artifacts import lay_out
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.stores.memory import MemoryStore
from podcast.website.render import Renderer
from podcast.website.sources import Sheet
from tests.podcast.builders import GUID_1, ShowFolder, later, make_show, objects, undated
from tests.podcast.spies import Spy

MUT = "topics/mut/index.html"


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the keys of pages as they are rendered."""
    keys: list[str] = []
    render = Renderer.render

    def told(renderer: Renderer, sheet: Sheet, changed: datetime | None = None) -> bytes:
        keys.append(sheet.key)
        return render(renderer, sheet, changed)

    monkeypatch.setattr(Renderer, "render", told)
    yield keys


def written(show: ShowFolder, store: MemoryStore, hours: int, asked: Asked | None = None) -> set[str]:
    """Publish; return the pages that were written."""
    spy = Spy(store)
    show.publish(spy, now=later(hours), asked=asked)
    return {key for key in spy.written if key.endswith((".html", "sitemap.xml"))}


def test_of_sixty_episodes_a_title_is_rendered_and_written_where_it_is_shown(
    tmp_path: Path, rendered: list[str]
) -> None:
    show = make_show(tmp_path / "show", 0)
    show.publish_files_as_they_are()
    for number in range(1, 61):
        _dated(show, number)
    store = MemoryStore()
    show.publish(store)
    assert len(rendered) == len(set(rendered)) > 120
    rendered.clear()
    _dated(show, 30, title="Besser")

    pages = written(show, store, 1)

    around = {f"folge-{number}/index.html" for number in (29, 30, 31)}
    lists = {"f/30/index.html", "archive/2024/index.html", "people/anna-beispiel/index.html"}
    apart = {"folge-30/embed/index.html", "folge-30/oembed.json", "kit/folge-30.json", "episodes.json"}
    assert pages == {key for key in around | lists | apart if key.endswith(".html")}
    assert sorted(rendered) == sorted(around | lists | apart)

    rendered.clear()
    assert show.publish(store, now=later(2)).plan.empty
    assert not rendered


def _dated(show: ShowFolder, number: int, title: str = "") -> None:
    day = f"2024-{1 + number // 28:02}-{1 + number % 28:02} 06:00"
    show.episode(number, title=title, published=day, guid=f"{number:08}-aaaa-4bbb-8ccc-000000000000")


@pytest.mark.parametrize("state", ["gone", "damaged"])
def test_with_and_without_what_is_kept_of_pages_the_same_is_published(tmp_path: Path, state: str) -> None:
    stores = MemoryStore(), MemoryStore()
    for store, keeps in zip(stores, (True, False), strict=True):
        show = make_show(tmp_path / f"{keeps}", 3)
        show.publish_files_as_they_are()
        for step, (title, topic) in enumerate((("", "Mut"), ("Anders", "Wut"), ("", "Mut"))):
            show.episode(2, title=title, more=f"topics: [{topic}]\n")
            kept = cache_folder(show.path) / "pages.sqlite3"
            if not keeps and state == "gone":
                kept.unlink(missing_ok=True)
            elif not keeps:
                kept.write_bytes(b"no database" * 1000)
            show.publish(store, now=later(step))
            assert kept.is_file()

    first, second = ({key: body for key, body in objects(store).items() if _is_page(key)} for store in stores)
    assert first == second


def _is_page(key: str) -> bool:
    return key.endswith((".html", ".xml")) and not key.startswith("transcripts/")


def test_a_list_that_goes_and_comes_back_has_other_bytes_each_time(show: ShowFolder) -> None:
    store = MemoryStore()
    seen = []
    for step in range(4):
        show.episode(1, more="topics: [Mut]\n" if step % 2 == 0 else "")
        show.publish(store, now=later(0), asked=Asked(mine=frozenset({GUID_1})))
        seen.append(objects(store))

    lists = [each[MUT] for each in seen]
    assert len(set(lists)) == 4
    assert undated(lists[0]) == undated(lists[2])
    assert b"Mut 1" in lists[0]
    assert b"Mut 1" not in lists[1]
    assert "Diese Seite gibt es nicht mehr." in lists[1].decode()
    assert undated(lists[1]) == undated(lists[3])
    for key in ("index.html", "sitemap.xml", "folge-1/index.html"):
        assert len({each[key] for each in seen}) == 4, key


def test_a_list_that_goes_is_replaced_also_where_it_was_never_written(show: ShowFolder) -> None:
    store = MemoryStore()
    show.episode(1, more="topics: [Mut]\n")
    show.publish(store)
    store.delete(MUT)  # as where a producer stopped before it was written, and may still write it
    show.episode(1)

    show.publish(store, now=later(1), asked=Asked(mine=frozenset({GUID_1})))

    assert b"Mut 1" not in objects(store)[MUT]


def test_a_template_of_the_show_sees_what_changed_elsewhere(show: ShowFolder) -> None:
    settings = show.path / "podcast.toml"
    settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[site]\ntemplates = "site"\n', encoding="utf-8")
    (show.path / "site").mkdir()
    (show.path / "site" / "404.html").write_text(
        "<!-- made by folge -->{% for page in website.pages %}{{ page.item.title }},{% endfor %}", encoding="utf-8"
    )
    store = MemoryStore()
    show.publish(store)
    show.episode(1, title="Besser")

    assert "404.html" in written(show, store, 1)
    assert objects(store)["404.html"] == b"<!-- made by folge -->Mut 2,Besser,"


def test_a_page_takes_a_line_of_a_hundred_and_twenty_bytes_in_the_ledger(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    body = objects(store)[LEDGER]

    lines = [line for line in body.splitlines() if re.match(rb'"[^"]+\.(html|xml|txt|json)":\["', line)]

    ledger = decode_ledger(body)
    assert len(lines) == len(ledger.pages) > 10
    assert max(map(len, lines)) <= 120
    assert encode_ledger(ledger) == body
    assert lay_out(ledger)[0] == ledger


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (".folge/ledger.json", ["0123456789abcdef", "2024-12-10T12:00:00Z"]),
        ("audio/1.mp3", ["0123456789abcdef", "2024-12-10T12:00:00Z"]),
        ("../index.html", ["0123456789abcdef", "2024-12-10T12:00:00Z"]),
        ("index.html", ["0123", "2024-12-10T12:00:00Z"]),
        ("index.html", ["0123456789abcdef", "2024-12-10T12:00:00"]),
        ("index.html", ["0123456789abcdef"]),
    ],
)
def test_a_ledger_with_pages_that_cannot_be_is_damaged(show: ShowFolder, key: str, state: list[str]) -> None:
    store = MemoryStore()
    show.publish(store)
    ledger = json.loads(objects(store)[LEDGER])
    ledger["pages"] = {key: state}

    with pytest.raises(UserError, match="damaged"):
        decode_ledger(json.dumps(ledger).encode())
