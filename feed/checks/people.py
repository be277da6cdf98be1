"""Rules of the podcast namespace for who is heard."""

from collections.abc import Iterator

from episodes.problems import Severity
from feed.checks.lengths import too_long
from feed.checks.placed import EVERYWHERE, TAGS, blank, elements, live_and_items, misplaced
from feed.checks.rule import Finding, rule
from feed.document import Element, FeedDocument
from feed.taxonomy import ROLES, groups_of


@rule(
    "P20-PERSON",
    severity=Severity.ERROR,
    source=f"{TAGS}/person.md",
    mend='write <podcast:person role="guest">Anna Beispiel</podcast:person> into channel or item, with at most 128 '
    "characters",
)
def p20_person(document: FeedDocument) -> Iterator[Finding]:
    """podcast:person of a channel or an item holds a name (podcast namespace, person)."""
    yield from misplaced(document, "podcast:person", *EVERYWHERE)
    for person in elements(document, "podcast:person"):
        yield from blank(person, "the name")
        yield from too_long(person)


@rule(
    "P20-PERSON-1",
    severity=Severity.WARNING,
    source=f"{TAGS}/person.md",
    mend='repeat the hosts of the show on the item: <podcast:person role="host">Anna Beispiel</podcast:person>',
)
def p20_person_1(document: FeedDocument) -> Iterator[Finding]:
    """An item that names persons names a host, where the show has one: they replace the channel's (podcast
    namespace, person).
    """
    for channel in document.channels:
        if not any(_is_host(person) for person in channel.all("podcast:person")):
            continue
        for item in channel.all("item"):
            people = item.all("podcast:person")
            if people and not any(_is_host(person) for person in people):
                message = "the item names persons and no host, and apps then show none"
                yield Finding(message=message, at=people[0], hint="repeat the hosts of the show on the item")


@rule(
    "P20-PERSON-2",
    severity=Severity.WARNING,
    source=f"{TAGS}/person.md",
    mend='write a role and a group of the taxonomy, such as role="guest" group="cast"; without either it is a host',
)
def p20_person_2(document: FeedDocument) -> Iterator[Finding]:
    """Group and role of a person are terms of the podcast taxonomy (podcast namespace, person)."""
    for person in _people(document):
        role, group = _role(person), _group(person)
        if not groups_of(role):
            message = f"the role {role!r} is not in the podcast taxonomy"
            yield Finding(message=message, at=person, hint="take one of its, such as host, guest or reporter")
        if group not in ROLES:
            message = f"the group {group!r} is not in the podcast taxonomy"
            yield Finding(message=message, at=person, hint=f"take one of {', '.join(ROLES)}")


@rule(
    "P20-PERSON-3",
    severity=Severity.WARNING,
    source=f"{TAGS}/person.md",
    mend='write the group the role belongs to, such as group="writing" for role="author"',
)
def p20_person_3(document: FeedDocument) -> Iterator[Finding]:
    """A role stands with its own group, `cast` where none is written (podcast namespace, person)."""
    for person in _people(document):
        role, group = _role(person), _group(person)
        if group in ROLES and groups_of(role) and role not in ROLES[group]:
            written = "" if person.get("group") else ", which is what a person without a group belongs to"
            message = f"the role {role!r} is not one of the group {group!r}{written}"
            hint = " or ".join(f'write group="{fitting}"' for fitting in groups_of(role))
            yield Finding(message=message, at=person, hint=hint)


def _people(document: FeedDocument) -> Iterator[Element]:
    for parent in (*document.channels, *live_and_items(document)):
        yield from parent.all("podcast:person")


def _role(person: Element) -> str:
    return person.get("role").lower() or "host"


def _group(person: Element) -> str:
    return person.get("group").lower() or "cast"


def _is_host(person: Element) -> bool:
    return _role(person) in {"host", "co-host", "guest host"} and _group(person) == "cast"
