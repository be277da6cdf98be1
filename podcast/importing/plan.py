"""The plan of an import: what becomes of each file of a show folder. A value; `apply` does it, `folge import` shows it.

What was edited here is never overwritten, and what a feed no longer has is never deleted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from enum import StrEnum

from episodes.model import Kind
from episodes.problems import Problem
from episodes.schema import slug_of
from episodes.slugs import slugify
from feed.item import Item
from feed.show import Show
from podcast.importing.counted import with_prefixes_named
from podcast.importing.findings import Findings
from podcast.importing.inherited import inherited_rules
from podcast.importing.items import Converted, convert_item
from podcast.importing.merging import Merged
from podcast.importing.record import Imported, Record, sha256_of
from podcast.importing.remotes import at_home
from podcast.importing.settled import settle
from podcast.importing.settledshow import settle_show
from podcast.importing.showtext import Tables, Wanted, hosts_of, tables_of
from podcast.layout import RESERVED_SLUGS
from podcast.settings import FILE


class Action(StrEnum):
    """What an import does with a file: KEEP leaves what was edited here although the feed has changed too."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    KEEP = "keep"
    EDITED = "edited"
    DELETED = "deleted"


WRITES = (Action.CREATE, Action.UPDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What happens to one file, relative to the show folder. `guid` is empty for `podcast.toml`.

    `here` is the hex sha256 of what is in its place now, empty where nothing is; `diff` shows what the feed says beside
    what is kept.
    """

    action: Action
    path: str
    title: str
    text: str = ""
    guid: str = ""
    here: str = ""
    diff: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """Everything an import would do, oldest episode first; `record` is what is remembered of it afterwards.

    `gone` are titles of imported episodes the feed no longer has: they are kept. `left_out` says of items what they
    are and why they become nothing.
    """

    title: str
    deeds: tuple[Deed, ...]
    record: Record
    gone: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def writes(self) -> tuple[Deed, ...]:
        """What is written."""
        return tuple(deed for deed in self.deeds if deed.action in WRITES)

    @property
    def kept(self) -> tuple[Deed, ...]:
        """What was edited here while the feed changed too."""
        return tuple(deed for deed in self.deeds if deed.action is Action.KEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A show folder as an import finds it: the texts of its episode files by guid, with their names, the names of all
    files that lie beside them, and the text of `podcast.toml`, None where there is none.
    """

    episodes: Mapping[str, tuple[str, str]]
    names: frozenset[str] = frozenset()
    show: str | None = None
    record: Record = field(default_factory=Record)


def plan_import(merged: Merged, here: Here, wanted: Wanted) -> ImportPlan:
    """Return what an import of a feed would do in a folder."""
    record = here.record
    wanted = Wanted(
        store=wanted.store or record.store,
        public_url=wanted.public_url or record.public_url,
        zone=wanted.zone or record.zone,
        drop_prefixes=wanted.drop_prefixes or record.drop_prefixes,
    )
    merged = with_prefixes_named(merged, drop=wanted.drop_prefixes)
    items, problems = _numbered(merged)
    left_out: list[str] = []
    findings = Findings(merged.show.title or merged.url or "the show")
    tables = tables_of(merged.show, items, merged.url, wanted, findings)
    tables.groups["feed"]["inherited"] = list(inherited_rules(_sayable(merged.show, tables), items))
    tables.show["cover"] = record.fetched.get("", {}).get(merged.show.image_url, tables.show["cover"])
    show = _decide(FILE, merged.show.title, settle_show(tables, wanted, findings), here.show, record.show)
    own = show.action is Action.KEEP and not record.show  # the producer's, whatever the feed says of its show
    show = replace(show, action=Action.EDITED, diff="") if own else show
    problems += () if own else findings.problems
    names = _Names(items, here, merged.show.language)
    hosts = () if own else hosts_of(merged.show, items)
    deeds = [show]
    remembered = dict(record.episodes)
    for item in items:
        converted = convert_item(item, merged.show, hosts)
        deed = _episode(converted, names.of(item), here, problems)
        if isinstance(deed, str):
            left_out.append(f"{item.title or item.guid}: {deed}")
            continue
        deeds.append(deed)
        if deed.action in (*WRITES, Action.SAME):
            remembered[item.guid] = Imported(file=deed.path, sha256=sha256_of(deed.text))
    known = {item.guid for item in items}
    gone = tuple(imported.file for guid, imported in record.episodes.items() if guid not in known)
    settings = (
        Imported(file=FILE, sha256=sha256_of(show.text)) if show.action in (*WRITES, Action.SAME) else record.show
    )
    return ImportPlan(
        title=merged.show.title,
        deeds=tuple(deeds),
        record=replace(
            record,
            episodes=remembered,
            show=settings,
            store=wanted.store,
            public_url=wanted.public_url,
            zone=wanted.zone,
            drop_prefixes=wanted.drop_prefixes,
        ),
        gone=gone,
        left_out=(*merged.left_out, *left_out),
        problems=(*merged.problems, *problems),
    )


def _sayable(show: Show, tables: Tables) -> Show:
    """Return a show with what of it can be written into a `podcast.toml`."""
    return show if tables.show["category"] else replace(show, categories=())


def _numbered(merged: Merged) -> tuple[list[Item], list[Problem]]:
    """Return the items of a feed with numbers no two of them share: the catalogue tells episodes apart by them."""
    findings = Findings(merged.show.title or merged.url or "the show")
    taken: dict[tuple[int | None, int], Item] = {}
    items = []
    for item in merged.items:
        if item.number and item.kind is Kind.FULL:
            first = taken.setdefault((item.season, item.number), item)
            if first is not item:
                message = f"'{item.title}' has the number {item.number} of '{first.title}', and goes without one"
                findings.add("number-twice", message, hint="give it one of its own in the episode file")
                item = replace(item, number=None)
        items.append(item)
    return items, findings.problems


def _episode(converted: Converted, name: str, here: Here, problems: list[Problem]) -> Deed | str:
    """Return what happens to an episode's file, or why it can have none; findings about it join `problems`."""
    fetched = here.record.fetched.get(converted.episode.guid, {})
    episode = replace(at_home(converted.episode, fetched), source_name=name, slug=slug_of(name))
    settled = settle(episode)
    problems += [*converted.problems, *settled.problems]
    if settled.why:
        return settled.why
    _, text = here.episodes.get(episode.guid, ("", None))
    deed = _decide(f"episodes/{name}", episode.title, settled.text, text, here.record.episodes.get(episode.guid))
    return replace(deed, guid=episode.guid)


def _decide(path: str, title: str, text: str, here: str | None, imported: Imported | None) -> Deed:
    """Compare what a feed says now with what is here, and with what an import wrote."""
    deed = Deed(action=Action.SAME, path=path, title=title, text=text, here="" if here is None else sha256_of(here))
    if here is None:
        return replace(deed, action=Action.DELETED if imported else Action.CREATE)
    if here == text:
        return deed
    if imported and imported.sha256 == deed.here:
        return replace(deed, action=Action.UPDATE)
    if imported and imported.sha256 == sha256_of(text):
        return replace(deed, action=Action.EDITED)
    lines = unified_diff(text.splitlines(), here.splitlines(), "feed", "here", n=1, lineterm="")
    return replace(deed, action=Action.KEEP, diff="\n".join(lines))


class _Names:
    """Gives file names: that of the episode which is here, else number and title, each slug once."""

    def __init__(self, items: Sequence[Item], here: Here, language: str) -> None:
        self.here = here
        self.language = language
        files = {name for name, _ in here.episodes.values()} | set(here.names)
        files |= {imported.file.rpartition("/")[2] for imported in here.record.episodes.values()}
        self.slugs = {*map(slug_of, files), *RESERVED_SLUGS}
        # where most have no number, the order of the episodes is what sorts their files
        self.counted = 2 * sum(1 for item in items if item.number) >= len(items)
        self.places = {item.guid: place for place, item in enumerate(items, start=1)}
        self.width = max(3, len(str(len(items))))

    def of(self, item: Item) -> str:
        """Return the name of an item's file."""
        known = self.here.episodes.get(item.guid)
        if known:
            return known[0]
        if imported := self.here.record.episodes.get(item.guid):
            return imported.file.rpartition("/")[2]
        number = item.number if self.counted else self.places[item.guid]
        slug = next(slug for slug in self._slugs(item, number) if slug not in self.slugs)
        self.slugs.add(slug)
        return f"{number:0{self.width}}-{slug}.md" if number else f"{slug}.md"

    def _slugs(self, item: Item, number: int | None) -> Iterator[str]:
        slug = slugify(item.title, self.language) or f"episode-{number or sha256_of(item.guid)[:8]}"
        if not number and slug[0].isdigit():  # without a number before it, it would lose its own
            slug = f"{item.kind.value}-{slug}"
        yield slug
        yield from (f"{slug}-{count}" for count in range(2, len(self.slugs) + 3))
