"""Whose voice a name in a transcript stands for."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A person who may speak in an episode, and the handle `podcast.toml` knows them by, if any."""

    name: str
    handle: str = ""


class Voices:
    """The people of an episode, found by name, handle, initials, first or last name; case and accents do not matter.

    Whoever comes first is meant where a whole name or handle stands for two; what is shorter has to be unique.
    """

    def __init__(self, people: Sequence[Voice]) -> None:
        self._whole: dict[str, str] = {}
        short: defaultdict[str, set[str]] = defaultdict(set)
        for person in people:
            for known in (person.name, person.handle):
                for key in _keys(known):
                    self._whole.setdefault(key, person.name)
            parts = [part for part in person.name.split() if not part.endswith(".")]
            words = [word for part in parts for word in part.split("-") if word]
            initials = {"".join(word[0] for word in words), words[0][0] + words[-1][0]} if len(words) > 1 else set()
            for part in (*initials, *parts[:1], *parts[-1:]):
                for key in _keys(part):
                    short[key].add(person.name)
        self._short = {key: next(iter(names)) for key, names in short.items() if len(names) == 1}

    def whose(self, name: str) -> str:
        """Return the full name of the person a name stands for; empty where it is nobody's, or more than one's."""
        for known in (self._whole, self._short):
            for key in _keys(name):
                if key in known:
                    return known[key]
        return ""


def _keys(name: str) -> tuple[str, ...]:
    """Return what a name is compared by: without accents, and with German umlauts written out."""
    folded = unicodedata.normalize("NFC", name).casefold()
    keys = (_bare(folded), _bare(folded.translate(_WRITTEN_OUT)))
    return tuple(dict.fromkeys(filter(None, keys)))


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if letter.isalnum())
