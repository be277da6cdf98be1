"""What the pages of a show are made of, and what a page is before it is rendered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from episodes.model import Appearance
from feed.compiler import newest_first
from feed.show import Selection, Show
from podcast.layout import INDEX, feed_key, page_url, public_url
from podcast.site_settings import Look
from podcast.website.groups import Groups, groups_of
from podcast.website.page import AS_IT_IS, Cover, Page
from podcast.website.words import Words, words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Website:
    """Everything the pages of a show are made of; `pages` are the newest first, `gone` paths of withdrawn episodes.

    `home` is the address of the show's page, `base_url` ends with a slash, `feeds` are titles and addresses, `logo` is
    the address of one or empty. `changed` is when what pages say of the show changed last, None where nobody knows.
    `further` are pages of those who know more.
    """

    show: Show
    words: Words
    base_url: str
    directory_index: bool
    home: str
    feeds: tuple[tuple[str, str], ...]
    pages: tuple[Page, ...]
    groups: Groups
    gone: Sequence[str]
    cover: Cover = AS_IT_IS
    look: Look = Look()
    logo: str = ""
    changed: datetime | None = None
    further: "tuple[Sheet, ...]" = ()

    def url(self, path: str) -> str:
        """Return the address of the page at `/path/`."""
        return page_url(self.base_url, path, directory_index=self.directory_index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page to be rendered: its key, its template, and what fills it.

    `of` is everything it shows besides what all pages show: whoever has rendered a sheet with an equal `of` needs no
    `values`. `index` says that it lists episodes, and is written after their pages.
    """

    key: str
    template: str
    of: tuple[object, ...]
    values: Callable[[], Mapping[str, object]]
    index: bool = False


def website_of(
    show: Show,
    pages: Sequence[Page],
    gone: Sequence[str] = (),
    *,
    base_url: str,
    directory_index: bool = True,
    selections: Sequence[Selection] = (),
    cover: Cover = AS_IT_IS,
    look: Look | None = None,
    logo: str = "",
    changed: datetime | None = None,
    further: tuple[Sheet, ...] = (),
) -> Website:
    """Put together what pages are made of; each names its feeds: of all episodes, then of `selections`.

    `cover` and `changed` are the show's, `logo` is the address of a picture, `gone` the paths of withdrawn episodes.
    """
    by_guid = {page.item.guid: page for page in pages}
    ordered = tuple(by_guid[item.guid] for item in newest_first([page.item for page in pages]))
    shown = replace(show, hosts=linkable(show.hosts))
    whole = public_url(base_url, INDEX)
    return Website(
        show=shown,
        words=words_for(show.language),
        base_url=base_url,
        directory_index=directory_index,
        home=base_url if directory_index and show.link != whole else whole,
        feeds=((show.title, show.feed_url), *(_feed(selection, show, base_url) for selection in selections)),
        pages=ordered,
        groups=groups_of(ordered, shown),
        gone=gone,
        cover=cover,
        look=look or Look(),
        logo=logo,
        changed=changed,
        further=further,
    )


def linkable(people: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Return people with those of their addresses a page may link to."""
    return tuple(replace(person, picture=web(person.picture), link=web(person.link)) for person in people)


def web(address: str) -> str:
    """Return an address a page may link to, or nothing: only web addresses."""
    return address if address.startswith(("https://", "http://")) else ""


def _feed(selection: Selection, show: Show, base_url: str) -> tuple[str, str]:
    """Return title and address of a further feed."""
    return selection.title or f"{show.title} ({selection.name})", public_url(base_url, feed_key(selection.name))
