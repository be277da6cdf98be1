"""Two states of a show or an item as apps take them: where another spelling says the same, the new one has the old's.

Pure. An app shows the notes, or the description where there are none; the pictures and people of the show where an
item has none of its own (P20-PERSON-1); a language is the same in any letter case (RFC 5646, 2.1.1).
"""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from episodes.markup import Markup
from episodes.namespace import ShowTags
from feed.item import Item
from feed.show import Show

_SUMMARY = "itunes:summary"
_PUBLISHED = "pubDate"

_BLOCK = re.compile(r"<(?=/?(?:p|br|li|div|h[1-6]|tr|td|ul|ol|hr|blockquote|pre)\b)", re.IGNORECASE)
_UNREAD = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"<a\s[^<>]*\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_NAMED_TAG = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
_SCHEME = re.compile("^(?:https?://|mailto:)")
_MARK = "\N{SYMBOL FOR START OF HEADING}"
_INLINE = frozenset({"a", "b", "strong", "i", "em", "code", "img"})
_BREAKS = frozenset({"p", "div", "br", "section", "article"})
_MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em"} | {
    name: name
    for name in ("a", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "img", "table")
}
"""Elements that change how a text looks, by the name that stands for all that look the same."""

_CUT = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)?\s*$")


def words(text: str) -> str:
    """Return what is read of a text that may be HTML, on one line."""
    return _one_line(html.unescape(_TAG.sub("", _BLOCK.sub(" <", _UNREAD.sub("", text)))))


def show_as_taken(old: Show, new: Show) -> tuple[Show, Show]:
    """Return two shows without what no app takes for a difference, the time of a channel among it."""
    old, new = _undated(old), _undated(new)
    if old.language.lower() == new.language.lower():
        new = replace(new, language=old.language)
    if old.description != new.description and _said(old.description) == _said(new.description):
        new = replace(new, description=old.description)
    return old, new


def item_as_taken(old: Item, new: Item, shows: tuple[Show, Show]) -> Item:
    """Return the new item with the old one's spelling of what says the same; `shows` are those they belong to."""
    if old.image_url != new.image_url and (
        (old.image_url or shows[0].image_url) == (new.image_url or shows[1].image_url)
    ):
        new = replace(new, image_url=old.image_url)
    if old.people != new.people and (old.people or shows[0].hosts) == (new.people or shows[1].hosts):
        new = replace(new, people=old.people)
    if old.title != new.title and _one_line(old.title) == _one_line(new.title):
        new = replace(new, title=old.title)
    if _one_line(old.tags.itunes_title) == _one_line(new.tags.itunes_title):
        new = replace(new, tags=replace(new.tags, itunes_title=old.tags.itunes_title))
    if old.tags.extra != new.tags.extra:
        new = _carried(old, new)
    if (old.summary, old.notes_html) != (new.summary, new.notes_html) and _same_texts(old, new):
        new = replace(new, summary=old.summary, notes_html=old.notes_html)
    return new


def _undated(show: Show) -> Show:
    tags: ShowTags = show.tags
    extra = tuple(markup for markup in tags.extra if markup.name != _PUBLISHED)
    return show if len(extra) == len(tags.extra) else replace(show, tags=replace(tags, extra=extra))


def _carried(old: Item, new: Item) -> Item:
    """Return the new item with the old one's verbatim elements where only space in their texts differs.

    An `itunes:summary` that only says again what the other texts of the new item say may be gone.
    """
    said = [words(text) for text in (new.summary, new.notes_html)]
    told = any(markup.name == _SUMMARY for markup in new.tags.extra)
    kept = [
        _spaced(markup)
        for markup in old.tags.extra
        if told or markup.name != _SUMMARY or not any(text.startswith(_uncut(words(markup.text))) for text in said)
    ]
    same = kept == list(map(_spaced, new.tags.extra))
    return replace(new, tags=replace(new.tags, extra=old.tags.extra)) if same else new


def _spaced(markup: Markup) -> Markup:
    return replace(markup, text=_one_line(markup.text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _same_texts(old: Item, new: Item) -> bool:
    """Say whether two items show the same: in notes that look the same, or one of them in its description alone."""
    if old.notes_html == new.notes_html:
        return _begins(words(old.summary), words(new.summary))
    if old.notes_html and new.notes_html:
        return _begins(words(old.summary), words(new.summary)) and _look(old.notes_html) == _look(new.notes_html)
    if _said(_shown(old)) != _said(_shown(new)):
        return False
    return all(_said(_shown(item))[0].startswith(_uncut(words(item.summary))) for item in (old, new))


def _shown(item: Item) -> str:
    told = (markup.text for markup in item.tags.extra if markup.name == _SUMMARY)
    return item.notes_html or item.summary or next(told, "")


def _look(text: str) -> Sequence[str]:
    """Return the words of HTML and what marks them, in their order; how a line begins or ends is no matter."""
    read = words(text)

    def seen(found: re.Match[str]) -> str:
        name = (found["name"] or "").lower()
        if name not in _MARKS:
            return " " if name in _BREAKS else ""
        if found[0].startswith("</"):
            return "" if name in _INLINE else " "
        link = _LINK.match(found[0])
        where = html.unescape(link[1] or link[2] or "").strip() if link else ""
        repeats = name == "a" and _SCHEME.sub("", where) in read
        return "" if repeats else f" {_MARK}{_MARKS[name]}:{where.replace(' ', '%20')} "

    marked = html.unescape(_NAMED_TAG.sub(seen, text)).split()
    runs = ((is_mark, list(run)) for is_mark, run in groupby(marked, lambda piece: piece.startswith(_MARK)))
    return [piece for is_mark, run in runs for piece in (sorted(run) if is_mark else run)]


def _said(text: str) -> tuple[str, frozenset[str]]:
    """Return the words of a text, and where its links lead but for those that only repeat what is read."""
    read = words(text)
    links = (html.unescape(double or single).strip() for double, single in _LINK.findall(text))
    return read, frozenset(link for link in links if _SCHEME.sub("", link) not in read)


def _begins(one: str, other: str) -> bool:
    """Say whether two descriptions are the same, or one is cut off where the other goes on."""
    shorter, longer = sorted((_uncut(one), _uncut(other)), key=len)
    is_cut = _uncut(one) != one or _uncut(other) != other
    return one == other or bool(shorter and is_cut and longer.startswith(shorter))


def _uncut(text: str) -> str:
    return _CUT.sub("", text)
