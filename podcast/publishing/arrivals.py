"""The plan of a pull: what happens to each file of a show folder. A value; `bring` does it, `folge pull` shows it."""

import hashlib
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from episodes.problems import visible_line
from podcast.publishing.plan import show_bytes


class Action(StrEnum):
    """What a pull does with a file. KEEP leaves what is here, SKIP leaves out what cannot be brought."""

    CREATE = "create"
    REPLACE = "replace"
    KEEP = "keep"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What happens to one file, and why. `path` is relative to the show folder.

    What is written is `text`, or the object under `key` with so many `bytes`; either has the hex `sha256`. `here` is
    the hex sha256 of what is in its place now, empty where nothing is. `former` is the path the file has had so far,
    where it gets another name. `diff` shows what is published beside what is kept. `guid` is that of the episode whose
    text it is.
    """

    action: Action
    path: str
    reason: str
    text: str = ""
    key: str = ""
    bytes: int = 0
    sha256: str = ""
    here: str = ""
    former: str = ""
    diff: str = ""
    guid: str = ""

    @property
    def writes(self) -> bool:
        """Whether something is written."""
        return self.action in (Action.CREATE, Action.REPLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullPlan:
    """Everything a pull would do in a show folder, in the order of doing: settings and texts come before files."""

    title: str
    store_url: str
    arrivals: tuple[Arrival, ...]

    @property
    def writes(self) -> tuple[Arrival, ...]:
        """What is written."""
        return tuple(arrival for arrival in self.arrivals if arrival.writes)

    @property
    def kept(self) -> tuple[Arrival, ...]:
        """What differs here from what is published, and stays."""
        return tuple(arrival for arrival in self.arrivals if arrival.action is Action.KEEP)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.writes

    @property
    def bytes(self) -> int:
        """How many bytes are fetched."""
        return sum(arrival.bytes for arrival in self.writes)


def written(
    action: Action, path: str, text: str, reason: str, *, here: str = "", former: str = "", guid: str = ""
) -> Arrival:
    """Return the arrival of a text."""
    raw = text.encode()
    return Arrival(
        action=action,
        path=path,
        reason=reason,
        text=text,
        bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        here=here,
        former=former,
        guid=guid,
    )


def difference(published: str, here: str) -> str:
    """Return what differs here from what is published, line by line."""
    lines = unified_diff(published.splitlines(), here.splitlines(), "published", "here", n=1, lineterm="")
    return "\n".join(lines)


_SIGNS = {Action.CREATE: "+", Action.REPLACE: "~", Action.KEEP: "!", Action.SKIP: "-"}


def describe_pull(plan: PullPlan) -> str:
    """Return a plan as text: a line for each file, below a kept one the difference, and the sum."""
    lines = []
    for arrival in plan.arrivals:
        before = f" (so far {arrival.former})" if arrival.former else ""
        lines.append(f"{_SIGNS[arrival.action]} {arrival.path}{before}: {arrival.reason}")
        lines += [f"    {line}" for line in arrival.diff.splitlines()]
    if plan.writes:
        lines.append(f"  to write: {len(plan.writes)} ({show_bytes(plan.bytes)}), from {plan.store_url}")
    return "\n".join(map(visible_line, lines))


def pull_data(plan: PullPlan) -> dict[str, object]:
    """Return a plan as JSON data: each file with what happens to it and why."""
    return {
        "title": plan.title,
        "store": plan.store_url,
        "files": [
            {
                "action": arrival.action.value,
                "path": arrival.path,
                "reason": arrival.reason,
                "bytes": arrival.bytes,
                "former": arrival.former,
                "diff": arrival.diff,
            }
            for arrival in plan.arrivals
        ],
    }
