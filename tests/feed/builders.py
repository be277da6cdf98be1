"""A show and items that are right in every respect, to be changed in one."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TypedDict, Unpack

from episodes.model import Appearance, Kind, Recording
from feed.compiler import compile_feed
from feed.item import Enclosure, Item, Transcript
from feed.show import Category, Show, ShowKind

WINTER = timezone(timedelta(hours=1))
SUMMER = timezone(timedelta(hours=2))
CHANGED = datetime(2024, 12, 10, 9, 30, tzinfo=WINTER)

HOST = Appearance(name="Anna Beispiel", role="host", link="https://kommunen-podcast.example/anna/")
GUEST = Appearance(
    name="Uwe Schneidewind",
    role="guest",
    function="Oberbürgermeister",
    organisation="Stadt Wuppertal",
    link="https://wuppertal.example/",
    picture="https://kommunen-podcast.example/people/uwe.jpg",
    person="uwe",
)


class ShowFields(TypedDict, total=False):
    title: str
    description: str
    language: str
    link: str
    feed_url: str
    guid: str
    author: str
    owner_name: str
    owner_email: str
    categories: tuple[Category, ...]
    explicit: bool
    kind: ShowKind
    image_url: str
    copyright: str
    locked: bool
    hosts: tuple[Appearance, ...]


class ItemFields(TypedDict, total=False):
    guid: str
    title: str
    link: str
    enclosure: Enclosure
    duration: timedelta
    published: datetime
    kind: Kind
    number: int | None
    season: int | None
    summary: str
    notes_html: str
    image_url: str
    explicit: bool
    people: tuple[Appearance, ...]
    recording: Recording
    transcripts: tuple[Transcript, ...]


def a_show(**changes: Unpack[ShowFields]) -> Show:
    show = Show(
        title="Kommunen-Podcast",
        description="Gespräche über Verwaltung & Wandel, für Leser:innen und Hörer:innen.",
        language="de-de",
        link="https://kommunen-podcast.example/",
        feed_url="https://kommunen-podcast.example/feed.xml",
        guid="bab2ba12-9757-5da6-a770-0e70e6bcf214",
        author="Kommunen-Podcast",
        owner_name="Anna Beispiel",
        owner_email="post@kommunen-podcast.example",
        categories=(
            Category(name="Government"),
            Category(name="Society & Culture", subcategory="Documentary"),
            Category(name="Business", subcategory="Management"),
        ),
        image_url="https://kommunen-podcast.example/cover-3fa9.jpg",
        copyright="Anna Beispiel",
        hosts=(HOST,),
    )
    return replace(show, **changes)


def an_item(count: int = 1, **changes: Unpack[ItemFields]) -> Item:
    item = Item(
        guid=f"5f3d1c9e-0000-4000-8000-{count:012d}",
        title="Diensteid für Transformation",
        link=f"https://kommunen-podcast.example/diensteid-{count}/",
        enclosure=Enclosure(
            url=f"https://kommunen-podcast.example/audio/diensteid-{count}-a1b2c3d4.mp3",
            bytes=29_548_432,
            media_type="audio/mpeg",
        ),
        duration=timedelta(minutes=20, seconds=31),
        published=datetime(2024, 6, 1, 6, 0, tzinfo=SUMMER) + timedelta(days=count),
        number=count,
        season=2,
        summary="Über Mut, und ob Wandel einen Diensteid braucht.",
        notes_html='<p>Über <a href="https://wuppertal.example/?a=1&amp;b=2">Mut</a> &amp; mehr.</p>',
        image_url=f"https://kommunen-podcast.example/covers/diensteid-{count}.png",
        people=(GUEST,),
        recording=Recording(
            place="Berlin", geo="geo:52.52,13.40", osm="R62422", country="DE", occasion="K360-Festival"
        ),
        transcripts=(
            Transcript(url="https://kommunen-podcast.example/transcripts/a.vtt", media_type="text/vtt", language="de"),
        ),
    )
    return replace(item, **changes)


def a_feed(*items: Item, show: Show | None = None, changed: datetime = CHANGED) -> bytes:
    """The compiled feed of `items`, or of two sound ones."""
    return compile_feed(show or a_show(), items or (an_item(1), an_item(2)), changed=changed)
