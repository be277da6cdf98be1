import pytest

from feed.document import MalformedFeedError, read_document


def test_elements_know_their_line_and_path() -> None:
    body = b"<rss>\n<channel>\n<item/>\n<item>\n<title> a <!-- c --> b</title></item></channel></rss>"
    title = read_document(body).items[1].children[0]
    assert (title.line, title.path, title.text) == (5, "/rss/channel/item[2]/title", " a  b")


def test_lines_are_right_in_long_documents() -> None:
    body = (
        b"<rss>\n<channel>"
        + b"\n" * 70_000
        + b"<link/><guid\n a='1'\n/><title>a\n\n</title>"
        + b"\r\n" * 70_000
        + b"<item/>"
    )
    channel = read_document(body + b"</channel></rss>").channels[0]
    assert [(child.name, child.line) for child in channel.children] == [
        ("link", 70_002), ("guid", 70_002), ("title", 70_004), ("item", 140_006)
    ]  # fmt: skip


def test_children_are_found_by_name_in_the_order_of_the_document() -> None:
    channel = read_document(b"<rss><channel><a>1</a><b> 2 </b><a x=' y '>3</a><c/></channel></rss>").channels[0]
    assert [child.text for child in channel.all("a")] == ["1", "3"]
    assert [child.text for child in channel.all("b", "a")] == ["1", " 2 ", "3"]
    assert channel.all("x") == channel.all() == ()
    assert (channel.value("a"), channel.value("b"), channel.value("c"), channel.value("x")) == ("1", "2", "", "")
    assert channel.first("a") is channel.children[0]
    assert channel.first("x") is None
    assert (channel.all("a")[1].get("x"), channel.all("a")[1].get("z")) == ("y", "")
    assert [element.path for element in channel.walk()] == [
        "/rss/channel", "/rss/channel/a[1]", "/rss/channel/b", "/rss/channel/a[2]", "/rss/channel/c"
    ]  # fmt: skip


def test_names_are_canonical_whatever_the_prefix() -> None:
    body = (
        b'<rss xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:x="urn:x" '
        b'xmlns:p="https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md">'
        b"<channel><i:author/><p:guid/><x:y x:z='1'/></channel></rss>"
    )
    document = read_document(body)
    assert [child.name for child in document.channels[0].children] == ["itunes:author", "podcast:guid", "{urn:x}y"]
    assert document.channels[0].children[2].attributes == {"{urn:x}z": "1"}
    assert "urn:x" in document.namespaces


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b'<?xml version="1.0" encoding="UTF-8"?><rss/>', "utf-8"),
        (b"\xef\xbb\xbf<?xml version='1.0' encoding = 'utf-8' ?><rss/>", "utf-8"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><rss/>', "iso-8859-1"),
        (b'<?xml version="1.0"?><rss encoding="x"/>', ""),
        (b"<rss/>", ""),
    ],
)
def test_the_declared_encoding_is_known(body: bytes, encoding: str) -> None:
    assert read_document(body).encoding == encoding


_BOMB = b"""<?xml version="1.0"?>
<!-- funny -->
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss>&b;</rss>"""


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        (b"", 1, "this is no feed, but an empty file"),
        (b"hello", 1, "this is no feed, but plain text"),
        (b"<rss>\n<channel>\n</rss>", 3, "not well-formed"),
        (b"<rss>\n&nbsp;</rss>", 2, "not well-formed"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<rss>\xfc</rss>', 2, "not well-formed"),
        (_BOMB, 3, "DTD"),
        (b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss/>', 1, "DTD"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE rss><rss/>'.encode("utf-16"), 1, "DTD"),
        (b" " * 100_000 + b"<!-- x -->" * 1000 + b"<rs", 1, "not well-formed"),
        (b"<a>\n" * 10_000, 257, "nested more than 256 deep"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_read_says_why_and_where(body: bytes, line: int, reason: str) -> None:
    with pytest.raises(MalformedFeedError, match=reason) as refused:
        read_document(body)
    assert refused.value.line == line
    assert str(refused.value).startswith(f"line {line}: ")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"ID3\x04" + bytes(2000), "an MP3 file"),
        (b"\xff\xfb\x90\x64" + bytes(2000), "an MP3 file"),
        (b"\0\0\0\x20ftypM4A " + bytes(2000), "an MP4 or M4A file"),
        (b"fLaC" + bytes(20), "a FLAC file"),
        (b"OggS" + bytes(20), "an Ogg or Opus file"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a WAV file"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "a JPEG picture"),
        (b"GIF89a" + bytes(20), "a GIF picture"),
        (b"%PDF-1.7\n", "a PDF file"),
        (b"PK\x03\x04" + bytes(20), "a ZIP archive"),
        (b"\x1f\x8b\x08\0" + bytes(20), "compressed (gzip)"),
        (b"\x7fELF\0\0" + bytes(20), "a file that is not text"),
        (b' {"version": "1.2.0"}', "JSON"),
        ("---\ntitle: Über Mut\n---\n".encode(), "plain text"),
        (b"\n \t", "an empty file"),
        (b"", "an empty file"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_something_else_is_said_to_be_that_and_no_feed(body: bytes, kind: str) -> None:
    with pytest.raises(MalformedFeedError, match="this is no feed, but ") as refused:
        read_document(body)
    assert kind in refused.value.reason
    assert "XML" not in refused.value.reason
    assert refused.value.hint


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("space", ["", "\n"])
def test_no_broken_feed_is_taken_for_something_else(codec: str, space: str) -> None:
    with pytest.raises(MalformedFeedError, match="not well-formed XML"):
        read_document(f"{space}<rss><channel></rss>".encode(codec))


def test_show_notes_may_speak_of_a_doctype() -> None:
    assert read_document(b"<rss><![CDATA[<!DOCTYPE html>]]></rss>").root.text == "<!DOCTYPE html>"
