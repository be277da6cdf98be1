"""The kit for newsletter authors: an unlisted page, and the teasers of every episode in every length and form.

They are those of `folge teaser`, made by the same code with the same templates. Where an issue's name goes into a
link stands a word, which the page puts the name in place of.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from podcast.layout import page_key, public_url
from podcast.newsletter.escapes import MailSystem
from podcast.newsletter.forms import Form, Style, write_teasers
from podcast.newsletter.teaser import Length, Subject, Teaser, make_teaser
from podcast.publishing.ledger import Entry, Ledger, State
from podcast.publishing.subjects import subject_of
from podcast.release import show_of
from podcast.website.catalogue import CATALOGUE, KIT, json_text, teasers_key
from podcast.website.policy import content_policy
from podcast.website.sources import Sheet

CAMPAIGN = "xxcampaignxx"
"""What stands in links where the name of an issue goes."""

FORMS = (Form.HTML, Form.TEXT, Form.MARKDOWN)
"""The forms authors can copy."""

VERSION = 1
"""Of the format of the teasers."""

_MARKS = re.compile(r"[{}|@]")
"""What a placeholder of a mail system cannot be without; texts without one are the same for all of them."""


def kit_sheets(ledger: Ledger) -> Iterator[Sheet]:
    """Yield the kit and the teasers of every episode.

    Under addresses that are no longer those of a published episode nothing is left of it.
    """
    base = ledger.show.release.base_url
    yield Sheet(key=page_key(KIT), template="kit.html", of=(), values=partial(_page, base), index=True)
    present = {entry.release.episode.slug for entry in ledger.published}
    former: set[str] = set()
    for entry in ledger.entries:
        slug = entry.release.episode.slug
        former |= {*entry.former_slugs, *((slug,) if entry.state is State.WITHDRAWN else ())}
        if entry.state is State.PUBLISHED:
            yield Sheet(
                key=teasers_key(slug),
                template="dated.json",
                of=_of(entry, ledger),
                values=partial(_teasers, entry, ledger),
            )
    for slug in sorted(former - present):
        gone = json_text({"version": VERSION, "guid": None})
        yield Sheet(key=teasers_key(slug), template="dated.json", of=(), values=partial(_text, gone), index=True)


def _of(entry: Entry, ledger: Ledger) -> tuple[object, ...]:
    """Return what the teasers of an episode are made of, without making anything."""
    cover = entry.release.cover or ledger.show.release.cover
    made = ledger.pictures.get(cover.sha256, ()) if cover else ()
    show = ledger.show.release
    where = (show.base_url, show.directory_index)
    return (entry.current.digest, entry.short, made, show.title, show.language, *where, show.newsletter)


def _text(text: str) -> Mapping[str, object]:
    return {"text": text}


def _page(base: str) -> Mapping[str, object]:
    # the preview is a frame of the page's own, which takes over its policy; styles of mails are all inline
    policy = content_policy(base).replace("; style-src ", "; style-src 'unsafe-inline' ")
    return {
        "policy": policy,
        "catalogue": public_url(base, CATALOGUE),
        "campaign": CAMPAIGN,
        "lengths": [length.value for length in Length],
        "systems": [system.value for system in MailSystem if system is not MailSystem.PLAIN],
        "active": "",
    }


def _teasers(entry: Entry, ledger: Ledger) -> Mapping[str, object]:
    subject = subject_of(entry, ledger)
    show = show_of(ledger.show.release)
    own = {template.name: template.text for template in ledger.show.release.newsletter}
    texts: list[str] = []
    teasers: dict[str, dict[str, dict[str, int]]] = {}
    for length in Length:
        teaser = make_teaser(subject, show, length=length, campaign=CAMPAIGN)
        for form in FORMS:
            style = Style(language=show.language, system=MailSystem.PLAIN, templates=own)
            written = {
                system: write_teasers((teaser,), form, replace(style, system=system))
                for system in _systems(teaser, subject)
            }
            for text in written.values():
                if text not in texts:
                    texts.append(text)
            teasers.setdefault(length.value, {})[form.value] = {
                system.value: texts.index(written.get(system, written[MailSystem.PLAIN])) for system in MailSystem
            }
    data = {
        "version": VERSION,
        "guid": entry.guid,
        "title": entry.release.episode.title,
        "campaign": CAMPAIGN,
        "teasers": teasers,
        "texts": texts,
    }
    return _text(json_text(data))


def _systems(teaser: Teaser, subject: Subject) -> tuple[MailSystem, ...]:
    """Return the mail systems a teaser may be written differently for."""
    item = subject.item
    people = "".join(f"{person.name}{person.function}{person.organisation}" for person in item.people)
    said = f"{teaser.show}{item.title}{item.summary}{people}{teaser.context}{teaser.label}"
    return tuple(MailSystem) if _MARKS.search(said) else (MailSystem.PLAIN,)
