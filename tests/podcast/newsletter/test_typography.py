"""Texts are set as a typesetter would, and left alone where nobody can be certain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podcast.newsletter.typography import first_sentence, shortened, typeset


@pytest.mark.parametrize(
    ("typed", "german", "english"),
    [
        ('Mut als "Antiprogramm".', "Mut als „Antiprogramm“.", "Mut als “Antiprogramm”."),
        ('"Ja", sagt sie ("genau").', "„Ja“, sagt sie („genau“).", "“Ja”, sagt sie (“genau”)."),
        ("\"Er sagt 'Mut'.\"", "„Er sagt ‚Mut‘.“", "“Er sagt ‘Mut’.”"),
        ('die "Agenda 2030"', "die „Agenda 2030“", "die “Agenda 2030”"),
        ("geht's", "geht’s", "geht’s"),
        ("Und dann ...", "Und dann …", "Und dann …"),
        ("Mut - und Zeit", "Mut\u00a0– und Zeit", "Mut\u00a0– und Zeit"),
        ("2019-2024", "2019–2024", "2019–2024"),
        ("z.B. am 6. Juni, 34 Min.", "z.\u202fB. am 6.\u202fJuni, 34\u202fMin.", "z.B. am 6. Juni, 34 Min."),
        ("zu 34 % nach § 5", "zu 34\u202f% nach §\u202f5", "zu 34 % nach § 5"),
    ],
)
def test_a_text_is_set_as_its_language_wants(typed: str, german: str, english: str) -> None:
    assert (typeset(typed, "de-at"), typeset(typed, "en")) == (german, english)


@pytest.mark.parametrize(
    "text",
    [
        "Leser:in, Bürger:innen und Mitarbeiter:innen",
        "Bürger*innen und Leser*innen",
        'ein 24" und ein 27" Monitor',
        'die "-Taste',
        "Hans' Auto",
        "am 2024-12-01 unter 0202-563-0",
        'siehe `print("Mut")` in https://example.org/a-b/?q=x...y',
        "mut@stadt-wuppertal.de",
        "schon „gesetzt“\u00a0– mit ‚Strichen‘ …",
    ],
)
def test_what_is_doubtful_code_an_address_or_set_already_stays(text: str) -> None:
    assert typeset(text, "de") == text


def test_one_doubtful_mark_leaves_its_paragraph_alone_and_no_other() -> None:
    assert typeset('24" "x"\n\n"y"', "de") == '24" "x"\n\n„y“'


def test_another_language_is_left_as_it_is() -> None:
    assert typeset('"oui" - ...', "fr") == '"oui" - ...'


@given(st.text(alphabet="ab .:\"'`-\n<>/@„“‚‘…0123\ue000\ue001", max_size=60))
def test_setting_a_text_again_changes_nothing(text: str) -> None:
    once = typeset(text, "de")
    assert typeset(once, "de") == once


@given(st.text(max_size=80), st.integers(20, 60))
def test_what_was_shortened_fits(text: str, longest: int) -> None:
    assert len(shortened(text, longest)) <= longest


def test_a_text_is_shortened_at_the_end_of_a_sentence_and_no_abbreviation_is_one() -> None:
    text = "Ein Gespräch mit Prof. Dr. Mut am 3. Juni. Es geht z. B. um Zeit. Und dann noch um vieles andere mehr."
    assert shortened(text, 70) == "Ein Gespräch mit Prof. Dr. Mut am 3. Juni. Es geht z. B. um Zeit."
    assert first_sentence(text, 100) == "Ein Gespräch mit Prof. Dr. Mut am 3. Juni."
    assert shortened("Ein langer Satz ohne ein Ende weit und breit", 20) == "Ein langer Satz…"
