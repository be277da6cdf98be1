"""What stands in a mail of any mail system: its links, its pictures, its words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import PurePath

from episodes.addresses import is_malformed
from episodes.notes import page_html
from episodes.problems import UserError

LARGEST = 20_000_000
"""Bytes a mail may have; mail systems send far less."""

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_BEHIND = ".,;:!?…“”»)]}*_'"
_MARKDOWN_PICTURE = re.compile(r"!\[[^\]]*\]\(\s*<?([^\s)>]+)")
_CONDITIONAL = re.compile(rb"<!--\[if[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
_ADDRESSES = ("href", "src", "background")
_SHOWING = frozenset({"img", "source", "video", "audio", "embed", "object", "v:fill", "table", "td", "body", "iframe"})
_UNREAD = frozenset({"script", "style", "title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address in a mail: what readers see it as, and where it stands.

    `part` is `html`, `text` or `markdown`, `line` counts from 1 and is 0 where a mail had it encoded. `shown` says that
    it is loaded with the mail, as a picture is.
    """

    url: str
    text: str = ""
    part: str = "html"
    line: int = 0
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as its readers get it: every address in it, and its words without markup."""

    links: tuple[Link, ...]
    words: str


def read_mail(raw: bytes, name: str) -> Mail:
    """Read a mail in the form the ending of its name says: `.eml`, `.html`, `.htm`, `.md` or `.txt`.

    Raises UserError for another ending, and for what is too large or holds nothing to read.
    """
    if len(raw) > LARGEST:
        raise UserError(f"{name} has more than {LARGEST:,} bytes", hint="give the mail itself, without attachments")
    match PurePath(name).suffix.lower():
        case ".eml":
            return _whole(raw, name)
        case ".html" | ".htm":
            return _html(raw)
        case ".md" | ".markdown":
            return _markdown(_decoded(raw))
        case ".txt":
            return _text(_decoded(raw), lines=True)
        case ending:
            hint = "save the mail as .eml, or its source as .html, .md or .txt"
            raise UserError(f"{name} ends with {ending or 'nothing'}, which is no mail", hint=hint)


def _whole(raw: bytes, name: str) -> Mail:
    """Read a mail as it is sent, in all its parts; the standard library undoes quoted-printable and base64."""
    message = message_from_bytes(raw, policy=policy.default)
    found: list[Mail] = []
    for part in message.walk():
        if part.is_multipart() or part.is_attachment():
            continue
        if part.get_content_maintype() != "text":
            continue
        body = part.get_payload(decode=True)
        content = body if isinstance(body, bytes) else b""
        charset = part.get_content_charset("utf-8")
        try:
            text = content.decode(charset, errors="replace")
        except LookupError:
            text = content.decode(errors="replace")
        is_html = part.get_content_type() == "text/html"
        found.append(_html(text.encode(), lines=False) if is_html else _text(text, lines=False))
    if not found:
        raise UserError(f"{name} holds no text and no HTML", hint="save the whole mail, with its source")
    return Mail(links=tuple(link for mail in found for link in mail.links), words="\n".join(it.words for it in found))


def _html(raw: bytes, part: str = "html", *, lines: bool = True) -> Mail:
    """Read HTML as a browser would guess it, and what stands in it for Outlook alone."""
    links = list(_links(raw, part, lines=lines))
    for hidden in _CONDITIONAL.finditer(raw):
        links += _links(hidden[1], part, lines=False)
    return Mail(links=tuple(links), words=_words(raw))


def _links(raw: bytes, part: str, *, lines: bool) -> Iterator[Link]:
    root = _parsed(raw)
    for element in root.iter() if root is not None else ():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.lower()
        if tag in ("base", "link"):
            continue
        for name in _ADDRESSES:
            url = str(element.get(name) or "").strip()
            if url and not url.startswith(("#", "mailto:", "tel:", "cid:", "data:")):
                text = " ".join("".join(map(str, element.itertext())).split())
                line = (element.sourceline or 0) if lines else 0
                yield Link(url=url, text=text, part=part, line=line, shown=name != "href" and tag in _SHOWING)


def _words(raw: bytes) -> str:
    root = _parsed(raw)
    if root is None:
        return ""
    return "\n".join(
        text.strip()
        for element in root.iter()
        for text in (element.text if _is_read(element.tag) else "", element.tail)
        if text and text.strip()
    )


def _is_read(tag: object) -> bool:
    return isinstance(tag, str) and tag.lower() not in _UNREAD


def _parsed(raw: bytes):  # type: ignore[no-untyped-def]  # lxml's own type is private  # noqa: ANN202
    from lxml import etree

    try:
        raw.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "windows-1252"
    parser = etree.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, recover=True)
    try:
        return etree.fromstring(raw, parser) if raw.strip() else None
    except (etree.LxmlError, ValueError):
        return None


def _text(text: str, part: str = "text", *, lines: bool) -> Mail:
    links = [
        Link(url=_bare(found[0]), part=part, line=text.count("\n", 0, found.start()) + 1 if lines else 0)
        for found in _ADDRESS.finditer(text)
    ]
    return Mail(links=tuple(links), words=text)


def _bare(address: str) -> str:
    """Return an address in a text without what ends its sentence; a bracket stays where its partner is."""
    while address and address[-1] in _BEHIND and not (address[-1] == ")" and "(" in address):
        address = address[:-1]
    return address


def _markdown(text: str) -> Mail:
    mail = _html(page_html(text).encode(), "markdown", lines=False)
    written = _text(text, "markdown", lines=True).links
    lines = {link.url: link.line for link in reversed(written)}
    links = [Link(url=link.url, text=link.text, part="markdown", line=lines.get(link.url, 0)) for link in mail.links]
    links += [link for link in written if is_malformed(link.url)]  # which HTML of notes leaves out
    for found in _MARKDOWN_PICTURE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        links.append(Link(url=found[1], part="markdown", line=line, shown=True))
    return Mail(links=tuple(links), words=mail.words)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("windows-1252", errors="replace")
