"""`[feed]` and `[[feeds]]` of `podcast.toml`: how the feed is cut, whom to tell, feeds with some of the episodes."""

import re
from collections import Counter
from dataclasses import dataclass
from uuid import UUID, uuid5

from episodes.addresses import is_address, web_hint
from episodes.fields import Fields
from episodes.problems import Problem, quoted
from episodes.slugs import slugify
from feed.show import Selection
from podcast.tables import TomlFile

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""The form of a podcast guid."""

GUID_NAMESPACE = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace of podcast guids (Podcasting 2.0, tags/guid.md; P20-GUID-1)."""

_KNOWN = ("items", "slim_after", "hubs", "inherited")
_FORMATS = ("mp3", "m4a", "opus", "ogg", "flac")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """How the feed is cut: the newest `items` in it, and archive pages of as many (0: all in one); `content:encoded`
    only of the newest `slim_after` (0: of all); the WebSub `hubs` to tell; feeds with a selection of the episodes.
    """

    items: int = 0
    slim_after: int = 0
    hubs: tuple[str, ...] = ()
    selections: tuple[Selection, ...] = ()


def podcast_guid(feed_url: str) -> str:
    """Return the podcast:guid that belongs to a feed address: UUIDv5 without scheme and trailing slashes."""
    seed = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://", "", feed_url).rstrip("/")
    return str(uuid5(GUID_NAMESPACE, seed))


def read_feed_settings(file: TomlFile, guid: str, problems: list[Problem]) -> FeedSettings:
    """Return what the file says of feeds; `guid` is the show's, from which those of further feeds follow."""
    group = file.fields("feed", _KNOWN, problems)
    group.unknown()
    hubs = group.texts("hubs")
    for hub in hubs:
        if not is_address(hub):
            group.problem("hubs", f"{quoted(hub)} is not a web address", hint=web_hint(hub))
    items = group.count("items", "write items = 100, or leave it out for one page with every episode") or 0
    slim = group.count("slim_after", "write slim_after = 50, or leave it out to keep all notes") or 0
    if items and slim > items:
        message = f"is {slim}, and all but the newest {items} episodes stand on archive pages, without notes"
        group.problem("slim_after", message, hint=f"write slim_after = {items}, or leave it out to keep all notes")
    return FeedSettings(
        items=items, slim_after=slim, hubs=hubs, selections=_selections(file.fields("", (), problems), guid)
    )


def read_inherited(file: TomlFile, problems: list[Problem]) -> tuple[str, ...]:
    """Return the ids of rules that a feed broke before it came here."""
    return file.fields("feed", _KNOWN, problems).texts("inherited")


def _selections(tables: Fields, guid: str) -> tuple[Selection, ...]:
    known = ("name", "title", "description", "format", "topic", "season", "guid")
    read = (_selection(fields, guid) for fields in tables.groups("feeds", known, "name"))
    selections = tuple(filter(None, read))
    for name, count in Counter(selection.name for selection in selections).items():
        if count > 1:
            tables.problem("feeds", f"{count} feeds have the name {quoted(name)}", hint="give each its own")
    return selections


def _selection(fields: Fields, guid: str) -> Selection | None:
    """Return a feed with some of the episodes; its guid follows from the show's and its name unless it is written."""
    name = fields.text("name", required=True)
    if name and not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        hint = "use a-z, 0-9 and single hyphens"
        if name[0].isdecimal():  # numbers are the archive pages of the feed with every episode
            hint = f'begin with a letter, as in "feed-{slugify(name)}": numbers are archive pages'
        fields.problem("name", f"{quoted(name)} cannot be the name of a feed", hint=hint)
        return None
    own = fields.text("guid")
    if own and not GUID.fullmatch(own):
        fields.problem("guid", f"{quoted(own)} is not a podcast guid", hint="without one it follows from the name")
    selection = Selection(
        name=name,
        title=fields.text("title", longest=255),
        description=fields.block("description", largest=4000),
        format=fields.choice("format", _FORMATS),
        topic=fields.text("topic"),
        season=fields.count("season"),
        guid=own or _derived(guid, name),
    )
    if not (selection.format or selection.topic or selection.season):
        fields.problem("name", f"{quoted(name)} selects nothing", hint="add format, topic or season")
        return None
    return selection if name else None


def _derived(guid: str, name: str) -> str:
    try:
        return str(uuid5(UUID(guid), name))
    except ValueError:  # the guid of the show is told to be none
        return ""
