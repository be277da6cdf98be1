"""From an audio file and what the producer said to the text of a new episode file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

from episodes.fields import one_line
from episodes.frontmatter import parse
from episodes.model import Appearance, Audio, Episode, Kind, Recording, Status, Tags
from episodes.problems import UNFIT, Problem, UserError, errors, nearest, quoted, unfit
from episodes.schema import read_episode
from episodes.slugs import slugify
from episodes.timecode import parse_day, parse_moment
from podcast.episodetext import write_episode
from podcast.layout import RESERVED_SLUGS

_LONGEST_TITLE = 255
_CLOCK = re.compile(r"[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?")

NOON = timedelta(hours=12)
"""When a day without a time of day is published: the same day nearly everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the producer said on the command line. Empty means: take it from the tags, or leave it out."""

    title: str = ""
    guests: tuple[Appearance, ...] = ()
    topics: tuple[str, ...] = ()
    recording: Recording = field(default_factory=Recording)
    season: int | None = None
    number: int | None = None
    kind: Kind = Kind.FULL
    publish_at: datetime | None = None
    summary: str = ""
    notes: str = ""
    draft: bool = False
    explicit: bool = False


def read_guest(text: str, people: Mapping[str, Appearance]) -> Appearance:
    """Read `Name, Function, Organisation`, or a handle of `podcast.toml`, whose facts are copied as they are now.

    Raises UserError for a word that looks like a handle and is none.
    """
    text = " ".join(text.split())
    known = people.get(text)
    if known:
        return known
    name, _, rest = text.partition(",")
    function, _, organisation = rest.partition(",")
    if not name.strip():
        raise UserError(f"{quoted(text)} names no guest", hint='write "Name, Function, Organisation"')
    if not rest and " " not in name and name == name.lower():
        hint = nearest(name, tuple(people)) if people else 'write "Name, Function, Organisation"'
        raise UserError(f"{quoted(name)} is not among [people] of podcast.toml", hint=hint)
    return Appearance(name=name.strip(), function=function.strip(), organisation=organisation.strip())


def draft_episode(
    said: Said,
    audio: Audio,
    path: Path,
    *,
    folder: Path,
    language: str,
    guid: UUID,
    number: int,
    taken: Iterable[str],
    now: datetime,
) -> Episode:
    """Return the episode an audio file becomes.

    `number` is used where none was said and the kind is full; `taken` are slugs in use; `now` is in the show's zone.
    A day in the tags becomes noon of that day, today becomes now. Raises UserError for what no file could hold.
    """
    tags = audio.tags
    title = one_line(UNFIT.sub("", said.title or tags.title)) or _title_of(path)
    chosen = said.number or (number if said.kind is Kind.FULL else None)
    slug = _free_slug(_slug_of(title, language, said.kind, chosen) or f"episode-{chosen or guid.hex[:8]}", taken)
    written = Episode(
        guid=str(guid),
        slug=slug,
        title=title[:_LONGEST_TITLE].strip(),
        audio=written_path(path, folder),
        source_name=f"{chosen:03}-{slug}.md" if chosen else f"{slug}.md",
        source_sha256="",
        kind=said.kind,
        status=Status.DRAFT if said.draft else Status.READY,
        published=_fixed(said.publish_at or tagged_moment(tags, now) or now),
        number=chosen,
        season=said.season,
        summary=said.summary,
        notes=said.notes or UNFIT.sub("", tags.description),
        appearances=said.guests,
        recording=said.recording,
        topics=said.topics,
        explicit=said.explicit,
    )
    return _as_read(written)


def _slug_of(title: str, language: str, kind: Kind, number: int | None) -> str:
    slug = slugify(title, language)
    # without a number before it, a file name that begins with one would lose it from its slug
    return f"{kind.value}-{slug}" if number is None and slug[:1].isdigit() else slug


def _as_read(episode: Episode) -> Episode:
    """Return an episode as its file will be read. Raises UserError with every reason why it could not be."""
    try:
        raw = write_episode(episode).encode()
    except UnicodeEncodeError as error:
        what = quoted(error.object[max(error.start - 20, 0) : error.start + 20].strip())
        raise UserError(f"{what} is not text in UTF-8", hint="rename the file, or type the text again") from error
    document = parse(raw, episode.source_name)
    if isinstance(document, Problem):
        raise UserError(document.message, hint=document.hint)
    read, problems = read_episode(document, raw, None)
    if read is None:
        raise UserError("; ".join(f"{p.field} {p.message}" for p in errors(problems)), hint="say it otherwise")
    return replace(read, source_sha256="")


def _fixed(moment: datetime) -> datetime:
    """Return a moment as a file can hold it: whole seconds, and an offset of whole minutes instead of a zone."""
    offset = moment.utcoffset() or timedelta()
    return moment.replace(microsecond=0).astimezone(timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))


def _title_of(path: Path) -> str:
    return re.sub(r"[\s_]+", " ", UNFIT.sub("", path.stem)).strip() or "Ohne Titel"


def _free_slug(slug: str, taken: Iterable[str]) -> str:
    used = {*taken, *RESERVED_SLUGS}
    if slug not in used:
        return slug
    count = 2
    while f"{slug}-{count}" in used:
        count += 1
    return f"{slug}-{count}"


def tagged_moment(tags: Tags, now: datetime) -> datetime | None:
    """Return when tags say that a recording came out: noon of a day, now where that is today; None without a day."""
    try:
        day = parse_day(tags.date[:10])
    except ValueError:
        return None
    if len(tags.date) > 10:
        match = _CLOCK.match(tags.date, 10)
        if match is None or int(match[1]) > 23 or int(match[2]) > 59:
            return None
        clock = datetime(day.year, day.month, day.day, int(match[1]), int(match[2]), tzinfo=now.tzinfo)
        try:
            return parse_moment(f"{day} {match[1]}:{match[2]} {match[3]}", None) if match[3] else clock
        except ValueError:
            return None
    if day == now.date():
        return now
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) + NOON


def written_path(path: Path, folder: Path) -> str:
    """Return a file as an episode file names it: relative where it lies in the show folder. Raises UserError."""
    whole = path.absolute()
    written = whole.relative_to(folder).as_posix() if whole.is_relative_to(folder) else whole.as_posix()
    if unfit(written) or "\n" in written:
        raise UserError(f"{quoted(written)} holds a character that no name may hold", hint="rename the file")
    return f"./{written}" if written.startswith("~") else written


def local_now(now: datetime) -> datetime:
    """Return a moment without seconds, as a producer would write it."""
    return now.astimezone(now.tzinfo or UTC).replace(second=0, microsecond=0)
