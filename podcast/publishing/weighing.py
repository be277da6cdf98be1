"""How heavy teasers become, told with the place where their texts can be shortened: mail programs cut long mails."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from episodes.problems import Problem, Severity, UserError, quoted
from feed.item import Enclosure, Item
from feed.show import Show
from podcast.layout import page_url
from podcast.newsletter.forms import Form, Style, write_teasers
from podcast.newsletter.issues import Issue, Mention
from podcast.newsletter.teaser import LARGEST_TEASER, Subject, Teaser, make_teaser
from podcast.newsletter.templating import read_templates
from podcast.publishing.subjects import subject_of
from podcast.publishing.teasing import Newsletter, Told
from podcast.release import show_of


def weigh_issue(newsletter: Newsletter, issue: Issue) -> tuple[Problem, ...]:
    """Return a warning for every text of an issue that makes a teaser too heavy for a mail.

    Of an episode that is not public yet the pictures and the transcript are not weighed: they are not made yet. Where
    a show's own template is wrong, `folge teaser` says so and nothing is weighed.
    """
    own = [mention for mention in issue.mentions if mention.guid and mention.wording.text]
    try:
        return tuple(problem for mention in own for problem in _weigh_mention(newsletter, issue, mention))
    except UserError:
        return ()


def _weigh_mention(newsletter: Newsletter, issue: Issue, mention: Mention) -> Iterator[Problem]:
    told, show = newsletter.find(mention.guid), _show(newsletter)
    subject = _subject(newsletter, told)
    if subject:
        teaser = make_teaser(subject, show, wording=mention.wording, campaign=issue.name)
        style = Style(language=show.language, templates=read_templates(newsletter.workspace.folder))
        yield from weigh(teaser, style, told, issue)


def weigh(teaser: Teaser, style: Style, told: Told, issue: Issue | None) -> Iterator[Problem]:
    """Yield a warning where the HTML of a teaser is too heavy, at the text it is made of: the issue's or the episode's.

    Raises ProblemsFound where a show's own template is wrong.
    """
    size = len(write_teasers((teaser,), Form.HTML, replace(style, whole=False)).encode())
    if size < LARGEST_TEASER:
        return
    mention = issue.mention(teaser.guid) if issue else None
    path, line, field = f"episodes/{told.episode.source_name}", 0, "summary"
    if issue and mention and mention.wording.text:
        path, line, field = issue.path, mention.line, f"episodes[{issue.mentions.index(mention) + 1}].text"
    yield Problem(
        path=path,
        line=line,
        field=field,
        message=f"the teaser of {quoted(teaser.title)} has {size:,} bytes of HTML, and mails need less than "
        f"{LARGEST_TEASER:,}, because mail programs cut long ones",
        severity=Severity.WARNING,
        hint="shorten the text: the page of the episode tells the rest",
        rule="size",
    )


def _show(newsletter: Newsletter) -> Show:
    if newsletter.ledger:
        return show_of(newsletter.ledger.show.release)
    settings = newsletter.workspace.settings
    return Show(title=settings.title, description="", language=settings.language, link="", feed_url="", guid="")


def _subject(newsletter: Newsletter, told: Told) -> Subject | None:
    """Return what a teaser of an episode is about, as far as it is known without a look at its files."""
    ledger, episode = newsletter.ledger, told.episode
    if told.public and told.entry and ledger:
        return subject_of(told.entry, ledger)
    if episode.published is None or not told.may_be_told:
        return None
    store = newsletter.workspace.settings.store
    item = Item(
        guid=episode.guid,
        title=episode.title,
        link=page_url(store.public_url, episode.slug, directory_index=store.directory_index),
        enclosure=Enclosure(url="", bytes=0, media_type=""),
        duration=timedelta(),
        published=episode.published,
        kind=episode.kind,
        number=episode.number,
        people=episode.appearances,
        recording=episode.recording,
    )
    return Subject(item=item, public=False)
