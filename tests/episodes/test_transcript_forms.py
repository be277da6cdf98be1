"""What is written of a transcript is read by others, and by us as the same cues."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from episodes.cues import Cue
from episodes.transcript_forms import for_screens, to_html, to_json, to_plain, to_srt, to_vtt
from episodes.transcripts import Transcript, read_transcript, with_speakers
from episodes.voices import Voice
from feed.checks.cues import read_srt, read_webvtt, spoken, voices
from feed.checks.html_tags import named, read_tags
from tests.soaking import examples

NAMES = ("Anna Beispiel", "Jürgen von der Müller-Groß", "SPEAKER_00", "R&D <Berlin>", "李雷")
PEOPLE = tuple(Voice(name=name) for name in NAMES)
WORDS = st.one_of(
    st.sampled_from(["Mut", "Leser:in", "AT&T", "&lt;", "<b>", "</i>", "-->", "{\\an8}", "12", "Und:",
                     "Wichtig:", "NOTE", "a\u00a0b"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=40),
)  # fmt: skip
TEXTS = st.lists(WORDS, min_size=1, max_size=30).map(" ".join).filter(lambda text: text.strip() != "")
TIMES = st.integers(0, 40 * 3_600_000)


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """A transcript as reading gives one: cues in order, and speakers from the first who is named."""
    rows = draw(st.lists(st.tuples(TIMES, st.integers(1, 60_000), st.sampled_from(("", *NAMES)), TEXTS), min_size=1))
    cues = [Cue(start=ms(at), end=ms(at + length), speaker=name, text=text) for at, length, name, text in rows]
    transcript = Transcript(cues=with_speakers(sorted(cues, key=lambda cue: cue.start), PEOPLE))
    while True:
        before, transcript = transcript, read_transcript("a.json", to_json(transcript), people_of(transcript))[0]
        if cues_of(before) == cues_of(transcript):
            return transcript


def people_of(transcript: Transcript) -> tuple[Voice, ...]:
    """The people of an episode in which everybody who speaks is known."""
    return (*PEOPLE, *(Voice(name=name) for name in dict.fromkeys(cue.speaker for cue in transcript.cues) if name))


def cues_of(transcript: Transcript) -> list[tuple[timedelta, timedelta, str, str]]:
    return [cue.said for cue in transcript.cues]


def a_transcript(*rows: tuple[float, float, str, str]) -> Transcript:
    second = timedelta(seconds=1)
    return Transcript(
        cues=tuple(Cue(start=a * second, end=b * second, speaker=name, text=text) for a, b, name, text in rows)
    )


TALK = a_transcript(
    (0, 2.5, "Anna Beispiel", "Guten Tag & willkommen"),
    (2.5, 4, "Anna Beispiel", "1 < 2 ist wahr."),
    (4, 3700.25, "Jürgen", "Ja, und das ist ein Satz, der länger ist als zwei Zeilen zu je zweiunddreißig Zeichen."),
)


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(transcripts())
def test_webvtt_holds_every_cue(transcript: Transcript) -> None:
    body = to_vtt(transcript)
    read, _ = read_transcript("a.vtt", body, people_of(transcript))
    assert cues_of(read) == cues_of(transcript)
    assert read.sound
    assert read_webvtt(body).faults == ()
    assert to_vtt(read) == body


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(transcripts())
def test_subrip_holds_every_cue(transcript: Transcript) -> None:
    body = to_srt(transcript)
    read, _ = read_transcript("a.srt", body, people_of(transcript))
    assert cues_of(read) == cues_of(transcript)
    assert read.sound
    assert read_srt(body).faults == ()


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(transcripts())
def test_json_holds_every_cue(transcript: Transcript) -> None:
    read, _ = read_transcript("a.json", to_json(transcript), people_of(transcript))
    assert cues_of(read) == cues_of(transcript)
    assert read.sound


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(transcripts())
def test_cues_cut_for_screens_say_the_same_in_the_same_time(transcript: Transcript) -> None:
    cut = for_screens(transcript)
    assert " ".join(cue.text for cue in cut.cues) == " ".join(cue.text for cue in transcript.cues)
    assert all(cue.start < cue.end for cue in cut.cues)
    assert {cue.start for cue in transcript.cues} <= {cue.start for cue in cut.cues}
    assert {cue.end for cue in transcript.cues} <= {cue.end for cue in cut.cues}


def test_a_cue_cut_for_screens_has_two_lines_of_32_characters() -> None:
    found = read_srt(to_srt(for_screens(TALK)))
    assert len(found.cues) == 4
    assert all(len(cue.lines) <= 2 and all(len(line) <= 32 for line in cue.lines) for cue in found.cues)


def test_a_speaker_is_named_where_another_one_speaks() -> None:
    assert [list(voices(cue)) for cue in read_webvtt(to_vtt(TALK)).cues] == [["Anna Beispiel"], [], ["Jürgen"]]
    assert [cue.lines[0] for cue in read_srt(to_srt(TALK)).cues] == [
        "Anna Beispiel: Guten Tag &",
        "1 < 2 ist wahr.",
        "Jürgen: Ja, und das ist ein",
    ]
    assert all(len(spoken(line)) <= 65 for cue in read_webvtt(to_vtt(TALK)).cues for line in cue.lines)


def test_a_page_names_speakers_and_times_and_escapes_them() -> None:
    body = to_html(TALK, "Mut & <Eid>", "de")
    tags = read_tags(body)
    assert "<title>Mut &amp; &lt;Eid&gt;</title>" in body.decode()
    assert [tag.text for tag in named(tags, "cite")] == ["Anna Beispiel:", "Jürgen:"]
    assert [tag.text for tag in named(tags, "time")] == ["0:00", "0:04"]
    assert next(tag.text for tag in named(tags, "p")) == "Guten Tag & willkommen 1 < 2 ist wahr."
    assert [tag.get("lang") for tag in named(tags, "html")] == ["de"]


def test_a_page_has_a_heading_and_loads_nothing() -> None:
    body = to_html(TALK, "Mut & <Eid>", "de")
    page = document_fromstring(body)
    assert page.findtext(".//main/h1") == "Mut & <Eid>"
    assert [it.get("datetime") for it in page.iter("time")] == ["PT0S", "PT4S"]
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None
    assert str(policy.get("content")).startswith("default-src 'none'")


def test_plain_text_is_paragraphs_by_who_speaks() -> None:
    text = to_plain(TALK).decode()
    assert text.startswith("Anna Beispiel: Guten Tag & willkommen 1 < 2 ist wahr.\n\nJürgen: Ja, und")
    assert read_transcript("a.txt", text.encode(), PEOPLE)[0].sound


@pytest.mark.parametrize(
    ("name", "write"), [("a.vtt", to_vtt), ("a.srt", to_srt), ("a.json", to_json), ("a.txt", to_plain)]
)
def test_every_form_gives_the_same_plain_text(name: str, write: Callable[[Transcript], bytes]) -> None:
    read, _ = read_transcript(name, write(TALK), people_of(TALK))
    assert to_plain(read) == to_plain(TALK)


def test_a_long_talk_is_cut_into_paragraphs_where_a_sentence_ends() -> None:
    talk = a_transcript(*((n, n + 1, "Anna", f"Dies ist der Satz mit der Nummer {n}.") for n in range(100)))
    paragraphs = [tag.text for tag in named(read_tags(to_html(talk, "", "de")), "p")]
    assert len(paragraphs) == 6
    assert all(len(text) < 700 for text in paragraphs)


def ffmpeg(source: Path, target: Path) -> bytes:
    """Let ffmpeg turn one kind of subtitles into another; in CI it must be there."""
    program = shutil.which("ffmpeg")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ffmpeg must be installed in CI")
        pytest.skip("ffmpeg is not on this machine")
    subprocess.run([program, "-v", "error", "-i", source, target], check=True, timeout=60, stdin=subprocess.DEVNULL)
    return target.read_bytes()


@pytest.mark.parametrize(("own", "other"), [("vtt", "srt"), ("srt", "vtt")])
def test_another_program_reads_and_writes_the_same_cues(tmp_path: Path, own: str, other: str) -> None:
    talk = Transcript(cues=tuple(replace(cue, speaker="") for cue in TALK.cues))
    (tmp_path / f"a.{own}").write_bytes(to_vtt(talk) if own == "vtt" else to_srt(talk))
    body = ffmpeg(tmp_path / f"a.{own}", tmp_path / f"b.{other}")
    found, _ = read_transcript(f"b.{other}", body)
    assert cues_of(found) == cues_of(talk)
