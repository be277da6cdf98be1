"""The tags of a published file, by what the catalogue and `podcast.toml` say."""

from collections.abc import Iterable
from datetime import date

from episodes.model import Episode
from episodes.notes import summarize
from episodes.pictures import Use, make_small
from episodes.tagging.tagset import LARGEST_COVER, TagSet
from podcast.layout import page_url
from podcast.settings import PREVIEW_URL, Settings

GENRE = "Podcast"


def tagset_of(episode: Episode, settings: Settings, cover: bytes = b"") -> TagSet:
    """Return what a file of an episode says. `cover` is a JPEG of at most `LARGEST_COVER` bytes.

    Chapters the producer wrote take the place of those in the file, which else stay.
    """
    store = settings.store
    link = page_url(store.public_url, episode.slug, directory_index=store.directory_index)
    return TagSet(
        title=episode.title,
        artist=", ".join(_heard(episode, settings)),
        album=settings.title,
        album_artist=settings.author,
        number=episode.number,
        season=episode.season,
        date=_day(episode, settings),
        language=settings.language,
        comment=episode.summary or summarize(episode.notes),
        link=link if store.public_url != PREVIEW_URL else "",
        copyright=settings.copyright,
        genre=GENRE,
        cover=cover,
        chapters=episode.chapters or None,
    )


def cover_in_file(body: bytes, name: str) -> bytes:
    """Return a picture as it goes into an audio file: a small JPEG of at most `LARGEST_COVER` bytes (ID3-6).

    Raises UserError for what is no picture.
    """
    made = make_small(body, name)
    return next((made[use] for use in by_size(made) if len(made[use]) <= LARGEST_COVER), b"")


def by_size(uses: Iterable[Use]) -> list[Use]:
    """Return the square pictures among small ones, the largest first."""
    return sorted((use for use in uses if use.width == use.height), key=lambda use: -use.width)


def _heard(episode: Episode, settings: Settings) -> tuple[str, ...]:
    """Return the names of the guests; without any, of whoever else is heard, at last of whoever makes the show."""
    guests = tuple(person.name for person in episode.appearances if person.role == "guest")
    cast = tuple(person.name for person in episode.appearances if person.group == "cast")
    hosts = tuple(person.name for person in settings.hosts)
    return guests or cast or hosts or ((settings.author,) if settings.author else ())


def _day(episode: Episode, settings: Settings) -> date | None:
    """Return the day of publication where the show is at home."""
    if episode.published is None:
        return None
    return episode.published.astimezone(settings.zone).date() if settings.zone else episode.published.date()
