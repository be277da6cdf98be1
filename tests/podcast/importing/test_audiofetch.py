"""Audio is fetched whole or not at all, whatever the host does, and no file that is there is touched."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from podcast.fetching import Fetcher
from podcast.importing.audiofetch import LIMITS, Fetched, fetch_all
from podcast.importing.download import Patience
from podcast.importing.remotes import Kind, Remote
from tests.episodes.audio_builders import frames
from tests.episodes.picture_builders import file_of, quarters
from tests.servers.hosting import Host, Hosted, hosting

AUDIO = frames(2000)
SIZE = len(AUDIO)
HTML = b"<!DOCTYPE html><html><body>Bitte anmelden</body></html>" * 100
IMPATIENT = Patience(attempts=3, pause=0.01, longest=2.0)


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return tmp_path


def remote(
    url: str,
    name: str = "001-mut",
    kind: Kind = Kind.AUDIO,
    bytes: int = SIZE,
    media_type: str = "audio/mpeg",
) -> Remote:
    return Remote(name=name, url=url, kind=kind, bytes=bytes, media_type=media_type)


def fetch(show: Path, *remotes: Remote, private: bool = True) -> list[Fetched]:
    with Fetcher(limits=replace(LIMITS, connect=2.0, read=5.0), private=private) as fetcher:
        return sorted(fetch_all(show, remotes, fetcher, patience=IMPATIENT), key=lambda done: done.remote.name)


def fetch_one(show: Path, url: str, **changes: Any) -> Fetched:
    (done,) = fetch(show, remote(url, **changes))
    return done


def files(show: Path) -> dict[str, bytes]:
    return {path.relative_to(show).as_posix(): path.read_bytes() for path in show.rglob("*") if path.is_file()}


def test_a_file_is_named_by_its_episode_and_its_content_not_by_its_address(show: Path, host: Host) -> None:
    url = host.put("a/%2F%2Fetc%2Fpasswd.m4a", Hosted(body=AUDIO))
    done = fetch_one(show, url)
    assert (done.path, done.error, done.findings) == ("audio/001-mut.mp3", "", ())
    assert files(show) == {"audio/001-mut.mp3": AUDIO}


class TestGoingOn:
    def test_what_broke_off_goes_on_where_it_was(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO, cuts=[50_000, 30_000])))
        assert files(show) == {"audio/001-mut.mp3": AUDIO}
        assert host.ranges("1.mp3") == ["", "bytes=50000-", "bytes=80000-"]
        assert (host.sent["/1.mp3"], done.error) == (SIZE, "")

    def test_the_next_run_goes_on_too(self, show: Path, host: Host) -> None:
        hosted = Hosted(body=AUDIO, cuts=[100_000, 0, 0, 0])
        url = host.put("1.mp3", hosted)
        first = fetch_one(show, url)
        assert "the connection broke off" in first.error
        assert first.unreachable
        assert sorted(Path(name).suffix for name in files(show)) == [".json", ".part"]
        hosted.cuts.clear()
        second = fetch_one(show, url)
        assert (second.resumed, second.error) == (100_000, "")
        assert files(show) == {"audio/001-mut.mp3": AUDIO}
        assert host.sent["/1.mp3"] == SIZE

    def test_a_host_that_ignores_ranges_sends_all_of_it_again(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO, cuts=[50_000], ranges=False)))
        assert (files(show), done.resumed) == ({"audio/001-mut.mp3": AUDIO}, 0)

    def test_a_file_that_changed_meanwhile_is_fetched_anew(self, show: Path, host: Host) -> None:
        hosted = Hosted(body=AUDIO, cuts=[100_000, 0, 0, 0])
        url = host.put("1.mp3", hosted)
        fetch_one(show, url)
        other = frames(1500)
        host.put("1.mp3", Hosted(body=other, etag='"2"'))
        assert fetch_one(show, url, bytes=len(other)).error == ""
        assert files(show) == {"audio/001-mut.mp3": other}

    @pytest.mark.parametrize(("etag", "modified", "resumes"), [
        ('W/"1"', "", False), ("", "", False), ("", "Thu, 06 Jun 2024 04:00:00 GMT", True), ("", "yesterday", False),
    ])  # fmt: skip
    def test_only_a_strong_proof_lets_it_go_on(
        self, show: Path, host: Host, etag: str, modified: str, resumes: bool
    ) -> None:
        url = host.put("1.mp3", Hosted(body=AUDIO, etag=etag, modified=modified, cuts=[60_000]))
        assert fetch_one(show, url).error == ""
        assert host.ranges("1.mp3")[1] == ("bytes=60000-" if resumes else "")
        assert files(show) == {"audio/001-mut.mp3": AUDIO}

    def test_a_host_that_always_breaks_off_is_given_up(self, show: Path, host: Host) -> None:
        url = host.put("1.mp3", Hosted(body=AUDIO, etag="", cuts=[10_000] * 50))
        assert "the connection broke off" in fetch_one(show, url).error
        assert len(host.asked) == 1 + IMPATIENT.attempts


class TestPoliteness:
    @pytest.mark.parametrize("status", [429, 503])
    def test_a_host_that_asks_to_wait_is_left_alone_for_that_long(self, show: Path, host: Host, status: int) -> None:
        moments: list[float] = []
        hosted = Hosted(
            body=AUDIO, refusals=[(status, "1")], before=lambda: moments.append(datetime.now(UTC).timestamp())
        )
        assert fetch_one(show, host.put("1.mp3", hosted)).error == ""
        assert moments[1] - moments[0] >= 1.0

    def test_a_date_to_come_again_is_heard_too(self, show: Path, host: Host) -> None:
        later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO, refusals=[(429, later)])))
        assert "answers 429 Too Many Requests: come again in 3" in done.error
        assert len(host.asked) == 1

    def test_several_are_fetched_at_once_but_only_two_of_one_host(self, show: Path, host: Host) -> None:
        pairs = threading.Barrier(2, timeout=10)  # answers come in twos, or not at all

        def before() -> None:
            pairs.wait()

        urls = [host.put(f"{n}.mp3", Hosted(body=AUDIO, before=before)) for n in range(8)]
        with hosting() as other:
            urls += [other.put(f"{n}.mp3", Hosted(body=AUDIO)) for n in range(4)]
            done = fetch(show, *(remote(url, name=f"{n:03}-x") for n, url in enumerate(urls)))
            assert other.busiest <= 2
        assert [one.error for one in done] == [""] * 12
        assert len(files(show)) == 12
        assert host.busiest == 2


class TestRefusals:
    def test_a_web_page_is_no_audio(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=HTML, media_type="audio/mpeg")))
        assert "is an HTML page, not audio" in done.error
        assert (files(show), done.unreachable) == ({}, False)

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (404, "is not there any more"),
            (410, "is not there any more"),
            (403, "is not open to everybody"),
            (418, "answers 418"),
        ],
    )
    def test_an_address_without_the_file_says_why(self, show: Path, host: Host, status: int, words: str) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO, refusals=[(status, "")] * 9)))
        assert words in done.error
        assert (len(host.asked), files(show)) == (1, {})

    def test_a_private_address_is_refused_unless_it_is_wanted(self, show: Path, host: Host) -> None:
        (done,) = fetch(show, remote(host.put("1.mp3", Hosted(body=AUDIO))), private=False)
        assert "is not fetched: it is on this machine or in a private network" in done.error
        assert host.asked == []

    @pytest.mark.parametrize(
        "url", ["file:///etc/passwd", "ftp://example.org/1.mp3", "http://", "http://[::1", "data:,x"]
    )
    def test_what_is_no_address_of_the_web_is_refused(self, show: Path, url: str) -> None:
        assert "cannot be fetched" in fetch_one(show, url).error
        assert files(show) == {}

    @pytest.mark.parametrize("location", ["file:///etc/passwd", "/1.mp3"])
    def test_a_redirect_to_nowhere_ends(self, show: Path, host: Host, location: str) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=b"", location=location)))
        assert "cannot be fetched" in done.error

    def test_a_body_in_a_compression_nobody_asked_for_is_refused(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO, coding="gzip")))
        assert ("it is sent compressed" in done.error, files(show)) == (True, {})

    def test_a_length_no_episode_has_is_refused_before_the_first_byte(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO, told_length=5_000_000_000)))
        assert "no episode has more than 4,000,000,000" in done.error
        assert files(show) == {}


class TestFindings:
    def test_a_wrong_length_in_the_feed_is_a_finding_and_no_failure(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO)), bytes=1234)
        assert done.findings == (f"the feed says 1,234 bytes, and it has {SIZE:,}",)
        assert files(show) == {"audio/001-mut.mp3": AUDIO}

    def test_a_wrong_type_in_the_feed_is_a_finding(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("1", Hosted(body=AUDIO, media_type="text/html")), media_type="audio/x-m4a")
        assert done.path == "audio/001-mut.mp3"
        assert "the server calls it text/html, and it is audio all the same" in done.findings
        assert "the feed says audio/x-m4a, and it is audio/mpeg" in done.findings

    def test_a_host_that_says_no_length_is_trusted_where_the_feed_agrees(self, show: Path, host: Host) -> None:
        url = host.put("1.mp3", Hosted(body=AUDIO, told_length=-1))
        assert fetch_one(show, url).findings == ()
        assert "did not say how long it is" in fetch_one(show, url, name="2", bytes=0).findings[0]


class TestWhatIsThere:
    def test_another_file_of_that_name_stays(self, show: Path, host: Host) -> None:
        (show / "audio").mkdir()
        (show / "audio" / "001-mut.mp3").write_bytes(b"mine")
        done = fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO)))
        assert (done.path, done.there) == ("audio/001-mut-2.mp3", False)
        assert files(show) == {"audio/001-mut.mp3": b"mine", "audio/001-mut-2.mp3": AUDIO}

    def test_the_very_same_file_is_used(self, show: Path, host: Host) -> None:
        url = host.put("1.mp3", Hosted(body=AUDIO))
        fetch_one(show, url)
        again = fetch_one(show, url)
        assert (again.path, again.there, len(files(show))) == ("audio/001-mut.mp3", True, 1)

    def test_a_full_disk_is_said(self, show: Path, host: Host) -> None:
        url = host.put("1.mp3", Hosted(body=AUDIO, cuts=[0] * 3))
        fetch_one(show, url)
        part = next(path for path in (show / "audio").iterdir() if path.suffix == ".part")
        part.unlink()
        part.symlink_to("/dev/full")
        done = fetch_one(show, url)
        assert "cannot be written: No space left on device; make room" in done.error
        assert not done.unreachable

    def test_a_folder_that_cannot_be_made_is_said(self, show: Path, host: Host) -> None:
        (show / "audio").write_text("a file", encoding="utf-8")
        assert "cannot be made" in fetch_one(show, host.put("1.mp3", Hosted(body=AUDIO))).error


class TestOtherFiles:
    def test_a_cover_has_the_extension_of_its_content(self, show: Path, host: Host) -> None:
        url = host.put("c.jpg", Hosted(body=file_of(quarters()), media_type="image/jpeg"))
        done = fetch_one(show, f"{url}?x=1", kind=Kind.COVER, bytes=0, media_type="")
        assert (done.path, done.error) == ("covers/001-mut.png", "")

    def test_a_web_page_is_no_cover(self, show: Path, host: Host) -> None:
        done = fetch_one(show, host.put("c.jpg", Hosted(body=HTML)), kind=Kind.COVER)
        assert ("is no picture" in done.error, files(show)) == (True, {})

    def test_a_transcript_is_named_by_its_type(self, show: Path, host: Host) -> None:
        body = b"WEBVTT\n\n00:00.000 --> 00:02.000\nGuten Tag.\n"
        url = host.put("t", Hosted(body=body, media_type="text/vtt"))
        done = fetch_one(show, url, kind=Kind.TRANSCRIPT, media_type="text/vtt", bytes=0)
        assert (done.path, done.error) == ("transcripts/001-mut.vtt", "")

    def test_a_web_page_is_no_transcript(self, show: Path, host: Host) -> None:
        url = host.put("t.vtt", Hosted(body=HTML))
        done = fetch_one(show, url, kind=Kind.TRANSCRIPT, media_type="text/vtt")
        assert (done.path, files(show)) == ("", {})
        assert url in done.error

    def test_chapters_are_looked_at(self, show: Path, host: Host) -> None:
        body = b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Mut"}]}'
        done = fetch_one(show, host.put("c", Hosted(body=body)), kind=Kind.CHAPTERS, bytes=0)
        assert (done.path, done.error) == ("chapters/001-mut.json", "")
        assert "c2" in fetch_one(show, host.put("c2", Hosted(body=HTML)), kind=Kind.CHAPTERS, name="2").error
