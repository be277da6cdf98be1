"""Feeds of people who mean ill or know no better end with findings, in bounded time and memory."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from feed.checks.run import check_feed
from feed.document import MalformedFeedError, read_document
from feed.reader import read_feed
from tests.feed.builders import a_feed
from tests.feed.hostile import CASES, ITEMS, SECONDS, SLOW
from tests.soaking import SOAK

_REPOSITORY = Path(__file__).parents[2]

# what is said of those that go beyond a limit: the line, and words of the finding
REFUSED = {
    "a line of 100 MB": (3, "a text of more than 10,000,000 characters in <description>"),
    "more than 100 MB": (1, "the feed has 100,000,001 bytes"),
    "100 MB of nothing": (None, "a text of more than 10,000,000 characters in <channel>"),
    "ten million tiny elements": (3, "more than 1,500,000 elements"),
    "a million different names": (3, "more than 10,000 different names"),
    "100,000 elements deep": (3, "elements nested more than 256 deep"),
    "an attribute of 10 MB": (3, "a tag or comment of more than 1,048,576 bytes"),
    "a name of 10 MB": (3, "a tag or comment of more than 1,048,576 bytes"),
    "a comment without an end": (3, "a tag or comment of more than 1,048,576 bytes"),
    "100,000 attributes": (3, "more than 10,000 different names"),
    "100,000 namespaces": (3, "more than 10,000 namespaces"),
    "50 MB of references": (3, "a text of more than 10,000,000 characters in <description>"),
    "billion laughs": (1, "declares a DTD"),
    "an external entity": (1, "declares a DTD"),
    "a parameter entity": (1, "declares a DTD"),
}


@pytest.mark.parametrize("name", [name for name in CASES if SOAK or name not in SLOW])
def test_every_hostile_feed_ends_with_findings_within_its_bounds(name: str) -> None:
    # the bounds of memory and processor time are set by the program itself: beyond them it dies, and says nothing
    call = [sys.executable, "-m", "tests.feed.hostile", name]
    ended = subprocess.run(call, cwd=_REPOSITORY, capture_output=True, timeout=4 * SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    answer = json.loads(ended.stdout)
    if name in REFUSED:
        line, words = REFUSED[name]
        ((rule, found_line, message),) = answer["found"]
        assert rule == "RSS-11"
        assert words in message
        assert line in {found_line, None}
    else:
        assert "RSS-11" not in {rule for rule, _, _ in answer["found"]}
        assert answer["read"] == (f"{ITEMS} items" if name == "very many items" else "0 items")


def test_every_limit_has_its_case() -> None:
    assert set(REFUSED) <= set(CASES)


DECLARED = '<?xml version="1.0" encoding="{}"?>\n<rss><channel><title>Grüße</title></channel></rss>'

READ = {
    "UTF-8 with a mark": DECLARED.format("UTF-8").encode("utf-8-sig"),
    "UTF-16 with a mark": DECLARED.format("UTF-16").encode("utf-16"),
    "UTF-16, little end first": DECLARED.format("UTF-16").encode("utf-16-le"),
    "UTF-16, big end first": DECLARED.format("UTF-16").encode("utf-16-be"),
    "UTF-16 that says UTF-8": DECLARED.format("UTF-8").encode("utf-16"),
    "UTF-8 that says UTF-16": DECLARED.format("UTF-16").encode(),
    "UTF-32": DECLARED.format("UTF-32").encode("utf-32"),
    "latin-1": DECLARED.format("iso-8859-1").encode("latin-1"),
    "cp1252": DECLARED.format("windows-1252").replace("Grüße", "„Grüße“").encode("cp1252"),
    "utf8 without a hyphen": DECLARED.format("utf8").encode(),
    "Shift_JIS": DECLARED.format("Shift_JIS").replace("Grüße", "ポッドキャスト").encode("shift_jis"),
    "GB2312": DECLARED.format("gb2312").replace("Grüße", "播客").encode("gb2312"),
}


@pytest.mark.parametrize("name", READ)
def test_text_comes_through_whatever_its_encoding(name: str) -> None:
    titles = {
        "cp1252": "„Grüße“",
        "Shift_JIS": "ポッドキャスト",
        "GB2312": "播客",
    }
    assert read_document(READ[name]).channels[0].value("title") == titles.get(name, "Grüße")


@pytest.mark.parametrize("size", [10, 300_000])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "shift_jis"])
def test_bytes_that_are_not_of_their_encoding_are_named_with_their_line(size: int, encoding: str) -> None:
    wrong = {"cp1252": b"\x81", "shift_jis": b"\xff"}.get(encoding, b"\x00\xd8")
    body = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'.encode(encoding)
        + ("<a>" + "b\n" * size).encode(encoding)[2 * (encoding == "utf-16") :]
    )
    with pytest.raises(MalformedFeedError, match="the bytes are not") as refused:
        read_document(body + wrong + "</a>".encode(encoding)[2 * (encoding == "utf-16") :])
    assert refused.value.line == 2 + size


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "there is nothing in it"),
        (b" \n ", "there is nothing in it"),
        (b"\x1f\x8b\x08\x00\x00", "compressed (gzip)"),
        (b"<!doctype html>\n<title>404</title>", "a web page"),
        (b'\xef\xbb\xbf \n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html/>', "a web page"),
        (b'{"error": 404}', "this is no feed, but JSON"),
        (b"Not Found", "this is no feed, but plain text"),
        (b"Not Found <rss/>", "it does not begin with a tag"),
        (b'\n<?xml version="1.0"?><rss/>', "something stands before <?xml"),
        (b"<!-- nothing -->", "there is no element in it"),
        (b"<rss>\0</rss>", "the character U+0000 is in it"),
        ("<rss>\uffff</rss>".encode(), "the character U+FFFF is in it"),
        (b"<rss>\x1b[31m</rss>", "the character U+001B is in it"),
        (b"<rss>Gr\xfc\xdfe</rss>", "the byte 0xfc is not UTF-8"),
        (b"<rss>&uuml;</rss>", "&uuml; is an entity of HTML"),
        (b"<rss>Q & A</rss>", "after '<rss>Q &' comes ' A</rss>'"),
        (b"<rss>\n<channel>\n</rss>", "<channel> of line 2 is not closed"),
        (b"<rss>\n<channel>\n", "<channel> of line 2 is not closed"),
        (b"<rss><itunes:image/></rss>", "a prefix is used that no xmlns declares"),
        (b'<rss a="1" a="2"/>', "an attribute is there twice"),
        (b"<rss><![CDATA[a", "a <![CDATA[ has no end"),
        (b"<rss><item", "the last tag has no end"),
        (b"<rss/><rss/>", "something stands behind the last tag"),
        (b"<rss>&#0;</rss>", "a number after &# is of no character"),
        (b'<?xml version="1.0" encoding="x-mine"?><rss/>', "the encoding 'x-mine' is unknown"),
        (b'<?xml version="1.0" encoding="idna"?><rss/>', "the encoding 'idna' is unknown"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_feed_is_one_finding_in_words(body: bytes, words: str) -> None:
    (problem,) = check_feed(body)
    assert problem.rule == "RSS-11"
    assert words in problem.message
    assert problem.line >= 1
    assert problem.hint
    with pytest.raises(MalformedFeedError, match=re.escape(problem.message)):
        read_feed(body)


def test_a_feed_cut_off_anywhere_is_one_finding() -> None:
    body = a_feed()
    for end in range(0, len(body) - 10, 97):
        (problem,) = check_feed(body[:end])
        assert problem.rule == "RSS-11"
