"""From an item of a feed to the episode it is written as: nothing is fetched, everything stays where it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from episodes.fields import one_line
from episodes.markup import Markup
from episodes.model import Appearance, Chapter, Episode, RemoteAudio, TranscriptFile
from episodes.namespace import AlternateFile, ImageFile
from episodes.problems import Problem
from feed.item import Alternate, Item
from feed.show import Show
from feed.text import cut
from podcast.importing.findings import Findings
from podcast.importing.notes import from_html, from_text, is_html, summary_for, text_of

_LONGEST_TITLE = 255
_LONGEST_LINE = 4000
_AUDIO = {"application/ogg": "audio/ogg", "application/x-ogg": "audio/ogg"}
"""Types of audio that do not say that they are."""

_SUMMARY = "itunes:summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """An episode made of an item, and what was found on the way."""

    episode: Episode
    problems: tuple[Problem, ...] = ()


def convert_item(item: Item, show: Show, hosts: Sequence[Appearance]) -> Converted:
    """Return the episode an item becomes, without a file name; `hosts` are those `podcast.toml` names.

    Raises nothing: what a file cannot hold is found out by who writes it.
    """
    findings = Findings(_title(item))
    summary, notes = _texts(item, show, findings)
    media_type = _AUDIO.get(item.enclosure.media_type.lower(), item.enclosure.media_type)
    if media_type != item.enclosure.media_type:
        findings.note("audio-type", f"the audio is called {item.enclosure.media_type}, and is {media_type} from now on")
    chapters = _chapters(item.chapters, findings)
    title = one_line(_title(item))
    if len(title) > _LONGEST_TITLE:
        findings.add("title", f"the title has {len(title)} characters; it is cut to {_LONGEST_TITLE}")
    episode = Episode(
        guid=item.guid.strip(),
        slug="",
        title=title[:_LONGEST_TITLE].strip(),
        audio=item.enclosure.url,
        source_name="",
        source_sha256="",
        kind=item.kind,
        published=_moment(item.published),
        number=_counted(item.number, "number", findings),
        season=_counted(item.season, "season", findings),
        summary=summary,
        notes=notes,
        appearances=_people(item.people, hosts),
        recording=item.recording,
        transcripts=tuple(
            TranscriptFile(url=it.url, media_type=it.media_type, language=it.language, captions=it.captions)
            for it in item.transcripts
        ),
        cover="" if item.image_url == show.image_url else item.image_url,
        explicit=item.explicit,
        chapters=chapters,
        alternates=tuple(_alternate(alternate, findings) for alternate in item.alternates),
        images=tuple(
            ImageFile(
                url=image.url,
                alt=image.alt,
                purpose=image.purpose,
                aspect_ratio=image.aspect_ratio,
                width=image.width,
                height=image.height,
                media_type=image.media_type,
            )
            for image in item.images
        ),
        tags=replace(item.tags, extra=tuple(_kept(item))),
        remote=RemoteAudio(media_type=media_type, bytes=item.enclosure.bytes, duration=item.duration),
        chapters_url="" if chapters else item.chapters_url,
        link=item.link,
    )
    return Converted(episode=episode, problems=tuple(findings.problems))


def _moment(published: datetime) -> datetime:
    """Return a moment as a file can hold it: whole seconds, and an offset of whole minutes."""
    minutes = (published.utcoffset() or timedelta()) // timedelta(minutes=1)
    return published.replace(microsecond=0).astimezone(timezone(timedelta(minutes=minutes)))


def _title(item: Item) -> str:
    """Return the title, or what tells an item without one apart."""
    return item.title.strip() or text_of(item.summary)[:80] or item.guid


def _texts(item: Item, show: Show, findings: Findings) -> tuple[str, str]:
    """Return summary and notes: of several texts the longer one becomes the notes, unless it is one plain line."""
    described = item.summary or _itunes_summary(item)
    long = item.notes_html or (described if _is_long(described) else "")
    if not long:
        return described.strip(), ""
    notes = from_html(long, item.link or show.link) if is_html(long) else from_text(long)
    if notes.lost:
        listed = ", ".join(f"{count} <{name}>" for name, count in notes.lost)
        findings.add("notes-lost", f"notes hold no pictures, players or scripts: {listed} left out")
    if notes.changed:
        findings.add("notes-changed", "the notes do not come out as they were", hint="compare them by eye")
    if notes.raw:
        findings.note("notes-html", f"no Markdown says the same as blocks of the notes: {notes.raw} stay HTML")
    again = not item.notes_html or text_of(item.summary) == text_of(long)
    summary = "" if again else summary_for(notes.markdown, item.summary)
    if len(summary.encode()) > _LONGEST_LINE:
        findings.note("summary", f"the description has {len(summary.encode()):,} bytes; apps read {_LONGEST_LINE:,}")
        summary = cut(summary)
    return summary, notes.markdown


def _is_long(text: str) -> bool:
    """Say whether a description is more than one plain line."""
    return is_html(text) or "\n" in text.strip() or len(text.encode()) > _LONGEST_LINE


def _itunes_summary(item: Item) -> str:
    return next((markup.text for markup in item.tags.extra if markup.name == _SUMMARY), "")


def _kept(item: Item) -> Iterable[Markup]:
    """Yield what is carried verbatim, without an `itunes:summary` that only says again what the other texts say."""
    said = [text_of(text) for text in (item.summary, item.notes_html) if text]
    for markup in item.tags.extra:
        known = text_of(markup.text) if markup.name == _SUMMARY else ""
        if markup.name != _SUMMARY or (said and not any(text.startswith(known) for text in said)):
            yield markup


def _counted(number: int | None, name: str, findings: Findings) -> int | None:
    if number is not None and not 0 < number < 1_000_000:
        findings.add("number", f"{number} is no {name} apps can count with, and is left out")
        return None
    return number


def _people(people: tuple[Appearance, ...], hosts: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Return the people of an item without the hosts before them: a publish takes those from `podcast.toml` again."""
    named = [replace(person, name=one_line(person.name)) for person in people if person.name.strip()]
    first = tuple(named[: len(hosts)])
    rest = tuple(named[len(hosts) :])
    return rest if rest and first == tuple(replace(host, person="") for host in hosts) else tuple(named)


def _chapters(chapters: Sequence[Chapter], findings: Findings) -> tuple[Chapter, ...]:
    """Return chapters in order, those without a title or at the same point as the one before left out."""
    kept: list[Chapter] = []
    for chapter in sorted(chapters, key=lambda chapter: chapter.start):
        title = one_line(chapter.title)[:_LONGEST_TITLE]
        if title and (not kept or chapter.start > kept[-1].start):
            kept.append(replace(chapter, title=title))
    if len(kept) < len(chapters):
        message = f"{len(chapters) - len(kept)} chapters without a title or at the same point as another are left out"
        findings.add("chapters", message)
    return tuple(kept)


def _alternate(alternate: Alternate, findings: Findings) -> AlternateFile:
    proof = alternate.integrity.value if alternate.integrity and alternate.integrity.kind == "sri" else ""
    if alternate.default or (alternate.integrity and not proof) or any(it.media_type for it in alternate.sources):
        findings.note("alternate", "of another form of the audio a mark, a type or a signature is not kept")
    return AlternateFile(
        urls=tuple(source.url for source in alternate.sources if source.url),
        media_type=alternate.media_type,
        bytes=alternate.bytes,
        bitrate=alternate.bitrate,
        height=alternate.height,
        language=alternate.language,
        title=alternate.title,
        rel=alternate.rel,
        codecs=alternate.codecs,
        integrity=proof,
    )
