"""The pages of episodes: the page itself, those that lead to it, and what stands where a withdrawn one was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from episodes.model import Appearance
from episodes.notes import page_html
from feed.item import Item, Transcript
from podcast.layout import page_key
from podcast.website.groups import ARCHIVE, OCCASIONS, PEOPLE, TOPICS
from podcast.website.jsonld import Thing, episode_of
from podcast.website.listpages import Step
from podcast.website.page import Cover, NewsletterIssue, Page
from podcast.website.playing import player_of
from podcast.website.rows import facts_of, label_of
from podcast.website.sources import Sheet, Website, linkable
from podcast.website.words import Words

GONE_EMBED = "embed-gone.html"
"""What players on other sites become."""


def episode_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the page of each episode and of each path that leads to it, then what is said of withdrawn ones."""
    taken: set[str] = set()
    beside = zip((None, *website.pages), website.pages, (*website.pages[1:], None), strict=False)
    for newer, page, older in beside:
        for number, path in enumerate((page.path, *page.aliases)):
            if path not in taken:
                taken.add(path)
                template = "moved.html" if number else "episode.html"
                around = () if number else (*_around(page, website, newer, older), *page.mentions)
                values = partial(_values, page, website, newer, older)
                yield Sheet(key=page_key(path), template=template, of=(page, *around), values=values)
    for path in website.gone:
        if path not in taken:
            yield Sheet(key=page_key(path), template="gone.html", of=(), values=lambda: {"gone": "gone"})


def lost_sheet(key: str) -> Sheet:
    """Return what stands where a page was that nothing leads to any more, such as that of a topic."""
    first, _, rest = key.partition("/")
    embedded = rest == page_key("embed") and first not in (PEOPLE, TOPICS, OCCASIONS, ARCHIVE)
    template = GONE_EMBED if embedded else "gone.html"
    return Sheet(key=key, template=template, of=("lost",), values=lambda: {"gone": "page_gone"}, index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page in the words of its language, ready for a template; `described` is its item as JSON-LD.

    `mentions` are issues of the newsletter, each with its date in words.
    """

    item: Item
    described: Thing
    label: str
    facts: str
    day: str
    length: str
    recorded: str
    notes: str
    transcripts: tuple[Transcript, ...]
    topics: tuple[Step, ...]
    people: tuple[tuple[Appearance, str], ...]
    occasion_url: str
    mentions: tuple[tuple[NewsletterIssue, str], ...]
    cover: Cover


def _around(page: Page, website: Website, newer: Page | None, older: Page | None) -> Iterator[object]:
    """Yield what a page says of others: those beside it, and where everything of its names stands."""
    for other in (newer, older):
        yield (other.item.title, other.item.link) if other else ()
    paths, item = website.groups.path, page.item
    yield [paths(TOPICS, topic) for topic in page.topics]
    yield [paths(PEOPLE, person.name) for person in item.people]
    yield paths(OCCASIONS, item.recording.occasion) if item.recording.occasion else ""


def _values(page: Page, website: Website, newer: Page | None, older: Page | None) -> Mapping[str, object]:
    year = str(page.item.published.year)
    archive = website.url(website.groups.path(ARCHIVE, year))
    player = player_of(page, website)
    return {
        "page": view_of(page, website),
        "player": player,
        "policy": player.policy,
        "newer": newer.item if newer else None,
        "older": older.item if older else None,
        "steps": (
            Step(name=website.words.say(ARCHIVE), url=website.url(ARCHIVE)),
            Step(name=year, url=archive),
            Step(name=label_of(page.item, website.words) or page.item.title),
        ),
    }


def view_of(page: Page, website: Website) -> View:
    """Return an episode in the words of the show's language."""
    words = website.words
    item = replace(page.item, people=linkable(page.item.people))
    return View(
        item=item,
        described=episode_of(item, website.show, page.topics),
        label=label_of(item, words),
        facts=facts_of(item, words),
        day=words.day(item.published.date()),
        length=words.length(item.duration),
        recorded=_recorded(item, words),
        notes=page_html(page.notes),
        transcripts=_to_read(item.transcripts),
        topics=tuple(Step(name=topic, url=_list(website, TOPICS, topic)) for topic in page.topics),
        people=tuple((person, _list(website, PEOPLE, person.name)) for person in item.people),
        occasion_url=_list(website, OCCASIONS, item.recording.occasion) if item.recording.occasion else "",
        mentions=tuple((issue, words.day(issue.on)) for issue in page.mentions),
        cover=page.cover,
    )


def _list(website: Website, kind: str, name: str) -> str:
    """Return the address of the page with everything of a name."""
    return website.url(website.groups.path(kind, name))


_READABLE = {"text/html": 0, "text/plain": 1}


def _to_read(transcripts: Sequence[Transcript]) -> tuple[Transcript, ...]:
    """Return of each language the transcript people read best: the page, else plain text, else any."""
    best = sorted(transcripts, key=lambda transcript: _READABLE.get(transcript.media_type, len(_READABLE)))
    first: dict[str, Transcript] = {}
    for transcript in best:
        first.setdefault(transcript.language, transcript)
    return tuple(first[language] for language in dict.fromkeys(it.language for it in transcripts))


def _recorded(item: Item, words: Words) -> str:
    """Say on what occasion, where and when an episode was recorded, as far as that is known."""
    occasion, place = item.recording.occasion, item.recording.place
    day = words.day(item.recording.on) if item.recording.on else ""
    if occasion:
        return ", ".join(filter(None, (words.say("recorded_occasion", occasion=occasion), place, day)))
    if place:
        return ", ".join(filter(None, (words.say("recorded_place", place=place), day)))
    return words.say("recorded_on", date=day) if day else ""
