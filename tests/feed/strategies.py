"""Generated shows and items: every optional field present or absent, texts as hostile as tags and typing make them."""

from datetime import datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

from episodes.markup import Markup
from episodes.model import Appearance, Chapter, Kind, Recording
from episodes.namespace import (
    Block,
    Chat,
    EpisodeTags,
    Funding,
    License,
    Location,
    Relation,
    RemoteItem,
    ShowTags,
    SocialInteract,
    Soundbite,
    Txt,
    UpdateFrequency,
)
from feed.item import Alternate, Enclosure, Integrity, Item, Source, Transcript
from feed.show import Category, Image, Show, ShowKind, Trailer
from feed.text import one_line

_T = TypeVar("_T")

_PIECES = [
    "ä", "ß", "&", "&amp;", "&#x26;", "<", "</item>", "]]>", "<![CDATA[", "'", '"', "\n", "\t", "\r\n", " ", "\xa0",
    "👩🏽‍💻", "e\u0301", "\u202bעברית\u202c", "\u200b", "\x00", "\x07", "\x85", "\ufffe", "\ud7ff", "\U0010ffff",
    "Schildkröten", "Leser:in", "%", "{}",
]  # fmt: skip
_CHARACTERS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(_PIECES))
TEXT = st.lists(_CHARACTERS, max_size=12).map("".join)
NAME = TEXT.filter(lambda text: bool(one_line(text)))
# longer than any limit of 4,000 bytes, which falls into the middle of a character
LONG = st.builds(
    lambda head, piece, times: head + piece * times,
    TEXT,
    st.sampled_from(["ü", "👩🏽‍💻", "e\u0301", "Verwaltung und Wandel ", "אב", "]]>"]),
    st.integers(0, 2100),
)
_SLUG = st.text("abcdefgh0123456789-", min_size=1, max_size=8)
_REST = st.sampled_from(["", "?a=1&b=%C3%BC", "/ü b.mp3", "#t=1", "?q=ä&c=%"])
URL = st.builds(lambda host, slug, rest: f"https://{host}/{slug}{rest}", st.sampled_from(["a.example", "bücher.example"]), _SLUG, _REST)  # fmt: skip  # noqa: E501
MAYBE_URL = st.one_of(st.just(""), URL)
ZONE = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
WHEN = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONE)  # noqa: DTZ001 - bounds are naive
NUMBER = st.one_of(st.none(), st.integers(1, 9999))
_SIZE = st.one_of(st.none(), st.integers(0, 2**40))
_MOMENT = st.integers(0, 40_000_000).map(lambda milliseconds: timedelta(milliseconds=milliseconds))


def several(values: st.SearchStrategy[_T], most: int = 2) -> st.SearchStrategy[tuple[_T, ...]]:
    return st.lists(values, max_size=most).map(tuple)


def perhaps(values: st.SearchStrategy[_T]) -> st.SearchStrategy[_T | None]:
    return st.one_of(st.none(), values)


PEOPLE = several(
    st.builds(
        Appearance,
        name=NAME,
        role=st.sampled_from(["host", "guest", "audio editor"]),
        group=st.sampled_from(["cast", "audio post-production"]),
        function=TEXT,
        link=MAYBE_URL,
        picture=MAYBE_URL,
        person=st.sampled_from(["", "anna", "uwe"]),
    ),
    3,
)
_PLACES = st.builds(
    Location,
    name=NAME,
    relation=st.sampled_from(Relation),
    geo=st.sampled_from(["", "geo:52.52,13.40"]),
    osm=st.sampled_from(["", "R62422"]),
    country=st.sampled_from(["", "DE"]),
)
_MARKUP_NAMES = st.sampled_from(
    ["spotify:limit", "podcast:futureTag", "{https://b.example/ns}x", "ttl", "media:content"]
)
_ATTRIBUTES = st.dictionaries(st.sampled_from(["a", "recentCount", "xml:lang"]), TEXT, max_size=2).map(
    lambda found: tuple(found.items())
)
_LEAF = st.builds(Markup, name=_MARKUP_NAMES, attributes=_ATTRIBUTES, text=TEXT)
_MARKUP = st.one_of(
    _LEAF,
    st.builds(
        Markup, name=_MARKUP_NAMES, attributes=_ATTRIBUTES, children=st.lists(_LEAF, min_size=1, max_size=2).map(tuple)
    ),
)
_VALUES = st.builds(
    Markup,
    name=st.just("podcast:value"),
    attributes=st.just((("type", "lightning"), ("method", "keysend"))),
    children=several(st.builds(Markup, name=st.just("podcast:valueRecipient"), attributes=_ATTRIBUTES)),
)
_REMOTES = st.builds(
    RemoteItem,
    feed_guid=st.uuids().map(str),
    feed_url=MAYBE_URL,
    item_guid=TEXT,
    medium=st.sampled_from(["", "music"]),
    title=TEXT,
)
_LICENSES = perhaps(st.builds(License, name=NAME, url=MAYBE_URL))
_FUNDING = several(st.builds(Funding, url=URL, message=TEXT))
_TXT = several(st.builds(Txt, text=TEXT, purpose=TEXT))
_CHATS = perhaps(st.builds(Chat, server=NAME, protocol=st.sampled_from(["irc", "matrix"]), account_id=TEXT, space=TEXT))
_SOCIAL = several(
    st.builds(
        SocialInteract,
        protocol=st.sampled_from(["activitypub", "disabled"]),
        uri=MAYBE_URL,
        account_id=TEXT,
        account_url=MAYBE_URL,
        priority=st.one_of(st.none(), st.integers(0, 9)),
    )
)
_IMAGES = several(
    st.builds(
        Image,
        url=URL,
        alt=TEXT,
        purpose=st.sampled_from(["", "banner social"]),
        aspect_ratio=st.sampled_from(["", "16/9"]),
        width=NUMBER,
        height=NUMBER,
        media_type=st.sampled_from(["", "image/png"]),
    )
)

SHOW_TAGS = st.builds(
    ShowTags,
    itunes_title=TEXT,
    new_feed_url=MAYBE_URL,
    complete=st.booleans(),
    blocked=st.booleans(),
    podping=st.booleans(),
    medium=st.sampled_from(["", "podcast", "musicL"]),
    license=_LICENSES,
    update_frequency=perhaps(
        st.builds(
            UpdateFrequency,
            message=TEXT,
            rrule=st.sampled_from(["", "FREQ=WEEKLY"]),
            start=st.sampled_from(["", "2024-12-03T06:00:00Z"]),
            complete=st.booleans(),
        )
    ),
    publisher=perhaps(_REMOTES),
    chat=_CHATS,
    funding=_FUNDING,
    locations=several(_PLACES),
    txt=_TXT,
    social_interact=_SOCIAL,
    podroll=several(_REMOTES),
    blocks=several(st.builds(Block, blocked=st.booleans(), service=st.sampled_from(["", "google"]))),
    value=several(_VALUES),
    extra=several(_MARKUP),
)
EPISODE_TAGS = st.builds(
    EpisodeTags,
    itunes_title=TEXT,
    season_name=TEXT,
    number_display=TEXT,
    blocked=st.booleans(),
    soundbites=several(st.builds(Soundbite, start=_MOMENT, duration=_MOMENT, title=TEXT)),
    locations=several(_PLACES),
    license=_LICENSES,
    funding=_FUNDING,
    txt=_TXT,
    chat=_CHATS,
    social_interact=_SOCIAL,
    value=several(_VALUES),
    extra=several(_MARKUP),
)

SHOWS = st.builds(
    Show,
    title=NAME,
    description=LONG.filter(lambda text: bool(one_line(text))),
    language=st.sampled_from(["de", "de-at", "en-us"]),
    link=URL,
    feed_url=URL,
    guid=st.uuids().map(str),
    author=TEXT,
    owner_name=TEXT,
    owner_email=st.sampled_from(["", "post@kommunen-podcast.example"]),
    categories=several(st.builds(Category, name=NAME, subcategory=st.one_of(st.just(""), NAME)), 3),
    explicit=st.booleans(),
    kind=st.sampled_from(ShowKind),
    image_url=MAYBE_URL,
    copyright=TEXT,
    locked=st.booleans(),
    hosts=PEOPLE,
    hubs=several(URL),
    images=_IMAGES,
    trailers=several(
        st.builds(
            Trailer,
            title=NAME,
            url=URL,
            published=WHEN,
            bytes=st.integers(0, 2**40),
            media_type=st.sampled_from(["", "audio/mpeg"]),
            season=NUMBER,
        )
    ),
    tags=SHOW_TAGS,
)
ITEMS = st.builds(
    Item,
    guid=st.uuids().map(str),
    title=NAME,
    link=MAYBE_URL,
    enclosure=st.builds(
        Enclosure, url=URL, bytes=st.integers(1, 2**40), media_type=st.sampled_from(["audio/mpeg", "audio/x-m4a"])
    ),
    duration=st.timedeltas(timedelta(), timedelta(hours=30)),
    published=WHEN,
    kind=st.sampled_from(Kind),
    number=NUMBER,
    season=NUMBER,
    summary=LONG,
    notes_html=TEXT,
    image_url=MAYBE_URL,
    explicit=st.booleans(),
    people=PEOPLE,
    recording=st.builds(
        Recording,
        place=TEXT,
        occasion=TEXT,
        geo=st.sampled_from(["", "geo:52.52,13.40"]),
        osm=st.sampled_from(["", "R62422"]),
        country=st.sampled_from(["", "DE"]),
    ),
    transcripts=several(
        st.builds(
            Transcript,
            url=URL,
            media_type=st.just("text/vtt"),
            language=st.sampled_from(["", "de"]),
            captions=st.booleans(),
        )
    ),
    chapters=several(st.builds(Chapter, start=_MOMENT, title=NAME, link=MAYBE_URL, image=MAYBE_URL), 3),
    chapters_url=MAYBE_URL,
    alternates=several(
        st.builds(
            Alternate,
            media_type=st.sampled_from(["audio/ogg", "video/mp4"]),
            sources=several(st.builds(Source, url=URL, media_type=st.sampled_from(["", "audio/ogg"]))),
            bytes=_SIZE,
            bitrate=_SIZE,
            height=NUMBER,
            language=st.sampled_from(["", "de"]),
            title=TEXT,
            rel=TEXT,
            codecs=st.sampled_from(["", "opus"]),
            default=st.booleans(),
            integrity=perhaps(st.builds(Integrity, kind=st.just("sri"), value=st.just("sha256-abc="))),
        )
    ),
    images=_IMAGES,
    tags=EPISODE_TAGS,
)
