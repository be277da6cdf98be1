"""The part of `folge import` that makes a show of folders of audio files, or adds what is new in them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from episodes.listing import episode_files
from episodes.problems import ProblemsFound, UserError, quoted, shown_path, visible
from episodes.timecode import show_moment
from podcast.cache import cache_folder
from podcast.cli import DONE, FINDINGS
from podcast.cli.init import locale_language
from podcast.cli.output import count_episodes, emit, give, say
from podcast.cli.progress import show_work
from podcast.drafting import local_now
from podcast.facts import Facts
from podcast.importing.audiofiles import audio_known, look_for_audio, make_show, write_folder
from podcast.importing.audiofolder import (
    FolderPlan,
    Found,
    NewEpisode,
    Passed,
    ShowGuess,
    ShowHere,
    guess_show,
    lies_outside,
    plan_folder,
)
from podcast.importing.showtext import Wanted
from podcast.settings import FILE
from podcast.workspace import open_workspace

_LISTED = 100


def import_folders(
    places: Sequence[Path],
    folder: Path,
    wanted: Wanted,
    *,
    ask: Callable[[], None] | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Make episodes of the audio in folders, and a show in `folder` where there is none. Returns the exit code."""
    facts = Facts(cache_folder(folder), show_work)
    looked = [look_for_audio(place, facts) for place in places]
    show_work("")
    files = list({file.path: file for found, _ in looked for file in found}.values())
    if not files:
        for one in (one for _, passed in looked for one in passed[:_LISTED]):
            say(f"left out: {one.path}: {one.why}")
        raise UserError(f"there is no audio in {', '.join(map(str, places))}", hint="name a folder with audio files")
    guess = _guess(files, places[0]) if not (folder / FILE).exists() else None
    here = _here(folder, guess, wanted, files, facts)
    facts.save()
    plan = plan_folder(files, here, [uuid4() for _ in files])
    plan = FolderPlan(episodes=plan.episodes, passed=(*plan.passed, *(one for _, passed in looked for one in passed)))
    if not as_json:
        give("\n".join(_lines(plan, folder, guess)))
    if plan.episodes and not dry_run and ask:
        ask()
    made: list[str] = []
    failed: list[Passed] = []
    if plan.episodes and not dry_run:
        if guess:
            made += make_show(folder, guess, zone=wanted.zone, store=wanted.store, public_url=wanted.public_url)
        written, failed = write_folder(plan, folder)
        made += written
    for one in failed:
        say(f"error: {one.path}: {one.why}")
    if as_json:
        emit(_data(plan, folder, guess) | {"made": made, "failed": [_passed_data(one) for one in failed]})
    elif not dry_run:
        _tell_end(plan, folder, len(plan.episodes) - len(failed), new=guess is not None)
    return FINDINGS if failed else DONE


def _guess(files: Sequence[Found], place: Path) -> ShowGuess:
    guess = guess_show(files, place)
    if guess.language:
        return guess
    return ShowGuess(title=guess.title, author=guess.author, language=locale_language(), title_from=guess.title_from)


def _here(folder: Path, guess: ShowGuess | None, wanted: Wanted, files: Sequence[Found], facts: Facts) -> ShowHere:
    """Return the show the files are added to; raises ProblemsFound where its settings cannot be read."""
    now = datetime.now(UTC)
    if guess:
        name = wanted.zone or ("Europe/Berlin" if guess.language.startswith("de") else "UTC")
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"{quoted(name)} is not a time zone; write one such as Europe/Berlin"
            raise click.UsageError(message) from error
        names = [path.name for path in episode_files(folder / "episodes")]
        return ShowHere(folder=folder, language=guess.language, now=local_now(now.astimezone(zone)), names=names)
    workspace = open_workspace(folder)
    if wrong := tuple(problem for problem in workspace.problems if problem.path == FILE):
        raise ProblemsFound(wrong)
    return ShowHere(
        folder=workspace.folder,
        language=workspace.settings.language,
        now=local_now(now.astimezone(workspace.settings.zone or UTC)),
        episodes=workspace.catalogue.episodes,
        names=[path.name for path in episode_files(workspace.catalogue.folder)],
        known=audio_known(workspace, files, facts),
    )


def _lines(plan: FolderPlan, folder: Path, guess: ShowGuess | None) -> Iterator[str]:
    if guess and plan.episodes:
        yield visible(f"+ {FILE}: {quoted(guess.title)}, from {guess.title_from}")
    for new in plan.episodes[:_LISTED]:
        guesses = f" ({'; '.join(new.guesses)})" if new.guesses else ""
        when = show_moment(new.episode.published)[:16] if new.episode.published else ""
        yield visible(f"+ episodes/{new.episode.source_name}  {when}  {new.episode.title}{guesses}")
    if len(plan.episodes) > _LISTED:
        yield f"+ and {len(plan.episodes) - _LISTED} more"
    for one in plan.passed[:_LISTED]:
        yield visible(f"left out: {shown_path(one.path, folder)}: {one.why}".replace("\n", " "))
    if len(plan.passed) > _LISTED:
        yield f"left out: {len(plan.passed) - _LISTED} more"
    if outside := [new for new in plan.episodes if _outside(new, folder)]:
        yield f"note: {count_episodes(len(outside))} name audio outside {folder} by its whole path; it stays there"
    yield f"{count_episodes(len(plan.episodes))} new"


def _outside(new: NewEpisode, folder: Path) -> bool:
    try:
        return lies_outside(new.path, folder)
    except UserError:
        return False


def _tell_end(plan: FolderPlan, folder: Path, written: int, *, new: bool) -> None:
    if not plan.episodes:
        give("nothing to import")
        return
    give(f"imported: {count_episodes(written)} into {folder}")
    say(f"next: look through {folder / FILE if new else 'the episode files'}, then folge check")


def _data(plan: FolderPlan, folder: Path, guess: ShowGuess | None) -> dict[str, object]:
    """Return a plan as JSON data."""
    return {
        "folder": folder.as_posix(),
        "title": guess.title if guess else None,
        "episodes": [
            {
                "audio": new.path.as_posix(),
                "file": f"episodes/{new.episode.source_name}",
                "guid": new.episode.guid,
                "title": new.episode.title,
                "number": new.episode.number,
                "season": new.episode.season,
                "published": new.episode.published.isoformat() if new.episode.published else None,
                "guesses": list(new.guesses),
            }
            for new in plan.episodes
        ],
        "left_out": [_passed_data(one) for one in plan.passed],
    }


def _passed_data(one: Passed) -> dict[str, object]:
    return {"file": one.path.as_posix(), "why": one.why}
