"""What is asked of the addresses of a feed: enough for every rule, and never a whole episode."""

from collections.abc import Iterator

import pytest
from werkzeug.wrappers import Request, Response

from feed.answers import Probe
from feed.document import FeedDocument, read_document
from podcast.fetching import Fetcher, Limits
from podcast.probing import ORIGIN, Probed, probe_feed
from tests.feed.builders import a_feed, a_show, an_item
from tests.podcast.strangers import Answering, serving

AUDIO = bytes(range(256)) * 40


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(limits=Limits(pause=0.01)) as fetcher:
        yield fetcher


def at(address: str, body: bytes) -> FeedDocument:
    """A feed whose addresses all lie at `address`."""
    moved = body.replace(b"https://kommunen-podcast.example/", address.encode())
    return read_document(moved.replace(b"https://wuppertal.example/", address.encode()))


def probed(answer: Answering, fetcher: Fetcher, body: bytes | None = None) -> tuple[Probed, str]:
    with serving(answer) as stranger:
        return probe_feed(at(stranger.address, body or a_feed(an_item(1))), fetcher), stranger.address


def storing(request: Request) -> Response:
    """A bucket that has everything."""
    response = Response(AUDIO, mimetype="audio/mpeg", headers={"X-Origin": request.headers.get("Origin", "")})
    response.set_etag("1")
    return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(AUDIO))


def one(probes: Probed, ending: str) -> Probe:
    (found,) = (probe for url, probe in probes.probes.items() if url.endswith(ending))
    return found


def test_audio_is_asked_for_its_head_a_part_and_what_is_behind_its_end(fetcher: Fetcher) -> None:
    probes, _ = probed(storing, fetcher)
    probe = one(probes, ".mp3")
    assert probe.head is not None
    assert (probe.head.status, probe.head.headers["content-length"]) == (200, str(len(AUDIO)))
    assert probe.part is not None
    assert (probe.part_start, probe.part_end) == (5120, 6119)
    assert (probe.part.status, probe.part.body) == (206, AUDIO[5120:6120])
    assert probe.beyond is not None
    assert probe.beyond.status == 416
    assert probe.get is None


def test_the_feed_is_asked_whether_it_has_changed(fetcher: Fetcher) -> None:
    probes, _ = probed(storing, fetcher)
    probe = one(probes, "feed.xml")
    assert probe.again is not None
    assert probe.again.status == 304


def test_a_feed_without_a_state_is_not_asked_again(fetcher: Fetcher) -> None:
    probes, _ = probed(lambda request: Response("x"), fetcher)
    assert one(probes, "feed.xml").again is None


@pytest.mark.parametrize("ending", [".vtt", "cover-3fa9.jpg", "/diensteid-1/"])
def test_texts_pictures_and_pages_are_fetched(fetcher: Fetcher, ending: str) -> None:
    probes, _ = probed(storing, fetcher)
    assert one(probes, ending).body == AUDIO


def test_every_question_comes_from_another_site(fetcher: Fetcher) -> None:
    probes, _ = probed(storing, fetcher)
    for probe in probes.probes.values():
        for answer in (probe.head, probe.get, probe.part):
            assert answer is None or answer.headers["x-origin"] == ORIGIN


@pytest.mark.parametrize("size", [0, 1, 2])
def test_tiny_audio_is_asked_for_nothing_that_cannot_be(fetcher: Fetcher, size: int) -> None:
    def answer(request: Request) -> Response:
        response = Response(b"x" * size)
        return response.make_conditional(request.environ, accept_ranges=True, complete_length=size)

    probe = one(probed(answer, fetcher)[0], ".mp3")
    assert probe.part is None if size == 1 else probe.part is not None
    if size == 2:
        assert probe.part is not None
        assert (probe.part_start, probe.part_end, probe.part.body) == (1, 1, b"x")


def test_an_address_that_comes_again_is_asked_once(fetcher: Fetcher) -> None:
    cover = a_show().image_url
    body = a_feed(*(an_item(number, image_url=cover) for number in range(1, 6)))
    with serving(storing) as stranger:
        found = probe_feed(at(stranger.address, body), fetcher)
        assert stranger.asked.count("HEAD /cover-3fa9.jpg") == 1
    assert str(found) == f"asked {found.total} of {found.total} addresses"


def test_of_the_newest_episodes_all_are_asked_wherever_they_stand(fetcher: Fetcher) -> None:
    body = a_feed(*(an_item(number) for number in range(1, 31)))
    first, *rest = body.split(b"<item>")
    last = rest.pop()
    item, closing = last.split(b"</item>")
    oldest_first = b"<item>".join([first, item + b"</item>", *reversed(rest[1:]), rest[0]]) + closing
    for order in (body, oldest_first):
        with serving(storing) as stranger:
            found = probe_feed(at(stranger.address, order), fetcher)
        asked = sorted(int(url.split("-")[1]) for url in found.probes if url.endswith(".mp3"))
        assert asked == list(range(11, 31))
        assert str(found).endswith("--all asks those of every episode")


def test_when_the_time_is_over_nothing_more_is_asked(fetcher: Fetcher) -> None:
    with serving(storing) as stranger:
        found = probe_feed(at(stranger.address, a_feed()), fetcher, longest=0.0)
        assert stranger.asked == []
    assert found.probes == {}
    assert str(found).startswith("asked 0 of ")
    assert str(found).endswith("the others would have taken too long")


def test_progress_is_told(fetcher: Fetcher) -> None:
    told: list[tuple[int, int]] = []
    with serving(storing) as stranger:
        found = probe_feed(at(stranger.address, a_feed()), fetcher, told=lambda done, total: told.append((done, total)))
    assert told == [(done, len(found.probes)) for done in range(1, len(found.probes) + 1)]


@pytest.mark.parametrize("url", ["http://[", "http://", "https://a b/", "http://a:99999999/x.mp3", "ftp://a/", "x.mp3"])
def test_what_is_no_address_harms_nobody(fetcher: Fetcher, url: str) -> None:
    body = a_feed(an_item(1)).replace(b"https://kommunen-podcast.example/audio/diensteid-1-a1b2c3d4.mp3", url.encode())
    probes, _ = probed(storing, fetcher, body)
    for probe in probes.probes.values():
        assert probe.head is not None
        assert probe.head.status == 200 or probe.head.error
