"""What is promised about slugs: what stands in an address is plain ASCII and still to be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.slugs import LONGEST, is_slug, slugify
from tests.soaking import examples


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("Inseln des Möglichmachens", "inseln-des-moeglichmachens"),
        ("Größe", "groesse"),
        ("ÄÖÜ äöü", "aeoeue-aeoeue"),
        ("Gro\u0308ße", "groesse"),
        ("Leser:innen", "leser-innen"),
        ("Weg mit der Agilität, her mit den Schildkröten!", "weg-mit-der-agilitaet-her-mit-den-schildkroeten"),
        ("Brauchen wir einen Diensteid?", "brauchen-wir-einen-diensteid"),
        ("Uwe's Mut – wie geht's?", "uwes-mut-wie-gehts"),
        ("L’État, ‘c’est’ moi", "letat-cest-moi"),
        ("Москва", "moskva"),
        ("Αθήνα", "athina"),
        ("🐢", "turtle"),
        ("K360-Festival 2024", "k360-festival-2024"),
        ("10 %", "10"),
        ("–„“…", ""),
        ("", ""),
        ("../../etc/passwd\x00", "etc-passwd"),
        ("  a__b  ", "a-b"),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slugify(title) == slug


@pytest.mark.parametrize(
    ("language", "slug"),
    [("de", "schoen"), ("de-AT", "schoen"), ("DE", "schoen"), ("deu", "schoen"), ("en", "schon"), ("sv", "schon"),
     ("den", "schon")],
)  # fmt: skip
def test_umlauts_are_written_out_in_german_only(language: str, slug: str) -> None:
    assert slugify("Schön", language) == slug


def test_a_long_title_is_cut_between_words_and_a_long_word_within() -> None:
    assert slugify("Verwaltung " * 30) == "-".join(["verwaltung"] * 5)
    assert slugify("Grundstücksverkehrsgenehmigungszuständigkeits" * 7)[:10] == "grundstuec"
    assert len(slugify("x" * 300)) == LONGEST


def test_a_long_word_is_cut_where_next_to_nothing_stands_before_it() -> None:
    compound = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung"
    slug = "die-grundstuecksverkehrsgenehmigungszustaendigkeitsuebertrag"
    assert slugify(f"Die {compound} und ihre Freund:innen") == slug
    assert len(slug) == LONGEST
    assert slugify(f"Bürgermeisterinnen gegen {compound}") == "buergermeisterinnen-gegen"


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(st.text(max_size=300), st.sampled_from(["de", "en"]))
def test_any_title_gives_a_slug_or_nothing_and_a_slug_stays_itself(title: str, language: str) -> None:
    slug = slugify(title, language)
    assert slug == "" or is_slug(slug)
    assert len(slug) <= LONGEST
    assert slugify(slug, language) == slug


@pytest.mark.parametrize(
    ("text", "right"),
    [("a", True), ("a-1", True), ("schildkroeten", True), ("", False), ("A", False), ("a--b", False), ("-a", False),
     ("a-", False), ("ä", False), ("a b", False), ("a/b", False), ("a.b", False), ("a\n", False), ("..", False),
     ("١", False)],
)  # fmt: skip
def test_only_lower_case_ascii_with_single_hyphens_is_a_slug(text: str, right: bool) -> None:
    assert is_slug(text) is right
