"""The words of teasers in the show's language: dates, lengths, names and phrases as people write them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from episodes.model import Appearance, Kind, Recording
from feed.item import Item

FALLBACK = "en"
"""The language of teasers whose own has no file."""

NARROW, NO_BREAK = "\u202f", "\u00a0"
_NAMED = 3
"""So many guests are named; of the others a teaser says how many they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language file: sentences by name, the months from January, and prepositions an occasion may begin with."""

    language: str
    sentences: dict[str, str]
    months: tuple[str, ...]
    prepositions: frozenset[str]

    def say(self, name: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return self.sentences[name].format(s=NARROW, n=NO_BREAK, **values)

    def day(self, day: date) -> str:
        """Write a date that does not break between day and month: `6. Juni 2024`."""
        return self.say("date", day=day.day, month=self.months[day.month - 1], year=day.year)

    def length(self, length: timedelta) -> str:
        """Write a length that does not break: `34 Min.`, below a minute in seconds; nothing where it is unknown."""
        seconds = round(length.total_seconds())
        if not length:
            return ""
        if seconds < 60:
            return self.say("seconds", seconds=seconds)
        return self.say("minutes", minutes=round(seconds / 60))

    def label(self, item: Item) -> str:
        """Write what an episode is: `Folge 12`, `Bonus`; empty for one without a number."""
        if item.kind is not Kind.FULL:
            return self.say(item.kind.value)
        return self.say("episode", number=item.number) if item.number else ""

    def guests(self, people: Sequence[Appearance]) -> str:
        """Write who is heard, with the function of that day: `Mit Uwe Schneidewind, Oberbürgermeister, Stadt …`."""
        if not people:
            return ""
        lone = len(people) == 1
        names = [_person(person, lone=lone) for person in people]
        if len(names) > _NAMED:
            names = [*(person.name for person in people[:_NAMED]), self.say("more", count=len(names) - _NAMED)]
        listed = self.say("and", before=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
        return self.say("with", names=listed)

    def recorded(self, recording: Recording) -> str:
        """Write where an episode was recorded, as a phrase within a sentence: `aufgenommen beim K360-Festival 2024`."""
        if recording.occasion:
            own = recording.occasion.split(" ")[0] in self.prepositions
            phrase = self.say("recorded" if own else "recorded_occasion", occasion=recording.occasion)
            there = not recording.place or recording.place.casefold() in recording.occasion.casefold()
            return phrase if there else self.say("in_place", phrase=phrase, place=recording.place)
        if recording.place:
            return self.say("recorded_place", place=recording.place)
        return self.say("recorded_on", date=self.day(recording.on)) if recording.on else ""


def _person(person: Appearance, *, lone: bool) -> str:
    facts = ", ".join(filter(None, (person.function, person.organisation)))
    if not facts:
        return person.name
    return f"{person.name}, {facts}" if lone else f"{person.name} ({facts})"


@cache
def words_for(language: str) -> Words:
    """Return the words for a language code such as `de-at`; English where there is no file for it."""
    folder = files("podcast.newsletter") / "languages"
    name = language.lower().split("-")[0]
    file = folder / f"{name}.toml"
    if not file.is_file():
        name, file = FALLBACK, folder / f"{FALLBACK}.toml"
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    lists = {key: values.pop(key) for key in ("months", "prepositions")}
    return Words(
        language=name,
        sentences={key: str(value) for key, value in values.items()},
        months=tuple(lists["months"]),
        prepositions=frozenset(lists["prepositions"]),
    )
