"""The rules on covers: silent on a good one, exact on others, unharmed by what is none."""

import io
from dataclasses import replace

import pytest

from episodes.problems import Severity
from feed.answers import Answer, Probe
from feed.checks.targets import Kind
from tests.feed.checks.answering import COVER_URL, FEED, said, sound, with_headers

JPEG_URL = COVER_URL.replace(".png", ".jpg")


def picture(size: tuple[int, int] = (1400, 1400), mode: str = "RGB", form: str = "PNG") -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new(mode, size).save(file, form)
    return file.getvalue()


def sending(body: bytes, *, whole: bool = True) -> dict[str, Probe]:
    """The cover's address sends these bytes."""
    probe = sound(Kind.PICTURE, COVER_URL)
    assert probe.get is not None
    head = with_headers(probe.head, content_length=str(len(body)))
    return {COVER_URL: replace(probe, head=head, get=replace(probe.get, body=body, whole=whole))}


NOISE = {
    "APPLE-ART-1": sending(picture((100, 100))),
    "APPLE-ART-2": sending(b"<html>"),
    "APPLE-ART-3": sending(picture(mode="RGBA")),
    "APPLE-ART-4": {COVER_URL: Probe(head=Answer(url=COVER_URL, status=404))},
    "APPLE-ART-7": sending(bytes(1_000_001)),
}
SPOKEN = frozenset(NOISE)


@pytest.mark.parametrize("rule_id", NOISE)
def test_a_bad_cover_is_told_where_what_and_how_to_mend_it(rule_id: str) -> None:
    (problem,) = said(rule_id, NOISE[rule_id])
    assert (problem.rule, problem.field) == (rule_id, "/rss/channel/itunes:image")
    assert problem.line > 1
    assert problem.message
    assert problem.hint


@pytest.mark.parametrize("size", [(1400, 1400), (3000, 3000), (2048, 2048)])
@pytest.mark.parametrize("rule_id", ["APPLE-ART-1", "APPLE-ART-2", "APPLE-ART-3", "APPLE-ART-4", "APPLE-ART-7"])
def test_a_good_cover_is_met_with_silence(rule_id: str, size: tuple[int, int]) -> None:
    assert said(rule_id, sending(picture(size))) == ()


def test_a_jpeg_is_as_good() -> None:
    feed = FEED.replace(COVER_URL, JPEG_URL)
    probe = sending(picture(form="JPEG"))[COVER_URL]
    for rule_id in ("APPLE-ART-1", "APPLE-ART-2", "APPLE-ART-3"):
        assert said(rule_id, {JPEG_URL: probe}, feed=feed) == ()


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((1399, 1399), "is 1399 x 1399 pixels, outside 1400 to 3000 per side"),
        ((3001, 3001), "is 3001 x 3001 pixels, outside 1400 to 3000 per side"),
        ((1600, 1400), "is 1600 x 1400 pixels, not square"),
    ],
)
def test_a_wrong_size_is_an_error(size: tuple[int, int], words: str) -> None:
    (problem,) = said("APPLE-ART-1", sending(picture(size)))
    assert problem.message == f"the cover '{COVER_URL}' {words}"
    assert problem.severity is Severity.ERROR
    assert problem.field == "/rss/channel/itunes:image"
    assert problem.hint


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("JPEG", "is a JPEG picture, but its name ends in .png"),
        ("WEBP", "is a WebP picture; apps show JPEG and PNG only"),
        ("GIF", "is a GIF picture; apps show JPEG and PNG only"),
    ],
)
def test_a_wrong_kind_is_an_error(form: str, words: str) -> None:
    (problem,) = said("APPLE-ART-2", sending(picture(form=form)))
    assert problem.message == f"the cover '{COVER_URL}' {words}"


@pytest.mark.parametrize("body", [b"<!doctype html><p>gone", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_an_error(body: bytes) -> None:
    (problem,) = said("APPLE-ART-2", sending(body))
    assert problem.message == f"the cover '{COVER_URL}' is not a picture"
    assert said("APPLE-ART-1", sending(body)) == ()


@pytest.mark.parametrize(("mode", "words"), [("RGBA", "alpha channel"), ("L", "grayscale"), ("P", "palette colours")])
def test_a_wrong_colour_space_is_an_error(mode: str, words: str) -> None:
    (problem,) = said("APPLE-ART-3", sending(picture(mode=mode)))
    assert words in problem.message


def test_the_beginning_of_a_picture_is_enough() -> None:
    (problem,) = said("APPLE-ART-1", sending(picture((500, 500))[:1000], whole=False))
    assert "500 x 500" in problem.message


def test_a_picture_without_end_is_no_finding_of_its_own() -> None:
    assert said("APPLE-ART-2", sending(bytes(1000), whole=False)) == ()


def test_a_bomb_is_not_unpacked() -> None:
    header = bytearray(picture((10, 10)))
    header[16:24] = (100_000).to_bytes(4, "big") * 2
    assert len(said("APPLE-ART-2", sending(bytes(header)))) == 1


def test_a_cover_that_does_not_say_when_it_was_changed_is_an_error() -> None:
    probe = sound(Kind.PICTURE, COVER_URL)
    changed = {COVER_URL: replace(probe, head=with_headers(probe.head, last_modified=None))}
    (problem,) = said("APPLE-ART-4", changed)
    assert problem.message == f"the cover '{COVER_URL}' has no Last-Modified"
    assert problem.severity is Severity.ERROR


@pytest.mark.parametrize("status", [0, 403, 404, 405])
def test_a_cover_that_does_not_answer_head_is_an_error(status: int) -> None:
    gone = Probe(head=Answer(url=COVER_URL, status=status), get=Answer(url=COVER_URL, status=status))
    (problem,) = said("APPLE-ART-4", {COVER_URL: gone})
    assert problem.severity is Severity.ERROR
    assert said("APPLE-ART-2", {COVER_URL: gone}) == ()


def test_a_heavy_cover_is_a_note() -> None:
    probe = sound(Kind.PICTURE, COVER_URL)
    changed = {COVER_URL: replace(probe, head=with_headers(probe.head, content_length="1000001"))}
    (problem,) = said("APPLE-ART-7", changed)
    assert problem.severity is Severity.NOTE
    assert "1000001 bytes" in problem.message
