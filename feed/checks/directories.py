"""Rules of directories other than Apple's. SPOT-7 is RSS-9, DIR-2 is HTTP-1; SPOT-2, AMZ-1 and DEEZ-1 are DIR-1."""

import re
from collections.abc import Iterator

from episodes.problems import Severity, quoted
from feed.checks.names import qualified
from feed.checks.rule import Finding, missing, missing_attributes, rule
from feed.codes import COUNTRIES
from feed.document import SPACE, FeedDocument

_SPOTIFY = "https://content-ops.atspotify.com/hc/en-us/sections/360010813671-Spotify-Podcast-Documentation-"
_CLAIMING = "https://support.spotify.com/us/creators/article/adding-your-email-address-to-your-rss-feed/"
_SPOTIFY_TAGS = "https://github.com/macieklamberski/feedsmith"
_POCKET_CASTS = "https://support.pocketcasts.com/knowledge-base/submitting-podcasts/"
_GOOGLE = "https://support.google.com/podcast-publishers/answer/9889544"

_NAMESPACE = "http://www.spotify.com/ns/rss"
_COUNTRY = qualified(_NAMESPACE, "countryOfOrigin")
_LIMIT = qualified(_NAMESPACE, "limit")
_MAILBOX = re.compile(r"[^@\s<>()]+@[^@\s<>()]+\.[^@\s<>().]+")
_MOST_BYTES = 2_000_000
_MOST_ITEMS = 500


@rule(
    "SPOT-1",
    severity=Severity.ERROR,
    source=_SPOTIFY,
    mend='add what is missing: <itunes:author> and <itunes:image href="https://…"/> to the channel, <pubDate> and '
    "<guid> to the item",
)
def spot_1(document: FeedDocument) -> Iterator[Finding]:
    """A show has an author and a cover, an item a date and a guid (Spotify, show metadata requirements); the first
    episode is the matter of APPLE-IT-14, guids told twice of APPLE-IT-6.
    """
    for channel in document.channels:
        yield from missing(channel, "itunes:author")
        yield from missing_attributes(channel, "itunes:image", "href")
    for item in document.items:
        yield from missing(item, "pubDate", "guid")


@rule(
    "SPOT-4",
    severity=Severity.NOTE,
    source=_SPOTIFY_TAGS,
    mend='write codes of countries with spaces between, such as de at ch, and a number such as recentCount="5"; or '
    "take the element out",
)
def spot_4(document: FeedDocument) -> Iterator[Finding]:
    """spotify:countryOfOrigin holds codes of countries, not of a language, and spotify:limit a number (feedsmith)."""
    for channel in document.channels:
        for origin in channel.all(_COUNTRY):
            unknown = [code for code in re.split(r"[\s,]+", origin.text.strip(SPACE)) if code.upper() not in COUNTRIES]
            if unknown:
                message = f"spotify:countryOfOrigin holds {quoted(unknown[0])}, which is no country"
                yield Finding(message=message, at=origin, hint="write codes of two letters, such as de at ch")
        for limit in channel.all(_LIMIT):
            count = limit.get("recentCount")
            if not re.fullmatch(r"\d+", count, re.ASCII):
                message = f"recentCount of spotify:limit is {quoted(count)}, not a number of episodes"
                yield Finding(message=message, at=limit, hint="write digits only, or take it out")


@rule(
    "PC-1",
    severity=Severity.WARNING,
    source=_POCKET_CASTS,
    mend="take <itunes:block> out of a public show; hide one everywhere with <podcast:block>yes</podcast:block> beside"
    " it",
)
def pc_1(document: FeedDocument) -> Iterator[Finding]:
    """itunes:block of a show hides it at Apple, and makes it private at Pocket Casts too: a show that is to be hidden
    everywhere says so with podcast:block (Pocket Casts, podcast namespace).
    """
    for channel in document.channels:
        everywhere = any(block.text.strip(SPACE).lower() == "yes" for block in channel.all("podcast:block"))
        for block in channel.all("itunes:block"):
            if block.text.strip(SPACE).lower() == "yes" and not everywhere:
                message = "itunes:block hides the show at Apple and makes it a private one at Pocket Casts"
                hint = "take it out of a public show; hide a show everywhere with <podcast:block>yes</podcast:block>"
                yield Finding(message=message, at=block, hint=hint)


@rule(
    "DIR-1",
    severity=Severity.WARNING,
    source=_CLAIMING,
    mend="write <itunes:owner><itunes:email>anna@a.example</itunes:email></itunes:owner>; in podcast.toml it is email "
    "of [show]",
)
def dir_1(document: FeedDocument) -> Iterator[Finding]:
    """The feed names the e-mail address of its owner in itunes:owner, to which Spotify, YouTube, Amazon, Deezer and
    others send the code that claims a show (Spotify, adding your email address); afterwards it may go.
    """
    for channel in document.channels:
        owner = channel.first("itunes:owner")
        email = owner.value("itunes:email") if owner else ""
        if not email:
            message = "the feed names no e-mail address of its owner, to which directories send their codes"
            hint = "add <itunes:owner> with <itunes:email>, at least until every directory knows the show"
            yield Finding(message=message, at=owner or channel, missing="" if owner else "itunes:owner", hint=hint)
        elif owner and not _MAILBOX.fullmatch(email):
            message = f"the owner's e-mail address {quoted(email)} is none"
            yield Finding(message=message, at=owner, missing="itunes:email", hint="write it such as anna@a.example")


@rule(
    "DIR-3",
    severity=Severity.NOTE,
    source=_GOOGLE,
    mend="shorten the notes of old items, or put them on archive pages; in podcast.toml: items = 100 in [feed]",
)
def dir_3(document: FeedDocument) -> Iterator[Finding]:
    """A feed has at most 2 MB and 500 items: directories have refused or cut larger ones (Google Podcasts, retired)."""
    size, items = len(document.body), len(document.items)
    if size > _MOST_BYTES or items > _MOST_ITEMS:
        message = f"the feed has {size / 1_000_000:.1f} MB and {items} items, and some directories cut large feeds"
        yield Finding(message=message, at=document.root, hint="shorten old items, or put them on archive pages")
