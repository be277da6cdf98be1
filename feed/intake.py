"""Takes in a feed of another hand, however dirty: what is right stays, what is mended or doubtful is named."""

import html
import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from episodes.problems import UNFIT, Problem, UserError, quoted
from feed.decoding import decoded
from feed.document import FeedDocument, MalformedFeedError, read_document
from feed.foreignaddresses import joined, read_address
from feed.foreignforms import Foreign, find_feed, following, text_with_markup
from feed.foreignitems import LeftOut, read_items
from feed.foreignnames import known_namespaces
from feed.foreignshow import read_foreign_show
from feed.mending import Mended, Tail, mend
from feed.reader import Feed
from feed.times import parse_date

MOST_BYTES = 50_000_000
"""Bytes a feed may have; what is longer is no feed that an app would take."""

_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>")
_ANY_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|opml)(?=[\s/>])|<channel(?=[\s>])", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html(?=[\s>])", re.IGNORECASE)
_PAGE_TITLE = re.compile(r"<title[^>]*>([^<]{1,500})", re.IGNORECASE)
_PAGE_FEED = re.compile(r"<link\b[^<>]*\btype\s*=\s*[\"']?application/(?:rss|atom)\+xml[^<>]*>", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_WINDOWS_REFERENCE = re.compile(r"&#(?:1[2-5][0-9]|[xX][89][0-9a-fA-F]);")
_BEYOND = ("the document has", "the feed has")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A feed of another hand. Its items and `left_out` together are all it has.

    `problems` are every repair and every doubt, in the order document, show, items; their names are of
    `feed.remarks`. `next_page` is the absolute address of the page with older items (RFC 5005), or empty. `lock_owner`
    is the address a `podcast:locked` names itself.
    """

    feed: Feed
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()
    next_page: str = ""
    lock_owner: str = ""


def take_in(body: bytes, url: str = "", *, zone: ZoneInfo | None = None, charset: str = "") -> Intake:
    """Read any bytes as a feed. `url` is where they come from, `charset` what the HTTP header calls their encoding;
    dates without a zone are of `zone`, or UTC.

    Raises UserError for what is no feed, is too large, or declares entities of its own.
    """
    if len(body) > MOST_BYTES:
        message = f"the feed has {len(body):,} bytes, at most {MOST_BYTES:,} are read"
        raise UserError(message, hint="no podcast app would take a feed of this size")
    text, problems = decoded(body, charset)
    foreign, mended = _foreign(text, body, url)
    channel = foreign.channel
    base = _base(foreign, url)
    show, of_show = read_foreign_show(channel, base)
    read = read_items(foreign.items, base=base, zone=zone)
    cut = (_left_out(mended.tail),) if mended.tail else ()
    page = following(channel)
    changed = parse_date(channel.value("lastBuildDate"))
    found = (*problems, *mended.problems, *foreign.problems, *of_show, *read.problems)
    return Intake(
        feed=Feed(show=show, items=read.items, changed=changed),
        left_out=(*read.left_out, *cut),
        problems=found,
        next_page=read_address(page.address, base).url if page.address else "",
        lock_owner=lock.get("owner") if (lock := channel.first("podcast:locked")) else "",
    )


def _foreign(text: str, body: bytes, url: str) -> tuple[Foreign, Mended]:
    """Return the feed in a text, mended where it is not well-formed or where a reader would lose something."""
    source = _undeclared(text)
    mended = Mended(body=source.encode(), problems=(), tail=None)
    try:
        document = read_document(mended.body)
        is_sound = not UNFIT.search(source) and not _WINDOWS_REFERENCE.search(source)
    except MalformedFeedError as error:
        _refuse(error, text, body, url)
        document, is_sound = None, False
    if document is None or not is_sound:
        return _mended(source)
    document, said = _named(document)
    foreign = find_feed(document)
    if text_with_markup(foreign):
        return _mended(source)
    return replace(foreign, problems=(*foreign.problems, *said)), mended


def _mended(source: str) -> tuple[Foreign, Mended]:
    mended = mend(source)
    document, said = _named(read_document(mended.body))
    foreign = find_feed(document)
    return replace(foreign, problems=(*foreign.problems, *said)), mended


def _undeclared(text: str) -> str:
    """Return a document without its declaration: it tells an encoding that the text no longer has."""
    found = _DECLARATION.match(text)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


def _named(document: FeedDocument) -> tuple[FeedDocument, tuple[Problem, ...]]:
    """Read a document again where its namespaces are called otherwise than in other feeds."""
    body, problems = known_namespaces(document)
    return (read_document(body), problems) if problems else (document, ())


def _refuse(error: MalformedFeedError, text: str, body: bytes, url: str) -> None:
    """Raise UserError where nothing can be mended: beyond a limit, or no feed at all."""
    if error.reason.startswith(_BEYOND):
        raise error
    has_feed = _ANY_ROOT.search(text)
    page = _PAGE.search(text[:5000])
    if page and not (has_feed and has_feed.start() < page.start()) and not re.search(r"<(rss|feed)[\s>]", text):
        raise _web_page(text, url)
    if has_feed is None:
        raise error


def _web_page(text: str, url: str) -> UserError:
    """Return a refusal of a web page, with its title and the feed it names."""
    title = _PAGE_TITLE.search(text[:20_000])
    called = f" ({quoted(html.unescape(' '.join(title[1].split())))})" if title else ""
    hint = "look for the address of the feed on the pages of the show"
    if (link := _PAGE_FEED.search(text[:200_000])) and (href := _HREF.search(link[0])):
        hint = f"it names a feed: {joined(url, html.unescape(href[1])) or html.unescape(href[1])}"
    return UserError(f"this is a web page{called}, not a feed", hint=hint)


def _base(foreign: Foreign, url: str) -> str:
    """Return what relative addresses start at: `xml:base`, the feed's own address, the page of the show."""
    channel = foreign.channel
    own = next((link.get("href") for link in channel.all("atom:link") if link.get("rel") == "self"), "")
    page = channel.value("link")
    start = next((address for address in (url, own, page) if read_address(address, "").url), "")
    return joined(start, channel.get("xml:base"))


def _left_out(tail: Tail) -> LeftOut:
    """Return the item in whose middle the feed ends."""

    def text(name: str) -> str:
        found = re.search(rf"<{name}\b[^>]*>\s*(?:<!\[CDATA\[)?([^<\]]{{1,1000}})", tail.raw)
        return html.unescape(found[1].strip()) if found else ""

    why = "the feed ends in the middle of it"
    return LeftOut(title=text("title"), guid=text("guid") or text("id"), line=tail.line, why=why, xml=tail.raw)
