"""What is made of covers at a publish: once, the same everywhere, kept by laptops that lack the cover or have another
Pillow, and shown by the pages."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from lxml import html

from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.stores.memory import MemoryStore
from tests.episodes.picture_builders import BLUE, colours, file_of, near, opened, quarters
from tests.podcast.builders import BASE, ShowFolder, later, objects

LEDGER = ".folge/ledger.json"
OWN = "cover: own.png\n"


@pytest.fixture
def own(show: ShowFolder) -> ShowFolder:
    """A show whose first episode has a cover of its own."""
    (show.path / "own.png").write_bytes(file_of(quarters()))
    show.episode(1, more=OWN)
    return show


def ledger_in(store: MemoryStore) -> Ledger:
    return decode_ledger(objects(store)[LEDGER])


def made(store: MemoryStore) -> dict[str, bytes]:
    """The pictures in a store that are no covers themselves."""
    form = re.compile(r"-(social|600|300)-[0-9a-f]{12}\.jpg$")
    return {key: body for key, body in objects(store).items() if form.search(key)}


def without(store: MemoryStore, *keys: str) -> MemoryStore:
    """A store that holds the same except some objects."""
    other = MemoryStore()
    for stat in store.list(""):
        found = store.get(stat.key)
        if found and stat.key not in keys:
            other.put(stat.key, found.body, media_type=stat.media_type, cache_control="", expected=None)
    return other


def page(store: MemoryStore, key: str) -> html.HtmlElement:
    return html.fromstring(objects(store)[key].decode())


def graph(store: MemoryStore, key: str) -> dict[str, str]:
    found = page(store, key).findall(".//meta[@property]")
    return {str(one.get("property")): str(one.get("content")) for one in found}


def test_every_cover_gets_its_pictures(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    pictures = made(store)
    assert [key.rpartition("-")[0] for key in sorted(pictures)] == [
        f"covers/{name}-{use}" for name in ("cover", "folge-1") for use in ("300", "600", "social")
    ]
    for key, body in pictures.items():
        side = re.search(r"-(social|600|300)-", key)
        assert side
        assert opened(body).size == ((1200, 630) if side[1] == "social" else (int(side[1]), int(side[1])))
        assert key.rpartition("-")[2] == f"{hashlib.sha256(body).hexdigest()[:12]}.jpg"
    assert near(colours(pictures[next(key for key in pictures if "folge-1-300" in key)])[2], BLUE)


def test_a_second_publish_writes_nothing_and_makes_nothing(
    own: ShowFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    own.publish(store)
    shutil.rmtree(own_cache)
    assert own.publish(store, now=later(1)).plan.empty
    assert not list(own_cache.rglob("*.jpg"))


def test_the_same_show_gives_the_same_pictures_with_and_without_a_cache(own: ShowFolder, own_cache: Path) -> None:
    first, second, third = MemoryStore(), MemoryStore(), MemoryStore()
    own.publish(first)
    own.publish(second)
    shutil.rmtree(own_cache)
    own.publish(third)
    assert objects(first) == objects(second) == objects(third)


def test_a_damaged_cache_is_not_believed(own: ShowFolder, own_cache: Path) -> None:
    first, second = MemoryStore(), MemoryStore()
    own.publish(first)
    for file in own_cache.rglob("*.jpg"):
        file.write_bytes(file.read_bytes()[:-100])
    own.publish(second)
    assert made(second) == made(first)


def test_where_no_cache_can_be_kept_the_pictures_are_the_same(
    own: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, store = MemoryStore(), MemoryStore()
    own.publish(usual)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "file"))
    own.publish(store)
    assert objects(store) == objects(usual)


def test_a_cover_that_was_never_here_is_shown_itself(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    bare = json.loads(objects(store)[LEDGER]) | {"pictures": {}}
    store.put(LEDGER, json.dumps(bare).encode(), media_type="", cache_control="", expected=None)
    (own.path / "own.png").unlink()
    own.publish(store, now=later(1))
    told = graph(store, "folge-1/index.html")
    assert re.fullmatch(rf"{BASE}covers/folge-1-[0-9a-f]{{12}}\.png", told["og:image"])
    assert "og:image:width" not in told
    (shown,) = page(store, "folge-1/index.html").findall(".//img")
    assert (shown.get("src"), shown.get("srcset")) == (told["og:image"], None)


def published_by_another_pillow(store: MemoryStore) -> None:
    """Make the ledger say that the pictures were published as other bytes under other keys."""
    ledger = json.loads(objects(store)[LEDGER])
    for blobs in ledger["pictures"].values():
        for blob in blobs:
            body = b"\xff\xd8other " + blob["use"].encode()
            blob["key"] = re.sub(r"[0-9a-f]{12}\.jpg$", "0123456789ab.jpg", blob["key"])
            blob["sha256"], blob["bytes"] = "0123456789ab" + "0" * 52, len(body)
            store.put(blob["key"], body, media_type="image/jpeg", cache_control="", expected=None)
    store.put(LEDGER, json.dumps(ledger).encode(), media_type="", cache_control="", expected=None)


def test_what_another_pillow_made_of_the_same_cover_stays(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    published_by_another_pillow(store)
    own.publish(store, now=later(1))
    assert graph(store, "folge-1/index.html")["og:image"].endswith("-social-0123456789ab.jpg")
    assert own.publish(store, now=later(2)).plan.empty


def test_another_recipe_makes_them_anew(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    before = made(store)
    published_by_another_pillow(store)
    older = objects(store)[LEDGER].replace(b'"recipe": 1', b'"recipe": 0')
    assert older != objects(store)[LEDGER]
    store.put(LEDGER, older, media_type="", cache_control="", expected=None)
    own.publish(store, now=later(1))
    assert {blob.key for blob in ledger_in(store).made} == set(before)


def test_a_laptop_without_the_cover_keeps_the_pictures(own: ShowFolder, tmp_path: Path) -> None:
    store = MemoryStore()
    own.publish(store)
    before = graph(store, "folge-1/index.html")
    other = own.copy(tmp_path / "other")
    for name in ("own.png", "cover.png"):
        (other.path / name).unlink()
    other.episode(2, title="Anders")
    other.publish(store, now=later(1), by="uwe")
    assert graph(store, "folge-1/index.html") == before
    assert len(ledger_in(store).made) == 6


def test_another_cover_gets_pictures_of_its_own(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    before = graph(store, "folge-1/index.html")["og:image"]
    (own.path / "own.png").write_bytes(file_of(quarters().rotate(90)))
    own.publish(store, now=later(1))
    assert graph(store, "folge-1/index.html")["og:image"] != before
    assert len(ledger_in(store).made) == 6


def test_a_picture_deleted_by_hand_is_put_back(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    lost = sorted(made(store))[0]
    poorer = without(store, lost)
    outcome = own.publisher(poorer, now=later(1)).run(lambda prepared: True, thorough=True)
    assert outcome is not None
    assert objects(poorer)[lost] == objects(store)[lost]


def test_making_pictures_of_a_published_show_is_no_change_of_an_episode(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    earlier = json.loads(objects(store)[LEDGER])
    del earlier["pictures"]
    store = without(store, *made(store))
    store.put(LEDGER, json.dumps(earlier).encode(), media_type="", cache_control="", expected=None)
    outcome = own.publish(store, now=later(1))
    assert {change.kind.value for change in outcome.plan.changes} == {"same"}
    assert len(made(store)) == 6


def test_pages_name_the_pictures_that_are_there(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    there = {f"{BASE}{key}" for key in objects(store)}
    for key, alt, cover in (
        ("folge-1/index.html", "Mut 1", "folge-1"),
        ("folge-2/index.html", "Mut 2", "cover"),
        ("index.html", "Kommunen-Podcast", "cover"),
    ):
        told = graph(store, key)
        assert told["og:image"] in there
        assert told["og:image"].startswith(f"{BASE}covers/{cover}-social-")
        assert (told["og:image:width"], told["og:image:height"], told["og:image:alt"]) == ("1200", "630", alt)
        shown = page(store, key).findall(".//img")[0]
        assert shown.get("width") == shown.get("height") == "288"
        sources = [one.split() for one in str(shown.get("srcset")).split(",")]
        assert [width for _, width in sources] == ["300w", "600w"]
        assert {address for address, _ in sources} <= there
        assert shown.get("src") == sources[0][0]


def test_the_feed_names_the_cover_itself(own: ShowFolder) -> None:
    store = MemoryStore()
    own.publish(store)
    assert not re.search(rb"-(social|600|300)-", objects(store)["feed.xml"])
