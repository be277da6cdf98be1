"""The rules on what addresses answer: silent on good servers, exact on others."""

from dataclasses import replace

import pytest

from episodes.problems import Severity
from feed.answers import Answer, Probe
from feed.checks.targets import Kind
from feed.document import read_document
from tests.feed.checks.answering import (
    AUDIO_URL,
    CHAPTERS_URL,
    COVER_URL,
    FEED,
    FEED_URL,
    PAGE_URL,
    RULES,
    SIZE,
    TRANSCRIPT_URL,
    document,
    said,
    sound,
    with_headers,
)

ASKED = {
    AUDIO_URL: Kind.AUDIO,
    COVER_URL: Kind.PICTURE,
    TRANSCRIPT_URL: Kind.TRANSCRIPT,
    CHAPTERS_URL: Kind.CHAPTERS,
    FEED_URL: Kind.FEED,
}
AUDIO = sound(Kind.AUDIO, AUDIO_URL)
NO_ANSWER = Answer(url=AUDIO_URL, error="nobody answers there")


def answering(url: str, status: int) -> Probe:
    """An address that answers HEAD and GET with a status."""
    return Probe(head=Answer(url=url, status=status), get=Answer(url=url, status=status))


def changed_feed(**headers: str | None) -> dict[str, Probe]:
    """The feed with other headers."""
    probe = sound(Kind.FEED, FEED_URL)
    return {FEED_URL: replace(probe, get=with_headers(probe.get, **headers), again=None)}


_CLOSED = sound(Kind.TRANSCRIPT, TRANSCRIPT_URL)
NOISE = {
    "HTTP-2": {AUDIO_URL: answering(AUDIO_URL, 404)},
    "HTTP-3": {AUDIO_URL: replace(AUDIO, part=Answer(url=AUDIO_URL, status=200))},
    "APPLE-HTTP-1": {AUDIO_URL: replace(AUDIO, part=Answer(url=AUDIO_URL, status=200))},
    "HTTP-4": changed_feed(etag=None, last_modified=None),
    "HTTP-7": changed_feed(content_encoding="gzip"),
    "CORS-1": changed_feed(access_control_allow_origin=None),
    "TR-CORS-1": {TRANSCRIPT_URL: replace(_CLOSED, get=with_headers(_CLOSED.get, access_control_allow_origin=None))},
    "S3-4": {AUDIO_URL: replace(AUDIO, head=with_headers(AUDIO.head, content_type=None))},
}
SPOKEN = frozenset(NOISE)


@pytest.mark.parametrize("rule_id", NOISE)
def test_a_careless_server_is_told_where_what_and_how_to_mend_it(rule_id: str) -> None:
    (problem,) = said(rule_id, NOISE[rule_id])
    assert problem.rule == rule_id
    assert problem.line > 1
    assert problem.field.startswith("/rss/channel/")
    assert problem.message
    assert problem.hint


@pytest.mark.parametrize("rule_id", RULES)
def test_a_good_server_is_met_with_silence(rule_id: str) -> None:
    assert said(rule_id) == ()


@pytest.mark.parametrize("rule_id", RULES)
def test_where_nobody_asked_nothing_is_said(rule_id: str) -> None:
    assert RULES[rule_id](read_document(FEED.encode())) == ()


@pytest.mark.parametrize("rule_id", RULES)
def test_a_server_that_is_away_raises_nothing(rule_id: str) -> None:
    gone = {url: Probe(head=replace(NO_ANSWER, url=url)) for url in (*ASKED, PAGE_URL)}
    for problem in said(rule_id, gone):
        assert problem.rule == rule_id


def test_every_rule_here_needs_somebody_to_ask() -> None:
    assert len(RULES) == 13
    assert all(rule.online for rule in RULES.values())


class TestHead:
    """HTTP-2: HEAD, and what it has to tell."""

    @pytest.mark.parametrize("url", ASKED)
    @pytest.mark.parametrize(
        ("status", "words"),
        [(401, "answers 401 Unauthorized"), (404, "answers 404 Not Found"), (405, "answers 405 Method Not Allowed")],
    )
    def test_another_status_than_200_is_an_error(self, url: str, status: int, words: str) -> None:
        (problem,) = said("HTTP-2", {url: answering(url, status)})
        assert problem.message == f"the {ASKED[url]} '{url}' {words}"
        assert problem.severity is Severity.ERROR
        assert problem.line > 1
        assert problem.hint

    def test_where_a_redirect_ends_is_named(self) -> None:
        answer = Answer(url="https://login.example/", status=403, hops=(AUDIO_URL,))
        (problem,) = said("HTTP-2", {AUDIO_URL: Probe(head=answer)})
        assert problem.message == f"the audio '{AUDIO_URL}' leads to 'https://login.example/': 403 Forbidden"

    def test_who_does_not_answer_is_an_error(self) -> None:
        (problem,) = said("HTTP-2", {AUDIO_URL: Probe(head=NO_ANSWER)})
        assert problem.message == f"the audio '{AUDIO_URL}' cannot be fetched: nobody answers there"

    def test_another_length_than_the_feed_says_is_an_error(self) -> None:
        head = with_headers(AUDIO.head, content_length="29548433")
        (problem,) = said("HTTP-2", {AUDIO_URL: replace(AUDIO, head=head)})
        assert problem.message == f"the audio '{AUDIO_URL}' has 29548433 bytes, and the feed says {SIZE}"
        assert 'write length="29548433"' in problem.hint
        assert problem.severity is Severity.ERROR

    def test_the_length_0_is_answered_with_the_right_one(self) -> None:
        feed = FEED.replace(f'length="{SIZE}"', 'length="0"')
        (problem,) = said("HTTP-2", feed=feed)
        assert (problem.severity, problem.hint) == (Severity.WARNING, f'write length="{SIZE}"')

    @pytest.mark.parametrize("length", ["12 MB", "", "9" * 5000, "-1"])
    def test_a_length_that_is_no_number_is_left_to_others(self, length: str) -> None:
        assert said("HTTP-2", feed=FEED.replace(f'length="{SIZE}"', f'length="{length}"')) == ()

    @pytest.mark.parametrize("url", [url for url in ASKED if url != FEED_URL])
    def test_a_missing_length_is_an_error(self, url: str) -> None:
        probe = sound(ASKED[url], url)
        (problem,) = said("HTTP-2", {url: replace(probe, head=with_headers(probe.head, content_length=None))})
        assert problem.message == f"the {ASKED[url]} '{url}' has no Content-Length"

    def test_a_feed_need_not_know_its_length(self) -> None:
        probe = sound(Kind.FEED, FEED_URL)
        head = with_headers(probe.head, content_length=None)
        assert said("HTTP-2", {FEED_URL: replace(probe, head=head)}) == ()

    @pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
    def test_a_missing_name_of_its_state_is_a_warning(self, name: str) -> None:
        head = with_headers(AUDIO.head, **{name.lower(): None})
        (problem,) = said("HTTP-2", {AUDIO_URL: replace(AUDIO, head=head)})
        assert problem.message == f"the audio '{AUDIO_URL}' has no {name}"
        assert problem.severity is Severity.WARNING

    def test_ranges_that_are_refused_in_words_are_an_error(self) -> None:
        head = with_headers(AUDIO.head, accept_ranges="none")
        (problem,) = said("HTTP-2", {AUDIO_URL: replace(AUDIO, head=head)})
        assert problem.message == f"the audio '{AUDIO_URL}' has Accept-Ranges: none"

    def test_ranges_that_work_need_no_words(self) -> None:
        head = with_headers(AUDIO.head, accept_ranges=None)
        assert said("HTTP-2", {AUDIO_URL: replace(AUDIO, head=head)}) == ()
        whole = replace(AUDIO, head=head, part=Answer(url=AUDIO_URL, status=200))
        (problem,) = said("HTTP-2", {AUDIO_URL: whole})
        assert problem.message == f"the audio '{AUDIO_URL}' has no Accept-Ranges"

    @pytest.mark.parametrize(
        ("url", "served", "severity"),
        [
            (AUDIO_URL, "text/html; charset=utf-8", Severity.ERROR),
            (AUDIO_URL, "video/mp4", Severity.ERROR),
            (AUDIO_URL, "audio/ogg", Severity.WARNING),
            (AUDIO_URL, "text/plain", Severity.WARNING),
            (COVER_URL, "image/webp", Severity.WARNING),
            (TRANSCRIPT_URL, "text/plain", Severity.WARNING),
            (TRANSCRIPT_URL, "text/html", Severity.ERROR),
            (CHAPTERS_URL, "application/json", Severity.WARNING),
            (FEED_URL, "text/html", Severity.ERROR),
            (FEED_URL, "text/plain; charset=utf-8", Severity.WARNING),
        ],
    )
    def test_the_type_of_something_else_is_named(self, url: str, served: str, severity: Severity) -> None:
        probe = sound(ASKED[url], url)
        changed = {url: replace(probe, head=with_headers(probe.head, content_type=served))}
        (problem,) = said("HTTP-2", changed)
        assert f"is served as '{served.partition(';')[0]}', not as '" in problem.message
        assert problem.severity is severity

    @pytest.mark.parametrize(
        ("url", "served"),
        [(AUDIO_URL, "audio/mp3"), (AUDIO_URL, "Audio/MPEG"), (COVER_URL, "image/jpeg"), (FEED_URL, "text/xml")],
    )
    def test_other_names_for_the_same_type_pass(self, url: str, served: str) -> None:
        probe = sound(ASKED[url], url)
        assert said("HTTP-2", {url: replace(probe, head=with_headers(probe.head, content_type=served))}) == ()

    @pytest.mark.parametrize(
        ("told", "served"),
        [("audio/x-m4a", "audio/mp4"), ("audio/mp4", "audio/x-m4a"), ("audio/opus", "audio/ogg")],
    )
    def test_feed_and_server_may_say_it_differently(self, told: str, served: str) -> None:
        head = with_headers(AUDIO.head, content_type=served)
        feed = FEED.replace('type="audio/mpeg"', f'type="{told}"')
        assert said("HTTP-2", {AUDIO_URL: replace(AUDIO, head=head)}, feed=feed) == ()

    def test_a_page_that_is_gone_is_a_warning(self) -> None:
        (problem,) = said("HTTP-2", {PAGE_URL: answering(PAGE_URL, 404)})
        assert problem.message == f"the page '{PAGE_URL}' answers 404 Not Found"
        assert problem.severity is Severity.WARNING

    def test_a_page_that_keeps_programs_out_is_a_note(self) -> None:
        (problem,) = said("HTTP-2", {PAGE_URL: answering(PAGE_URL, 403)})
        assert problem.severity is Severity.NOTE

    def test_a_page_that_only_knows_get_passes(self) -> None:
        both = Probe(head=Answer(url=PAGE_URL, status=405), get=Answer(url=PAGE_URL, status=200))
        assert said("HTTP-2", {PAGE_URL: both}) == ()

    def test_an_address_that_comes_again_is_named_once(self) -> None:
        feed = FEED.replace("</channel>", f'<item><itunes:image href="{COVER_URL}"/></item></channel>')
        assert len(said("HTTP-2", {COVER_URL: answering(COVER_URL, 404)}, feed=feed)) == 1

    def test_a_hostile_address_is_shown_as_text(self) -> None:
        changed = Answer(url="https://a.example/\u202e\x1b[2J", status=404, hops=(AUDIO_URL,))
        (problem,) = said("HTTP-2", {AUDIO_URL: Probe(head=changed)})
        assert problem.message.isprintable()


class TestGenericType:
    """S3-4: the type of unknown bytes."""

    @pytest.mark.parametrize("url", ASKED)
    @pytest.mark.parametrize("served", ["application/octet-stream", "binary/octet-stream", None])
    def test_it_is_an_error_and_the_right_one_is_named(self, url: str, served: str | None) -> None:
        probe = sound(ASKED[url], url)
        changed = {url: replace(probe, head=with_headers(probe.head, content_type=served))}
        (problem,) = said("S3-4", changed)
        assert problem.message.endswith(f"is served as '{served}'" if served else "is served without Content-Type")
        assert "/" in problem.hint
        assert said("HTTP-2", changed) == ()

    def test_an_error_page_has_any_type(self) -> None:
        assert said("S3-4", {AUDIO_URL: answering(AUDIO_URL, 404)}) == ()


def in_part(**changes: object) -> dict[str, Probe]:
    """The audio with another answer to a range."""
    assert AUDIO.part is not None
    return {AUDIO_URL: replace(AUDIO, part=replace(AUDIO.part, **changes))}  # type: ignore[arg-type] # fields of Answer


def in_range(told: str) -> dict[str, Probe]:
    return {AUDIO_URL: replace(AUDIO, part=with_headers(AUDIO.part, content_range=told))}


class TestRanges:
    """HTTP-3 and APPLE-HTTP-1: bytes from the middle."""

    @pytest.mark.parametrize("rule_id", ["HTTP-3", "APPLE-HTTP-1"])
    @pytest.mark.parametrize(
        ("status", "words"),
        [(200, "ignores ranges"), (416, "answers 416"), (403, "answers 403 Forbidden instead of 206")],
    )
    def test_another_status_than_206_is_an_error(self, rule_id: str, status: int, words: str) -> None:
        (problem,) = said(rule_id, in_part(status=status))
        assert words in problem.message
        assert "bytes 1000-1099" in problem.message

    def test_pictures_need_ranges_too(self) -> None:
        probe = sound(Kind.PICTURE, COVER_URL)
        changed = {COVER_URL: replace(probe, part=Answer(url=COVER_URL, status=200))}
        assert len(said("APPLE-HTTP-1", changed)) == 1
        assert said("HTTP-3", changed) == ()

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ("bytes 0-99/29548432", "asked for bytes 1000-1099, says that it sends 0-99"),
            ("bytes 1000-1099/99", "has 29548432 bytes by HEAD and 99 by Content-Range"),
            ("bytes 1000/99", "answers a range with Content-Range 'bytes 1000/99'"),
            ("", "answers a range with no Content-Range"),
        ],
    )
    def test_a_wrong_content_range_is_an_error(self, told: str, words: str) -> None:
        (problem,) = said("HTTP-3", in_range(told))
        assert words in problem.message

    def test_an_unknown_size_in_content_range_passes(self) -> None:
        assert said("HTTP-3", in_range("bytes 1000-1099/*")) == ()

    def test_another_number_of_bytes_is_an_error(self) -> None:
        (problem,) = said("HTTP-3", in_part(body=bytes(99)))
        assert problem.message.endswith("asked for 100 bytes, sends 99")
        (problem,) = said("HTTP-3", in_part(body=bytes(100), whole=False))
        assert problem.message.endswith("asked for 100 bytes, sends more than 99")

    def test_bytes_behind_the_end_are_an_error(self) -> None:
        beyond = replace(AUDIO, beyond=Answer(url=AUDIO_URL, status=200))
        (problem,) = said("HTTP-3", {AUDIO_URL: beyond})
        assert problem.message.endswith("asked for bytes behind its end, answers 200 OK instead of 416")

    def test_a_file_that_is_not_there_is_said_once(self) -> None:
        assert said("HTTP-3", {AUDIO_URL: answering(AUDIO_URL, 404)}) == ()


class TestConditions:
    """HTTP-4: has it changed?"""

    def test_a_feed_that_is_sent_again_is_a_warning(self) -> None:
        probe = sound(Kind.FEED, FEED_URL)
        (problem,) = said("HTTP-4", {FEED_URL: replace(probe, again=Answer(url=FEED_URL, status=200))})
        assert problem.message.endswith("asked again with what names its state, answers 200 OK instead of 304")
        assert problem.severity is Severity.WARNING

    def test_a_feed_without_a_state_is_a_warning(self) -> None:
        (problem,) = said("HTTP-4", {FEED_URL: replace(sound(Kind.FEED, FEED_URL), again=None)})
        assert "neither ETag nor Last-Modified" in problem.message

    def test_a_feed_that_is_not_there_is_left_to_others(self) -> None:
        assert said("HTTP-4", {FEED_URL: answering(FEED_URL, 404)}) == ()


class TestCompression:
    """HTTP-7: only for whoever asks."""

    @pytest.mark.parametrize("url", [FEED_URL, TRANSCRIPT_URL, CHAPTERS_URL])
    def test_texts_that_come_compressed_unasked_are_a_warning(self, url: str) -> None:
        probe = sound(ASKED[url], url)
        changed = {url: replace(probe, get=with_headers(probe.get, content_encoding="gzip"))}
        (problem,) = said("HTTP-7", changed)
        assert "is sent with Content-Encoding: gzip" in problem.message
        assert problem.severity is Severity.WARNING

    def test_compressed_audio_is_a_warning(self) -> None:
        changed = {AUDIO_URL: replace(AUDIO, head=with_headers(AUDIO.head, content_encoding="br"))}
        (problem,) = said("HTTP-7", changed)
        assert "Content-Encoding: br, which breaks ranges and length" in problem.message

    def test_identity_is_none(self) -> None:
        changed = {AUDIO_URL: replace(AUDIO, head=with_headers(AUDIO.head, content_encoding="identity"))}
        assert said("HTTP-7", changed) == ()


class TestWebPlayers:
    """CORS-1 and TR-CORS-1: who may read it in a browser."""

    @pytest.mark.parametrize(
        ("rule_id", "url"),
        [
            ("CORS-1", FEED_URL),
            ("CORS-1", CHAPTERS_URL),
            ("CORS-1", TRANSCRIPT_URL),
            ("TR-CORS-1", TRANSCRIPT_URL),
        ],
    )
    def test_what_is_closed_is_a_warning(self, rule_id: str, url: str) -> None:
        probe = sound(ASKED[url], url)
        for allowed, words in (
            (None, "has no Access-Control"),
            ("https://a.example", "is open to 'https://a.example'"),
        ):
            changed = {url: replace(probe, get=with_headers(probe.get, access_control_allow_origin=allowed))}
            (problem,) = said(rule_id, changed)
            assert words in problem.message
            assert problem.severity is Severity.WARNING

    def test_audio_and_pictures_need_not_be_open(self) -> None:
        head = with_headers(AUDIO.head, access_control_allow_origin=None)
        assert said("CORS-1", {AUDIO_URL: replace(AUDIO, head=head)}) == ()

    @pytest.mark.parametrize("host", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
    def test_a_preview_on_this_machine_is_left_alone(self, host: str) -> None:
        closed = FEED.replace("https://kommunen-podcast.example/transcripts", f"{host}/transcripts")
        url = f"{host}/transcripts/a.vtt"
        probe = sound(Kind.TRANSCRIPT, url)
        changed = {url: replace(probe, get=with_headers(probe.get, access_control_allow_origin=None))}
        assert said("TR-CORS-1", changed, feed=closed) == ()


def test_a_finding_about_the_feed_itself_stands_at_its_self_link() -> None:
    found = RULES["HTTP-2"](document({FEED_URL: answering(FEED_URL, 404)}))
    (problem,) = found
    assert problem.field == "/rss/channel/atom:link"
