"""Rules for Media RSS, which podcasts use for a wide picture of an episode."""

from collections.abc import Iterator

from episodes.problems import Severity
from feed.checks.names import loosely, qualified
from feed.checks.rule import Finding, rule
from feed.document import FeedDocument

_MEDIA_RSS = "https://www.rssboard.org/media-rss"

_NAMESPACE = "http://search.yahoo.com/mrss/"
_CONTENT = qualified(_NAMESPACE, "content")
_PLAYER = qualified(_NAMESPACE, "player")
_THUMBNAIL = qualified(_NAMESPACE, "thumbnail")


@rule(
    "MRSS-1",
    severity=Severity.NOTE,
    source=_MEDIA_RSS,
    mend='write `xmlns:media="http://search.yahoo.com/mrss/"` with the slash at its end, and give every media:content '
    "and media:thumbnail a url, or take it out",
)
def mrss_1(document: FeedDocument) -> Iterator[Finding]:
    """The namespace of Media RSS ends in a slash, a media:content has an address or a player, a media:thumbnail an
    address (Media RSS 1.5.1).
    """
    for uri in sorted(document.namespaces):
        if uri != _NAMESPACE and loosely(uri) == loosely(_NAMESPACE):
            message = f"the namespace {uri!r} is not {_NAMESPACE!r}, and apps will not see its elements"
            yield Finding(message=message, at=document.root, hint=f"write {_NAMESPACE}, with the slash at its end")
    for element in document.root.walk():
        lacks = element.name in {_CONTENT, _THUMBNAIL} and not element.get("url")
        if lacks and not (element.name == _CONTENT and element.first(_PLAYER)):
            message = f"<media:{'content' if element.name == _CONTENT else 'thumbnail'}> has no url"
            yield Finding(message=message, at=element, missing="@url", hint="add the address, or take it out")
