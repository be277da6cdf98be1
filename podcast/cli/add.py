"""`folge add`: audio files become episodes."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import click

from episodes.catalogue import next_number
from episodes.listing import episode_files
from episodes.model import Audio, Episode, Kind, Recording
from episodes.problems import ProblemsFound, UserError, shown_path
from episodes.schema import slug_of
from episodes.timecode import parse_moment, show_length, show_moment
from podcast.cache import cache_folder
from podcast.cli import FINDINGS
from podcast.cli.options import Day, json_option
from podcast.cli.output import emit, give, say
from podcast.drafting import Said, draft_episode, local_now, read_guest
from podcast.episodetext import write_episode
from podcast.facts import Facts
from podcast.files import alone, create_file, make_folder
from podcast.settings import FILE
from podcast.workspace import Workspace, open_workspace

LARGEST_NOTES = 500_000
"""Bytes of a notes file."""


@click.command("add")
@click.argument("audio", metavar="AUDIO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--title", default="", help="Title; else that of the tags, else the file's name.")
@click.option("--guest", "guests", multiple=True, help='"Name, Function, Organisation" or a handle; repeatable.')
@click.option("--topic", "topics", multiple=True, help="Repeatable.")
@click.option("--occasion", default="", help="Occasion of the recording, as K360-Festival 2024.")
@click.option("--place", default="", help="Place of the recording.")
@click.option("--recorded-on", type=Day(), help="Day of the recording.")
@click.option("--season", type=click.IntRange(1))
@click.option("--number", type=click.IntRange(1), help="Else the next free one.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default=Kind.FULL.value, show_default=True)
@click.option("--publish-at", default="", help='As "2024-12-03 06:00"; else the day of the tags, else now.')
@click.option("--summary", default="", help="A few sentences of plain text.")
@click.option("--notes", type=click.Path(path_type=Path, allow_dash=True), help="A Markdown file, - for stdin.")
@click.option("--draft", is_flag=True, help="Do not publish it yet.")
@click.option("--explicit", is_flag=True)
@json_option
@click.pass_context
def command(ctx: click.Context, /, audio: tuple[Path, ...], as_json: bool, **options: object) -> int:
    """Read each AUDIO file and write an episode file for it. The audio stays where it is."""
    workspace = open_workspace(ctx.obj.folder)
    if any(problem.path == FILE for problem in workspace.problems):
        raise ProblemsFound(tuple(problem for problem in workspace.problems if problem.path == FILE))
    if len(audio) > 1:
        lone = [f"--{name}" for name in ("title", "number", "summary", "notes") if options[name]]
        if lone:
            raise click.UsageError(f"{' and '.join(lone)} can be said for one file only, here are {len(audio)}")
    said = _said(workspace, options)
    results = _Adding(workspace, said).all(audio, quiet=as_json)
    if as_json:
        emit([result.data() for result in results])
    return FINDINGS if any(result.error for result in results) else 0


def _said(workspace: Workspace, options: dict[str, object]) -> Said:
    publish_at = str(options["publish_at"])
    try:
        moment = parse_moment(publish_at, workspace.settings.zone) if publish_at else None
    except ValueError as error:
        raise click.UsageError(f"--publish-at: {error}") from error
    people = workspace.settings.people
    guests, topics = options["guests"], options["topics"]
    recorded_on, season, number = options["recorded_on"], options["season"], options["number"]
    return Said(
        title=" ".join(str(options["title"]).split()),
        guests=tuple(read_guest(text, people) for text in guests) if isinstance(guests, tuple) else (),
        topics=tuple(dict.fromkeys(t.strip() for t in topics if t.strip())) if isinstance(topics, tuple) else (),
        recording=Recording(
            on=recorded_on if isinstance(recorded_on, date) else None,
            occasion=str(options["occasion"]).strip(),
            place=str(options["place"]).strip(),
        ),
        season=season if isinstance(season, int) else None,
        number=number if isinstance(number, int) else None,
        kind=Kind(str(options["kind"])),
        publish_at=moment,
        summary=str(options["summary"]).strip(),
        notes=_read_notes(options["notes"]),
        draft=bool(options["draft"]),
        explicit=bool(options["explicit"]),
    )


def _read_notes(path: object) -> str:
    if not isinstance(path, Path):
        return ""
    try:
        raw = sys.stdin.buffer.read(LARGEST_NOTES + 1) if path == Path("-") else path.read_bytes()
        if len(raw) > LARGEST_NOTES:
            raise UserError(f"{path} has {len(raw):,} bytes; notes have at most {LARGEST_NOTES:,}")
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text", hint="save it with the encoding UTF-8") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of one audio file: an episode file, or an error."""

    audio: Path
    file: str = ""
    episode: Episode | None = None
    facts: Audio | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def data(self) -> dict[str, object]:
        """Return it as JSON data; duration in seconds."""
        episode, facts = self.episode, self.facts
        return {
            "audio": str(self.audio),
            "ok": not self.error,
            "error": self.error,
            "warnings": list(self.warnings),
            "notes": list(self.notes),
            "file": self.file,
            "guid": episode.guid if episode else "",
            "number": episode.number if episode else None,
            "slug": episode.slug if episode else "",
            "title": episode.title if episode else "",
            "published": episode.published.isoformat() if episode and episode.published else "",
            "duration": round(facts.duration.total_seconds(), 3) if facts else None,
            "bytes": facts.bytes if facts else None,
            "media_type": facts.media_type if facts else "",
            "chapters": len(facts.chapters) if facts else 0,
            "cover": _picture(facts),
        }


class _Adding:
    """Adds files one after the other; each knows of those before."""

    def __init__(self, workspace: Workspace, said: Said) -> None:
        self.workspace = workspace
        self.said = said
        self.facts = Facts(cache_folder(workspace.folder))
        self.episodes: list[Episode] = list(workspace.catalogue.episodes)
        self.now = local_now(datetime.now(workspace.settings.zone or UTC))

    def all(self, paths: Sequence[Path], *, quiet: bool) -> list[Added]:
        results = []
        for path in paths:
            try:
                result = self._one(path)
            except UserError as error:
                result = Added(audio=path, error=str(error))
            results.append(result)
            if result.error:
                say(f"error: {result.error}")
            elif not quiet:
                _tell(result)
            for warning in result.warnings:
                say(f"warning: {path}: {warning}")
            for note in result.notes:
                say(f"note: {path}: {note}")
        self.facts.save()
        return results

    def _one(self, path: Path) -> Added:
        facts = self.facts.audio(path)
        self._refuse_known(path, facts)
        with alone(
            cache_folder(self.workspace.folder) / "add.lock"
        ):  # a number and a name are found and taken in one go
            episode = self._draft(path, facts)
            target = self.workspace.catalogue.folder / episode.source_name
            make_folder(target.parent)
            try:
                create_file(target, write_episode(episode))
            except FileExistsError as error:
                raise UserError(f"{target} exists already", hint="say another --number or --title") from error
        self.episodes.append(episode)
        shown = shown_path(target, self.workspace.folder)
        return Added(
            audio=path,
            file=shown,
            episode=episode,
            facts=facts,
            warnings=(*facts.doubts, *_refused_types(facts)),
            notes=facts.repairs,
        )

    def _draft(self, path: Path, facts: Audio) -> Episode:
        names = [file.name for file in episode_files(self.workspace.catalogue.folder)]
        heads = [name.partition("-")[0] for name in names]
        highest = max((int(head) for head in heads if head.isdecimal() and len(head) < 6), default=0)
        number = next_number(self.episodes, self.said.season)
        return draft_episode(
            self.said,
            facts,
            path,
            folder=self.workspace.folder,
            language=self.workspace.settings.language,
            guid=uuid4(),
            number=number if self.said.season else max(number, highest + 1),
            taken={slug_of(name) for name in names},
            now=self.now,
        )

    def _refuse_known(self, path: Path, facts: Audio) -> None:
        """Refuse audio that is an episode already: the same path, or the same bytes."""
        for episode in self.episodes:
            other = self.workspace.resolve(episode.audio)
            try:
                if other.stat().st_size != facts.bytes:
                    continue
                same = self.facts.audio(other).sha256 == facts.sha256
            except (OSError, UserError):
                continue
            if same:
                message = f"{path} is already the audio of episodes/{episode.source_name}"
                raise UserError(message, hint="change that episode, or add another recording")


def _picture(facts: Audio | None) -> dict[str, object] | None:
    """Return what is known of the cover inside the file, which players show where they have no other."""
    if facts is None or not facts.tags.pictures:
        return None
    picture = facts.tags.pictures[0]
    size = {"width": picture.width, "height": picture.height, "bytes": picture.bytes}
    return {"media_type": picture.media_type, **size}


def _refused_types(facts: Audio) -> tuple[str, ...]:
    """Say early what the check of the feed would say at the publish (APPLE-IT-4)."""
    if facts.media_type in ("audio/mpeg", "audio/x-m4a", "video/mp4"):
        return ()
    return (f"Apple takes MP3 and M4A, not {facts.media_type}; make one with: folge encode FILE OUT.mp3",)


def _tell(result: Added) -> None:
    episode, facts = result.episode, result.facts
    if episode is None or facts is None:
        return
    waits = ""
    if episode.published and episode.published > datetime.now(UTC):
        waits = f", waits until {show_moment(episode.published)}"
    give(f"{result.file}  {show_length(facts.duration)}  {episode.title}{waits}")
