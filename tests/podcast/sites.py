"""A site of a made-up show as a reader meets it: many episodes, people who come back, topics, festivals, real files."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from episodes.model import Appearance, Chapter, Kind, Recording
from episodes.pictures import SOCIAL, make_small
from feed.item import Enclosure, Transcript
from feed.show import Show
from podcast.layout import page_url, picture_key
from podcast.site_settings import Link, Look
from podcast.website.page import Cover, NewsletterIssue, Page, Picture
from podcast.website.render import Site, render_site
from podcast.website.sources import Website, website_of
from tests.feed.builders import a_show, an_item
from tests.podcast.builders import COVER, REPOSITORY

BASE = "https://podcast.example.org/"
TITLES = (
    "Diensteid für die Transformation?",
    "Weg mit der Agilität, her mit den Schildkröten!",
    "Was kostet ein Bahnhofsvorplatz, auf dem niemand warten mag?",
    "Der Antrag, der drei Jahre lag",
    "Leser:innen fragen, die Verwaltung antwortet",
    "Wenn der Bürgermeister selbst den Bagger fährt",
    "Digital heißt nicht: PDF",
)
PEOPLE = (
    Appearance(name="Uwe Schneidewind", function="Oberbürgermeister", organisation="Stadt Wuppertal"),
    Appearance(name="Dr. Özlem Yıldırım-Großkreutz", function="Dezernentin für Digitales", organisation="Kreis Unna"),
    Appearance(name="Mika Sørensen", organisation="Kommune Odense"),
    Appearance(name="Jo Müller"),
)
HOST = Appearance(name="Anna Beispiel", role="host", function="Redaktion")
TOPICS = ("Mut", "Transformation", "Agilität", "Bürgerbeteiligung", "Straßenbau", "Digitalisierung")
OCCASIONS = ("K360-Festival 2024", "Zukunftskongress Staat & Verwaltung", "")
NOTES = """Wie viel **Mut** braucht eine Verwaltung? Ein Gespräch über Eide, Schildkröten und die Frage,
warum *Leser:innen* lieber anrufen.

## Worüber wir sprechen

- den [Diensteid](https://de.wikipedia.example/diensteid) und wer ihn schwört
- drei Jahre Wartezeit
- Kaffee

> Wer nichts ändert, ändert sich auch.

| Stadt | Jahr |
|---|---|
| Wuppertal | 2024 |
| Unna | 2023 |

# Nachlesen

### Im Netz

```
curl https://podcast.example.org/feed.xml --output ein-langer-name-fuer-eine-datei-mit-allen-folgen.xml --silent
```
"""
ISSUES = (
    NewsletterIssue(title="Weihnachtsausgabe", on=date(2024, 12, 10), url="https://newsletter.example.org/2024-12"),
    NewsletterIssue(title="Der Newsletter für kommunale Gestalter:innen, Nr. 3", on=date(2025, 3, 18), url=""),
)
LOOK = Look(
    imprint=Link(url="https://kommune360.example/impressum"),
    privacy=Link(url="https://kommune360.example/datenschutz", label="Datenschutzerklärung"),
    apps=(("spotify", "https://open.spotify.example/show/1"),),
)


@cache
def pictures() -> tuple[dict[str, bytes], Cover]:
    """Return the bodies of the small pictures of the demo's cover by key, and where they are."""
    made, bodies, found = make_small(COVER.read_bytes(), COVER.name), {}, {}
    for use, body in made.items():
        key = picture_key("covers/cover-0.png", use.name, hashlib.sha256(body).hexdigest())
        bodies[key] = body
        found[use.name] = Picture(url=BASE + key, width=use.width, height=use.height)
    social = found.pop(SOCIAL.name)
    return bodies, Cover(social=social, small=tuple(sorted(found.values(), key=lambda it: it.width)))


def an_episode(number: int, *, directory_index: bool = True) -> Page:
    """Return the page of an episode; two of a hundred are a trailer and a bonus."""
    day = datetime(2021, 1, 7, 5, tzinfo=UTC) + timedelta(days=11 * number)
    slug = f"folge-{number}"
    kind = {0: Kind.TRAILER, 50: Kind.BONUS}.get(number % 100, Kind.FULL)
    occasion = OCCASIONS[number % len(OCCASIONS)]
    item = an_item(
        guid=f"guid-{number}",
        title=TITLES[number % len(TITLES)],
        link=page_url(BASE, slug, directory_index=directory_index),
        number=number or None,
        kind=kind,
        published=day,
        duration=timedelta(minutes=20 + number % 40, seconds=11),
        summary="Wie viel Mut braucht eine Verwaltung? Ein Gespräch über Eide, Schildkröten und die Frage, warum "
        "Leser:innen lieber anrufen, obwohl es längst ein Formular gibt, das niemand findet. " * (1 + number % 2),
        people=tuple(PEOPLE[(number + at) % len(PEOPLE)] for at in range(number % 3)),
        recording=Recording(occasion=occasion, place="Berlin" if occasion else "", on=day.date()),
        enclosure=Enclosure(url=f"{BASE}audio/1.mp3", bytes=283_830, media_type="audio/mpeg"),
        transcripts=(Transcript(url=f"{BASE}transcripts/1.html", media_type="text/html", language="de"),),
        chapters=(
            Chapter(start=timedelta(), title="Begrüßung"),
            Chapter(start=timedelta(seconds=12), title="Mut", link="https://wuppertal.example/"),
            Chapter(start=timedelta(seconds=25), title="Und nun?"),
        ),
        image_url=f"{BASE}covers/cover-0.png" if number % 4 else f"{BASE}covers/own-0.png",
    )
    topics = tuple(TOPICS[(number + at) % len(TOPICS)] for at in range(1 + number % 3))
    return Page(
        item=item,
        notes=NOTES,
        topics=topics,
        path=slug,
        aliases=(f"f/{number}",),
        cover=pictures()[1],
        changed=day,
        mentions=tuple(ISSUES[: number % (len(ISSUES) + 1)]),
    )


def a_website(
    count: int = 130, *, pages: Sequence[Page] = (), show: Show | None = None, look: Look = LOOK, language: str = "de"
) -> Website:
    """Return a website of so many episodes, or of these."""
    show = show or replace(
        a_show(language=language, hosts=(HOST,)),
        link=BASE,
        feed_url=f"{BASE}feed.xml",
        description="Gespräche über Mut, Wandel und Alltag in der kommunalen Verwaltung.",
        author="Kommune 360°",
        image_url=f"{BASE}covers/cover-0.png",
    )
    return website_of(
        show,
        pages or [an_episode(number) for number in range(count)],
        ("zurueckgezogen",),
        base_url=BASE,
        cover=pictures()[1],
        look=look,
        changed=datetime(2024, 12, 1, tzinfo=UTC),
    )


def write_site(root: Path, website: Website) -> Site:
    """Write the pages of a website with its pictures and an audio into a folder, as a publish does."""
    site = render_site(website)
    files = {**site.pages, **site.indexes, **site.statics, **pictures()[0], "covers/cover-0.png": COVER.read_bytes()}
    files["covers/own-0.png"] = files["covers/cover-0.png"]
    files["audio/1.mp3"] = (REPOSITORY / "docs/demo/diensteid.mp3").read_bytes()
    files["transcripts/1.html"] = b'<!doctype html><html lang="de"><title>Abschrift</title><p>Mut.</p></html>'
    files["feed.xml"] = b"<rss/>"
    for key, body in files.items():
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return site
