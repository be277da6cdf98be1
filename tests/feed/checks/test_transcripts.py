"""What the rules say to the transcripts an item links to."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.problems import Problem, Severity
from feed.checks import transcripts
from feed.checks.cues import read_srt, read_webvtt, spoken, voices
from tests.feed.checks.fetched import a_document, found
from tests.soaking import SOAK, examples

URL = "https://a.example/transcript"
VTT, SRT, JSON, HTML = "text/vtt", "application/x-subrip", "application/json", "text/html"

GOOD_VTT = """WEBVTT - Kommunen-Podcast

NOTE written by hand

STYLE
::cue { color: red }

1
00:00:00.000 --> 00:00:05.000 align:start
<v Anna Beispiel>Willkommen, liebe Leser:innen &amp; Hörer:innen!

00:05.000 --> 00:10.250
<v.loud Uwe>Guten Tag.
- Schön, hier zu sein.
"""
GOOD_SRT = """1
00:00:00,000 --> 00:00:02,760
Sarah: In today's episode,
you'll learn whether or not you

2
00:00:02,760 --> 00:00:06,090
should have a podcast trailer.
"""
GOOD_JSON = json.dumps(
    {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Darth Vader", "startTime": 0.5, "endTime": 0.75, "body": "I"},
            {"startTime": 1, "body": "am"},
        ],
    }
)
GOOD_HTML = "<cite>Kevin:</cite>\n<time>0:00</time>\n<p>We have it</p><cite>A:</cite><time>1:02:30</time><p>So?</p>"
GOOD = {VTT: GOOD_VTT, SRT: GOOD_SRT, JSON: GOOD_JSON, HTML: GOOD_HTML}

SPOKEN = frozenset({"TR-VTT-1", "TR-VTT-2", "APPLE-TR-2", "TR-SRT-1", "TR-JSON-1", "TR-HTML-1", "TR-LEN-1"})
"""The rules that have a case here."""


def said(rule_id: str, media_type: str, body: str | bytes, *, item: str = "") -> tuple[Problem, ...]:
    transcript = f'<podcast:transcript url="{URL}" type="{media_type}"/>'
    return found(rule_id, a_document(transcript + item, files={URL: body}))


@pytest.mark.parametrize("rule_id", sorted(SPOKEN))
@pytest.mark.parametrize("media_type", GOOD)
def test_a_good_transcript_is_met_with_silence(rule_id: str, media_type: str) -> None:
    length = "<itunes:duration>8</itunes:duration>"
    assert said(rule_id, media_type, GOOD[media_type], item=length) == ()


@pytest.mark.parametrize("rule_id", sorted(SPOKEN))
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_any_system_are_line_ends(rule_id: str, end: str) -> None:
    for media_type in (VTT, SRT):
        body = "\ufeff" + GOOD[media_type].replace("\n", end)
        assert said(rule_id, media_type, body) == ()


@pytest.mark.parametrize("rule_id", sorted(SPOKEN))
def test_a_transcript_nobody_fetched_is_not_judged(rule_id: str) -> None:
    for media_type in GOOD:
        item = f'<podcast:transcript url="{URL}" type="{media_type}"/><itunes:duration>1</itunes:duration>'
        assert found(rule_id, a_document(item, files={})) == ()


def test_a_plain_text_transcript_is_not_judged() -> None:
    for rule_id in SPOKEN:
        assert said(rule_id, "text/plain", "Guten Tag.") == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("WEBVTT - ", "WEBVTT-", "line 1: the first line is 'WEBVTT-Kommunen-Podcast', not WEBVTT"),
        ("WEBVTT", "\nWEBVTT", "line 1: the first line is '', not WEBVTT"),
        ("00:00:05.000 align", "00:00:05,000 align", "line 9: '00:00:05,000' has a ',' before the milliseconds"),
        ("00:10.250", "00:10.25", "line 12: '00:10.25' is not a time"),
        ("00:10.250", "00:61.250", "line 12: '00:61.250' is not a time"),
        ("00:10.250", "00:05.000", "line 12: the cue ends at '00:05.000' and begins at '00:05.000'"),
        ("- Schön", "\n- Schön", "line 15: '- Schön, hier zu sein.' has no time above it"),
        ("- Schön", "00:06.000 --> 00:07.000\n- Schön", "line 14: a cue begins without an empty line above it"),
        ("Podcast\n\nNOTE written by hand", "Podcast\n00:01.000 --> 00:02.000", "line 2: a cue begins without"),
    ],
)
def test_a_fault_of_webvtt_is_told_with_its_line(old: str, new: str, message: str) -> None:
    assert old in GOOD_VTT
    problems = said("TR-VTT-1", VTT, GOOD_VTT.replace(old, new, 1))
    assert any(problem.message.startswith(message) for problem in problems), problems
    assert {problem.severity for problem in problems} == {Severity.ERROR}


def test_text_that_is_not_utf_8_is_told_with_its_line() -> None:
    (problem,) = said("TR-VTT-1", VTT, GOOD_VTT.encode("latin-1"))
    assert problem.message == "line 10: the text is not UTF-8"


def test_a_transcript_without_cues_is_a_fault() -> None:
    (problem,) = said("TR-VTT-1", VTT, "WEBVTT\n")
    assert problem.message == "the transcript has no cue"


def test_a_thousand_faults_are_a_few_findings() -> None:
    body = "WEBVTT\n\n" + "\n\n".join(f"Zeile {count}" for count in range(1000))
    problems = said("TR-VTT-1", VTT, body)
    assert len(problems) == 6
    assert problems[-1].message == "there are 995 more faults in the file"


def test_lines_too_long_for_captions_are_counted() -> None:
    body = GOOD_VTT + "\n00:11.000 --> 00:12.000\n<v Anna>" + "ä" * 65 + "\n" + "ä" * 66 + "\n"
    (problem,) = said("TR-VTT-2", VTT, body)
    assert problem.message == "line 18: 1 line of the transcript has more than 65 characters"
    assert problem.severity is Severity.NOTE


def test_a_voice_needs_a_name() -> None:
    (problem,) = said("TR-VTT-2", VTT, GOOD_VTT.replace("<v Anna Beispiel>", "<v>"))
    assert problem.message == "line 10: a voice without a name"


def test_names_in_the_text_are_no_voices() -> None:
    lines = ["Anna: Guten Tag.", "Uwe: Hallo.", "Anna: Und nun: los.", "Uwe: Ja.", "Ende: aus."]
    cues = [f"00:{count:02}.000 --> 00:{count + 1:02}.000\n{line}\n" for count, line in enumerate(lines)]
    (problem,) = said("TR-VTT-2", VTT, "\n".join(["WEBVTT\n", *cues]))
    assert "'Anna' are named in the text" in problem.message
    assert said("TR-VTT-2", VTT, "\n".join(["WEBVTT\n", *cues[:3]])) == ()


@pytest.mark.parametrize(
    ("people", "count"),
    [
        ("<podcast:person>Anna</podcast:person>", 0),
        ('<podcast:person>Anna</podcast:person><podcast:person role="guest">Uwe</podcast:person>', 1),
        ('<podcast:person>Anna</podcast:person><podcast:person group="visuals">Uwe</podcast:person>', 0),
    ],
)
def test_who_speaks_matters_where_several_do(people: str, count: int) -> None:
    body = "WEBVTT\n\n00:00.000 --> 00:01.000\nGuten Tag.\n"
    problems = said("APPLE-TR-2", VTT, body, item=people)
    assert [problem.severity for problem in problems] == [Severity.NOTE] * count
    assert said("APPLE-TR-2", VTT, GOOD_VTT, item=people) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("00:00:02,760\nSarah", "00:00:02.760\nSarah", "line 2: '00:00:02.760' has a '.' before the milliseconds"),
        ("2\n00:00:02,760", "00:00:02,760", "line 6: the cue has no number above its time"),
        ("00:00:06,090", "00:00:01,090", "line 7: the cue ends at '00:00:01,090'"),
        ("00:00:06,090", "0:06,090", "line 7: '0:06,090' is not a time"),
        ("2\n00:00:02,760 --> 00:00:06,090\n", "", "line 6: 'should have a podcast trailer.' has no time above it"),
        ("should have a podcast trailer.", "a\nb\nc", "line 8: 1 cue of the transcript has more than 2 lines"),
        ("should have a", "should most certainly have a", "line 8: 1 line of the transcript has more than 32"),
    ],
)  # fmt: skip
def test_a_fault_of_srt_is_told_with_its_line(old: str, new: str, message: str) -> None:
    assert old in GOOD_SRT
    (problem,) = said("TR-SRT-1", SRT, GOOD_SRT.replace(old, new, 1))
    assert problem.message.startswith(message)
    assert problem.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the transcript is broken: line 1: not JSON"),
        ("[" * 100_000, "the transcript is broken: "),
        ("\xff", "the transcript is broken: line 1: not JSON"),
        ("[]", "the transcript has no list of segments"),
        ('{"version": "1.0.0", "segments": [{"startTime": NaN}]}', "the transcript is broken: not JSON: NaN"),
        ('{"version": 1, "segments": []}', "the version of the transcript is no text, not '1.0.0'"),
        ('{"segments": []}', "the version of the transcript is missing, not '1.0.0'"),
        ('{"version": "1.0.0", "segments": [1]}', "segment 1 is not an object"),
        ('{"version": "1.0.0", "segments": [{"body": "a"}]}', "segment 1 has no startTime in seconds"),
        ('{"version": "1.0.0", "segments": [{"startTime": true, "body": "a"}]}', "segment 1 has no startTime"),
        ('{"version": "1.0.0", "segments": [{"startTime": ' + "9" * 9999 + "}]}", "segment 1 has no startTime"),
        ('{"version": "1.0.0", "segments": [{"startTime": 1}]}', "segment 1 has no body"),
        ('{"version": "1.0.0", "segments": [{"startTime": 2, "endTime": 1, "body": "a"}]}', "segment 1 ends at 1"),
        ('{"version": "1.0.0", "segments": [{"startTime": 2, "endTime": "3", "body": "a"}]}', "segment 1 has an end"),
        ('{"version": "1.0.0", "segments": [{"startTime": 2, "body": "a", "speaker": 1}]}', "segment 1 has a speaker"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_fault_of_a_json_transcript_is_told(body: str, message: str) -> None:
    (problem,) = said("TR-JSON-1", JSON, body)
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the transcript has no paragraph of text"),
        ("<div>Hallo<p> </p></div>", "the transcript has no paragraph of text"),
        ("<p>Hallo</p>\n<time>gleich</time>", "line 2: 'gleich' is not a time such as 1:02:30"),
    ],
)
def test_a_fault_of_an_html_transcript_is_told(body: str, message: str) -> None:
    (problem,) = said("TR-HTML-1", HTML, body)
    assert problem.message == message


def test_a_page_around_the_transcript_may_tell_its_date() -> None:
    assert said("TR-HTML-1", HTML, '<time datetime="2024-06-02">2. Juni</time><p>Hallo</p>') == ()


@pytest.mark.parametrize(("media_type", "end"), [(VTT, 10.25), (SRT, 6.09), (JSON, 0.75)])
def test_a_transcript_may_end_three_seconds_late(media_type: str, end: float) -> None:
    body = GOOD[media_type] if media_type != JSON else GOOD_JSON.replace("0.75", "20.75")
    end = end if media_type != JSON else 20.75
    for length, count in ((int(end) - 1, 0), (int(end) - 4, 1)):
        duration = f"<itunes:duration>{timedelta(seconds=length)}</itunes:duration>"
        assert len(said("TR-LEN-1", media_type, body, item=duration)) == count
    assert said("TR-LEN-1", media_type, body) == ()


def test_cues_are_read_as_they_are_shown() -> None:
    first, second = read_webvtt(GOOD_VTT.encode()).cues
    assert (first.line, first.start, first.end) == (10, 0, 5)
    assert spoken(first.lines[0]) == "Willkommen, liebe Leser:innen & Hörer:innen!"
    assert [*voices(first), *voices(second)] == ["Anna Beispiel", "Uwe"]
    assert [cue.line for cue in read_srt(GOOD_SRT.encode()).cues] == [3, 8]


def test_every_rule_on_transcripts_has_a_case() -> None:
    own = {name.upper().replace("_", "-") for name in vars(transcripts) if name.startswith(("tr_", "apple_tr"))}
    assert own == SPOKEN


def _spoilt(body: str) -> st.SearchStrategy[bytes]:
    """A sound file with a few bytes of it replaced."""
    whole = body.encode()
    places = st.tuples(st.integers(0, len(whole)), st.integers(0, 12), st.binary(max_size=12))
    return places.map(lambda spot: whole[: spot[0]] + spot[2] + whole[spot[0] + spot[1] :])


FILES: Mapping[str, st.SearchStrategy[bytes]] = {
    media_type: st.one_of(st.binary(max_size=400), _spoilt(body)) for media_type, body in GOOD.items()
}


@pytest.mark.parametrize("media_type", GOOD)
@settings(max_examples=examples(100), deadline=None)
@given(data=st.data())
def test_any_bytes_end_in_findings_or_silence(media_type: str, data: st.DataObject) -> None:
    body = data.draw(FILES[media_type])
    for rule_id in SPOKEN:
        said(rule_id, media_type, body, item="<itunes:duration>1</itunes:duration>")


@pytest.mark.parametrize("media_type", GOOD)
@pytest.mark.parametrize(
    "part", [b"<", b"<v ", b" ", b"-->", b"\n", b"1\n\n", b"a:", b"<p><time>", b"[", b'{"a":', b"\xff"]
)
def test_very_much_of_the_same_ends_too(media_type: str, part: bytes) -> None:
    # A rule whose time grows with the square of the file would never end here.
    body = b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + part * ((1_000_000 if SOAK else 300_000) // len(part))
    for rule_id in SPOKEN:
        assert len(said(rule_id, media_type, body)) < 10
