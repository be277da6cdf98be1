"""`folge set`: change fields of an episode file, every other byte kept."""

import re
from pathlib import Path

import click

from episodes.addresses import stays_elsewhere
from episodes.frontmatter import Document, parse, replace_field, write_block, write_plain, write_scalar
from episodes.namespace_schema import CHAT_FIELDS
from episodes.problems import Problem, ProblemsFound, UserError, errors, nearest
from episodes.schema import AUDIO_FACTS, FIELDS, RECORDING_FIELDS, TEXT_FIELDS, read_episode
from podcast.cli.naming import name_file
from podcast.cli.options import episode_argument, json_option
from podcast.cli.output import emit, give, say, tell_problems
from podcast.files import write_file
from podcast.workspace import Workspace, open_workspace

_LISTS = frozenset({"topics", "transcripts", "alternates", "images"})
_ENTRIES = {
    "appearances": "- name: Uwe Schneidewind",
    "chapters": "- 12:30 Mut",
    "soundbites": "- {start: 1:13, duration: 30}",
    "locations": "- {name: Wuppertal, country: DE}",
    "funding": "- {url: https://example.org/spenden, message: Unterstützen}",
    "txt": "- {purpose: verify, text: S6lpp}",
    "social_interact": "- {protocol: activitypub, uri: https://social.example/1}",
    "value": "- {type: lightning, method: lnaddress, valueRecipient: […]}",
    "extra": "- xml: <media:rating>nonadult</media:rating>",
}
"""What an entry looks like in the fields whose value does not fit on a command line."""

_GROUPS = {"recording": RECORDING_FIELDS, "chat": CHAT_FIELDS, "audio_facts": AUDIO_FACTS}
_SETTABLE = (
    *(field for field in FIELDS if field not in ("guid", *_GROUPS, *_ENTRIES)),
    *(f"{name}.{field}" for name, fields in _GROUPS.items() for field in fields),
)


@click.command("set")
@episode_argument
@click.argument("assignments", metavar="FIELD=VALUE...", nargs=-1, required=True)
@json_option
@click.pass_context
def command(ctx: click.Context, episode: str, assignments: tuple[str, ...], as_json: bool) -> None:
    """Set fields of EPISODE; comments, order and every other byte stay.

    FIELD= removes a field, recording.place=Berlin sets one of a group, topics=a,b a list. What has entries of
    several fields, such as chapters, is removed here and written with 'folge edit'. Nothing is written where the
    value would be wrong.
    """
    workspace = open_workspace(ctx.obj.folder)
    path = name_file(workspace, episode)
    shown = path.relative_to(workspace.folder).as_posix()
    document = _parse(path.read_bytes(), shown)
    for assignment in assignments:
        name, value = _split(assignment)
        try:
            text = replace_field(document, name, _write(name, value))
        except ValueError as error:
            raise UserError(f"{shown}: {name} cannot be set: {error}") from error
        document = _parse(text.encode(), shown)
    _check(workspace, document, path)
    changed = document.text.encode() != path.read_bytes()
    if changed:
        write_file(path, document.text)
    else:
        say("nothing was changed")
    if as_json:
        emit({"file": shown, "changed": changed})
    elif changed:
        give(shown)
    if changed:
        again = open_workspace(ctx.obj.folder)
        tell_problems(
            problem for problem in again.problems if problem.path == shown and problem not in workspace.problems
        )
        _warn_of_absent(again, shown)


def _warn_of_absent(workspace: Workspace, shown: str) -> None:
    """Say which files the episode names are not on this machine; that may be meant."""
    for episode in workspace.catalogue.episodes:
        if f"episodes/{episode.source_name}" == shown:
            named = [episode.audio, episode.cover, *(transcript.path for transcript in episode.transcripts)]
            named += [alternate.path for alternate in episode.alternates] + [image.path for image in episode.images]
            for written in named:
                if written and not stays_elsewhere(written) and workspace.there(written) is None:
                    say(f"warning: {shown}: '{written}' is not on this machine")


def _split(assignment: str) -> tuple[str, str]:
    name, equals, value = assignment.partition("=")
    name = name.strip()
    if not equals:
        raise click.UsageError(f"'{assignment}' is not FIELD=VALUE")
    if name == "guid":
        raise UserError("a guid never changes: podcast apps would download the episode again as a new one")
    if name == "notes":
        raise UserError("notes cannot be set in one word", hint="use 'folge edit'")
    first = re.split(r"[.\[]", name)[0]
    if first in _ENTRIES and (value.strip() or name != first):
        entry = f"'{first}:' and below it '  {_ENTRIES[first]}'"
        hint = f"use 'folge edit' and write {entry}"
        hint += "; 'folge chapters EPISODE FILE' takes them over from a file" if first == "chapters" else ""
        raise UserError(f"{name} cannot be set in one word", hint=hint)
    if name in _GROUPS and value.strip():
        members = _GROUPS[name]
        raise UserError(f"{name} is a group of fields", hint=f"set {', '.join(f'{name}.{field}' for field in members)}")
    if name not in (*_SETTABLE, *_ENTRIES, *_GROUPS):
        raise UserError(f"'{name}' is not a field", hint=nearest(name, _SETTABLE))
    return name, value.strip()


def _write(name: str, value: str) -> str | None:
    """Return a value as YAML, or None for an empty one."""
    if not value:
        return None
    if name in _LISTS:
        parts = [part.strip() for part in value.removeprefix("[").removesuffix("]").split(",") if part.strip()]
        return f"[{', '.join(write_scalar(part) for part in parts)}]"
    if name.split(".")[-1] in TEXT_FIELDS:
        return write_block(value) if name == "summary" else write_scalar(value)
    return write_plain(value)


def _parse(raw: bytes, shown: str) -> Document:
    document = parse(raw, shown)
    if isinstance(document, Problem):
        raise ProblemsFound((document,))
    return document


def _check(workspace: Workspace, document: Document, path: Path) -> None:
    """Refuse a change that leaves the file with an error it did not have."""
    before = _parse(path.read_bytes(), document.path)
    _, old = read_episode(before, path.read_bytes(), workspace.settings.zone)
    _, new = read_episode(document, document.text.encode(), workspace.settings.zone)
    known = {(problem.field, problem.message) for problem in old}
    fresh = tuple(problem for problem in new if (problem.field, problem.message) not in known)
    if errors(fresh):
        raise ProblemsFound(fresh)
