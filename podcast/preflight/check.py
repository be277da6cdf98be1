"""Looks over issues and mails: which episodes they link, what of these is public, and what their addresses answer."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urldefrag

from episodes.addresses import is_malformed
from episodes.model import Episode, Status
from episodes.problems import Problem, Severity, quoted
from episodes.timecode import show_moment
from feed.answers import Answer
from feed.item import Item
from podcast.fetching import Fetcher
from podcast.newsletter.issues import Issue
from podcast.newsletter.mails import Link, Mail
from podcast.newsletter.teaser import TRANSCRIPT
from podcast.preflight.asking import LIMITS, Kind, Question, ask_all
from podcast.preflight.judging import (
    Spot,
    judge_answer,
    judge_audio,
    judge_history,
    judge_link,
    judge_picture,
    judge_words,
)
from podcast.preflight.places import (
    NOWHERE,
    Place,
    Places,
    Target,
    is_unsubscribing,
    parts_of,
    unwrapped,
)
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.publishing.subjects import subject_of
from podcast.publishing.teasing import Newsletter, Told
from podcast.publishing.weighing import weigh_issue

_MOST_FOLLOWED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that is looked over: the name of its file, and what stands in it. `issue` None where none is known."""

    name: str
    mail: Mail
    issue: Issue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found, and how many addresses were asked."""

    problems: tuple[Problem, ...]
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """A question, and what its answer means."""

    question: Question
    judge: Callable[[Answer], Iterator[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Led:
    """A link of a mail, and where it leads in the end: `url` is that of the show where a mail system counts clicks."""

    link: Link
    url: str
    target: Target


@dataclass(slots=True, kw_only=True)
class Preflight:
    """One look over issues of a show, and over a mail; every address is asked once.

    `told` hears how many questions are answered, of how many.
    """

    newsletter: Newsletter
    ledger: Ledger
    fetcher: Fetcher
    today: date
    follow: bool = False
    told: Callable[[int, int], None] = lambda done, total: None
    _problems: list[Problem] = field(default_factory=list)
    _asks: list[_Ask] = field(default_factory=list)
    _told_coming: set[str] = field(default_factory=set)

    def check(self, issues: Sequence[Issue], sent: Sent | None = None) -> Checked:
        """Look over issues, and over a mail, which is that of the one issue."""
        for issue in issues:
            self._problems += weigh_issue(self.newsletter, issue)
            for index, mention in enumerate(issue.mentions, start=1):
                if mention.guid:
                    spot = Spot(path=issue.path, line=mention.line, field=f"episodes[{index}]")
                    self._mentioned(self.newsletter.find(mention.guid), issue, spot)
        followed = self._sent(sent) if sent else 0
        answers = ask_all([ask.question for ask in self._asks], self.fetcher, told=self.told)
        for ask in self._asks:
            self._problems += ask.judge(answers[ask.question])
        return Checked(problems=tuple(dict.fromkeys(self._problems)), asked=len(answers) + followed)

    def _mentioned(self, told: Told, issue: Issue, spot: Spot) -> None:
        if told.entry and told.public:
            self._problems += judge_history(spot, told.entry, issue)
            self._ask_episode(told.entry, spot)
        else:
            self._problems.append(self._not_public(told, issue, spot))

    def _not_public(self, told: Told, issue: Issue | None, spot: Spot) -> Problem:
        """Return why an episode is not there for readers of an issue, or of what is sent today."""
        episode = told.episode
        title = f"leads to {quoted(episode.title)}, which" if spot.url else quoted(episode.title)
        if told.entry or episode.status is Status.WITHDRAWN:
            return spot.problem("withdrawn", f"{title} is withdrawn", hint=f"folge withdraw --restore {episode.slug}")
        if episode.status is Status.DRAFT or episode.published is None:
            return spot.problem("not-public", f"{title} is a draft", hint=f"folge set {episode.slug} status=ready")
        day = (issue.on if issue else None) or self.today
        of = f"and the issue is of {day.isoformat()}" if issue else "and nobody finds it before"
        waits = f"waits until {show_moment(episode.published)}"
        if episode.published.date() > day:
            hint = "send it later, or publish the episode earlier"
            return spot.problem("not-public", f"{title} {waits}, {of}", hint=hint)
        severity = Severity.WARNING if day > self.today else Severity.ERROR
        until = f": it {waits}" if episode.published.date() > self.today else ""
        message = f"{title} is not public yet{until}, {of}"
        return spot.problem("not-public", message, severity=severity, hint="folge publish")

    def _ask_episode(self, entry: Entry, spot: Spot) -> None:
        """Want to know of an episode's page, audio, pictures and transcripts."""
        subject = subject_of(entry, self.ledger)
        item, audio = subject.item, entry.release.audio
        self._want(Kind.PAGE, item.link, spot, judge_answer)
        question = Question(kind=Kind.AUDIO, url=item.enclosure.url, size=audio.bytes)
        at = Spot(path=spot.path, line=spot.line, field=spot.field, url=question.url)
        self._asks.append(
            _Ask(
                question=question,
                judge=lambda answer: judge_audio(at, question, answer, audio.media_type, elsewhere=bool(audio.url)),
            )
        )
        for picture in filter(None, (subject.cover, subject.banner)):
            self._want(Kind.PICTURE, picture.url, spot, judge_picture)
        for transcript in item.transcripts:
            self._want(Kind.TRANSCRIPT, transcript.url, spot, judge_answer)

    def _want(self, kind: Kind, url: str, spot: Spot, judge: Callable[[Spot, Answer], Iterator[Problem]]) -> None:
        at = Spot(path=spot.path, line=spot.line, field=spot.field, url=url)
        question = Question(kind=kind, url=urldefrag(url).url)
        self._asks.append(_Ask(question=question, judge=lambda answer: judge(at, answer)))

    def _sent(self, sent: Sent) -> int:
        """Look over a mail; return how many counting links were followed."""
        coming = [it.episode for it in self.newsletter.episodes() if it.entry is None and it.may_be_told]
        places = Places(self.ledger, coming)
        links = {(link.url, link.part): link for link in reversed(sent.mail.links)}
        led = [self._led(link, places) for link in reversed(links.values())]
        opaque = [it for it in led if it.target is NOWHERE and _may_be_followed(it.link)]
        followed: Mapping[Question, Answer] = {}
        if self.follow:
            asked = {it: Question(kind=Kind.WRAPPED, url=it.link.url) for it in opaque[:_MOST_FOLLOWED]}
            followed = ask_all(list(asked.values()), self.fetcher, told=self.told)
            led = [self._followed(it, followed.get(asked[it]), places, sent) if it in asked else it for it in led]
        for it in sorted(led, key=lambda it: it.link.shown):
            self._linked(it, sent)
        self._compare(led, opaque, sent)
        return len(followed)

    def _led(self, link: Link, places: Places) -> _Led:
        target = places.target(link.url)
        inner = unwrapped(link.url) if target is NOWHERE else ""
        inside = places.target(inner) if inner else NOWHERE
        return (
            _Led(link=link, url=link.url, target=target)
            if inside is NOWHERE
            else _Led(link=link, url=inner, target=inside)
        )

    def _followed(self, led: _Led, answer: Answer | None, places: Places, sent: Sent) -> _Led:
        """Return where a counting link leads, now that it was asked."""
        if answer is None:
            return led
        target = places.target(answer.url)
        if not answer.status and answer.hops:
            at = _spot(sent, led)
            message = f"cannot be followed: {answer.error}"
            self._problems.append(at.problem("redirects", message, severity=Severity.WARNING))
        return _Led(link=led.link, url=answer.url, target=target) if target is not NOWHERE else led

    def _linked(self, led: _Led, sent: Sent) -> None:
        """Look over one link of a mail: what it is, and what it answers."""
        spot, target = _spot(sent, led), led.target
        if led.url.startswith("file:"):
            target = Target(place=Place.ELSEWHERE, preview=True)
        base_url = self.ledger.show.release.base_url
        issue = None if led.link.shown else sent.issue
        self._problems += judge_link(spot, target, base_url=base_url, issue=issue)
        if target.entry and target.entry.state is State.WITHDRAWN:
            title = quoted(target.entry.release.episode.title)
            self._problems.append(spot.problem("withdrawn", f"leads to {title}, which is withdrawn"))
            return
        if target is NOWHERE or target.preview or target.other or target.place is Place.AUDIO:
            return
        if target.coming:
            self._coming(target.coming, spot, sent.issue)
            return
        if target.place is Place.PICTURE or led.link.shown:
            self._want(Kind.PICTURE, led.url, spot, judge_picture)
        else:
            judge = judge_part if parts_of(led.url).fragment == TRANSCRIPT else judge_answer
            self._want(Kind.PAGE, led.url, spot, judge)

    def _coming(self, episode: Episode, spot: Spot, issue: Issue | None) -> None:
        """Tell of the first link to an episode that is not published yet; its addresses answer nobody so far."""
        if episode.guid not in self._told_coming:
            self._told_coming.add(episode.guid)
            self._problems.append(self._not_public(Told(episode=episode, entry=None), issue, spot))

    def _compare(self, led: Sequence[_Led], opaque: Sequence[_Led], sent: Sent) -> None:
        """Compare the episodes a mail links with those of its issue, and its words with theirs."""
        linked = {it.target.episode.guid: it.target for it in led if it.target.episode and not it.link.shown}
        mentions = {mention.guid: mention for mention in sent.issue.mentions} if sent.issue else {}
        at = Spot(path=sent.name)
        for guid, target in linked.items():
            entry, episode = target.entry, target.episode
            if sent.issue and guid not in mentions and episode:
                message = f"the mail links {quoted(episode.title)}, which {sent.issue.path} does not name"
                hint = f"folge issue add {sent.issue.name} {episode.slug}"
                self._problems.append(at.problem("episodes", message, severity=Severity.NOTE, hint=hint))
            if entry is None or entry.state is not State.PUBLISHED:
                continue
            if guid not in mentions:
                self._ask_episode(entry, at)
            self._problems += judge_words(at, self._item(entry), mentions.get(guid), sent.mail.words)
        absent = [mention for guid, mention in mentions.items() if guid and guid not in linked]
        hosts = Counter(parts_of(it.link.url).hostname or "" for it in opaque)
        for mention in absent:
            title = quoted(self.newsletter.find(mention.guid).episode.title)
            hint = ""
            if hosts and not self.follow:
                hint = f"links to {hosts.most_common(1)[0][0]} may lead there; --follow asks where they lead"
            message = f"the mail has no link to {title}"
            self._problems.append(at.problem("episodes", message, severity=Severity.WARNING, hint=hint))

    def _item(self, entry: Entry) -> Item:
        return subject_of(entry, self.ledger).item


def judge_part(spot: Spot, answer: Answer) -> Iterator[Problem]:
    """Yield what is wrong with a page that should have a transcript."""
    yield from judge_answer(spot, answer)
    if answer.status == 200 and f'id="{TRANSCRIPT}"'.encode() not in answer.body:
        message = "leads to a page without a transcript"
        yield spot.problem("transcript", message, severity=Severity.WARNING, hint="leave #transcript out")


def _may_be_followed(link: Link) -> bool:
    if link.shown or not link.url.startswith(("https://", "http://")):
        return False
    return not is_malformed(link.url) and not is_unsubscribing(link.url, link.text)


def _spot(sent: Sent, led: _Led) -> Spot:
    return Spot(path=sent.name, line=led.link.line, field=led.link.part, url=led.url)


def open_fetcher(*, private: bool) -> Fetcher:
    """Return what asks a newsletter's addresses; those of this machine where the show itself is on it."""
    return Fetcher(limits=LIMITS, private=private)
