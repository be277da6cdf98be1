"""What newsletters say of episodes: which episode an issue means, and what of it is public already."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from episodes.addresses import stays_elsewhere
from episodes.model import Episode, Status
from episodes.pictures import SOCIAL
from episodes.problems import Problem, Severity, UserError, quoted
from episodes.timecode import show_moment
from feed.show import Show
from podcast.cache import cache_folder
from podcast.layout import LEDGER, picture_key, public_url
from podcast.newsletter.issues import Issue, Issues, Mention, read_issues
from podcast.newsletter.teaser import Picture, Subject
from podcast.publishing.addresses import Addresses
from podcast.publishing.amending import find_named
from podcast.publishing.issuerecords import IssueRecord
from podcast.publishing.ledger import Entry, Ledger, State, decode_ledger
from podcast.publishing.smallpictures import SmallPictures
from podcast.publishing.subjects import COVER, subject_of
from podcast.publishing.survey import Survey, survey
from podcast.release import Blob, ShowRelease, item_of, show_of
from podcast.stores import Store
from podcast.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An episode a newsletter may tell of: as it is published, else as it stands in this folder, and its row."""

    episode: Episode
    entry: Entry | None

    @property
    def public(self) -> bool:
        """Say whether the public sees it now."""
        return self.entry is not None and self.entry.state is State.PUBLISHED

    @property
    def may_be_told(self) -> bool:
        """Say whether it is, or will be, there for readers: no draft, nothing withdrawn."""
        return self.public or (self.entry is None and self.episode.status is Status.READY)

    @property
    def remark(self) -> str:
        """Say to people which episode it is: `12, diensteid`."""
        number = f"{self.episode.number}, " if self.episode.number else ""
        return f"{number}{self.episode.slug}"


class Newsletter:
    """A show folder and the ledger of its store, as newsletter authors ask for them; `ledger` None for a first look."""

    def __init__(self, workspace: Workspace, ledger: Ledger | None) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self._rows: Mapping[str, Entry] = ledger.by_guid() if ledger else {}

    @cached_property
    def issues(self) -> Issues:
        """The issues of the show."""
        return read_issues(self.workspace.folder, lambda name: self.find(name).episode.guid)

    @cached_property
    def all_issues(self) -> Issues:
        """The issues in this folder, and those that are published and in other folders alone."""
        names = {issue.name for issue in self.issues.issues}
        there = self.ledger.issues if self.ledger else {}
        found = [*self.issues.issues, *(self._elsewhere(it, there[it]) for it in there if it not in names)]
        found.sort(key=lambda issue: (issue.on or date.max, issue.name))
        return replace(self.issues, issues=tuple(found))

    def _elsewhere(self, name: str, record: IssueRecord) -> Issue:
        """Return an issue as the ledger has it, without its own words."""
        guids = [self._present(row).guid if (row := self._rows.get(guid)) else guid for guid in record.guids]
        mentions = tuple(Mention(named=guid, guid=guid) for guid in guids)
        return Issue(name=name, title=record.title, on=record.on, url=record.url, mentions=mentions)

    def find(self, name: str) -> Told:
        """Return the episode a name means: number, slug (also a former one), guid (also a recalled one), file.

        Raises UserError where there is none, and where there are several.
        """
        try:
            episode = find_named(self.workspace, self.ledger, name).episode
        except UserError:
            entry = self._rows.get(name) or Addresses(self.ledger).owner(name)
            if entry is None:
                raise
            episode = entry.release.episode
        entry = self._rows.get(episode.guid)
        return self._told(self._present(entry) if entry else None, episode)

    def episodes(self) -> tuple[Told, ...]:
        """Return every episode that is or will be told, here and elsewhere, the newest first."""
        here = {episode.guid: episode for episode in self.workspace.catalogue.episodes}
        rows = {guid: entry for guid, entry in self._rows.items() if not entry.successor}
        found = [self._told(rows.get(guid), here.get(guid)) for guid in {**here, **rows}]
        return tuple(sorted(found, key=age))

    def _present(self, entry: Entry) -> Entry:
        """Return the row an episode that was recalled goes on with."""
        while entry.successor in self._rows:
            entry = self._rows[entry.successor]
        return entry

    def _told(self, entry: Entry | None, here: Episode | None) -> Told:
        """Return an episode as it is published, else as it stands here."""
        if entry and entry.state is State.PUBLISHED:
            return Told(episode=entry.release.episode, entry=entry)
        if here is None and entry:
            here = entry.release.episode
        if here is None:
            raise ValueError("an episode is here or in the ledger")
        return Told(episode=here, entry=entry)


def age(told: Told) -> tuple[float, str]:
    """Order episodes by their date, the newest first, those without one before all."""
    published = told.episode.published
    return (-published.timestamp() if published else float("-inf"), told.episode.guid)


def open_newsletter(workspace: Workspace, store: Store | None) -> Newsletter:
    """Return what newsletter authors ask for; without a store, what this folder knows alone.

    Raises StoreError where the store cannot be reached.
    """
    stored = store.get(LEDGER) if store else None
    return Newsletter(workspace, decode_ledger(stored.body) if stored else None)


class Subjects:
    """Makes what teasers are about: of the ledger what is public, of this folder what is not yet, with a warning."""

    def __init__(self, newsletter: Newsletter, store: Store, *, now: datetime, by: str) -> None:
        self._newsletter = newsletter
        self._store = store
        self._now = now
        self._by = by
        self.problems: list[Problem] = []

    def show(self) -> Show:
        """Return the show as the public sees it, else as a publish would give it."""
        return show_of(self._show)

    def subject(self, told: Told) -> Subject:
        """Return what a teaser of an episode is about. Raises UserError where there can be none."""
        ledger = self._newsletter.ledger
        return subject_of(told.entry, ledger) if told.public and told.entry and ledger else self._coming(told)

    @cached_property
    def _show(self) -> ShowRelease:
        ledger = self._newsletter.ledger
        return ledger.show.release if ledger else self._survey.show

    @cached_property
    def _survey(self) -> Survey:
        return survey(self._newsletter.workspace, self._store, now=self._now, by=self._by)

    def _coming(self, told: Told) -> Subject:
        """Return what is not public yet, with the addresses it will have."""
        episode, shown = told.episode, quoted(told.episode.title)
        if told.entry or episode.status is Status.WITHDRAWN:
            raise UserError(f"{shown} is withdrawn: its page says that it is gone", hint="folge withdraw --restore")
        if episode.status is Status.DRAFT or episode.published is None:
            hint = f"folge set {episode.slug} status=ready, and published=… where it has no date"
            raise UserError(f"{shown} is a draft, and nothing of it will be published", hint=hint)
        release = self._survey.releases.get(episode.guid)
        if release is None:
            raise UserError(f"{shown} cannot be published as it is", hint="'folge check' says why")
        due = f" and waits until {show_moment(episode.published)}" if episode.published > self._now else ""
        message = f"{shown} is not public yet{due}; the links of its teaser work only after 'folge publish'"
        self.problems.append(
            Problem(severity=Severity.WARNING, path=f"episodes/{episode.source_name}", message=message)
        )
        show = self._show
        pictures = self._drawn(release.cover or show.cover, episode)
        cover, banner = pictures.get(COVER), pictures.get(SOCIAL.name)
        return Subject(item=item_of(release, show), cover=cover, banner=banner, public=False)

    def _drawn(self, cover: Blob | None, episode: Episode) -> dict[str, Picture]:
        """Return the pictures a publish would make of a cover, by use; none where it is not on this machine."""
        workspace = self._newsletter.workspace
        own = "" if stays_elsewhere(episode.cover) else episode.cover
        path = workspace.there(own or workspace.settings.cover)
        if cover is None or path is None:
            return {}
        made = SmallPictures(cache_folder(workspace.folder) / "pictures").files(path, cover.sha256)
        drawn = {}
        for use, file in made.items():
            key = picture_key(cover.key, use.name, hashlib.sha256(file.read_bytes()).hexdigest())
            drawn[use.name] = Picture(url=public_url(self._show.base_url, key), width=use.width, height=use.height)
        return drawn
