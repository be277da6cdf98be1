"""All episodes of a show folder, checked together, found by name and searched by words."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo

from episodes.frontmatter import LARGEST, parse
from episodes.listing import episode_files
from episodes.model import Appearance, Episode, Kind, Status
from episodes.problems import Problem, UserError, quoted, shown_path
from episodes.schema import read_episode
from episodes.slugs import slugify


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The episodes of a show folder, oldest first, and what is wrong with their files.

    An episode with an error in its file is not among `episodes`; its problems are among `problems`.
    """

    folder: Path
    episodes: tuple[Episode, ...]
    problems: tuple[Problem, ...]

    def path(self, episode: Episode) -> Path:
        """Return the file an episode was read from."""
        return self.folder / episode.source_name


def load_catalogue(folder: Path, zone: ZoneInfo | None, *, base: Path) -> Catalogue:
    """Read all episode files of a folder. Paths in problems are relative to `base`."""
    episodes: list[Episode] = []
    problems: list[Problem] = []
    for path in episode_files(folder):
        episode, found = load_episode(path, zone, base=base)
        problems.extend(found)
        if episode:
            episodes.append(episode)
    problems.extend(_clashes(episodes, folder, base))
    episodes.sort(key=_age)
    return Catalogue(folder=folder, episodes=tuple(episodes), problems=tuple(problems))


def load_episode(path: Path, zone: ZoneInfo | None, *, base: Path) -> tuple[Episode | None, tuple[Problem, ...]]:
    """Read one episode file: the episode or None, and its problems."""
    shown = shown_path(path, base)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        return None, (Problem(path=shown, message=f"cannot be read: {error.strerror}"),)
    document = parse(raw, shown)
    return (None, (document,)) if isinstance(document, Problem) else read_episode(document, raw, zone)


def _age(episode: Episode) -> tuple[bool, float, str]:
    return (episode.published is None, episode.published.timestamp() if episode.published else 0.0, episode.source_name)


def _clashes(episodes: Iterable[Episode], folder: Path, base: Path) -> list[Problem]:
    """Find what two episode files must not share. The file later by name is the one told about it.

    A trailer or a bonus may have the number of the episode it belongs to.
    """
    problems: list[Problem] = []
    keys: tuple[tuple[str, Callable[[Episode], object], str], ...] = (
        ("guid", lambda e: e.guid, "a copied file needs its own guid: make it with 'folge add'"),
        ("slug", lambda e: e.slug, "rename one of the two files"),
        ("number", lambda e: (e.season, e.number) if e.number and e.kind is Kind.FULL else None, ""),
    )
    for name, key, hint in keys:
        seen: dict[object, Episode] = {}
        for episode in episodes:
            value = key(episode)
            other = seen.setdefault(value, episode) if value is not None else episode
            if other is episode:
                continue
            shown = f"{episode.number}" if name == "number" else f"{value}"
            path = folder / episode.source_name
            problem = Problem(
                path=shown_path(path, base),
                line=_line(path, name),
                field=name,
                message=f"{quoted(shown)} is also that of {shown_path(folder / other.source_name, base)}",
                hint=hint or f"the next free one is {next_number(episodes, episode.season)}",
            )
            problems.append(problem)
    return problems


def _line(path: Path, name: str) -> int:
    """Return the line of a field in an episode file, 0 where it stands nowhere."""
    document = parse(path.read_bytes(), "")
    if isinstance(document, Problem):
        return 0
    return next((document.line(key) for key, _ in document.fields.value if key.value == name), 0)


def next_number(episodes: Iterable[Episode], season: int | None = None) -> int:
    """Return the next free number: one more than the highest of the season."""
    return max((e.number for e in episodes if e.number and e.season == season), default=0) + 1


def find_episode(catalogue: Catalogue, name: str) -> Episode:
    """Return the one episode a name means: number, season and number (`2/6`, `2x6`, `s2e6`), slug, beginning of the
    guid (4 characters at least) or file path.

    Raises UserError where no episode has that name, with the nearest, and where several have it, with all of them.
    """
    found = episodes_called(catalogue, name)
    if len(found) == 1:
        return found[0]
    if found:
        lines = "\n".join(f"  {describe(episode)}" for episode in found)
        raise UserError(f"{quoted(name)} means {len(found)} episodes:\n{lines}", hint=f"say {_apart(found)}")
    close = _nearest(catalogue.episodes, name)
    hint = f"did you mean {' or '.join(close)}?" if close else "'folge list' shows all episodes"
    raise UserError(f"there is no episode {quoted(name)}", hint=hint)


def episodes_called(catalogue: Catalogue, name: str) -> tuple[Episode, ...]:
    """Return every episode a name may mean."""
    return tuple(episode for episode in catalogue.episodes if _answers_to(episode, name, catalogue.folder))


def _apart(episodes: Sequence[Episode]) -> str:
    """Return names that tell episodes apart: season and number where these do, else slugs, else guids."""
    names = [f"{episode.season or 1}/{episode.number}" for episode in episodes]
    if len(set(names)) < len(names) or not all(episode.number for episode in episodes):
        names = [episode.slug for episode in episodes]
    if len(set(names)) < len(names):
        names = [episode.guid for episode in episodes]
    return " or ".join(names)


def _nearest(episodes: Sequence[Episode], name: str) -> list[str]:
    """Return at most three slugs that are like a name, or of episodes whose title or slug holds it."""
    from difflib import get_close_matches

    slugs = [episode.slug for episode in episodes]
    if close := get_close_matches(slugify(name), slugs, n=3, cutoff=0.5):
        return close
    word = fold(name.strip())
    return [e.slug for e in episodes if word and (word in fold(e.title) or word in fold(e.slug))][:3]


def describe(episode: Episode) -> str:
    """Return number, slug, beginning of the guid and title of an episode on one line."""
    number = f"{episode.number}" if episode.number else "–"
    season = f"{episode.season}/" if episode.season else ""
    return f"{season}{number}  {episode.slug}  {episode.guid[:8]}  {episode.title}"


_SEASONED = re.compile(r"(?i:s(?P<season>[0-9]{1,6})e|(?P<of>[0-9]{1,6})[/x])(?P<number>[0-9]{1,6})")


def _answers_to(episode: Episode, name: str, folder: Path) -> bool:
    if name.isdecimal() and len(name) < 10 and episode.number == int(name):
        return True
    if (parts := _SEASONED.fullmatch(name)) and (episode.season or 1, episode.number) == (
        int(parts["season"] or parts["of"]),
        int(parts["number"]),
    ):
        return True
    if name in (episode.slug, episode.source_name, episode.source_name.removesuffix(".md"), episode.guid):
        return True
    if len(name) >= 4 and episode.guid.lower().startswith(name.lower()):
        return True
    path = folder / episode.source_name
    # as typed from where one stands, or as messages name it: relative to the show folder
    return ("/" in name or name.endswith(".md")) and path.resolve() in (
        Path(name).resolve(),
        (folder.parent / name).resolve(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What `folge list` and `folge search` narrow by; texts match anywhere, without regard to case or accents."""

    guest: str = ""
    topic: str = ""
    occasion: str = ""
    season: int | None = None
    status: Status | None = None
    since: date | None = None
    until: date | None = None

    def accept(self, episode: Episode) -> bool:
        """Say whether an episode passes all filters. Days are those of the episode's own zone, both included."""
        day = episode.published.date() if episode.published else None
        return (
            (not self.guest or any(_holds(_names(person), self.guest) for person in episode.appearances))
            and (not self.topic or any(_holds(topic, self.topic) for topic in episode.topics))
            and (not self.occasion or _holds(episode.recording.occasion, self.occasion))
            and (self.season is None or episode.season == self.season)
            and (self.status is None or episode.status is self.status)
            and (self.since is None or (day is not None and day >= self.since))
            and (self.until is None or (day is not None and day <= self.until))
        )


def _names(person: Appearance) -> str:
    return " ".join((person.name, person.function, person.organisation, person.person))


def fold(text: str) -> str:
    """Return text for comparing: no case, no accents, `ß` as `ss`, umlauts in either spelling alike."""
    bare = "".join(c for c in normalize("NFKD", text.casefold().translate(_LETTERS)) if not combining(c))
    return bare.casefold().replace("ae", "a").replace("oe", "o").replace("ue", "u")


_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def _holds(text: str, words: str) -> bool:
    return fold(words) in fold(text)


def search(episodes: Sequence[Episode], words: Sequence[str], filters: Filters) -> list[Episode]:
    """Return the episodes that hold every word somewhere and pass the filters, best first, else newest first.

    A word in the title counts most, then names, topics and occasion, then summary and notes.
    """
    ranked: list[tuple[float, float, Episode]] = []
    wanted = [fold(word) for word in words]
    for episode in episodes:
        if not filters.accept(episode):
            continue
        title = fold(episode.title)
        named = fold(" ".join([*map(_names, episode.appearances), *episode.topics, *_context(episode), episode.slug]))
        body = fold(f"{episode.summary}\n{episode.notes}")
        scores = [8 * (word in title) + 4 * (word in named) + (word in body) for word in wanted]
        if all(scores):
            moment = episode.published.timestamp() if episode.published else float("inf")
            ranked.append((-sum(scores), -moment, episode))
    return [episode for _, _, episode in sorted(ranked, key=lambda row: row[:2])]


def _context(episode: Episode) -> tuple[str, ...]:
    return (episode.recording.occasion, episode.recording.place)
