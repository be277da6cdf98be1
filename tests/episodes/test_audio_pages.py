"""Ogg files of several pieces: what happened to some of their pages is told of exactly those, wherever they stand."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.sound import length
from tests.episodes.audio_builders import measured, opus

_SECONDS = 900  # with a page of 1,031 bytes for each: four pieces
_PAGE = 1031


def _pages() -> list[bytes]:
    """Return the pages of a file, those of its head as one."""
    body = opus(_SECONDS)
    head = len(body) - _SECONDS * _PAGE
    return [body[:head], *(body[at : at + _PAGE] for at in range(head, len(body), _PAGE))]


def _trusting(duration: timedelta) -> str:
    whole = length(timedelta(seconds=_SECONDS))
    return f"players that trust its positions show {whole}, but its pages play {length(duration)}"


@pytest.mark.parametrize("seed", range(12))
def test_every_damaged_page_is_counted_and_no_other(tmp_path: Path, seed: int) -> None:
    dice, pages = random.Random(seed), _pages()
    hit = dice.sample(range(2, _SECONDS), dice.randint(2, 40))  # not the last, which carries the end
    for number in hit:
        page = bytearray(pages[number])
        page[dice.randrange(27, _PAGE)] ^= 1 << dice.randrange(8)
        pages[number] = bytes(page)
    audio = measured(tmp_path, b"".join(pages), "talk.opus")
    left = timedelta(seconds=_SECONDS - len(hit))
    assert audio.doubts == (f"players skip damaged pages: {len(hit)} of {_SECONDS + 2}", _trusting(left))
    assert audio.duration == left
    minute = [number for number in range(1, _SECONDS) if number not in hit][59]
    assert audio.minute_bytes == len(b"".join(pages[: minute + 1]))


def test_two_pages_that_changed_places_are_told(tmp_path: Path) -> None:
    pages = _pages()
    pages[700], pages[701] = pages[701], pages[700]
    audio = measured(tmp_path, b"".join(pages), "talk.opus")
    assert audio.duration.total_seconds() == _SECONDS
    assert audio.doubts == (
        f"players play again what stands in the wrong place: 1 of {_SECONDS + 2} pages",
        "pages are missing, or in the wrong order, in 2 places: copy it again from the original",
    )


def test_a_page_whose_own_checksum_was_changed_is_damaged(tmp_path: Path) -> None:
    pages = _pages()
    for number in (500, 501):
        pages[number] = pages[number][:22] + bytes(4) + pages[number][26:]
    (doubt, _) = measured(tmp_path, b"".join(pages), "talk.opus").doubts
    assert doubt == f"players skip damaged pages: 2 of {_SECONDS + 2}"


@pytest.mark.parametrize("joint", [200, 255, 256, 400])
def test_a_second_recording_behind_the_first_counts_from_its_own_beginning(tmp_path: Path, joint: int) -> None:
    audio = measured(tmp_path, opus(joint) + opus(_SECONDS, serial=2), "talk.opus")
    assert audio.duration.total_seconds() == joint + _SECONDS
    assert audio.doubts == ("2 recordings are joined in it, and many players stop after the first",)
