"""A show and its episodes in the words of schema.org, for search engines and assistants (WEB-2, WEB-3)."""

import re
from collections.abc import Sequence
from datetime import timedelta

from episodes.model import Appearance, Recording
from episodes.namespace import License
from feed.extensions import with_hosts
from feed.item import Item, Transcript
from feed.show import Show
from feed.times import whole_seconds, writable

Thing = dict[str, object]
"""Something described, by property; `@type` says what it is."""

_CONTEXT = {"@context": "https://schema.org"}
_POINT = re.compile(r"geo:(-?[\d.]+),(-?[\d.]+)")
_UNTIMED = frozenset({"text/html", "text/plain"})


def series_of(show: Show) -> Thing:
    """Return a show as a PodcastSeries."""
    return _CONTEXT | _thing(
        "PodcastSeries",
        name=show.title,
        url=show.link,
        description=show.description,
        image=show.image_url,
        inLanguage=show.language,
        author=_author(show),
        actor=_people(show.hosts),
        license=_license(show.tags.license),
        webFeed=show.feed_url,
    )


def episode_of(item: Item, show: Show, topics: Sequence[str] = ()) -> Thing:
    """Return an item as a PodcastEpisode with its audio; the hosts of the show are heard in every episode."""
    people = with_hosts(item.people, show.hosts) or show.hosts
    season = _thing("PodcastSeason", seasonNumber=item.season, name=item.tags.season_name)
    return _CONTEXT | _thing(
        "PodcastEpisode",
        url=item.link,
        name=item.title,
        description=item.summary,
        datePublished=writable(item.published).isoformat(timespec="seconds"),
        duration=iso_length(item.duration) if item.duration else "",
        episodeNumber=item.number,
        partOfSeason=season if item.season is not None else None,
        partOfSeries=_thing("PodcastSeries", name=show.title, url=show.link, webFeed=show.feed_url),
        associatedMedia=_audio(item),
        image=item.image_url,
        inLanguage=show.language,
        keywords=list(topics),
        author=_author(show),
        actor=_people([person for person in people if person.group == "cast"]),
        contributor=_people([person for person in people if person.group != "cast"]),
        recordedAt=_event(item.recording),
        license=_license(item.tags.license or show.tags.license),
    )


def collection_of(title: str, url: str, show: Show, parts: Sequence[tuple[str, str]]) -> Thing:
    """Return a page that lists something as a CollectionPage; `parts` are names and addresses, in their order."""
    listed = (
        _thing("ListItem", position=number, name=name, url=address)
        for number, (name, address) in enumerate(parts, start=1)
    )
    return _CONTEXT | _thing(
        "CollectionPage",
        name=title,
        url=url,
        inLanguage=show.language,
        isPartOf=_thing("PodcastSeries", name=show.title, url=show.link, webFeed=show.feed_url),
        mainEntity=_thing("ItemList", itemListElement=list(listed)),
    )


def iso_length(length: timedelta) -> str:
    """Write a length as `PT1H2M3S`, rounded to the second (ISO 8601)."""
    seconds = whole_seconds(length)
    parts = ((seconds // 3600, "H"), (seconds // 60 % 60, "M"), (seconds % 60, "S"))
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")


def _thing(kind: str, **properties: object) -> Thing:
    """Return something of a type with those of its properties that say anything."""
    return {"@type": kind} | {name: value for name, value in properties.items() if value not in (None, "", [])}


def _audio(item: Item) -> Thing:
    enclosure = item.enclosure
    return _thing(
        "VideoObject" if enclosure.media_type.startswith("video/") else "AudioObject",
        contentUrl=enclosure.url,
        encodingFormat=enclosure.media_type,
        contentSize=f"{enclosure.bytes} B" if enclosure.bytes else "",
        duration=iso_length(item.duration) if item.duration else "",
        caption=[_caption(one) for one in item.transcripts if one.media_type not in _UNTIMED],
        transcript=[one.url for one in item.transcripts if one.media_type in _UNTIMED],
    )


def _caption(transcript: Transcript) -> Thing:
    return _thing(
        "MediaObject",
        contentUrl=transcript.url,
        encodingFormat=transcript.media_type,
        inLanguage=transcript.language,
    )


def _author(show: Show) -> object:
    """Return the author: a host by that name, else the bare name, as nobody said whether that is a person."""
    return next((_person(host) for host in show.hosts if host.name == show.author), show.author)


def _people(people: Sequence[Appearance]) -> list[Thing]:
    return [_person(person) for person in people]


def _person(person: Appearance) -> Thing:
    return _thing(
        "Person",
        name=person.name,
        jobTitle=person.function,
        worksFor=_thing("Organization", name=person.organisation) if person.organisation else None,
        url=person.link,
        image=person.picture,
    )


def _event(recording: Recording) -> Thing | None:
    """Return the recording as an event, where anything is known of it."""
    start = recording.on.isoformat() if recording.on else ""
    place = _place(recording) if recording.place or recording.geo else None
    event = _thing("Event", name=recording.occasion, startDate=start, location=place)
    remark = {"description": recording.remark} if recording.remark else {}
    return event | remark if len(event) > 1 else None


def _place(recording: Recording) -> Thing:
    address = _thing("PostalAddress", addressCountry=recording.country) if recording.country else None
    point = _POINT.match(recording.geo)
    geo = _thing("GeoCoordinates", latitude=point[1], longitude=point[2]) if point else None
    return _thing("Place", name=recording.place, address=address, geo=geo)


def _license(licence: License | None) -> object:
    """Return the address of a licence, or a work of its name where only that is known."""
    return (licence.url or _thing("CreativeWork", name=licence.name)) if licence else None
