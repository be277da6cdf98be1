"""A show and its items to compile: everything our items usually have, and about 2 kB of notes each."""

import random
from dataclasses import replace
from datetime import timedelta

from episodes.model import Chapter, Recording
from feed.item import Item
from tests.feed.builders import BASE, an_item

_NOTE_BYTES = 2000
_CHAPTERS = 6
_WORDS = ("Mut", "Wandel", "Alltag", "Rathaus", "Bürger:innen", "Haushalt", "Straße", "Schildkröte", "Vertrauen")


def items(count: int) -> tuple[Item, ...]:
    """Return items with a person, a place, a transcript, chapters and a picture each, newest first."""
    chosen = random.Random(7)
    return tuple(_item(number, chosen) for number in range(count, 0, -1))


def what_feedgen_can(item: Item) -> Item:
    """Return an item with nothing but what feedgen, too, has words for."""
    return replace(item, people=(), recording=Recording(), transcripts=(), chapters=(), chapters_url="")


def _item(number: int, chosen: random.Random) -> Item:
    return an_item(
        number,
        title=f"{chosen.choice(_WORDS)} & {chosen.choice(_WORDS)}, Teil {number}",
        summary=" ".join(chosen.choices(_WORDS, k=30)),
        notes_html=_notes(chosen),
        chapters=tuple(
            Chapter(start=timedelta(minutes=3 * n, milliseconds=250), title=" ".join(chosen.choices(_WORDS, k=3)))
            for n in range(_CHAPTERS)
        ),
        chapters_url=f"{BASE}/chapters/diensteid-{number}-77aa.json",
    )


def _notes(chosen: random.Random) -> str:
    text = '<p>Worum es geht, und <em>warum</em> es sich <a href="https://example.org/?a=1&amp;b=2">lohnt</a>:</p>'
    while len(text.encode()) < _NOTE_BYTES:
        text += f"\n<p>{' '.join(chosen.choices(_WORDS, k=12))} &amp; mehr.</p>"
    return text
