"""What is promised about the meaning of an episode file: every mistake is told where it is, with what is right."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.model import Appearance, Kind, Recording, Status, TranscriptFile
from episodes.problems import Problem, nearest
from tests.episodes.builders import BERLIN, FIELDS, GUID, a_file, an_episode, only_problem, read
from tests.soaking import examples

FULL = """\
---
guid: 5f3d1c9e-0000-4000-8000-000000000002
title: "Weg mit der Agilität, her mit den Schildkröten!"
number: 010
season: 2
kind: bonus
status: ready
published: 2024-12-03 06:00
summary: |
  Was wünschen sich Leser:innen?

  Und was nicht?
audio: audio/12:30.mp3
appearances:
  - name: Uwe  Schneidewind
    function: Oberbürgermeister
    organisation: Stadt Wuppertal
    role: Guest
  - Martin Mende-Döring
recording:
  on: 2024-06-12
  occasion: K360-Festival 2024
  place: Berlin
  geo: geo:52.52,13.40
  remark: no
topics: [Mut, 1.10, 12:30, Mut]
transcripts:
  - transcripts/a.vtt
  - path: transcripts/b.srt
    language: en
cover: cover.png
explicit: no
---

Notizen mit „Anführungszeichen“.
"""


def test_a_full_file_is_read_as_it_stands() -> None:
    episode, problems = read(FULL, name="002-schildkroeten.md")
    assert problems == ()
    assert episode is not None
    assert (episode.slug, episode.number, episode.season, episode.kind) == ("schildkroeten", 10, 2, Kind.BONUS)
    assert episode.summary == "Was wünschen sich Leser:innen?\n\nUnd was nicht?"
    assert episode.appearances == (
        Appearance(name="Uwe Schneidewind", function="Oberbürgermeister", organisation="Stadt Wuppertal"),
        Appearance(name="Martin Mende-Döring"),
    )
    assert (episode.recording.on, episode.recording.remark) == (date(2024, 6, 12), "no")
    assert episode.topics == ("Mut", "1.10", "12:30")
    assert episode.transcripts == (
        TranscriptFile(path="transcripts/a.vtt"),
        TranscriptFile(path="transcripts/b.srt", language="en"),
    )
    assert (episode.audio, episode.explicit) == ("audio/12:30.mp3", False)
    assert episode.notes == "Notizen mit „Anführungszeichen“."
    assert episode.published is not None and episode.published.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("word", ["no", "12:30", "010", "1.10", "0x1F", "2024-12-03", "on"])
def test_a_title_is_never_taken_for_something_else(word: str) -> None:
    assert an_episode(a_file(title=word)).title == word


def test_five_mistakes_are_five_problems_in_the_order_of_their_lines() -> None:
    text = a_file("topcs: [Mut]", number="null", kind="boni", published="2024-02-30", explicit="vielleicht")
    episode, problems = read(text)
    assert episode is None
    assert [(p.line, p.field) for p in problems] == [
        (4, "number"), (5, "published"), (7, "kind"), (8, "explicit"), (9, "topcs"),
    ]  # fmt: skip
    assert all((p.path == "episodes/001-diensteid.md" and p.hint) or "nearest" in p.message for p in problems)


SOUND = "{type: audio/mpeg, bytes: 1}"
FAR = {"audio": "https://a.example/1.M4A?x=1.mp3"}
WRONG = [
    # fields changed, lines added, line told, field told, message, hint
    ({"titel": "a"}, 7, "titel", "is not a field", "did you mean 'title'?"),
    ({"Guest": "a"}, 7, "Guest", "is not a field", "one of: guid, title"),
    ({"title": "[a, b]"}, 3, "title", "is a list where text is expected", "write 'title: …'"),
    ({"title": "{a: b}"}, 3, "title", "is a group of fields where text is expected", "write 'title: …'"),
    ({"title": None}, 2, "title", "is missing", "write 'title: …'"),
    ({"title": ""}, 3, "title", "is missing", "write 'title: …'"),
    ({"title": "~"}, 3, "title", "is missing", "write 'title: …'"),
    ({"title": '"  "'}, 3, "title", "is missing", "write 'title: …'"),
    ({"title": "x" * 256}, 3, "title", "has 256 characters", "shorten it"),
    ({"summary": "ü" * 2001}, 7, "summary", "has 4,002 bytes", "shorten it"),
    ({"guid": None}, 2, "guid", "is missing", "made by 'folge add'"),
    ({"guid": "x" * 256}, 2, "guid", "has 256 characters", "never changes"),
    ({"guid": '" "'}, 2, "guid", "is missing", "made by 'folge add'"),
    ({"guid": "[a]"}, 2, "guid", "is a list", "write 'guid: …'"),
    ({"audio": "https://a.example/1.mp3"}, 2, "audio_facts", "is missing; audio at an address", "type: audio/mpeg"),
    ({"audio": "ftp://a.example/1", "audio_facts": SOUND}, 6, "audio", "is not a web address", "the name of a file"),
    ({"audio": "http://u:p@a.example/1", "audio_facts": SOUND}, 6, "audio", "is not a web", "leave user name and"),
    ({"audio": "https://a.example/1 2", "audio_facts": SOUND}, 6, "audio", "is not a web", "https://a.example/1%202"),
    ({"audio_facts": SOUND}, 7, "audio_facts", "stands beside a file", "leave it out"),
    (FAR | {"audio_facts": "{type: text/html, bytes: 1}"}, 7, "audio_facts.type", "'text/html' is not a type of audio",
     "write audio/x-m4a"),
    (FAR | {"audio_facts": "{type: audio/mpeg}"}, 7, "audio_facts.bytes", "is missing", "or 0 where nobody knows"),
    (FAR | {"audio_facts": "{type: audio/mpeg, bytes: viel}"}, 7, "audio_facts.bytes", "'viel' is not", "digits"),
    (FAR | {"audio_facts": "{type: audio/mpeg, bytes: 1, duration: 1h2m}"}, 7, "audio_facts.duration",
     "'1h2m' is not a point in the audio; write 12:34", ""),
    ({"cover": "data://x"}, 7, "cover", "'data://x' is not a web address", "the name of a file"),
    ({"link": "kommune.example"}, 7, "link", "is not a web address", "write https://kommune.example"),
    ({"chapters": "[0:00 a]", "chapters_url": "https://a.example/c"}, 8, "chapters_url", "beside chapters", "one of"),
    ({"transcripts": "[https://a.example/t.vtt]"}, 7, "transcripts[1].path", "is an address", "write 'url: https"),
    ({"transcripts": '[{url: "https://a.example/t.vtt"}]'}, 7, "transcripts[1].type", "is missing", "write text/vtt"),
    ({"transcripts": "[{path: a.vtt, type: text/vtt}]"}, 7, "transcripts[1].type", "beside a file", "leave it out"),
    ({"transcripts": '[{path: a.vtt, url: "https://a.example/t"}]'}, 7, "transcripts[1].path",
     "stands beside an address", "keep one"),
    ({"number": "1.5"}, 4, "number", "'1.5' is not a number", "write '1'"),
    ({"number": "0"}, 4, "number", "'0' is not a number", "a whole number from 1"),
    ({"number": "-3"}, 4, "number", "'-3' is not a number", "write '3'"),
    ({"number": "zwölf"}, 4, "number", "'zwölf' is not a number", "a whole number from 1"),
    ({"number": "٣"}, 4, "number", "'٣' is not a number", "a whole number from 1"),
    ({"number": "9999999"}, 4, "number", "'9999999' is not a number", "write '999999'"),
    ({"season": "Staffel 2"}, 7, "season", "'Staffel 2' is not a number", "write '2'"),
    ({"number": "[1]"}, 4, "number", "is a list where a number is expected", "write 'number: …'"),
    ({"kind": "trailor"}, 7, "kind", "'trailor' is not a kind", "did you mean 'trailer'?"),
    ({"status": "Draft"}, 7, "status", "'Draft' is not a status", "did you mean 'draft'?"),
    ({"status": "online"}, 7, "status", "'online' is not a status", "one of: draft, ready, withdrawn"),
    ({"explicit": "nein"}, 7, "explicit", "'nein' is neither true nor false", "write true or false"),
    ({"published": None}, 2, "published", "is missing", "or 'status: draft'"),
    ({"published": "2024-02-30 06:00"}, 5, "published", "the nearest day is 2024-02-29", ""),
    ({"published": "2024-10-27 02:30"}, 5, "published", "02:30 +02:00' or '2024-10-27 02:30 +01:00'", ""),
    ({"published": "2024-03-31 02:30"}, 5, "published", "01:30 +01:00' or '2024-03-31 03:30 +02:00'", ""),
    ({"published": "[2024]"}, 5, "published", "is a list where a date and time is expected", ""),
    ({"audio": None}, 2, "audio", "is missing", "write 'audio: …'"),
    ({"audio": '"a\\nb.mp3"'}, 6, "audio", "'a\\nb.mp3' has several lines", "rename the file"),
    ({"topics": "{a: b}"}, 7, "topics", "a list of words is expected", ""),
    ({"topics": "[[a], b]"}, 7, "topics", "a list of words is expected", ""),
    ({"appearances": "Uwe"}, 7, "appearances", "is not a list", "begin each entry with '  - name: …'"),
    ({"appearances": "[[Uwe]]"}, 7, "appearances", "an entry is a list where fields are expected", ""),
    ({"appearances": "[{}]"}, 7, "appearances[1].name", "is missing", "write 'name: …'"),
    ({"appearances": "[Uwe, {name: A, funktion: B}]"}, 7, "appearances[2].funktion", "is not a field", "'function'?"),
    ({"appearances": "[{name: [A]}]"}, 7, "appearances[1].name", "is a list where text is expected", "'name: …'"),
    ({"recording": "Berlin"}, 7, "recording", "is not a group of fields", "'  occasion: …'"),
    ({"recording": "{palce: Berlin}"}, 7, "recording.palce", "is not a field", "did you mean 'place'?"),
    ({"recording": "{on: 12.6.2024}"}, 7, "recording.on", "'12.6.2024' is not a date; write 2024-06-12", ""),
    ({"recording": "{geo: '52.5,13.4'}"}, 7, "recording.geo", "'52.5,13.4' is not a place",
    "write geo:51.2562,7.1508"),
    ({"recording": "{geo: 'geo:91,13.4'}"}, 7, "recording.geo", "is not a place on earth", ""),
    ({"transcripts": "[{language: de}]"}, 7, "transcripts[1].path", "is missing", "or an address"),
    ({"? [a]\n": "b"}, 7, "", "a field needs a name", ""),
    ({"cover": '"a\\u001bb"'}, 7, "cover", "no text may hold (U+001B)", "delete it"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "line", "field", "message", "hint"), WRONG)
def test_a_mistake_is_told_with_line_field_value_and_what_is_right(
    changes: dict[str, str | None], line: int, field: str, message: str, hint: str
) -> None:
    text = a_file("? [a]", ": b") if "? [a]\n" in changes else a_file(changes=changes)
    found = only_problem(text)
    assert (found.path, found.line, found.field) == ("episodes/001-diensteid.md", line, field)
    assert message in found.message
    assert hint in found.hint


def test_a_field_that_stands_twice_is_told_with_both_lines() -> None:
    found = only_problem(a_file("title: noch einer"))
    assert (found.line, found.field, found.message) == (7, "title", "stands here twice, first on line 3")


def test_a_group_on_several_lines_is_told_with_the_line_inside_it() -> None:
    found = only_problem(a_file("appearances:", "  - name: A", "  - name: B", "    rolle: Gast"))
    assert (found.line, found.field) == (10, "appearances[2].rolle")


def test_lines_are_right_in_windows_files_with_a_byte_order_mark() -> None:
    text = "\ufeff" + a_file("topcs: a", notes="\nText\x07\n").replace("\n", "\r\n")
    _, problems = read(text)
    assert [(p.line, p.field) for p in problems] == [(7, "topcs"), (10, "notes")]


def test_an_empty_front_matter_is_told_on_line_1_with_everything_missing() -> None:
    _, problems = read("---\n---\n")
    assert {(p.line, p.field) for p in problems} == {(1, "guid"), (1, "title"), (1, "audio"), (1, "published")}


@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
def test_a_naive_time_means_the_shows_zone(zone: ZoneInfo) -> None:
    published = an_episode(a_file(), zone=zone).published
    assert published is not None and published.tzinfo is zone


def test_a_naive_time_without_a_zone_is_a_mistake_and_one_with_an_offset_is_not() -> None:
    found = only_problem(a_file(), zone=None)
    assert (found.line, found.field) == (5, "published")
    assert "'2024-12-03 06:00' has no time zone" in found.message
    assert an_episode(a_file(published="2024-12-03 06:00 +01:00"), zone=None).slug == "diensteid"


def test_a_draft_needs_no_date_but_a_wrong_one_is_told() -> None:
    assert an_episode(a_file(published=None, status="draft")).status is Status.DRAFT
    assert only_problem(a_file(published="bald", status="draft")).field == "published"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("001-Über uns.md", "rename it to ueber-uns.md"),
        ("001-.md", "rename it to 001.md"),
        ("a--b.md", "rename it to a-b.md"),
        ("–.md", "use a-z, 0-9 and single hyphens"),
        ("\x1b[31m.md", "rename it to 31m.md"),
    ],
)
def test_a_file_name_that_is_no_slug_says_how_to_rename_it(name: str, hint: str) -> None:
    episode, problems = read(a_file(), name=name)
    assert episode is None
    assert [p.hint for p in problems] == [hint]
    assert str(problems[0]).isprintable()


ESCAPES = [
    ("\\x1b[2J", "U+001B"), ("\\0", "U+0000"), ("\\x07", "U+0007"), ("\\x9b31m", "U+009B"), ("\\x7f", "U+007F"),
    ("\\u202e", "U+202E"), ("\\ufffe", "U+FFFE"), ("\\r", "U+000D"), ("\\x85", "U+0085"), ("\\b", "U+0008"),
]  # fmt: skip
PLACES = [
    ("guid", "guid: {}"), ("title", "title: {}"), ("summary", "summary: {}"), ("audio", "audio: {}"), ("cover",
    "cover: {}"),
    ("topics", "topics: {}"), ("topics", "topics: [a, {}]"), ("appearances[1].name", "appearances: [{}]"),
    ("appearances[1].function", "appearances: [{{name: A, function: {}}}]"), ("appearances[1].link",
    "appearances: [{{name: A, link: {}}}]"),
    ("recording.place", "recording: {{place: {}}}"), ("recording.remark", "recording: {{remark: {}}}"),
    ("recording.osm", "recording: {{osm: {}}}"),
    ("transcripts[1].path", "transcripts: [{}]"), ("number", "number: {}"), ("kind", "kind: {}"), ("published",
    "published: {}"),
    ("recording.on", "recording: {{on: {}}}"), ("explicit", "explicit: {}"),
]  # fmt: skip


@pytest.mark.parametrize(("escape", "code"), ESCAPES)
@pytest.mark.parametrize(("field", "line"), PLACES)
def test_a_control_character_in_any_field_is_told_and_not_shown(field: str, line: str, escape: str, code: str) -> None:
    name = line.partition(":")[0]
    text = a_file(line.format(f'"a{escape}b"'), changes={name: None} if name in FIELDS else {})
    found = only_problem(text)
    assert found.field == field
    assert code in found.message
    assert str(found).isprintable()


def test_a_control_character_in_the_name_of_a_field_is_told_and_not_shown() -> None:
    found = only_problem(a_file('"\\x1b[2J\\u202e": a'))
    assert found.field == "\\u001b[2J\\u202e"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x9b", "\x7f", "\u202e", "\ufffe"])
def test_a_control_character_in_the_notes_is_told_with_its_line(char: str) -> None:
    found = only_problem(a_file(notes=f"\nEins\r\n\r\nZwei{char}\r\n"))
    assert (found.line, found.field) == (11, "notes")
    assert str(found).isprintable()


def test_tabs_line_ends_and_every_script_may_stand_in_notes() -> None:
    notes = "Eins\n\tZwei „so“ 👩🏽‍💻 \u200fעברית\u200e a\u00adb\u00a0c"
    assert an_episode(a_file(notes=f"\n{notes}\n\n".replace("\n", "\r\n"))).notes == notes


def test_a_no_break_space_in_a_title_stays() -> None:
    assert an_episode(a_file(title="12\u00a0Uhr   mittags")).title == "12\u00a0Uhr mittags"


def test_a_file_name_keeps_its_spaces() -> None:
    assert an_episode(a_file(audio='" a  b.mp3 "')).audio == " a  b.mp3 "


def test_a_long_offending_value_is_shown_in_part() -> None:
    found = only_problem(a_file(kind="x" * 5000))
    assert len(str(found)) < 300


def test_a_shared_problem_list_stays_quick_with_very_many_mistakes() -> None:
    _, problems = read(a_file(*(f"f{n}: x" for n in range(5000))))
    assert len(problems) == 5000


VALUES = st.recursive(
    st.sampled_from(["", "a", "~", "[]", "{}", "1", "2024-12-03", '"\\x1b"', "no", "*a", "&a b", "!x"]),
    lambda inner: st.builds("[{}, {}]".format, inner, inner) | st.builds("{{name: {}, on: {}}}".format, inner, inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["guid", "title", "number", "published", "appearances", "recording", "topics", "transcripts",
                        "audio", "cover", "explicit", "kind", "status", "summary", "season", "name", "", '"\\0"',
                        "[a]"])  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=examples(300))
@given(st.lists(st.tuples(KEYS, VALUES), max_size=8), st.sampled_from([BERLIN, None]))
def test_whatever_stands_there_is_an_episode_or_problems_with_lines(
    fields: list[tuple[str, str]], zone: ZoneInfo | None
) -> None:
    text = "---\n" + "".join(f"? {key}\n: {value}\n" for key, value in fields) + "---\n"
    episode, problems = read(text, zone=zone)
    assert (episode is None) == bool(problems)
    assert all(1 <= p.line <= 2 * len(fields) + 2 and str(p).isprintable() for p in problems)


def test_the_nearest_word_is_named_and_else_all() -> None:
    assert nearest("Titel", ("title", "kind")) == "did you mean 'title'?"
    assert nearest("xyz", ("title", "kind")) == "one of: title, kind"


def test_a_problem_says_place_field_what_is_wrong_and_what_to_do() -> None:
    assert str(Problem(path="a.md", line=3, field="title", message="is missing", hint="write it")) == (
        "a.md:3: title: is missing; write it"
    )
    assert str(Problem(message="is\x1b[2J missing\nhere")) == "is\\u001b[2J missing\\nhere"


def test_the_guid_is_the_one_that_stands_there() -> None:
    assert an_episode(a_file()).guid == GUID


@pytest.mark.parametrize("blank", ["", " ~", "   # später"])
def test_a_field_that_is_there_but_empty_counts_as_left_out(blank: str) -> None:
    names = ("number", "season", "kind", "status", "summary", "appearances", "recording", "topics", "transcripts")
    text = a_file(*(f"{name}:{blank}" for name in (*names, "cover", "explicit")), number=None)
    episode = an_episode(text)
    assert (episode.number, episode.status, episode.appearances, episode.summary) == (None, Status.READY, (), "")
    assert (episode.recording, episode.topics, episode.transcripts) == (Recording(), (), ())


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        ("place: Köln", "geo"),
        ("geo: geo:50.94,6.96", "place"),
        ("osm: R62578", "place"),
        ("place: Köln\n    osm: R1", "geo"),
    ],
)
def test_a_chapter_has_its_place_with_a_name_and_a_geo_or_none(place: str, missing: str) -> None:
    _, problems = read(a_file(f"chapters:\n  - start: 0:00\n    title: Mut\n    {place}\n"))
    told = {problem.field: problem for problem in problems}
    assert told[f"chapters[1].{missing}"].message == "is missing; a place has both a name and a geo"


@pytest.mark.parametrize("guid", ["a b", "a  b", "tag:a.example,2024: #1", "https://a.example/?p=1", "01", "1e5", "no"])
def test_a_guid_of_elsewhere_is_never_changed(guid: str) -> None:
    assert an_episode(a_file(guid=f"'{guid}'")).guid == guid
