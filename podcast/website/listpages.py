"""The pages that list episodes: the show's own."""

from collections.abc import Iterator, Mapping

from podcast.layout import INDEX
from podcast.website.episodepages import view_of
from podcast.website.jsonld import series_of
from podcast.website.sources import Sheet, Website


def list_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the show's own page."""

    def values() -> Mapping[str, object]:
        views = [view_of(page, website) for page in website.pages]
        return {"pages": views, "described": series_of(website.show), "cover": website.cover}

    yield Sheet(key=INDEX, template="index.html", of=(website.pages,), values=values, index=True)
