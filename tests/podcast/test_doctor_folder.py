"""`folge doctor` for a store in a folder: the disk, and the web server before it."""

import functools
import json
import mimetypes
import os
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from podcast.preview import make_preview_server
from tests.podcast.builders import ShowFolder
from tests.podcast.strangers import serving
from tests.servers.nginx import nginx_server
from tests.servers.running import NotStartedError, free_ports, make_certificate

FOLGE = Path(sys.executable).with_name("folge")


def folge(show: ShowFolder, *arguments: str) -> tuple[int, Any]:
    done = subprocess.run(
        [FOLGE, "-C", str(show.path), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout + done.stderr


def doctor(show: ShowFolder) -> tuple[int, Any]:
    return folge(show, "doctor", "--json")


def messages(report: Any, severity: str) -> list[str]:
    return [one["message"] for one in report["findings"] if one["severity"] == severity]


def files(show: ShowFolder) -> set[str]:
    public = show.path / "public"
    return {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def careless_server(folder: Path) -> Iterator[str]:
    """Serve a folder with everything in it and lists of its folders, without ranges."""
    folder.mkdir(exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def good_server(show: ShowFolder) -> Iterator[str]:
    [port] = free_ports(1)
    base = f"http://127.0.0.1:{port}/"
    server = make_preview_server(show.path / "public", base, port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.mark.parametrize("published", [False, True])
def test_a_folder_that_is_served_well_has_no_findings(show: ShowFolder, published: bool) -> None:
    (show.path / "public").mkdir()
    with good_server(show) as base:
        show.settings(base=base)
        if published:
            assert folge(show, "publish", "--yes")[0] == 0
        before = files(show)
        code, report = doctor(show)
        assert (code, [one for one in report["findings"] if one["severity"] != "warning"]) == (0, []), report
        assert files(show) - {".folge/lock"} == before - {".folge/lock"}
    assert {"the folder can be written to", "locks exclude other writers", ".folge/ is closed to the public"} <= set(
        report["fine"]
    )


@pytest.mark.parametrize("published", [False, True])
def test_nginx_with_the_configuration_of_our_page_has_no_findings(
    show: ShowFolder, tmp_path: Path, published: bool
) -> None:
    (show.path / "public").mkdir()
    (tmp_path / "nginx").mkdir()
    try:
        with nginx_server(tmp_path / "nginx", show.path / "public") as base:
            show.settings(base=base)
            if published:
                show.episode(3, more="chapters:\n  - 0:00 Anfang\n  - 0:01 Ende\n")
                assert folge(show, "publish", "--yes")[0] == 0
            code, report = doctor(show)
    except NotStartedError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    assert (code, [one for one in report["findings"] if "are free" not in one["message"]]) == (0, []), report


def test_a_web_server_that_shows_everything_is_found_out(show: ShowFolder) -> None:
    with careless_server(show.path / "public") as base:
        show.settings(base=base)
        code, report = doctor(show)
    assert code == 3
    assert any("drafts and what waits would be public" in message for message in messages(report, "error"))
    assert any("everybody can list" in message for message in messages(report, "error"))
    assert {"HTTP-3", "HTTP-2"} <= {one["rule"] for one in report["findings"]}
    assert all(one["hint"] for one in report["findings"])
    assert {name for name in files(show) if "probe" in name} == set()


def test_another_place_than_the_store_is_noticed(show: ShowFolder, tmp_path: Path) -> None:
    with careless_server(tmp_path / "elsewhere") as base:
        show.settings(base=base)
        folge(show, "publish", "--yes")
        (tmp_path / "elsewhere" / "feed.xml").write_bytes(b"<rss/>")
        _, report = doctor(show)
    assert any("is another feed than the one in the store" in message for message in messages(report, "warning"))


def test_a_web_server_that_leads_on_is_named_with_the_address_to_write(show: ShowFolder) -> None:
    (show.path / "public").mkdir()
    with good_server(show) as base:

        class Leading(_Quiet):
            def do_GET(self) -> None:
                self.send_response(301)
                self.send_header("Location", base + self.path.removeprefix("/"))
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_HEAD = do_GET  # noqa: N815  the name http.server looks for

        server = ThreadingHTTPServer(("127.0.0.1", 0), Leading)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            show.settings(base=f"http://127.0.0.1:{server.server_address[1]}/")
            _, report = doctor(show)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
    [led] = [one for one in report["findings"] if "leads on to" in one["message"]]
    assert led["hint"] == f'write public_url = "{base}" below [store]'
    assert led["severity"] == "warning"


def test_a_server_that_sends_other_bytes_than_were_asked_for_is_found_out(show: ShowFolder) -> None:
    public = show.path / "public"
    public.mkdir()

    def answer(request: Request) -> Response:
        path = public / request.path.lstrip("/")
        if ".folge" in request.path or not path.is_file():
            return Response(status=404)
        body = path.read_bytes()
        if request.range is None:
            return Response(body, headers={"Accept-Ranges": "bytes"}, mimetype=mimetypes.guess_type(path.name)[0])
        start, stop = request.range.range_for_length(len(body)) or (0, len(body))
        return Response(body[: stop - start], 206, headers={"Content-Range": f"bytes {start}-{stop - 1}/{len(body)}"})

    with serving(answer) as stranger:
        show.settings(base=stranger.address)
        _, report = doctor(show)
    [wrong] = [one for one in report["findings"] if "are not those of the object" in one["message"]]
    assert (wrong["severity"], wrong["rule"]) == ("error", "HTTP-3")
    assert "sends the bytes that were asked for" in wrong["hint"]


def test_a_public_address_with_a_certificate_nobody_trusts_is_an_error(show: ShowFolder, tmp_path: Path) -> None:
    (show.path / "public").mkdir()
    _, chain, key = make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, key)
    with serving(lambda request: Response(), tls) as stranger:
        show.settings(base=stranger.address)
        code, report = doctor(show)
    assert code == 3
    [shut] = [one for one in report["findings"] if "cannot be fetched" in one["message"]]
    assert "certificate" in shut["message"]
    assert "its certificate" in shut["hint"]


def test_a_folder_only_its_owner_may_enter_is_a_warning(show: ShowFolder) -> None:
    (show.path / "public").mkdir()
    (show.path / "public").chmod(0o700)
    show.settings(base="http://127.0.0.1:8000/")
    code, report = doctor(show)
    assert (code, len([text for text in messages(report, "warning") if "only its owner may enter" in text])) == (0, 1)
    assert stat.S_IMODE((show.path / "public").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("url", "severity", "said"),
    [
        ("publik", "note", "publik is not there yet; the first publish makes it"),
        ("disk/podcast/publik", "warning", "nor is {show}/disk/podcast above it"),
    ],
)
def test_a_folder_that_is_not_there_is_said_and_not_made(show: ShowFolder, url: str, severity: str, said: str) -> None:
    path = show.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('url = "public"', f'url = "{url}"'), encoding="utf-8")
    code, report = doctor(show)
    assert (code, report["reached"]) == (0, True)
    (message,) = messages(report, severity)
    assert said.format(show=show.path) in message
    assert not (show.path / Path(url).parts[0]).exists()


def test_a_folder_below_a_file_is_an_error_and_nothing_is_made(show: ShowFolder) -> None:
    (show.path / "public").write_text("no folder")
    path = show.path / "podcast.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"public"', '"public/deeper"'), encoding="utf-8")
    code, report = doctor(show)
    assert (code, len(messages(report, "error"))) == (3, 1)


def test_a_folder_that_is_none_is_an_error_of_the_store(show: ShowFolder) -> None:
    (show.path / "public").write_text("no folder")
    code, report = doctor(show)
    assert (code, report["reached"]) == (3, True)
    assert messages(report, "error")


def test_a_folder_has_no_policy(show: ShowFolder) -> None:
    code, said = folge(show, "doctor", "--print-policy")
    assert code == 2
    assert "is no bucket" in said
