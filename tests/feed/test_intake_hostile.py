"""Any bytes are an intake or a refusal in words, in bounded time and memory."""

import json
import random
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from episodes.problems import UNFIT, UserError
from feed.intake import Intake, take_in
from tests.feed.builders import a_feed, a_full_item, a_full_show
from tests.feed.dirty import a_dirty_feed, an_item
from tests.feed.taking import CASES, SECONDS
from tests.soaking import SOAK, examples

_REPOSITORY = Path(__file__).parents[2]
_SOUND = a_feed(a_full_item(1), a_full_item(2), show=a_full_show())
_PIECES = st.sampled_from(
    b'< > & ]]> <![CDATA[ \0 \xff " &#0; &uuml; <item> </item> <a:b> <channel> </title> <p> <!-- <?x <!DOCTYPE <title>'
    b" <rss> </rss> \xc3 \xef\xbb\xbf xmlns= &#x \x80 <enclosure <guid> \xe2\x80\xae".split(b" ")
)
_DAMAGE = st.tuples(st.integers(0, 10**6), st.integers(0, 60), st.one_of(_PIECES, st.binary(max_size=3)))
_DAMAGES = st.lists(_DAMAGE, max_size=6)
_SETTINGS = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _ends_well(body: bytes, charset: str = "") -> Intake | None:
    try:
        intake = take_in(body, "https://a.example/feed", zone=ZoneInfo("Europe/Berlin"), charset=charset)
    except UserError as error:
        assert error.message
        return None
    for problem in intake.problems:
        assert not UNFIT.search(problem.message)
        assert problem.rule
        assert problem.line >= 1
    guids = [item.guid for item in intake.feed.items]
    assert len(guids) == len(set(guids))
    assert all(item.guid and item.title and item.enclosure.url for item in intake.feed.items)
    return intake


@settings(_SETTINGS, max_examples=examples(500))
@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "latin-1", "utf-16", "x-none", "\0", "koi8-r"]))
def test_any_bytes_are_an_intake_or_a_refusal(body: bytes, charset: str) -> None:
    _ends_well(body, charset)


@settings(_SETTINGS, max_examples=examples(500))
@given(_DAMAGES)
def test_a_damaged_feed_is_an_intake_or_a_refusal(damages: list[tuple[int, int, bytes]]) -> None:
    body = a_dirty_feed(an_item(), an_item(guid="<guid>2</guid>")).encode()
    for place, length, piece in damages:
        place %= len(body) + 1
        body = body[:place] + piece + body[place + length :]
    _ends_well(body)


@settings(_SETTINGS, max_examples=examples(300))
@given(st.lists(_PIECES, max_size=30))
def test_pieces_in_any_order_are_an_intake_or_a_refusal(pieces: list[bytes]) -> None:
    _ends_well(b"<rss><channel>" + b"".join(pieces))


def test_a_feed_cut_off_anywhere_keeps_the_items_before_the_cut() -> None:
    first_end = _SOUND.index(b"</item>") + len(b"</item>")
    for end in range(_SOUND.index(b"<item>") + 7, len(_SOUND) - 10, 1 if SOAK else 97):
        intake = _ends_well(_SOUND[:end])
        assert intake is not None
        assert len(intake.feed.items) == (0 if end < first_end else 1 if end < _SOUND.rindex(b"</item>") + 7 else 2)
        assert len(intake.feed.items) + len(intake.left_out) in (1, 2)
        assert [problem.rule for problem in intake.problems][-1] == "cut-off"


@pytest.mark.parametrize("seed", range(3000 if SOAK else 60))
def test_our_own_feed_with_bytes_changed_is_an_intake_or_a_refusal(seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray(_SOUND)
    for _ in range(chance.randrange(1, 5)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    _ends_well(bytes(body))


@pytest.mark.parametrize("name", [name for number, name in enumerate(CASES) if SOAK or number % 4 == 0])
def test_a_hostile_feed_ends_within_its_bounds(name: str) -> None:
    # the bounds of memory and processor time are set by the program itself: beyond them it dies, and says nothing
    call = [sys.executable, "-m", "tests.feed.taking", name]
    ended = subprocess.run(call, cwd=_REPOSITORY, capture_output=True, timeout=4 * SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    answer = json.loads(ended.stdout)
    assert answer.get("refused") or "items" in answer
    assert "entities of its own" in answer.get("refused", "") or name not in (
        "billion laughs", "an external entity", "a parameter entity",
    )  # fmt: skip
