"""A show as one file that other programs read: CSV, JSON, OPML, and a feed with every episode."""

import csv
import io
import json
from collections.abc import Mapping
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from episodes.model import Appearance
from feed.compiler import compile_feed
from podcast.exporting.outgoing import Leaving, Outgoing

VERSION = 1
"""Of the JSON: what is new in it is added, and a program that reads it may meet members it does not know."""

SCHEMA = "show.schema.json"

COLUMNS = (
    *("guid", "number", "season", "kind", "title", "published", "seconds", "explicit"),
    *("page", "short_link", "audio", "bytes", "media_type", "cover", "summary", "people", "topics"),
)
"""The columns of the CSV, one row for each episode below them."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(show: Outgoing) -> Mapping[str, bytes]:
    """Return the episodes as a table: RFC 4180, UTF-8, lengths in seconds, times in ISO 8601.

    A cell that a spreadsheet would calculate has an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for leaving in show.episodes:
        writer.writerow([_defused(cell) for cell in _row(leaving)])
    return {"episodes.csv": text.getvalue().encode()}


def _row(leaving: Leaving) -> tuple[str, ...]:
    item = leaving.item
    return (
        item.guid,
        "" if item.number is None else str(item.number),
        "" if item.season is None else str(item.season),
        item.kind.value,
        item.title,
        item.published.isoformat(),
        str(round(item.duration.total_seconds())),
        "true" if item.explicit else "false",
        item.link,
        leaving.short_url,
        item.enclosure.url,
        str(item.enclosure.bytes),
        item.enclosure.media_type,
        item.image_url,
        item.summary,
        "; ".join(map(_person, item.people)),
        "; ".join(leaving.topics),
    )


def _person(person: Appearance) -> str:
    """Write a person with what they were: `Uwe Schneidewind (guest, Oberbürgermeister, Stadt Wuppertal)`."""
    return f"{person.name} ({', '.join(filter(None, (person.role, person.function, person.organisation)))})"


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def as_json(show: Outgoing) -> Mapping[str, bytes]:
    """Return the show with its episodes as JSON, and the schema of that."""
    schema = files("podcast.exporting").joinpath("schemas", SCHEMA).read_bytes()
    told = show.show
    data = {
        "$schema": SCHEMA,
        "version": VERSION,
        "show": {
            "title": told.title,
            "description": told.description,
            "guid": told.guid,
            "language": told.language,
            "author": told.author,
            "email": told.owner_email,
            "copyright": told.copyright,
            "explicit": told.explicit,
            "type": told.kind.value,
            "categories": [" > ".join(filter(None, (one.name, one.subcategory))) for one in told.categories],
            "home": show.home,
            "feed": told.feed_url,
            "further_feeds": [{"title": feed.title, "url": feed.url} for feed in show.feeds],
            "cover": told.image_url,
            "hosts": [_person_data(person) for person in told.hosts],
        },
        "changed": show.changed.isoformat(),
        "episodes": [_episode_data(leaving) for leaving in show.episodes],
    }
    body = json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"
    return {"show.json": body, SCHEMA: schema}


def _episode_data(leaving: Leaving) -> dict[str, object]:
    item = leaving.item
    recording = item.recording
    return {
        "guid": item.guid,
        "title": item.title,
        "number": item.number,
        "season": item.season,
        "kind": item.kind.value,
        "published": item.published.isoformat(),
        "page": item.link,
        "short_link": leaving.short_url or None,
        "audio": {
            "url": item.enclosure.url,
            "bytes": item.enclosure.bytes,
            "media_type": item.enclosure.media_type,
            "seconds": item.duration.total_seconds(),
        },
        "cover": item.image_url or None,
        "explicit": item.explicit,
        "summary": item.summary,
        "notes_markdown": leaving.notes,
        "notes_html": item.notes_html,
        "people": [_person_data(person) for person in item.people],
        "topics": list(leaving.topics),
        "recording": {
            "on": recording.on.isoformat() if recording.on else None,
            "occasion": recording.occasion,
            "place": recording.place,
            "geo": recording.geo,
        },
        "chapters": [
            {
                "seconds": chapter.start.total_seconds(),
                "title": chapter.title,
                "link": chapter.link or None,
                "image": chapter.image or None,
            }
            for chapter in item.chapters
        ],
        "chapters_url": item.chapters_url or None,
        "transcripts": [
            {"url": one.url, "media_type": one.media_type, "language": one.language, "captions": one.captions}
            for one in item.transcripts
        ],
    }


def _person_data(person: Appearance) -> dict[str, object]:
    return {
        "name": person.name,
        "role": person.role,
        "function": person.function,
        "organisation": person.organisation,
        "link": person.link or None,
        "picture": person.picture or None,
    }


def as_opml(show: Outgoing) -> Mapping[str, bytes]:
    """Return a list of subscriptions with every feed of the show, which apps read (OPML 2.0)."""
    feeds = [(show.show.title, show.show.feed_url), *((feed.title, feed.url) for feed in show.feeds)]
    outlines = "".join(
        f'    <outline type="rss" text={_attribute(title)} title={_attribute(title)} xmlUrl={_attribute(url)} '
        f"htmlUrl={_attribute(show.home)}/>\n"
        for title, url in feeds
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head>\n    <title>{escape(show.show.title)}</title>\n  </head>\n"
        f"  <body>\n{outlines}  </body>\n</opml>\n"
    )
    return {"show.opml": text.encode()}


def _attribute(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;", "\t": "&#9;"})


def as_podlove(show: Outgoing) -> Mapping[str, bytes]:
    """Return one feed with every episode, whatever pages the published one is cut into.

    Podlove Publisher has no documented file for episodes: its own export is a copy of database tables that refers to
    posts of one WordPress. What its onboarding assistant reads is a feed.
    """
    items = [leaving.item for leaving in show.episodes]
    return {"podlove.xml": compile_feed(show.show, items, changed=show.changed)}
