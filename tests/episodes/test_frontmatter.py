"""What is promised about the text of an episode file: read as it stands, changed in one place only."""

import re
import time

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yaml.nodes import MappingNode, Node, SequenceNode

from episodes.frontmatter import LARGEST, parse, replace_field, write_block, write_plain, write_scalar
from episodes.problems import Problem
from tests.episodes.builders import a_file, document_of, refusal_of
from tests.soaking import examples

QUICK = settings(derandomize=True, deadline=None, max_examples=examples(100))


def values(text: str | bytes) -> dict[str, object]:
    return {key.value: plain(value) for key, value in document_of(text).fields.value}


def plain(node: Node) -> object:
    if isinstance(node, MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    return [plain(part) for part in node.value] if isinstance(node, SequenceNode) else node.value


@pytest.mark.parametrize("word", ["12:30", "no", "010", "1.10", "1e3", "2024-12-03", "null", "0x1F", "yes", "=", "<<"])
def test_a_value_is_the_text_that_stands_there(word: str) -> None:
    assert values(f"---\ntitle: {word}\n---\n") == {"title": word}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "is empty"),
        ("\ufeff\n", 1, "is empty"),
        ("Nur Notizen.\n", 1, "has no front matter"),
        ("\n---\ntitle: a\n---\n", 1, "has no front matter"),
        ("---\ntitle: a\n", 1, "does not end"),
        ("---", 1, "has no front matter"),
        ("---\ntitle: a: b\n---\n", 2, "mapping values"),
        ("---\ntitle: a\n\tb: c\n---\n", 3, "tab"),
        ("---\ntitle: @a\n---\n", 2, "cannot start"),
        ('---\na: b\ntitle: "offen\nnumber: 1\n---\n', 3, "quoted scalar"),
        ("---\na: b\ntopics: [a, b\nnumber: 1\n---\n", 3, "flow sequence"),
        ("---\na: b\nohne Doppelpunkt\nc: d\n---\n", 3, "expected ':'"),
        ("---\na: b\nohne Doppelpunkt\n---\n", 3, "expected ':'"),
        ('---\nü: ö\ntitle: "a\\qb"\n---\n', 3, "escape"),
        ("---\n- a\n- b\n---\n", 2, "not a list of fields"),
        ("---\nnur ein Satz\n---\n", 2, "not a list of fields"),
        ("---\nä: äöüß\nö: ß\nx: a\x01b\n---\n", 4, "U+0001"),
        ("---\nx: a\x9bb\n---\n", 2, "U+009B"),
        ("---\na: b\nx: a\u2028b\n---\n", 3, "U+2028"),
        ("---\na: b\nx: a\x85b\n---\n", 3, "U+0085"),
        ("---\na: b\rx: c\n---\n", 2, "U+000D"),
        ("---\na: b\nc: *star\n---\n", 3, "undefined alias"),
        ("---\na: b\nc: &Co KG\n---\n", 3, "'&Co' is a mark of YAML"),
        ("---\na: b\nc: !wichtig ja\n---\n", 3, "'!wichtig' is a mark of YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem_with_its_line(text: str, line: int, said: str) -> None:
    found = refusal_of(text)
    assert (found.line, found.path) == (line, "episodes/001-diensteid.md")
    assert said in found.message
    assert found.hint or line == 2 or "alias" in said


def test_a_file_that_is_not_utf8_is_told_with_the_line_of_the_byte() -> None:
    found = refusal_of("---\ntitle: a\nsummary: Müller\n---\n".encode("latin-1"))
    assert (found.line, found.message) == (3, "is not UTF-8 text: byte 0xFC")
    assert refusal_of("---\n".encode("utf-16")).line == 1


def test_line_numbers_count_from_the_top_of_the_file_in_every_line_ending() -> None:
    for text in ("---\na: 1\n\n# c\nb: 2\n---\n\nText\n", "---\r\na: 1\r\n\r\n# c\r\nb: 2\r\n---\r\n\r\nText\r\n"):
        document = document_of("\ufeff" + text)
        assert [document.line(key) for key, _ in document.fields.value] == [2, 5]
        assert document.body_line == 8
        assert document.body.strip() == "Text"


def test_a_line_of_dashes_in_the_notes_or_indented_in_a_value_ends_nothing() -> None:
    document = document_of("---\nsummary: |\n  a\n  ---\n  b\n---\n\nOben\n\n---\n\nUnten\n")
    assert plain(document.fields) == {"summary": "a\n---\nb\n"}
    assert document.body == "Oben\n\n---\n\nUnten\n"


@pytest.mark.parametrize("head", ["", "# nur ein Kommentar\n", "\n\n"])
def test_front_matter_may_be_empty(head: str) -> None:
    assert values(f"---\n{head}---\n") == {}


HOSTILE = {
    "brackets": "a: " + "[" * 90_000,
    "braces": "a: " + "{a: " * 20_000,
    "balanced": "a: " + "[" * 45_000 + "]" * 45_000,
    "dashes": "a:\n  " + "- " * 40_000,
    "questions": "? " * 40_000,
    "questions and dashes": "? - " * 20_000,
    "colons": ": " * 40_000,
    "stairs": "".join(" " * depth + "a:\n" for depth in range(400)),
    "laughs": "a: &x0 [x, x]\n" + "".join(f"k{n}: &x{n + 1} [*x{n}, *x{n}]\n" for n in range(20)),
    "itself": "a: &a [*a]",
    "long head": "a: " + "x" * 100_000,
    "quotes": '"' * 90_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_soon(name: str) -> None:
    before = time.process_time()
    assert refusal_of(f"---\n{HOSTILE[name]}\n---\n").message
    assert time.process_time() - before < 5


def test_a_huge_file_is_refused_unread() -> None:
    assert "larger than 1,000,000 bytes" in refusal_of(b"---\n---\n" + b"a" * LARGEST).message


def test_many_brackets_in_ordinary_text_are_not_nesting() -> None:
    text = "a [b] {c} - d? " * 200
    assert values(f'---\nsummary: "{text}"\n---\n') == {"summary": text}


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("-:#@!&*[]{}>|%`'\",?~ \n\t\\äß„“👩\u200d💻\u00a0\u2028\u202e\ufeff\x1b\x85=<0123456789.ex_"),
    max_size=40,
)
TRICKY = st.sampled_from(
    ["12:30", "no", "010", "1.10", "~", "null", "", " ", "yes", "1e3", "0o17", "1_000", "- a", "a: b", "a #b", "#a",
    "@a", "'", '"',
     "a:", ":", "-", "---", "...", "? a", "%a", "&a", "*a", "!a", "|", ">", "[a", "{a", "a]", "a, b", "=", "<<",
     ".5", "0x1F", "1:2:3",
     "a\n\nb", "a\n  b\nc", "a\n#b", "a\n---\nb", "a\n   \nb", "\na", "a\n", "a\tb", "\ta", "a\r\nb", "2024-12-03",
     "true", ".inf", "a\\nb"]
)  # fmt: skip


@QUICK
@given(TEXT | TRICKY)
def test_written_text_reads_back_as_the_same_text_for_us_and_for_other_readers(value: str) -> None:
    for written in (write_scalar(value), write_block(value)):
        assert values(f"---\na: 1\nx: {written}\nb: 2\n---\n") == {"a": "1", "x": value, "b": "2"}
        assert yaml.safe_load(f"a: 1\nx: {written}\n")["x"] == value
    assert "\n" not in write_scalar(value)
    flow = f"[{write_scalar(value)}, {write_scalar(value)}]"
    assert values(f"---\nx: {flow}\n---\n") == {"x": [value, value]}
    assert yaml.safe_load(f"x: {flow}\n")["x"] == [value, value]


@QUICK
@given(TEXT | TRICKY)
def test_a_value_written_plain_reads_back_as_the_same_text(value: str) -> None:
    assume("\n" not in value)
    assert values(f"---\nx: {write_plain(value)}\n---\n") == {"x": value}
    assert values(f"---\nx: [{write_plain(value)}]\n---\n") == {"x": [value]}


@pytest.mark.parametrize(
    "value", ["Mut in der Verwaltung", "Leser:innen", "„So“", "👩🏽\u200d💻 am Werk", "12\u00a0Uhr", "a - b"]
)
def test_ordinary_text_is_written_without_quotes(value: str) -> None:
    assert write_scalar(value) == value


def test_numbers_and_dates_are_written_plain() -> None:
    assert write_plain("12") == "12"
    assert write_plain("2024-12-03 06:00 +01:00") == "2024-12-03 06:00 +01:00"
    assert write_block("eins\n\nzwei") == "|-\n  eins\n\n  zwei"


SET = [
    # what stood there, the field, its new YAML, what stands there then
    ("title: alt\n", "title", "neu", "title: neu\n"),
    ("title: alt  # bleibt\nb: 1\n", "title", "neu", "title: neu  # bleibt\nb: 1\n"),
    ("title:\nb: 1\n", "title", "neu", "title: neu\nb: 1\n"),
    ("title:   # bleibt\nb: 1\n", "title", "neu", "title: neu   # bleibt\nb: 1\n"),
    ("title:   # bleibt\nb: 1\n", "title", "|-\n  x\n  y", "title: |-   # bleibt\n  x\n  y\nb: 1\n"),
    ("title: alt  # bleibt\nb: 1\n", "title", "|-\n  x\n\n  y", "title: |-  # bleibt\n  x\n\n  y\nb: 1\n"),
    ("title: ~\nb: 1\n", "title", "neu", "title: neu\nb: 1\n"),
    ("title: 'alt' # c\n", "title", '"neu: 1"', 'title: "neu: 1" # c\n'),
    ("title: ein\n  zwei\n  drei # c\nb: 1\n", "title", "neu", "title: neu # c\nb: 1\n"),
    ("title: # c\n  alt # d\nb: 1\n", "title", "neu", "title: # c\n  neu # d\nb: 1\n"),
    ("s: | # c\n  alt\n\n  mehr\n\n# unten\nb: 1\n", "s", "neu", "s: neu # c\n\n# unten\nb: 1\n"),
    ("s: |+\n  alt\n\n\nb: 1\n", "s", "neu", "s: neu\nb: 1\n"),
    ("s: >-\n  alt\u00a0\n  \nb: 1\n", "s", "|-\n  x\n  y", "s: |-\n  x\n  y\nb: 1\n"),
    ("t:\n- a # c\n- b # d\nz: 1\n", "t", "[x, y]", "t:\n  [x, y] # d\nz: 1\n"),
    ("t:\n  - a\n  - b\n# Ende\n", "t", "[x]", "t:\n  [x]\n# Ende\n"),
    ("t: [a,\n  b] # c\nz: 1\n", "t", "[x]", "t: [x] # c\nz: 1\n"),
    ("r:\n  place: Köln # c\n  on: 2024-06-12\n", "r.place", "Berlin", "r:\n  place: Berlin # c\n  on: 2024-06-12\n"),
    ("r:\n    on: x\n\nz: 1\n", "r.place", "Berlin", "r:\n    on: x\n    place: Berlin\n\nz: 1\n"),
    ("r:   # c\nz: 1\n", "r.place", "Berlin", "r:   # c\n  place: Berlin\nz: 1\n"),
    ("r: ~ # c\nz: 1\n", "r.place", "Berlin", "r: # c\n  place: Berlin\nz: 1\n"),
    ("r: {}\nz: 1\n", "r.place", "Berlin", "r:\n  place: Berlin\nz: 1\n"),
    ("r: {place: Köln, on: x}\n", "r.place", "Berlin", "r: {place: Berlin, on: x}\n"),
    ("z: 1\n", "r.place", "Berlin", "z: 1\nr:\n  place: Berlin\n"),
    ("r:\n  place: Köln\n  remark: a\n", "r.remark", "|-\n  x\n  y", "r:\n  place: Köln\n  remark: |-\n    x\n    y\n"),
    ("z: 1 # c\n\n# Ende\n", "title", "neu", "z: 1 # c\ntitle: neu\n\n# Ende\n"),
    ("z: |+\n  a\n\n", "title", "neu", "z: |+\n  a\n\ntitle: neu\n"),
    ("# nichts\n", "title", "neu", "# nichts\ntitle: neu\n"),
    ("", "title", "neu", "title: neu\n"),
    ("  a: 1\n  b: 2\n", "c", "|-\n  x\n  y", "  a: 1\n  b: 2\n  c: |-\n    x\n    y\n"),
    ('"title": alt\n', "title", "neu", '"title": neu\n'),
    ("{title: alt, b: 1}\n", "title", "neu", "{title: neu, b: 1}\n"),
    ("a: 👩🏽‍💻💻\ntitle: alt\n", "title", "neu", "a: 👩🏽‍💻💻\ntitle: neu\n"),
    ("a: 1\ntitle: alt # weg\nb: 2\n", "title", None, "a: 1\nb: 2\n"),
    ("z: 1 # c\n# Ende\n", "t", "- x\n- y", "z: 1 # c\nt:\n  - x\n  - y\n# Ende\n"),
    ("t: # c\nz: 1\n", "t", "- x", "t: # c\n  - x\nz: 1\n"),
    ("t: [a, b] # c\nz: 1\n", "t", "- x\n- k: 1\n  l: 2", "t: # c\n  - x\n  - k: 1\n    l: 2\nz: 1\n"),
    ("t: # c\n- a\n# d\n- b # e\n# f\nz: 1\n", "t", "- x", "t: # c\n- x # e\n# f\nz: 1\n"),
    ("t:\n    # c\n    - k: a\n      l: b\nz: 1\n", "t", "- x\n- y", "t:\n    # c\n    - x\n    - y\nz: 1\n"),
    ("t: | # c\n  a\n\n  b\nz: 1\n", "t", "- x", "t: # c\n  - x\nz: 1\n"),
    ("r:\n  on: x\n", "r.t", "- x\n- y", "r:\n  on: x\n  t:\n    - x\n    - y\n"),
    ("a: 1\ns: |\n  x\n\n  y\n# bleibt\nb: 2\n", "s", None, "a: 1\n# bleibt\nb: 2\n"),
    ("a: 1\nt:\n- x\n- y\n", "t", None, "a: 1\n"),
    ("a: 1\n", "title", None, "a: 1\n"),
    ("a: 1\nr:\n", "r.place", None, "a: 1\nr:\n"),
    ("a: 1\nr:\n  place: x\n  on: y\n", "r.place", None, "a: 1\nr:\n  on: y\n"),
    ("a: 1\nr:\n  place: x # c\nb: 2\n", "r.place", None, "a: 1\nb: 2\n"),
]


@pytest.mark.parametrize(("head", "name", "written", "expected"), SET)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_field_is_set_and_every_other_byte_kept(
    head: str, name: str, written: str | None, expected: str, newline: str
) -> None:
    text = f"\ufeff---\n{head}---\n\nNotizen 👩\n---\ntitle: kein Feld".replace("\n", newline)
    changed = replace_field(document_of(text), name, written)
    assert changed == f"\ufeff---\n{expected}---\n\nNotizen 👩\n---\ntitle: kein Feld".replace("\n", newline)


@pytest.mark.parametrize(
    ("head", "name", "written"),
    [
        ("{title: alt}\n", "summary", "neu"),
        ("{title: alt, b: 1}\n", "title", None),
        ("{title: alt, b: 1}\n", "title", "|-\n  x\n  y"),
        ("{title: alt, b: 1}\n", "title", "- x"),
        ("a: 1\nt:\n  - b\n", "t", "- x\nb: 2"),
        ("{r: , b: 1}\n", "r.place", "x"),
        ("title: alt\n", "title", None),
        ("recording: irgendwo\n", "recording.place", "Berlin"),
        ("recording: [a]\n", "recording.place", "Berlin"),
        ("r: {place: Köln, on: x}\n", "r.place", None),
        ("? title\n: alt\nb: 1\n", "title", None),
        ("a: 1\ntitle: alt\n", "title", "neu\nb: 2"),
        ("a: 1\ntitle: alt\n", "title", "[offen"),
        ("s: |\n  x\nb: 1\n  # kein Text\n", "b", None),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(head: str, name: str, written: str | None) -> None:
    with pytest.raises(ValueError, match="folge edit"):
        replace_field(document_of(f"---\n{head}---\n"), name, written)


WORD = st.sampled_from(["Mut", "Wandel 👩🏽‍💻", "Größe", "a-b", "12:30", "„Nein“", "no"])
COMMENT = st.sampled_from(["", "  # Hinweis: 1", " # 👩", "   "])
LONE = st.sampled_from(["", "\n", "# Zeile: für sich\n", "\n\n# a\n\n"])
BLANK = st.sampled_from(["", "\n", "\n\n"])
STYLED = st.one_of(
    st.builds("{}{}\n".format, WORD, COMMENT),
    st.builds("'{}'{}\n".format, WORD, COMMENT),
    st.builds('"{}"{}\n'.format, WORD, COMMENT),
    st.builds("{}\n  {}{}\n".format, WORD, WORD, COMMENT),
    st.builds("{}{}\n  {}\n\n  {} # Text\n{}".format, st.sampled_from("|>"), COMMENT, WORD, WORD, BLANK),
    st.builds("{}{}\n  {}\n   {}\n".format, st.sampled_from(["|-", ">-", "|+", ">+"]), COMMENT, WORD, WORD),
    st.builds("[{}, '{}']{}\n".format, WORD, WORD, COMMENT),
    st.builds("[{},\n  {}]{}\n".format, WORD, WORD, COMMENT),
    st.builds("{}\n  - {}\n  - {}{}\n".format, COMMENT, WORD, WORD, COMMENT),
    st.builds("\n- {}\n- {}{}\n".format, WORD, WORD, COMMENT),
    st.builds("{}\n  k: {}{}\n  l: {}\n".format, COMMENT, WORD, COMMENT, WORD),
    st.builds("{}\n".format, COMMENT),
    st.just("~\n"),
)  # fmt: skip
NEW = st.sampled_from(["neu", '"a: b"', "[x, 'y, z']", "|-\n  eins\n\n  zwei", "2024-12-03 06:00", '""'])
NEW_LIST = st.sampled_from(["- neu", "- 00:00 eins\n- 'a: b'", "- start: 12:30\n  title: x # y\n- zwei"])
NAMES = ("guid", "title", "summary", "topics", "cover")


@st.composite
def heads(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2, max_size=4))
    return "".join(draw(LONE) + f"{name}: {draw(STYLED)}" for name in names) + draw(LONE)


def as_text(head: str, newline: str, notes: str) -> str:
    return f"---\n{head}---{notes}".replace("\n", newline)


@settings(QUICK, max_examples=examples(250))
@given(
    heads(),
    st.sampled_from(NAMES),
    NEW | NEW_LIST,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\nText\n", "\n\nText"]),
)
def test_setting_changes_one_value_and_nothing_outside_it(
    head: str, name: str, written: str, newline: str, notes: str
) -> None:
    text = as_text(head, newline, notes)
    before = values(text)
    changed = replace_field(document_of(text), name, written)
    after = values(changed)
    assert after[name] == values(f"---\nx:{chr(10) if written[:2] == '- ' else ' '}{written}\n---\n")["x"]
    assert [(k, v) for k, v in after.items() if k != name] == [(k, v) for k, v in before.items() if k != name]
    assert list(before) == [key for key in after if key in before]
    assert changed.endswith(f"---{notes}".replace("\n", newline))
    assert ("\r\n" in changed) == (newline == "\r\n") and changed.count("\n") == changed.count(newline)
    assert comments(changed) == comments(text)


def comments(text: str) -> list[str]:
    """The comments a change must keep: all but those inside a group."""
    lines = [line for line in text.splitlines() if not line.startswith("  k:")]
    return re.findall("# (?:Hinweis: 1|👩|Zeile: für sich|a)", "\n".join(lines))


@settings(QUICK, max_examples=examples(150))
@given(heads(), st.sampled_from(NAMES), st.sampled_from(["\n", "\r\n"]))
def test_removing_takes_one_field_or_refuses(head: str, name: str, newline: str) -> None:
    text = as_text(head, newline, "\n")
    before = values(text)
    try:
        changed = replace_field(document_of(text), name, None)
    except ValueError:
        assert "|+" in head or ">+" in head  # what follows the field would become text of the one above
        return
    assert list(values(changed).items()) == [(key, value) for key, value in before.items() if key != name]


@QUICK
@given(
    heads(), WORD, st.sampled_from(["", "recording:\n", "recording: {}\n", "recording:  # c\n  on: 2024-06-12 # d\n"])
)
def test_a_field_of_a_group_is_set_whether_the_group_is_there_or_not(head: str, word: str, group: str) -> None:
    text = as_text(head + group, "\n", "\n")
    place = write_scalar(word)
    changed = replace_field(document_of(text), "recording.place", place)
    recording = values(changed).pop("recording")
    assert isinstance(recording, dict)
    assert recording.pop("place") == word
    assert recording == ({"on": "2024-06-12"} if "on" in group else {})
    assert changed.replace(f"  place: {place}\n", "").replace("recording:\n", "").replace("recording: {}\n", "") == (
        text.replace("recording:\n", "").replace("recording: {}\n", "")
    )


@QUICK
@given(st.text(max_size=200), st.sampled_from(["\n", "\r\n"]))
def test_any_text_is_read_or_refused_with_a_problem(head: str, newline: str) -> None:
    found = parse(f"---\n{head}\n---\n".replace("\n", newline).encode(errors="replace"), "x.md")
    assert not isinstance(found, Problem) or (found.line >= 1 and str(found).isprintable())


def test_a_sound_file_is_taken_apart() -> None:
    document = document_of(a_file(notes="\nText\n"))
    assert document.text[document.head_start : document.head_end].startswith("guid:")
    assert (document.first_line, document.body) == (2, "Text\n")
