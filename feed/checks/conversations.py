"""Rules of the podcast namespace for comments, chats and live streams."""

import re
from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.moments import is_moment
from feed.checks.placed import ADDRESS, EVERYWHERE, ITEMS, TAGS, elements, formed, listed, misplaced, placed, required
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument
from feed.vocabulary import CHAT_PROTOCOLS, FORMER_SOCIAL_PROTOCOLS, SOCIAL_PROTOCOLS

_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_HOST = re.compile(r"[^\s/:@?#]{1,253}(?::\d{1,5})?")


@rule(
    "P20-SOCIAL",
    severity=Severity.ERROR,
    source=f"{TAGS}/social-interact.md",
    mend='write <podcast:socialInteract protocol="activitypub" uri="https://…"/> with the address of the post, or '
    'protocol="disabled" alone',
)
def p20_social(document: FeedDocument) -> Iterator[Finding]:
    """podcast:socialInteract has a protocol of the list and the uri of a post; `disabled` stands alone (podcast
    namespace, socialInteract).
    """
    yield from misplaced(document, "podcast:socialInteract", *EVERYWHERE)
    for social, parent in placed(document, "podcast:socialInteract"):
        yield from required(social, "protocol")
        if social.get("protocol").lower() not in FORMER_SOCIAL_PROTOCOLS:
            yield from listed(social, "protocol", SOCIAL_PROTOCOLS, severity=Severity.WARNING)
        yield from formed(social, "priority", _WHOLE, "a whole number; the lowest comes first")
        if not _disabled(social):
            yield from required(social, "uri")
            yield from formed(social, "uri", ADDRESS, "the whole address of the post")
        elif social.get("uri") or not all(map(_disabled, parent.all("podcast:socialInteract"))):
            message = 'comments are off by protocol="disabled" and on by an address'
            yield Finding(message=message, at=social, hint="keep one of the two")


@rule(
    "P20-CHAT",
    severity=Severity.ERROR,
    source=f"{TAGS}/chat.md",
    mend='write <podcast:chat server="irc.example.org" protocol="irc"/>, the server without https:// and path',
)
def p20_chat(document: FeedDocument) -> Iterator[Finding]:
    """podcast:chat has the name of a server and a protocol of the list (podcast namespace, chat)."""
    yield from misplaced(document, "podcast:chat", *EVERYWHERE)
    for chat in elements(document, "podcast:chat"):
        yield from required(chat, "server", "protocol")
        yield from formed(chat, "server", _HOST, "the name of the server only, such as irc.example.org")
        yield from listed(chat, "protocol", CHAT_PROTOCOLS, severity=Severity.WARNING)


@rule(
    "P20-CLINK",
    severity=Severity.ERROR,
    source=f"{TAGS}/content-link.md",
    mend='write <podcast:contentLink href="https://…">…</podcast:contentLink> into the item',
)
def p20_clink(document: FeedDocument) -> Iterator[Finding]:
    """podcast:contentLink of an item has href (podcast namespace, contentLink)."""
    yield from misplaced(document, "podcast:contentLink", *ITEMS)
    for link in elements(document, "podcast:contentLink"):
        yield from required(link, "href")


@rule(
    "P20-LIVE",
    severity=Severity.ERROR,
    source=f"{TAGS}/live-item.md",
    mend='write <podcast:liveItem status="pending" start="2026-12-31T19:30:00+01:00"> into the channel, with '
    "<enclosure> and <podcast:contentLink> in it",
)
def p20_live(document: FeedDocument) -> Iterator[Finding]:
    """podcast:liveItem of the channel has a status, an ISO 8601 start, an enclosure and a contentLink (podcast
    namespace, liveItem); an alternate enclosure is one too.
    """
    yield from misplaced(document, "podcast:liveItem", "channel")
    for live in elements(document, "podcast:liveItem"):
        yield from required(live, "status", "start")
        yield from listed(live, "status", ("pending", "live", "ended"))
        for attribute in ("start", "end"):
            moment = live.get(attribute)
            if moment and not is_moment(moment):
                message = f"{attribute} of <podcast:liveItem> is {quoted(moment)}"
                hint = "write 2026-12-31T19:30:00+01:00"
                yield Finding(message=message, at=live, missing=f"@{attribute}", hint=hint)
        if not live.all("enclosure", "podcast:alternateEnclosure"):
            hint = "add <enclosure> with the address of the stream"
            yield Finding(message="the live item has no stream", at=live, missing="enclosure", hint=hint)
        if not live.all("podcast:contentLink"):
            message = "the live item has no page for apps that cannot play it"
            hint = "add <podcast:contentLink href>"
            yield Finding(message=message, at=live, missing="podcast:contentLink", hint=hint)


def _disabled(social: Element) -> bool:
    return social.get("protocol").lower() == "disabled"
