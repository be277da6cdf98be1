"""The text of `podcast.toml` as a pull writes it: as published, for the store it came from; or made of the ledger."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from podcast.release import ShowRelease
from podcast.settings import FILE
from podcast.tables import parse_toml, replace_value

STORE_WORDS = ("url", "endpoint_url", "region", "profile", "path_style", "directory_index")
"""What of `[store]` may differ from laptop to laptop. The public address is the same for everybody."""

PUBLIC_URL = "public_url"

_REBUILT = f"""\
# {FILE} as far as the published show tells it: comments, people besides the hosts and what nobody sees are not in it.
"""
_ZONES = ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "UTC", "Europe/London", "America/New_York")


def store_words(raw: bytes, names: Sequence[str] = STORE_WORDS) -> Mapping[str, str | bool]:
    """Return what a `podcast.toml` says of its store, as far as it is asked for. Raises UserError."""
    store = parse_toml(raw, FILE).tables.get("store", {})
    values = store if isinstance(store, dict) else {}
    return {name: values[name] for name in names if isinstance(values.get(name), str | bool)}


def for_store(raw: bytes, words: Mapping[str, str | bool]) -> str:
    """Return the text of a `podcast.toml` with these words about its store, every other byte kept.

    Raises UserError where the text is shaped so that this cannot be done safely.
    """
    for name, value in words.items():
        if store_words(raw, (name,)).get(name) != value:
            if "store" not in parse_toml(raw, FILE).tables:
                raw = raw.rstrip(b"\n") + b"\n\n[store]\n"
            raw = replace_value(raw, FILE, "store", name, value).encode()
    return raw.decode()


def rebuilt(show: ShowRelease, moments: Sequence[datetime]) -> str:
    """Return a `podcast.toml` made of what is published; `moments` are dates of episodes, which tell the time zone."""
    hosts = [host.person or f"host{number}" for number, host in enumerate(show.hosts, start=1)]
    tags = _plain(show.tags)
    words: dict[str, object] = {
        "title": show.title,
        "description": show.description,
        "language": show.language,
        "author": show.author,
        "email": show.email,
        "category": [" > ".join(filter(None, (it.name, it.subcategory))) for it in show.categories],
        "link": show.link,
        "cover": f"cover.{show.cover.key.rpartition('.')[2]}" if show.cover else show.cover_url,
        "explicit": show.explicit,
        "type": show.kind.value,
        "copyright": show.copyright,
        "locked": show.locked,
        "timezone": _zone(moments),
        "hosts": hosts,
        "guid": show.guid,
        **{name: tags.pop(name, "") for name in ("itunes_title", "new_feed_url", "complete", "podping", "medium")},
        "block": tags.pop("blocked", False),
    }
    if isinstance(licence := tags.pop("license", None), dict):
        words |= {"license": licence["name"], "license_url": licence.get("url", "")}
    tables: list[tuple[str, Mapping[str, object]]] = [("[show]", words)]
    for handle, host in zip(hosts, show.hosts, strict=True):
        tables.append((f"[people.{json.dumps(handle)}]", {**_plain(host), "person": ""}))
    tables.append(("[store]", {"url": "public", "public_url": show.base_url, "directory_index": show.directory_index}))
    feed = _plain(show.feed)
    tables += [("[[feeds]]", _table(selection)) for selection in _list(feed.pop("selections", []))]
    tables.append(("[feed]", feed))
    tables += _images(show)
    for name, value in tags.items():
        if name in ("value", "extra"):  # elements carried verbatim: they are told, see `unsaid`
            continue
        several = isinstance(value, list | tuple)
        heading = f"[[{name}]]" if several else f"[{name}]"
        tables += [(heading, _renamed(_table(part))) for part in (_list(value) if several else [value])]
    return "\n".join([_REBUILT, *(text for heading, table in tables if (text := _written(heading, table)))])


def unsaid(show: ShowRelease) -> tuple[str, ...]:
    """Return what of a published show `rebuilt` leaves to the producer."""
    return tuple(name for name in ("value", "extra") if getattr(show.tags, name))


def _images(show: ShowRelease) -> Iterator[tuple[str, Mapping[str, object]]]:
    for image in show.images:
        values = _plain(image)
        values.pop("blob", None)
        kind = values.pop("media_type", "")
        if image.path:  # measured again
            values = {name: values[name] for name in ("path", "alt", "purpose", "aspect_ratio") if name in values}
        yield "[[images]]", values if image.path else {**values, "type": kind}


def _plain(value: object) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(value)
    return {name: part for name, part in found.items() if _says(part)}


def _says(value: object) -> bool:
    """Say whether a value is one that is written down."""
    return isinstance(value, bool) or bool(value)


def _table(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _renamed(table: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a group by the names they are written under."""
    return {"rel" if name == "relation" else name: value for name, value in table.items()}


def _written(heading: str, table: Mapping[str, object]) -> str:
    """Return a table as text, without what says nothing; nothing where nothing is left."""
    lines = [f"{name} = {_value(value)}" for name, value in table.items() if _says(value)]
    return "\n".join([heading, *lines, ""]) if lines else ""


def _value(value: object) -> str:
    """Write a value as TOML, whose texts are those of JSON once DEL is escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _zone(moments: Sequence[datetime]) -> str:
    """Return a time zone in which every moment has the offset it was written with, the likeliest first."""
    for name in (*_ZONES, *sorted(available_timezones())):
        if all(moment.utcoffset() == moment.astimezone(ZoneInfo(name)).utcoffset() for moment in moments):
            return name
    return "UTC"
