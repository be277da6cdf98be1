"""What P20-INT-1 says where the bytes behind an alternate enclosure are known."""

import base64
import hashlib

import pytest

from feed.checks import alternates
from tests.feed.checks.fetched import a_document, found

URL = "https://a.example/b.opus"
BODY = b"OggS" * 100

SPOKEN = frozenset({alternates.p20_int_1.id})
"""The rules that have a case here."""


def sri(name: str, body: bytes = BODY) -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, body).digest()).decode()}"


def said(value: str, *, kind: str = "sri", source: str = "") -> list[str]:
    item = (
        f'<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="{URL}"{source}/>'
        f'<podcast:integrity type="{kind}" value="{value}"/></podcast:alternateEnclosure>'
    )
    return [problem.hint for problem in found("P20-INT-1", a_document(item, files={URL: BODY}))]


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_the_digest_of_the_bytes_is_met_with_silence(name: str) -> None:
    assert said(sri(name)) == []


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_the_digest_of_other_bytes_is_found_and_the_right_one_named(name: str) -> None:
    (hint,) = said(sri(name, b"other"))
    assert sri(name) in hint


def test_of_several_digests_the_strongest_counts_and_any_of_its_kind_will_do() -> None:
    assert said(f"{sri('sha256', b'other')} {sri('sha512')} {sri('sha512', b'other')}") == []
    assert len(said(f"{sri('sha256')} {sri('sha512', b'other')}")) == 1


def test_what_cannot_be_compared_is_met_with_silence() -> None:
    assert said(sri("sha256", b"other"), kind="pgp-signature") == []
    assert said("sha256-x") == []
    assert said(sri("sha256", b"other"), source=' contentType="application/x-bittorrent"') == []
