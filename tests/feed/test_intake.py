"""Feeds of other hands are taken in: what is right stays as it is, and what is mended or doubtful has a name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from episodes.markup import FORMER_PODCAST
from episodes.model import Kind
from episodes.problems import UserError
from feed.compiler import compile_feed
from feed.intake import MOST_BYTES, Intake, take_in
from feed.item import Item
from feed.reader import read_feed
from feed.remarks import Remark
from podcast.fetching import LARGEST_FEED
from tests.feed.builders import CHANGED, a_full_item, a_full_show
from tests.feed.dirty import AUDIO, DECLARATION, a_dirty_feed, an_item

BERLIN = ZoneInfo("Europe/Berlin")
NO_DOCTYPE = DECLARATION + '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss-0.91.dtd">\n'
TAIL = len("</item>\n</channel>\n</rss>\n")


def taken(body: str | bytes, url: str = "") -> Intake:
    return take_in(body if isinstance(body, bytes) else body.encode(), url, zone=BERLIN)


def names(intake: Intake) -> list[str]:
    return [problem.rule for problem in intake.problems]


def test_a_clean_feed_comes_in_as_the_reader_reads_it_and_nothing_is_said() -> None:
    body = compile_feed(a_full_show(), [a_full_item(2), a_full_item(1)], changed=CHANGED)
    intake = take_in(body)
    assert intake.feed == read_feed(body)
    assert (intake.left_out, intake.problems, intake.next_page) == ((), (), "")


def notes(text: str) -> str:
    return a_dirty_feed(an_item(notes=f"<description>{text}</description>"))


Field = Callable[[Item], object]


def _notes(item: Item) -> object:
    return item.summary


def _length(item: Item) -> object:
    return item.duration


def _url(item: Item) -> object:
    return item.enclosure.url


def _title(item: Item) -> object:
    return item.title


def audio(**changes: str) -> str:
    """An item whose enclosure has other attributes."""
    given = {"url": "https://a.example/1.mp3", "length": "1000", "type": "audio/mpeg"} | changes
    attributes = "".join(f' {name}="{value}"' for name, value in given.items() if value)
    return a_dirty_feed(an_item(audio=f"<enclosure{attributes}/>"))


DOCUMENTS: dict[str, tuple[str | bytes, Field, object, list[Remark]]] = {
    "entities of HTML": (notes("Gr&uuml;&szlig;e &hellip;"), _notes, "Grüße …", [Remark.ENTITIES]),
    "numbers of Windows": (notes("&#147;Mut&#148;"), _notes, "“Mut”", [Remark.CHARACTERS]),
    "bare ampersands": (notes("Q & A ?a=1&b=2"), _notes, "Q & A ?a=1&b=2", [Remark.AMPERSANDS]),
    "bare angles": (notes("1 < 2"), _notes, "1 < 2", [Remark.AMPERSANDS]),
    "control characters": (notes("a\x0bb\x1b[0m\x00 &#x1F; &#0;"), _notes, "ab[0m", [Remark.CHARACTERS]),
    "CDATA in CDATA": (notes("<![CDATA[<p>A <![CDATA[B]]> C</p>]]>"), _notes, "<p>A B C</p>", [Remark.CDATA]),
    "CDATA without an end": (notes("<![CDATA[<p>A</p>"), _notes, "<p>A</p>", [Remark.CDATA]),
    "CDATA escaped": (notes("&lt;![CDATA[A]]&gt;"), _notes, "A", [Remark.CDATA]),
    "CDATA that shows one": (notes("<![CDATA[a ]]]]><![CDATA[> b]]>"), _notes, "a ]]> b", []),
    "HTML that is not escaped": (notes("<p>A &amp; B<br>C"), _notes, "<p>A &amp; B<br>C", [Remark.MARKUP]),
    "HTML that is well-formed": (notes("<p>A <b>B</b> C</p>"), _notes, "<p>A <b>B</b> C</p>", [Remark.MARKUP]),
    "an end tag that is missing": (
        a_dirty_feed(an_item()[:-8], an_item(guid="<guid>2</guid>")),
        _title,
        "Eins",
        [Remark.TAGS],
    ),
    "an end tag too many": (a_dirty_feed(an_item(more="</b>")), _title, "Eins", [Remark.TAGS]),
    "an end tag of another name": (a_dirty_feed(an_item(title="<title>Eins</titel>")), _title, "Eins", [Remark.TAGS]),
    "quotation marks inside": (
        audio(length='a:1:{s:6:"format";}'),
        _url,
        "https://a.example/1.mp3",
        [Remark.ATTRIBUTES, Remark.LENGTH],
    ),
    "no quotation marks": (notes("x").replace('length="1000"', "length=1000"), _notes, "x", [Remark.ATTRIBUTES]),
    "a quotation mark missing": (
        notes("x").replace('1.mp3"', "1.mp3"),
        _url,
        "https://a.example/1.mp3",
        [Remark.ATTRIBUTES],
    ),
    "an attribute twice": (
        notes("x").replace("<enclosure", '<enclosure length="7"'),
        lambda item: item.enclosure.bytes,
        7,
        [Remark.ATTRIBUTES],
    ),
    "no space between attributes": (
        notes("x").replace('" length', '"length'),
        _url,
        "https://a.example/1.mp3",
        [Remark.ATTRIBUTES],
    ),
    "prefixes without declaration": (
        a_dirty_feed(an_item(more="<itunes:duration>61</itunes:duration>"), namespaces=""),
        _length,
        timedelta(seconds=61),
        [Remark.PREFIXES],
    ),
    "an unusual prefix": (
        a_dirty_feed(
            an_item(more="<i:duration>61</i:duration>"),
            namespaces='xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd"',
        ),
        _length,
        timedelta(seconds=61),
        [],
    ),
    "an unusual address": (
        a_dirty_feed(
            an_item(more="<i:duration>61</i:duration>"),
            namespaces='xmlns:i="https://www.itunes.com/DTDs/PodCast-1.0.dtd"',
        ),
        _length,
        timedelta(seconds=61),
        [Remark.NAMESPACES],
    ),
    "a wrong address": (
        a_dirty_feed(
            an_item(more="<itunes:duration>61</itunes:duration>"), namespaces='xmlns:itunes="https://b.example/ns"'
        ),
        _length,
        timedelta(seconds=61),
        [Remark.NAMESPACES],
    ),
    "the former podcast namespace": (
        a_dirty_feed(an_item(more="<p:person>Anna</p:person>"), namespaces=f'xmlns:p="{FORMER_PODCAST}"'),
        lambda item: item.people[0].name,
        "Anna",
        [],
    ),
    "a namespace for RSS": (
        a_dirty_feed(namespaces='xmlns="http://backend.userland.com/rss2"'),
        _title,
        "Eins",
        [Remark.NAMESPACES],
    ),
    "garbage before": ("<br />\n<b>Notice</b>: x\n" + a_dirty_feed(), _title, "Eins", [Remark.BEFORE]),
    "an empty line before": ("\n" + a_dirty_feed(), _title, "Eins", [Remark.BEFORE]),
    "garbage behind": (a_dirty_feed() + "<!-- 0.2 s --> done", _title, "Eins", [Remark.AFTER]),
    "a DTD by name": (a_dirty_feed(declaration=NO_DOCTYPE), _title, "Eins", [Remark.DOCTYPE]),
    "another root": (a_dirty_feed().replace("rss", "faketag"), _title, "Eins", [Remark.WRAPPED]),
    "an envelope": (
        f"<soap:e xmlns:soap='urn:s'>{a_dirty_feed(declaration='')}</soap:e>",
        _title,
        "Eins",
        [Remark.WRAPPED],
    ),
    "items outside": (
        a_dirty_feed().replace("</channel>", "").replace("<item>", "</channel><item>"),
        _title,
        "Eins",
        [Remark.OUTSIDE],
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_not_well_formed_is_read_as_it_was_meant_and_named(name: str) -> None:
    body, field, value, said = DOCUMENTS[name]
    intake = taken(body)
    assert field(intake.feed.items[0]) == value
    assert names(intake) == list(map(str, said))
    assert intake.left_out == ()


_GERMAN = "„Grüße“ – €"

ENCODINGS: dict[str, tuple[str, str, str, list[Remark]]] = {
    "UTF-8": ("utf-8", "UTF-8", _GERMAN, []),
    "a mark": ("utf-8-sig", "UTF-8", _GERMAN, []),
    "UTF-16": ("utf-16", "UTF-16", _GERMAN, []),
    "UTF-16 without a mark": ("utf-16-le", "UTF-16", _GERMAN, []),
    "UTF-16 declared UTF-8": ("utf-16", "UTF-8", _GERMAN, []),
    "latin-1": ("latin-1", "ISO-8859-1", "Grüße", []),
    "Windows": ("cp1252", "windows-1252", _GERMAN, []),
    "Windows declared latin-1": ("cp1252", "ISO-8859-1", _GERMAN, [Remark.ENCODING]),
    "Windows declared UTF-8": ("cp1252", "UTF-8", _GERMAN, [Remark.ENCODING]),
    "UTF-8 declared latin-1": ("utf-8", "latin-1", _GERMAN, [Remark.ENCODING]),
    "an unknown encoding": ("utf-8", "x-mine", _GERMAN, [Remark.ENCODING]),
    "Shift_JIS": ("shift_jis", "Shift_JIS", "ポッドキャスト", []),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_bytes_mean_what_they_are_and_not_what_is_declared(name: str) -> None:
    codec, declared, title, said = ENCODINGS[name]
    body = a_dirty_feed(an_item(title=f"<title>{title}</title>")).replace("UTF-8", declared).encode(codec)
    intake = take_in(body)
    assert intake.feed.items[0].title == title
    assert names(intake) == list(map(str, said))


def test_utf8_and_windows_in_one_feed_are_both_read() -> None:
    intake = take_in(a_dirty_feed(an_item(title="<title>Grüße XX</title>")).encode().replace(b"XX", b"\x84\xfc\x93"))
    assert intake.feed.items[0].title == "Grüße „ü“"
    assert [(problem.rule, problem.line) for problem in intake.problems] == [(Remark.ENCODING, 9)]


def test_the_header_of_http_counts_where_nothing_is_declared() -> None:
    body = a_dirty_feed(an_item(title="<title>Тест</title>"), declaration="").encode("koi8-r")
    assert take_in(body, charset="koi8-r").feed.items[0].title == "Тест"


def test_lines_are_those_of_the_feed_whatever_was_mended() -> None:
    body = "zzz\r\n<!-- a\r\n -->" + a_dirty_feed(
        an_item(notes="<description><![CDATA[a\r\n]]>&uuml;</description>"), an_item()
    )
    intake = taken(body)
    (left,) = intake.left_out
    assert body.splitlines()[left.line - 1] == "<item>"
    assert left.line == 19


@pytest.mark.parametrize("end", [TAIL, TAIL + 10, TAIL + 40, 5 * TAIL])
def test_a_feed_cut_in_the_middle_keeps_its_whole_items_and_names_the_other(end: int) -> None:
    intake = taken(
        a_dirty_feed(an_item(), an_item(title="<title>Zwei &amp; drei</title>", guid="<guid>g-2</guid>"))[:-end]
    )
    assert [item.guid for item in intake.feed.items] == ["g-1"]
    (left,) = intake.left_out
    assert (left.title, left.guid, left.why) == ("Zwei & drei", "g-2", "the feed ends in the middle of it")
    assert left.xml.startswith("<item>")
    assert names(intake) == [Remark.CUT]


def test_a_feed_without_its_last_tags_keeps_every_item() -> None:
    intake = taken(a_dirty_feed()[: -len("</channel>\n</rss>\n")])
    assert (len(intake.feed.items), intake.left_out, names(intake)) == (1, (), [Remark.CUT])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!doctype html><head><title>404 &ndash; weg</title></head>", "this is a web page ('404 – weg'), not a feed"),
        (
            '<html><link rel="alternate" type="application/rss+xml" href="/f.xml"></html>',
            "names a feed: https://a.example/f.xml",
        ),
        ('<!DOCTYPE rss [<!ENTITY a "b">]>' + a_dirty_feed(declaration=""), "declares entities of its own"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>', "declares entities of its own"),
        ('<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1/">%x;]><rss/>', "declares entities of its own"),
        ('<opml><body><outline xmlUrl="https://b.example/f"/></body></opml>', "such as 'https://b.example/f'"),
        ("<svg/>", "<svg> is no feed"),
        ("<rss/>", "has no channel"),
        ("", "nothing in it"),
        ('{"error": 404}', "this is no feed, but JSON"),
        ("Not Found", "this is no feed, but plain text"),
        (a_dirty_feed(channel="<a>" * 300), "nested more than 256 deep"),
        ("&" + a_dirty_feed(channel="<a>" * 300), "nested more than 256 deep"),
        (" " * (MOST_BYTES + 1), "at most 50,000,000 are read"),
    ],
    ids=lambda value: value[:25],
)
def test_what_is_no_feed_is_refused_in_words(body: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        taken(body, "https://a.example/podcast/")
    assert words in str(refused.value)
    assert refused.value.hint


def test_the_bounds_of_reading_and_of_fetching_are_the_same() -> None:
    assert MOST_BYTES == LARGEST_FEED


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<title>Anderswo</title><subtitle>Mut</subtitle><link href="https://a.example/"/><updated>2024-06-02T06:00:00Z</updated>
<author><name>Anna</name></author><link rel="next" href="?p=2"/><logo>https://a.example/c.png</logo>
<entry><title>Eins</title><id>tag:a.example,2024:1</id><link href="https://a.example/eins"/><summary>kurz</summary>
<published>2024-06-02T06:00:00+02:00</published><updated>2024-06-03T06:00:00+02:00</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>A &amp; <b>B</b></p></div></content>
<itunes:duration>1:00</itunes:duration>
<link rel="enclosure" href="1.mp3" length="1000" type="audio/mpeg"/></entry>
<entry><title>Zwei</title><id>2</id><updated>2024-06-02T06:00:00Z</updated></entry></feed>"""


def test_atom_is_read_as_the_same_kind_of_show_and_items() -> None:
    intake = taken(ATOM, "https://a.example/atom.xml")
    show = intake.feed.show
    assert (show.title, show.description, show.link, show.language) == ("Anderswo", "Mut", "https://a.example/", "de")
    assert (show.author, show.image_url) == ("Anna", "https://a.example/c.png")
    (item,) = intake.feed.items
    assert (item.guid, item.title, item.link) == ("tag:a.example,2024:1", "Eins", "https://a.example/eins")
    assert item.published.isoformat() == "2024-06-02T06:00:00+02:00"
    assert (item.enclosure.url, item.enclosure.bytes) == ("https://a.example/1.mp3", 1000)
    assert (item.summary, item.duration) == ("kurz", timedelta(minutes=1))
    assert item.notes_html == '<div xmlns="http://www.w3.org/1999/xhtml"><p>A &amp; <b>B</b></p></div>'
    assert [left.title for left in intake.left_out] == ["Zwei"]
    assert intake.next_page == "https://a.example/atom.xml?p=2"


def test_rss_1_is_read_too() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Anderswo</title></channel>'
        f'<item rdf:about="https://a.example/eins"><title>Eins</title>{AUDIO}'
        "<dc:date>2024-06-02T06:00:00+02:00</dc:date></item></rdf:RDF>"
    )
    (item,) = taken(body).feed.items
    assert (item.guid, item.title, item.published.hour) == ("https://a.example/eins", "Eins", 6)


def test_what_has_no_field_here_is_kept_with_its_namespace() -> None:
    more = '<x:y xmlns:x="urn:a" x:b="1"><x:z>2</x:z></x:y>'
    more += "<itunes:keywords>Mut, Amt</itunes:keywords><category>Amt</category>"
    intake = taken(a_dirty_feed(an_item(more=more), channel="<itunes:keywords>Stadt</itunes:keywords><ttl>60</ttl>"))
    extra = intake.feed.items[0].tags.extra
    assert [markup.name for markup in extra] == ["{urn:a}y", "itunes:keywords", "category"]
    assert (extra[0].attributes, extra[0].children[0].text) == ((("{urn:a}b", "1"),), "2")
    assert [(markup.name, markup.text) for markup in intake.feed.show.tags.extra] == [
        ("itunes:keywords", "Stadt"),
        ("ttl", "60"),
    ]
    again = read_feed(compile_feed(intake.feed.show, intake.feed.items, changed=CHANGED))
    assert again.items[0].tags.extra == extra


def test_the_moment_keeps_the_offset_it_was_written_with() -> None:
    (item,) = taken(a_dirty_feed(an_item(date="<pubDate>Sun, 02 Jun 2024 23:30:00 -0730</pubDate>"))).feed.items
    assert item.published == datetime(2024, 6, 2, 23, 30, tzinfo=timezone(-timedelta(hours=7, minutes=30)))
    assert item.published.utcoffset() == -timedelta(hours=7, minutes=30)
    assert item.published.astimezone(UTC).day == 3


def test_numbers_and_kinds_are_those_of_the_feed() -> None:
    more = "<itunes:episode>007</itunes:episode><itunes:episodeType>Bonus</itunes:episodeType>"
    more += "<podcast:season>2</podcast:season>"
    (item,) = taken(a_dirty_feed(an_item(more=more))).feed.items
    assert (item.number, item.kind, item.season) == (7, Kind.BONUS, 2)
