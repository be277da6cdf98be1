"""Rules of the podcast namespace (Podcasting 2.0) for what a show or an episode says of itself."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from episodes.problems import Severity, nearest, quoted
from feed.checks.lengths import too_long
from feed.checks.moments import is_moment, recurrence_fault
from feed.checks.placed import (
    EVERYWHERE,
    ITEMS,
    TAGS,
    TRUTH,
    UUID,
    blank,
    elements,
    formed,
    live_and_items,
    misplaced,
    required,
)
from feed.checks.rule import Finding, rule
from feed.document import SPACE, FeedDocument
from feed.vocabulary import LICENCES, LIST_MEDIA, MEDIA, SERVICES

_A_SLIP = 0.85
_ONCE_NAMES = "chapters guid locked medium license season episode podroll updateFrequency podping chat publisher"
_ONCE = frozenset(f"podcast:{name}" for name in _ONCE_NAMES.split())


@rule(
    "P20-GUID",
    severity=Severity.ERROR,
    source=f"{TAGS}/guid.md",
    mend="write the 36 characters the show was given at first, such as 917393e3-1b1e-5cef-ace4-edaa54e1f810; in "
    "podcast.toml it is guid of [show]",
)
def p20_guid(document: FeedDocument) -> Iterator[Finding]:
    """podcast:guid is a UUID (podcast namespace, guid); whether it fits the address is nobody's business, for it
    stays when a show moves.
    """
    for channel in document.channels:
        for guid in channel.all("podcast:guid"):
            if not UUID.fullmatch(guid.text.strip(SPACE)):
                message = f"the podcast:guid {guid.text.strip(SPACE)!r} is not a UUID"
                yield Finding(message=message, at=guid, hint="write the 36 characters it was given at first")


@rule(
    "P20-LOCKED",
    severity=Severity.ERROR,
    source=f"{TAGS}/locked.md",
    mend='write <podcast:locked owner="anna@a.example">yes</podcast:locked> into the channel: yes forbids an import '
    "elsewhere, no allows it",
)
def p20_locked(document: FeedDocument) -> Iterator[Finding]:
    """podcast:locked of the channel is `yes` or `no` (podcast namespace, locked)."""
    yield from misplaced(document, "podcast:locked", "channel")
    for locked in elements(document, "podcast:locked"):
        text = locked.text.strip(SPACE)
        if text.lower() not in {"yes", "no"}:
            message = f"podcast:locked is {quoted(text)}, and hosts understand neither yes nor no"
            yield Finding(message=message, at=locked, hint="write yes to forbid an import elsewhere, no to allow it")
        if locked.get("owner") and "@" not in locked.get("owner"):
            message = f"the owner {quoted(locked.get('owner'))} of podcast:locked is not an e-mail address"
            hint = "write the address that may unlock the show, or take owner out"
            yield Finding(message=message, at=locked, missing="@owner", hint=hint)


@rule(
    "P20-FUNDING",
    severity=Severity.ERROR,
    source=f"{TAGS}/funding.md",
    mend='write <podcast:funding url="https://…">…</podcast:funding> with at most 128 characters; in podcast.toml it '
    "is [[funding]]",
)
def p20_funding(document: FeedDocument) -> Iterator[Finding]:
    """podcast:funding has the url of a page where listeners can give (podcast namespace, funding)."""
    yield from misplaced(document, "podcast:funding", *EVERYWHERE)
    for funding in elements(document, "podcast:funding"):
        yield from required(funding, "url")
        yield from too_long(funding)


@rule(
    "P20-MEDIUM",
    severity=Severity.ERROR,
    source=f"{TAGS}/medium.md",
    mend="write a medium of the list, such as <podcast:medium>podcast</podcast:medium>, into the channel; one that "
    "ends in L is for lists of <podcast:remoteItem> only",
)
def p20_medium(document: FeedDocument) -> Iterator[Finding]:
    """podcast:medium is one of the namespace's list, and a feed of a list medium has remote items and no others
    (podcast namespace, medium).
    """
    yield from misplaced(document, "podcast:medium", "channel")
    known = {medium.lower() for medium in MEDIA}
    lists = {medium.lower() for medium in LIST_MEDIA}
    for channel in document.channels:
        for medium in channel.all("podcast:medium"):
            text = medium.text.strip(SPACE)
            if text.lower() not in known:
                message = f"the medium {quoted(text)} is not one apps know"
                yield Finding(message=message, at=medium, hint=nearest(text, MEDIA))
            own = channel.all(*ITEMS)
            if text.lower() in lists and own:
                message = f"a feed of the medium {quoted(text)} is a list of other feeds, and apps leave its items out"
                yield Finding(message=message, at=own[0], hint="write <podcast:remoteItem>, or the medium without L")


@rule(
    "P20-BLOCK",
    severity=Severity.ERROR,
    source=f"{TAGS}/block.md",
    mend='write <podcast:block id="spotify">yes</podcast:block> into the channel, the service spelled as in the list; '
    "without id it means all",
)
def p20_block(document: FeedDocument) -> Iterator[Finding]:
    """podcast:block of the channel is `yes` or `no`, and the service it names is spelled as in the list (podcast
    namespace, block); a service the list does not know passes, for the list grows.
    """
    yield from misplaced(document, "podcast:block", "channel")
    for block in elements(document, "podcast:block"):
        text, service = block.text.strip(SPACE), block.get("id")
        if text.lower() not in {"yes", "no"}:
            message = f"podcast:block is {quoted(text)}, and services understand neither yes nor no"
            yield Finding(message=message, at=block, hint="write yes to keep services out, no to let them in")
        close = get_close_matches(service.lower(), SERVICES, n=1, cutoff=_A_SLIP)
        if close and service.lower() not in SERVICES:
            message = f"the service {quoted(service)} is not in the list, and the block reaches nobody"
            yield Finding(
                message=message, at=block, missing="@id", hint=f"did you mean '{close[0]}'?", severity=Severity.WARNING
            )


@rule(
    "P20-PODPING",
    severity=Severity.ERROR,
    source=f"{TAGS}/podping.md",
    mend='write <podcast:podping usesPodping="true"/> into the channel, or take it out where no pings are sent',
)
def p20_podping(document: FeedDocument) -> Iterator[Finding]:
    """podcast:podping of the channel says with `usesPodping` whether pings are sent (podcast namespace, podping)."""
    yield from misplaced(document, "podcast:podping", "channel")
    for podping in elements(document, "podcast:podping"):
        yield from required(podping, "usesPodping")
        yield from formed(podping, "usesPodping", TRUTH, "true, or take the element out where no pings are sent")


@rule(
    "P20-UPDFREQ",
    severity=Severity.ERROR,
    source=f"{TAGS}/update-frequency.md",
    mend='write <podcast:updateFrequency dtstart="2026-12-31T06:00:00Z" complete="false">…</podcast:updateFrequency> '
    "into the channel, with at most 128 characters",
)
def p20_updfreq(document: FeedDocument) -> Iterator[Finding]:
    """podcast:updateFrequency of the channel has an ISO 8601 `dtstart` and a boolean `complete`, where it has them
    (podcast namespace, updateFrequency).
    """
    yield from misplaced(document, "podcast:updateFrequency", "channel")
    for frequency in elements(document, "podcast:updateFrequency"):
        yield from too_long(frequency)
        yield from formed(frequency, "complete", TRUTH, "true or false")
        start = frequency.get("dtstart")
        if start and not is_moment(start):
            message = f"dtstart of <podcast:updateFrequency> is {quoted(start)}"
            yield Finding(message=message, at=frequency, missing="@dtstart", hint="write 2026-12-31T06:00:00Z")


@rule(
    "P20-UPD-1",
    severity=Severity.ERROR,
    source=f"{TAGS}/update-frequency.md",
    mend='write a rule of RFC 5545 such as rrule="FREQ=WEEKLY;BYDAY=MO", and dtstart where it has COUNT',
)
def p20_upd_1(document: FeedDocument) -> Iterator[Finding]:
    """`rrule` of podcast:updateFrequency is a recurrence rule of RFC 5545, UNTIL in its own form, and COUNT has a
    `dtstart` to count from (podcast namespace, updateFrequency).
    """
    for frequency in elements(document, "podcast:updateFrequency"):
        recurrence = frequency.get("rrule")
        if not recurrence:
            continue
        if fault := recurrence_fault(recurrence):
            message = f"the rrule {quoted(recurrence)} {fault}"
            hint = "write a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO"
            yield Finding(message=message, at=frequency, missing="@rrule", hint=hint)
        elif "COUNT=" in recurrence.upper() and not frequency.get("dtstart"):
            message = f"the rrule {quoted(recurrence)} counts episodes and does not say from when"
            yield Finding(message=message, at=frequency, missing="@dtstart", hint="add dtstart, or take COUNT out")


@rule(
    "P20-LICENSE",
    severity=Severity.ERROR,
    source=f"{TAGS}/license.md",
    mend="write a name of at most 128 characters, such as <podcast:license>CC-BY-4.0</podcast:license>; in "
    "podcast.toml it is license of [show]",
)
def p20_license(document: FeedDocument) -> Iterator[Finding]:
    """podcast:license of a channel or an item names a licence (podcast namespace, license)."""
    yield from misplaced(document, "podcast:license", *EVERYWHERE)
    for licence in elements(document, "podcast:license"):
        yield from blank(licence, "a licence such as CC-BY-4.0")
        yield from too_long(licence)


@rule(
    "P20-LIC-1",
    severity=Severity.WARNING,
    source=f"{TAGS}/license.md",
    mend='add url="https://…" with the text of the licence, or take one of the list, such as CC-BY-4.0',
)
def p20_lic_1(document: FeedDocument) -> Iterator[Finding]:
    """A licence that is not in the namespace's list, whatever its letter case, has the address of its text (podcast
    namespace, license).
    """
    known = {licence.lower() for licence in LICENCES}
    for licence in elements(document, "podcast:license"):
        text = licence.text.strip(SPACE)
        if text and text.lower() not in known and not licence.get("url"):
            message = f"the licence {quoted(text)} is not in the list of the namespace, and its text is nowhere"
            hint = f"add url, or take one of {', '.join(LICENCES)}"
            yield Finding(message=message, at=licence, missing="@url", hint=hint)


@rule(
    "P20-TXT",
    severity=Severity.ERROR,
    source=f"{TAGS}/txt.md",
    mend='write <podcast:txt purpose="ai-content">false</podcast:txt>, purposes of at most 128 and texts of at most '
    "4000 characters",
)
def p20_txt(document: FeedDocument) -> Iterator[Finding]:
    """podcast:txt stands in a channel or an item, and for the purpose `ai-content` it is `true` or `false` (podcast
    namespace, txt).
    """
    yield from misplaced(document, "podcast:txt", *EVERYWHERE)
    for txt in elements(document, "podcast:txt"):
        yield from too_long(txt)
        text = txt.text.strip(SPACE)
        if txt.get("purpose").lower() == "ai-content" and not TRUTH.fullmatch(text):
            message = f"podcast:txt for ai-content is {quoted(text)}"
            yield Finding(message=message, at=txt, hint="write true or false")


@rule(
    "P20-MISC-1",
    severity=Severity.WARNING,
    source=TAGS,
    mend="keep one of the elements and take the others out: apps read any of them",
)
def p20_misc_1(document: FeedDocument) -> Iterator[Finding]:
    """What the podcast namespace allows once under a parent is there once."""
    for parent in (*document.channels, *live_and_items(document)):
        counts = Counter(child.name for child in parent.children if child.name in _ONCE)
        for name, count in counts.items():
            if count > 1:
                message = f"<{name}> is there {count} times"
                yield Finding(message=message, at=parent.all(name)[1], hint="keep one")
