"""Players for other sites: at every address an episode had, told of by oEmbed, and gone with the episode."""

import json
from datetime import timedelta

import pytest
from lxml import html

from episodes.model import Chapter
from feed.item import Transcript
from podcast.layout import keys_below
from podcast.publishing.ledger import decode_ledger
from podcast.publishing.sitepages import own_pages
from podcast.stores import Stat
from podcast.stores.memory import MemoryStore
from podcast.website.page import Cover, Page, Picture
from podcast.website.render import Site, render_site
from podcast.website.sources import website_of
from tests.feed.builders import a_show, an_item
from tests.podcast.builders import ShowFolder, later, objects
from tests.podcast.spies import Spy

BASE = "https://cdn.example.org/"
COVER = Cover(small=tuple(Picture(url=f"{BASE}covers/c-{size}.jpg", width=size, height=size) for size in (300, 600)))


def site(**item: object) -> Site:
    page = Page(
        item=an_item(**item),  # type: ignore[arg-type]  # what each test wants otherwise
        notes="",
        topics=(),
        path="mut",
        aliases=("mut-alt", "f/1"),
        cover=COVER,
    )
    return render_site(website_of(a_show(language="de"), (page,), ("weg", "f/2"), base_url=BASE))


def oembed(rendered: Site, path: str = "mut") -> dict[str, object]:
    said = json.loads(rendered.pages[f"{path}/oembed.json"])
    assert isinstance(said, dict)
    return said


def player(rendered: Site) -> html.HtmlElement:
    (found,) = html.document_fromstring(rendered.pages["mut/index.html"]).iterfind(".//section[@class='player']")
    return found


def test_oembed_says_what_the_specification_asks_of_a_rich_one() -> None:
    said = oembed(site(title="Mut & Eid"))

    assert (said["version"], said["type"], said["title"]) == ("1.0", "rich", "Mut & Eid")
    assert (said["width"], said["height"]) == (640, 200)
    assert (said["thumbnail_url"], said["thumbnail_width"]) == (f"{BASE}covers/c-600.jpg", 600)
    assert said["provider_name"] == "Kommunen-Podcast"
    (frame,) = html.fragments_fromstring(str(said["html"]))
    assert (frame.tag, frame.get("src"), frame.get("title")) == ("iframe", f"{BASE}mut/embed/", "Mut & Eid")


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</iframe><b>"])
def test_a_hostile_title_stays_text_in_the_code_others_paste(hostile: str) -> None:
    rendered = site(title=hostile)
    (frame,) = html.fragments_fromstring(str(oembed(rendered)["html"]))
    assert (frame.tag, frame.get("title"), list(frame)) == ("iframe", hostile, [])
    assert b"<" not in rendered.pages["mut/oembed.json"]
    pasted = html.document_fromstring(rendered.pages["mut/index.html"]).xpath("//@data-code")
    assert pasted == [oembed(rendered)["html"]]


def test_a_renamed_episode_is_found_by_those_who_pasted_its_old_address() -> None:
    pages = site().pages
    assert pages["mut-alt/embed/index.html"] == pages["mut/embed/index.html"]
    assert pages["mut-alt/oembed.json"] == pages["mut/oembed.json"]
    assert not [key for key in pages if key.startswith("f/") and "embed" in key]


def test_where_an_episode_was_withdrawn_there_is_no_player_any_more() -> None:
    rendered = site()
    assert "nicht mehr verfügbar" in rendered.pages["weg/embed/index.html"].decode()
    assert oembed(rendered, "weg")["type"] == "link"
    assert b"audio" not in rendered.pages["weg/embed/index.html"]


def test_what_other_sites_show_of_a_withdrawn_episode_is_small_and_leads_out_of_its_frame() -> None:
    page = html.document_fromstring(site().pages["weg/embed/index.html"])
    links = [(link.get("href"), link.get("target")) for link in page.iter("a")]
    assert links == [(BASE, "_top")]
    assert page.find(".//nav") is None
    assert page.findtext(".//h1") == "Diese Folge ist nicht mehr verfügbar."


def test_the_transcript_that_is_read_along_is_that_of_the_page_people_read() -> None:
    def forms(language: str) -> tuple[Transcript, ...]:
        kinds = {"html": "text/html", "json": "application/json"}
        return tuple(
            Transcript(url=f"{BASE}transcripts/{language}.{ending}", media_type=kind, language=language)
            for ending, kind in kinds.items()
        )

    text = site(transcripts=(*forms("de")[1:], *forms("en"))).pages["mut/index.html"]
    (details,) = html.document_fromstring(text).iterfind(".//details")
    assert details.get("data-cues") == f"{BASE}transcripts/en.json"
    assert [frame.get("src") for frame in details.iter("iframe")] == [f"{BASE}transcripts/en.html"]


def test_a_transcript_without_times_is_shown_in_its_frame_alone() -> None:
    page = Transcript(url=f"{BASE}transcripts/de.html", media_type="text/html", language="de")
    text = site(transcripts=(page,)).pages["mut/index.html"].decode()
    assert "<iframe" in text
    assert "data-cues" not in text


@pytest.mark.parametrize(
    ("kinds", "tag"),
    [
        (("text/html", "application/json"), "div"),
        (("text/html",), "div"),
        (("application/json",), "p"),
        (("text/plain",), "p"),
        ((), ""),
    ],
)
def test_there_is_one_place_for_links_to_the_transcript_and_something_to_see_there(
    kinds: tuple[str, ...], tag: str
) -> None:
    transcripts = tuple(Transcript(url=f"{BASE}transcripts/{at}", media_type=kind) for at, kind in enumerate(kinds))
    text = site(transcripts=transcripts).pages["mut/index.html"]
    places = html.document_fromstring(text).findall(".//*[@id='transcript']")
    assert [place.tag for place in places] == [tag] * bool(tag)
    assert all(place.find(".//summary") is not None or len(place.findall("a")) > 1 for place in places)


def test_chapters_tell_scripts_where_they_begin_and_end() -> None:
    chapters = (
        Chapter(start=timedelta(0), title="Begrüßung", end=timedelta(seconds=59.25)),
        Chapter(start=timedelta(seconds=61.5), title=""),
        Chapter(start=timedelta(hours=1), title="Eid"),
    )
    text = site(chapters=chapters).pages["mut/index.html"]
    rows = html.document_fromstring(text).iterfind(".//ol[@class='chapters']/li")
    assert [(row.get("data-start"), row.get("data-end")) for row in rows] == [("0", "59.25"), ("3600", "")]


def test_a_page_knows_how_long_its_sound_is_before_anything_is_loaded() -> None:
    assert player(site(duration=timedelta(minutes=34, seconds=10.5))).get("data-length") == "2050.5"


def test_a_page_with_everything_is_light() -> None:
    chapters = tuple(Chapter(start=timedelta(minutes=n), title=f"Kapitel {n} mit Überschrift") for n in range(30))
    rendered = site(chapters=chapters)
    page = rendered.pages["mut/index.html"]
    files = [body for key, body in rendered.statics.items() if key.encode() in page]
    assert len(files) == 4
    assert len(page) + sum(map(len, files)) < 60_000


class Asked(Spy):
    """A store that notes which keys somebody looked at."""

    def __init__(self, inner: MemoryStore) -> None:
        super().__init__(inner)
        self.keys: list[str] = []

    def stat(self, key: str) -> Stat | None:
        self.keys.append(key)
        return super().stat(key)


def test_a_new_episode_is_one_question_to_the_store_and_not_three(show: ShowFolder) -> None:
    store = MemoryStore()
    show.publish(store)
    show.episode(3)
    asked = Asked(store)
    show.publish(asked, now=later(1))

    assert "folge-3/index.html" in asked.keys
    assert not [key for key in asked.keys if "embed" in key]
    ledger = decode_ledger(objects(store)[".folge/ledger.json"])
    assert set(keys_below("folge-3")) <= own_pages(ledger) & objects(store).keys()
