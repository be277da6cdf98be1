"""What feedgen 1.0.0 gets wrong, measured (`reference: traps`); each test fails where a trap reaches our feed."""

from datetime import datetime, timedelta, tzinfo

import feedgen.feed
import pytest

from episodes.problems import ProblemsFound
from feed.document import Element, read_document
from feed.item import Enclosure
from feed.show import Category
from tests.feed.builders import a_feed, a_show, an_item


def channel_of(body: bytes) -> Element:
    return read_document(body).channels[0]


@pytest.mark.parametrize(("explicit", "written"), [(True, "true"), (False, "false")])
def test_explicit_is_true_or_false_not_yes_or_no(explicit: bool, written: str) -> None:
    channel = channel_of(a_feed(an_item(explicit=explicit), show=a_show(explicit=explicit)))
    assert channel.value("itunes:explicit") == written
    assert channel.all("item")[0].value("itunes:explicit") == written


@pytest.mark.parametrize("ending", [".jpeg", ".JPG", ".jpg?v=2", ".png", ""])
def test_a_picture_is_published_whatever_its_address_ends_in(ending: str) -> None:
    url = f"https://kommunen-podcast.example/cover{ending}"
    channel = channel_of(a_feed(an_item(image_url=url), show=a_show(image_url=url)))
    assert channel.all("itunes:image")[0].get("href") == url
    assert channel.all("image")[0].value("url") == url
    assert channel.all("item")[0].all("itunes:image")[0].get("href") == url


def test_a_duration_with_a_fraction_is_rounded() -> None:
    item = channel_of(a_feed(an_item(duration=timedelta(seconds=1231.08)))).all("item")[0]
    assert item.value("itunes:duration") == "1231"


def test_the_link_of_the_channel_is_the_website_and_not_the_feed() -> None:
    channel = channel_of(a_feed())
    assert channel.value("link") == "https://kommunen-podcast.example/"


class _Likeness(type):
    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, datetime)


class LaterClock(datetime, metaclass=_Likeness):
    """A `datetime` whose clock stands years later."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "LaterClock":
        return cls(2031, 1, 1, 12, tzinfo=tz)


def test_the_time_of_building_is_not_in_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = a_feed()
    monkeypatch.setattr("feedgen.feed.datetime", LaterClock)
    monkeypatch.setattr("feedgen.entry.datetime", LaterClock)
    plain = feedgen.feed.FeedGenerator()
    plain.title("a")
    plain.link(href="b")
    plain.description("c")
    assert b" 2031 " in plain.rss_str()
    assert a_feed() == first


def test_the_first_item_given_is_not_the_last_in_the_feed() -> None:
    channel = channel_of(a_feed(an_item(3), an_item(2), an_item(1)))
    assert [item.value("itunes:episode") for item in channel.all("item")] == ["3", "2", "1"]


def test_a_time_without_a_zone_is_refused_in_words() -> None:
    naive = datetime(2024, 6, 1, 6)  # noqa: DTZ001 - a time without a zone is the case
    with pytest.raises(ProblemsFound, match="has no time zone"):
        a_feed(an_item(published=naive))


def test_a_control_character_from_a_tag_does_not_stop_the_feed() -> None:
    show = a_show(title="Kommunen\x00-Podcast", description="a\x0bb", author="\x1bAnna", owner_name="A\x07")
    item = an_item(title="Diensteid\x00", summary="a\x08b", notes_html="<p>\x0c</p>")
    channel = channel_of(a_feed(item, show=show))
    assert channel.value("title") == "Kommunen-Podcast"
    assert channel.all("item")[0].value("title") == "Diensteid"
    assert channel.all("item")[0].value("content:encoded") == "<p></p>"


def test_the_address_of_the_audio_is_percent_encoded() -> None:
    enclosure = Enclosure(url="https://kommunen-podcast.example/a b ü.mp3", bytes=1, media_type="audio/mpeg")
    item = channel_of(a_feed(an_item(enclosure=enclosure))).all("item")[0]
    assert item.all("enclosure")[0].get("url") == "https://kommunen-podcast.example/a%20b%20%C3%BC.mp3"


def test_audio_of_less_than_no_bytes_is_refused() -> None:
    enclosure = Enclosure(url="https://kommunen-podcast.example/a.mp3", bytes=-1, media_type="audio/mpeg")
    with pytest.raises(ProblemsFound, match="has -1 bytes"):
        a_feed(an_item(enclosure=enclosure))


def test_episode_zero_does_not_vanish_without_a_word() -> None:
    with pytest.raises(ProblemsFound, match=r"number of .* is 0"):
        a_feed(an_item(number=0))


def test_the_podcast_namespace_is_on_channel_and_item() -> None:
    channel = channel_of(a_feed())
    assert channel.value("podcast:locked") == "yes"
    assert channel.all("item")[0].value("podcast:season") == "2"


def test_categories_keep_their_order_and_are_not_merged() -> None:
    categories = (
        Category(name="Arts", subcategory="Food"),
        Category(name='News "today"'),
        Category(name="Arts", subcategory="Design"),
        Category(name="Arts"),
    )
    written = channel_of(a_feed(show=a_show(categories=categories))).all("itunes:category")
    assert [(outer.get("text"), *(inner.get("text") for inner in outer.children)) for outer in written] == [
        ("Arts", "Food"),
        ('News "today"',),
        ("Arts", "Design"),
        ("Arts",),
    ]


def test_an_owner_may_have_an_address_and_no_name() -> None:
    owner = channel_of(a_feed(show=a_show(owner_name=""))).all("itunes:owner")[0]
    assert [(child.name, child.text) for child in owner.children] == [("itunes:email", "post@kommunen-podcast.example")]


def test_feedgen_leaves_no_mark_of_itself() -> None:
    body = a_feed()
    assert b"feedgen" not in body
    assert b"<docs>" not in body
    assert b"<generator>folge</generator>" in body
