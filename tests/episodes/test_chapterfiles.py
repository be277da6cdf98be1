"""What reading and writing files of chapters promise: the format is told by content, nothing is lost unsaid."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.chapterfiles.encodings import LARGEST
from episodes.chapterfiles.findings import findings
from episodes.chapterfiles.marks import MOST, Form, Mark
from episodes.chapterfiles.reading import ChapterFile, read_chapters
from episodes.chapterfiles.writing import WRITTEN, losses, write_chapters, write_field
from episodes.fields import one_line
from episodes.model import Chapter
from episodes.problems import UNFIT, Problem, Severity
from tests.episodes.builders import a_file, an_episode
from tests.soaking import examples

READ = """
import sys
from pathlib import Path
from episodes.chapterfiles.reading import read_chapters

read_chapters(Path(sys.argv[1]).read_bytes(), "kapitel")
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024)
"""
QUICK = settings(deadline=None, max_examples=examples(100))


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def a_mark(
    seconds: float,
    title: str = "Mut",
    *,
    link: str = "",
    image: str = "",
    hidden: bool = False,
    end: float | None = None,
    line: int = 0,
) -> Mark:
    last = None if end is None else at(end)
    chapter = Chapter(start=at(seconds), title=title, link=link, image=image, hidden=hidden, end=last)
    return Mark(chapter=chapter, line=line)


def read(text: str | bytes) -> ChapterFile:
    found = read_chapters(text if isinstance(text, bytes) else text.encode(), "kapitel")
    assert isinstance(found, ChapterFile), str(found)
    return found


def sound(text: str | bytes, form: Form) -> tuple[Mark, ...]:
    """Return the marks of a file that has no mistake."""
    found = read(text)
    assert found.problems == ()
    assert found.form is form
    return found.marks


def told(text: str | bytes, severity: Severity = Severity.ERROR) -> list[tuple[int, str]]:
    """Return line and message of the problems of a file."""
    found = read_chapters(text if isinstance(text, bytes) else text.encode(), "kapitel")
    problems = (found,) if isinstance(found, Problem) else found.problems
    assert all(problem.path == "kapitel" for problem in problems)
    return [(problem.line, problem.message) for problem in problems if problem.severity is severity]


THREE = (a_mark(0, "Begrüßung"), a_mark(130.5, "Teil 1: „Mut“"), a_mark(3723, "Ende"))

FILES = {
    Form.JSON: '{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Begrüßung"},'
    '{"startTime": 130.5, "title": "Teil 1: „Mut“"}, {"startTime": 3723, "title": "Ende"}]}',
    Form.PSC: '<?xml version="1.0"?><rss><psc:chapters version="1.2" xmlns:psc="http://podlove.org/simple-chapters">'
    '<psc:chapter start="0" title="Begrüßung"/><psc:chapter start="2:10.5" title="Teil 1: „Mut“"/>'
    '<psc:chapter start="01:02:03.000" title="Ende"/></psc:chapters></rss>',
    Form.VTT: "WEBVTT - Kapitel\n\nNOTE ein Hinweis\n\n1\n00:00.000 --> 00:02:10.500 align:left\nBegrüßung\n\n"
    "00:02:10.500 --> 01:02:03.000\nTeil 1:\n<b>„Mut“</b>\n\n1:02:03.000 --> 1:02:03.000\nEnde",
    Form.AUDACITY: "0.000000\t0.000000\tBegrüßung\n\\\t100.0\t200.0\n130.500000\t130.500000\tTeil 1: „Mut“\n"
    "3723\t3723\tEnde\n",
    Form.REAPER: "#,Name,Start,End,Length,Color\nM1,Begrüßung,0:00.000,,,\nR1,Teil 1: „Mut“,2:10.500,1:02:03.000,"
    "59:52.5,FF0000\nM2,Ende,1:02:03.000,,,\n",
    Form.LIST: "00:00 Begrüßung\n(2:10.5) Teil 1: „Mut“\n1:02:03 - Ende\n",
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", FILES)
def test_a_format_is_recognised_and_read(form: Form, newline: str) -> None:
    assert sound(FILES[form].replace("\n", newline), form) == THREE


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", FILES)
def test_every_encoding_that_editors_write_is_read(form: Form, encoding: str) -> None:
    found = read(FILES[form].encode(encoding))
    assert found.marks == THREE
    assert [problem.severity for problem in found.problems] == ([Severity.NOTE] if encoding == "cp1252" else [])


def test_the_line_of_a_byte_that_is_no_text_is_named() -> None:
    assert told("00:00 Anfang\n12:30 ä".encode("latin-1") + b"\x81\n") == [
        (2, "is not text in UTF-8 or Windows-1252: byte 0x81")
    ]
    assert told(b"\xef\xbb\xbf00:00 Anfang\n\xff") == [(2, "is not text in UTF-8: byte 0xFF")]
    assert told(b"ID3\x04\0\0\0\0\0\0") == [(0, "is not a text file")]


@pytest.mark.parametrize("text", ["", "\n \n", "Kein Wort von Zeiten\n", "12 Jahre danach\n", "WEBVTT\n"])
def test_a_file_without_chapters_is_refused(text: str) -> None:
    assert len(told(text)) == 1


def test_a_file_that_is_too_large_is_refused() -> None:
    assert len(told(b"00:00 A\n" * (LARGEST // 8 + 1))) == 1


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("00:00 Mut", a_mark(0)),
        ("(12:30) Mut", a_mark(750)),
        ("[12:30] Mut", a_mark(750)),
        ("1:02:03.5 - Mut", a_mark(3723.5)),
        ("12:30,250 – Mut", a_mark(750.25)),
        ("12:30: Mut", a_mark(750)),
        ("  * 12:30 | Mut", a_mark(750)),
        ("3. 12:30 Mut", a_mark(750)),
        ("12:30 - 13:00 Mut", a_mark(750, end=780)),
        ("12:30 Mut https://example.org/a", a_mark(750, link="https://example.org/a")),
        ("12:30 Mut (https://example.org/a)", a_mark(750, link="https://example.org/a")),
        ("12:30 Mut <https://example.org/a>", a_mark(750, link="https://example.org/a")),
        ("- 12:30 [Mut \\[1\\]](https://example.org/a)", a_mark(750, "Mut [1]", link="https://example.org/a")),
        ("- [12:30](https://example.org/#t=750) Mut", a_mark(750)),
        ("12:30 12 Jahre", a_mark(750, "12 Jahre")),
        ("12:30 C:\\*", a_mark(750, "C:\\*")),
    ],
)
def test_a_line_of_a_list_is_read_as_people_write_it(line: str, mark: Mark) -> None:
    assert sound(line, Form.LIST) == (mark,)


@pytest.mark.parametrize(
    "text",
    [
        "0,000000\t0,000000\tAnfang\r\n12,500000\t20,250000\tMut, Macht\r\n",
        "#;Name;Start;End;Length\n1;Anfang;0:00,000;;\nR1;Mut, Macht;0:12,500;0:20,250;0:07,750\n",
        '#,Name,Start,End,Length\nM1,Anfang,"0:00,000",,\nR1,"Mut, Macht","0:12,500","0:20,250","0:07,750"\n',
        '#,Name,Start,End,Length\nM1,Anfang,0:00,000,,\nR1,"Mut, Macht",0:12,500,0:20,250,0:07,750\n',
        "#\tName\tStart\tEnd\tLength\nM1\tAnfang\t0,0\t\t\nR1\tMut, Macht\t12,5\t20,25\t7,75\n",
    ],
)
def test_decimal_commas_are_read(text: str) -> None:
    assert read(text).problems == ()
    assert read(text).marks == (a_mark(0, "Anfang"), a_mark(12.5, "Mut, Macht", end=20.25))


_PSC = '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters">\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"version": "1.2",\n "chapters": [\n {"startTime": 0, "title": "A"},\n {"startTime": "1"}]}', 4),
        ('{"chapters": [{"startTime": 0, "title": "}[{"},\n\n{"startTime": 1}]}', 3),
        ('{"a": [{}, {}], "chapters": [{"startTime": 0, "title": "A"}, {"startTime": 1, "title": "B", "toc": 1}]}', 1),
        ('{"chapters": [\n{"startTime": 1e400, "title": "A"}]}', 2),
        ('{"chapters": [\n{"startTime": 5, "endTime": 4, "title": "A"}]}', 2),
        ('{"chapters": [\n"A"]}', 0),
        ('{"chapters":\n [}', 2),
        ('{"chapters": [{"startTime": NaN}]}', 1),
        ('{"chapters": 1}', 1),
        ('[{"start": "00:00"}]', 1),
        ('{"chapters":' + "[" * 100_000, 1),
        (_PSC + '<psc:chapter start="x" title="A"/></psc:chapters>', 2),
        (_PSC + '<psc:chapter start="0"/></psc:chapters>', 2),
        (_PSC + '<psc:chapter title="A"/></psc:chapters>', 2),
        ('<chapters>\n<psc:chapter start="0" title="A"/></chapters>', 2),
        ("<rss>\n</rss>", 1),
        ("<rss>\n<a></rss>", 2),
        ('<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 2),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n\n", 3),
        ("WEBVTT\n\n00:00.000 --> x\nA\n", 3),
        ("WEBVTT\n\nohne Zeit\n", 3),
        ("0.0\t0.0\tA\n1.0 B\n", 2),
        ("0.0\t0.0\tA\n1.0\t1.0\n", 2),
        ("-1.0\t0.0\tA\n", 1),
        ("#,Name,Start,End,Length\nM1,A,1.1.00,,\n", 2),
        ("#,Name,Start,End,Length\nM1,A,00:00:12:10,,\n", 2),
        ("#,Name,Start,End,Length\nM1\n", 2),
        ("#,Name,Start,End,Length\nM1,,0:01.000,,\n", 2),
        ("00:00 A\n0:75 B\n", 2),
        ("00:00 A\n01:00\n", 2),
        ("00:00 A\n01:00 B\n01:00 C\n", 3),
        ("00:00 A\n01:00 " + "x" * 256, 2),
        ("00:00 A\n01:00 B\u202e\n", 2),
        ("00:00 A\n02:00 - 01:00 B\n", 2),
    ],
)  # fmt: skip
def test_a_mistake_is_one_problem_with_its_line(text: str, line: int) -> None:
    assert [where for where, _ in told(text)] == [line]


def test_every_mistake_of_a_file_is_told_in_one_run() -> None:
    assert [line for line, _ in told("00:00 A\n00:75 B\n01:00\n02:00 C\n02:00 D\n")] == [2, 3, 5]


def test_thousands_of_mistakes_are_counted() -> None:
    found = read("00:00 A\n" + "kein Kapitel\n" * 5000)
    assert len(found.problems) == 21
    assert "4980 more" in found.problems[-1].message


@pytest.mark.parametrize("form", sorted({*WRITTEN} - {Form.MARKDOWN}))
def test_a_file_of_more_chapters_than_anybody_means_is_refused_with_the_limit(form: Form) -> None:
    many = [Mark(chapter=Chapter(start=timedelta(seconds=number), title="A")) for number in range(MOST)]
    assert len(read(write_chapters(many, form)).marks) == MOST
    many.append(Mark(chapter=Chapter(start=timedelta(seconds=MOST), title="A")))
    refused = read_chapters(write_chapters(many, form).encode(), "kapitel")
    assert isinstance(refused, Problem)
    assert refused.message == "has more than 5,000 chapters"


@pytest.mark.parametrize("text", ["00:00 A\n" + "00:75 A\n" * 5001, "00:00 A\n" + "nichts\n" * 5001])
def test_a_file_of_more_mistakes_than_anybody_mends_is_refused(text: str) -> None:
    refused = read_chapters(text.encode(), "kapitel")
    assert isinstance(refused, Problem)
    assert refused.message == "has more than 5,000 mistakes"


@pytest.mark.parametrize("text", ["00:01 A\n" * 499_999, "WEBVTT\n\n" + "a\n" * 1_999_000], ids=["marks", "lines"])
def test_a_file_of_half_a_million_lines_or_more_needs_little_memory(tmp_path: Path, text: str) -> None:
    (path := tmp_path / "kapitel").write_text(text, "utf-8")
    done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) < 150_000_000


def test_chapters_out_of_order_are_put_in_order_and_told() -> None:
    text = "00:00 A\n02:00 B\n01:00 C\n"
    assert [mark.chapter.title for mark in read(text).marks] == ["A", "C", "B"]
    assert [line for line, _ in told(text, Severity.WARNING)] == [3]


def test_an_end_that_says_nothing_is_none() -> None:
    text = b"00:00-00:10 A\n00:10-00:15 B\n00:20-01:29.5 C\n"
    found = read_chapters(text, "kapitel", at(90))
    assert isinstance(found, ChapterFile)
    assert [mark.chapter.end for mark in found.marks] == [None, at(15), None]


def test_what_is_no_chapter_in_a_list_is_told_and_headings_are_not() -> None:
    assert told("# Kapitel\n00:00 A\nund mehr\n", Severity.WARNING) == [
        (3, "'und mehr' does not begin with a time, and is left out")
    ]


def test_what_json_says_beyond_chapters_is_told() -> None:
    place = {"name": "Berlin", "geo": "geo:1,2", "zoom": 3}
    chapter = {"startTime": 0, "title": "A", "smell": "Kaffee", "location": place}
    text = json.dumps({"version": "1.2.0", "editor": "B", "waypoints": 1, "chapters": [chapter]})
    assert [message for _, message in told(text, Severity.WARNING)] == [
        "'editor', 'waypoints' of the whole file cannot be kept",
        "'smell' of the chapter cannot be kept",
        "'zoom' of the location cannot be kept",
    ]


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("Berlin", "location is not an object"),
        ({"name": "Berlin"}, "the location has no geo"),
        ({"geo": "geo:1,2"}, "the location has no name"),
        ({"name": "Berlin", "geo": "52.5, 13.4"}, "'52.5, 13.4' is not a place on earth"),
        ({"name": "Berlin", "geo": "geo:1,2", "osm": 7}, "osm of the location is not text"),
        ({"name": "Ber\x1b[31mlin", "geo": "geo:1,2"}, "name of the location is not text"),
    ],
)
def test_a_location_that_apps_do_not_understand_is_a_mistake(location: object, message: str) -> None:
    chapter = {"startTime": 0, "title": "A", "location": location}
    assert told(json.dumps({"version": "1.2.0", "chapters": [chapter]})) == [(1, message)]
    found = read(json.dumps({"version": "1.2.0", "chapters": [chapter]}))
    assert [problem.rule for problem in found.problems] == ["JCH-3"]


def test_what_json_chapters_say_of_the_whole_episode_comes_back() -> None:
    about = {"author": "A", "title": "B", "podcastName": "C", "description": "D", "fileName": "E", "waypoints": True}
    chapters = [{"startTime": 0, "title": "F"}]
    found = read(json.dumps({"version": "1.2.0", **about, "chapters": chapters}))
    assert found.problems == ()
    text = write_chapters(found.marks, Form.JSON, about=found.about)
    assert json.loads(text) == {"version": "1.2.0", **about, "chapters": chapters}
    assert losses(found.marks, Form.LIST, about={"waypoints": True}) == (
        "a plain list cannot keep waypoints of the whole file",
    )


def test_an_almost_right_namespace_is_read_and_told() -> None:
    text = '<c:chapters xmlns:c="https://podlove.org/simple-chapters/"><c:chapter start="0" title="A"/></c:chapters>'
    assert read(text).marks == (a_mark(0, "A"),)
    assert len(told(text, Severity.WARNING)) == 1


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a file of any format with some of it overwritten, repeated or cut off."""
    raw = FILES[draw(st.sampled_from(sorted(FILES)))].encode(draw(st.sampled_from(ENCODINGS)))
    pieces = st.binary(max_size=4) | st.sampled_from([b"<" * 9000, b" " * 9000, b'"', b"\\ud800", b"9" * 5000, b"\n\n"])
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.integers(0, len(raw)))
        raw = raw[:where] + draw(pieces) + raw[where + draw(st.integers(0, 8)) :]
    return raw[: draw(st.integers(0, len(raw)))]


@settings(QUICK, max_examples=examples(1000))
@given(st.binary(max_size=200) | damaged())
def test_a_damaged_file_is_read_or_refused_with_a_sentence(raw: bytes) -> None:
    found = read_chapters(raw, "kapitel")
    problems = (found,) if isinstance(found, Problem) else found.problems
    if isinstance(found, Problem) or not found.marks:
        assert any(problem.severity is Severity.ERROR for problem in problems)
    else:
        starts = [mark.chapter.start for mark in found.marks]
        assert starts == sorted(starts)
        assert not any(UNFIT.search(mark.chapter.title) for mark in found.marks)


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "<" * 3_000_000,
        "00:00 A" + " " * 3_000_000,
        "00:00 A\n" + "00:01 [" * 500_000,
        "#,Name,Start,End,Length\nM1," + "1," * 1_500_000,
        "<a>" * 1_000_000,
    ],
    ids=["tags", "spaces", "brackets", "commas", "elements"],
)
def test_a_hostile_file_is_read_to_its_end(text: str) -> None:
    read(text)


# writing

TITLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(one_line).filter(
    lambda text: bool(text) and not UNFIT.search(text)
)  # fmt: skip
PLAIN_TITLE = st.lists(
    st.text(st.characters(categories=["L", "N"], include_characters="_*&<>„“!?'\"\\`#[]"), min_size=1, max_size=12),
    min_size=1,
    max_size=4,
).map(lambda words: "Teil " + " ".join(words))
ADDRESS = st.sampled_from(["", "https://example.org/", "https://example.org/a?b=c&d=%20#e", "http://münchen.example/ä"])

PLACE = st.sampled_from([("", "", ""), ("Köln", "geo:50.94,6.96", ""), ('Ende: "Mut"', "geo:-1,2;u=5", "R62422")])


@st.composite
def marks(draw: st.DrawFn, titles: st.SearchStrategy[str], *, whole: bool = False) -> tuple[Mark, ...]:
    """Chapters in order, with everything a chapter can have."""
    steps = draw(st.lists(st.integers(1, 40_000_000), min_size=1, max_size=8))
    scale = 1000 if whole else 1
    found = []
    start = draw(st.sampled_from([0, 7])) * scale
    for step in steps:
        step = -(-step // scale) * scale
        hidden = draw(st.booleans())
        place, geo, osm = draw(PLACE)
        chapter = Chapter(
            start=timedelta(milliseconds=start),
            title="" if hidden and draw(st.booleans()) else draw(titles),
            link=draw(ADDRESS),
            image=draw(ADDRESS),
            hidden=hidden,
            end=draw(st.sampled_from([None, timedelta(milliseconds=start + step // 2)])) if step > 1 else None,
            place=place,
            geo=geo,
            osm=osm,
        )
        found.append(Mark(chapter=chapter))
        start += step
    return tuple(found)


def without(given: tuple[Mark, ...], form: Form) -> tuple[Mark, ...]:
    """Return chapters as a format can hold them."""
    links = form in (Form.PSC, Form.LIST, Form.MARKDOWN)
    ends = form in (Form.VTT, Form.AUDACITY, Form.LIST)
    return tuple(
        Mark(
            chapter=Chapter(
                start=mark.chapter.start,
                title=mark.chapter.title,
                link=mark.chapter.link if links else "",
                image=mark.chapter.image if form is Form.PSC else "",
                end=mark.chapter.end if ends else None,
            )
        )
        for mark in given
        if not mark.chapter.hidden
    )


def read_back(given: tuple[Mark, ...], form: Form) -> tuple[Mark, ...]:
    length = given[-1].chapter.start + at(600)
    text = write_chapters(given, form, length)
    found = read(text).marks if without(given, form) or form is Form.JSON else ()
    if not found:
        return ()
    # a cue must end somewhere: the last one where the audio does
    last = found[-1].chapter
    return (*found[:-1], Mark(chapter=replace(last, end=None if last.end == length else last.end)))


@QUICK
@given(marks(TITLE))
def test_json_chapters_hold_everything(given: tuple[Mark, ...]) -> None:
    assert read(write_chapters(given, Form.JSON)).marks == given
    assert losses(given, Form.JSON) == ()


@pytest.mark.parametrize("form", [Form.PSC, Form.VTT, Form.AUDACITY])
@QUICK
@given(given_marks=marks(TITLE))
def test_what_a_format_can_hold_comes_back(form: Form, given_marks: tuple[Mark, ...]) -> None:
    expected = without(given_marks, form)
    if expected:
        assert read_back(expected, form) == expected


@QUICK
@given(marks(PLAIN_TITLE))
def test_a_plain_list_comes_back(given: tuple[Mark, ...]) -> None:
    expected = without(given, Form.LIST)
    if expected:
        assert read_back(expected, Form.LIST) == expected
        assert losses(expected, Form.LIST) == ()


@QUICK
@given(marks(PLAIN_TITLE, whole=True))
def test_a_markdown_list_of_whole_seconds_comes_back(given: tuple[Mark, ...]) -> None:
    expected = without(given, Form.MARKDOWN)
    if expected:
        assert read_back(expected, Form.MARKDOWN) == expected


@pytest.mark.parametrize("form", WRITTEN)
@QUICK
@given(given_marks=marks(TITLE))
def test_what_does_not_come_back_is_told(form: Form, given_marks: tuple[Mark, ...]) -> None:
    length = given_marks[-1].chapter.start + at(600)
    assert bool(losses(given_marks, form, length)) == (read_back(given_marks, form) != given_marks)


def test_each_thing_a_format_cannot_hold_is_named() -> None:
    given = (
        a_mark(0.5, link="https://example.org/", image="https://example.org/a.png", end=3),
        a_mark(9, hidden=True),
        a_mark(10, "- x"),
    )
    assert losses(given, Form.PSC) == (
        "Podlove Simple Chapters cannot hide a chapter: 1 chapter left out",
        "Podlove Simple Chapters cannot keep the ends of 1 chapter",
    )
    assert losses(given, Form.AUDACITY) == (
        "Audacity labels cannot hide a chapter: 1 chapter left out",
        "Audacity labels cannot keep the links of 1 chapter",
        "Audacity labels cannot keep the images of 1 chapter",
    )
    assert losses(given, Form.MARKDOWN)[1:] == (
        "a Markdown list cannot keep the titles of 1 chapter",
        "a Markdown list cannot keep the images of 1 chapter",
        "a Markdown list cannot keep the fractions of a second of 1 chapter",
        "a Markdown list cannot keep the ends of 1 chapter",
    )


def test_the_notes_get_minutes_and_seconds() -> None:
    given = (a_mark(0, "Anfang"), a_mark(130.9, "Mut *1*", link="https://example.org/a(b)"), a_mark(3723, "Ende"))
    assert write_chapters(given, Form.MARKDOWN) == (
        "- 00:00 Anfang\n- 02:10 [Mut \\*1\\*](https://example.org/a%28b%29)\n- 1:02:03 Ende\n"
    )


@QUICK
@given(marks(TITLE))
def test_simple_chapters_are_what_an_xml_parser_reads(given: tuple[Mark, ...]) -> None:
    root = ElementTree.fromstring(write_chapters(given, Form.PSC).encode())
    shown = [mark.chapter for mark in given if not mark.chapter.hidden]
    assert [(one.get("title"), one.get("href", "")) for one in root] == [(one.title, one.link) for one in shown]


@QUICK
@given(marks(TITLE))
def test_an_episode_file_holds_every_chapter(given: tuple[Mark, ...]) -> None:
    chapters = tuple(mark.chapter for mark in given)
    field = write_field(chapters).replace("\n", "\n  ")
    assert an_episode(a_file("chapters:", f"  {field}")).chapters == chapters


def test_webvtt_is_what_ffmpeg_reads() -> None:
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not on this machine")
    text = write_chapters((a_mark(0, "A & <B> --> C"), a_mark(60, "勇気")), Form.VTT, at(90))
    command = [program, "-loglevel", "error", "-f", "webvtt", "-i", "-", "-f", "srt", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60)
    assert re.sub(r"\s+", " ", done.stdout.decode()).strip() == (
        "1 00:00:00,000 --> 00:01:00,000 A & <B> --> C 2 00:01:00,000 --> 00:01:30,000 勇気"
    )


# findings


def rules(*given: Mark, length: float = 4000) -> list[tuple[str, int]]:
    return [(found.rule, found.line) for found in findings(given, path="kapitel", audio="a.mp3", length=at(length))]


def test_sound_chapters_have_no_findings() -> None:
    assert rules(*THREE) == []
    assert rules(a_mark(0, hidden=True), *(a_mark(0.5 * count) for count in range(3))) == []
    assert rules() == []


def test_a_first_chapter_that_is_not_at_0_is_found() -> None:
    given = (a_mark(0, "", hidden=True, line=1), a_mark(5, line=2), a_mark(6, line=3), a_mark(7, line=4))
    assert rules(*given) == [("JCH-5", 2)]


def test_too_few_and_too_many_are_found() -> None:
    assert rules(a_mark(0, line=1), a_mark(9, line=2)) == [("APPLE-CHAP-1", 2)]
    assert rules(*(a_mark(count, line=count + 1) for count in range(256))) == [("ID3-1", 256)]


def test_a_chapter_behind_the_end_is_found_where_the_end_is_known() -> None:
    assert rules(*THREE[:2], a_mark(3723, line=3), length=3723) == [("JCH-5", 3)]
    assert list(findings(THREE, path="kapitel", audio="a.mp3")) == []


def test_an_address_that_is_not_https_is_found() -> None:
    assert rules(*THREE[:2], a_mark(3000, link="http://example.org/", line=7)) == [("JCH-5", 7)]


def test_a_chapter_without_a_line_is_named_by_its_field() -> None:
    (found,) = findings((a_mark(0), a_mark(1)), path="episodes/001-mut.md", audio="a.mp3")
    assert (found.field, found.severity) == ("chapters[2]", Severity.WARNING)
