"""The text of an episode file: every field the schema knows, written so that it reads back as it was."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from episodes.chapterfiles.writing import write_field
from episodes.frontmatter import write_block, write_plain, write_scalar
from episodes.markup import Markup, write_markup
from episodes.model import Appearance, Episode, Kind, Recording, RemoteAudio, TranscriptFile
from episodes.namespace import AlternateFile, EpisodeTags, ImageFile, Relation
from episodes.problems import UserError, quoted
from episodes.timecode import show_moment, type_position

_Fields = list[tuple[str, str]]
_OF_VALUES = "podcast:"


def write_episode(episode: Episode) -> str:
    """Return the text of an episode file, fields in the order of the schema, empty ones left out.

    Points in time are written to the millisecond. Raises UserError for a value block that no fields can say.
    """
    lines = ["---", f"guid: {write_scalar(episode.guid)}  # never change it", f"title: {write_scalar(episode.title)}"]
    lines += [f"number: {episode.number}"] if episode.number else []
    lines += [f"season: {episode.season}"] if episode.season else []
    lines += [f"kind: {episode.kind.value}"] if episode.kind is not Kind.FULL else []
    lines.append(f"status: {episode.status.value}")
    if episode.published:
        lines.append(f"published: {show_moment(episode.published)}")
    lines += [f"summary: {write_block(episode.summary)}"] if episode.summary else []
    lines += _lines(_texts(episode, "link", "audio"))
    lines += _group("audio_facts", _facts(episode.remote) if episode.remote else [])
    lines += _groups("appearances", map(_person_fields, episode.appearances))
    lines += _group("recording", _recording_fields(episode.recording))
    lines += [f"topics: {_list(episode.topics)}"] if episode.topics else []
    lines += _groups("transcripts", map(_transcript_fields, episode.transcripts))
    if episode.chapters:
        lines += ["chapters:", *(f"  {line}" for line in write_field(episode.chapters).split("\n"))]
    lines += ["waypoints: true"] if episode.waypoints else []
    lines += _lines(_texts(episode, "chapters_url", "cover"))
    lines += ["explicit: true"] if episode.explicit else []
    lines += _groups("alternates", map(_alternate_fields, episode.alternates))
    lines += _groups("images", map(_image_fields, episode.images))
    lines += _tags(episode.tags)
    notes = f"\n{episode.notes.rstrip()}\n" if episode.notes.strip() else ""
    return "\n".join([*lines, "---", notes])


class _Named(Protocol):
    """Anything with fields."""


def _texts(part: _Named, *names: str) -> _Fields:
    """Return the named fields of `part` that hold a text."""
    found = ((name, getattr(part, name)) for name in names)
    return [(name, write_scalar(text)) for name, text in found if text]


def _numbers(part: _Named, *names: str) -> _Fields:
    """Return the named fields of `part` that hold a number; 0 is one."""
    found = ((name, getattr(part, name)) for name in names)
    return [(name, str(number)) for name, number in found if number is not None]


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(write_scalar(word) for word in words)}]"


def _lines(fields: _Fields, indent: str = "") -> list[str]:
    return [f"{indent}{name}: {value}" for name, value in fields]


def _group(name: str, fields: _Fields) -> list[str]:
    return [f"{name}:", *_lines(fields, "  ")] if fields else []


def _groups(name: str, entries: Iterable[_Fields]) -> list[str]:
    lines = [line for entry in entries for line in _entry(_lines(entry))]
    return [f"{name}:", *(f"  {line}" for line in lines)] if lines else []


def _entry(lines: Sequence[str]) -> list[str]:
    """Return the lines of a group as an entry of a list; one without fields is still one."""
    first, *rest = lines or ["{}"]
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _facts(remote: RemoteAudio) -> _Fields:
    length = [("duration", write_scalar(type_position(remote.duration)))] if remote.duration else []
    return [("type", write_scalar(remote.media_type)), ("bytes", str(remote.bytes)), *length]


def _person_fields(person: Appearance) -> _Fields:
    plain = replace(person, role="" if person.role == "guest" else person.role)
    plain = replace(plain, group="" if person.group == "cast" else person.group)
    return _texts(plain, "name", "function", "organisation", "role", "group", "link", "picture", "person")


def _recording_fields(recording: Recording) -> _Fields:
    fields = [("on", recording.on.isoformat())] if recording.on else []
    fields += _texts(recording, "occasion", "place")
    fields += [("geo", write_plain(recording.geo))] if recording.geo else []
    return fields + _texts(recording, "osm", "country", "remark")


def _transcript_fields(transcript: TranscriptFile) -> _Fields:
    fields = _texts(transcript, "path", "url")
    fields += [("type", write_scalar(transcript.media_type))] if transcript.media_type else []
    return [*fields, *_texts(transcript, "language"), *([("captions", "true")] if transcript.captions else [])]


def transcripts_field(transcripts: Iterable[TranscriptFile]) -> str:
    """Return transcripts as the list an episode file holds, in YAML."""
    return "\n".join(line for one in transcripts for line in _entry(_lines(_transcript_fields(one))))


def _alternate_fields(alternate: AlternateFile) -> _Fields:
    fields = _texts(alternate, "path")
    fields += [("urls", _list(alternate.urls))] if alternate.urls else []
    fields += [("type", write_scalar(alternate.media_type))] if alternate.media_type else []
    fields += _numbers(alternate, "bytes", "bitrate", "height")
    return fields + _texts(alternate, "language", "title", "rel", "codecs", "integrity")


def _image_fields(image: ImageFile) -> _Fields:
    fields = _texts(image, "path", "url", "alt", "purpose", "aspect_ratio") + _numbers(image, "width", "height")
    return fields + ([("type", write_scalar(image.media_type))] if image.media_type else [])


def _tags(tags: EpisodeTags) -> list[str]:
    """Return the lines of what an episode tells apps beyond the ordinary."""
    lines = _lines(_texts(tags, "season_name", "number_display"))
    bites = (
        [*((name, write_scalar(type_position(getattr(bite, name)))) for name in ("start", "duration")), *title]
        for bite in tags.soundbites
        for title in [_texts(bite, "title")]
    )
    lines += _groups("soundbites", bites)
    lines += _lines(_texts(tags, "itunes_title")) + (["block: true"] if tags.blocked else [])
    if tags.license:
        lines += _lines([("license", write_scalar(tags.license.name))])
        lines += _lines([("license_url", write_scalar(tags.license.url))]) if tags.license.url else []
    places = (
        _texts(place, "name")
        + ([("rel", place.relation.value)] if place.relation is not Relation.SUBJECT else [])
        + _texts(place, "geo", "osm", "country")
        for place in tags.locations
    )
    lines += _groups("locations", places)
    lines += _groups("funding", (_texts(funding, "url", "message") for funding in tags.funding))
    lines += _groups("txt", (_texts(txt, "text", "purpose") for txt in tags.txt))
    lines += _group("chat", _texts(tags.chat, "server", "protocol", "account_id", "space") if tags.chat else [])
    posts = (
        _texts(post, "protocol", "uri", "account_id", "account_url") + _numbers(post, "priority")
        for post in tags.social_interact
    )
    lines += _groups("social_interact", posts)
    if tags.value:
        blocks = (line for block in tags.value for line in _entry(list(_passed_on(block))))
        lines += ["value:", *(f"  {line}" for line in blocks)]
    return lines + _groups("extra", ([("xml", write_block(write_markup(xml), "      "))] for xml in tags.extra))


def _passed_on(markup: Markup) -> Iterator[str]:
    """Yield the lines of a value block: attributes with their values, then children as lists below their names.

    Raises UserError for one that is not the podcast namespace's alone, or in which names mean two things.
    """
    attributes = [name for name, _ in markup.attributes]
    kinds = dict.fromkeys(child.name for child in markup.children)
    names = [*attributes, *(["text"] if markup.text else []), *(kind.removeprefix(_OF_VALUES) for kind in kinds)]
    plain = all(kind.startswith(_OF_VALUES) for kind in kinds) and not any(":" in name for name in names)
    if not plain or len({*names}) < len(names):
        hint = "take it over by hand, with 'folge edit'"
        raise UserError(f"the value block {quoted(write_markup(markup))} cannot be written in fields", hint=hint)
    yield from _lines([(name, write_scalar(value)) for name, value in markup.attributes])
    if markup.text:
        yield f"text: {write_scalar(markup.text)}"
    for kind in kinds:
        yield f"{kind.removeprefix(_OF_VALUES)}:"
        for child in markup.children:
            if child.name == kind:
                yield from (f"  {line}" for line in _entry(list(_passed_on(child))))
