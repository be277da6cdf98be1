"""A teaser says of an episode what a newsletter needs, and what was true when it was recorded."""

from datetime import date, timedelta

import pytest

from episodes.model import Appearance, Kind, Recording
from podcast.newsletter.forms import Form
from podcast.newsletter.teaser import Length, Wording, tracked
from tests.podcast.newsletter.builders import AUDIO, BASE, SCHNEIDEWIND, teaser, written

TRACKED = f"{BASE}diensteid/?utm_source=newsletter&utm_medium=email&utm_campaign=2024-12"


def test_a_teaser_is_ready_to_be_read() -> None:
    told = teaser()
    assert told.guests == "Mit Uwe Schneidewind, Oberbürgermeister, Stadt Wuppertal"
    assert told.facts == (
        "Folge\u00a012",
        "34\u202fMin.",
        "6.\u202fJuni 2024",
        "aufgenommen beim K360-Festival 2024 in Berlin",
    )
    assert (told.headline, told.alt) == (told.title, f"Titelbild: {told.title}")
    assert (told.link, told.transcript_link, told.short_link) == (TRACKED, f"{TRACKED}#transcript", f"{BASE}f/12/")


@pytest.mark.parametrize(
    ("recording", "phrase"),
    [
        (Recording(occasion="K360-Festival 2024"), "aufgenommen beim K360-Festival 2024"),
        (Recording(occasion="auf der re:publica 24", place="Berlin"), "aufgenommen auf der re:publica 24 in Berlin"),
        (Recording(occasion="Berliner Tag 2024", place="Berlin"), "aufgenommen beim Berliner Tag 2024"),
        (Recording(place="Wuppertal"), "aufgenommen in Wuppertal"),
        (Recording(on=date(2024, 6, 12)), "aufgenommen am 12.\u202fJuni 2024"),
        (Recording(), ""),
    ],
)
def test_the_recording_is_told_as_a_phrase(recording: Recording, phrase: str) -> None:
    assert teaser(recording=recording).context == phrase


def test_guests_are_named_and_hosts_and_editors_are_not() -> None:
    other = Appearance(name="Martin Mende-Döring", organisation="Landkreis Augsburg")
    host, editor = Appearance(name="Anna", role="host"), Appearance(name="Kim", role="editor", group="editing")
    both = teaser(people=(host, SCHNEIDEWIND, other, editor)).guests
    assert both == (
        "Mit Uwe Schneidewind (Oberbürgermeister, Stadt Wuppertal) und Martin Mende-Döring (Landkreis Augsburg)"
    )
    many = tuple(Appearance(name=name) for name in ("Ada", "Bea", "Cem", "Dan", "Eva"))
    assert teaser(people=many).guests == "Mit Ada, Bea, Cem und 2 weiteren"
    assert teaser(people=(host,)).guests == ""


def test_an_issue_has_its_own_words_and_they_are_not_cut() -> None:
    text = "Ein eigener Satz für diese Ausgabe. " * 30
    told = teaser(wording=Wording(headline='Her mit den "Schildkröten"!', text=text))
    assert told.headline == "Her mit den „Schildkröten“!"
    assert told.title == "Brauchen wir einen Diensteid für Transformation?"
    assert told.paragraphs == (text.strip(),)


def test_the_length_decides_how_much_is_told() -> None:
    short, medium, long = (teaser(length=length).paragraphs for length in Length)
    assert short == ("Verwaltung hält das Recht, das macht sie verlässlich\u00a0– und langsam.",)
    assert len(medium) == 1
    assert len(long) == 2
    assert "Inseln" in long[1]


@pytest.mark.parametrize("length", Length)
@pytest.mark.parametrize("form", Form)
def test_no_form_ever_names_the_audio(form: Form, length: Length) -> None:
    text = written(teaser(length=length), form=form)
    assert AUDIO not in text
    assert "/audio/" not in text
    assert ".mp3" not in text


def test_a_short_teaser_is_headline_guest_facts_and_link() -> None:
    title = "Brauchen wir einen Diensteid für Transformation?"
    guest, facts = "Mit Uwe Schneidewind, Oberbürgermeister, Stadt Wuppertal", "Folge\xa012 · 34\u202fMin."
    told = teaser(length=Length.SHORT)
    head, *between, link, _ = written(told, form=Form.TEXT).split("\n")
    assert (head, link) == (title, TRACKED)
    assert len(between) == 2
    assert " ".join(between).startswith(f"{guest} · {facts} · ")
    markdown = written(told, form=Form.MARKDOWN)
    assert markdown.startswith(f"**[{title}]({TRACKED})** {guest} · {facts} · ")
    assert markdown.count("\n") == 1
    assert guest in written(told)


@pytest.mark.parametrize("form", Form)
def test_every_link_of_an_issue_carries_its_name(form: Form) -> None:
    text = written(teaser(length=Length.LONG), form=form).replace("&amp;", "&")
    assert text.count(f"{BASE}diensteid/") == text.count(TRACKED) > 0


def test_without_an_issue_links_are_plain() -> None:
    assert teaser(campaign="").link == f"{BASE}diensteid/"
    assert tracked("https://example.org/?a=1", "x").startswith("https://example.org/?a=1&utm_source=")


def test_trailers_and_odd_lengths_are_told_as_they_are() -> None:
    told = teaser(kind=Kind.TRAILER, number=None, duration=timedelta(seconds=45))
    assert told.facts[:2] == ("Trailer", "45\u202fSek.")
    assert teaser(number=None, transcripts=()).transcript_link == ""


def test_plain_text_breaks_no_line_within_a_word() -> None:
    words = "Verwaltungsmitarbeiter:innen und Bürgermeister:innen im K360-Netzwerk " * 12
    lines = written(teaser(wording=Wording(text=words)), form=Form.TEXT).splitlines()
    assert all(len(line) <= 72 for line in lines if "://" not in line)
    assert " ".join(lines).count("Verwaltungsmitarbeiter:innen und Bürgermeister:innen im K360-Netzwerk") == 12


def test_the_same_teasers_give_the_same_text() -> None:
    for form in Form:
        assert written(teaser(), teaser(), form=form) == written(teaser(), teaser(), form=form)
