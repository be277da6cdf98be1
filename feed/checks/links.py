"""Rules for the Atom links of a channel: its own address, the hubs that are told of news, and pages."""

from collections.abc import Iterator
from itertools import chain

from episodes.problems import Severity
from feed.checks.addresses import comparable
from feed.checks.names import qualified
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument

_PSP1 = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"
_WEBSUB = "https://www.w3.org/TR/websub/#discovery"
_PAGING = "https://www.rfc-editor.org/rfc/rfc5005"

_HISTORY = "http://purl.org/syndication/history/1.0"
_ARCHIVE = qualified(_HISTORY, "archive")
_COMPLETE = qualified(_HISTORY, "complete")
_TO_ARCHIVES = frozenset({"prev-archive", "next-archive"})
_TO_PAGES = frozenset({"first", "last", "next", "previous"}) | _TO_ARCHIVES
_PAGING_RELATIONS = _TO_PAGES | {"current"}


def own_links(channel: Element) -> tuple[Element, ...]:
    """Return the `atom:link rel="self"` of a channel: one in a sound feed."""
    return _links(channel, "self")


def missing_self(channel: Element) -> Iterator[Finding]:
    """Yield a finding where the channel does not name its own address, in the same words for every rule."""
    if not own_links(channel):
        hint = 'add <atom:link rel="self" type="application/rss+xml" href="the address of the feed"/>'
        yield Finding(message='<atom:link rel="self"> is missing', at=channel, missing="atom:link", hint=hint)


@rule(
    "ATOM-1",
    severity=Severity.ERROR,
    source=_PSP1,
    mend='write one <atom:link rel="self" type="application/rss+xml" href="…"/> into the channel, with the address the '
    "feed is served from",
)
def atom_1(document: FeedDocument) -> Iterator[Finding]:
    """Exactly one `atom:link rel="self"` names the feed's own address, the one it is served from where that is known
    (PSP-1, RSS profile); http instead of https is the matter of HTTP-1.
    """
    for channel in document.channels:
        yield from missing_self(channel)
        own = own_links(channel)
        for link in own[1:]:
            yield Finding(message='a second <atom:link rel="self">', at=link, hint="keep the canonical address only")
        for link in own:
            href, served = link.get("href"), document.served_from
            if not href:
                yield Finding(message="the self link has no href", at=link, hint="write the address of the feed")
            elif served and "://" in href and comparable(href) != comparable(served):
                message = f"the self link says {href}, and the feed is served from {served}"
                yield Finding(message=message, at=link, hint="let both be the canonical address of the feed")


@rule(
    "WEBSUB-1",
    severity=Severity.WARNING,
    source=_WEBSUB,
    mend='write <atom:link rel="hub" href="…"/> with the address of the hub once, beside <atom:link rel="self" '
    'href="…"/> with that of the feed; or take the hub out',
)
def websub_1(document: FeedDocument) -> Iterator[Finding]:
    """A feed that names a hub gives its address, once each, and names itself: the self link is what subscribers ask
    the hub for (WebSub, section 4). A feed without a hub may name one in its HTTP headers.
    """
    for channel in document.channels:
        seen: set[str] = set()
        hubs = _links(channel, "hub")
        if hubs:
            yield from missing_self(channel)
        own = {comparable(link.get("href")) for link in own_links(channel)}
        for hub in hubs:
            href = hub.get("href")
            if not href:
                yield Finding(message="the hub link has no href", at=hub, hint="write the address of the hub")
            elif comparable(href) in own:
                message = f"the hub {href} is the feed itself"
                yield Finding(message=message, at=hub, hint="write the address of the hub, or take the link out")
            elif comparable(href) in seen:
                yield Finding(message=f"the hub {href} is named twice", at=hub, hint="keep one of the two")
            seen.add(comparable(href))


@rule(
    "RFC5005-1",
    severity=Severity.WARNING,
    source=_PAGING,
    mend="write each link to another page once, into the channel and with the address of that page, such as <atom:link "
    'rel="prev-archive" href="…"/>; an archive page has rel="current" too',
)
def rfc5005_1(document: FeedDocument) -> Iterator[Finding]:
    """Links to other pages stand in the channel, one of each kind, and lead away from this page; an archive page leads
    to the current feed, a complete feed to no page at all (RFC 5005, W3C feed validator). The oldest page of an archive
    has none before it, and need not name the one after it: it would have to change for that.
    """
    for channel in document.channels:
        links = _links(channel, *_PAGING_RELATIONS)
        yield from _single_and_away(channel, links)
        complete = channel.first(_COMPLETE)
        if complete:
            for link in links:
                if link.get("rel") in _TO_PAGES:
                    message = f"the feed says it is complete, and links to a {link.get('rel')} page"
                    yield Finding(message=message, at=link, hint="take <fh:complete> or the link out")
        elif (archive := channel.first(_ARCHIVE)) and "current" not in {link.get("rel") for link in links}:
            hint = 'add <atom:link rel="current" href="the address of the feed"/> to <channel>'
            yield Finding(message="the archive page does not name the current feed", at=archive, hint=hint)
    for link in chain.from_iterable(_links(item, *_PAGING_RELATIONS) for item in document.items):
        message = f"a link to the {link.get('rel')} page stands in an item, where no app looks for it"
        yield Finding(message=message, at=link, hint="move it to the channel")


def _single_and_away(channel: Element, links: tuple[Element, ...]) -> Iterator[Finding]:
    own = {comparable(link.get("href")) for link in own_links(channel)}
    seen: set[str] = set()
    for link in links:
        relation, href = link.get("rel"), link.get("href")
        if relation in seen:
            message = f"a second link to the {relation} page"
            yield Finding(message=message, at=link, hint="keep one of the two")
        elif not href:
            message = f"the link to the {relation} page has no href"
            yield Finding(message=message, at=link, hint="write the address of that page")
        # `first`, `last` and `current` may be this very page.
        elif relation in {"next", "previous"} | _TO_ARCHIVES and comparable(href) in own:
            message = f"the link to the {relation} page leads back to this page"
            yield Finding(message=message, at=link, hint="write the address of the other page, or take the link out")
        seen.add(relation)


def _links(parent: Element, *relations: str) -> tuple[Element, ...]:
    return tuple(link for link in parent.all("atom:link") if link.get("rel") in relations)
