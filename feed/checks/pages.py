"""Rules for the pages of a show and its episodes, as their links name them; silent where a page was not fetched."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from episodes.problems import Severity, quoted
from feed.checks.html_tags import Tag, absolute, named, read_tags
from feed.checks.jsonld import Thing, blocks, things
from feed.checks.linked import is_secure, served_type
from feed.checks.moments import is_moment
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument

_HTML = "https://html.spec.whatwg.org/multipage/"
_EPISODE = "https://schema.org/PodcastEpisode"
_SERIES = "https://schema.org/PodcastSeries"
_OPEN_GRAPH = "https://ogp.me/"
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_DURATION = re.compile(r"P(?=.)(?:\d{1,9}D)?(?:T(?=.)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}(?:\.\d{1,9})?S)?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: the `link` that leads to it, its item (or the channel, for the page of the show), address and tags."""

    link: Element
    parent: Element
    channel: Element
    url: str
    tags: tuple[Tag, ...]

    @property
    def is_episode(self) -> bool:
        """Whether it is the page of an episode."""
        return self.parent is not self.channel


def pages(document: FeedDocument) -> Iterator[Page]:
    """Yield the pages that were fetched whole: that of the show, and those of the items with a page of their own."""
    for channel in document.channels:
        parents = (channel, *channel.all("item"))
        counts = Counter(parent.value("link").rstrip("/") for parent in parents)
        for parent in parents:
            shared = counts[parent.value("link").rstrip("/")] > 1
            if parent is channel or not shared:
                yield from _page(document, channel, parent)


def _page(document: FeedDocument, channel: Element, parent: Element) -> Iterator[Page]:
    link = parent.first("link")
    probe = document.probes.get(parent.value("link"))
    if link is None or probe is None or probe.get is None or probe.body is None:
        return
    sent = served_type(probe.get)
    if sent in _PAGE_TYPES or (not sent and probe.body.lstrip().startswith(b"<")):
        tags = read_tags(probe.body)
        base = next((tag.get("href") for tag in named(tags, "base") if tag.get("href")), "")
        url = absolute(base, probe.get.url or parent.value("link"))
        yield Page(link=link, parent=parent, channel=channel, url=url, tags=tags)


@rule(
    "WEB-1",
    severity=Severity.WARNING,
    source=f"{_HTML}links.html#rel-alternate",
    online=True,
    mend='add <link rel="alternate" type="application/rss+xml" title="…" href="…"> with the address of the feed to the '
    "<head> of the page",
)
def web_1(document: FeedDocument) -> Iterator[Finding]:
    """Every page leads to the feed: `<link rel="alternate" type="application/rss+xml" href>` (HTML, link types)."""
    for page in pages(document):
        if not any(_is_feed_link(tag) for tag in named(page.tags, "link")):
            message = f"the page {quoted(page.url)} does not lead to the feed"
            hint = 'add <link rel="alternate" type="application/rss+xml" title="…" href="…"> to its <head>'
            yield Finding(message=message, at=page.link, hint=hint)


@rule(
    "WEB-2",
    severity=Severity.WARNING,
    source=_EPISODE,
    online=True,
    mend='add <script type="application/ld+json"> with one PodcastEpisode that has all of this, written by a JSON '
    "library",
)
def web_2(document: FeedDocument) -> Iterator[Finding]:
    """The page of an episode describes it as a schema.org PodcastEpisode, with address, name, date, description,
    length, series and audio file (schema.org).
    """
    for page in pages(document):
        if broken := [block for block in blocks(page.tags) if block.fault]:
            message = f"the JSON-LD of {quoted(page.url)} (line {broken[0].line}) is broken: {broken[0].fault}"
            yield Finding(message=message, at=page.link, hint="write it with a JSON library, not by hand")
        if page.is_episode:
            yield from _described(page, "PodcastEpisode", _episode_faults)


@rule(
    "WEB-3",
    severity=Severity.WARNING,
    source=_SERIES,
    online=True,
    mend='add <script type="application/ld+json"> with one PodcastSeries that has all of this; its webFeed is the '
    "address of the feed",
)
def web_3(document: FeedDocument) -> Iterator[Finding]:
    """The page of a show describes it as a schema.org PodcastSeries, with name, address, description, picture, author
    and the address of the feed (schema.org).
    """
    for page in pages(document):
        if not page.is_episode:
            yield from _described(page, "PodcastSeries", _series_faults)


@rule(
    "WEB-4",
    severity=Severity.WARNING,
    source=f"{_HTML}scripting.html#restrictions-for-contents-of-script-elements",
    online=True,
    mend="write <\\/ for </ in the JSON: in most languages that is one replacement behind the JSON library",
)
def web_4(document: FeedDocument) -> Iterator[Finding]:
    """In a JSON-LD block `</` is written as `<\\/`, or a title could close the block (HTML, script)."""
    for page in pages(document):
        if open_ended := [block for block in blocks(page.tags) if "</" in block.text or block.is_cut]:
            block = open_ended[0]
            what = "ends inside a text, which holds </script>" if block.is_cut else "holds </"
            message = f"the JSON-LD of {quoted(page.url)} (line {block.line}) {what}"
            yield Finding(message=message, at=page.link, hint="write <\\/ for </ in the JSON")


@rule(
    "WEB-5",
    severity=Severity.NOTE,
    source=_OPEN_GRAPH,
    online=True,
    mend='add <meta property="og:title" content="…"> and its like to the <head> of the page, addresses whole and https',
)
def web_5(document: FeedDocument) -> Iterator[Finding]:
    """A page has og:title, og:type, og:url and og:image, that of an episode og:audio, as https addresses (Open Graph
    protocol).
    """
    for page in pages(document):
        told = {tag.get("property") or tag.get("name"): tag.get("content") for tag in named(page.tags, "meta")}
        wanted = ("og:title", "og:type", "og:url", "og:image", *(("og:audio",) if page.is_episode else ()))
        if lacking := [name for name in wanted if not told.get(name)]:
            message = f"the page {quoted(page.url)} has no {', '.join(lacking)}"
            hint = f'add <meta property="{lacking[0]}" content="…">'
            yield Finding(message=message, at=page.link, hint=hint)
        for name in ("og:url", "og:image", "og:audio"):
            if (address := told.get(name, "")) and not is_secure(address):
                message = f"{name} of {quoted(page.url)} is {quoted(address)}"
                yield Finding(message=message, at=page.link, hint="write a whole https address")


@rule(
    "WEB-8",
    severity=Severity.WARNING,
    source=f"{_HTML}media.html#attr-media-preload",
    online=True,
    mend='write <html lang="de"> and <audio controls preload="none">, and beside the player <a href="…"> with the '
    "address of the file",
)
def web_8(document: FeedDocument) -> Iterator[Finding]:
    """A page names its language; a player loads nothing before it is asked to, and beside it stands a link to the file
    (HTML, media elements).
    """
    for page in pages(document):
        if not any(tag.get("lang") or tag.get("xml:lang") for tag in named(page.tags, "html")):
            message = f"the page {quoted(page.url)} does not name its language"
            yield Finding(message=message, at=page.link, hint='write <html lang="de">')
        players = tuple(named(page.tags, "audio"))
        if loading := [player for player in players if player.get("preload").lower() != "none"]:
            message = f"the player of {quoted(page.url)} (line {loading[0].line}) loads audio nobody asked for"
            hint = 'write <audio controls preload="none">, or visits count as downloads'
            yield Finding(message=message, at=page.link, hint=hint)
        if page.is_episode and players and not _links_to_file(page):
            message = f"the page {quoted(page.url)} has a player and no link to the file"
            yield Finding(message=message, at=page.link, hint="add <a href> with the address of the enclosure")


def _is_feed_link(tag: Tag) -> bool:
    feed = tag.get("type").partition(";")[0].strip().lower() == "application/rss+xml"
    return feed and "alternate" in tag.get("rel").lower().split() and bool(tag.get("href"))


def _described(page: Page, kind: str, faults_of: Callable[[Page, Thing], tuple[str, ...]]) -> Iterator[Finding]:
    """Yield what the best description of `kind` on a page lacks, or that there is none."""
    found = blocks(page.tags)
    told = [faults_of(page, thing) for block in found for thing in things(block, kind)]
    if told:
        if faults := min(told, key=lambda faults: len("".join(faults))):
            message = f"the {kind} of {quoted(page.url)} {'; '.join(faults)}"
            yield Finding(message=message, at=page.link, hint=f"see https://schema.org/{kind}")
    elif not any(block.fault for block in found):
        message = f"the page {quoted(page.url)} has no JSON-LD {kind}"
        hint = f'add <script type="application/ld+json"> of the type {kind}'
        yield Finding(message=message, at=page.link, hint=hint)


def _episode_faults(page: Page, episode: Thing) -> tuple[str, ...]:
    wanted = ["url", "name", "datePublished", "description", "partOfSeries"]
    measures = (("itunes:duration", "duration"), ("itunes:episode", "episodeNumber"), ("itunes:season", "partOfSeason"))
    wanted += [name for element, name in measures if page.parent.value(element)]
    faults = _lacking(episode, wanted)
    media = episode.all("associatedMedia") or episode.all("audio")
    if not media:
        faults += ("has no associatedMedia",)
    elif not any(isinstance(one, str) or (isinstance(one, dict) and one.get("contentUrl")) for one in media):
        faults += ("has an associatedMedia without contentUrl",)
    duration, published = episode.text("duration"), episode.text("datePublished")
    if duration and not _DURATION.fullmatch(duration):
        faults += (f"has the duration {quoted(duration)}, not one such as PT30M1S",)
    if published and not is_moment(published):
        faults += (f"has the datePublished {quoted(published)}, not one such as 2024-06-02T06:00:00+02:00",)
    return faults


def _series_faults(page: Page, series: Thing) -> tuple[str, ...]:
    faults = _lacking(series, ["name", "url", "description", "image", "author", "webFeed"])
    own = {link.get("href") for link in page.channel.all("atom:link") if link.get("rel") == "self"} - {""}
    feed = series.text("webFeed")
    if own and feed and absolute(feed, page.url) not in own:
        faults += (f"has the webFeed {quoted(feed)}, which is not the self link of the feed",)
    return faults


def _lacking(thing: Thing, wanted: list[str]) -> tuple[str, ...]:
    lacking = [name for name in wanted if not thing.all(name)]
    return (f"has no {', '.join(lacking)}",) if lacking else ()


def _links_to_file(page: Page) -> bool:
    """Whether a link of the page leads to the enclosure, or to a file of its name: the way there may be counted."""
    enclosures = {enclosure.get("url") for enclosure in page.parent.all("enclosure")} - {""}
    files = {_file_name(url) for url in enclosures} - {""}
    links = [absolute(tag.get("href"), page.url) for tag in named(page.tags, "a") if tag.get("href")]
    return not enclosures or any(link in enclosures or _file_name(link) in files for link in links)


def _file_name(url: str) -> str:
    try:
        return PurePosixPath(urlsplit(url).path).name
    except ValueError:
        return ""
