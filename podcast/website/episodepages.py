"""The pages of episodes: the page itself, those that lead to it, and what stands where a withdrawn one was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from episodes.model import Kind
from episodes.notes import page_html
from feed.item import Item, Transcript
from podcast.layout import page_key
from podcast.website.jsonld import Thing, episode_of
from podcast.website.playing import player_of
from podcast.website.sources import Cover, Page, Sheet, Website, linkable
from podcast.website.words import Words


def episode_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the page of each episode and of each path that leads to it, then what is said of withdrawn ones."""
    taken: set[str] = set()
    for page in website.pages:
        values = partial(_values, page, website)
        for number, path in enumerate((page.path, *page.aliases)):
            if path not in taken:
                taken.add(path)
                template = "moved.html" if number else "episode.html"
                yield Sheet(key=page_key(path), template=template, of=(page,), values=values)
    for path in website.gone:
        if path not in taken:
            yield Sheet(key=page_key(path), template="gone.html", of=(), values=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page in the words of its language, ready for a template; `described` is its item as JSON-LD."""

    item: Item
    described: Thing
    label: str
    day: str
    length: str
    recorded: str
    notes: str
    transcripts: tuple[Transcript, ...]
    topics: tuple[str, ...]
    cover: Cover


def _values(page: Page, website: Website) -> Mapping[str, object]:
    return {"page": view_of(page, website), "player": player_of(page, website)}


def view_of(page: Page, website: Website) -> View:
    """Return an episode in the words of the show's language."""
    words = website.words
    item = replace(page.item, people=linkable(page.item.people))
    return View(
        item=item,
        described=episode_of(item, website.show, page.topics),
        label=label_of(item, words),
        day=words.day(item.published.date()),
        length=words.length(item.duration),
        recorded=_recorded(item, words),
        notes=page_html(page.notes),
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


def label_of(item: Item, words: Words) -> str:
    """Return what an episode is called besides its title: `Folge 2`, `Trailer`, or nothing."""
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
