"""Transcripts of any kind become one model; what is wrong with a file is told with its line."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.problems import Problem, Severity, UserError
from episodes.transcripts import Transcript, beyond, other_language, read_transcript
from episodes.voices import Voice, Voices
from tests.soaking import examples

REPOSITORY = Path(__file__).parents[2]
ANNA = Voice(name="Anna Beispiel", handle="ab1")
JURGEN = Voice(name="Jürgen Müller-Groß")
PEOPLE = (ANNA, JURGEN)

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Anna Beispiel>Guten Tag\n\n00:02.000 --> 01:00:04.500\n<v Ben>Hallo\n"
SRT = "1\n00:00:00,000 --> 00:00:02,000\nAnna: Guten Tag\n\n2\n00:00:02,000 --> 01:00:04,500\nBen: Hallo\n"
PODCASTING = {
    "version": "1.0.0",
    "segments": [
        {"speaker": "AB", "startTime": 0, "endTime": 2, "body": "Guten Tag"},
        {"speaker": "Ben", "startTime": 2, "endTime": 3604.5, "body": "Hallo"},
    ],
}
WHISPER = {
    "text": " Guten Tag Hallo",
    "language": "de",
    "segments": [
        {"id": 0, "seek": 0, "start": 0.0, "end": 2.0, "text": " Guten Tag", "speaker": "anna", "temperature": 0.0},
        {
            "id": 1,
            "text": " Hallo",
            "speaker": "Ben",
            "words": [
                {"word": " Hal", "start": 2.0, "end": 2.5, "probability": 0.9},
                {"word": "lo", "start": 2.5, "end": 3604.5, "probability": 0.9},
            ],
        },
    ],
}
WHISPER_CPP = {
    "result": {"language": "de"},
    "transcription": [
        {"offsets": {"from": 0, "to": 2000}, "text": " Anna: Guten Tag"},
        {
            "timestamps": {"from": "00:00:02,000", "to": "01:00:04,500"},
            "offsets": {"from": 2000, "to": 3604500},
            "text": " Hallo",
            "speaker": "Ben",
        },
    ],
}
PODLOVE = [
    {"start": "00:00:00.000", "start_ms": 0, "end": "00:00:02.000", "end_ms": 2000, "speaker": "ab1",
     "voice": "", "text": "Guten Tag"},
    {"start": "00:00:02.000", "start_ms": 2000, "end": "01:00:04.500", "end_ms": 3604500, "speaker": "",
     "voice": "Ben", "text": "Hallo"},
]  # fmt: skip
GROUPED = [
    {"start": "00:00:00.000", "speaker": "ab1", "items": [{"start_ms": 0, "end_ms": 2000, "text": "Guten Tag"}]},
    {"start": "00:00:02.000", "voice": "Ben", "items": [{"start_ms": 2000, "end_ms": 3604500, "text": "Hallo"}]},
]
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" xml:lang="de">
  <head><metadata><ttm:agent type="person" xml:id="a"><ttm:name>ANNA BEISPIEL</ttm:name></ttm:agent></metadata></head>
  <body><div begin="0s">
    <p begin="0s" dur="2000ms" ttm:agent="a">Guten<br/><span>Tag</span></p>
    <p begin="00:00:02:00" end="01:00:04.5" ttm:agent="Ben">Hallo</p>
  </div></body>
</tt>
"""
SAID = [(0.0, 2.0, "Anna Beispiel", "Guten Tag"), (2.0, 3604.5, "Ben", "Hallo")]


def read(name: str, text: str | bytes, people: tuple[Voice, ...] = ()) -> tuple[Transcript, tuple[Problem, ...]]:
    return read_transcript(name, text if isinstance(text, bytes) else text.encode(), people)


def said(transcript: Transcript) -> list[tuple[float, float, str, str]]:
    return [(c.start.total_seconds(), c.end.total_seconds(), c.speaker, c.text) for c in transcript.cues]


def told(name: str, text: str | bytes) -> list[str]:
    """What is told of a file, besides its speakers, as `line severity: message`."""
    found = read(name, text)[1]
    return [f"{it.line} {it.severity}: {it.message}" for it in found if it.severity is not Severity.NOTE]


def refusal(name: str, text: str | bytes) -> str:
    with pytest.raises(UserError) as refused:
        read(name, text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vtt", VTT),
        ("a.vtt", VTT.replace("\n", "\r\n")),
        ("a.vtt", "\ufeff" + VTT),
        ("a.srt", SRT.replace("Ben: Hallo", "Ben: Hallo\n\n3\n01:00:04,500 --> 01:00:05,000\nBen: Ende")),
        ("a.json", json.dumps(PODCASTING)),
        ("a.json", json.dumps(WHISPER, indent=2)),
        ("a.json", json.dumps(WHISPER_CPP, indent=2)),
        ("a.json", json.dumps(PODLOVE)),
        ("a.json", json.dumps(GROUPED)),
        ("a.ttml", TTML),
    ],
)
def test_every_kind_says_the_same(name: str, text: str) -> None:
    transcript, problems = read(name, text, PEOPLE)
    assert said(transcript)[:2] == SAID
    assert [problem.severity for problem in problems] == [Severity.NOTE]
    assert "'Ben' is nobody of this episode" in problems[0].message


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (2, "the speakers 'Gast 1', 'Gast 2' are nobody of this episode"),
        (7, "the speakers 'Gast 1', 'Gast 2', 'Gast 3', 'Gast 4', 'Gast 5' and 2 more are nobody of this episode"),
    ],
)
def test_speakers_who_are_nobody_are_told_in_one_line(count: int, message: str) -> None:
    cues = (f"00:{n:02}.000 --> 00:{n + 1:02}.000\n<v Gast {n % count + 1}>Hallo\n" for n in range(30))
    _, problems = read("a.vtt", "\n".join(["WEBVTT\n", *cues]), PEOPLE)
    assert [(problem.severity, problem.line) for problem in problems] == [(Severity.NOTE, 3)]
    assert problems[0].message.startswith(message)


def test_only_what_apps_read_is_sound() -> None:
    sound = {"a.vtt": VTT, "a.srt": SRT, "a.json": json.dumps(PODCASTING), "a.txt": "Guten Tag"}
    assert all(read(name, text)[0].sound for name, text in sound.items())
    mixed = json.dumps({**WHISPER, "version": "1.0.0"})
    for name, text in (
        ("a.json", mixed),
        ("a.json", json.dumps(WHISPER)),
        ("a.json", json.dumps(PODLOVE)),
        ("a.ttml", TTML),
    ):
        assert not read(name, text)[0].sound


def test_what_somebody_unknown_says_once_is_not_put_into_the_mouth_of_the_guest() -> None:
    text = "1\n00:00:00,000 --> 00:00:01,000\nAnna Beispiel: Grüße\n\n2\n00:00:01,000 --> 00:00:02,000\nModerator: Ja\n"
    transcript, _ = read("a.srt", text, PEOPLE)
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [("Anna Beispiel", "Grüße"), ("", "Moderator: Ja")]


def test_a_text_without_times_is_read_by_paragraphs() -> None:
    transcript, problems = read("a.txt", "Anna: Guten\nTag\n\nWie geht es?\n\nUnd: gut\n", PEOPLE)
    assert [(cue.speaker, cue.text, cue.line) for cue in transcript.cues] == [
        ("Anna Beispiel", "Guten Tag", 1),
        ("Anna Beispiel", "Wie geht es?", 4),
        ("", "Und: gut", 6),  # somebody called Und, or Anna: nobody's words become somebody else's
    ]
    assert (transcript.timed, problems) == (False, ())


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("anna beispiel", "Anna Beispiel"),
        ("ANNA", "Anna Beispiel"),
        ("ab1", "Anna Beispiel"),
        ("A. B.", "Anna Beispiel"),
        ("Jurgen", "Jürgen Müller-Groß"),
        ("Juergen Mueller-Gross", "Jürgen Müller-Groß"),
        ("JMG", "Jürgen Müller-Groß"),
        ("jg", "Jürgen Müller-Groß"),
        ("Mu\u0308ller-Groß", "Jürgen Müller-Groß"),
        ("Ben", ""),
        ("", ""),
        ("–", ""),
    ],
)
def test_a_speaker_is_found_under_many_names(name: str, person: str) -> None:
    assert Voices(PEOPLE).whose(name) == person


def test_a_short_name_of_two_people_is_nobodys() -> None:
    voices = Voices([Voice(name="Anna Beispiel"), Voice(name="Anna Bauer"), Voice(name="Anna Beispiel")])
    assert [voices.whose(name) for name in ("Anna", "AB", "Bauer", "Anna Bauer")] == [
        "",
        "",
        "Anna Bauer",
        "Anna Bauer",
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.vtt", VTT.replace("WEBVTT\n\n", ""), "1 warning: the first line is '00:00.000 --> 00:02.000', not WEBVTT"),
        ("a.vtt", VTT.replace("WEBVTT", "webvtt"), "1 warning: the first line is 'webvtt', not WEBVTT"),
        ("a.vtt", VTT.replace("02.000 -->", "02,000 -->"), "6 warning: '00:02,000' has a ',' before the milliseconds"),
        ("a.srt", SRT.replace("02,000 -->", "02.000 -->"), "6 warning: '00:00:02.000' has a '.' before the milliseco"),
        ("a.vtt", VTT.replace("00:02.000 -->", "1:75.000 -->"), "6 error: '1:75.000' is not a time: seconds go to 59"),
        ("a.vtt", VTT.replace("01:00:04.500", "01:75:04.500"), "6 error: '01:75:04.500' is not a time: minutes go to"),
        ("a.vtt", VTT.replace("01:00:04.500", "later"), "6 error: 'later' is not a time such as 00:01:02.500"),
        ("a.vtt", VTT.replace("01:00:04.500", "999:00:04.500"), "6 error: '999:00:04.500' is later than any episode"),
        ("a.vtt", VTT.replace("00:02.000\n", "00:02.5\n"), "3 warning: '00:02.5' is not written with hours, minutes"),
        ("a.vtt", VTT.replace("01:00:04.500", "00:01.000"), "6 warning: the cue ends at '00:01.000' and begins"),
        ("a.vtt", VTT.replace("00:02.000 -->", "00:01.000 -->"), "6 warning: the cue begins at 00:00:01.000, befo"),
        ("a.vtt", VTT + "\n00:01.000 --> 00:02.000\nspät\n", "9 warning: the cue begins at 00:00:01.000, earlier than"),
        ("a.vtt", VTT.replace("<v Ben>Hallo", "<v Ben></v>"), "6 warning: the cue is empty, and left out"),
        ("a.vtt", VTT.replace("Tag\n\n", "Tag\n\nverloren\n\n"), "6 warning: 'verloren' has no time above it, and is"),
        ("a.vtt", VTT.replace("Tag\n\n", "Tag\n"), "5 warning: the cue begins without an empty line above it"),
        ("a.vtt", VTT.replace("WEBVTT\n\n", "WEBVTT\n"), "2 warning: the cue begins without an empty line above it"),
        ("a.vtt", VTT.replace("Tag", "T\x1bg"), "3 warning: holds a character that no text may hold (U+001B)"),
        ("a.srt", SRT.replace("2\n00:00:02", "00:00:02"), "5 warning: the cue has no number above its time"),
        ("a.srt", SRT + "\n3\n", "9 warning: the cue '3' is empty, and left out"),
        ("a.srt", SRT.replace("00:00:00,000", "00:00,000"), "2 warning: '00:00,000' is not written with hours"),
        ("a.json", json.dumps(PODCASTING, indent=1).replace("1.0.0", "2"), "1 warning: the version is '2', not "),
        ("a.json", json.dumps(PODCASTING, indent=1).replace('"startTime": 2', '"startTime": "x"'), "10 error: seg"),
        ("a.json", json.dumps(PODCASTING, indent=1).replace("3604.5", "1"), "10 warning: segment 2 ends at 1 and"),
        ("a.json", json.dumps(PODCASTING, indent=1).replace('"Hallo"', "null"), "10 warning: segment 2 has no text"),
        ("a.ttml", TTML.replace("01:00:04.5", "00:75:00"), "7 error: '00:75:00' is not a time: minutes go to 59"),
        ("a.ttml", TTML.replace('begin="00:00:02:00" end="01:00:04.5"', ""), "7 warning: the paragraph has no begin"),
        ("a.ttml", TTML.replace(">Hallo<", "><"), "7 warning: the cue is empty"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(name: str, text: str, message: str) -> None:
    found = told(name, text)
    assert any(line.startswith(message) for line in found), found
    assert read(name, text)[0].sound is message.endswith("00:00:01.000, befo")


@pytest.mark.parametrize("text", [VTT, SRT])
def test_a_sound_file_is_told_nothing_about(text: str) -> None:
    assert told("a.vtt" if text is VTT else "a.srt", text) == []


def test_people_who_speak_at_once_do_not_overlap() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Anna>Ja\n<v Ben>Nein\n"
    assert told("a.vtt", text) == []
    assert [cue.speaker for cue in read("a.vtt", text)[0].cues] == ["Anna", "Ben"]


def test_a_transcript_may_end_three_seconds_behind_its_audio() -> None:
    last = read("a.vtt", VTT)[0].last
    assert beyond(last, timedelta(hours=1, seconds=1.5), "a.vtt") is None
    found = beyond(last, timedelta(hours=1, seconds=1.4), "a.vtt")
    assert found is not None
    assert (found.rule, found.line, found.path) == ("TR-LEN-1", 6, "a.vtt")


@pytest.mark.parametrize(("said", "told"), [("en", True), ("de-AT", False), ("German", False), ("", False)])
def test_another_language_than_the_published_one_is_told(said: str, told: bool) -> None:
    transcript, _ = read("a.json", json.dumps({**WHISPER, "language": said}))
    assert transcript.language == said
    assert bool(other_language(transcript, "de", "a.json")) is told


@pytest.mark.parametrize(("name", "text", "line"), [("a.vtt", VTT, 4), ("a.srt", SRT, 3), ("a.txt", "Guten Tag", 1)])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_wrong_encoding_is_recognised_and_told(name: str, text: str, line: int, encoding: str) -> None:
    body = text.replace("Tag", "Tag, Jürgen, 5 €").encode(encoding)
    message = "1 warning: is UTF-16, and is published as UTF-8"
    if encoding == "cp1252":
        place = f"line {line}, byte {body.index(0xFC)} (0xFC)"
        message = f"{line} warning: is not UTF-8: {place}; it is read as Windows-1252"
    assert told(name, body) == [message]
    transcript, _ = read(name, body)
    assert "Tag, Jürgen, 5 €" in transcript.cues[0].text
    assert not transcript.sound


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("WEBVTT\n\nGrüße\n".encode() + b"\xe4", r"is not UTF-8 text: line 4, byte 16 (0xE4)"),
        ("WEBVTT\r\rGr\x81".encode("latin-1"), "is not UTF-8 text: line 3, byte 10 (0x81)"),
        (b"\xef\xbb\xbfWEBVTT\n\n\x81", "is not UTF-8 text: line 3, byte 11 (0x81)"),
        (b"WEBVTT\n\n\x00\x01\x02", "is no text: line 3 holds the byte 0x00"),
        (b"\xff\xfeW\x00E", "is not whole UTF-16"),
    ],
)
def test_what_is_in_no_encoding_is_named_with_line_and_byte(body: bytes, message: str) -> None:
    assert message in refusal("a.vtt", body)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.vtt", "root:x:0:0", "its first line is not WEBVTT"),
        ("a.vtt", "WEBVTT\n\nNOTE nichts\n", "has no cue"),
        ("a.vtt", "WEBVTT\n\n1:75 --> 1:80\nx\n", "has no cue that can be read: line 3: '1:75' is not a time"),
        ("a.srt", "root:x:0:0", "no line of times"),
        ("a.json", '{"password": "x"}', "no list 'segments'"),
        ("a.json", '["a"]', "no list 'segments'"),
        ("a.json", "[" * 100_000, "is not valid JSON"),
        ("a.json", '{"segments": [{"startTime": NaN}]}', "NaN is no number"),
        ("a.json", '{\n"segments": [,]}', "is not valid JSON: line 2"),
        ("a.ttml", "<html/>", "its first element is not <tt>"),
        ("a.ttml", "<tt", "is not well-formed XML: line 1"),
        ("a.ttml", '<!DOCTYPE tt [<!ENTITY a "b">]><tt>&a;</tt>', "holds a document type in line 1"),
        ("a.doc", "x", "is not a kind of transcript"),
        ("a.txt", " \n", "is empty"),
        ("a.vtt", b"\xef\xbb\xbf", "is empty"),
    ],
)
def test_what_is_no_transcript_is_refused(name: str, text: str | bytes, message: str) -> None:
    assert message in refusal(name, text)


CUE = "00:00.000 --> 00:01.000\na\n\n"
HOSTILE = {
    "a million cues": ("a.vtt", "WEBVTT\n\n" + CUE * 700_000, "more than 100,000 cues"),
    "a million arrows": ("a.srt", "-->\n" * 1_000_000, "more than 100,000 cues"),
    "a million lines without a time": ("a.vtt", "WEBVTT\n\n" + CUE + "a\n\n" * 5_000_000, "more than 1,000 places"),
    "a million segments": ("a.json", '{"segments": [' + "0," * 1_000_000 + "0]}", "more than 100,000 cues"),
    "a million items": (
        "a.json",
        '[{"start": 0, "items": [' + '{"start":0,"end":1,"text":"a"},' * 300_000 + "0]}]",
        "more than 100,000 cues",
    ),
    "a million paragraphs": (
        "a.ttml",
        '<tt xmlns="http://www.w3.org/ns/ttml">' + '<p begin="0s" end="1s">a</p>' * 300_000 + "</tt>",
        "more than 100,000 cues",
    ),
    "depth": ("a.ttml", '<tt xmlns="http://www.w3.org/ns/ttml">' + "<div>" * 1_000_000, "nested too deeply"),
    "a billion laughs": (
        "a.ttml",
        '<!DOCTYPE tt [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><tt>&b;</tt>',
        "holds a document type",
    ),
    "too large": ("a.vtt", "WEBVTT\n\n" + "a" * 20_000_000, "larger than 20,000,000 bytes"),
    "spaces before an arrow": ("a.vtt", "WEBVTT\n\na" + " " * 5_000_000 + "x-->\nb\n", "is not a time"),
}


READ = """
import resource, sys
from pathlib import Path
from episodes.problems import UserError
from episodes.transcripts import read_transcript
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_transcript(sys.argv[1], Path(sys.argv[1]).read_bytes())
except UserError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_within_200_megabytes(case: str, tmp_path: Path) -> None:
    name, text, message = HOSTILE[case]
    (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", READ, str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=REPOSITORY)
    said, kilobytes = done.stdout.splitlines()
    assert message in said
    assert int(kilobytes) < 200_000


def test_a_cue_of_a_whole_file_is_cut_and_told() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\n" + "<v a " * 100_000 + "wort " * 100_000
    transcript, problems = read("a.vtt", text)
    assert len(transcript.cues[0].text) <= 20_000
    assert any("20,000 are kept" in problem.message for problem in problems)


SAMPLES = {
    "a.vtt": VTT.encode(),
    "a.srt": SRT.encode(),
    "a.txt": b"Anna: Guten Tag\n\nBen: Hallo",
    "a.ttml": TTML.encode(),
    "whisper.json": json.dumps(WHISPER).encode(),
    "cpp.json": json.dumps(WHISPER_CPP).encode(),
    "podlove.json": json.dumps(PODLOVE).encode(),
    "grouped.json": json.dumps(GROUPED).encode(),
    "podcasting.json": json.dumps(PODCASTING).encode(),
}
PIECES = [
    b"",
    b"\n\n",
    b"-->",
    b"<v ",
    b"null",
    b"[]",
    b"{}",
    b"0",
    b"-1",
    b"1e999",
    b'"',
    b",",
    b"<",
    b"&#x0;",
    b"\xff\xfe",
]


@settings(derandomize=True, deadline=None, max_examples=examples(600))
@given(st.sampled_from(sorted(SAMPLES)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9),
       st.sampled_from(PIECES) | st.binary(max_size=3)), min_size=1, max_size=4))  # fmt: skip
def test_a_damaged_file_is_read_or_refused(name: str, changes: list[tuple[float, int, bytes]]) -> None:
    body = SAMPLES[name]
    for where, length, piece in changes:
        at = int(where * len(body))
        body = body[:at] + piece + body[at + length :]
    try:
        transcript, problems = read_transcript(name, body, PEOPLE)
    except UserError:
        return
    assert transcript.cues
    assert not transcript.timed or all(cue.start < cue.end and cue.text for cue in transcript.cues)
    assert all(problem.line <= body.count(b"\n") + body.count(b"\r") + 1 for problem in problems)


def replaced(data: object, value: object) -> Iterator[object]:
    """Every state of JSON data in which one part of it is `value`."""
    yield value
    if isinstance(data, dict):
        yield from ({**data, key: other} for key, part in data.items() for other in replaced(part, value))
    if isinstance(data, list):
        for at, part in enumerate(data):
            yield from ([*data[:at], other, *data[at + 1 :]] for other in replaced(part, value))


@pytest.mark.parametrize("data", [PODCASTING, WHISPER, WHISPER_CPP, PODLOVE, GROUPED])
def test_a_value_of_another_kind_is_told_or_refused(data: object) -> None:
    values: tuple[object, ...] = (None, [], {}, True, "x", [0], -1, 1e300, 10**30)
    for value in values:
        for changed in replaced(data, value):
            with suppress(UserError):
                assert read("a.json", json.dumps(changed), PEOPLE)[0].cues


def test_of_many_mistakes_the_first_are_told_one_by_one() -> None:
    cues = "".join(f"00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02},500\na\n\n" for n in range(1000))
    found = told("a.vtt", f"WEBVTT\n\n{cues}")
    assert len(found) == 11
    assert found[-1] == "0 warning: 990 more lines where a time is written otherwise"
