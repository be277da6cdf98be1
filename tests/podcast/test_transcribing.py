"""From one transcript in an episode file the public gets every form, and the producer hears what is wrong with it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from episodes.problems import Problem, ProblemsFound, Severity
from episodes.transcript_forms import to_bare_html
from feed.checks.cues import read_srt, read_webvtt
from feed.item import Transcript
from podcast.digests import digest
from podcast.layout import LEDGER
from podcast.publishing.changes import Kind
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import BASE, ShowFolder, assert_whole, feed_in, later, objects
from tests.podcast.spies import PowerCutError, Spy

VTT = "WEBVTT\n\n00:00.000 --> 00:00.500\n<v anna>Grüß Gott\n\n00:00.500 --> 00:00.900\n<v Ben>Hallo\n"
APPEARANCE = "appearances: [{name: Ben Muster}]\n"
TYPES = ["text/vtt", "application/x-subrip", "application/json", "text/html"]


def with_transcript(show: ShowFolder, body: str | bytes = VTT, name: str = "a.vtt", more: str = APPEARANCE) -> None:
    (show.path / name).write_bytes(body if isinstance(body, bytes) else body.encode())
    show.episode(1, more=f"transcripts: [{name}]\n{more}")


def published(store: MemoryStore) -> dict[str, Transcript]:
    return {transcript.media_type: transcript for transcript in feed_in(store).items[1].transcripts}


def body_of(store: MemoryStore, media_type: str) -> bytes:
    return objects(store)[published(store)[media_type].url.removeprefix(BASE)]


def told(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{it.severity} {it}" for it in problems if it.path.startswith(("a.", "episodes/"))]


def test_one_transcript_is_published_in_every_form(show: ShowFolder) -> None:
    with_transcript(show)
    store = MemoryStore()
    outcome = show.publish(store)

    assert list(published(store)) == TYPES
    assert {it.language for it in published(store).values()} == {"de"}
    assert body_of(store, "text/vtt") == VTT.encode()
    assert read_srt(body_of(store, "application/x-subrip")).cues[0].lines == ("Anna Beispiel: Grüß Gott",)
    segments = json.loads(body_of(store, "application/json"))["segments"]
    assert [row["speaker"] for row in segments] == ["Anna Beispiel", "Ben Muster"]
    assert "<cite>Ben Muster:</cite>" in body_of(store, "text/html").decode()
    assert told(outcome.problems) == []
    assert_whole(store)


@pytest.mark.parametrize(
    ("name", "body", "own"),
    [
        ("a.srt", "1\n00:00:00,000 --> 00:00:00,500\nAnna: Grüß Gott\n", "application/x-subrip"),
        (
            "a.json",
            '{"version": "1.0.0", "segments":'
            ' [{"startTime": 0, "endTime": 0.5, "body": "Grüß Gott", "speaker": "Anna"}]}',
            "application/json",
        ),
    ],
)  # fmt: skip
def test_a_sound_file_is_published_as_it_is(show: ShowFolder, name: str, body: str, own: str) -> None:
    with_transcript(show, body, name)
    store = MemoryStore()
    show.publish(store)

    assert set(published(store)) == set(TYPES)
    assert body_of(store, own) == body.encode()
    (cue,) = read_webvtt(body_of(store, "text/vtt")).cues
    assert cue.lines == ("<v Anna Beispiel>Grüß Gott",)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.vtt", VTT.encode("cp1252")),
        ("a.vtt", VTT.replace("WEBVTT\n\n", "").encode()),
        ("a.vtt", VTT.replace("00.500 -->", "00,500 -->").encode("utf-16")),
        ("a.json", json.dumps({"segments": [{"start": 0.0, "end": 0.5, "text": " Grüß Gott"}]}).encode()),
        ("a.ttml", '<tt xmlns="http://www.w3.org/ns/ttml"><p begin="0s" end="500ms">Grüß Gott</p></tt>'.encode()),
    ],
)
def test_what_is_not_sound_is_published_mended(show: ShowFolder, name: str, body: bytes) -> None:
    with_transcript(show, body, name)
    store = MemoryStore()
    show.publish(store)

    assert set(published(store)) == set(TYPES)
    found = read_webvtt(body_of(store, "text/vtt"))
    assert found.faults == ()
    assert found.cues[0].lines[0].endswith("Grüß Gott")
    assert json.loads(body_of(store, "application/json"))["version"] == "1.0.0"


def test_a_form_the_producer_wrote_is_not_made_again(show: ShowFolder) -> None:
    (show.path / "b.srt").write_text("1\n00:00:00,000 --> 00:00:00,500\nEigenes\n", encoding="utf-8")
    (show.path / "c.srt").write_text("1\n00:00:00,000 --> 00:00:00,500\nForeign\n", encoding="utf-8")
    with_transcript(show, name="a.vtt", more="")
    show.episode(1, more="transcripts: [a.vtt, b.srt, {path: c.srt, language: en}]\n")
    store = MemoryStore()
    show.publish(store)

    found = [(it.language, it.media_type) for it in feed_in(store).items[1].transcripts]
    assert sorted(found) == sorted([*(("de", kind) for kind in TYPES), *(("en", kind) for kind in TYPES)])
    assert any(b"Eigenes" in body for key, body in objects(store).items() if key.endswith(".srt"))


def test_text_without_times_becomes_a_page(show: ShowFolder) -> None:
    with_transcript(show, "Anna: Grüß Gott", "a.txt")
    store = MemoryStore()
    show.publish(store)

    assert list(published(store)) == ["text/plain", "text/html"]
    assert "<cite>Anna Beispiel:</cite>" in body_of(store, "text/html").decode()


def test_a_second_publish_writes_nothing_with_and_without_caches(
    show: ShowFolder, own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_transcript(show, VTT.encode("cp1252"))
    store = MemoryStore()
    show.publish(store)

    assert show.publish(Spy(store, 0), now=later(1)).plan.empty
    for file in own_cache.glob("*/transcripts/*"):
        file.unlink()
    assert show.publish(Spy(store, 0), now=later(1)).plan.empty
    for file in own_cache.glob("*/transcripts.json"):
        file.write_text("{", encoding="utf-8")
    assert show.publish(Spy(store, 0), now=later(1)).plan.empty
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "other"))
    assert show.publish(Spy(store, 0), now=later(1)).plan.empty


def test_the_same_mistakes_are_told_again_from_the_cache(show: ShowFolder) -> None:
    with_transcript(show, VTT.encode("cp1252"))
    store = MemoryStore()
    first = told(show.publish(store).problems)
    assert any(line.startswith("warning a.vtt:4: is not UTF-8") for line in first)
    assert told(show.publish(store, now=later(1)).problems) == first


def test_a_person_who_gets_a_name_gets_it_in_every_form_made(show: ShowFolder) -> None:
    with_transcript(show, more="")
    store = MemoryStore()
    outcome = show.publish(store)
    assert any("'Ben' is nobody of this episode" in line for line in told(outcome.problems))
    assert "<cite>Ben:</cite>" in body_of(store, "text/html").decode()
    with_transcript(show)

    outcome = show.publish(store, now=later(1))

    assert "<cite>Ben Muster:</cite>" in body_of(store, "text/html").decode()
    assert told(outcome.problems) == []
    assert_whole(store)


def test_the_forms_stay_where_the_file_is_not_on_this_machine(show: ShowFolder, tmp_path: Path) -> None:
    with_transcript(show)
    store = MemoryStore()
    show.publish(store)
    before = published(store)
    other = show.copy(tmp_path / "other")
    (other.path / "a.vtt").unlink()
    (other.path / "b.srt").write_text("1\n00:00:00,000 --> 00:00:00,500\nNeu\n", encoding="utf-8")
    other.episode(1, title="Neu", more=f"transcripts: [a.vtt, b.srt]\n{APPEARANCE}")

    other.publish(store, now=later(1), by="ben@laptop")

    assert len(feed_in(store).items[1].transcripts) == 5
    assert published(store)["text/html"] == before["text/html"]
    assert feed_in(store).items[1].title == "Neu"


def test_the_forms_keep_their_addresses_when_the_episode_is_renamed(show: ShowFolder) -> None:
    with_transcript(show)
    store = MemoryStore()
    show.publish(store)
    before = published(store)
    show.file(1).rename(show.file(1, "neuer-name"))

    show.publish(store, now=later(1))

    assert published(store) == before


@pytest.mark.parametrize("writes", range(1, 14))
def test_a_publish_cut_off_is_finished_by_the_next(show: ShowFolder, writes: int) -> None:
    with_transcript(show)
    store = MemoryStore()
    with pytest.raises(PowerCutError):
        show.publisher(Spy(store, writes)).run(lambda prepared: True)
        raise PowerCutError  # where so many writes were enough
    assert_whole(store)

    show.publish(store, now=later(1))

    assert list(published(store)) == TYPES
    assert_whole(store)


def test_an_episode_published_before_there_were_forms_gets_them(show: ShowFolder) -> None:
    with_transcript(show)
    store = MemoryStore()
    show.publish(store)
    ledger = decode_ledger(objects(store)[LEDGER])
    entries = []
    for entry in ledger.entries:
        bare = tuple(replace(transcript, forms=()) for transcript in entry.release.transcripts)
        release = replace(entry.release, transcripts=bare)
        version = replace(entry.current, digest=digest(release))
        entries.append(replace(entry, release=release, history=(version,)))
    older = encode_ledger(replace(ledger, entries=tuple(entries)))
    store.put(LEDGER, older, media_type="application/json", cache_control="", expected=None)
    assert show.publisher(store, now=later(1)).prepare().plan.changes[0].kind is Kind.UPDATE

    show.publisher(store, now=later(1)).run(lambda prepared: True, thorough=True)

    assert list(published(store)) == TYPES


def test_a_page_published_before_it_had_a_heading_keeps_its_bytes_until_it_changes(
    show: ShowFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_transcript(show)
    store = MemoryStore()
    with monkeypatch.context() as older:
        older.setattr("podcast.publishing.transcribing.to_html", to_bare_html)
        show.publish(store)
    before = published(store)["text/html"]
    assert b"<h1>" not in body_of(store, "text/html")

    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "another"))  # as another version would not trust this one's
    assert show.publish(store, now=later(1)).plan.empty
    assert published(store)["text/html"] == before

    show.episode(1, title="Neu", more=f"transcripts: [a.vtt]\n{APPEARANCE}")
    show.publish(store, now=later(2))
    assert b"<h1>Neu</h1>" in body_of(store, "text/html")
    assert_whole(store)


def test_the_page_of_an_episode_shows_the_transcript(show: ShowFolder) -> None:
    with_transcript(show)
    store = MemoryStore()
    show.publish(store)
    page = objects(store)["folge-1/index.html"].decode()
    url = published(store)["text/html"].url
    assert f'<iframe loading="lazy" src="{url}" title="Abschrift"></iframe>' in page
    assert f'<a href="{url}" hreflang="de">Abschrift</a></p>' in page
    assert page.count(">Abschrift</a>") == 1


def test_a_transcript_that_ends_behind_its_audio_is_told_with_its_line(show: ShowFolder) -> None:
    with_transcript(show, VTT.replace("00:00.900", "01:00.000"))
    (found,) = told(show.publish(MemoryStore()).problems)
    assert found.startswith("warning a.vtt:6: the last cue ends at 00:01:00.000, and the audio at 00:00:01.")


def test_a_time_that_is_none_stops_the_publish_and_names_the_line(show: ShowFolder) -> None:
    with_transcript(show, VTT.replace("00:00.500 --> 00:00.900", "1:75.000 --> 1:76.000"))
    store = MemoryStore()
    with pytest.raises(ProblemsFound) as stopped:
        show.publish(store)
    assert "error a.vtt:6: '1:75.000' is not a time: seconds go to 59; write it as 00:01:02.500" in told(
        stopped.value.problems
    )
    assert objects(store) == {}


def test_a_cache_nothing_can_be_written_to_is_named(
    show: ShowFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "file"))
    with_transcript(show)
    with pytest.raises(ProblemsFound, match="name another folder with FOLGE_CACHE"):
        show.publish(MemoryStore())


@pytest.mark.parametrize(("required", "severity"), [("warn", Severity.WARNING), ("error", Severity.ERROR)])
def test_a_show_may_want_a_transcript_of_every_ready_episode(
    show: ShowFolder, required: str, severity: Severity
) -> None:
    with_transcript(show)
    show.episode(3, more="status: draft\n")
    file = show.path / "podcast.toml"
    file.write_text(file.read_text(encoding="utf-8") + f'\n[transcripts]\nrequired = "{required}"\n', encoding="utf-8")
    store = MemoryStore()
    problems: tuple[Problem, ...]
    try:
        problems = show.publish(store).problems
    except ProblemsFound as stopped:
        problems = stopped.problems
    (found,) = (problem for problem in problems if "no transcript" in problem.message)
    assert (found.path, found.field, found.severity) == ("episodes/002-folge-2.md", "transcripts", severity)
    assert ("feed.xml" in objects(store)) is (severity is Severity.WARNING)


def test_nobody_is_asked_for_a_transcript_unprompted(show: ShowFolder) -> None:
    assert not any("transcript" in problem.message for problem in show.publish(MemoryStore()).problems)


@pytest.mark.parametrize("text", ['required = "yes"', "required = true", "wanted = 1"])
def test_another_word_for_required_is_told_with_its_line(show: ShowFolder, text: str) -> None:
    file = show.path / "podcast.toml"
    settings = file.read_text(encoding="utf-8")
    file.write_text(f"{settings}\n[transcripts]\n{text}\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as stopped:
        show.publish(MemoryStore())
    (found,) = stopped.value.problems
    assert (found.path, found.line) == ("podcast.toml", settings.count("\n") + 3)
