"""What is promised about new episodes: what `add` writes is read back as what was said, whatever was said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from episodes.frontmatter import Document, parse
from episodes.model import Appearance, Audio, Episode, Kind, Recording, Status, Tags, TranscriptFile
from episodes.problems import UserError
from episodes.schema import read_episode
from episodes.slugs import is_slug
from podcast.drafting import Said, draft_episode, local_now, read_guest
from podcast.episodetext import write_episode
from podcast.layout import RESERVED_SLUGS
from tests.podcast.strategies import FIT, LETTERS, LINE, NOTES, YEARS
from tests.soaking import examples

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 12, 3, 9, 30, tzinfo=BERLIN)
FOLDER = Path("/show")
GUID = UUID("5f3d1c9e-0000-4000-8000-000000000001")


def drafted(
    said: Said | None = None,
    *,
    path: str = "/show/audio/talk.mp3",
    tags: Tags | None = None,
    taken: tuple[str, ...] = (),
    now: datetime = NOW,
    language: str = "de",
) -> Episode:
    audio = Audio(media_type="audio/mpeg", bytes=1, sha256="0" * 64, duration=timedelta(1), tags=tags or Tags())
    return draft_episode(
        said or Said(), audio, Path(path), folder=FOLDER, language=language, guid=GUID, number=7, taken=taken, now=now
    )


def read_back(episode: Episode) -> Episode:
    raw = write_episode(episode).encode()
    document = parse(raw, f"episodes/{episode.source_name}")
    assert isinstance(document, Document), str(document)
    read, problems = read_episode(document, raw, None)
    assert problems == ()
    assert read is not None
    return replace(read, source_sha256="")


ANY = st.text(LETTERS, max_size=60)
NAME = FIT.map(lambda text: text.replace("\n", "").replace("\x00", "").replace("/", "")).filter(
    lambda t: t.strip().strip(" .") != ""
)
PEOPLE = st.builds(Appearance, name=LINE, function=LINE | st.just(""), organisation=LINE | st.just(""))
RECORDED = st.builds(Recording, on=st.none() | st.dates(date(1900, 1, 1), date(2199, 1, 1)), occasion=LINE, place=LINE)
SAYINGS = st.builds(
    Said,
    title=LINE | st.just(""),
    guests=st.lists(PEOPLE, max_size=3).map(tuple),
    topics=st.lists(LINE, max_size=3, unique=True).map(tuple),
    recording=RECORDED | st.just(Recording()),
    season=st.none() | st.integers(1, 99),
    number=st.none() | st.integers(1, 2000),
    kind=st.sampled_from(Kind),
    publish_at=st.none() | st.datetimes(*YEARS, timezones=st.just(BERLIN)),
    summary=NOTES,
    notes=NOTES,
    draft=st.booleans(),
    explicit=st.booleans(),
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(SAYINGS, NAME)
def test_what_was_said_is_what_is_read(said: Said, name: str) -> None:
    episode = drafted(said, path=f"/show/{name}")
    assert read_back(episode) == episode
    assert episode.audio.removeprefix("./") == name
    assert (episode.title == said.title) or not said.title
    assert (episode.guid, episode.kind, episode.season, episode.explicit) == (
        str(GUID),
        said.kind,
        said.season,
        said.explicit,
    )
    assert (episode.appearances, episode.topics, episode.recording) == (said.guests, said.topics, said.recording)
    assert episode.summary == said.summary.strip()
    assert episode.notes == said.notes.lstrip("\n").rstrip()
    assert episode.status is (Status.DRAFT if said.draft else Status.READY)
    assert said.publish_at is None or episode.published == said.publish_at.astimezone(UTC).replace(microsecond=0)


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(ANY, ANY, st.sampled_from(Kind), st.sampled_from(["de", "en"]))
def test_any_tags_give_an_episode_that_can_be_read(title: str, description: str, kind: Kind, language: str) -> None:
    episode = drafted(Said(kind=kind), tags=Tags(title=title, description=description), language=language)
    assert read_back(episode) == episode
    assert is_slug(episode.slug)
    assert 1 <= len(episode.title) <= 255


FULL = Episode(
    guid="g-1", slug="a", title="T: #1", audio="a.mp3", source_name="001-a.md", source_sha256="", number=1, season=2,
    kind=Kind.BONUS, status=Status.WITHDRAWN, published=datetime(2024, 12, 3, 6, 0, 9, tzinfo=UTC), summary="a\n\nb",
    notes="n",
    appearances=(Appearance(name="A", role="editor", group="writing", link="https://a.example", picture="p",
    person="a"),),
    recording=Recording(on=date(2024, 6, 12), occasion="o", place="p", geo="geo:52.5,13.4", osm="R1", country="DE",
    remark="no"),
    topics=("a, b", "no"), transcripts=(TranscriptFile(path="a.vtt"), TranscriptFile(path="b: c.srt", language="en")),
    cover="c.png", explicit=True,
)  # fmt: skip


def test_every_field_of_an_episode_is_written() -> None:
    assert read_back(FULL) == FULL


@pytest.mark.parametrize(
    "title", ['"Mut"', "'Mut'", "[Mut]", "{Mut}", "„Mut“", "- Mut", "# Mut", "@mut", "&Mut", "*Mut*", "!Mut", "a: b",
    "no", "010", "12:30", "~", "|", ">-", "%"]
)  # fmt: skip
def test_a_title_may_begin_with_anything(title: str) -> None:
    episode = drafted(Said(title=title))
    assert (episode.title, read_back(episode).title) == (title, title)


def test_a_very_long_title_is_cut_to_what_apps_take() -> None:
    assert len(drafted(Said(title="Wort " * 1000)).title) == 254
    assert len(drafted(Said(title="x" * 5000)).title) == 255


@pytest.mark.parametrize(
    ("said", "tags", "path", "title"),
    [
        ("Gesagt", "Getaggt", "datei.mp3", "Gesagt"),
        ("", "Getaggt\x00\n neu", "datei.mp3", "Getaggt neu"),
        ("", "", "mit_unter  strich.mp3", "mit unter strich"),
        ("", "\x1b", "datei.mp3", "datei"),
        ("", "", "_.mp3", "Ohne Titel"),
    ],
)
def test_the_title_is_what_was_said_or_tagged_or_the_files_name(said: str, tags: str, path: str, title: str) -> None:
    assert drafted(Said(title=said), tags=Tags(title=tags), path=f"/show/{path}").title == title


@pytest.mark.parametrize(
    ("tagged", "published"),
    [
        ("2024-11-05", "2024-11-05T12:00:00+01:00"),
        ("2024-07-05", "2024-07-05T12:00:00+02:00"),
        ("2024-12-03", "2024-12-03T09:30:00+01:00"),
        ("2024-11-05T18:15", "2024-11-05T18:15:00+01:00"),
        ("2024-11-05 18:15:44", "2024-11-05T18:15:00+01:00"),
        ("2024-11-05T18:15:00Z", "2024-11-05T18:15:00+00:00"),
        ("2024-11-05T18:15:00.5-0500", "2024-11-05T18:15:00-05:00"),
        ("2024-03-31T02:30", "2024-03-31T02:30:00+01:00"),
        ("2024-02-30", "2024-12-03T09:30:00+01:00"),
        ("2024-11-05T25:00", "2024-12-03T09:30:00+01:00"),
        ("2024-11-05T10:00+99:00", "2024-12-03T09:30:00+01:00"),
        ("0001-01-01", "2024-12-03T09:30:00+01:00"),
        ("9999-12-31", "2024-12-03T09:30:00+01:00"),
        ("2024", "2024-12-03T09:30:00+01:00"),
        ("2024-11", "2024-12-03T09:30:00+01:00"),
        ("", "2024-12-03T09:30:00+01:00"),
    ],
)
def test_the_day_of_the_tags_is_the_day_of_publication(tagged: str, published: str) -> None:
    episode = drafted(tags=Tags(date=tagged))
    assert episode.published is not None
    assert episode.published.isoformat() == published
    assert read_back(episode) == episode


def test_a_moment_the_clocks_repeat_is_written_as_the_one_it_was() -> None:
    for fold, offset in ((0, 2), (1, 1)):
        now = datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=fold)
        published = read_back(drafted(now=now)).published
        assert published is not None and published.utcoffset() == timedelta(hours=offset)


@pytest.mark.parametrize(
    ("title", "kind", "taken", "slug", "name"),
    [
        ("Mut", Kind.FULL, (), "mut", "007-mut.md"),
        ("Mut", Kind.FULL, ("mut", "mut-2"), "mut-3", "007-mut-3.md"),
        ("Audio", Kind.FULL, (), "audio-2", "007-audio-2.md"),
        ("…", Kind.FULL, (), "episode-7", "007-episode-7.md"),
        ("…", Kind.TRAILER, (), "episode-5f3d1c9e", "episode-5f3d1c9e.md"),
        ("Mut", Kind.BONUS, (), "mut", "mut.md"),
        ("12 Uhr mittags", Kind.BONUS, (), "bonus-12-uhr-mittags", "bonus-12-uhr-mittags.md"),
        ("2024", Kind.TRAILER, ("2024", "trailer-2024"), "trailer-2024-2", "trailer-2024-2.md"),
        ("12 Uhr mittags", Kind.FULL, (), "12-uhr-mittags", "007-12-uhr-mittags.md"),
    ],
)
def test_the_slug_is_free_and_the_one_the_file_name_gives(
    title: str, kind: Kind, taken: tuple[str, ...], slug: str, name: str
) -> None:
    episode = drafted(Said(title=title, kind=kind), taken=taken)
    assert (episode.slug, episode.source_name) == (slug, name)
    assert read_back(episode).slug == slug


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_a_slug_that_means_something_else_is_not_taken(slug: str) -> None:
    assert drafted(Said(title=slug)).slug == f"{slug}-2"


@pytest.mark.parametrize(
    ("path", "audio"),
    [
        ("/show/audio/a: b #1.mp3", "audio/a: b #1.mp3"),
        ("/show/ a .mp3 ", " a .mp3 "),
        ("/show/~/a.mp3", "./~/a.mp3"),
        ("/elsewhere/a.mp3", "/elsewhere/a.mp3"),
        ("/show/no", "no"),
        ("/show/„Größe“ 👩.mp3", "„Größe“ 👩.mp3"),
    ],
)
def test_the_audio_is_written_relative_to_the_show_where_it_lies_inside(path: str, audio: str) -> None:
    assert read_back(drafted(path=path)).audio == audio


@pytest.mark.parametrize("name", ["a\x1b[2J.mp3", "a\nb.mp3", "a\u202e3pm.exe", "a\udcff.mp3"])
def test_a_file_name_with_control_characters_is_refused_and_not_shown(name: str) -> None:
    with pytest.raises(UserError) as caught:
        drafted(path=f"/show/{name}")
    assert "rename the file" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said(summary="ü" * 2001), "summary has 4,002 bytes; podcast apps take at most 4,000"),
        (Said(summary="a\x1bb"), "summary"),
        (Said(notes="a\x1bb"), "notes holds a character"),
        (Said(notes="x" * 1_000_001), "is larger than"),
        (Said(notes="a\udcffb"), "is not text in UTF-8"),
        (Said(guests=(Appearance(name="x" * 129),)), "appearances[1].name has 129 characters"),
        (Said(recording=Recording(place="x" * 129)), "recording.place has 129 characters"),
        (Said(summary="x\n" * 60_000), "front matter has"),
    ],
)
def test_what_could_not_be_read_back_is_refused_before_it_is_written(said: Said, reason: str) -> None:
    with pytest.raises(UserError) as caught:
        drafted(said)
    assert reason in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_notes_begin_where_they_begin() -> None:
    assert read_back(drafted(Said(notes="\n\n    code\r\n---\r\nEnde\n\n"))).notes == "    code\n---\nEnde"


PEOPLE_KNOWN = {"anna": Appearance(name="Anna Beispiel", function="Amtsleiterin", person="anna")}


@pytest.mark.parametrize(
    ("text", "guest"),
    [
        ("anna", PEOPLE_KNOWN["anna"]),
        (" Uwe  Schneidewind , Oberbürgermeister,Stadt Wuppertal, NRW", Appearance(name="Uwe Schneidewind",
        function="Oberbürgermeister", organisation="Stadt Wuppertal, NRW")),
        ("Uwe", Appearance(name="Uwe")),
        ("uwe, Bürger", Appearance(name="uwe", function="Bürger")),
        ("Martin Mende-Döring,,Landkreis Augsburg", Appearance(name="Martin Mende-Döring",
        organisation="Landkreis Augsburg")),
    ],
)  # fmt: skip
def test_a_guest_is_a_handle_or_name_function_organisation(text: str, guest: Appearance) -> None:
    assert read_guest(text, PEOPLE_KNOWN) == guest


@pytest.mark.parametrize(
    ("text", "said"),
    [("ana", "did you mean 'anna'?"), ("", "names no guest"), (",Amt", "names no guest"), ("  ,", "names no guest")],
)
def test_a_guest_who_is_nobody_is_refused(text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read_guest(text, PEOPLE_KNOWN)
    assert said in str(caught.value)


@example(datetime(2024, 10, 27, 2, 30, 59, 7, tzinfo=BERLIN, fold=1))
@given(st.datetimes(timezones=st.just(BERLIN), min_value=datetime(1970, 1, 1)))  # noqa: DTZ001
@settings(derandomize=True, deadline=None, max_examples=examples(50))
def test_now_is_a_whole_minute(now: datetime) -> None:
    assert (local_now(now).second, local_now(now).microsecond) == (0, 0)
    assert local_now(now).utcoffset() is not None
