"""The text of an episode file as it will be read: what the file cannot hold is taken out, and told."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace

from episodes.frontmatter import parse
from episodes.model import Episode
from episodes.namespace import EpisodeTags
from episodes.problems import Problem, UserError, errors
from episodes.schema import read_episode
from podcast.episodetext import write_episode
from podcast.importing.findings import Findings

_NEEDED = frozenset({"guid", "title", "audio", "published", "slug", "audio_facts"})
_ROUNDS = 4
_AS_WRITTEN = {"block": "blocked", "license_url": "license"}
_PLACE = re.compile(r"(\w+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An episode file: its text and the hex sha256 of it, or `why` it cannot be one; and what was found."""

    text: str = ""
    sha256: str = ""
    why: str = ""
    problems: tuple[Problem, ...] = ()


def settle(episode: Episode) -> Settled:
    """Return the text of an episode that reads back without an error."""
    findings = Findings(episode.title)
    for _ in range(_ROUNDS):
        text, found = _tried(episode)
        if not found:
            digest = hashlib.sha256(text.encode()).hexdigest()
            return Settled(text=text, sha256=digest, problems=tuple(findings.problems))
        if needed := next((problem for problem in found if _root(problem) in _NEEDED), None):
            return Settled(why=f"{needed.field} {needed.message}", problems=tuple(findings.problems))
        for problem in found:
            findings.add("left-out", f"{problem.field}: {problem.message}; it is left out")
        episode = _without(episode, found)
    return Settled(why="it holds what no episode file can hold", problems=tuple(findings.problems))


def _tried(episode: Episode) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of an episode, and why it cannot be read."""
    try:
        text = write_episode(episode)
        raw = text.encode()
    except UserError as error:
        return "", (Problem(field="value", message=error.message),)
    except UnicodeEncodeError:
        return "", (Problem(field="guid", message="holds what is no text in UTF-8"),)
    document = parse(raw, episode.source_name)
    if isinstance(document, Problem):
        return "", (replace(document, field="extra" if episode.tags.extra else "title"),)
    return text, errors(read_episode(document, raw, None)[1])


def _root(problem: Problem) -> str:
    return _PLACE.match(problem.field)[1] if _PLACE.match(problem.field) else ""  # type: ignore[index]  # it matches


def _without(episode: Episode, found: tuple[Problem, ...]) -> Episode:
    """Return an episode without the fields, or the entries of lists, that problems are about."""
    gone: defaultdict[str, set[int]] = defaultdict(set)
    for problem in found:
        if match := _PLACE.match(problem.field):
            gone[_AS_WRITTEN.get(match[1], match[1])].add(int(match[2] or 0))
    rest, tags = _emptied(episode, gone), _emptied(episode.tags, gone)
    return replace(rest, tags=tags) if isinstance(rest, Episode) and isinstance(tags, EpisodeTags) else episode


def _emptied(part: object, gone: Mapping[str, set[int]]) -> object:
    """Return a value whose fields are at their default, or lists without entries (numbers from 1; 0 means all)."""
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changed: dict[str, object] = {}
    for field in fields(part):
        if field.name in gone and field.default is not MISSING:
            value, numbers = getattr(part, field.name), gone[field.name]
            whole = 0 in numbers or not isinstance(value, tuple)
            kept = () if whole else tuple(it for index, it in enumerate(value, start=1) if index not in numbers)
            changed[field.name] = field.default if whole else kept
    return replace(part, **changed)
