"""Files that items link to and whose bytes are known; they come from strangers."""

import json
import math
import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from episodes.problems import quoted
from feed.answers import Answer
from feed.checks.placed import ITEMS
from feed.checks.rule import Finding
from feed.document import Element, FeedDocument

_SHOWN = 5
_SECURE = re.compile(r"https://[^/]|http://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)", re.IGNORECASE)


class Linked(NamedTuple):
    """A file: the element that links to it, its item and channel, the answer that sent it, and its bytes."""

    element: Element
    item: Element
    channel: Element
    answer: Answer
    body: bytes


class Fault(NamedTuple):
    """What is wrong in one line of a file, counted from 1; in line 0 it is wrong with the file as a whole."""

    line: int
    message: str


def linked(document: FeedDocument, name: str, attribute: str = "url") -> Iterator[Linked]:
    """Yield the files that elements called `name` of items link to, as far as they were fetched whole."""
    for channel in document.channels:
        for item in channel.all(*ITEMS):
            for element in item.all(name):
                probe = document.probes.get(element.get(attribute))
                if probe is not None and probe.get is not None and probe.body is not None:
                    yield Linked(element, item, channel, probe.get, probe.body)


def bare_type(media_type: str) -> str:
    """Return a media type in lower case without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def served_type(answer: Answer) -> str:
    """Return the media type a file was sent as; empty where none was named."""
    return bare_type(answer.headers.get("content-type", ""))


def is_secure(url: str) -> bool:
    """Whether an address is whole and https; plain http to this machine is a preview and passes."""
    return _SECURE.match(url) is not None


def reported(faults: tuple[Fault, ...], at: Element, hint: str) -> Iterator[Finding]:
    """Yield findings for the first faults of a file, and say how many there are more."""
    for fault in faults[:_SHOWN]:
        yield Finding(message=f"line {fault.line}: {fault.message}" if fault.line else fault.message, at=at, hint=hint)
    if (more := len(faults) - _SHOWN) > 0:
        yield Finding(message=f"there are {more} more faults in the file", at=at, hint=hint)


def decoded(body: bytes) -> tuple[str, tuple[Fault, ...]]:
    """Return the text of a file that should be UTF-8, without byte order mark, and the first place where it is not."""
    try:
        return body.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        return body.decode("utf-8-sig", errors="replace"), (Fault(line, "the text is not UTF-8"),)


def parse_json(body: bytes) -> object:
    """Return what a JSON file says. Raises ValueError with a sentence where it is none."""
    text, faults = decoded(body)
    if faults:
        raise ValueError(f"line {faults[0].line}: the text is not UTF-8")
    return parse_json_text(text)


def parse_json_text(text: str) -> object:
    """Return what a JSON text says. Raises ValueError with a sentence where it is none."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: not JSON: {error.msg[:1].lower()}{error.msg[1:]}") from error
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error


def _whole(digits: str) -> int | float:
    # Python refuses to read thousands of digits as a whole number, and nothing here needs more than a few.
    return int(digits) if len(digits) < 20 else float(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"not JSON: {constant} is no number")


def text_or_kind(value: object) -> str:
    """Return a JSON value for a message: a text in quotes, else only what it is."""
    return quoted(value) if isinstance(value, str) else "missing" if value is None else "no text"


def seconds(value: object) -> float | None:
    """Return a JSON number that can be a time in seconds; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None
