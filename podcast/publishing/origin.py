"""From a finding about the feed to the file and field it comes from, in the producer's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from episodes.markup import Markup
from episodes.model import Kind
from episodes.namespace_schema import EPISODE_ELEMENTS, SHOW_ELEMENTS
from episodes.problems import Problem
from feed.extensions import with_hosts
from feed.item import Item
from podcast.publishing.ledger import Entry, Ledger
from podcast.release import Release, ShowRelease
from podcast.settings import FILE

_STEP = re.compile(r"/(\{[^}]*\}[^/\[]+|[^/\[]+)(?:\[(\d+)\])?")
_FORMS = {
    "show.category": ', as category = ["Government"]',
    "show.cover": " to a square JPEG or PNG of 1400 to 3000 pixels",
    "show.language": ', as language = "de"',
}
_SAME = {
    name: name for name in ("url", "rel", "geo", "osm", "country", "purpose", "protocol", "server", "space", "uri")
}
_REMOTE = {"feedGuid": "feed_guid", "feedUrl": "feed_url", "itemGuid": "item_guid", "medium": "medium"}
_ACCOUNT = {"accountId": "account_id", "accountUrl": "account_url", "priority": "priority"}
_PARTS: Mapping[str, Mapping[str, str]] = {
    "podcast:funding": _SAME,
    "podcast:location": _SAME,
    "podcast:txt": _SAME,
    "podcast:chat": {**_SAME, **_ACCOUNT},
    "podcast:socialInteract": {**_SAME, **_ACCOUNT},
    "podcast:podroll": _REMOTE,
    "podcast:publisher": _REMOTE,
    "podcast:updateFrequency": {"rrule": "rrule", "dtstart": "start", "complete": "complete"},
    "podcast:block": {"id": "service"},
    "podcast:soundbite": {"startTime": "start", "duration": "duration"},
    "podcast:image": {"purpose": "purpose", "alt": "alt", "aspect-ratio": "aspect_ratio"},
    "podcast:transcript": {"language": "language"},
    "podcast:person": {"role": "role", "group": "group", "href": "link", "img": "picture"},
    "podcast:alternateEnclosure": {
        "type": "type", "length": "bytes", "bitrate": "bitrate", "height": "height", "lang": "language",
        "title": "title", "rel": "rel", "codecs": "codecs", "value": "integrity",
    },
}  # fmt: skip
_BESIDE = {
    ("podcast:license", "url"): "license_url",
    ("podcast:season", "name"): "season_name",
    ("podcast:episode", "display"): "number_display",
}
_FACTS = {
    ("enclosure", "@length"): "audio_facts.bytes",
    ("enclosure", "@type"): "audio_facts.type",
    ("itunes:duration", "itunes:duration"): "audio_facts.duration",
}
"""Where it is said what audio is like that stays elsewhere."""


class _Step(NamedTuple):
    name: str
    number: int


class _Origin(NamedTuple):
    path: str
    field: str


def name_origin(problem: Problem, ledger: Ledger, newest_first: Sequence[Item]) -> Problem:
    """Return a finding about the feed as one about `podcast.toml` or an episode file, where it comes from one.

    `newest_first` are the items in the order of the feed. Other findings stay as they are.
    """
    steps = [_Step(name, int(number or 1)) for name, number in _STEP.findall(problem.field)]
    if [step.name for step in steps[:2]] != ["rss", "channel"]:
        return problem
    below = steps[2:]
    if below and below[0].name == "item":
        index = below[0].number - 1
        entry = ledger.by_guid().get(newest_first[index].guid) if index < len(newest_first) else None
        origin = _of_item(below[1:], entry.release, ledger.show.release) if entry else None
    else:
        origin = _of_channel(below, ledger, problem.path)
    if origin is None:
        return problem
    path, field = origin
    hint = problem.hint
    if hint.startswith("add <") and len(below) == (2 if below[0].name == "item" else 1):
        field = re.sub(r"\[\d+\]$", "", field)  # there is none yet
        hint = f"set {field} in {path}{_FORMS.get(field, '')}"
    return replace(problem, path=path, line=0, field=field, hint=hint)


def _of_channel(steps: Sequence[_Step], ledger: Ledger, page: str) -> _Origin | None:
    """Return where an element of the channel comes from; `page` is the key of the feed or of a page of it."""
    if not steps:
        return None
    show, (name, number) = ledger.show.release, steps[0]
    if name == "podcast:trailer":
        return _of_trailer(number, ledger)
    if name == "atom:link":
        hub = 2 <= number <= 1 + len(show.feed.hubs)  # the first is the feed itself
        return _Origin(FILE, f"feed.hubs[{number - 1}]" if hub else "store.public_url")
    if name == "podcast:person" and number <= len(show.hosts):
        return _of_host(number, show, steps)
    if name in ("title", "description", "podcast:guid") and (own := _of_selection(name, show, page)):
        return _Origin(FILE, own)
    field = SHOW_ELEMENTS.get(name) or _extra(name, number, show.tags.extra)
    return _Origin(FILE, _filled(field, steps)) if field else None


def _of_item(steps: Sequence[_Step], release: Release, show: ShowRelease) -> _Origin | None:
    """Return where an element of an item comes from."""
    if not steps:
        return None
    episode, (name, number) = release.episode, steps[0]
    path = f"episodes/{episode.source_name}"
    hosts = len(with_hosts(episode.appearances, show.hosts)) - len(episode.appearances)
    if name == "podcast:person" and number <= hosts:
        return _of_host(number, show, steps)
    field = EPISODE_ELEMENTS.get(name) or _extra(name, number, episode.tags.extra)
    if name == "podcast:person":
        number -= hosts
    elif name == "podcast:location" and episode.recording.place:
        number -= 1
    elif name in ("podcast:chapters", "psc:chapters"):
        shown = [index for index, chapter in enumerate(episode.chapters, start=1) if not chapter.hidden]
        inner = steps[1].number if len(steps) > 1 and steps[1].name == "psc:chapter" else 0
        field = "chapters" if episode.chapters else "chapters_url" if episode.chapters_url else "audio"
        field = f"chapters[{shown[inner - 1]}]" if 0 < inner <= len(shown) else field
    elif episode.remote:
        field = _FACTS.get((name, steps[-1].name), field)
    if field is None or (name == "link" and not episode.link):
        return None
    if name == "podcast:location" and not number:
        part = _part(steps)
        return _Origin(path, f"recording.{part if part in ('geo', 'osm', 'country') else 'place'}")
    return _Origin(path, _filled(field, [_Step(name, number), *steps[1:]]))


def _filled(field: str, steps: Sequence[_Step]) -> str:
    """Return a field with the number of its entry and what of the entry is meant, where it is known."""
    name, number = steps[0]
    if name == "podcast:podroll":
        number = steps[1].number if len(steps) > 1 else 0
    if beside := _BESIDE.get((name, steps[-1].name.removeprefix("@"))):
        above = field.rpartition(".")[0]
        return f"{above}.{beside}" if above else beside
    part = _part(steps)
    return field.replace("[]", f"[{number}]" if number else "") + (f".{part}" if part else "")


def _part(steps: Sequence[_Step]) -> str:
    """Return what of an entry an attribute is called by, empty where a finding is about the whole."""
    last = steps[-1].name
    return _PARTS.get(steps[0].name, {}).get(last[1:], "") if last.startswith("@") else ""


def _of_host(number: int, show: ShowRelease, steps: Sequence[_Step]) -> _Origin:
    handle, part = show.hosts[number - 1].person, _part(steps)
    return _Origin(FILE, (f"people.{handle}" + (f".{part}" if part else "")) if handle else "show.hosts")


def _of_trailer(number: int, ledger: Ledger) -> _Origin | None:
    """Return the episode file a trailer comes from."""
    trailers = [entry for entry in ledger.published if entry.release.episode.kind is Kind.TRAILER]
    trailers.sort(key=lambda entry: entry.guid)
    trailers.sort(key=_moment, reverse=True)
    if number > len(trailers):
        return None
    return _Origin(f"episodes/{trailers[number - 1].release.episode.source_name}", "title")


def _moment(entry: Entry) -> float:
    published = entry.release.episode.published
    return published.timestamp() if published else 0.0


def _of_selection(name: str, show: ShowRelease, page: str) -> str:
    """Return what of `[[feeds]]` gives a further feed its title, description or guid; empty where the show does."""
    for index, selection in enumerate(show.feed.selections, start=1):
        if re.fullmatch(rf"feed/{re.escape(selection.name)}(/\d+)?\.xml", page):
            if name == "podcast:guid":
                return f"feeds[{index}].guid"
            return f"feeds[{index}].{name}" if getattr(selection, name) else ""
    return ""


def _extra(name: str, number: int, extra: Sequence[Markup]) -> str | None:
    """Return which of the elements carried verbatim is the one of this name and number."""
    found = [index for index, markup in enumerate(extra, start=1) if markup.name == name]
    return f"extra[{found[number - 1]}].xml" if 0 < number <= len(found) else None
