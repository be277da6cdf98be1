"""Measure the files episodes name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from episodes.addresses import stays_elsewhere
from episodes.audio import extension_for
from episodes.covers import Cover, cover_problems, measure_cover
from episodes.model import Audio, Episode, Status
from episodes.namespace import ImageFile
from episodes.problems import Problem, Severity, UserError, nearest, quoted
from episodes.voices import Voice
from podcast.cache import cache_folder
from podcast.facts import Facts
from podcast.publishing.transcribing import FORMS, Context, Text, Transcripts, missing, suffix_of
from podcast.settings import FILE
from podcast.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What was measured, by the path as written. A path that is in none of the three is a file that is not there."""

    audio: Mapping[str, Audio]
    covers: Mapping[str, Cover]
    transcripts: Mapping[str, Text]
    problems: tuple[Problem, ...]


def measure_files(workspace: Workspace, facts: Facts) -> Files:
    """Measure every file a ready episode or the show names. Files that cannot be used become problems."""
    measuring = _Measuring(workspace, facts)
    settings = workspace.settings
    if settings.cover:
        measuring.cover(settings.cover, FILE, "show.cover")
    measuring.picture(settings.site.logo, FILE, "site.logo")
    measuring.pictures(settings.images, FILE)
    for episode in workspace.catalogue.episodes:
        if episode.status is Status.READY:
            measuring.episode(episode, f"episodes/{episode.source_name}")
    facts.save()
    measuring.transcripts.save()
    return Files(
        audio=measuring.audio,
        covers=measuring.covers,
        transcripts=measuring.texts,
        problems=(*measuring.problems, *_empty_feeds(workspace, measuring.audio)),
    )


class _Measuring:
    """Measures each file once; what is wrong with it gathers in `problems`."""

    def __init__(self, workspace: Workspace, facts: Facts) -> None:
        self.workspace = workspace
        self.facts = facts
        self.transcripts = Transcripts(workspace.folder, cache_folder(workspace.folder))
        self.audio: dict[str, Audio] = {}
        self.covers: dict[str, Cover] = {}
        self.texts: dict[str, Text] = {}
        self.problems: list[Problem] = []
        self._judged: set[str] = set()

    def episode(self, episode: Episode, name: str) -> None:
        """Measure what an episode names; `name` is its file."""
        self._audio(episode.audio, name, "audio")
        for number, alternate in enumerate(episode.alternates, start=1):
            self._audio(alternate.path, name, f"alternates[{number}].path")
        self.pictures(episode.images, name)
        if episode.cover:
            self.cover(episode.cover, name, "cover")
        self._transcripts(episode, name)

    def pictures(self, images: Sequence[ImageFile], name: str) -> None:
        """Measure pictures that need not be square."""
        for number, image in enumerate(images, start=1):
            self.picture(image.path, name, f"images[{number}].path")

    def cover(self, written: str, name: str, field: str) -> None:
        """Measure a cover and tell what Apple refuses in it, of a cover that several share once."""
        if stays_elsewhere(written):
            return
        self.picture(written, name, field)
        if written in self.covers and written not in self._judged:
            self._judged.add(written)
            found = cover_problems(self.covers[written], written)
            self.problems += [replace(problem, path=name, field=field) for problem in found]

    def _audio(self, written: str, name: str, field: str) -> None:
        path = self.workspace.there(written) if written else None
        if path:
            try:
                self.audio[written] = self.facts.audio(path)
            except UserError as error:
                self.problems.append(Problem(path=name, field=field, message=error.message, hint=error.hint))

    def picture(self, written: str, name: str, field: str) -> None:
        """Measure a picture of any shape."""
        path = self.workspace.there(written) if written else None
        if path and written not in self.covers:
            try:
                self.covers[written] = measure_cover(path)
            except UserError as error:
                self.problems.append(Problem(path=name, field=field, message=error.message, hint=error.hint))

    def _transcripts(self, episode: Episode, name: str) -> None:
        """Read transcripts; of each language the first that is no page is written in the forms that are missing."""
        settings = self.workspace.settings
        if not episode.transcripts:
            self.problems += missing(settings.wanted_transcripts, name)
        people = tuple(Voice(name=it.name, handle=it.person) for it in (*episode.appearances, *settings.hosts))
        kinds: dict[str, list[str]] = {}
        for transcript in episode.transcripts:
            if transcript.path:
                kinds.setdefault(transcript.language, []).append(suffix_of(transcript.path))
        for number, transcript in enumerate(episode.transcripts, start=1):
            if transcript.url:
                continue
            beside = kinds[transcript.language]
            if suffix_of(transcript.path) != ".html":
                kinds[transcript.language] = list(FORMS)
            path = self.workspace.there(transcript.path)
            if path is None:
                continue
            context = Context(
                people=people,
                title=episode.title,
                language=transcript.language or settings.language,
                beside=frozenset(beside),
            )
            try:
                text = self.transcripts.text(path, transcript.path, context)
            except UserError as error:
                field = f"transcripts[{number}].path"
                message = f"'{transcript.path}' {error.message}"
                self.problems.append(Problem(path=name, field=field, message=message, hint=error.hint))
            else:
                self.texts[transcript.path] = text
                self.problems += text.problems


def _empty_feeds(workspace: Workspace, audio: Mapping[str, Audio]) -> Iterator[Problem]:
    """Yield a warning for every feed whose topic, season or format no episode has; a show without any has none yet."""
    had = [
        (
            {topic.casefold() for topic in episode.topics},
            episode.season,
            _forms(episode, audio),
        )
        for episode in workspace.catalogue.episodes
    ]
    for number, asked in enumerate(workspace.settings.feed.selections, start=1):
        wanted = {"topic": asked.topic, "season": asked.season, "format": asked.format}
        fits = [
            (
                not asked.topic or asked.topic.casefold() in topics,
                asked.season in (None, season),
                not asked.format or asked.format in forms,
            )
            for topics, season, forms in had
        ]
        if not fits or any(map(all, fits)):
            continue
        lacking = [field for field, found in zip(wanted, zip(*fits, strict=True), strict=True) if not any(found)]
        field = lacking[0] if lacking else "name"
        if lacking:
            message = f"no episode here has the {field} {quoted(str(wanted[field]))}"
            hint = _offer(field, str(wanted[field]), workspace.catalogue.episodes)
        else:
            message = f"no episode here has all that the feed {quoted(asked.name)} asks for"
            hint = "leave out topic, season or format"
        label = f"feeds[{number}].{field}"
        yield Problem(severity=Severity.WARNING, path=FILE, field=label, message=message, hint=hint)


def _forms(episode: Episode, audio: Mapping[str, Audio]) -> frozenset[str]:
    """Return the formats an episode has, without a dot: of measured files as they are, of others by their names."""
    names = [episode.audio]
    for alternate in episode.alternates:
        names += [alternate.path] if alternate.path else alternate.urls
    forms = (
        extension_for(audio[name], name) if name in audio else PurePosixPath(urlsplit(name).path).suffix
        for name in names
    )
    return frozenset(form.lower().removeprefix(".") for form in forms)


def _offer(field: str, value: str, episodes: Sequence[Episode]) -> str:
    """Return a hint that names the nearest topic or the seasons there are."""
    if field == "format":
        return f"add a file in that format to the alternates of an episode, such as audio/1.{value}"
    topics = dict.fromkeys(topic for episode in episodes for topic in episode.topics)
    seasons = dict.fromkeys(str(season) for season in sorted({e.season for e in episodes if e.season}))
    known = tuple(topics if field == "topic" else seasons)
    if not known:
        return f"write it in an episode: {'topics: [' + value + ']' if field == 'topic' else 'season: ' + value}"
    return nearest(value, known) if field == "topic" else f"there is {' and '.join(known)}"
