"""What strangers serve is fetched within bounds, and whatever they do ends with an answer or a sentence."""

import gzip
import itertools
import ssl
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from episodes.problems import UserError
from podcast.fetching import LARGEST_FEED, Fetcher, Limits, Unreachable, fetch_feed
from tests.podcast.strangers import Answering, Stranger, sending, serving

PATIENT = Limits(pause=0.01)
HASTY = Limits(read=0.5, total=1.0, attempts=1)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
BODY = b"<rss/>" * 1000


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(limits=PATIENT) as fetcher:
        yield fetcher


@pytest.fixture
def hasty() -> Iterator[Fetcher]:
    with Fetcher(limits=HASTY) as fetcher:
        yield fetcher


def saying(body: bytes, **headers: str) -> Answering:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: Response(body, headers=named)


def test_a_question_says_who_asks(fetcher: Fetcher) -> None:
    def answer(request: Request) -> Response:
        names = ("User-Agent", "Accept-Encoding", "Range")
        return Response("\n".join(request.headers.get(name, "") for name in names))

    with serving(answer) as stranger:
        told = fetcher.ask(stranger.address, headers={"Range": "bytes=1-2"}, limit=1000)
    agent, *rest = told.body.decode().split("\n")
    assert agent.startswith("folge/0.")
    assert rest == ["identity", "bytes=1-2"]


class TestForms:
    """A form is posted."""

    def test_its_fields_arrive(self, fetcher: Fetcher) -> None:
        with serving(lambda request: Response(f"{request.method} {request.form['hub.url']}")) as stranger:
            told = fetcher.ask(stranger.address, method="POST", form={"hub.url": "https://a.example/?ü&b"}, limit=100)
        assert told.body.decode() == "POST https://a.example/?ü&b"

    @pytest.mark.parametrize(("status", "followed"), [(307, True), (308, True), (301, False), (303, False)])
    def test_it_goes_on_where_a_redirect_says_so(self, fetcher: Fetcher, status: int, followed: bool) -> None:
        def answer(request: Request) -> Response:
            return redirect("/b", status) if request.path == "/a" else Response(request.form["a"])

        with serving(answer) as stranger:
            told = fetcher.ask(f"{stranger.address}a", method="POST", form={"a": "1"}, limit=100)
        assert (told.status, told.body == b"1") == ((200, True) if followed else (status, False))


def test_an_answer_holds_status_headers_and_body(fetcher: Fetcher) -> None:
    with serving(saying(BODY, ETag='"1"')) as stranger:
        whole = fetcher.ask(stranger.address, limit=len(BODY))
        begun = fetcher.ask(stranger.address, limit=10)
        head = fetcher.ask(stranger.address, method="HEAD", limit=10)
    assert (whole.status, whole.body, whole.whole, whole.headers["etag"]) == (200, BODY, True, '"1"')
    assert (begun.body, begun.whole) == (BODY[:10], False)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(BODY)))


class TestRedirects:
    """Redirects are followed and recorded."""

    def test_the_way_is_recorded(self, fetcher: Fetcher) -> None:
        def answer(request: Request) -> Response:
            onward = {"/a": "/b?x=ü", "/b": "c"}.get(request.path)
            return redirect(onward) if onward else Response("there")

        with serving(answer) as stranger:
            told = fetcher.ask(f"{stranger.address}a", limit=100)
        assert (told.status, told.body, told.url) == (200, b"there", f"{stranger.address}c")
        assert told.hops[0] == f"{stranger.address}a"
        assert [hop.partition("?")[0] for hop in told.hops] == [f"{stranger.address}a", f"{stranger.address}b"]

    def test_a_circle_is_left(self, fetcher: Fetcher) -> None:
        def answer(request: Request) -> Response:
            return redirect("/b" if request.path == "/a" else "/a")

        with serving(answer) as stranger:
            told = fetcher.ask(f"{stranger.address}a")
            assert len(stranger.asked) == 2
        assert (told.status, told.error) == (0, "it redirects in a circle")

    def test_a_way_without_end_is_left(self, fetcher: Fetcher) -> None:
        with serving(lambda request: redirect(f"{request.path}x")) as stranger:
            told = fetcher.ask(f"{stranger.address}a")
            assert len(stranger.asked) == 11
        assert (told.status, told.error) == (0, "it redirects more than 10 times")

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/x", "data:,x"])
    def test_only_http_is_followed(self, fetcher: Fetcher, target: str) -> None:
        with serving(lambda request: Response(status=302, headers={"Location": target})) as stranger:
            told = fetcher.ask(stranger.address, limit=1000)
        assert (told.status, told.body) == (0, b"")
        assert told.error.startswith("only http and https are fetched, not ")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "/etc/passwd", "", "http://", "http://[", "http://a:99999999/", "http://127.0.0.1:x/"]
)
def test_what_is_no_address_is_a_sentence(fetcher: Fetcher, url: str) -> None:
    told = fetcher.ask(url, limit=1000)
    assert told.status == 0
    assert "is fetched" in told.error or "are fetched" in told.error or told.error == "this is no address"


class TestCompression:
    """Compressed answers are uncompressed, and bombs are not."""

    @pytest.mark.parametrize(
        ("coding", "body"),
        [
            ("gzip", gzip.compress(BODY, mtime=0)),
            ("x-gzip", gzip.compress(BODY, mtime=0)),
            ("GZIP", gzip.compress(BODY[:100], mtime=0) + gzip.compress(BODY[100:], mtime=0)),
            ("deflate", zlib.compress(BODY)),
            ("deflate", zlib.compress(BODY, wbits=-15)),
            ("identity", BODY),
        ],
    )
    def test_it_is_taken_away(self, fetcher: Fetcher, coding: str, body: bytes) -> None:
        with serving(saying(body, Content_Encoding=coding)) as stranger:
            told = fetcher.ask(stranger.address, limit=len(BODY), compressed=True)
        assert (told.body, told.whole) == (BODY, True)

    @pytest.mark.parametrize(
        ("coding", "body", "why"),
        [
            ("br", b"x", "it is sent in a compression that nobody asked for (br)"),
            ("gzip", b"no gzip at all", "its compression is damaged"),
            ("deflate", b"\xff\xff\xff\xff", "its compression is damaged"),
            ("gzip", gzip.compress(BODY, mtime=0)[:-20], "its compression ends in the middle"),
        ],
    )
    def test_a_damaged_one_is_a_sentence(self, fetcher: Fetcher, coding: str, body: bytes, why: str) -> None:
        with serving(saying(body, Content_Encoding=coding)) as stranger:
            told = fetcher.ask(stranger.address, limit=10**6, compressed=True)
        assert (told.status, told.error) == (0, why)

    def test_a_bomb_gives_what_was_asked_for_and_no_more(self, fetcher: Fetcher) -> None:
        packer = zlib.compressobj(9, wbits=31)
        bomb = b"".join(packer.compress(bytes(10**7)) for _ in range(10)) + packer.flush()  # 100 MB in 100 kB
        with serving(saying(bomb, Content_Encoding="gzip")) as stranger:
            told = fetcher.ask(stranger.address, limit=1_000_000, compressed=True)
        assert (len(told.body), told.whole) == (1_000_000, False)


class TestTime:
    """Nobody makes folge wait for ever."""

    def test_silence_ends(self, hasty: Fetcher) -> None:
        with sending(then=[b"late"], pause=30) as address:
            assert hasty.ask(address).error == "the server says nothing for 0.5 seconds"

    @pytest.mark.parametrize(
        "begun",
        [b"", HEAD, HEAD + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"],
        ids=["status", "headers", "body", "chunks"],
    )
    def test_a_trickle_ends(self, hasty: Fetcher, begun: bytes) -> None:
        with sending(begun, then=itertools.repeat(b"1"), pause=0.05) as address:
            told = hasty.ask(address, limit=10**6)
        assert told.status == 0
        assert told.error in (
            "it took longer than 1 seconds",
            "it sends so slowly that the time was over before its end",
        )

    def test_an_endless_body_ends_at_the_limit(self, fetcher: Fetcher) -> None:
        with sending(HEAD + b"\r\n", then=itertools.repeat(bytes(65_536))) as address:
            told = fetcher.ask(address, limit=1_000_000)
        assert (told.status, len(told.body), told.whole) == (200, 1_000_000, False)

    def test_endless_headers_end(self, fetcher: Fetcher) -> None:
        with sending(HEAD, then=itertools.repeat(b"X-A: " + b"b" * 60_000 + b"\r\n")) as address:
            assert fetcher.ask(address, limit=10).error == "the connection broke off"

    def test_an_interruption_breaks_off_what_is_under_way(self) -> None:
        with (
            Fetcher() as patient,
            sending(then=itertools.repeat(b"1"), pause=0.05) as address,
            ThreadPoolExecutor(1) as pool,
        ):
            with pytest.raises(KeyboardInterrupt), patient.ending():
                future = pool.submit(patient.ask, address)
                while not patient._watches:
                    pass
                raise KeyboardInterrupt
            assert future.result(timeout=30).status == 0


class TestRetries:
    """A server in trouble is asked again, a few times."""

    def test_trouble_that_passes_is_not_seen(self, fetcher: Fetcher) -> None:
        statuses = iter([503, 429, 200])
        with serving(lambda request: Response(b"ok", status=next(statuses))) as stranger:
            told = fetcher.ask(stranger.address, limit=10)
        assert (told.status, told.body) == (200, b"ok")

    def test_trouble_that_stays_is_told(self, fetcher: Fetcher) -> None:
        with serving(lambda request: Response(status=503)) as stranger:
            assert fetcher.ask(stranger.address).status == 503
            assert len(stranger.asked) == 3

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 416])
    def test_a_plain_no_is_taken_for_one(self, fetcher: Fetcher, status: int) -> None:
        with serving(lambda request: Response(status=status)) as stranger:
            assert fetcher.ask(stranger.address).status == status
            assert len(stranger.asked) == 1

    def test_a_server_that_wants_to_be_asked_tomorrow_is_not_waited_for(self, fetcher: Fetcher) -> None:
        with serving(lambda request: Response(status=503, headers={"Retry-After": "86400"})) as stranger:
            assert fetcher.ask(stranger.address).status == 503
            assert len(stranger.asked) == 1


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (HEAD + b"Content-Length: 1000\r\n\r\n<rss>", "the connection broke off"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "the connection broke off"),
        (b"", "the connection broke off"),
    ],
)
def test_a_broken_answer_is_a_sentence(fetcher: Fetcher, sent: bytes, why: str) -> None:
    with sending(sent) as address:
        told = fetcher.ask(address, limit=10**6)
    assert (told.status, told.error) == (0, why)


def test_nobody_there_is_a_sentence(fetcher: Fetcher) -> None:
    with sending() as address:
        pass
    assert fetcher.ask(address).error == "nobody answers there"


class TestHttps:
    """Certificates count."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def tls(self, authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        return context

    def test_a_certificate_of_nobody_is_a_sentence(self, fetcher: Fetcher, tls: ssl.SSLContext) -> None:
        with serving(saying(BODY), tls) as stranger:
            told = fetcher.ask(stranger.address, limit=10**6)
            assert stranger.asked == []
        assert (told.status, told.body) == (0, b"")
        assert told.error == "its certificate is not trusted, or its encryption is not understood"

    def test_a_trusted_one_is_read(
        self, authority: trustme.CA, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with Fetcher() as fetcher, serving(saying(BODY), tls) as stranger:
            assert fetcher.ask(stranger.address, limit=10**6).body == BODY

    def test_no_https_at_all_is_a_sentence(self, fetcher: Fetcher) -> None:
        with sending(b"HTTP/1.1 200 OK\r\n\r\n") as address:
            told = fetcher.ask(address.replace("http:", "https:"))
        assert told.error == "its certificate is not trusted, or its encryption is not understood"


def test_one_host_has_two_questions_at_a_time(fetcher: Fetcher) -> None:
    lock, now, most = threading.Lock(), 0, 0
    pair = threading.Barrier(2)

    def answer(request: Request) -> Response:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        pair.wait(10)
        with lock:
            now -= 1
        return Response(b"ok")

    with serving(answer) as stranger, ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda number: fetcher.ask(f"{stranger.address}{number}", limit=9), range(6)))
    assert [answer.status for answer in told] == [200] * 6
    assert most == 2


class TestProxy:
    """Where a machine asks through a proxy, so does folge."""

    @pytest.fixture
    def proxy(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
        def answer(request: Request) -> Response:
            given = request.headers.get("Proxy-Authorization", "")
            return Response(f"{request.headers['Host']} {given}", mimetype="text/plain")

        for name in ("HTTP_PROXY", "NO_PROXY", "no_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with serving(answer) as stranger:
            monkeypatch.setenv("http_proxy", stranger.address.replace("http://", "http://anna:geheim@"))
            yield stranger

    def test_it_asks_for_us(self, proxy: Stranger, fetcher: Fetcher) -> None:
        told = fetcher.ask("http://podcast.example/feed.xml", limit=100)
        assert told.body == b"podcast.example Basic YW5uYTpnZWhlaW0="

    def test_this_machine_is_asked_without(self, proxy: Stranger, fetcher: Fetcher) -> None:
        with serving(saying(BODY)) as stranger:
            assert fetcher.ask(stranger.address, limit=10**6).body == BODY
        assert proxy.asked == []

    @pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.1", "[::1]", "[::ffff:10.0.0.1]", "localhost"])
    def test_it_is_not_sent_into_the_house_by_a_stranger(self, proxy: Stranger, host: str) -> None:
        with Fetcher(private=False) as fetcher:
            assert "private network" in fetcher.ask(f"http://{host}/").error
        assert proxy.asked == []

    def test_one_that_is_away_is_a_sentence(self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("no_proxy", raising=False)
        with sending() as address:
            monkeypatch.setenv("http_proxy", address)
        told = fetcher.ask("http://podcast.example/", limit=100)
        assert told.error == "the proxy of this machine does not let it through"


class TestPrivateAddresses:
    """A feed from elsewhere does not reach what only this machine can."""

    def test_they_are_not_asked(self) -> None:
        with Fetcher(limits=PATIENT, private=False) as fetcher, serving(saying(b"secret")) as stranger:
            told = fetcher.ask(f"{stranger.address}admin/delete", limit=100)
            assert stranger.asked == []
        assert (told.status, told.body) == (0, b"")
        assert told.error == "it is on this machine or in a private network, and the feed comes from elsewhere"

    def test_whoever_names_one_means_it(self) -> None:
        with Fetcher(limits=PATIENT, private=False) as fetcher, serving(saying(BODY)) as stranger:
            assert fetch_feed(fetcher, stranger.address).body == BODY
            assert fetcher.ask(stranger.address).status == 200


class TestFeed:
    """A feed is fetched whole, or a sentence says why not."""

    def test_it_may_come_compressed(self, fetcher: Fetcher) -> None:
        def answer(request: Request) -> Response:
            assert "gzip" in request.headers["Accept-Encoding"]
            return Response(gzip.compress(BODY, mtime=0), headers={"Content-Encoding": "gzip"})

        with serving(answer) as stranger:
            assert fetch_feed(fetcher, stranger.address).body == BODY

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (401, "is not open to everybody: it answers 401 Unauthorized"),
            (403, "is not open to everybody: it answers 403 Forbidden"),
            (404, "answers 404 Not Found"),
            (410, "answers 410 Gone"),
            (500, "answers 500 Internal Server Error"),
            (299, "answers 299"),
        ],
    )
    def test_a_no_is_a_sentence(self, fetcher: Fetcher, status: int, said: str) -> None:
        with serving(lambda request: Response(status=status)) as stranger, pytest.raises(Unreachable) as caught:
            fetch_feed(fetcher, stranger.address)
        assert str(caught.value).startswith(f"{stranger.address} {said}; ")

    def test_a_feed_without_end_is_a_sentence(self, fetcher: Fetcher) -> None:
        endless = itertools.repeat(b" " * 1_000_000)
        with sending(HEAD + b"\r\n", then=endless) as address, pytest.raises(UserError) as caught:
            fetch_feed(fetcher, address)
        assert f"has more than {LARGEST_FEED:,} bytes" in str(caught.value)

    def test_a_hostile_address_reaches_the_terminal_as_text(self, fetcher: Fetcher) -> None:
        with serving(lambda request: redirect("/\x1b[2J\x9b31m")) as stranger, pytest.raises(Unreachable) as caught:
            fetch_feed(fetcher, stranger.address)
        assert str(caught.value).isprintable()
