"""The page on which listeners search all episodes; its script looks into files that lie beside it."""

from collections.abc import Iterator, Mapping
from functools import partial

from podcast.layout import SEARCH, page_key
from podcast.website.groups import ARCHIVE
from podcast.website.listpages import Step
from podcast.website.policy import content_policy
from podcast.website.sources import Sheet, Website

_PATH = SEARCH.rstrip("/")


def search_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the page that searches."""
    of = (website.groups.kinds,)
    values = partial(_search, website)
    yield Sheet(key=page_key(_PATH), template="search.html", of=of, values=values, index=True)


def _search(website: Website) -> Mapping[str, object]:
    title = website.words.say("search")
    return {
        "title": title,
        "here": website.url(_PATH),
        "steps": (Step(name=title),),
        "archive": website.url(ARCHIVE) if website.pages else website.home,
        "policy": content_policy(website.base_url, searches=True),
    }
