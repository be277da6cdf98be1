"""`folge edit`: open an episode in an editor, check it afterwards."""

import os
import shlex
import subprocess

import click

from episodes.catalogue import load_episode
from episodes.problems import ProblemsFound, UserError, errors
from podcast.cli.naming import name_file
from podcast.cli.options import episode_argument
from podcast.cli.output import tell_problems
from podcast.workspace import open_workspace


@click.command("edit")
@episode_argument
@click.pass_context
def command(ctx: click.Context, episode: str) -> None:
    """Open EPISODE in $VISUAL or $EDITOR and check it afterwards."""
    workspace = open_workspace(ctx.obj.folder)
    path = name_file(workspace, episode)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise UserError("no editor is set", hint=f"set EDITOR, or open {path} yourself")
    try:
        code = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode  # noqa: S603
    except (OSError, ValueError) as error:
        raise UserError(f"the editor '{editor}' cannot be started: {error}", hint="set EDITOR") from error
    if code:
        raise UserError(f"the editor '{editor}' ended with code {code}", hint=f"{path} is as the editor left it")
    before = set(workspace.problems)
    _, problems = load_episode(path, workspace.settings.zone, base=workspace.folder)
    again = open_workspace(ctx.obj.folder)
    new = [problem for problem in again.problems if problem not in before and problem not in problems]
    found = (*problems, *new)
    if errors(found):
        raise ProblemsFound(found)
    tell_problems(found)
