"""Ogg files of real encoders that lost pages or tell wrong times: they are as long as a decoder plays, and doubted."""

import struct
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.model import Audio
from episodes.oggpages import PAGE, checksum
from tests.episodes.audio_builders import measured, opus
from tests.episodes.encoders import encode, played

_SECONDS = 100
_GAP = "pages are missing, or in the wrong order, in"
_FRONT = "pages before its first sound are missing"
_AGAIN = "players play again what stands in the wrong place"
_ASTRAY = "pages that tell a wrong time"
_TRUST = "players that trust its positions show"
_Pages = list[bytes]


@pytest.fixture(scope="module", params=["libopus", "libvorbis", "flac"])
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> _Pages:
    """Return the pages of a file of a real encoder; the speech-like noise makes long and short blocks of Vorbis."""
    noise = "aevalsrc=0.3*random(0)*lt(mod(t\\,0.6)\\,0.2)+0.1*sin(900*t)"
    path = tmp_path_factory.mktemp("pages") / "talk.ogg"
    return _split(encode(path, "-c:a", str(request.param), "-ac", "1", "-ar", "48000", seconds=_SECONDS, sound=noise))


def _split(path: Path) -> _Pages:
    body, at = path.read_bytes(), [0]
    while at[-1] < len(body):
        laces = at[-1] + PAGE.size
        segments = body[laces - 1]
        at.append(laces + segments + sum(body[laces : laces + segments]))
    return [body[start:end] for start, end in pairwise(at)]


def _position(page: bytes) -> int:
    return int.from_bytes(page[6:14], "little", signed=True)


def _with(page: bytes, *, position: int) -> bytes:
    bare = page[:6] + struct.pack("<q", position) + page[14:22] + bytes(4) + page[26:]
    return bare[:22] + struct.pack("<I", checksum(bare)) + bare[26:]


def _halves(pages: Sequence[bytes], second: float) -> tuple[_Pages, _Pages, _Pages]:
    """Return the headers, the sound before a second and the sound behind it."""
    sound = next(place for place, page in enumerate(pages) if _position(page) > 0)
    cut = next(place for place, page in enumerate(pages) if _position(page) > second * 48000)
    return list(pages[:sound]), list(pages[sound:cut]), list(pages[cut:])


def _late(pages: Sequence[bytes], seconds: int) -> _Pages:
    return [_with(page, position=_position(page) + seconds * 48000) for page in pages]


def _gap(pages: _Pages) -> _Pages:
    return pages[:30] + _halves(pages, 70)[2]


def _cut_early(pages: _Pages) -> _Pages:
    head, _, rest = _halves(pages, 12)
    return head + rest


def _cut_late(pages: _Pages) -> _Pages:
    head, _, rest = _halves(pages, 75)
    return head + rest


def _running(pages: _Pages) -> _Pages:
    head, _, rest = _halves(pages, 0)
    return head + _late(rest, 3000)


def _twice(pages: _Pages) -> _Pages:
    head, first, rest = _halves(pages, 5)
    return head + [page for one in first for page in (one, one)] + rest


def _last_far(pages: _Pages) -> _Pages:
    return [*pages[:-1], _with(pages[-1], position=1 << 62)]


def _last_early(pages: _Pages) -> _Pages:
    return [*pages[:-1], _with(pages[-1], position=10 * 48000)]


def _last_untold(pages: _Pages) -> _Pages:
    return [*pages[:-1], _with(pages[-1], position=-1)]


def _one_far(pages: _Pages) -> _Pages:
    return [*pages[:40], _with(pages[40], position=_position(pages[40]) + 48_000_000), *pages[41:]]


def _rest_far(pages: _Pages) -> _Pages:
    head, first, rest = _halves(pages, 50)
    return head + first + _late(rest, 1000)


def _torn(pages: _Pages) -> _Pages:
    body, end = b"".join(pages[:40]), b"".join(pages[60:])
    return [body[:-200], end[300:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (list, ()),
        (_gap, (_GAP, _TRUST)),
        (_cut_early, (_FRONT,)),
        (_cut_late, (_FRONT,)),
        (_running, ()),
        (_twice, (_AGAIN, _TRUST)),
        (_last_far, (_ASTRAY, _TRUST)),
        (_last_early, (_ASTRAY, _TRUST)),
        (_last_untold, ()),
        (_one_far, (_ASTRAY,)),
        (_rest_far, (_ASTRAY, _TRUST)),
    ],
)
def test_it_is_as_long_as_a_decoder_plays_and_says_what_is_wrong(
    tmp_path: Path, pages: _Pages, change: Callable[[_Pages], _Pages], said: tuple[str, ...]
) -> None:
    audio = _heard(tmp_path, change(pages))
    assert [doubt for doubt in audio.doubts if not doubt.startswith(said or "-")] == []
    assert len(audio.doubts) == len(said)


def test_a_tear_costs_no_page_but_those_it_goes_through(tmp_path: Path, pages: _Pages) -> None:
    if b"fLaC" in pages[0]:
        pytest.skip("ffmpeg plays nothing behind the tear of a FLAC stream")
    doubts = _heard(tmp_path, _torn(pages)).doubts
    assert any(doubt.startswith(_GAP) for doubt in doubts)
    assert any(doubt.startswith(_TRUST) for doubt in doubts)


def _heard(folder: Path, pages: _Pages) -> Audio:
    path = folder / "talk.ogg"
    path.write_bytes(b"".join(pages))
    audio = measure(path)
    assert abs(audio.duration.total_seconds() - played(path)) < 0.5
    return audio


def test_the_first_minute_of_a_cut_file_is_a_minute_of_what_is_left(tmp_path: Path, pages: _Pages) -> None:
    _, before, rest = _halves(pages, 30)
    whole = _heard(tmp_path, pages[: -len(rest)] + _halves(pages, 50)[2])
    (tmp_path / "minute.ogg").write_bytes((tmp_path / "talk.ogg").read_bytes()[: whole.minute_bytes])
    assert before
    assert 59.5 < played(tmp_path / "minute.ogg") < 61.5


def test_a_missing_page_is_told_wherever_it_stood(tmp_path: Path) -> None:
    body = opus(900)
    start = len(body) - 900 * 1031
    for second in (2, 61, 255, 256, 500, 898):
        at = start + second * 1031
        audio = measured(tmp_path, body[:at] + body[at + 1031 :], "talk.opus")
        assert audio.doubts == (f"{_GAP} one place: copy it again from the original",)
        assert audio.duration.total_seconds() == 899
