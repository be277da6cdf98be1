"""`podcast.toml` of a show that was elsewhere: every setting its feed tells, and comments for what it does not."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from episodes.addresses import is_address
from episodes.fields import one_line
from episodes.markup import Markup, write_markup
from episodes.model import Appearance, Kind
from episodes.problems import quoted
from episodes.slugs import slugify
from feed.categories import CATEGORIES
from feed.item import Item
from feed.show import Category, Show, Trailer
from feed.times import rfc2822
from podcast.feed_settings import GUID, podcast_guid
from podcast.importing.findings import Findings
from podcast.importing.notes import is_html, text_of

_NOT_CARRIED = {
    "pubDate": "folge dates its feed itself",
    "cloud": "it belongs to the server the feed was on",
    "generator": "folge writes its own",
}
_HUBS = ("https://pubsubhubbub.appspot.com/", "https://pubsubhubbub.superfeedr.com/", "https://websubhub.com/hub")
"""Hubs that take any feed; others belong to the host a show was with."""

_ZONES = ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/London", "America/New_York", "America/Los_Angeles")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

_HEAD = """\
# The show, as its feed tells it. folge reads this file, and writes it only for 'folge cover --set' and, as long as
# nobody changed it, for another 'folge import'.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the producer says of a new show: where it will be published, and the zone of times without an offset.

    `drop_prefixes` says that audio is named without the prefixes of services that count its downloads.
    """

    store: str = ""
    public_url: str = ""
    zone: str = ""
    drop_prefixes: bool = False


@dataclass(kw_only=True)
class Tables:
    """The tables of a `podcast.toml` that is being written: settings of the show, lists of tables, single tables."""

    show: dict[str, object]
    people: dict[str, dict[str, object]]
    groups: dict[str, dict[str, object]]
    lists: dict[str, list[dict[str, object]]]


def hosts_of(show: Show, items: Sequence[Item]) -> tuple[Appearance, ...]:
    """Return the hosts of a show with handles: those of the channel, else who is a host in every one of its items."""
    found = show.hosts
    if not found and len(items) > 1:
        everywhere = set.intersection(*({person for person in item.people if person.role == "host"} for item in items))
        found = tuple(person for person in items[0].people if person in everywhere)
    hosts: dict[str, Appearance] = {}
    for person in found:
        name = one_line(person.name)
        handle = _free(slugify(name) or "host", hosts)
        if name and name not in (host.name for host in hosts.values()):
            hosts[handle] = replace(person, name=name, person=handle)
    return tuple(hosts.values())


def _free(handle: str, taken: Mapping[str, object]) -> str:
    return next(name for name in (handle, *(f"{handle}-{n}" for n in range(2, 1000))) if name not in taken)


def tables_of(show: Show, items: Sequence[Item], url: str, wanted: Wanted, findings: Findings) -> Tables:
    """Return what a show's feed, found at `url`, says as the tables of a `podcast.toml`."""
    hosts = hosts_of(show, items)
    tags = show.tags
    owner = one_line(show.owner_email)
    if show.owner_name and one_line(show.owner_name) != one_line(show.author):
        findings.note("owner", f"the name of the owner, {quoted(show.owner_name)}, is published as the author's")
    words: dict[str, object] = {
        "title": one_line(show.title),
        "description": _described(show.description),
        "language": _language(show.language, findings),
        "author": one_line(show.author),
        "email": owner if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", owner) else "",
        "category": list(_categories(show.categories, findings)),
        "link": show.link if is_address(show.link) else "",
        "cover": show.image_url if is_address(show.image_url) else "",
        "explicit": show.explicit,
        "type": show.kind.value,
        "copyright": one_line(show.copyright),
        "locked": show.locked,
        "timezone": wanted.zone or _zone(items, show.language),
        "hosts": [host.person for host in hosts],
        "guid": _guid(show, url, findings),
        "itunes_title": one_line(tags.itunes_title),
        "complete": tags.complete,
        "block": tags.blocked,
        "podping": False,
        "medium": tags.medium,
        "license": one_line(tags.license.name) if tags.license else "",
        "license_url": tags.license.url if tags.license else "",
    }
    lists: dict[str, list[dict[str, object]]] = {
        "images": [{**_plain(image), "type": image.media_type} for image in show.images],
        **{name: list(map(_plain, getattr(tags, name))) for name in ("funding", "locations", "txt", "social_interact")},
        "podroll": list(map(_plain, tags.podroll)),
        "blocks": [{"service": block.service, "blocked": block.blocked} for block in tags.blocks],
        "value": list(map(_passed_on, tags.value)),
        "extra": [
            {"xml": write_markup(markup)}
            for markup in (*_carried(tags.extra, findings), *map(_trailer, _lone_trailers(show, items)))
        ],
    }
    publisher = tags.publisher
    groups = {
        "update_frequency": _plain(tags.update_frequency) if tags.update_frequency else {},
        "publisher": {name: getattr(publisher, name) for name in ("feed_guid", "feed_url", "title")}
        if publisher
        else {},
        "chat": _plain(tags.chat) if tags.chat else {},
        "feed": {"hubs": [hub for hub in map(_secure, show.hubs) if hub in _HUBS]},
    }
    _tell_left(show, findings)
    people = {
        host.person: _plain(replace(host, person="", role="" if host.role == "host" else host.role))
        | {"group": "" if host.group == "cast" else host.group}
        for host in hosts
    }
    return Tables(show=words, people=people, groups=groups, lists=lists)


def write_show(tables: Tables, wanted: Wanted, preview_url: str) -> str:
    """Return the text of a `podcast.toml`."""
    lines = [_HEAD, "[show]", *_show_lines(tables.show), ""]
    for handle, person in tables.people.items():
        lines += _table(
            f"[people.{json.dumps(handle) if not re.fullmatch('[A-Za-z0-9_-]+', handle) else handle}]", person
        )
    for name, group in tables.groups.items():
        lines += _table(f"[{name}]", group)
    for name, entries in tables.lists.items():
        for entry in entries:
            lines += _table(f"[[{name}]]", entry)
    public = (wanted.public_url or preview_url).rstrip("/") + "/"
    lines += [
        "[store]",
        "# a folder, or s3://bucket/prefix",
        f"url = {_value(wanted.store or 'public')}",
        "# the address under which the public reads the store",
        f"public_url = {_value(public)}",
        "",
    ]
    return "\n".join(lines)


_MISSING = {
    "title": "the feed tells none; a feed needs one",
    "description": "the feed tells none; a feed needs one",
    "language": "the feed tells none: write de, de-at, en …; a feed needs one",
    "author": "the feed tells none; directories want one",
    "email": "the feed tells none; directories send their codes there",
    "category": 'the feed tells none of Apple\'s: write ["Government"] or ["Society & Culture > Documentary"]',
    "cover": "the feed tells none; directories want a square JPEG or PNG of 1400 to 3000 pixels",
}
_ALWAYS = frozenset({"title", "description", "language", "explicit", "locked", "type", "timezone", "guid"})


def missing(tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield the settings a publish or directories need and the feed does not tell, each with what it is."""
    for name, said in _MISSING.items():
        if not tables.show[name]:
            yield name, said


def _show_lines(words: Mapping[str, object]) -> Iterator[str]:
    for name, value in words.items():
        if name in _MISSING and not value:
            yield f"# {_MISSING[name]}"
            yield f"{name} = {_value(value)}"
        elif name == "guid":
            yield f"{name} = {_value(value)}  # podcast:guid, for life; never change it"
        elif name == "timezone":
            yield "# what a time without an offset means in episode files"
            yield f"{name} = {_value(value)}"
        elif value or name in _ALWAYS:
            yield f"{name} = {_value(value)}"


def _described(text: str) -> str:
    return text_of(text) if is_html(text) else text.strip()


def _language(text: str, findings: Findings) -> str:
    plain = text.strip().replace("_", "-")
    if plain and not _LANGUAGE.fullmatch(plain):
        findings.add("language", f"{quoted(text)} is not a language code", hint="write de, de-at or en in podcast.toml")
        return ""
    return plain.lower()


def _categories(categories: Iterable[Category], findings: Findings) -> Iterator[str]:
    """Yield the categories Apple has, each once; of one with an unknown subcategory the category."""
    seen = set()
    for category in categories:
        known = category.name in CATEGORIES
        sub = category.subcategory if known and category.subcategory in CATEGORIES[category.name] else ""
        said = " > ".join(filter(None, (category.name, category.subcategory)))
        if not known or sub != category.subcategory:
            hint = "choose one of Apple's in podcast.toml"
            findings.add("category", f"{quoted(said)} is not a category Apple has today", hint=hint)
        text = " > ".join(filter(None, (category.name, sub)))
        if known and text not in seen:
            seen.add(text)
            yield text


def _guid(show: Show, url: str, findings: Findings) -> str:
    """Return the podcast:guid: the feed's own, else that of the address the feed has had (P20-GUID-2)."""
    own = show.guid.strip()
    if GUID.fullmatch(own):
        return own
    if own:
        findings.add("show-guid", f"{quoted(own)} is not a podcast guid; one is made of the address of the feed")
    address = next((text for text in (show.feed_url, url) if is_address(text)), "")
    if not address:
        message = "nothing says which address the feed has had; the podcast guid is made of its title and link"
        findings.add("show-guid", message, hint="import it from its address, so that the guid is the one others know")
    return podcast_guid(address or f"{show.link} {show.title}")


def _zone(items: Sequence[Item], language: str) -> str:
    """Return a zone in which every date has the offset it was written with; where all are UTC, the language's."""
    moments: list[datetime] = [item.published for item in items]
    if moments and any(moment.utcoffset() for moment in moments):
        for name in _ZONES:
            if all(moment.utcoffset() == moment.astimezone(ZoneInfo(name)).utcoffset() for moment in moments):
                return name
    return "Europe/Berlin" if language.lower().startswith("de") else "UTC"


def _carried(extra: Iterable[Markup], findings: Findings) -> Iterator[Markup]:
    for markup in extra:
        if why := _NOT_CARRIED.get(markup.name):
            findings.note("left-out", f"<{markup.name}> is left out: {why}")
        else:
            yield markup


def _secure(address: str) -> str:
    return re.sub("^http:", "https:", address)


def _lone_trailers(show: Show, items: Sequence[Item]) -> Iterator[Trailer]:
    """Return the trailers that no episode of the kind is, of which alone a publish makes them."""
    known = {item.enclosure.url for item in items if item.kind is Kind.TRAILER}
    return (trailer for trailer in show.trailers if trailer.url not in known)


def _trailer(trailer: Trailer) -> Markup:
    """Return a trailer as an element carried verbatim (P20-TRAILER)."""
    given = {
        "url": trailer.url,
        "pubdate": rfc2822(trailer.published),
        "length": str(trailer.bytes or ""),
        "type": trailer.media_type,
        "season": "" if trailer.season is None else str(trailer.season),
    }
    attributes = tuple((name, value) for name, value in given.items() if value)
    return Markup(name="podcast:trailer", attributes=attributes, text=one_line(trailer.title))


def _tell_left(show: Show, findings: Findings) -> None:
    """Tell what of a show is not taken over because it would be wrong in another place."""
    if show.tags.new_feed_url not in ("", show.feed_url):
        message = f"the feed says it moved to {show.tags.new_feed_url}; the new feed does not say so again"
        findings.add("new-feed-url", message, hint="import from there if that is where the show is now")
    if show.tags.podping:
        findings.note("podping", "that podpings are sent is not taken over", hint="set podping = true if you send them")
    for hub in show.hubs:
        if _secure(hub) not in _HUBS:
            findings.note("hub", f"the hub {hub} belongs to the host the feed was on, and is left out")


def _plain(part: object) -> dict[str, object]:
    """Return the fields of a value by the names they are written under."""
    if not is_dataclass(part) or isinstance(part, type):
        return {}
    names = {"relation": "rel", "media_type": ""}
    values = {names.get(field.name, field.name): getattr(part, field.name) for field in fields(part)}
    return {name: value.value if isinstance(value, Enum) else value for name, value in values.items() if name}


def _passed_on(markup: Markup) -> dict[str, object]:
    """Return a value block as a table: attributes are values, children lists of tables."""
    table: dict[str, object] = dict(markup.attributes)
    if markup.text:
        table["text"] = markup.text
    for child in markup.children:
        entries = table.setdefault(child.name.removeprefix("podcast:"), [])
        if isinstance(entries, list):
            entries.append(_passed_on(child))
    return table


def _table(heading: str, table: Mapping[str, object]) -> list[str]:
    """Return the lines of a table, without what says nothing; none where nothing is left."""
    lines = [f"{_key(name)} = {_value(value)}" for name, value in table.items() if isinstance(value, bool) or value]
    return [heading, *lines, ""] if lines else []


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else json.dumps(name)


def _value(value: object) -> str:
    """Return a value as TOML, whose texts are those of JSON once DEL is escaped too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(str(name))} = {_value(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
