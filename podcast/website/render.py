"""Items to pages. Pure: the same items give the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from episodes.model import Appearance, Chapter, Kind
from episodes.notes import page_html
from episodes.timecode import show_length
from feed.compiler import newest_first
from feed.item import Item, Transcript
from feed.show import Selection, Show
from podcast.layout import INDEX, feed_key, page_key, public_url
from podcast.website.jsonld import Thing, episode_of, series_of
from podcast.website.words import Words, words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture made of a cover, its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What was made of a cover: the picture networks show, and smaller versions, the smallest first."""

    social: Picture | None = None
    small: tuple[Picture, ...] = ()


AS_IT_IS = Cover()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An episode's page: the item, its notes in Markdown, its path, the paths that lead to it, its cover in sizes.

    `changed` is when anything it is made of changed last, aware.
    """

    item: Item
    notes: str
    topics: tuple[str, ...]
    path: str
    changed: datetime
    aliases: tuple[str, ...] = ()
    cover: Cover = AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Rendered pages by key: of episodes, and those that list them."""

    pages: dict[str, bytes]
    indexes: dict[str, bytes]


def render_site(
    show: Show,
    pages: Sequence[Page],
    gone: Mapping[str, datetime] = MappingProxyType({}),
    *,
    base_url: str,
    changed: datetime,
    selections: Sequence[Selection] = (),
    cover: Cover = AS_IT_IS,
) -> Site:
    """Render every page of a show, each naming its feeds: of all episodes, then of `selections`.

    `gone` are the paths of withdrawn episodes, where a page says so, and since when; `cover` is the show's, for the
    index, and `changed` when anything it lists changed last. Pages carry such a time, which no reader sees: a page that
    is made again as it was before is no longer the same bytes, so that a store can tell the two apart.
    """
    words = words_for(show.language)
    show = replace(show, hosts=_linkable(show.hosts))
    by_guid = {page.item.guid: page for page in pages}
    newest = [by_guid[item.guid] for item in newest_first([page.item for page in pages])]
    views = [_view(page, show, words) for page in newest]
    feeds = [(show.title, show.feed_url), *(_feed(selection, show, base_url) for selection in selections)]
    home = _home_url(show, pages, base_url)
    render = partial(_render, show=show, words=words, home=home, feeds=feeds)
    rendered: dict[str, bytes] = {}
    for page, view in zip(newest, views, strict=True):
        rendered[page_key(page.path)] = render("episode.html", page=view, changed=_stamp(page.changed))
        for alias in page.aliases:
            rendered.setdefault(page_key(alias), render("moved.html", page=view, changed=_stamp(page.changed)))
    for path, since in gone.items():
        rendered.setdefault(page_key(path), render("gone.html", changed=_stamp(since)))
    index = render("index.html", pages=views, described=series_of(show), cover=cover, changed=_stamp(changed))
    return Site(pages=rendered, indexes={INDEX: index})


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _feed(selection: Selection, show: Show, base_url: str) -> tuple[str, str]:
    """Return title and address of a further feed."""
    return selection.title or f"{show.title} ({selection.name})", public_url(base_url, feed_key(selection.name))


def _home_url(show: Show, pages: Sequence[Page], base_url: str) -> str:
    """Return the address of the index; it names its file where the addresses of the pages do."""
    whole = public_url(base_url, INDEX)
    named = show.link == whole or any(not page.item.link.endswith("/") for page in pages)
    return whole if named else base_url


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A page in the words of its language, ready for a template; `described` is its item as JSON-LD."""

    item: Item
    described: Thing
    label: str
    day: str
    length: str
    recorded: str
    notes: str
    chapters: tuple[tuple[str, Chapter], ...]
    transcripts: tuple[Transcript, ...]
    topics: tuple[str, ...]
    cover: Cover


def _view(page: Page, show: Show, words: Words) -> _View:
    item = replace(page.item, people=_linkable(page.item.people))
    chapters = (replace(chapter, link=_web(chapter.link)) for chapter in item.chapters if chapter.title)
    return _View(
        item=item,
        described=episode_of(item, show, page.topics),
        label=_label(item, words),
        day=words.day(item.published.date()),
        length=words.length(item.duration),
        recorded=_recorded(item, words),
        notes=page_html(page.notes),
        chapters=tuple((show_length(_whole(chapter.start)), chapter) for chapter in chapters),
        transcripts=_to_read(item.transcripts),
        topics=page.topics,
        cover=page.cover,
    )


_READABLE = {"text/html": 0, "text/plain": 1}


def _to_read(transcripts: Sequence[Transcript]) -> tuple[Transcript, ...]:
    """Return of each language the transcript people read best: the page, else plain text, else any."""
    best = sorted(transcripts, key=lambda transcript: _READABLE.get(transcript.media_type, len(_READABLE)))
    first: dict[str, Transcript] = {}
    for transcript in best:
        first.setdefault(transcript.language, transcript)
    return tuple(first[language] for language in dict.fromkeys(it.language for it in transcripts))


def _linkable(people: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Return people with those of their addresses a page may link to."""
    return tuple(replace(person, picture=_web(person.picture), link=_web(person.link)) for person in people)


def _whole(start: timedelta) -> timedelta:
    """Return the second a chapter begins in: who goes there must not miss its first words."""
    return timedelta(seconds=start // timedelta(seconds=1))


def _web(address: str) -> str:
    """Return an address a page may link to, or nothing: only web addresses."""
    return address if address.startswith(("https://", "http://")) else ""


def _label(item: Item, words: Words) -> str:
    if item.kind is not Kind.FULL:
        return words.say(item.kind.value)
    return words.say("episode", number=item.number) if item.number else ""


def _recorded(item: Item, words: Words) -> str:
    recording = item.recording
    if recording.occasion:
        phrase = words.say("recorded_occasion", occasion=recording.occasion)
        return f"{phrase}, {recording.place}" if recording.place else phrase
    if recording.place:
        return words.say("recorded_place", place=recording.place)
    return words.say("recorded_on", date=words.day(recording.on)) if recording.on else ""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("podcast.website"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _render(template: str, **values: object) -> bytes:
    return _templates().get_template(template).render(**values).encode()
