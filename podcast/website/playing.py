"""What the player of an episode is made of, on its page and on other sites (WEB-7, WEB-8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from episodes.model import Chapter
from episodes.timecode import show_length
from feed.item import Item, Transcript
from feed.text import ascii_url
from podcast.layout import embed_path, oembed_key, public_url
from podcast.website.jsonld import Thing
from podcast.website.page import Page
from podcast.website.policy import content_policy
from podcast.website.sources import Website, web

WIDTH, HEIGHT = 640, 200
"""Pixels the player wants on other sites; it fits into less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A chapter to jump to: its times in seconds as scripts read them (`end` may be empty), and as people do."""

    start: str
    end: str
    shown: str
    title: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What the templates of the player need besides the item; addresses are empty where there is nothing.

    `memory` is the name under which a browser remembers where one stopped. `cues` is the address of the transcript as
    JSON, `reading` the transcript people read. `embed` and `oembed` are addresses, `code` is what other sites paste.
    `policy` lets the page play its audio.
    """

    memory: str
    seconds: str
    peaks: str
    stops: tuple[Stop, ...]
    cues: str
    reading: Transcript | None
    embed: str
    oembed: str
    code: str
    policy: str


def player_of(page: Page, website: Website) -> Player:
    """Return the player of an episode."""
    item = page.item
    embed = website.url(embed_path(page.path))
    # what stays elsewhere is linked: no page loads it
    ours = [one for one in item.transcripts if one.url.startswith(website.base_url)]
    reading = _first(ours, "text/html")
    return Player(
        memory=item.guid,
        seconds=_seconds(item.duration),
        peaks=page.peaks,
        stops=tuple(_stops(item.chapters)),
        cues=_cues(ours, reading),
        reading=reading,
        embed=embed,
        oembed=public_url(website.base_url, oembed_key(page.path)),
        code=_code(embed, item),
        policy=content_policy(website.base_url, audio=ascii_url(item.enclosure.url)),
    )


def oembed_of(page: Page, website: Website) -> Thing:
    """Return what other sites ask to show the player (https://oembed.com, 1.0; `changed` comes with the template)."""
    show, item = website.show, page.item
    said: Thing = {
        "version": "1.0",
        "type": "rich",
        "title": item.title,
        "author_name": show.author or show.title,
        "author_url": website.home,
        "provider_name": show.title,
        "provider_url": website.home,
        "width": WIDTH,
        "height": HEIGHT,
        "html": _code(website.url(embed_path(page.path)), item),
    }
    if page.cover.small:
        picture = page.cover.small[-1]
        said |= {"thumbnail_url": picture.url, "thumbnail_width": picture.width, "thumbnail_height": picture.height}
    return said


def oembed_of_nothing(website: Website) -> Thing:
    """Return what other sites are told of an episode that was withdrawn."""
    title, show = website.words.say("gone"), website.show.title
    return {"version": "1.0", "type": "link", "title": title, "provider_name": show, "provider_url": website.home}


def _code(embed: str, item: Item) -> str:
    return (
        f'<iframe src="{escape(embed)}" title="{escape(item.title)}" width="100%" height="{HEIGHT}" '
        'loading="lazy" style="border:0;max-width:100%"></iframe>'
    )


def _stops(chapters: Sequence[Chapter]) -> Iterator[Stop]:
    for chapter in chapters:
        if chapter.title:
            yield Stop(
                start=_seconds(chapter.start),
                end=_seconds(chapter.end) if chapter.end is not None else "",
                shown=show_length(_whole(chapter.start)),
                title=chapter.title,
                link=web(chapter.link),
            )


def _cues(transcripts: Sequence[Transcript], reading: Transcript | None) -> str:
    """Return the address of the timed form of the transcript that is read, else of the first there is."""
    timed = [one for one in transcripts if one.media_type == "application/json"]
    same = [one for one in timed if reading and one.language == reading.language]
    return next((one.url for one in (*same, *timed)), "")


def _first(transcripts: Sequence[Transcript], media_type: str) -> Transcript | None:
    return next((one for one in transcripts if one.media_type == media_type), None)


def _seconds(time: timedelta) -> str:
    """Write seconds, to the millisecond where need be."""
    return str(round(time.total_seconds(), 3)).removesuffix(".0")


def _whole(start: timedelta) -> timedelta:
    """Return the second a chapter begins in: who goes there must not miss its first words."""
    return timedelta(seconds=start // timedelta(seconds=1))
