"""A teaser: one episode in the words a newsletter needs, made of what is public of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from episodes.model import Appearance
from feed.item import Item
from feed.show import Show
from podcast.newsletter.typography import first_sentence, shortened, typeset
from podcast.newsletter.words import words_for

TRANSCRIPT = "transcript"
"""The part of an episode's page its transcript stands in."""

LARGEST_TEASER = 12_000
"""Bytes of HTML below which a teaser stays: mail programs cut long mails (MAIL-9)."""

_ONE_LINE, _SOME = 160, 360
"""Characters of text in a short and in a medium teaser."""

_HOSTS = frozenset({"host", "co-host", "guest host"})


class Length(StrEnum):
    """How much of an episode a teaser tells: one line; a few sentences beside its cover; everything below a banner."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture at an address, its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a teaser is about: a public episode, its short link where it has one, and what was made of its cover.

    `cover` is square, `banner` about twice as wide as high; `public` is false for what a publish has yet to bring.
    """

    item: Item
    short_link: str = ""
    cover: Picture | None = None
    banner: Picture | None = None
    public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an issue says of an episode in its own words; empty where the episode's own are right."""

    headline: str = ""
    text: str = ""


OWN_WORDS = Wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """A block about an episode, every text ready to be read and none of it markup.

    `link`, `transcript_link` (empty without a transcript) and `short_link` are addresses of pages, never of audio.
    `facts` are label, length, date and context, those there are.
    """

    guid: str
    show: str
    title: str
    headline: str
    paragraphs: tuple[str, ...]
    label: str
    guests: str
    context: str
    duration: str
    date: str
    link: str
    transcript_link: str
    short_link: str
    cover: Picture | None
    banner: Picture | None
    alt: str
    button: str
    transcript: str
    length: Length
    number: int | None
    public: bool
    published: datetime
    lasts: timedelta
    people: tuple[Appearance, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Label, length, date and context, those there are."""
        return tuple(filter(None, (self.label, self.duration, self.date, self.context)))


def make_teaser(
    subject: Subject, show: Show, *, wording: Wording = OWN_WORDS, length: Length = Length.MEDIUM, campaign: str = ""
) -> Teaser:
    """Make a teaser in the show's language; `campaign` is the name of the issue it is for, which its links carry."""
    item, words = subject.item, words_for(show.language)
    guests = tuple(person for person in item.people if person.group == "cast" and person.role not in _HOSTS)
    title = typeset(item.title, show.language)
    headline = typeset(wording.headline, show.language) or title
    link = tracked(item.link, campaign)
    return Teaser(
        guid=item.guid,
        show=show.title,
        title=title,
        headline=headline,
        paragraphs=_paragraphs(typeset(wording.text or item.summary, show.language), length, own=bool(wording.text)),
        label=words.label(item),
        guests=words.guests(guests),
        context=typeset(words.recorded(item.recording), show.language),
        duration=words.length(item.duration),
        date=words.day(item.published.date()),
        link=link,
        transcript_link=f"{link}#{TRANSCRIPT}" if item.transcripts else "",
        short_link=subject.short_link,
        cover=subject.cover,
        banner=subject.banner,
        alt=words.say("cover", title=title),
        button=words.say("listen"),
        transcript=words.say("transcript"),
        length=length,
        number=item.number,
        public=subject.public,
        published=item.published,
        lasts=item.duration,
        people=guests,
    )


def tracked(link: str, campaign: str) -> str:
    """Return the address of a page as a mail links to it: with `utm_*` of an issue, where it is for one."""
    if not campaign:
        return link
    query = urlencode({"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": campaign})
    return f"{link}{'&' if '?' in link else '?'}{query}"


def _paragraphs(text: str, length: Length, *, own: bool) -> tuple[str, ...]:
    """Return the paragraphs a teaser of a length has; what an author wrote is never cut but for a single line."""
    whole = tuple(" ".join(part.split("\n")).strip() for part in text.split("\n\n") if part.strip())
    if length is Length.LONG or (own and length is Length.MEDIUM):
        return whole
    if length is Length.SHORT:
        return tuple(filter(None, [first_sentence(text, _ONE_LINE)]))
    return tuple(filter(None, [shortened(text, _SOME)]))
