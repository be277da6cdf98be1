"""What a teaser of a published episode is about, from the ledger alone."""

from episodes.pictures import SOCIAL
from podcast.layout import page_url, public_url, short_path
from podcast.newsletter.teaser import Picture, Subject
from podcast.publishing.ledger import Entry, Ledger
from podcast.release import item_of

COVER = "300"
"""The picture made of a cover that stands beside a teaser, sharp on dense screens."""


def subject_of(entry: Entry, ledger: Ledger) -> Subject:
    """Return what a teaser of a published episode is about; of its cover the small pictures, never the whole."""
    show = ledger.show.release
    cover = entry.release.cover or show.cover
    made = ledger.pictures.get(cover.sha256, ()) if cover else ()
    base = show.base_url
    pictures = {it.use: Picture(url=public_url(base, it.key), width=it.width, height=it.height) for it in made}
    short = page_url(base, short_path(entry.short), directory_index=show.directory_index)
    return Subject(
        item=item_of(entry.release, show),
        short_link=short if entry.short else "",
        cover=pictures.get(COVER),
        banner=pictures.get(SOCIAL.name),
    )
