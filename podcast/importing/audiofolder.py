"""A show from a folder of audio files: what each file becomes, where tags are silent by its name and its time.

The files stay where they are. A second import of the folder adds only what is new.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from episodes.catalogue import next_number
from episodes.model import Audio, Episode, Kind
from episodes.problems import UserError
from episodes.schema import slug_of
from podcast.drafting import NOON, Said, draft_episode, tagged_moment, written_path
from podcast.importing.filenames import Named, read_name
from podcast.layout import RESERVED_SLUGS

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An audio file that was found: its path, what was measured, and when it was changed (aware)."""

    path: Path
    audio: Audio
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A file that becomes no episode, and why."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEpisode:
    """An episode a file becomes; `guesses` say what was taken from elsewhere than its tags."""

    path: Path
    episode: Episode
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHere:
    """The show that files are added to: its folder, its episodes, names of all its episode files, its language.

    `known` are its episodes by the path and by the sha256 of their audio. `now` is in the zone of the show.
    """

    folder: Path
    language: str
    now: datetime
    episodes: Sequence[Episode] = ()
    names: Iterable[str] = ()
    known: Mapping[Path | str, Episode] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPlan:
    """What a folder of audio becomes: episodes in the order of their numbers, and what becomes none."""

    episodes: tuple[NewEpisode, ...]
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGuess:
    """What the files tell of their show; `title_from` says where the title is from."""

    title: str
    author: str
    language: str
    title_from: str


def guess_show(files: Sequence[Found], folder: Path) -> ShowGuess:
    """Return what the tags of files tell of the show: what most of them say."""
    tags = [file.audio.tags for file in files]
    album = _most([tag.album for tag in tags])
    language = _most([tag.language for tag in tags]).lower().replace("_", "-")
    return ShowGuess(
        title=album or folder.resolve().name or "Podcast",
        author=_most([tag.artist for tag in tags]),
        language=_LANGUAGES.get(language, language if len(language.partition("-")[0]) == 2 else ""),
        title_from="the album in the tags" if album else "the name of the folder",
    )


_LANGUAGES = {"deu": "de", "ger": "de", "eng": "en", "fra": "fr", "fre": "fr", "ita": "it", "spa": "es", "nld": "nl"}


def _most(texts: Sequence[str]) -> str:
    """Return the text that is there most often, of several the first by the alphabet; empty where there is none."""
    counted = Counter(text.strip() for text in texts if text.strip())
    return min(counted, key=lambda text: (-counted[text], text), default="")


def plan_folder(files: Sequence[Found], here: ShowHere, guids: Sequence[UUID]) -> FolderPlan:
    """Return what audio files become: numbered by tags and names, else by their dates, each with a guid of `guids`."""
    passed: list[Passed] = []
    fresh = _fresh(files, here, passed)
    told = sorted((_told(file, here) for file in fresh), key=lambda one: (one.moment, one.file.path.as_posix()))
    told = sorted(_numbered(told, here), key=lambda one: (one.season or 1, one.number or 0))
    episodes: list[NewEpisode] = []
    taken = {*map(slug_of, here.names), *(episode.slug for episode in here.episodes), *RESERVED_SLUGS}
    moments: set[datetime] = set()
    for one, guid in zip(told, guids, strict=False):
        moment = one.moment
        while moment in moments:  # apps sort by date: two of one moment would stand in any order
            moment += A_MINUTE
        moments.add(moment)
        try:
            episode = _drafted(replace(one, moment=moment), here, guid, taken)
        except UserError as error:
            passed.append(Passed(path=one.file.path, why=str(error)))
            continue
        taken.add(episode.slug)
        guesses = one.guesses
        if moment != one.moment:
            guesses = (*guesses, f"{moment:%H:%M}, because another has the same date")
        episodes.append(NewEpisode(path=one.file.path, episode=episode, guesses=guesses))
    return FolderPlan(episodes=tuple(episodes), passed=tuple(passed))


def _fresh(files: Sequence[Found], here: ShowHere, passed: list[Passed]) -> list[Found]:
    """Return the files that are no episode yet, each content once; the others join `passed`."""
    known = here.known or {}
    first: dict[str, Found] = {}
    for file in sorted(files, key=lambda file: file.path.as_posix()):
        episode = known.get(file.path.resolve()) or known.get(file.audio.sha256)
        if episode:
            passed.append(Passed(path=file.path, why=f"is the audio of episodes/{episode.source_name}"))
        elif (other := first.setdefault(file.audio.sha256, file)) is not file:
            passed.append(Passed(path=file.path, why=f"holds the same as {other.path.name}"))
    return list(first.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a file tells of its episode, by tags, name and time."""

    file: Found
    title: str
    moment: datetime
    season: int | None
    number: int | None
    guesses: tuple[str, ...]


def _told(file: Found, here: ShowHere) -> _Told:
    tags, named = file.audio.tags, read_name(file.path.stem)
    guesses: list[str] = []
    title = tags.title.strip()
    if not title:
        title = named.title or file.path.stem
        guesses.append("title from the file's name")
    number, season = tags.number, tags.season
    if not number and named.number:
        number, season = named.number, season or named.season
        guesses.append(f"number {number} from the file's name")
    moment, guess = _moment(file, named, here.now)
    guesses += [guess] if guess else []
    return _Told(file=file, title=title, moment=moment, season=season, number=number, guesses=tuple(guesses))


def _moment(file: Found, named: Named, now: datetime) -> tuple[datetime, str]:
    """Return when an episode was published, and where that is from unless the tags tell the day."""
    told = file.audio.tags.date
    zone = now.tzinfo or UTC
    tagged = tagged_moment(file.audio.tags, now)
    if tagged:
        return tagged, ""

    def noon(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=zone) + NOON

    if named.day:
        return noon(named.day), f"{named.day} from the file's name"
    changed = min(file.changed, now).astimezone(zone).replace(second=0, microsecond=0)
    if told[:4].isdigit() and len(told) >= 4 and 1900 < int(told[:4]) < changed.year:
        return noon(date(int(told[:4]), 1, 1)), f"the first day of {told[:4]}: its tags tell only the year"
    return changed, f"{changed:%Y-%m-%d %H:%M} from the file's time"


def _numbered(told: Sequence[_Told], here: ShowHere) -> list[_Told]:
    """Give each a number of its own: that which is told, where it is free, else the next one in the order of dates."""
    taken = {(e.season or 1, e.number) for e in here.episodes if e.number and e.kind is Kind.FULL}
    first: dict[tuple[int, int], _Told] = {}
    for one in told:
        if one.number and (one.season or 1, one.number) not in taken:
            first.setdefault((one.season or 1, one.number), one)
    kept = {one.file.path for one in first.values()}
    used = taken | set(first)
    numbered = []
    for one in told:
        if one.file.path not in kept:
            season = one.season or 1
            free = max((number for of, number in used if of == season and number), default=0) + 1
            free = max(free, next_number(here.episodes, one.season))
            why = f"number {free}: {one.number} is another's" if one.number else f"number {free}: the next, by date"
            guesses = (*(guess for guess in one.guesses if not guess.startswith("number ")), why)
            one = replace(one, number=free, guesses=guesses)
            used.add((season, free))
        numbered.append(one)
    return numbered


def _drafted(one: _Told, here: ShowHere, guid: UUID, taken: set[str]) -> Episode:
    said = Said(title=one.title, season=one.season, number=one.number, publish_at=one.moment)
    return draft_episode(
        said,
        one.file.audio,
        one.file.path,
        folder=here.folder,
        language=here.language,
        guid=guid,
        number=one.number or 1,
        taken=taken,
        now=here.now,
    )


def lies_outside(path: Path, folder: Path) -> bool:
    """Say whether a file is named by its whole path, because it does not lie in the show folder."""
    return Path(written_path(path, folder)).is_absolute()
