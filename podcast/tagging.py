"""What a published file of an episode says about itself."""

from collections.abc import Sequence

from episodes.model import Chapter, Episode
from episodes.notes import summarize
from episodes.pictures import USES, Wish, make_cover, make_small
from episodes.problems import UserError
from episodes.tagging.tagset import LARGEST_COVER, TagSet
from podcast.layout import page_url
from podcast.settings import Settings

_GUEST = "guest"
_SIDE = 1400
_QUALITIES = (85, 70, 55)


def tagset_of(episode: Episode, show: Settings, chapters: Sequence[Chapter], cover: bytes) -> TagSet:
    """Return the tags of an episode: what its file and the show's settings say."""
    guests = [person.name for person in episode.appearances if person.role == _GUEST]
    return TagSet(
        title=episode.title,
        artist=", ".join(guests) or show.author,
        album=show.title,
        album_artist=show.author,
        number=episode.number,
        season=episode.season,
        date=episode.published.date() if episode.published else None,
        language=show.language,
        comment=episode.summary or summarize(episode.notes),
        link=page_url(show.store.public_url, episode.slug, directory_index=show.store.directory_index),
        copyright=show.copyright,
        genre="Podcast",
        cover=cover,
        chapters=tuple(chapter for chapter in chapters if not chapter.hidden),
    )


def cover_in_file(body: bytes, name: str) -> bytes:
    """Return a picture as it goes into an audio file: a JPEG of at most `LARGEST_COVER` bytes (ID3-6)."""
    try:
        for quality in _QUALITIES:
            made = make_cover(body, name, Wish(size=_SIDE, pad="white", quality=quality))
            if len(made.body) <= LARGEST_COVER:
                return made.body
    except UserError:  # too small for a cover of a feed
        pass
    return make_small(body, name)[USES[1]]
