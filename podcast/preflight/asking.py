"""Asks the addresses of a newsletter: each once, politely, and of audio a few bytes alone."""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum

from feed.answers import Answer
from podcast.fetching import Fetcher, Limits

HOPS = 5
"""So many redirects of a counting link are followed."""

LONGEST = 300.0
"""Seconds after which no further address is asked."""

LARGEST_PICTURE = 300_000
"""Bytes above which a picture is too large for a mail."""

_WORKERS = 4
_LARGEST_PAGE = 2_000_000
_PART = 1000

LIMITS = Limits(total=30.0, attempts=2, redirects=HOPS)
"""How patiently a newsletter's addresses are asked."""


class Kind(StrEnum):
    """What is asked of an address."""

    PAGE = "page"
    AUDIO = "audio"
    PICTURE = "picture"
    TRANSCRIPT = "transcript"
    WRAPPED = "wrapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An address, without its fragment, and what is asked of it; `size` is how many bytes audio should have."""

    kind: Kind
    url: str
    size: int = 0

    @property
    def part(self) -> tuple[int, int]:
        """The first and the last of the bytes that are asked of audio, from its middle."""
        first = self.size // 2
        return first, max(min(first + _PART - 1, self.size - 1), first)


def ask_all(
    questions: Collection[Question],
    fetcher: Fetcher,
    *,
    longest: float = LONGEST,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Mapping[Question, Answer]:
    """Ask every question once, four at a time; what there was no time for is an answer with an error.

    `told` hears how many are done.
    """
    ends = time.monotonic() + longest
    wanted = list(dict.fromkeys(questions))
    answers: dict[Question, Answer] = {}

    def ask(question: Question) -> Answer:
        if time.monotonic() >= ends:
            return Answer(url=question.url, error="there was no time left to ask it")
        return _asked(question, fetcher)

    with ThreadPoolExecutor(_WORKERS) as pool, fetcher.ending():
        running = {pool.submit(ask, question): question for question in wanted}
        for future in as_completed(running):
            answers[running[future]] = future.result()
            told(len(answers), len(wanted))
    return answers


def _asked(question: Question, fetcher: Fetcher) -> Answer:
    match question.kind:
        case Kind.AUDIO:
            first, last = question.part
            return fetcher.ask(question.url, headers={"Range": f"bytes={first}-{last}"}, limit=last - first + 1)
        case Kind.PICTURE:
            return fetcher.ask(question.url, limit=LARGEST_PICTURE)
        case Kind.PAGE:
            return fetcher.ask(question.url, limit=_LARGEST_PAGE)
        case _:
            return fetcher.ask(question.url, limit=1)
