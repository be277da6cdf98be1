"""Replacing the audio of a published episode, in three ways that have names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from episodes.frontmatter import write_scalar
from episodes.model import Episode, Status
from episodes.notes import notes_of
from episodes.problems import UserError, visible_line
from podcast.publishing.addresses import Addresses
from podcast.publishing.amending import Amendment, Named, amend
from podcast.publishing.changes import Asked
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.workspace import Workspace


class Way(StrEnum):
    """How audio is replaced, and what listeners notice.

    A fix: the same guid and a new address; who has the episode keeps what they have. A reissue: a fix, and a dated
    sentence in the notes. A recall: a new guid, so that everyone downloads it again.
    """

    FIX = "fix"
    REISSUE = "reissue"
    RECALL = "recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """An episode file that names other audio, and what to ask the publish for."""

    amendment: Amendment
    asked: Asked


def replace_audio(
    workspace: Workspace,
    ledger: Ledger | None,
    named: Named,
    written: str,
    way: Way,
    *,
    fresh: UUID,
    sentence: str = "",
) -> Replacement:
    """Return what replaces the audio of an episode by the file `written` names, as an episode file would.

    `fresh` becomes the guid of a recall; one that was interrupted after the file was written goes on with the guid it
    has. `sentence` is what a reissue says in the notes. Raises UserError where there is nothing to replace.
    """
    episode = named.episode
    row = named.entry or (_interrupted(ledger, episode) if way is Way.RECALL else None)
    name = visible_line(f"'{episode.title}'")
    if row is None:
        raise UserError(f"{name} is not published yet", hint=f"name the file in it and run 'folge publish': {written}")
    if row.state is State.WITHDRAWN:
        raise UserError(f"{name} is withdrawn", hint=f"first 'folge withdraw --restore {episode.slug}'")
    if not named.here:
        hint = visible_line(f"replace it where its file is; {row.current.by} has it")
        raise UserError(f"{name} is not in this folder", hint=hint)
    if episode.status is not Status.READY:
        raise UserError(f"{name} is published, and '{episode.status.value}' in its file", hint="mend its status first")
    fields: dict[str, str | None] = {}
    if not _is_same(workspace, episode.audio, written):
        fields["audio"] = write_scalar(written)
        if episode.remote:
            fields["audio_facts"] = None
    guid = episode.guid
    if way is Way.RECALL and row.guid == guid:
        guid = str(fresh)
        fields["guid"] = write_scalar(guid)
    amendment = amend(workspace, episode, fields, paragraph=_said(episode, sentence) if way is Way.REISSUE else "")
    recall: Mapping[str, str] = {guid: row.guid} if way is Way.RECALL else {}
    asked = Asked(replace_audio=frozenset({guid, row.guid}), recall=recall, alone=True)
    return Replacement(amendment=amendment, asked=asked)


def _interrupted(ledger: Ledger | None, episode: Episode) -> Entry | None:
    """Return the row an episode had before a recall that wrote its file and no more."""
    return Addresses(ledger).owner(episode.slug)


def _is_same(workspace: Workspace, written: str, other: str) -> bool:
    one, two = (Path(workspace.resolve(name)).resolve() for name in (written, other))
    return one == two


def _said(episode: Episode, sentence: str) -> str:
    """Return what a reissue adds to the notes: where there are none, the summary goes on standing in their place."""
    return sentence if episode.notes.strip() else "\n\n".join(filter(None, (notes_of(episode.summary), sentence)))


def word_to_type(episode: Episode) -> str:
    """Return what has to be typed to recall an episode: its number, or its slug where it has none."""
    return str(episode.number) if episode.number else episode.slug
