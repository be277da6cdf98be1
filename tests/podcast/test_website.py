"""Pages: right words in the show's language, hostile text harmless, the same items the same bytes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from lxml import html

from episodes.model import Appearance, Chapter, Recording
from feed.item import Item
from podcast.website.page import Page
from podcast.website.render import Site, render_site
from podcast.website.sources import website_of
from podcast.website.words import words_for
from tests.feed.builders import a_show, an_item

BASE = "https://cdn.example.org/"


ITEM = an_item(
    title="Weg mit der Agilität",
    number=2,
    duration=timedelta(minutes=34, seconds=10),
    published=datetime(2024, 6, 6, 4, 0, tzinfo=UTC),
    people=(Appearance(name="Uwe Schneidewind", function="Oberbürgermeister", organisation="Stadt Wuppertal"),),
    recording=Recording(occasion="K360-Festival 2024", place="Berlin"),
)


def page(
    *,
    item: Item = ITEM,
    notes: str = "Für *Leser:innen*",
    topics: tuple[str, ...] = ("Mut",),
    path: str = "agil",
    aliases: tuple[str, ...] = ("f/2",),
) -> Page:
    return Page(item=item, notes=notes, topics=topics, path=path, aliases=aliases)


def site(*pages: Page, language: str = "de") -> Site:
    return render_site(website_of(a_show(language=language), pages, base_url=BASE))


def words_of(page: str) -> str:
    """The text of a page, as it is read."""
    return " ".join(html.tostring(html.document_fromstring(page.encode()), method="text", encoding="unicode").split())


def test_an_episode_page_says_who_when_and_where_in_german() -> None:
    text = site(page()).pages["agil/index.html"].decode()

    assert "Folge 2 · 6. Juni 2024 · 34 Min." in text
    assert "Uwe Schneidewind, Oberbürgermeister, Stadt Wuppertal" in words_of(text)
    assert "Aufgenommen beim K360-Festival 2024, Berlin" in text
    assert "<em>Leser:innen</em>" in text
    assert '<html lang="de">' in text


def test_the_same_page_in_english_and_in_a_language_without_words() -> None:
    for language in ("en-gb", "fi"):
        text = site(page(), language=language).pages["agil/index.html"].decode()
        assert "Episode 2 · 6 June 2024 · 34 min" in text


def test_the_languages_have_the_same_sentences() -> None:
    german, english = words_for("de"), words_for("en")

    assert german.sentences.keys() == english.sentences.keys()
    assert len(german.months) == len(english.months) == 12


def test_the_player_loads_nothing_before_it_is_pressed() -> None:
    text = site(page()).pages["agil/index.html"].decode()

    assert 'preload="none"' in text
    assert "autoplay" not in text


def test_a_short_link_leads_to_the_page() -> None:
    item = page().item

    assert f"0; url={item.link}" in site(page()).pages["f/2/index.html"].decode()


def test_chapters_are_listed_with_their_times() -> None:
    chapters = (
        Chapter(start=timedelta(), title="Begrüßung"),
        Chapter(start=timedelta(seconds=61), title=""),
        Chapter(start=timedelta(hours=1, minutes=2, seconds=3), title="Mut & Eid", link="https://wuppertal.example/"),
    )
    text = site(page(item=an_item(chapters=chapters))).pages["agil/index.html"]
    (listed,) = html.document_fromstring(text).iterfind(".//ol[@class='chapters']")

    rows = [html.tostring(row, method="text", encoding="unicode").split() for row in listed]
    assert rows == [["0:00", "Begrüßung"], ["1:02:03", "Mut", "&", "Eid", "mehr", "dazu"]]
    audio = page().item.enclosure.url
    assert [link.get("href") for link in listed.iter("a")] == [
        f"{audio}#t=0",
        f"{audio}#t=3723",
        "https://wuppertal.example/",
    ]


def test_a_chapter_is_told_with_the_second_it_begins_in() -> None:
    late = Chapter(start=timedelta(seconds=5.5), title="Mut")
    text = site(page(item=an_item(chapters=(late,)))).pages["agil/index.html"].decode()
    assert '#t=5.5"><span>0:05</span> <span class="title">Mut</span>' in text


def test_an_episode_without_chapters_has_no_list_of_them() -> None:
    assert "Kapitel" not in site(page()).pages["agil/index.html"].decode()


def test_a_transcript_says_its_language() -> None:
    text = site(page()).pages["agil/index.html"]

    assert [link.text for link in html.document_fromstring(text).iterfind(".//a[@hreflang='de']")] == ["Abschrift"]


def _is_our_script(tag: str, attributes: Mapping[str, str | None]) -> bool:
    return tag == "script" and (attributes.get("src") or "").startswith(f"{BASE}static/")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag, attrs) != ("script", [("type", "application/ld+json")]) and not _is_our_script(tag, dict(attrs)):
            self.seen.append(tag)
        assert ("src", "x") not in attrs
        for name, value in attrs:
            assert not name.startswith("on")
            assert not (value or "").startswith("javascript:")


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><b>"])
def test_hostile_text_stays_text(hostile: str) -> None:
    guest = Appearance(name=hostile, function=hostile, organisation=hostile, link="javascript:alert(1)")
    chapter = Chapter(start=timedelta(), title=hostile, link="javascript:alert(1)")
    recording = Recording(occasion=hostile)
    item = an_item(title=hostile, summary=hostile, people=(guest,), recording=recording, chapters=(chapter,))
    rendered = site(page(item=item, notes=hostile, topics=(hostile,)))

    for body in (*rendered.pages.values(), *rendered.indexes.values()):
        tags = _Tags()
        tags.feed(body.decode())
        assert "script" not in tags.seen


def test_pages_are_the_same_bytes_whatever_the_order() -> None:
    one, two = page(), page(item=an_item(guid="zwei", title="Zwei"), path="zwei", aliases=())

    assert site(one, two) == site(two, one)
    assert site(one) == site(one)


@pytest.mark.parametrize(
    ("language", "recording", "said"),
    [
        ("de", Recording(on=date(2024, 6, 12)), "Aufgenommen am 12. Juni 2024"),
        ("de", Recording(on=date(2024, 6, 12), place="Berlin"), "Aufgenommen in Berlin, 12. Juni 2024"),
        (
            "de",
            Recording(on=date(2024, 6, 12), occasion="K360-Festival", place="Berlin", remark="im Freien & bei Regen"),
            "Aufgenommen beim K360-Festival, Berlin, 12. Juni 2024 im Freien & bei Regen",
        ),
        (
            "en",
            Recording(on=date(2024, 6, 12), occasion="K360-Festival", place="Berlin", remark="outdoors"),
            "Recorded at K360-Festival, Berlin, 12 June 2024 outdoors",
        ),
        ("en", Recording(occasion="K360-Festival", remark="outdoors"), "Recorded at K360-Festival outdoors"),
        ("en", Recording(remark="outdoors"), "outdoors"),
        ("en", Recording(), ""),
    ],
)
def test_a_page_says_where_and_when_an_episode_was_recorded_and_what_is_remarked(
    language: str, recording: Recording, said: str
) -> None:
    written = site(page(item=an_item(recording=recording)), language=language).pages["agil/index.html"]
    facts = html.document_fromstring(written).findall(".//article/header//p[@class='facts']")
    assert " ".join("".join(map(str, fact.itertext())) for fact in facts) == said
