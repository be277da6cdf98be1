"""Brings one file from an address to the disk, whole or not at all: what broke off is gone on with, also another day.

What has come so far lies in a `.part` file; beside it stands which state of the file it is of, by ETag or date.
"""

import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import BinaryIO

import msgspec

from episodes.problems import UserError, quoted
from feed.answers import Answer
from podcast.connections import ELSEWHERE, RefusedError
from podcast.fetching import BROKEN, Fetcher, Unreachable

LARGEST = 4_000_000_000
"""Bytes no file of a podcast has."""

_LARGEST_UNTOLD = 500_000_000
"""Bytes that are taken from a server that does not say how many come, where the feed says less than half of it."""

_OVERLOADED = (429, 500, 502, 503, 504)
_LINE = (BROKEN, "nobody answers", "the server says nothing", "the connection failed")
_CLOSED = (401, 402, 403, 407)
_GONE = (404, 410)
_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a question without an answer is repeated, and for how long at most, in seconds.

    `pause` lies before the first repetition and doubles; `longest` is the longest wait a server may ask for.
    """

    attempts: int = 4
    pause: float = 2.0
    longest: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that has come whole. `total` is what the server said of its length, None where it said nothing.

    `resumed` bytes were there before.
    """

    path: Path
    bytes: int
    total: int | None
    media_type: str
    resumed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """Of which state of which address the bytes in a part are; `validator` is what `If-Range` takes."""

    url: str
    validator: str = ""
    total: int | None = None
    media_type: str = ""


def download(
    fetcher: Fetcher,
    url: str,
    part: Path,
    *,
    stated: int = 0,
    patience: Patience | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
    over: Event | None = None,
) -> Download:
    """Fetch an address into a part file and return it when it is whole.

    `stated` is the length the feed says, 0 for none. `told` hears how many bytes are there, and of how many (0 where
    nobody knows); `over` ends a wait. Raises Unreachable where the file cannot be had, UserError where it cannot be
    kept; the part stays, to go on with.
    """
    patience, over = patience or Patience(), over or Event()
    fruitless, best, resumed = 0, -1, 0
    while True:
        with _Part(part, url, stated=stated, told=told) as sink:
            best, resumed = (sink.size, sink.size) if best < 0 else (best, resumed)
            if sink.size and sink.size == sink.state.total:
                return _whole(sink, resumed)
            answer = fetcher.ask(url, headers=sink.headers(), sink=sink)
        if answer.status in (200, 206) and answer.whole and sink.begun:
            return _whole(sink, resumed if sink.before else 0)
        if sink.refused or sink.stale:
            discard(part)
        fruitless = 0 if sink.size > best else fruitless + 1
        best = max(best, sink.size)
        wait = 0.0 if sink.stale else max(_told_to_wait(answer), patience.pause * 2 ** max(fruitless - 1, 0))
        passing = sink.stale or (not sink.refused and _is_passing(answer))
        if not passing or fruitless >= patience.attempts or wait > patience.longest or over.wait(wait):
            raise _failure(url, answer, wait if wait > patience.longest else 0)


def _whole(sink: "_Part", resumed: int) -> Download:
    state = sink.state
    return Download(path=sink.path, bytes=sink.size, total=state.total, media_type=state.media_type, resumed=resumed)


def _is_passing(answer: Answer) -> bool:
    """Say whether asking again may help: the server has too much to do, or the line is bad."""
    return answer.status in _OVERLOADED or answer.error.startswith(_LINE)


def discard(part: Path) -> None:
    """Delete a part file and what is noted beside it."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


class _Part:
    """The part file as a sink: takes a body behind what is there, or from the beginning where that is of no use."""

    def __init__(self, path: Path, url: str, *, stated: int, told: Callable[[int, int], None]) -> None:
        self.path = path
        self._told = told
        self._stated = stated
        self._file: BinaryIO | None = None
        self.state = _read_state(path, url)
        self.size = path.stat().st_size if self.state.validator and path.is_file() else 0
        self.before = self.size
        self.begun = False
        self.stale = False
        self.refused = False

    def __enter__(self) -> "_Part":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            with suppress(OSError):
                self._file.close()

    def headers(self) -> dict[str, str]:
        """Return what asks for the rest only, where a beginning is there."""
        if not self.before:
            return {}
        return {"Range": f"bytes={self.before}-", "If-Range": self.state.validator}

    def wants(self, answer: Answer) -> bool:
        """Take whole answers, and the rest of a file whose beginning is here."""
        if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and self.before:
            self.stale = True
        if answer.status not in (200, 206):
            return False
        if answer.headers.get("content-encoding", "").lower() not in ("", "identity"):
            raise self._refusal("it is sent compressed, though nobody asked for that")
        if answer.status == 206 and not self._goes_on(answer):
            self.stale = True
            return False
        if answer.status == 200:
            self.before = self.size = 0
            length = answer.headers.get("content-length", "")
            total = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
            self.state = replace(
                self.state,
                total=total,
                validator=_validator(answer),
                media_type=answer.headers.get("content-type", "").partition(";")[0].strip().lower(),
            )
        self._refuse_size()
        self._open()
        self._told(self.size, self.state.total or 0)
        return True

    def take(self, piece: bytes) -> None:
        """Write a piece. Raises RefusedError for more than a file of a podcast has, UserError for a full disk."""
        if self._file is None:
            raise self._refusal("it was sent without having been asked for")
        if self.size + len(piece) > self._largest():
            raise self._refusal(f"it has more than {self._largest():,} bytes")
        try:
            self._file.write(piece)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.size += len(piece)
        self._told(self.size, self.state.total or 0)

    def _refusal(self, why: str) -> RefusedError:
        self.refused = True
        return RefusedError(why)

    def _goes_on(self, answer: Answer) -> bool:
        """Say whether a part of a file is the rest of the one whose beginning is here."""
        found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        if found is None or not self.before or int(found[1]) != self.before:
            return False
        whole = None if found[3] == "*" else int(found[3])
        if whole is not None and (int(found[2]) != whole - 1 or self.state.total not in (None, whole)):
            return False
        self.state = replace(self.state, total=self.state.total or whole)
        return True

    def _largest(self) -> int:
        if self.state.total is not None:
            return min(self.state.total, LARGEST)
        return min(max(2 * self._stated, _LARGEST_UNTOLD), LARGEST)

    def _refuse_size(self) -> None:
        """Refuse what is too large for a podcast or for the disk before the first byte of it. Raises as `take` does."""
        total = self.state.total
        if total is not None and total > LARGEST:
            raise self._refusal(f"it has {total:,} bytes, and no episode has more than {LARGEST:,}")
        rest = (self._stated if total is None else total) - self.size
        with suppress(OSError):
            free = shutil.disk_usage(self.path.parent).free
            if rest > free:
                message = f"{self.path.parent} has no room: {rest:,} bytes are to come, and {free:,} are free"
                raise UserError(message, hint="make room, then run the same command again: it goes on")

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _note(self.path).write_bytes(msgspec.json.encode(self.state))
            self._file = self.path.open("ab" if self.before else "wb", buffering=0)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.begun = True


def _read_state(part: Path, url: str) -> _State:
    """Return what is noted beside a part; nothing where that is of another address or damaged."""
    try:
        state = msgspec.json.decode(_note(part).read_bytes(), type=_State)
    except (OSError, msgspec.DecodeError):
        return _State(url=url)
    return state if state.url == url else _State(url=url)


def _validator(answer: Answer) -> str:
    """Return what proves that a file is still the same: a strong ETag, else its date (RFC 9110, 13.1.5)."""
    tag = answer.headers.get("etag", "").strip()
    if re.fullmatch(r'"[\x21\x23-\x7e]{0,500}"', tag):
        return tag
    dated = answer.headers.get("last-modified", "").strip()
    return dated if _moment(dated) else ""


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _told_to_wait(answer: Answer) -> float:
    """Return the seconds a server asks to be left alone for (`Retry-After`, a number or a date)."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit() and len(told) < 10:
        return float(told)
    moment = _moment(told)
    if moment is None:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(aware.timestamp() - time.time(), 0.0)


def _failure(url: str, answer: Answer, wait: float) -> UserError:
    """Return why a file did not come, in words."""
    where = quoted(url) + (f" (which leads to {quoted(answer.url)})" if answer.hops else "")
    if answer.error == ELSEWHERE:
        return Unreachable(f"{where} is not fetched: {answer.error}", hint="where it is yours, say --private")
    if not answer.status or answer.error:
        why = answer.error or "the answer ended in the middle"
        return Unreachable(f"{where} cannot be fetched: {why}", hint="run the same command again: it goes on")
    phrase = f"{answer.status}{_phrase(answer.status)}"
    if wait:
        hint = "run the same command again then: it goes on"
        return Unreachable(f"{where} answers {phrase}: come again in {wait:.0f} seconds", hint=hint)
    if answer.status in _CLOSED:
        return Unreachable(
            f"{where} is not open to everybody: it answers {phrase}", hint="ask whoever runs that server"
        )
    if answer.status in _GONE:
        return Unreachable(f"{where} is not there any more: it answers {phrase}", hint="look for the file elsewhere")
    hint = "try again later" if answer.status in _OVERLOADED else "look at the address in a browser"
    return Unreachable(f"{where} answers {phrase}", hint=hint)


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _unwritable(path: Path, error: OSError) -> UserError:
    hint = "make room, or mend the folder, then run the same command again: it goes on"
    return UserError(f"{path} cannot be written: {error.strerror or error}", hint=hint)
