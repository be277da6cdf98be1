"""Rules of the podcast namespace (Podcasting 2.0)."""

import re
from collections import Counter
from collections.abc import Iterator

from episodes.problems import Severity
from feed.checks.rule import Finding, rule
from feed.codes import COUNTRIES
from feed.document import SPACE, Element, FeedDocument
from feed.taxonomy import ROLES, groups_of

_TAGS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/tags"
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_NUMBER = r"-?\d+(?:\.\d+)?"
_GEO = re.compile(
    rf"geo:(?P<lat>{_NUMBER}),(?P<lon>{_NUMBER})(?:,{_NUMBER})?(?:;[A-Za-z0-9-]+(?:=[^;\s]+)?)*",
    re.ASCII | re.IGNORECASE,
)
_OSM = re.compile(r"[NWR]\d+(?:#\d+)?", re.ASCII)
_ONCE_NAMES = "chapters guid locked medium license season episode podroll updateFrequency podping chat publisher"
_ONCE = frozenset(f"podcast:{name}" for name in _ONCE_NAMES.split())


@rule("P20-GUID", severity=Severity.ERROR, source=f"{_TAGS}/guid.md")
def p20_guid(document: FeedDocument) -> Iterator[Finding]:
    """podcast:guid is a UUID (podcast namespace, guid); whether it fits the address is nobody's business, for it
    stays when a show moves.
    """
    for channel in document.channels:
        for guid in channel.all("podcast:guid"):
            if not _UUID.fullmatch(guid.text.strip(SPACE)):
                message = f"the podcast:guid {guid.text.strip(SPACE)!r} is not a UUID"
                yield Finding(message=message, at=guid, hint="write the 36 characters it was given at first")


@rule("P20-PERSON-1", severity=Severity.WARNING, source=f"{_TAGS}/person.md")
def p20_person_1(document: FeedDocument) -> Iterator[Finding]:
    """An item that names persons names a host, where the show has one: they replace the channel's (podcast
    namespace, person).
    """
    for channel in document.channels:
        if not any(_is_host(person) for person in channel.all("podcast:person")):
            continue
        for item in channel.all("item"):
            people = item.all("podcast:person")
            if people and not any(_is_host(person) for person in people):
                message = "the item names persons and no host, and apps then show none"
                yield Finding(message=message, at=people[0], hint="repeat the hosts of the show on the item")


@rule("P20-PERSON-2", severity=Severity.WARNING, source=f"{_TAGS}/person.md")
def p20_person_2(document: FeedDocument) -> Iterator[Finding]:
    """Group and role of a person are terms of the podcast taxonomy (podcast namespace, person)."""
    for person in _people(document):
        role, group = _role(person), _group(person)
        if not groups_of(role):
            yield Finding(
                message=f"the role {role!r} is not in the podcast taxonomy", at=person, hint="take one of its"
            )
        if group not in ROLES:
            message = f"the group {group!r} is not in the podcast taxonomy"
            yield Finding(message=message, at=person, hint=f"take one of {', '.join(ROLES)}")


@rule("P20-PERSON-3", severity=Severity.WARNING, source=f"{_TAGS}/person.md")
def p20_person_3(document: FeedDocument) -> Iterator[Finding]:
    """A role stands with its own group, `cast` where none is written (podcast namespace, person)."""
    for person in _people(document):
        role, group = _role(person), _group(person)
        if group in ROLES and groups_of(role) and role not in ROLES[group]:
            written = "" if person.get("group") else ", which is what a person without a group belongs to"
            message = f"the role {role!r} is not one of the group {group!r}{written}"
            hint = " or ".join(f'write group="{fitting}"' for fitting in groups_of(role))
            yield Finding(message=message, at=person, hint=hint)


@rule("P20-LOC-1", severity=Severity.ERROR, source=f"{_TAGS}/location.md")
def p20_loc_1(document: FeedDocument) -> Iterator[Finding]:
    """`geo` of a location is an RFC 5870 address within the globe (podcast namespace, location)."""
    for location in _locations(document):
        geo = location.get("geo")
        form = _GEO.fullmatch(geo)
        if geo and (form is None or abs(float(form["lat"])) > 90 or abs(float(form["lon"])) > 180):
            message = f"the geo {geo!r} is not a place on earth"
            yield Finding(message=message, at=location, hint="write latitude and longitude, such as geo:52.520,13.405")


@rule("P20-LOC-2", severity=Severity.ERROR, source=f"{_TAGS}/location.md")
def p20_loc_2(document: FeedDocument) -> Iterator[Finding]:
    """`osm` of a location is N, W or R and the number of an OpenStreetMap object (podcast namespace, location)."""
    for location in _locations(document):
        osm = location.get("osm")
        if osm and not _OSM.fullmatch(osm):
            message = f"the osm {osm!r} is not an OpenStreetMap object"
            yield Finding(message=message, at=location, hint="write N, W or R and the number, such as R62422")


@rule("P20-LOC-3", severity=Severity.ERROR, source=f"{_TAGS}/location.md")
def p20_loc_3(document: FeedDocument) -> Iterator[Finding]:
    """`country` of a location is an ISO 3166-1 code of two letters (podcast namespace, location)."""
    for location in _locations(document):
        country = location.get("country")
        if country and country.upper() not in COUNTRIES:
            hint = "write GB" if country.upper() == "UK" else "write a code such as DE"
            yield Finding(message=f"the country {country!r} is not an ISO 3166-1 code", at=location, hint=hint)


@rule("P20-SEASON-1", severity=Severity.WARNING, source=f"{_TAGS}/season.md")
def p20_season_1(document: FeedDocument) -> Iterator[Finding]:
    """Season and episode numbers of the podcast and itunes namespaces agree (podcast namespace, season, episode)."""
    for item in document.items:
        for name in ("season", "episode"):
            ours, apples = item.value(f"podcast:{name}"), item.value(f"itunes:{name}")
            if ours and apples and _number(ours) != _number(apples):
                message = f"podcast:{name} is {ours!r} and itunes:{name} is {apples!r}"
                yield Finding(message=message, at=item, missing=f"podcast:{name}", hint="write the same number")


@rule("P20-MISC-1", severity=Severity.WARNING, source=_TAGS)
def p20_misc_1(document: FeedDocument) -> Iterator[Finding]:
    """What the podcast namespace allows once under a parent is there once."""
    for parent in (*document.channels, *document.items):
        counts = Counter(child.name for child in parent.children if child.name in _ONCE)
        for name, count in counts.items():
            if count > 1:
                message = f"<{name}> is there {count} times"
                yield Finding(message=message, at=parent.all(name)[1], hint="keep one")


def _people(document: FeedDocument) -> Iterator[Element]:
    for parent in (*document.channels, *document.items):
        yield from parent.all("podcast:person")


def _locations(document: FeedDocument) -> Iterator[Element]:
    for parent in (*document.channels, *document.items):
        yield from parent.all("podcast:location")


def _role(person: Element) -> str:
    return person.get("role").lower() or "host"


def _group(person: Element) -> str:
    return person.get("group").lower() or "cast"


def _is_host(person: Element) -> bool:
    return _role(person) in {"host", "co-host", "guest host"} and _group(person) == "cast"


def _number(text: str) -> float | str:
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII) else text
