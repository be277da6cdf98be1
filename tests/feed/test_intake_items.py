"""What items of other hands say is read as it is meant, left out with the reason, or named: one table of values."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from feed.intake import Intake, take_in
from feed.item import Item
from feed.remarks import Remark
from tests.feed.dirty import AUDIO, a_dirty_feed, an_item

BERLIN = ZoneInfo("Europe/Berlin")
M4A = AUDIO.replace("1.mp3", "1.m4a").replace("mpeg", "x-m4a")
PICTURE = '<enclosure url="https://a.example/1.jpg" length="7" type="image/jpeg"/>'


def taken(body: str, url: str = "") -> Intake:
    return take_in(body.encode(), url, zone=BERLIN)


def enclosed(**changes: str) -> str:
    """An item whose enclosure has other attributes; those without a value are not there."""
    given = {"url": "https://a.example/1.mp3", "length": "1000", "type": "audio/mpeg"} | changes
    attributes = "".join(f' {name}="{value}"' for name, value in given.items() if value)
    return an_item(audio=f"<enclosure{attributes}/>")


def more(markup: str) -> str:
    return an_item(more=markup)


Field = Callable[[Item], object]


def _guid(item: Item) -> object:
    return item.guid


def _url(item: Item) -> object:
    return item.enclosure.url


def _bytes(item: Item) -> object:
    return item.enclosure.bytes


def _type(item: Item) -> object:
    return item.enclosure.media_type


def _seconds(item: Item) -> object:
    return item.duration.total_seconds()


def _link(item: Item) -> object:
    return item.link


def _image(item: Item) -> object:
    return item.image_url


def _number(item: Item) -> object:
    return item.number


def _title(item: Item) -> object:
    return item.title


VALUES: list[tuple[str, Field, object, list[Remark]]] = [
    (an_item(guid=""), _guid, "https://a.example/1.mp3", [Remark.GUID]),
    (an_item(guid="<guid> </guid>"), _guid, "https://a.example/1.mp3", [Remark.GUID]),
    (an_item(guid="<guid> 007 </guid>"), _guid, "007", []),
    (an_item(guid="<guid>a b  c</guid>"), _guid, "a b  c", []),
    (an_item(guid=f"<guid>{'g' * 256}</guid>"), _guid, "g" * 256, [Remark.GUID_LONG]),
    (an_item(guid="<guid>https://a.example/eins</guid>"), _link, "https://a.example/eins", []),
    (an_item(guid='<guid isPermaLink="false">https://a.example/eins</guid>'), _link, "", []),
    (an_item(guid='<guid isPermaLink="true">g-1</guid>'), _link, "", []),
    (an_item(title=""), _title, "Mut", [Remark.TITLE]),
    (an_item(title="", notes=""), _title, "1.mp3", [Remark.TITLE]),
    (an_item(title="<title>A  B\nC</title>"), _title, "A B C", []),
    (an_item(title="<title>Q&amp;amp;A</title>"), _title, "Q&amp;A", [Remark.TITLE_ENTITIES]),
    (an_item(audio=AUDIO + M4A), _url, "https://a.example/1.mp3", [Remark.ENCLOSURES]),
    (
        an_item(audio=AUDIO + M4A),
        lambda item: item.alternates[0].sources[0].url,
        "https://a.example/1.m4a",
        [Remark.ENCLOSURES],
    ),
    (an_item(audio=PICTURE + AUDIO), _url, "https://a.example/1.mp3", [Remark.ENCLOSURES]),
    (an_item(audio=AUDIO + AUDIO), _url, "https://a.example/1.mp3", []),
    (
        more('<media:content url="https://b.example/1.mp3" type="audio/mpeg"/>'),
        _url,
        "https://a.example/1.mp3",
        [Remark.MEDIA],
    ),
    (more('<media:content url="https://a.example/1.mp3" type="audio/mpeg"/>'), _url, "https://a.example/1.mp3", []),
    (
        an_item(audio='<media:content url="https://b.example/1.mp3" type="audio/mpeg" fileSize="7"/>'),
        _bytes,
        7,
        [Remark.MEDIA],
    ),
    (enclosed(length="0"), _bytes, 0, [Remark.LENGTH]),
    (enclosed(length=""), _bytes, 0, [Remark.LENGTH]),
    (enclosed(length="12 MB"), _bytes, 0, [Remark.LENGTH]),
    (enclosed(length="-1"), _bytes, 0, [Remark.LENGTH]),
    (enclosed(length=" 1000 "), _bytes, 1000, []),
    (enclosed(length="9" * 17), _bytes, 0, [Remark.LENGTH]),
    (enclosed(type=""), _type, "audio/mpeg", [Remark.TYPE]),
    (enclosed(type="application/octet-stream", url="https://a.example/1.m4a?x=1"), _type, "audio/x-m4a", [Remark.TYPE]),
    (enclosed(type="", url="https://a.example/hear"), _type, "audio/mpeg", [Remark.TYPE]),
    (enclosed(type="audio/mp3"), _type, "audio/mp3", []),
    (enclosed(url=" https://a.example/1.mp3&#10;"), _url, "https://a.example/1.mp3", []),
    (enclosed(url="https://a.example/1 2.mp3"), _url, "https://a.example/1%202.mp3", [Remark.ADDRESS]),
    (enclosed(url="1.mp3"), _url, "https://a.example/d/1.mp3", [Remark.ADDRESS]),
    (enclosed(url="//c.example/1.mp3"), _url, "https://c.example/1.mp3", [Remark.ADDRESS]),
    (enclosed(url="www.c.example/1.mp3"), _url, "https://www.c.example/1.mp3", [Remark.ADDRESS]),
    (enclosed(url="https://u:p@a.example/1.mp3"), _url, "https://u:p@a.example/1.mp3", [Remark.ADDRESS]),
    (enclosed(url="HTTPS://A.example/1.mp3"), _url, "HTTPS://A.example/1.mp3", []),
    (
        enclosed(url="1.mp3").replace("<item>", '<item xml:base="https://c.example/e/">'),
        _url,
        "https://c.example/e/1.mp3",
        [Remark.ADDRESS],
    ),
    (more("<link>eins/</link>"), _link, "https://a.example/d/eins/", [Remark.ADDRESS]),
    (more("<link>c.example/eins</link>"), _link, "https://c.example/eins", [Remark.ADDRESS]),
    (more("<link>javascript:alert(1)</link>"), _link, "", [Remark.ADDRESS]),
    (more('<itunes:image href="c.png"/>'), _image, "https://a.example/d/c.png", [Remark.ADDRESS]),
    (more("<itunes:image>https://a.example/c.png</itunes:image>"), _image, "https://a.example/c.png", [Remark.IMAGE]),
    (more('<itunes:image url="https://a.example/c.png"/>'), _image, "https://a.example/c.png", [Remark.IMAGE]),
    (more("<itunes:episode>3a</itunes:episode>"), _number, None, [Remark.NUMBER]),
    (more("<itunes:episode>-3</itunes:episode>"), _number, None, [Remark.NUMBER]),
    (more("<itunes:episodeType>extra</itunes:episodeType>"), lambda item: item.kind.value, "full", [Remark.WORD]),
    (more("<itunes:explicit>vielleicht</itunes:explicit>"), lambda item: item.explicit, False, [Remark.WORD]),
    (more("<itunes:explicit>Yes</itunes:explicit>"), lambda item: item.explicit, True, []),
    (
        an_item(notes="", more="<itunes:summary>Mut</itunes:summary>"),
        lambda item: item.summary,
        "Mut",
        [Remark.DESCRIPTION],
    ),
    (more("<description>anders</description>"), lambda item: item.summary, "Mut", [Remark.TWICE]),
    (
        more("<podcast:person></podcast:person><podcast:person>Anna</podcast:person>"),
        lambda item: [one.name for one in item.people],
        ["Anna"],
        [Remark.PERSON],
    ),
    (
        more('<podcast:transcript type="text/vtt"/><podcast:transcript url="t.vtt" type="text/vtt"/>'),
        lambda item: [one.url for one in item.transcripts],
        ["https://a.example/d/t.vtt"],
        [Remark.TRANSCRIPT, Remark.ADDRESS],
    ),
    (
        more('<psc:chapters><psc:chapter start="0:00" title="A"/><psc:chapter start="x" title="B"/></psc:chapters>'),
        lambda item: [one.title for one in item.chapters],
        ["A"],
        [Remark.CHAPTERS],
    ),
    (
        an_item(date="<dc:date>2024-06-02T06:00:00Z</dc:date>"),
        lambda item: item.published.isoformat(),
        "2024-06-02T06:00:00+00:00",
        [Remark.DATE_ELSEWHERE],
    ),
    (
        an_item(date="<pubDate>Sun, 02 Jun 2024 06:00:00</pubDate>"),
        lambda item: item.published.isoformat(),
        "2024-06-02T06:00:00+02:00",
        [Remark.DATE_ZONE],
    ),
    *(
        (more(f"<itunes:duration>{text}</itunes:duration>"), _seconds, seconds, [])
        for text, seconds in (
            ("1:02:03", 3723),
            ("62:03", 3723),
            ("3723", 3723),
            ("3723.4", 3723),
            ("1h2m", 3720),
            ("1 Std. 2 Min.", 3720),
            ("PT1H2M3S", 3723),
            ("62 min", 3720),
            ("1:02:03.9", 3724),
            ("", 0),
            ("0", 0),
        )
    ),
    *(
        (more(f"<itunes:duration>{text}</itunes:duration>"), _seconds, seconds, [Remark.DURATION])
        for text, seconds in (("lang", 0), ("-3", 0), ("1:2:3:4", 0), ("3723000", 3723000), ("https://a.example/1", 0))
    ),
]


@pytest.mark.parametrize(("item", "field", "value", "said"), VALUES, ids=range(len(VALUES)))
def test_a_value_is_read_as_it_is_meant_and_named_where_that_took_a_guess(
    item: str, field: Field, value: object, said: list[Remark]
) -> None:
    intake = taken(a_dirty_feed(item), "https://a.example/d/feed.xml")
    (read,) = intake.feed.items
    assert field(read) == value
    assert {problem.rule for problem in intake.problems} == set(map(str, said))


LEFT_OUT = {
    "no enclosure": (an_item(audio=""), "it has no enclosure"),
    "an empty address": (enclosed(url=" "), "its enclosure has no address"),
    "a picture": (
        an_item(audio=PICTURE),
        "its enclosure 'https://a.example/1.jpg' is 'image/jpeg', neither audio nor video",
    ),
    "a file": (enclosed(url="file:///etc/passwd"), "is an address of 'file', which no app fetches"),
    "no date": (an_item(date=""), "it has no date"),
    "an impossible day": (an_item(date="<pubDate>Sun, 31 Feb 2024 06:00:00 +0000</pubDate>"), "is not on the calendar"),
    "day and month": (an_item(date="<pubDate>06/02/2024 06:00</pubDate>"), "which is the day and which the month"),
    "no date at all": (an_item(date="<pubDate>gestern</pubDate>"), "its pubDate 'gestern' is not a date"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_an_item_that_cannot_be_an_episode_is_left_out_whole_and_with_the_reason(name: str) -> None:
    item, why = LEFT_OUT[name]
    intake = taken(a_dirty_feed(item, an_item(guid="<guid>g-2</guid>")))
    assert [read.guid for read in intake.feed.items] == ["g-2"]
    (left,) = intake.left_out
    assert why in left.why
    assert (left.title, left.guid, left.line) == ("Eins", "g-1", 8)
    assert left.xml.startswith("<item><title>Eins</title>")
    assert why in intake.problems[0].message


def test_a_guid_of_two_items_is_that_of_the_first_and_both_are_named() -> None:
    intake = taken(a_dirty_feed(an_item(), an_item(title="<title>Zwei</title>")))
    assert [item.title for item in intake.feed.items] == ["Eins"]
    (left,) = intake.left_out
    assert (left.title, left.why) == ("Zwei", "its guid 'g-1' is that of line 8, and apps show one of them")
    assert [problem.rule for problem in intake.problems] == [Remark.GUID_TWICE]


def test_a_relative_address_without_a_base_is_left_out_and_said() -> None:
    intake = taken(a_dirty_feed(enclosed(url="1.mp3"), link="index.html"))
    assert "is relative to an address that the feed does not tell" in intake.left_out[0].why


SHOWS: list[tuple[str, str, object, list[Remark]]] = [
    ("<language>de_AT</language>", "language", "de-at", [Remark.LANGUAGE]),
    ("<language>German</language>", "language", "de", [Remark.LANGUAGE]),
    ("<language>unbekannt!</language>", "language", "", [Remark.LANGUAGE]),
    ("<language>de-DE</language>", "language", "de-de", []),
    (
        "<language>de</language><itunes:image>https://a.example/c.png</itunes:image>",
        "image_url",
        "https://a.example/c.png",
        [Remark.IMAGE],
    ),
    (
        "<language>de</language><image><url> c.png\n</url></image>",
        "image_url",
        "https://a.example/c.png",
        [Remark.ADDRESS],
    ),
    ("<language>de</language><itunes:explicit>oft</itunes:explicit>", "explicit", False, [Remark.WORD]),
    ("<language>de</language><title>Zweiter</title>", "title", "Anderswo", [Remark.TWICE]),
]


@pytest.mark.parametrize(("channel", "name", "value", "said"), SHOWS, ids=range(len(SHOWS)))
def test_what_a_show_says_is_read_so_too(channel: str, name: str, value: object, said: list[Remark]) -> None:
    body = a_dirty_feed(channel=channel).replace("<language>de</language>\n", "", 1)
    intake = taken(body)
    assert getattr(intake.feed.show, name) == value
    assert [problem.rule for problem in intake.problems] == list(map(str, said))


def test_a_length_of_a_day_is_not_doubted() -> None:
    (item,) = taken(a_dirty_feed(more("<itunes:duration>24:00:00</itunes:duration>"))).feed.items
    assert item.duration == timedelta(days=1)
