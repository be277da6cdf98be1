from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.text import DESCRIPTION_BYTES, ascii_url, clean, cut, one_line
from tests.soaking import examples


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("Bürger\x00meister\x0b", "Bürgermeister"),
        ("a\r\nb\rc", "a\nb\nc"),
        (" \n Mut \t", "Mut"),
        ("12\u00a0Uhr\u00a0", "12\u00a0Uhr\u00a0"),
        ("a\ud800b\ufffec\x85", "abc"),
        ("👩🏽‍💻 \u202bעברית\u202c", "👩🏽‍💻 \u202bעברית\u202c"),
    ],
)
def test_clean_keeps_text_and_drops_what_xml_forbids(written: str, tidy: str) -> None:
    assert clean(written) == tidy


def test_a_title_stays_on_one_line() -> None:
    assert one_line("Weg mit\n  der\tAgilität\x07 ") == "Weg mit der Agilität"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("kurz", 10, "kurz"),
        ("eins zwei drei", 14, "eins zwei drei"),
        ("eins zwei drei", 13, "eins zwei…"),
        ("eins zwei drei", 12, "eins zwei…"),
        ("ÜÜÜÜÜÜ", 8, "ÜÜ…"),
        ("👩👩👩", 9, "👩…"),
    ],
)
def test_a_long_text_is_cut_between_words_or_characters(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@settings(derandomize=True, deadline=None, max_examples=examples(60))
@given(st.text(alphabet="aä👩 \n", min_size=2000, max_size=5000))
def test_a_cut_text_fits_and_begins_like_the_whole(text: str) -> None:
    short = cut(text)
    assert len(short.encode()) <= DESCRIPTION_BYTES
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://a.example/x.mp3?v=2#t=1", "https://a.example/x.mp3?v=2#t=1"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/a b ü.mp3", "https://a.example/a%20b%20%C3%BC.mp3"),
        ("https://a.example/a%20b.mp3", "https://a.example/a%20b.mp3"),
        ("https://a.example/100%.mp3?q=ä", "https://a.example/100%25.mp3?q=%C3%A4"),
        ("https://bücher.example:8443/ü", "https://xn--bcher-kva.example:8443/%C3%BC"),
        ("https://straße.example/ß", "https://xn--strae-oqa.example/%C3%9F"),
        ("https://a.example/u\u0308", "https://a.example/%C3%BC"),
        ("https://a.example/a&b=<c>", "https://a.example/a&b=%3Cc%3E"),
        (" https://a.example/\n", "https://a.example/"),
        ("https://[ü/", "https://[%C3%BC/"),
        ("", ""),
    ],
)
def test_an_address_becomes_ascii_and_keeps_what_is_encoded(written: str, address: str) -> None:
    assert ascii_url(written) == address


@settings(derandomize=True, deadline=None, max_examples=examples(60))
@given(st.text(max_size=40))
def test_encoding_an_address_twice_changes_nothing(path: str) -> None:
    once = ascii_url(f"https://a.example/{path}")
    assert once.isascii()
    assert urlsplit(once).hostname == "a.example"
    assert ascii_url(once) == once
