"""Hosts are recognised by their feeds, and the lines for a server of one's own redirect that address and no other."""

import http.client
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from episodes.addresses import is_address
from episodes.problems import UserError
from feed.document import MalformedFeedError, read_document
from podcast.moving.hosts import all_hosts, host_called, host_of, server_lines
from tests.servers.nginx import nginx_program
from tests.servers.running import NotStartedError, free_ports, running, wait_for

CORPUS = Path(os.environ.get("FOLGE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "feeds"
NEW = "https://cdn.example.org/feed.xml"


@pytest.mark.parametrize(
    ("address", "generator", "host"),
    [
        ("https://kommunen.podigee.io/feed/mp3", "", "podigee"),
        ("https://podcast.example.org/feed/mp3", "Podigee (https://podigee.com)", "podigee"),
        ("https://podcast.example.org/feed/mp3/", "Podlove Podcast Publisher v4.1.0", "podlove"),
        ("https://anchor.fm/s/1234/podcast/rss", "Anchor Podcasts", "spotify"),
        ("https://mut.libsyn.com/rss", "", "libsyn"),
        ("https://feeds.libsyn.com/1/rss", "Libsyn WebEngine 2.0", "libsyn"),
        ("https://feeds.buzzsprout.com/1.rss", "", "buzzsprout"),
        ("https://feeds.acast.com/public/shows/mut", "acast.com", "acast"),
        ("https://feeds.transistor.fm/mut", "Transistor (https://transistor.fm)", "transistor"),
        ("https://feeds.soundcloud.com/users/soundcloud:users:1/sounds.rss", "", "soundcloud"),
        ("https://podcast.example.org/feed.xml", "https://wordpress.org/?v=5.8", "own"),
        ("https://notpodigee.io/feed", "", "own"),
        ("https://podigee.io.example.org/feed", "", "own"),
        ("http://[::1", "", "own"),
        ("", "", "own"),
    ],
)
def test_a_host_is_known_by_who_made_the_feed_or_where_it_lies(address: str, generator: str, host: str) -> None:
    assert host_of(address, generator).id == host


@pytest.mark.parametrize(
    ("name", "host"),
    [("Podigee", "podigee"), ("anchor", "spotify"), ("Spotify for Creators", "spotify"), ("SOUNDCLOUD", "soundcloud")],
)
def test_a_host_is_found_by_the_names_it_goes_by(name: str, host: str) -> None:
    assert host_called(name).id == host


def test_a_name_nobody_goes_by_is_answered_with_what_is_known() -> None:
    with pytest.raises(UserError, match="no host folge knows"):
        host_called("geocities")


def test_every_host_says_what_to_do_and_where_that_is_written() -> None:
    hosts = all_hosts()
    wanted = {"podigee", "podlove", "spotify", "libsyn", "buzzsprout", "acast", "transistor", "soundcloud", "own"}
    assert {host.id for host in hosts} == wanted
    for host in hosts:
        assert is_address(host.source)
        assert host.source.startswith("https://")
        assert host.about in ("redirect", "help")
        assert host.id == "own" or "{new}" in host.redirect or "redirect" in host.redirect
        assert NEW in host.redirect.format(new=NEW) or "{new}" not in host.redirect


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine (FOLGE_CORPUS)")
def test_the_hosts_of_feeds_of_others_are_recognised() -> None:
    found = {}
    for path in CORPUS.glob("*.xml"):
        try:
            channels = read_document(path.read_bytes()).channels
        except MalformedFeedError:
            continue
        if channels and (made := channels[0].value("generator")):
            found[made] = host_of("", made).id
    known = {made: host for made, host in found.items() if host != "own"}
    assert {"podlove", "libsyn"} <= set(known.values())
    assert all(made.lower().startswith(("podlove", "libsyn", "podigee", "anchor")) for made in known)


OLD = (
    "/feed/mp3",
    "/feed.xml",
    "/?feed=podcast&type=mp3",
    "/feed/with%20space",
    "/feed/(a+b)",
)


@contextmanager
def redirecting(folder: Path, lines: list[str]) -> Iterator[int]:
    """Run nginx with these lines in a server that has files for everything else."""
    (folder / "root").mkdir()
    (folder / "root" / "index.html").write_text("alt", encoding="utf-8")
    [port] = free_ports(1)
    temporary = [f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    text = [
        *(["user root;"] if os.getuid() == 0 else []),
        *("daemon off;", "worker_processes 1;", f"pid {folder}/nginx.pid;", f"error_log {folder}/error.log;"),
        *("events { }", "http {", *temporary, "access_log off;", "server {", f"listen 127.0.0.1:{port};"),
        *(f"root {folder}/root;", *lines, "}", "}"),
    ]
    path = folder / "nginx.conf"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    command = [nginx_program(), "-p", str(folder), "-c", str(path)]

    def answers() -> bool:
        try:
            return ask(port, "/index.html")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    with running(command, log=folder / "out", environment=dict(os.environ), cwd=folder) as process:
        wait_for(answers, "nginx", process, folder / "out")
        yield port


def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def test_the_lines_for_nginx_redirect_the_old_address_and_no_other(tmp_path: Path) -> None:
    lines = [server_lines(f"https://old.example{path}", NEW)["nginx"] for path in OLD]
    try:
        with redirecting(tmp_path, lines) as port:
            assert {path: ask(port, path) for path in OLD} == dict.fromkeys(OLD, (301, NEW))
            for other in ("/", "/feed/mp3x", "/feed/mp", "/feedXxml", "/?feed=podcast", "/feed/(aab)"):
                assert ask(port, other)[0] in (200, 404)
    except NotStartedError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def test_the_lines_for_apache_match_the_whole_address() -> None:
    assert server_lines("https://old.example/feed.xml", NEW)["apache"] == f'RedirectMatch 301 "^/feed\\.xml$" "{NEW}"'
    with_query = server_lines("https://old.example/p/?feed=podcast", NEW)["apache"]
    assert "RewriteCond %{QUERY_STRING} ^feed=podcast$" in with_query
    assert with_query.endswith(f'"{NEW}" [R=301,L,QSD,NE]')
    assert urlsplit(NEW).path in with_query
