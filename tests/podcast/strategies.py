"""Generated episodes as an episode file can hold them: any text, and everything the schema has a field for."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from episodes.markup import Markup
from episodes.model import (
    Appearance,
    Chapter,
    Episode,
    Kind,
    Recording,
    RemoteAudio,
    Status,
    TranscriptFile,
)
from episodes.namespace import (
    AlternateFile,
    Chat,
    EpisodeTags,
    Funding,
    ImageFile,
    License,
    Location,
    Relation,
    SocialInteract,
    Soundbite,
    Txt,
)
from episodes.problems import UNFIT

LETTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "-:#@!&*[]{}>|%`'\",?~ \n\täß„“👩\u200d💻\u00a0\u2028\ufeff\x85"
)
FIT = st.text(LETTERS.filter(lambda c: not UNFIT.search(c)), max_size=60)
LINE = FIT.map(lambda text: " ".join(text.split())).filter(bool)
NOTES = st.lists(FIT | st.sampled_from(["---", "...", "# A", "    code", "---\ntitle: x\n---"]), max_size=6).map(
    "\n".join
)

WORD = st.just("") | LINE
BLOCK = FIT.map(str.strip)
PATH = st.sampled_from(["a.mp3", "audio/a: b #1.mp3", " a .mp3 ", "/elsewhere/ü.mp3", "no", "12:30", "./~/a"])
URL = st.sampled_from(
    ["https://a.example/1.mp3", "http://b.example:8080/x?a=1&b=%20#t: 1", "https://bücher.example/ü"]
).map(lambda url: url.replace(" ", ""))
MAYBE_URL = st.just("") | URL
GEO = st.sampled_from(["", "geo:52.52,13.40", "geo:-1,2;u=35"])
NUMBER = st.none() | st.integers(1, 999_999)
SIZE = st.none() | st.integers(0, 10**15 - 1)
LENGTH = st.integers(1, 99_999_999).map(lambda milliseconds: timedelta(milliseconds=milliseconds))
START = st.just(timedelta()) | LENGTH
GUID = st.sampled_from(["0123", "1e5", "a: b # c", "tag:a,2024:1", "https://a.example/?p=1", "a  b", "no", "~"]) | (
    FIT.map(lambda text: text.strip(" \t\n")[:255].strip(" \t\n")).filter(bool)
)


def several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


PEOPLE = st.builds(
    Appearance,
    name=LINE,
    role=st.sampled_from(["guest", "host", "audio editor"]),
    group=st.sampled_from(["cast", "writing"]),
    function=WORD,
    organisation=WORD,
    link=WORD,
    picture=WORD,
    person=WORD,
)
RECORDED = st.builds(
    Recording,
    on=st.none() | st.dates(date(1900, 1, 1), date(2199, 1, 1)),
    occasion=WORD,
    place=WORD,
    geo=GEO,
    osm=WORD,
    country=WORD,
    remark=BLOCK,
)
TRANSCRIPTS = st.builds(TranscriptFile, path=PATH, language=WORD, captions=st.booleans()) | st.builds(
    TranscriptFile,
    url=URL,
    media_type=st.sampled_from(["text/vtt", "application/srt"]),
    language=WORD,
    captions=st.booleans(),
)
ALTERNATES = st.builds(
    AlternateFile,
    path=PATH,
    bitrate=SIZE,
    height=NUMBER,
    language=WORD,
    title=WORD.map(lambda text: text[:32].strip()),
    rel=st.sampled_from(["", "high bitrate"]),
    codecs=WORD,
    integrity=WORD,
) | st.builds(
    AlternateFile, urls=st.lists(URL, min_size=1, unique=True).map(tuple), media_type=st.just("audio/ogg"), bytes=SIZE
)
IMAGES = st.builds(
    ImageFile,
    url=URL,
    alt=WORD,
    purpose=WORD,
    aspect_ratio=st.sampled_from(["", "16/9"]),
    width=NUMBER,
    height=NUMBER,
    media_type=st.sampled_from(["", "image/png"]),
) | st.builds(ImageFile, path=PATH)


@st.composite
def chapters(draw: st.DrawFn) -> tuple[Chapter, ...]:
    starts = draw(st.lists(START, max_size=4, unique=True))
    found = []
    for start in sorted(starts):
        hidden = draw(st.booleans())
        place = draw(WORD)
        found.append(
            Chapter(
                start=start,
                title=draw(WORD if hidden else LINE),
                link=draw(MAYBE_URL),
                image=draw(MAYBE_URL),
                hidden=hidden,
                end=draw(st.none() | LENGTH.map(start.__add__)),
                place=place,
                geo="geo:52.52,13.40" if place else "",
                osm=draw(WORD) if place else "",
            )
        )
    return tuple(found)


_ATTRIBUTES = st.dictionaries(st.sampled_from(["a", "Type", "split", "no"]), WORD, max_size=3).map(
    lambda found: tuple(found.items())
)
_RECIPIENTS = several(st.builds(Markup, name=st.just("podcast:valueRecipient"), attributes=_ATTRIBUTES, text=WORD))
_SPLITS = several(
    st.builds(Markup, name=st.just("podcast:valueTimeSplit"), attributes=_ATTRIBUTES, children=_RECIPIENTS)
)
VALUES = st.builds(
    Markup,
    name=st.just("podcast:value"),
    attributes=_ATTRIBUTES,
    children=st.builds(lambda one, other: one + other, _RECIPIENTS, _SPLITS),
)
_NAMES = st.sampled_from(["spotify:limit", "podcast:futureTag", "{https://b.example/ns}x", "media:content", "dc:date"])
_FOREIGN = st.dictionaries(st.sampled_from(["a", "xml:lang", "{https://c.example/?a&b}y"]), FIT, max_size=3).map(
    lambda found: tuple(found.items())
)
_LEAVES = st.builds(Markup, name=_NAMES, attributes=_FOREIGN, text=BLOCK)
EXTRA = _LEAVES | st.builds(
    Markup, name=_NAMES, attributes=_FOREIGN, children=st.lists(_LEAVES, min_size=1, max_size=3).map(tuple)
)
TAGS = st.builds(
    EpisodeTags,
    itunes_title=WORD,
    season_name=WORD,
    number_display=WORD.map(lambda text: text[:32].strip()),
    blocked=st.booleans(),
    soundbites=several(st.builds(Soundbite, start=START, duration=LENGTH, title=WORD)),
    locations=several(
        st.builds(
            Location,
            name=LINE,
            relation=st.sampled_from(Relation),
            geo=GEO,
            osm=WORD,
            country=st.sampled_from(["", "DE", "NO"]),
        )
    ),
    license=st.none() | st.builds(License, name=LINE, url=MAYBE_URL),
    funding=several(st.builds(Funding, url=URL, message=LINE)),
    txt=several(st.builds(Txt, text=LINE, purpose=WORD)),
    chat=st.none()
    | st.builds(Chat, server=LINE, protocol=st.sampled_from(["irc", "matrix"]), account_id=WORD, space=WORD),
    social_interact=several(
        st.builds(
            SocialInteract,
            protocol=st.sampled_from(["activitypub", "hive"]),
            uri=LINE,
            account_id=WORD,
            account_url=MAYBE_URL,
            priority=NUMBER,
        )
    ),
    value=several(VALUES),
    extra=several(EXTRA),
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
YEARS = datetime(1970, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - the strategy wants naive bounds
WHEN = st.datetimes(*YEARS, timezones=ZONES).map(lambda moment: moment.replace(microsecond=0))


@st.composite
def episodes(draw: st.DrawFn) -> Episode:
    """Return any episode a file can hold, its audio here or elsewhere."""
    elsewhere = draw(st.booleans())
    facts = st.builds(
        RemoteAudio,
        media_type=st.sampled_from(["audio/mpeg", "audio/x-m4a", "video/mp4"]),
        bytes=st.integers(0, 10**15 - 1),
        duration=START,
    )
    marks = draw(chapters())
    return Episode(
        guid=draw(GUID),
        slug="a",
        title=draw(LINE),
        audio=draw(URL if elsewhere else PATH),
        source_name="001-a.md",
        source_sha256="",
        kind=draw(st.sampled_from(Kind)),
        status=draw(st.sampled_from(Status)),
        published=draw(WHEN),
        number=draw(NUMBER),
        season=draw(NUMBER),
        summary=draw(BLOCK),
        notes=draw(NOTES).lstrip("\n").rstrip(),
        appearances=draw(several(PEOPLE)),
        recording=draw(RECORDED),
        topics=draw(st.lists(LINE, max_size=3, unique=True).map(tuple)),
        transcripts=draw(several(TRANSCRIPTS)),
        cover=draw(st.just("") | PATH | URL),
        explicit=draw(st.booleans()),
        chapters=marks,
        alternates=draw(several(ALTERNATES)),
        images=draw(several(IMAGES)),
        tags=draw(TAGS),
        waypoints=draw(st.booleans()),
        remote=draw(facts) if elsewhere else None,
        chapters_url="" if marks else draw(MAYBE_URL),
        link=draw(MAYBE_URL),
    )
