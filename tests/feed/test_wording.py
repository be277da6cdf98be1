"""What says the same in another spelling is no difference; what a listener reads or opens is one."""

from dataclasses import replace

import pytest

from episodes.markup import Markup
from episodes.model import Appearance
from episodes.namespace import EpisodeTags, ShowTags
from feed.comparison import compare
from feed.item import Item
from feed.reader import Feed
from feed.show import Show
from tests.feed.builders import a_show, an_item


def _fields(old: Item, new: Item, *, shows: tuple[Show, Show] | None = None) -> set[str]:
    """The fields of an item that differ to an app."""
    left, right = shows or (a_show(), a_show())
    found = compare(Feed(show=left, items=(old,)), Feed(show=right, items=(new,)))
    return {difference.field for noticed in found.items for difference in noticed.differences}


def _of_show(old: Show, new: Show) -> set[str]:
    return {difference.field for difference in compare(Feed(show=old, items=()), Feed(show=new, items=())).show}


def _texts(summary: str, notes: str) -> Item:
    return an_item(summary=summary, notes_html=notes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("<p>Über <b>Mut</b></p>", ""), ("Über Mut", "<p>Über <strong>Mut</strong></p>")),
        (("Erste Zeile\nZweite", ""), ("Erste Zeile Zweite", "<p>Erste Zeile<br>\nZweite</p>")),
        (("Kurz", "<div>Lang</div>"), ("Kurz", "<p>Lang</p>\n")),
        (("Kurz", "a<br/><br/>b"), ("Kurz", "<p>a</p><p>b</p>")),
        (("Kurz", "<i><b>M</b></i>"), ("Kurz", "<strong><em>M</em></strong>")),
        (
            ("Kurz", "siehe https://a.example/b"),
            ("Kurz", '<a href="https://a.example/b">siehe https://a.example/b</a>'),
        ),
        (("Ein langer Text [&#8230;]", "<p>n</p>"), ("Ein langer Text, der geht", "<p>n</p>")),
    ],
    ids=["html to notes", "lines", "blocks", "breaks", "order of emphasis", "an address as a link", "cut short"],
)
def test_the_same_words_in_another_form_are_no_difference(old: tuple[str, str], new: tuple[str, str]) -> None:
    assert _fields(_texts(*old), _texts(*new)) == set()


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        (("Mut", ""), ("Muth", ""), {"summary"}),
        (("Mut", "<p>a</p>"), ("", "<p>a</p>"), {"summary"}),
        (("Kurz", "<p>Lang</p>"), ("Kurz", "<p>Länger</p>"), {"notes_html"}),
        (
            ("Kurz", '<a href="https://a.example/">M</a>'),
            ("Kurz", '<a href="https://b.example/">M</a>'),
            {"notes_html"},
        ),
        (("Kurz", "<p><b>M</b></p>"), ("Kurz", "<p>M</p>"), {"notes_html"}),
        (("Kurz", "<ul><li>a</li></ul>"), ("Kurz", "<p>a</p>"), {"notes_html"}),
        (("Kurz", '<p>a<img src="b"></p>'), ("Kurz", "<p>a</p>"), {"notes_html"}),
        (('<a href="https://a.example/">M</a>', ""), ("M", "<p>M</p>"), {"summary", "notes_html"}),
    ],
    ids=["words", "no summary", "notes", "a link", "emphasis", "a list", "a picture", "a lost link"],
)
def test_what_is_read_or_opened_is_a_difference(old: tuple[str, str], new: tuple[str, str], fields: set[str]) -> None:
    assert _fields(_texts(*old), _texts(*new)) == fields


def test_an_item_without_a_picture_has_that_of_its_show() -> None:
    show = a_show()
    assert _fields(an_item(image_url=""), an_item(image_url=show.image_url)) == set()
    assert _fields(an_item(image_url=""), an_item(image_url="https://a.example/b.jpg")) == {"image_url"}


def test_an_item_without_people_has_those_of_its_show() -> None:
    host, guest = Appearance(name="Anna", role="host"), Appearance(name="Uwe", role="guest")
    shows = a_show(hosts=(host,)), a_show(hosts=(host,))
    assert _fields(an_item(people=()), an_item(people=(host,)), shows=shows) == set()
    assert _fields(an_item(people=()), an_item(people=(host, guest)), shows=shows) == {"people"}


def test_a_summary_of_itunes_that_repeats_the_notes_may_go() -> None:
    def with_summary(text: str) -> Item:
        return replace(
            _texts("Kurz", "<p>Lang und breit</p>"),
            tags=EpisodeTags(extra=(Markup(name="itunes:summary", text=text),)),
        )

    bare = replace(with_summary(""), tags=EpisodeTags())
    assert _fields(with_summary("Lang und…"), bare) == set()
    assert _fields(with_summary("Anderes"), bare) == {"tags.extra"}


def test_the_case_of_a_language_and_the_date_of_a_channel_are_no_difference() -> None:
    show = a_show(
        language="de-AT", tags=ShowTags(extra=(Markup(name="pubDate", text="Fri, 01 Nov 2024 06:00:00 GMT"),))
    )
    assert _of_show(show, a_show(language="de-at", tags=ShowTags())) == set()
    assert _of_show(show, a_show(language="de", tags=ShowTags())) == {"language"}
    assert _of_show(a_show(description="a <em>b</em>"), a_show(description="a b")) == set()
