"""Writes files of issues: a new one, and further episodes into one, every byte kept that is already there."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from episodes.problems import UserError
from podcast.newsletter.issues import Issue, issue_path
from podcast.newsletter.teaser import OWN_WORDS, Wording
from podcast.tables import parse_toml

_HEADING = "[[episodes]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """An episode that comes into an issue: its guid, a remark that says to people which one it is, own words.

    `before` counts the episodes of the issue from 0: it is put before that one, behind all where there is none.
    """

    guid: str
    remark: str
    wording: Wording = OWN_WORDS
    before: int


def new_issue(*, title: str, on: date | None, url: str) -> str:
    """Return the text of a new issue's file."""
    shown = {"title": _text(title), "date": on.isoformat() if on else "", "url": _text(url)}
    examples = {"title": '"…"', "date": "2024-12-10", "url": '"https://…"  # where it can be read on the web'}
    lines = [
        f"{name} = {value}" if value.strip('"') else f"# {name} = {examples[name]}" for name, value in shown.items()
    ]
    return "\n".join(lines) + "\n"


def with_additions(raw: bytes, issue: Issue, additions: Sequence[Addition]) -> str:
    """Return the text of an issue's file with further episodes; comments, order and every other byte stay.

    Raises UserError where the file is shaped so that this cannot be done safely.
    """
    path = issue_path(issue.name)
    file, text = parse_toml(raw, path), raw.decode()
    windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    lines = (text.replace("\r\n", "\n") if windows else text).split("\n")
    count = _count(file.tables)
    starts = [_above(lines, file.lines.get(f"episodes[{index}]", 0) - 1) for index in range(1, count + 1)]
    for addition in _from_behind(additions):
        if addition.before < count:
            at = starts[addition.before]
            lines[at:at] = [*_block(addition), ""]
    body = "\n".join(lines)
    behind = [addition for addition in additions if addition.before >= count]
    if behind:
        blocks = "\n\n".join("\n".join(_block(addition)) for addition in behind)
        body = f"{body.rstrip()}\n\n{blocks}\n" if body.strip() else f"{blocks}\n"
    changed = body.replace("\n", "\r\n") if windows else body
    if not _is_as_wanted(changed, file.tables, additions):
        hint = f"write {_HEADING} and below it episode = {_text(additions[0].guid)} yourself"
        raise UserError(f"{path} is written in a way that cannot be changed piecemeal", hint=hint)
    return changed


def _count(tables: object) -> int:
    episodes = tables.get("episodes", []) if isinstance(tables, dict) else []
    return len(episodes) if isinstance(episodes, list) else 0


def _above(lines: Sequence[str], at: int) -> int:
    """Return where a block begins: at its heading, or at the comments right above it."""
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _from_behind(additions: Sequence[Addition]) -> list[Addition]:
    """Return additions in the order in which none of them moves the place of the next."""
    return sorted(additions, key=lambda addition: addition.before)[::-1]


def _block(addition: Addition) -> list[str]:
    remark = f"  # {addition.remark}" if addition.remark else ""
    lines = [_HEADING, f"episode = {_text(addition.guid)}{remark}"]
    if addition.wording.headline:
        lines.append(f"headline = {_text(addition.wording.headline)}")
    if addition.wording.text:
        lines.append(f"text = {_text(addition.wording.text)}")
    return lines


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_as_wanted(changed: str, before: object, additions: Sequence[Addition]) -> bool:
    """Say whether a text holds what was there before, in its order, and the additions, and nothing else."""
    try:
        found = tomllib.loads(changed.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        return False
    there = list(before.get("episodes", [])) if isinstance(before, dict) else []
    count = len(there)
    behind = [addition for addition in additions if addition.before >= count]
    for addition in (*behind, *(it for it in _from_behind(additions) if it.before < count)):
        words = {"headline": addition.wording.headline, "text": addition.wording.text}
        written = {"episode": addition.guid} | {name: value for name, value in words.items() if value}
        there.insert(addition.before if addition.before < count else len(there), written)
    return isinstance(before, dict) and found == {**before, "episodes": there}
