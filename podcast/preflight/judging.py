"""What answers and addresses mean for a newsletter, as findings. Pure: values in, findings out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from episodes.addresses import is_malformed
from episodes.problems import Problem, Severity, quoted
from feed.answers import Answer
from feed.item import Item
from podcast.newsletter.issues import Issue, Mention
from podcast.preflight.asking import LARGEST_PICTURE, Question
from podcast.preflight.places import Place, Target, campaign_of, parts_of
from podcast.publishing.ledger import Entry

UNREACHABLE = "unreachable"
"""The class of findings that say of nothing that it is wrong, only that nobody answered."""

_MOST_HOPS = 2
_SAID = ("title", "summary", "appearances", "recording")
"""What a teaser says of an episode, by field."""

_HOSTS = frozenset({"host", "co-host", "guest host"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where in an issue or a mail something stands that is judged, and the address it is about, empty for none."""

    path: str
    line: int = 0
    field: str = ""
    url: str = ""

    def problem(self, rule: str, message: str, *, severity: Severity = Severity.ERROR, hint: str = "") -> Problem:
        """Return a finding here of a class."""
        about = f"{self.url} {message}" if self.url else message
        return Problem(
            path=self.path, line=self.line, field=self.field, message=about, severity=severity, hint=hint, rule=rule
        )


def judge_answer(spot: Spot, answer: Answer) -> Iterator[Problem]:
    """Yield what is wrong with how an address answers, whatever it is of: nobody there, no 200, bad redirects."""
    if not answer.status:
        hint = "look at the address and at the network, and ask again"
        yield spot.problem(UNREACHABLE, f"does not answer: {answer.error}", hint=hint)
        return
    if answer.status not in (200, 206):
        yield spot.problem("missing", f"answers {answer.status}, so readers find nothing there", hint="folge publish")
    if not answer.hops:
        return
    before, after = parts_of(spot.url), parts_of(answer.url)
    chain = " → ".join((*answer.hops[1:], answer.url))
    if before.scheme == "https" and after.scheme == "http":
        yield spot.problem("redirects", f"leads to an address without encryption: {chain}", hint="mend the redirect")
    elif len(answer.hops) > _MOST_HOPS:
        message = f"leads over {len(answer.hops)} redirects: {chain}"
        yield spot.problem("redirects", message, severity=Severity.WARNING, hint=f"link to {answer.url}")
    elif before.hostname != after.hostname:
        message = f"leads to another host: {chain}"
        yield spot.problem("redirects", message, severity=Severity.WARNING, hint=f"link to {answer.url}")


_FACTS = "set audio_facts of the episode to what is there"


def judge_audio(
    spot: Spot, question: Question, answer: Answer, media_type: str, *, elsewhere: bool = False
) -> Iterator[Problem]:
    """Yield what would keep apps from playing or seeking: no 206, a wrong type, a length other than was published.

    `elsewhere` says that it is no object of ours.
    """
    yield from judge_answer(spot, answer)
    if answer.status == 200:
        hint = "ask your host for range requests; without them nobody can seek"
        yield spot.problem("audio", "sends the whole file where a part was asked for", hint=hint)
    if answer.status != 206:
        return
    told = answer.headers.get("content-range", "")
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", told.strip())
    if found is None or (int(found[1]), int(found[2])) != question.part:
        yield spot.problem("audio", f"answers with another part than was asked for ({quoted(told)})")
    elif found[3] != str(question.size) and (question.size or not elsewhere):
        message = f"has {found[3]} bytes there, and {question.size:,} were published"
        hint = "folge doctor finds what is damaged; folge publish sends it again"
        yield spot.problem("audio", message, hint=_FACTS if elsewhere else hint)
    served = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if served != media_type:
        message = f"is served as {served or 'nothing'}, and is {media_type}"
        yield spot.problem(
            "audio", message, hint=_FACTS if elsewhere else "folge doctor says how the type is set right"
        )


def judge_picture(spot: Spot, answer: Answer) -> Iterator[Problem]:
    """Yield what would keep a picture from a mail, or a mail from loading fast."""
    yield from judge_answer(spot, answer)
    if answer.status != 200:
        return
    served = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if served not in ("image/jpeg", "image/png", "image/gif"):
        yield spot.problem("picture", f"is served as {served or 'nothing'}, which mail clients do not show")
    if not answer.whole:
        hint = "use the pictures of 'folge teaser', which are small"
        message = f"has more than {LARGEST_PICTURE:,} bytes, too many for a mail"
        yield spot.problem("picture", message, severity=Severity.WARNING, hint=hint)


def judge_link(spot: Spot, target: Target, *, base_url: str, issue: Issue | None) -> Iterator[Problem]:
    """Yield what is wrong with a link of a mail before anybody is asked."""
    if is_malformed(spot.url):
        yield spot.problem("malformed", "is no address, so no reader can open it", hint="write it anew")
        return
    if target.preview:
        hint = f"link to the public address, which begins with {base_url}"
        yield spot.problem("preview", "is an address for trying out, which readers cannot open", hint=hint)
        return
    if target.place is Place.AUDIO:
        hint = "link to the episode's page: whoever looks at mails for viruses would count as a listener (MAIL-11)"
        yield spot.problem("raw-audio", "is an audio file", hint=hint)
        return
    if target.episode and target.other:
        message = f"leads to episode '{target.episode.slug}' at another host than the show's"
        yield spot.problem("host", message, severity=Severity.WARNING, hint=f"the show's pages are below {base_url}")
        return
    if base_url.startswith("https:") and spot.url.lower().startswith("http:") and target.place is not Place.ELSEWHERE:
        yield spot.problem("redirects", "is without encryption", severity=Severity.WARNING, hint="write https")
    if target.place in (Place.FORMER, Place.SHORT):
        hint = f"link to the page of '{target.episode.slug}'" if target.episode else ""
        message = f"is a {target.place.value}, which forwards and loses what counts where readers come from"
        yield spot.problem("forwarding", message, severity=Severity.NOTE, hint=hint)
    elif target.place is Place.PAGE and issue:
        yield from _judge_campaign(spot, issue)


def _judge_campaign(spot: Spot, issue: Issue) -> Iterator[Problem]:
    campaign = campaign_of(spot.url).get("utm_campaign", "")
    if not campaign:
        hint = f"take the teaser of 'folge teaser --issue {issue.name}'"
        yield spot.problem("campaign", "has no utm_campaign", severity=Severity.WARNING, hint=hint)
    elif campaign != issue.name:
        message = f"counts for the issue {quoted(campaign)}, and this is {issue.name}"
        yield spot.problem("campaign", message, hint=f"take the teaser of 'folge teaser --issue {issue.name}'")


def judge_history(spot: Spot, entry: Entry, issue: Issue) -> Iterator[Problem]:
    """Yield what an issue's episode says otherwise since the issue's day."""
    if issue.on is None:
        return
    for version in entry.history:
        changed = [name for name in _SAID if name in version.replaced]
        if changed and version.at.date() > issue.on:
            message = (
                f"'{entry.release.episode.title}' has been changed on {version.at.date().isoformat()}, "
                f"after this issue: {', '.join(changed)}"
            )
            yield spot.problem("changed", message, severity=Severity.NOTE)


def judge_words(spot: Spot, item: Item, mention: Mention | None, words: str) -> Iterator[Problem]:
    """Yield where a mail says of an episode something else than the issue or the episode does."""
    said = plain(words)
    headline = (mention.wording.headline if mention else "") or item.title
    if plain(headline) not in said:
        message = f"the mail does not say {quoted(headline)}"
        hint = "the title was changed, or the mail has words of its own"
        yield spot.problem("changed", message, severity=Severity.WARNING, hint=hint)
    for person in item.people:
        if person.role in _HOSTS or not person.function or plain(person.name) not in said:
            continue
        if plain(person.function) not in said:
            message = f"the mail names {person.name} and not the function of that day, {quoted(person.function)}"
            yield spot.problem("changed", message, severity=Severity.NOTE)


_MARKS = str.maketrans({"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "‚": "'", "‘": "'", "’": "'", "–": "-"})


def plain(text: str) -> str:
    """Return a text as it is compared: without case, typography, invisible letters and white space."""
    text = unicodedata.normalize("NFKC", text).translate(_MARKS).casefold()
    return "".join(letter for letter in text if not letter.isspace() and unicodedata.category(letter) != "Cf")
