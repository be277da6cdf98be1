"""Rules of the podcast namespace for payments to those who make an episode."""

from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.placed import DECIMAL, EVERYWHERE, TAGS, TRUTH, WHOLE, elements, formed, misplaced, required
from feed.checks.rule import Finding, rule
from feed.document import FeedDocument


@rule(
    "P20-VALUE",
    severity=Severity.ERROR,
    source=f"{TAGS}/value.md",
    mend='write <podcast:value type="lightning" method="keysend"> into channel or item, with a '
    "<podcast:valueRecipient> or more in it, or take it out",
)
def p20_value(document: FeedDocument) -> Iterator[Finding]:
    """podcast:value has type and method and at least one recipient (podcast namespace, value)."""
    yield from misplaced(document, "podcast:value", *EVERYWHERE)
    for value in elements(document, "podcast:value"):
        yield from required(value, "type", "method")
        yield from formed(value, "suggested", DECIMAL, "an amount such as 0.00000005000")
        if not value.all("podcast:valueRecipient"):
            message = "<podcast:value> names nobody to pay"
            hint = "add <podcast:valueRecipient>, or take the element out"
            yield Finding(message=message, at=value, missing="podcast:valueRecipient", hint=hint)


@rule(
    "P20-VRECIP",
    severity=Severity.ERROR,
    source=f"{TAGS}/value-recipient.md",
    mend='write <podcast:valueRecipient type="lnaddress" address="anna@wallet.example" split="95"/> into '
    "podcast:value, split without %",
)
def p20_vrecip(document: FeedDocument) -> Iterator[Finding]:
    """podcast:valueRecipient has type, address and, as a whole number of shares, split (podcast namespace,
    valueRecipient).
    """
    yield from misplaced(document, "podcast:valueRecipient", "podcast:value", "podcast:valueTimeSplit")
    for recipient in elements(document, "podcast:valueRecipient"):
        yield from required(recipient, "type", "address", "split")
        yield from formed(recipient, "split", WHOLE, "a whole number of shares, without %")
        yield from formed(recipient, "fee", TRUTH, "true or false")
        address = recipient.get("address")
        if recipient.get("type").lower() == "lnaddress" and address and "@" not in address:
            message = f"the address {quoted(address)} is not a lightning address"
            yield Finding(message=message, at=recipient, missing="@address", hint="write name@host")


@rule(
    "P20-VTS",
    severity=Severity.ERROR,
    source=f"{TAGS}/value-time-split.md",
    mend='write <podcast:valueTimeSplit startTime="60" duration="237"> into podcast:value, with one '
    "<podcast:remoteItem> or with <podcast:valueRecipient> in it",
)
def p20_vts(document: FeedDocument) -> Iterator[Finding]:
    """podcast:valueTimeSplit has startTime and duration in seconds, and either one remote item or recipients of its
    own (podcast namespace, valueTimeSplit).
    """
    yield from misplaced(document, "podcast:valueTimeSplit", "podcast:value")
    for split in elements(document, "podcast:valueTimeSplit"):
        yield from required(split, "startTime", "duration")
        for attribute in ("startTime", "duration", "remoteStartTime"):
            yield from formed(split, attribute, DECIMAL, "seconds such as 174 or 33.833")
        yield from formed(split, "remotePercentage", DECIMAL, "a number from 0 to 100")
        remote, own = len(split.all("podcast:remoteItem")), len(split.all("podcast:valueRecipient"))
        if (remote, bool(own)) not in {(1, False), (0, True)}:
            message = f"<podcast:valueTimeSplit> has {remote} remote items and {own} recipients"
            hint = "keep one <podcast:remoteItem>, or one <podcast:valueRecipient> or more"
            yield Finding(message=message, at=split, hint=hint)
