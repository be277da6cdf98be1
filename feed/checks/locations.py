"""Rules of the podcast namespace for places."""

import re
from collections.abc import Iterator

from episodes.problems import Severity
from feed.checks.lengths import too_long
from feed.checks.placed import EVERYWHERE, TAGS, blank, elements, listed, misplaced
from feed.checks.rule import Finding, rule
from feed.codes import COUNTRIES
from feed.document import FeedDocument

_NUMBER = r"-?\d{1,15}(?:\.\d{1,15})?"
_GEO = re.compile(
    rf"geo:(?P<lat>{_NUMBER}),(?P<lon>{_NUMBER})(?:,{_NUMBER})?(?P<more>(?:;[A-Za-z0-9-]+(?:=[^;\s]+)?)*)",
    re.ASCII | re.IGNORECASE,
)
_OSM = re.compile(r"[NWR]\d{1,20}(?:#\d{1,20})?", re.ASCII)
_UNCERTAIN = re.compile(r";u=(\d{1,15})(?:\.\d+)?(?:;|$)", re.ASCII | re.IGNORECASE)
_DECIMALS = 3
_A_TOWN = 1000


def is_geo(text: str) -> bool:
    """Whether `text` is a place on earth by RFC 5870."""
    form = _GEO.fullmatch(text)
    return form is not None and abs(float(form["lat"])) <= 90 and abs(float(form["lon"])) <= 180


def is_osm(text: str) -> bool:
    """Whether `text` is N, W or R and the number of an OpenStreetMap object."""
    return _OSM.fullmatch(text) is not None


@rule(
    "P20-LOCATION",
    severity=Severity.ERROR,
    source=f"{TAGS}/location.md",
    mend='write <podcast:location rel="subject" geo="geo:52.520,13.405">Berlin</podcast:location> with a name of at '
    "most 128 characters; rel is subject or creator",
)
def p20_location(document: FeedDocument) -> Iterator[Finding]:
    """podcast:location holds the name of a place, and `rel` is `subject` or `creator` (podcast namespace,
    location).
    """
    yield from misplaced(document, "podcast:location", *EVERYWHERE)
    for location in elements(document, "podcast:location"):
        yield from blank(location, "the name of the place")
        yield from too_long(location)
        yield from listed(location, "rel", ("subject", "creator"))


@rule(
    "P20-LOC-1",
    severity=Severity.ERROR,
    source=f"{TAGS}/location.md",
    mend='write latitude, comma, longitude with points: geo="geo:52.520,13.405"',
)
def p20_loc_1(document: FeedDocument) -> Iterator[Finding]:
    """`geo` of a location is an RFC 5870 address within the globe (podcast namespace, location)."""
    for location in elements(document, "podcast:location"):
        geo = location.get("geo")
        if geo and not is_geo(geo):
            message = f"the geo {geo!r} is not a place on earth"
            yield Finding(message=message, at=location, hint="write latitude and longitude, such as geo:52.520,13.405")


@rule(
    "P20-LOC-2",
    severity=Severity.ERROR,
    source=f"{TAGS}/location.md",
    mend='write N, W or R and the number, as the address of the object at openstreetmap.org has it: osm="R62422" for '
    "relation/62422",
)
def p20_loc_2(document: FeedDocument) -> Iterator[Finding]:
    """`osm` of a location is N, W or R and the number of an OpenStreetMap object (podcast namespace, location)."""
    for location in elements(document, "podcast:location"):
        osm = location.get("osm")
        if osm and not is_osm(osm):
            message = f"the osm {osm!r} is not an OpenStreetMap object"
            yield Finding(message=message, at=location, hint="write N, W or R and the number, such as R62422")


@rule(
    "P20-LOC-3",
    severity=Severity.ERROR,
    source=f"{TAGS}/location.md",
    mend='write the code of two letters, such as country="DE"; the United Kingdom is GB',
)
def p20_loc_3(document: FeedDocument) -> Iterator[Finding]:
    """`country` of a location is an ISO 3166-1 code of two letters (podcast namespace, location)."""
    for location in elements(document, "podcast:location"):
        country = location.get("country")
        if country and country.upper() not in COUNTRIES:
            hint = "write GB" if country.upper() == "UK" else "write a code such as DE"
            yield Finding(message=f"the country {country!r} is not an ISO 3166-1 code", at=location, hint=hint)


@rule(
    "P20-LOC-4",
    severity=Severity.WARNING,
    source=f"{TAGS}/location.md",
    mend='round latitude and longitude to three decimals, or name the town with `osm="R…"`, if that place is '
    "somebody's home",
)
def p20_loc_4(document: FeedDocument) -> Iterator[Finding]:
    """Where a show is made is not told to the metre, for that may be somebody's home (podcast namespace, location);
    the middle of an area (`u` of a kilometre, or an `osm` relation) tells no address.
    """
    for location in elements(document, "podcast:location"):
        form = _GEO.fullmatch(location.get("geo"))
        if location.get("rel").lower() != "creator" or form is None or location.get("osm").startswith("R"):
            continue
        exact = min(len(form[axis].partition(".")[2]) for axis in ("lat", "lon"))
        uncertain = _UNCERTAIN.search(form["more"])
        if exact > _DECIMALS and not (uncertain and int(uncertain[1]) >= _A_TOWN):
            message = f"the geo {location.get('geo')!r} tells to a few metres where the show is made"
            rounded = f"geo:{float(form['lat']):.3f},{float(form['lon']):.3f}"
            yield Finding(message=message, at=location, missing="@geo", hint=f"write {rounded}, if that is a home")
