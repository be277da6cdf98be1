"""The words of the pages in the show's language, and dates and lengths written in it."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

FALLBACK = "en"
"""The language of pages whose own has no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language file: sentences by name, and the names of the months from January."""

    language: str
    sentences: dict[str, str]
    months: tuple[str, ...]

    def say(self, name: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return self.sentences[name].format(**values)

    def count(self, name: str, count: int) -> str:
        """Return a sentence about a number of things: that for one, or that for any other number."""
        return self.say(f"{name}_one" if count == 1 else f"{name}_many", count=count)

    def day(self, day: date) -> str:
        """Write a date as people do: `6. Juni 2024`."""
        return self.say("date", day=day.day, month=self.months[day.month - 1], year=day.year)

    def decimal(self, number: str) -> str:
        """Write a decimal number: `1,25`."""
        return number.replace(".", self.say("decimal_point"))

    def length(self, length: timedelta) -> str:
        """Write a length for people: `34 Min.`, below a minute in seconds; nothing where it is 0, which is unknown."""
        seconds = round(length.total_seconds())
        if not length:
            return ""
        if seconds < 60:
            return self.say("seconds", seconds=seconds)
        return self.say("minutes", minutes=round(seconds / 60))


@cache
def words_for(language: str) -> Words:
    """Return the words for a language code such as `de-at`; English where there is no file for it."""
    folder = files("podcast.website") / "languages"
    name = language.lower().split("-")[0]
    file = folder / f"{name}.toml"
    if not file.is_file():
        name, file = FALLBACK, folder / f"{FALLBACK}.toml"
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    sentences = {key: str(value) for key, value in values.items() if key != "months"}
    return Words(language=name, sentences=sentences, months=tuple(values["months"]))
