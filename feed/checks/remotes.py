"""Rules of the podcast namespace for what points to other feeds."""

from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.placed import TAGS, UUID, WEB_ADDRESS, elements, formed, listed, misplaced, required
from feed.checks.rule import Finding, rule
from feed.document import FeedDocument
from feed.vocabulary import MEDIA


@rule(
    "P20-REMOTE",
    severity=Severity.ERROR,
    source=f"{TAGS}/remote-item.md",
    mend='write <podcast:remoteItem feedGuid="…" feedUrl="https://…"/>, the guid that of the other feed, 36 characters',
)
def p20_remote(document: FeedDocument) -> Iterator[Finding]:
    """podcast:remoteItem names another feed by its podcast:guid (podcast namespace, remoteItem)."""
    parents = ("channel", "podcast:podroll", "podcast:valueTimeSplit", "podcast:publisher")
    yield from misplaced(document, "podcast:remoteItem", *parents)
    for remote in elements(document, "podcast:remoteItem"):
        yield from required(remote, "feedGuid")
        yield from formed(remote, "feedGuid", UUID, "the podcast:guid of that feed, 36 characters")
        yield from formed(remote, "feedUrl", WEB_ADDRESS, "the whole address of that feed")
        yield from listed(remote, "medium", MEDIA)


@rule(
    "P20-PODROLL",
    severity=Severity.ERROR,
    source=f"{TAGS}/podroll.md",
    mend='write <podcast:podroll><podcast:remoteItem feedGuid="…"/></podcast:podroll> into the channel, or take it out',
)
def p20_podroll(document: FeedDocument) -> Iterator[Finding]:
    """podcast:podroll of the channel recommends at least one feed (podcast namespace, podroll)."""
    yield from misplaced(document, "podcast:podroll", "channel")
    for podroll in elements(document, "podcast:podroll"):
        if not podroll.all("podcast:remoteItem"):
            message = "<podcast:podroll> recommends nothing"
            hint = "add <podcast:remoteItem>, or take the element out"
            yield Finding(message=message, at=podroll, missing="podcast:remoteItem", hint=hint)


@rule(
    "P20-PUBLISHER",
    severity=Severity.ERROR,
    source=f"{TAGS}/publisher.md",
    mend='write <podcast:publisher><podcast:remoteItem medium="publisher" feedGuid="…"/></podcast:publisher> into the '
    "channel",
)
def p20_publisher(document: FeedDocument) -> Iterator[Finding]:
    """podcast:publisher of the channel has exactly one remote item, of the medium `publisher` (podcast namespace,
    publisher).
    """
    yield from misplaced(document, "podcast:publisher", "channel")
    for publisher in elements(document, "podcast:publisher"):
        remotes = publisher.all("podcast:remoteItem")
        if len(remotes) != 1:
            message = f"<podcast:publisher> has {len(remotes)} remote items, not one"
            hint = 'write one <podcast:remoteItem medium="publisher">'
            yield Finding(message=message, at=publisher, missing="podcast:remoteItem", hint=hint)
        for remote in remotes:
            if remote.get("medium").lower() != "publisher":
                message = f"the remote item of the publisher has the medium {quoted(remote.get('medium'))}"
                yield Finding(message=message, at=remote, missing="@medium", hint='write medium="publisher"')
