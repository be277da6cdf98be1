"""Builds what teasers are made of: the mayor on courage, and the many voices of the festival."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from episodes.model import Appearance, Recording
from feed.item import Enclosure, Item, Transcript
from feed.show import Show
from podcast.newsletter.escapes import MailSystem
from podcast.newsletter.forms import Form, Style, write_teasers
from podcast.newsletter.teaser import Length, Picture, Subject, Teaser, Wording, make_teaser

BASE = "https://podcast.example.org/"
AUDIO = f"{BASE}audio/diensteid-0a1b2c3d4e5f.mp3"
SHOW = Show(
    title="Kommunen-Podcast",
    description="Gespräche über Verwaltung",
    language="de",
    link=BASE,
    feed_url=f"{BASE}feed.xml",
    guid="917393e3-1b1e-5cef-ace4-edaa54e1f810",
)
SCHNEIDEWIND = Appearance(name="Uwe Schneidewind", function="Oberbürgermeister", organisation="Stadt Wuppertal")
ITEM = Item(
    guid="00000012-aaaa-4bbb-8ccc-000000000000",
    title="Brauchen wir einen Diensteid für Transformation?",
    link=f"{BASE}diensteid/",
    enclosure=Enclosure(url=AUDIO, bytes=1_000, media_type="audio/mpeg"),
    duration=timedelta(minutes=34),
    published=datetime(2024, 6, 6, 4, tzinfo=UTC),
    number=12,
    summary="Verwaltung hält das Recht, das macht sie verlässlich – und langsam. Woher kommt der Mut? "
    "Ein Gespräch über Rückendeckung für Mitarbeiter:innen.\n\nUnd über die Inseln des Möglichmachens in Wuppertal.",
    people=(SCHNEIDEWIND,),
    recording=Recording(occasion="K360-Festival 2024", place="Berlin"),
    transcripts=(Transcript(url=f"{BASE}transcripts/diensteid-0a1b2c3d4e5f.html", media_type="text/html"),),
)
SUBJECT = Subject(
    item=ITEM,
    short_link=f"{BASE}f/12/",
    cover=Picture(url=f"{BASE}covers/diensteid-300-0a1b2c3d4e5f.jpg", width=300, height=300),
    banner=Picture(url=f"{BASE}covers/diensteid-social-0a1b2c3d4e5f.jpg", width=1200, height=630),
)


def teaser(
    *, length: Length = Length.MEDIUM, wording: Wording | None = None, campaign: str = "2024-12", **facts: Any
) -> Teaser:
    """Make a teaser of the mayor's episode with other facts."""
    subject = replace(SUBJECT, item=replace(ITEM, **facts))
    return make_teaser(subject, SHOW, wording=wording or Wording(), length=length, campaign=campaign)


def written(
    *teasers: Teaser, form: Form = Form.HTML, system: MailSystem = MailSystem.PLAIN, whole: bool = False
) -> str:
    """Write teasers in German with the templates that ship."""
    style = Style(language="de", system=system, templates={}, title="Der Newsletter", whole=whole)
    return write_teasers(teasers, form, style)
