"""Episodes by what they have in common: who is heard, what they are about, where they were recorded, the year."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from episodes.model import Appearance
from episodes.slugs import slugify
from feed.extensions import with_hosts
from feed.show import Show
from podcast.website.page import Page

PEOPLE, TOPICS, OCCASIONS, ARCHIVE = "people", "topics", "occasions", "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Episodes under one name, the newest first, and the path of the page that lists them."""

    kind: str
    name: str
    path: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All groups of a show: people, topics and occasions by name, years the newest first."""

    people: tuple[Group, ...] = ()
    topics: tuple[Group, ...] = ()
    occasions: tuple[Group, ...] = ()
    years: tuple[Group, ...] = ()
    paths: Mapping[tuple[str, str], str]

    def path(self, kind: str, name: str) -> str:
        """Return the path of the page of a name."""
        return self.paths[kind, same(name)]

    def of(self, kind: str) -> tuple[Group, ...]:
        """Return the groups of a kind."""
        kinds = {PEOPLE: self.people, TOPICS: self.topics, OCCASIONS: self.occasions, ARCHIVE: self.years}
        return kinds[kind]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds there are any groups of."""
        return tuple(kind for kind in (ARCHIVE, PEOPLE, TOPICS, OCCASIONS) if self.of(kind))


def groups_of(pages: Sequence[Page], show: Show) -> Groups:
    """Return the groups of pages, which are the newest first."""
    people = _grouped(pages, PEOPLE, lambda page: (person.name for person in heard(page, show)), show.language)
    topics = _grouped(pages, TOPICS, lambda page: page.topics, show.language)
    occasions = _grouped(pages, OCCASIONS, lambda page: filter(None, [page.item.recording.occasion]), show.language)
    years = _grouped(pages, ARCHIVE, lambda page: [str(page.item.published.year)], show.language)
    named = (*people, *topics, *occasions, *years)
    return Groups(
        people=_by_name(people),
        topics=_by_name(topics),
        occasions=_by_name(occasions),
        years=tuple(sorted(years, key=lambda group: group.name, reverse=True)),
        paths={(group.kind, same(group.name)): group.path for group in named},
    )


def heard(page: Page, show: Show) -> Sequence[Appearance]:
    """Return who is heard in an episode; the hosts of the show are heard in every one."""
    return with_hosts(page.item.people, show.hosts) or show.hosts


def same(name: str) -> str:
    """Return what names of one person or topic have in common, whatever their letter case and spaces."""
    return " ".join(normalize("NFC", name).casefold().split())


def _grouped(
    pages: Sequence[Page], kind: str, names_of: Callable[[Page], Iterable[str]], language: str
) -> tuple[Group, ...]:
    """Return the groups of a kind; a name is written as in the oldest episode that has it."""
    written: dict[str, str] = {}
    members: dict[str, list[Page]] = {}
    for page in reversed(pages):
        for name in dict.fromkeys(names_of(page)):
            key = same(name)
            written.setdefault(key, " ".join(name.split()))
            listed = members.setdefault(key, [])
            if not listed or listed[-1] is not page:
                listed.append(page)
    slugs = _slugs(written, language)
    return tuple(
        Group(kind=kind, name=name, path=f"{kind}/{slugs[key]}", pages=tuple(reversed(members[key])))
        for key, name in written.items()
    )


def _slugs(written: Mapping[str, str], language: str) -> dict[str, str]:
    """Return a slug for each name. Of several with the same one the oldest has it, the others a mark behind it."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for key, name in written.items():
        slug = slugify(name, language, least=1)  # as long as there are pages of names: their addresses stay
        if not slug or slug in taken:
            mark = hashlib.sha256(key.encode()).hexdigest()[:6]
            slug = f"{slug}-{mark}" if slug else mark
        taken.add(slug)
        slugs[key] = slug
    return slugs


def _by_name(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (slugify(group.name), group.name)))
