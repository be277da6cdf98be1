"""The catalogue other systems read: `episodes.json`, the newest episodes, and a file for every year behind it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from itertools import groupby

from podcast.layout import public_url
from podcast.website.page import Page, Picture
from podcast.website.sources import Sheet, Website

CATALOGUE = "episodes.json"
SCHEMA = "episodes.schema.json"
KIT = "kit"
"""The path of the page on which newsletter authors pick a teaser."""

VERSION = 1
"""Of the format: what is new in it is added, and a program that reads it may meet members it does not know."""

_YEAR = re.compile(r"episodes/\d+\.json")

NEWEST = 100
"""So many episodes stand in the first file; where there are more, the years hold all of them."""


def catalogue_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the catalogue: the newest episodes, those of each year where there are many, and its schema."""
    pages = website.pages
    years = [(year, tuple(group)) for year, group in groupby(pages, key=_year)] if len(pages) > NEWEST else []
    newest = pages[:NEWEST]
    first = next((year for year, _ in years if year == _year(newest[-1])), None)
    yield _sheet(website, CATALOGUE, newest, first)
    for index, (year, group) in enumerate(years):
        after = years[index + 1][0] if index + 1 < len(years) else None
        yield _sheet(website, year_key(year), group, after)
    yield Sheet(key=SCHEMA, template="raw.json", of=(), values=_schema, index=True)


def empty_year(website: Website, key: str) -> Sheet | None:
    """Return what stands at the key of a year that has no file any more, None for the key of anything else."""
    return _sheet(website, key, (), None) if _YEAR.fullmatch(key) else None


def year_key(year: int) -> str:
    """Return the key of the episodes of a year."""
    return f"episodes/{year}.json"


def teasers_key(path: str) -> str:
    """Return the key of the teasers of the episode at a path."""
    return f"{KIT}/{path}.json"


def _year(page: Page) -> int:
    return page.item.published.year


def _sheet(website: Website, key: str, pages: Sequence[Page], after: int | None) -> Sheet:
    following = public_url(website.base_url, year_key(after)) if after else None
    return Sheet(
        key=key,
        template="dated.json",
        of=(*pages, *(_short(page) for page in pages), following, *_mentions(pages)),
        values=partial(_values, website, pages, following),
        index=True,
    )


def _values(website: Website, pages: Sequence[Page], following: str | None) -> Mapping[str, object]:
    show = website.show
    data = {
        "$schema": public_url(website.base_url, SCHEMA),
        "version": VERSION,
        "show": {
            "title": show.title,
            "guid": show.guid,
            "language": show.language,
            "url": website.home,
            "feed": show.feed_url,
        },
        "next": following,
        "episodes": [episode_data(page, website) for page in pages],
    }
    return {"text": json_text(data)}


def _schema() -> Mapping[str, object]:
    return {"text": files("podcast.website").joinpath("schemas", SCHEMA).read_text(encoding="utf-8").rstrip("\n")}


def _short(page: Page) -> str:
    """Return the path of the short link of an episode, empty where it has none."""
    return next((path for path in page.aliases if path.startswith("f/")), "")


def _mentions(pages: Sequence[Page]) -> Iterator[object]:
    """Yield which issues of the newsletter tease which episode; nothing where none does, as before there were any."""
    yield from ((page.item.guid, *page.mentions) for page in pages if page.mentions)


def episode_data(page: Page, website: Website) -> dict[str, object]:
    """Return an episode as the catalogue has it: addresses absolute, times in ISO 8601, lengths in seconds.

    There is no address of audio: what is linked or fetched by mail systems would count as listened to.
    """
    item = page.item
    short = _short(page)
    recording = item.recording
    return {
        "guid": item.guid,
        "number": item.number,
        "season": item.season,
        "title": item.title,
        "url": item.link,
        "short_url": website.url(short) if short else None,
        "published": item.published.isoformat(),
        "seconds": round(item.duration.total_seconds()),
        "summary": item.summary,
        "people": [
            {
                "name": person.name,
                "function": person.function,
                "organisation": person.organisation,
                "role": person.role,
            }
            for person in item.people
        ],
        "recording": {
            "on": recording.on.isoformat() if recording.on else None,
            "occasion": recording.occasion,
            "place": recording.place,
        },
        "topics": list(page.topics),
        "covers": [_picture(it) for it in (*page.cover.small, *filter(None, [page.cover.social]))],
        "cover_alt": website.words.say("cover_of", title=item.title),
        "transcripts": [
            {"url": transcript.url, "media_type": transcript.media_type} for transcript in item.transcripts
        ],
        "chapters": bool(item.chapters),
        "newsletter": [
            {"title": issue.title, "date": issue.on.isoformat(), "url": issue.url or None} for issue in page.mentions
        ],
        "teasers": public_url(website.base_url, teasers_key(page.path)),
    }


def json_text(data: object) -> str:
    """Return JSON in which no markup stands, whatever a store serves it as."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _picture(picture: Picture) -> dict[str, object]:
    return {"url": picture.url, "width": picture.width, "height": picture.height}
