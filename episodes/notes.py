"""Show notes: Markdown in, sanitised HTML and plain text out. Rendered by cmark, cleaned by ammonia (nh3)."""

import ctypes
import html
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import cast

FEED_TAGS = frozenset({"p", "ol", "ul", "li", "a", "b", "i", "strong", "em", "br"})
"""What PSP-1 names for item notes, and `br` (rules.md §11)."""

PAGE_TAGS = FEED_TAGS | frozenset(
    {
        "h2",
        "h3",
        "h4",
        "blockquote",
        "code",
        "pre",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "del",
        "sup",
        "sub",
    }
)

WHOLE_TAGS = PAGE_TAGS | frozenset({"h1", "h5", "h6"})
"""What notes may have; some headings pages have under another name."""

_TAG = re.compile(r'<(?:(/?)h([1-6])|[^">]*(?:"[^"]*"[^">]*)*)>')
"""A tag of clean HTML; in the values of attributes there may be what looks like one."""

_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def feed_html(markdown: str) -> str:
    """Return notes as HTML of the few tags podcast apps agree on; empty for empty notes.

    Headings become bold paragraphs, and `]]>` never occurs, so that the text can stand in CDATA.
    """
    rendered = _render(markdown)
    rendered = re.sub(r"<h[1-6]>", "<p><strong>", rendered)
    rendered = re.sub(r"</h[1-6]>", "</strong></p>", rendered)
    return _clean(rendered, FEED_TAGS).replace("]]>", "]]&gt;")


def page_html(markdown: str) -> str:
    """Return notes as HTML for a page: no images, no scripts, no styles.

    Headings start at `h2`, end at `h4` and skip no level. Who has only a keyboard can scroll what may be wide.
    """
    cleaned = _levelled(whole_html(markdown))
    return re.sub(r"<(pre|table)>", r'<\1 tabindex="0">', cleaned)


def whole_html(markdown: str) -> str:
    """Return notes as HTML of all tags notes may have, headings as they are written."""
    return _clean(_render(markdown), WHOLE_TAGS)


def clean_html(html: str, more: frozenset[str] = frozenset()) -> str:
    """Return HTML of other hands with the tags notes may have and `more`; of others only what stands in them."""
    return _clean(html, WHOLE_TAGS | more)


def plain_text(markdown: str) -> str:
    """Return notes as plain text: a blank line between blocks, `• ` before list items, addresses left out."""
    import nh3

    rendered = re.sub(r"<li>\s*(<p>)?", "• ", _render(markdown))
    rendered = re.sub(r"<br ?/?>\n?", "\n", rendered)
    rendered = re.sub(r"</(p|h[1-6]|ul|ol|pre|blockquote|tr)>\n?", "\n\n", rendered)
    text = html.unescape(nh3.clean(rendered, tags=set()))
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def summarize(markdown: str, limit: int = 4000) -> str:
    """Return the beginning of notes as plain text of at most `limit` bytes of UTF-8, cut between words (APPLE-CH-4)."""
    text = plain_text(markdown)
    if len(text.encode()) <= limit:
        return text
    room = text.encode()[: limit - len("…".encode())].decode(errors="ignore")
    words = re.match(r"(?s).*\S(?=\s)", room)
    return f"{words[0] if words and not text[len(room)].isspace() else room.rstrip()}…"


_MOST_NESTED = 5000
_FLAT = r"(?:p|br|hr|li|a|t[hdr]|img|input)\b"
_FORMATTING = re.compile(r"<(b|i|u|s|em|strong|strike|small|big|code|tt|font|nobr)\s[^>]{0,1000}>", re.IGNORECASE)


@lru_cache(maxsize=4)  # of the same notes several forms are asked for, one after another
def _render(markdown: str) -> str:
    """Return notes as HTML that is not clean yet, raw HTML let through: `_clean` removes what is not wanted, text kept.

    An HTML5 parser takes quadratic time for elements inside one another, and repeats formatting elements that were
    not closed in every paragraph, all that differ in an attribute. Notes of so many elements are shown as typed.
    """
    if not markdown.strip():
        return ""
    rendered = _html(markdown)
    if len(re.findall(rf"<(?!{_FLAT})[a-z]", rendered, re.IGNORECASE)) > _MOST_NESTED:
        blocks = re.split(r"\n\s*\n", markdown.strip())
        return "\n".join(f"<p>{html.escape(block, quote=False)}</p>" for block in blocks)
    return _FORMATTING.sub(r"<\1>", rendered)


def _levelled(cleaned: str) -> str:
    """Give headings the levels `h2` to `h4`, each at most one below the one before (WCAG 2.2, H42)."""
    above: list[int] = []
    open_: list[int] = []

    def level(tag: re.Match[str]) -> str:
        if not tag[2]:
            return tag[0]
        if tag[1]:
            return f"</h{open_.pop()}>"
        while above and above[-1] >= int(tag[2]):
            above.pop()
        above.append(int(tag[2]))
        open_.append(min(len(above) + 1, 4))
        return f"<h{open_[-1]}>"

    return _TAG.sub(level, cleaned)


_EXTENSIONS = ("table", "autolink", "strikethrough", "tasklist")
"""Those of GitHub but its tagfilter, which would turn scripts into visible text."""


def _html(markdown: str) -> str:
    """Return what cmark makes of Markdown. cmarkgfm's own function for this keeps every document and text for ever."""
    from cmarkgfm import _cmark, cmark

    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_GITHUB_PRE_LANG
    cmark.core_extensions_ensure_registered()
    parser = cmark.parser_new(options)
    try:
        for name in _EXTENSIONS:
            cmark.parser_attach_syntax_extension(parser, cmark.find_syntax_extension(name))
        cmark.parser_feed(parser, markdown)
        document = cmark.parser_finish(parser)
        written = _cmark.lib.cmark_render_html(document, options, cmark.parser_get_syntax_extensions(parser))
        rendered = bytes(_cmark.ffi.string(written)).decode()
        for name, pointer in (("cmark_node_free", document), ("free", written)):
            _freeing(_cmark.__file__, name)(int(_cmark.ffi.cast("uintptr_t", pointer)))
        return rendered
    finally:
        cmark.parser_free(parser)


@cache
def _freeing(library: str, name: str) -> Callable[[int], object]:
    """Return the function that frees what cmarkgfm has no words for; where its library hides it, nothing is freed."""
    try:
        found = getattr(ctypes.CDLL(library), name)
    except (OSError, AttributeError):
        return lambda pointer: None
    found.argtypes, found.restype = (ctypes.c_void_p,), None
    return cast("Callable[[int], object]", found)


def _clean(rendered: str, tags: frozenset[str]) -> str:
    import nh3

    cleaned = nh3.clean(
        rendered, tags=set(tags), attributes={"a": {"href", "title"}}, url_schemes=set(_SCHEMES), link_rel=None
    )
    cleaned = re.sub(r"<p>\s*</p>", "", cleaned)
    return re.sub(r"\n{2,}", "\n", cleaned).strip()
