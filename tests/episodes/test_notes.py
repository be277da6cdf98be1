"""What is promised about show notes: the few tags podcast apps agree on, every letter kept, nothing that runs."""

import re
import time
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.notes import FEED_TAGS, PAGE_TAGS, feed_html, notes_of, page_html, plain_text, summarize, summarize_prose
from tests.soaking import examples


class Seen(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("", ""),
        (" \n\n", ""),
        ("Leser:innen, „Mut“ – Größe", "<p>Leser:innen, „Mut“ – Größe</p>"),
        ("# Über\nText", "<p><strong>Über</strong></p>\n<p>Text</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a", "<ol>\n<li>a</li>\n</ol>"),
        ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("[a](https://a.example/?b=1&c=2)", '<p><a href="https://a.example/?b=1&amp;c=2">a</a></p>'),
        ("https://a.example/x", '<p><a href="https://a.example/x">https://a.example/x</a></p>'),
        ("> zitiert", "<p>zitiert</p>"),
        ("`a < b`", "<p>a &lt; b</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("a <b>c</b> <u>d</u>", "<p>a <b>c</b> d</p>"),
        ('<div style="color:red">a</div>', "a"),
        ("![Bild](https://a.example/b.png)", ""),
        ("a ![Bild](b.png) c", "<p>a  c</p>"),
        ("<!-- nicht -->\n\na", "<p>a</p>"),
        ("👩🏽‍💻 a\u00a0b\u00ad", "<p>👩🏽‍💻 a&nbsp;b\u00ad</p>"),
    ],
)
def test_notes_become_the_html_of_a_feed(markdown: str, html: str) -> None:
    assert feed_html(markdown) == html


HOSTILE = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//x></SCRIPT>", "<style>p{color:red}</style>",
    "<p onclick=alert(1)>a</p>",
    "<svg/onload=alert(1)>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))",
    "[a](java&#x0a;script:alert(1))", "[a](data:text/html,alert(1))", "[a](vbscript:alert(1))",
    "<iframe src=//x>alert</iframe>",
    "<a href='javascript:alert(1)'>a</a>", "<object data=x></object>", "<form action=x><input></form>",
    "<base href=//x>",
    "<math><mi xlink:href='javascript:alert(1)'>", "<a href=x style=a target=b class=c id=d name=e>a</a>",
    "<link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content=0>", "<textarea><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>", "<video src=x></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<template><script>alert(1)</script></template>",
]  # fmt: skip


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_that_runs_or_loads_gets_through(markdown: str) -> None:
    for html, allowed in ((feed_html(markdown), FEED_TAGS), (page_html(markdown), PAGE_TAGS)):
        seen = Seen(html)
        assert seen.tags <= allowed
        assert {name for name, _ in seen.attributes} <= {"href", "title"}
        assert not any(re.match(r"\s*(java|vb)script|data", value, re.IGNORECASE) for _, value in seen.attributes)


@pytest.mark.parametrize("tag", ["script", "style"])
def test_scripts_and_styles_go_with_their_text(tag: str) -> None:
    markdown = f"vorher\n\n<{tag}>weg</{tag}>\n\nnachher <{tag}>weg</{tag}> Ende"
    assert "weg" not in feed_html(markdown) + page_html(markdown) + plain_text(markdown)
    assert "nachher  Ende" in plain_text(markdown)


@pytest.mark.parametrize(
    "markdown", ["a ]]> b", "`]]>`", '[a](https://a.example/ "]]>")', "<p>]]></p>", "[a]]]>", "<![CDATA[x]]>"]
)
def test_the_end_of_cdata_never_occurs(markdown: str) -> None:
    assert "]]>" not in feed_html(markdown)


def test_a_page_keeps_headings_tables_and_code() -> None:
    html = page_html("# A\n\n###### B\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx < y\n```\n\n> q\n\n~~d~~")
    assert re.findall(r"<(\w+)", html) == [
        "h2", "h3", "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td", "pre", "code", "blockquote", "p",
        "p", "del",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("1", "2"),
        ("3", "2"),
        ("124", "234"),
        ("123456", "234444"),
        ("2434", "2334"),
        ("342", "232"),
        ("1613", "2323"),
    ],
)
def test_headings_on_a_page_skip_no_level(written: str, levels: str) -> None:
    markdown = "\n\n".join(f"{'#' * int(level)} A" for level in written)
    assert re.findall(r"<h(\d)>A</h\1>", page_html(markdown)) == list(levels)
    raw = "".join(f"<h{level}>A</h{level}>" for level in written)
    assert re.findall(r"<h(\d)>A</h\1>", page_html(raw)) == list(levels)


def test_headings_inside_one_another_and_in_attributes_stay_sound() -> None:
    html = unescape(page_html('<h3><b><h5>A</h5></b></h3>\n\n## [B](https://a.example/ "</h2> > <h1>")\n'))
    assert html.startswith("<h2><b><h3>A</h3></b></h2>")
    assert html.endswith('<h2><a href="https://a.example/" title="</h2> > <h1>">B</a></h2>')


def test_what_may_be_wide_can_be_scrolled_with_the_keyboard_on_a_page_and_is_plain_in_the_feed() -> None:
    markdown = "| a |\n|---|\n| 1 |\n\n```\nx\n```"
    assert re.findall(r"<(\w+) tabindex=\"0\"", page_html(markdown)) == ["table", "pre"]
    assert "tabindex" not in feed_html(markdown)


def test_what_looks_like_a_tag_in_the_title_of_a_link_stays_in_it() -> None:
    title = "<table><script>alert(1)</script><h2>"
    seen = Seen(page_html(f'[a](https://a.example "{title}")'))
    assert (seen.tags, seen.text) == ({"p", "a"}, "a")
    assert ("title", title) in seen.attributes


def test_headings_keep_the_language_they_are_in() -> None:
    assert page_html('<h1 lang="en">Hi</h1>') == '<h2 lang="en">Hi</h2>'


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Über\n\nEin *kurzer* [Weg](https://a.example).\n\n- eins\n- zwei\n\nEnde  \nganz",
        "Über\n\nEin kurzer Weg.\n\n• eins\n• zwei\n\nEnde\nganz"),
        ("a &amp; b < c &lt;d&gt;", "a & b < c <d>"),
        ("- a\n\n- b", "• a\n\n• b"),
        ("", ""),
    ],
)  # fmt: skip
def test_plain_text_is_readable(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# A\n\nFür *alle*: [Link](https://a.example)\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\nUnd\n---\n\n- eins\n- zwei",
        "Für alle: Link\n\n• eins\n• zwei"),
        ('<h2 lang="en">a</h2><table><tr><td><h3>b</h3></table>\n\nc [d](https://a.example "<h2>")', "c d"),
        ("# Notizen\n\n| a |\n|--|\n| 1 |", "Notizen\n\na\n\n1"),
        ("# Über\n\n    # Kommentar", "# Kommentar"),
        ("Nur Text.", "Nur Text."),
        ("", ""),
    ],
)  # fmt: skip
def test_headings_and_tables_are_no_prose_unless_there_is_nothing_else(markdown: str, text: str) -> None:
    assert summarize_prose(markdown) == text


@pytest.mark.parametrize(
    ("markdown", "limit", "short"),
    [
        ("eins zwei drei", 14, "eins zwei drei"),
        ("eins zwei drei", 13, "eins zwei…"),
        ("ÜÜÜÜÜÜ", 8, "ÜÜ…"),
        ("👩👩👩", 9, "👩…"),
    ],
)
def test_a_summary_is_cut_between_words_or_characters(markdown: str, limit: int, short: str) -> None:
    assert summarize(markdown, limit) == short


@settings(derandomize=True, deadline=None, max_examples=examples(100))
@given(st.text(alphabet="aäß👩 \n*", min_size=1500, max_size=5000))
def test_a_summary_fits_and_begins_like_the_text(markdown: str) -> None:
    short = summarize(markdown)
    assert len(short.encode()) <= 4000
    assert plain_text(markdown).startswith(short.removesuffix("…"))


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(st.text(alphabet="aB1 \n.)-+=:|*_`#<>[]()!&;~\\\"'/@"))
def test_plain_text_as_notes_says_the_same_letter_by_letter(text: str) -> None:
    html = page_html(notes_of(text))
    assert Seen(html).tags <= {"p", "a"}
    assert Seen(html).text.split() == text.split()


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(
    st.lists(
        st.sampled_from("aä:„“'\"<>/=&;![]()*_`#-|~ \n\\")
        | st.sampled_from(["<b>", "</b>", "<script>", "]]>", "<a href=", "<p>", "&lt;"]),
        max_size=60,
    ).map("".join)
)
def test_any_notes_give_only_allowed_tags(markdown: str) -> None:
    html = feed_html(markdown)
    assert Seen(html).tags <= FEED_TAGS
    assert Seen(page_html(markdown)).tags <= PAGE_TAGS
    assert "]]>" not in html
    assert html.count("<p>") == html.count("</p>")


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(st.text(st.characters(categories=["L", "Nd", "Zs"]) | st.sampled_from(":„“–…🐢ß"), min_size=1, max_size=60))
def test_every_letter_of_ordinary_text_is_kept(text: str) -> None:
    line = " ".join(text.split()) or "a"
    assert " ".join(plain_text(line).split()) == line


SIZE = 100_000
LARGE = {
    "brackets": "[", "images": "![", "stars": "*a", "strong": "**a ", "quotes": ">", "spaced quotes": "> ",
    "ticks": "`", "dashes": "- ",
    "links": "[a](", "angles": "<", "divs": "<div>", "bold": "<b>", "bold paragraphs": "<p><b>", "comments": "<!--",
    "entities": "&",
    "tables": "<td><table>", "tabs": "\t>", "references": "[a]: b\n", "cdata": "<![CDATA[", "closings": "</a",
    "unders": "_a_ ",
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_hostile_notes_are_rendered_soon(name: str) -> None:
    text = (LARGE[name] * SIZE)[:SIZE]
    before = time.process_time()
    feed_html(text), page_html(text), plain_text(text)
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    "text", ["*" * 49_999 + "a" + "*" * 49_999, "".join(f"<b id={n}>" for n in range(4000)) + "<p>x" * 12_000]
)
def test_deep_nesting_is_rendered_soon_and_in_proportion(text: str) -> None:
    before = time.process_time()
    assert len(feed_html(text)) < 50 * len(text)
    assert time.process_time() - before < 10


def test_notes_nested_beyond_reason_are_shown_as_typed() -> None:
    assert feed_html("> " * 6000 + "Mut\n\nEnde").endswith("&gt; Mut</p>\n<p>Ende</p>")
