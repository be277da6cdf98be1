"""The meaning of front matter: fields to an Episode, every mistake to a problem with line and nearest valid value."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from episodes.addresses import stays_elsewhere
from episodes.fields import Fields
from episodes.frontmatter import Document
from episodes.mediatypes import AUDIO_TYPES, TRANSCRIPT_TYPES
from episodes.model import Appearance, Chapter, Episode, Kind, Recording, RemoteAudio, Status, TranscriptFile
from episodes.namespace_schema import (
    CHAT_FIELDS,
    EPISODE_TAGS,
    one_place,
    read_alternates,
    read_episode_tags,
    read_images,
)
from episodes.problems import UNFIT, Problem, Severity, quoted, unfit
from episodes.slugs import is_slug, slugify

FIELDS = (
    "guid", "title", "number", "season", "kind", "status", "published", "summary", "link", "audio",
    "audio_facts", "appearances", "recording", "topics", "transcripts", "chapters", "waypoints", "chapters_url",
    "cover", "explicit", "alternates", "images",
    *EPISODE_TAGS,
)  # fmt: skip
"""The fields of an episode file, in the order `folge add` writes them."""

APPEARANCE_FIELDS = ("person", "name", "function", "organisation", "role", "group", "link", "picture")
RECORDING_FIELDS = ("on", "occasion", "place", "geo", "osm", "country", "remark")
TRANSCRIPT_FIELDS = ("path", "url", "type", "language", "captions")
AUDIO_FACTS = ("type", "bytes", "duration")
CHAPTER_FIELDS = ("start", "end", "title", "link", "image", "hidden", "place", "geo", "osm")
TEXT_FIELDS = frozenset(
    {"title", "summary", "topics", *APPEARANCE_FIELDS, "occasion", "place", "remark", "itunes_title", "season_name"}
    | {"number_display", "license", "license_url", *CHAT_FIELDS}
)
"""Fields that hold free text, and are quoted where another YAML reader would see a number or a date."""

_NUMBERED = re.compile(r"^\d+-(?=.)")


def slug_of(file_name: str) -> str:
    """Return the slug an episode file's name gives: `001-schildkroeten.md` → `schildkroeten`."""
    return _NUMBERED.sub("", file_name.removesuffix(".md"))


def read_episode(document: Document, raw: bytes, zone: ZoneInfo | None) -> tuple[Episode | None, tuple[Problem, ...]]:
    """Give an episode file its meaning.

    Returns the episode, or None where a problem of severity error was found, and all problems.
    """
    fields = Fields(document=document, mapping=document.fields, known=FIELDS)
    status = fields.word("status", Status, Status.READY)
    name = document.path.rsplit("/", 1)[-1]
    slug = slug_of(name)
    if not is_slug(slug):
        message = f"the file name {quoted(name)} cannot stand in an address"
        rename = f"rename it to {slugify(slug)}.md" if slugify(slug) else "use a-z, 0-9 and single hyphens"
        fields.problems.append(Problem(path=document.path, message=message, hint=rename))
    published = fields.moment("published", zone)
    if published is None and status is Status.READY and fields.sound("published"):
        fields.problem("published", "is missing", hint="write 'published: 2024-12-03 06:00', or 'status: draft'")
    audio = fields.file_or_address("audio", required=True)
    chapters = _chapters(fields)
    episode = Episode(
        guid=fields.guid("guid"),
        slug=slug,
        title=fields.text("title", required=True, longest=255),
        audio=audio,
        source_name=name,
        source_sha256=hashlib.sha256(raw).hexdigest(),
        kind=fields.word("kind", Kind, Kind.FULL),
        status=status,
        published=published,
        number=fields.count("number"),
        season=fields.count("season"),
        summary=fields.block("summary", largest=4000),
        notes=_notes(document, fields.problems),
        appearances=_appearances(fields),
        recording=_recording(fields),
        topics=fields.texts("topics"),
        transcripts=_transcripts(fields),
        chapters=chapters,
        waypoints=fields.truth("waypoints"),
        cover=fields.file_or_address("cover"),
        explicit=fields.truth("explicit"),
        alternates=read_alternates(fields),
        images=read_images(fields),
        tags=read_episode_tags(fields),
        remote=_remote(fields, audio),
        chapters_url=_chapters_url(fields, chapters),
        link=fields.address("link"),
    )
    fields.unknown()
    problems = tuple(sorted(fields.problems, key=lambda p: p.line))
    sound = not any(problem.severity is Severity.ERROR for problem in problems)
    return (episode if sound else None), problems


def _notes(document: Document, problems: list[Problem]) -> str:
    notes = re.sub("\r\n?", "\n", document.body).rstrip()
    if illegal := UNFIT.search(notes):
        line = document.body_line + notes[: illegal.start()].count("\n")
        problem = Problem(path=document.path, line=line, field="notes", message=unfit(illegal[0]), hint="delete it")
        problems.append(problem)
    return notes


def _appearances(fields: Fields) -> tuple[Appearance, ...]:
    return tuple(
        Appearance(
            name=group.text("name", required=True, longest=128),
            role=group.text("role").lower() or "guest",
            group=group.text("group").lower() or "cast",
            function=group.text("function", longest=255),
            organisation=group.text("organisation", longest=255),
            link=group.text("link"),
            picture=group.text("picture"),
            person=group.text("person"),
        )
        for group in fields.groups("appearances", APPEARANCE_FIELDS, "name")
    )


def _remote(fields: Fields, audio: str) -> RemoteAudio | None:
    """Return what is said of audio that stays at an address: there it must be, beside a file it must not."""
    group = fields.group("audio_facts", AUDIO_FACTS, "type")
    elsewhere = stays_elsewhere(audio)
    if group is None:
        if elsewhere and fields.sound("audio_facts"):
            hint = "write 'audio_facts: {type: audio/mpeg, bytes: 34567890, duration: \"0:34:12\"}'"
            fields.problem("audio_facts", "is missing; audio at an address is not measured here", hint=hint)
        return None
    if audio and not elsewhere:
        fields.problem("audio_facts", "stands beside a file, which is measured", hint="leave it out")
    media_type = group.text("type", required=True)
    if media_type and not re.fullmatch(r"(audio|video)/[\w.+-]+", media_type, re.ASCII):
        group.problem("type", f"{quoted(media_type)} is not a type of audio", hint=_type_hint(audio, AUDIO_TYPES))
    size = group.size("bytes")
    if size is None and group.sound("bytes"):
        hint = "write the length of the file, or 0 where nobody knows it"
        group.problem("bytes", "is missing", hint=hint)
    duration = group.position("duration") or timedelta()
    return RemoteAudio(media_type=media_type, bytes=size or 0, duration=duration)


def _type_hint(url: str, types: Mapping[str, str]) -> str:
    """Return how the type of a file is written, by the ending of its address where it has one."""
    ending = re.search(r"\.[a-z0-9]+$", re.split("[?#]", url)[0].lower())
    known = types.get(ending[0] if ending else "")
    return f"write {known}" if known else f"write {next(iter(types.values()))}, or what it is"


def _transcripts(fields: Fields) -> tuple[TranscriptFile, ...]:
    transcripts = []
    for group in fields.groups("transcripts", TRANSCRIPT_FIELDS, "path"):
        path, url, media_type = group.path("path"), group.address("url"), group.text("type")
        if stays_elsewhere(path):
            group.problem("path", f"{quoted(path)} is an address", hint=f"write 'url: {path}', and its type")
        one_place(group, path, url)
        if url and not path and group.sound("type") and "/" not in media_type:
            said = f"{quoted(media_type)} is not a type" if media_type else "is missing"
            group.problem("type", said, hint=_type_hint(url, TRANSCRIPT_TYPES))
        elif media_type and path:
            group.problem("type", "stands beside a file, whose type is known", hint="leave it out")
        transcripts.append(
            TranscriptFile(
                path=path,
                language=group.text("language"),
                captions=group.truth("captions"),
                url=url,
                media_type=media_type,
            )
        )
    return tuple(transcripts)


def _chapters_url(fields: Fields, chapters: Sequence[Chapter]) -> str:
    url = fields.address("chapters_url")
    if url and chapters:
        fields.problem("chapters_url", "stands beside chapters", hint="keep one of the two")
    return url


def _chapters(fields: Fields) -> tuple[Chapter, ...]:
    """Return the chapters; a line such as `12:30 Mut` is a chapter of start and title, a hidden one needs no title."""
    chapters = []
    latest: timedelta | None = None
    for group in fields.groups("chapters", CHAPTER_FIELDS, "start"):
        start = group.text("start", required=True)
        title = group.text("title", longest=255)
        if not title and " " in start:
            start, title = (part.strip() for part in start.split(" ", 1))
        begin = group.position("start", start) if start else None
        hidden = group.truth("hidden")
        if not title and not hidden and begin is not None:
            group.problem("title", "is missing", hint=f"write '{start} what it is about'")
        if begin is not None and latest is not None and begin <= latest:
            hint = "put them in order, each later than the one before"
            group.problem("start", f"{quoted(title or start)} does not start later than the one before", hint=hint)
        latest = latest if begin is None else begin
        until = group.text("end")
        end = group.position("end", until) if until else None
        if begin is not None and end is not None and end <= begin:
            hint = "write when it ends, or leave it out where it lasts until the next one"
            group.problem("end", f"{quoted(until)} is not after its start", hint=hint)
        place, geo, osm = _chapter_place(group)
        chapters.append(
            Chapter(
                start=begin or timedelta(),
                title=title,
                link=group.address("link"),
                image=group.address("image"),
                hidden=hidden,
                end=end,
                place=place,
                geo=geo,
                osm=osm,
            )
        )
    return tuple(chapters)


def _chapter_place(group: Fields) -> tuple[str, str, str]:
    """Return place, geo and osm of a chapter; apps take none without a name and a geo (JCH-3)."""
    found = {"place": group.text("place", longest=128), "geo": group.geo("geo"), "osm": group.text("osm")}
    if any(found.values()):
        for name, example in (("place", "Wuppertal"), ("geo", "geo:51.2562,7.1508")):
            if not found[name] and group.sound(name):
                group.problem(name, "is missing; a place has both a name and a geo", hint=f"write '{name}: {example}'")
    return found["place"], found["geo"], found["osm"]


def _recording(fields: Fields) -> Recording:
    group = fields.group("recording", RECORDING_FIELDS, "occasion")
    if group is None:
        return Recording()
    return Recording(
        on=group.day("on"),
        occasion=group.text("occasion", longest=255),
        place=group.text("place", longest=128),
        geo=group.geo("geo"),
        osm=group.text("osm"),
        country=group.text("country"),
        remark=group.block("remark"),
    )
