"""Texts of somebody who means ill, on the way from episode file and audio tags to feed, pages, headers and terminal."""

import json
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree, html

from podcast.cli import run
from podcast.stores.folder import FolderStore
from podcast.stores.s3 import S3Store
from tests.episodes.audio_builders import frames, id3, id3_text
from tests.podcast.buckets import PREFIX, own_bucket
from tests.podcast.builders import ShowFolder, feed_in, make_show, objects
from tests.servers.running import S3Server

EVIL = """]]></title><script>alert(1)</script>"'><img src=x onerror=alert(1)>&lt; {{7*7}} ${x}%0d%0aX-Evil: 1 ../../x"""
NOTES = """\
<script>alert(1)</script><svg/onload=alert(1)> [Klick](javascript:alert(1)) ![x](data:text/html;base64,PHNjcmlwdD4=)

<a href="x" onclick="alert(1)" style="position:fixed">a</a> <iframe src="https://evil.example"></iframe> ]]> <!-- -->
<form action="https://evil.example"><input></form> <base href="https://evil.example/"> <meta http-equiv="refresh">
"""
FORBIDDEN = {"iframe", "object", "embed", "form", "input", "base", "svg", "applet", "frame"}
OURS = " or ".join(
    (
        "ancestor::template",
        "@class='code'",
        "ancestor-or-self::*[starts-with(@id, 'kit-')]",
        "ancestor-or-self::form[@class='search']",
    )
)
"""What the player, the code to scan, the kit and the search are made of; notes have neither ids nor classes."""


@pytest.fixture
def hostile(tmp_path: Path) -> ShowFolder:
    """A show whose every text is an attack."""
    show = make_show(tmp_path / "show")
    show.settings(title=EVIL.replace('"', '\\"'))
    said = json.dumps(EVIL)
    more = f"summary: {said}\ntopics: [{said}]\nappearances:\n  - name: {said}\n    function: {said}\n"
    more += f"recording:\n  occasion: {said}\n  place: {said}\nchapters:\n  - title: {said}\n    start: '0:00'\n"
    path = show.episode(1, title=said, more=more)
    path.write_text(path.read_text(encoding="utf-8") + NOTES, encoding="utf-8")
    (show.path / "audio" / "2.mp3").write_bytes(
        id3(id3_text("TIT2", b"\x1b[2J\x1b]0;PWN\x07") + id3_text("TPE1", b"<script>\r\nX: 1")) + frames(60)
    )
    return show


def assert_harmless(there: dict[str, bytes]) -> None:
    pages = {key: body for key, body in there.items() if key.endswith(".html")}
    assert len(pages) > 3
    for key, body in pages.items():
        document = html.document_fromstring(body.decode())
        for element in document.iter():
            assert element.tag not in FORBIDDEN or element.xpath(OURS), key
            if element.tag == "script":
                ours = "/static/" in element.get("src", "") and not element.text
                assert ours or element.get("type") == "application/ld+json", key
                assert ours or json.loads(element.text or "")
            attacks = [name for name in element.attrib if str(name).startswith("on")]
            assert attacks == [], key
            for name in ("href", "src"):
                assert not (element.get(name) or "").lower().startswith(("javascript:", "data:text")), key


def test_a_feed_and_pages_made_of_attacks_are_harmless(hostile: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(hostile.path), "publish", "--yes"]) == 0, capsys.readouterr().err
    store = FolderStore(hostile.path / "public")
    there = objects(store)
    assert_harmless(there)
    etree.fromstring(there["feed.xml"])
    item = next(item for item in feed_in(store).items if item.number == 1)
    assert item.title == EVIL
    assert EVIL in {person.name for person in item.people}
    assert "<script" not in item.notes_html
    assert "onclick" not in item.notes_html
    assert {path.name for path in hostile.path.parent.iterdir()} == {"show"}


def test_no_command_lets_a_text_steer_the_terminal(hostile: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(hostile.path), "publish", "--yes"]) == 0
    assert run(["-C", str(hostile.path), "set", "1", "title=Neu"]) == 0
    commands = (
        ["plan"],
        ["status"],
        ["list"],
        ["show", "2"],
        ["feed", "log"],
        ["diff"],
        ["check"],
        ["inspect", "audio/2.mp3"],
    )
    for words in commands:
        run(["-C", str(hostile.path), *words[:-1], words[-1].replace("audio/", f"{hostile.path}/audio/")])
        told = capsys.readouterr()
        assert told.out + told.err, words
        steering = {char for char in told.out + told.err if unicodedata.category(char) in ("Cc", "Cf") and char != "\n"}
        assert steering == set(), words


def test_a_bucket_gets_no_header_of_a_text(
    hostile: ShowFolder, seaweed: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = own_bucket(seaweed, tmp_path / "own")
    for name, value in seaweed.environment().items():
        monkeypatch.setenv(name, value)
    with closing(S3Store(bucket.name, PREFIX, endpoint_url=seaweed.http)) as store:
        hostile.publish(store)
        assert_harmless(objects(store))
    for key in bucket.stored():
        answer = bucket.client.head_object(Bucket=bucket.name, Key=key)
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        assert "x-evil" not in headers
        assert {name for name in headers if name.startswith("x-amz-meta-")} == {"x-amz-meta-sha256"}
        assert "content-disposition" not in headers
        assert key.startswith(f"{PREFIX}/")
        assert all(part.isascii() and part not in ("", ".", "..") for part in key.split("/"))
