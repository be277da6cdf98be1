"""Notes of other hands: the Markdown they become renders back to what they were, and plain text stays plain."""

import os
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from episodes.notes import plain_text, whole_html
from episodes.problems import UserError
from feed.intake import take_in
from podcast.importing.notes import from_html, from_text, is_html, summary_for
from podcast.importing.notetree import DEEPEST
from tests.soaking import SOAK, examples

_CORPUS = Path(os.environ.get("FOLGE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "feeds"
_FEEDS = sorted(path for path in _CORPUS.glob("*") if path.name != "manifest.json")
_UNSEEN = ("script", "style", "iframe", "object", "svg", "math", "noembed", "noframes", "template", "title", "textarea")


class _Seen(HTMLParser):
    """What a reader sees and can follow, found by another parser than folge's: words, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: Counter[str] = Counter()
        self._hidden = 0
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNSEEN
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith(("http://", "https://")) and href.isascii():
            self._open = href

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN and self._hidden > 0
        self._open = "" if tag == "a" else self._open

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
            if self._open and data.strip():  # a link around a picture alone goes with the picture
                self.links[self._open] += 1
                self._open = ""

    @property
    def text(self) -> str:
        return "".join("".join(self.words).split())


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Hallo <b>Welt</b></p>", "Hallo **Welt**"),
        ("<p>eins</p><p>zwei</p>", "eins\n\nzwei"),
        ("<div>eins</div><div>zwei</div>", "eins\n\nzwei"),
        ("eins<br><br>zwei<br>drei", "eins\n\nzwei\\\ndrei"),
        ('<a href="https://a.example/b">hier</a>', "[hier](https://a.example/b)"),
        ('<a href="https://a.example/b">https://a.example/b</a>', "<https://a.example/b>"),
        ('<a href="https://a.example/(b)" title="T">x</a>', '[x](<https://a.example/(b)> "T")'),
        ("<ul><li>eins</li><li><p>zwei</p></li></ul>", "- eins\n- zwei"),
        ("<ol><li>eins<ul><li>tief</li></ul></li></ol>", "1. eins\n   - tief"),
        ("<h2>Links</h2><p>da</p>", "## Links\n\nda"),
        ("<blockquote><p>eins</p><p>zwei</p></blockquote>", "> eins\n>\n> zwei"),
        ("<p>1. kein Punkt</p>", "1\\. kein Punkt"),
        (
            "<p># kein Titel, *kein* _Wort_ [x] snake_case</p>",
            "\\# kein Titel, \\*kein\\* \\_Wort\\_ \\[x\\] snake_case",
        ),
        ("<p>5 &lt; 6 &amp;amp; mehr</p>", "5 \\< 6 \\&amp; mehr"),
        ("<p>Wort<b>: fett</b></p>", "Wort<strong>: fett</strong>"),
        ("<p><b>fett </b>mager</p>", "**fett** mager"),
        ("<pre>a\n b</pre>", "```\na\n b\n```"),
        ("<hr>", "***"),
        ("", ""),
    ],
)
def test_html_becomes_the_markdown_a_producer_would_write(html: str, markdown: str) -> None:
    notes = from_html(html)
    assert notes.markdown == markdown
    assert (notes.raw, notes.changed) == (0, False)


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th>a</th></tr><tr><td>b <b>c</b></td></tr></table>",
        "<ul><li>eins</li></ul><ul><li>andere Liste</li></ul>",
        "<p><em>a</em><strong>b</strong></p>",
        "<p>x<sup>2</sup> und <del>weg</del></p>",
        "<p><code>a ` b</code></p>",
        "<b><p>eins</p><p>zwei</p></b>",
        "<ul><li></li><li><p>a</p><p>b</p></li></ul>",
        "<blockquote><ul><li>a</li></ul></blockquote>",
        "<p>===</p><p>- a</p><p>+ b</p><p>&gt; c</p><p>~~~</p><p>| d</p>",
        "<h1>a<br>b</h1>",
        '<p><a href="https://a.example/?a=1&amp;b=[2]">a]b</a></p>',
    ],
)
def test_what_has_no_plain_form_comes_out_the_same_all_the_same(html: str) -> None:
    notes = from_html(html)
    assert not notes.changed
    assert _Seen(whole_html(notes.markdown)).text == _Seen(html).text


def test_elements_no_notes_may_hold_are_counted() -> None:
    notes = from_html('<p>a<img src="https://a.example/1.gif"><IMG src="x"></p><script>alert(1)</script>')
    assert notes.lost == (("img", 2), ("script", 1))
    assert notes.markdown == "a"


def test_relative_links_lead_where_they_led() -> None:
    assert from_html('<a href="/b">x</a>', "https://a.example/c/").markdown == "[x](https://a.example/b)"


def test_nesting_without_end_ends_as_text() -> None:
    notes = from_html("<blockquote>" * (DEEPEST + 2) + "tief" + "</blockquote>" * (DEEPEST + 2))
    assert (notes.markdown, notes.changed) == ("tief", True)


@given(st.text(alphabet=" \nab1.#*_-+>~`[]()<!|&;:/=\\", max_size=60))
@example("* eins\n* zwei")
@example("    vier Leerzeichen")
@settings(max_examples=examples(500), deadline=None)
def test_plain_text_reads_as_it_was_whatever_marks_are_in_it(text: str) -> None:
    assert "".join(plain_text(from_text(text).markdown).split()) == "".join(text.split())


_ELEMENTS = st.sampled_from(
    ["b", "i", "em", "strong", "a", "code", "span", "sup", "p", "div", "ul", "li", "h2", "pre", "br"]
)


@st.composite
def _markup(draw: st.DrawFn) -> str:
    """HTML as people write it: elements in one another, not always where they belong, not always closed."""
    parts = []
    for _ in range(draw(st.integers(0, 8))):
        tag = draw(_ELEMENTS)
        text = draw(st.text(alphabet=" ab.*_#-1)", max_size=6))
        attribute = ' href="https://a.example/x"' if tag == "a" else ""
        parts.append(f"{text}<{tag}{attribute}>{text}" + (f"</{tag}>" if draw(st.booleans()) else ""))
    return "".join(parts)


def test_a_link_in_code_stays_a_link() -> None:
    assert from_html('<p>von <code><a href="https://a.example/">ihr</a></code></p>').markdown == (
        "von [ihr](https://a.example/)"
    )


@given(_markup())
@settings(max_examples=examples(500), deadline=None)
def test_any_markup_keeps_its_words_or_says_that_it_does_not(html: str) -> None:
    notes = from_html(html)
    assert notes.changed or _Seen(whole_html(notes.markdown)).text == _Seen(html).text


def test_a_summary_is_left_out_where_the_notes_say_the_same() -> None:
    assert summary_for("Ein **Satz**.\n\nNoch einer.", "<p>Ein Satz.</p> <p>Noch") == ""
    assert summary_for("Ein Satz.", "Worum es geht") == "Worum es geht"


@pytest.mark.skipif(not _FEEDS, reason="the corpus is not on this machine (FOLGE_CORPUS)")
@pytest.mark.parametrize("path", _FEEDS if SOAK else _FEEDS[::4], ids=lambda path: path.name)
def test_notes_of_real_feeds_keep_every_word_and_every_link(path: Path) -> None:
    try:
        items = take_in(path.read_bytes()).feed.items
    except UserError:
        return
    for item in items if SOAK else items[:40]:
        for text in (item.notes_html, item.summary):
            if is_html(text):
                notes = from_html(text)
                before, after = _Seen(text), _Seen(whole_html(notes.markdown))
                assert not notes.changed
                assert after.text == before.text
                assert not before.links - after.links
