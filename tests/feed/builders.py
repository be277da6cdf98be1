"""A show and items that are right in every respect, to be changed in one."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TypedDict, Unpack

from episodes.markup import Markup
from episodes.model import Appearance, Chapter, Kind, Recording
from episodes.namespace import (
    Block,
    Chat,
    EpisodeTags,
    Funding,
    License,
    Location,
    RemoteItem,
    ShowTags,
    SocialInteract,
    Soundbite,
    Txt,
    UpdateFrequency,
)
from feed.compiler import compile_feed
from feed.item import Alternate, Enclosure, Integrity, Item, Source, Transcript
from feed.show import Category, Image, Show, ShowKind, Trailer

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
    hubs: tuple[str, ...]
    images: tuple[Image, ...]
    trailers: tuple[Trailer, ...]
    tags: ShowTags


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
    chapters: tuple[Chapter, ...]
    chapters_url: str
    alternates: tuple[Alternate, ...]
    images: tuple[Image, ...]
    tags: EpisodeTags


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


BASE = "https://kommunen-podcast.example"
FEED_GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
BANNER = Image(
    url=f"{BASE}/covers/banner-1a2b.png",
    alt="Eine Schildkröte vor dem Rathaus",
    purpose="banner",
    aspect_ratio="16/9",
    width=1600,
    height=900,
    media_type="image/png",
)
VALUE = Markup(
    name="podcast:value",
    attributes=(("type", "lightning"), ("method", "lnaddress")),
    children=(
        Markup(
            name="podcast:valueRecipient",
            attributes=(("name", "Kommune"), ("type", "lnaddress"), ("address", "kommune@a.example"), ("split", "100")),
        ),
    ),
)


def a_full_show(**changes: Unpack[ShowFields]) -> Show:
    """A sound show with every field filled."""
    show = a_show(
        explicit=True,
        kind=ShowKind.SERIAL,
        locked=False,
        hubs=("https://hub.example/",),
        images=(BANNER,),
        trailers=(
            Trailer(
                title="Worum es geht",
                url=f"{BASE}/audio/trailer-9f8e.mp3",
                published=datetime(2024, 5, 1, 6, 0, tzinfo=SUMMER),
                bytes=960_000,
                media_type="audio/mpeg",
                season=2,
            ),
        ),
        tags=ShowTags(
            itunes_title="Kommunen",
            new_feed_url=f"{BASE}/feed.xml",
            complete=True,
            blocked=True,
            podping=True,
            medium="podcast",
            license=License(name="CC-BY-4.0", url="https://creativecommons.org/licenses/by/4.0/"),
            update_frequency=UpdateFrequency(
                message="jeden ersten Dienstag",
                rrule="FREQ=MONTHLY;BYDAY=1TU;COUNT=12",
                start="2024-12-03T06:00:00Z",
                complete=True,
            ),
            publisher=RemoteItem(
                feed_guid=FEED_GUID, feed_url="https://verlag.example/feed.xml", medium="publisher", title="Verlag"
            ),
            chat=Chat(server="chat.example", protocol="matrix", account_id="@anna:chat.example", space="#kommunen"),
            funding=(Funding(url=f"{BASE}/spenden", message="Unterstützen & mitreden"),),
            locations=(Location(name="Wuppertal", geo="geo:51.256,7.150", osm="R62478", country="DE"),),
            txt=(Txt(text="S6lpp-7ZCn8-dZfGc-OoyaG", purpose="verify"),),
            social_interact=(
                SocialInteract(
                    protocol="activitypub",
                    uri="https://social.example/users/kommune/statuses/1",
                    account_id="@kommune",
                    account_url="https://social.example/@kommune",
                    priority=1,
                ),
            ),
            podroll=(RemoteItem(feed_guid=FEED_GUID, feed_url="https://b.example/feed.xml", title="Nachbarn"),),
            blocks=(Block(blocked=True, service="google"), Block(blocked=False)),
            value=(VALUE,),
            extra=(Markup(name="spotify:countryOfOrigin", text="de"), Markup(name="ttl", text="60")),
        ),
    )
    return replace(show, **changes)


def a_full_item(count: int = 1, **changes: Unpack[ItemFields]) -> Item:
    """A sound item with every field filled."""
    item = an_item(
        count,
        kind=Kind.BONUS,
        explicit=True,
        transcripts=(
            Transcript(url=f"{BASE}/transcripts/a.vtt", media_type="text/vtt", language="de", captions=True),
            Transcript(url=f"{BASE}/transcripts/a.json", media_type="application/json", language="de"),
        ),
        chapters=(
            Chapter(start=timedelta(), title="Begrüßung"),
            Chapter(
                start=timedelta(minutes=2, milliseconds=250),
                title="Mut & Diensteid",
                link="https://wuppertal.example/",
                image=f"{BASE}/covers/mut.jpg",
            ),
            Chapter(start=timedelta(minutes=18), title="Zum Schluss"),
        ),
        chapters_url=f"{BASE}/chapters/diensteid-{count}-77aa.json",
        alternates=(
            Alternate(
                media_type="audio/ogg",
                sources=(
                    Source(url=f"{BASE}/audio/diensteid-{count}.opus", media_type="audio/ogg"),
                    Source(url="ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"),
                ),
                bytes=9_000_000,
                bitrate=64_000,
                height=720,
                language="de",
                title="Sparsam",
                rel="low",
                codecs="opus",
                integrity=Integrity(kind="sri", value="sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            ),
            Alternate(
                media_type="audio/mpeg",
                sources=(Source(url=f"{BASE}/audio/diensteid-{count}-a1b2c3d4.mp3"),),
                bytes=29_548_432,
                default=True,
            ),
        ),
        images=(BANNER,),
        tags=EpisodeTags(
            itunes_title="Diensteid",
            season_name="Mut",
            number_display=f"Folge {count}",
            blocked=True,
            soundbites=(
                Soundbite(
                    start=timedelta(seconds=73, milliseconds=500), duration=timedelta(seconds=30), title="Der Eid"
                ),
            ),
            locations=(Location(name="Wuppertal", geo="geo:51.256,7.150", osm="R62478", country="DE"),),
            license=License(name="CC-BY-4.0"),
            funding=(Funding(url=f"{BASE}/spenden", message="Unterstützen"),),
            txt=(Txt(text="false", purpose="ai-content"),),
            chat=Chat(server="chat.example", protocol="irc", account_id="anna", space="#folge"),
            social_interact=(SocialInteract(protocol="activitypub", uri="https://social.example/1", account_id="@k"),),
            value=(VALUE,),
            extra=(Markup(name="media:content", attributes=(("url", f"{BASE}/a.jpg"), ("type", "image/jpeg"))),),
        ),
    )
    return replace(item, **changes)


def a_feed(*items: Item, show: Show | None = None, changed: datetime = CHANGED) -> bytes:
    """The compiled feed of `items`, or of two sound ones."""
    return compile_feed(show or a_show(), items or (an_item(1), an_item(2)), changed=changed)
