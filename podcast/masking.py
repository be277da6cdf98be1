"""Text without secrets: credentials of the environment and of this process, user names and passwords in addresses.

Exceptions of other people's libraries repeat what they were given, and a trace repeats every exception.
"""

import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from episodes.problems import visible

MASK = "…"
_SHORTEST = 4
_SECRET = re.compile(r"AWS_\w*(KEY|SECRET|TOKEN)\w*")
_USER = re.compile(r"//([^/?#\s]*)@")
_known: set[str] = set()


def hide(*values: str | None) -> None:
    """Take note of credentials that came from elsewhere than the environment."""
    _known.update(value for value in values if value)


def masked(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return text in which no secret can be read: of the environment (this process's), hidden ones, in addresses."""
    text = _USER.sub(f"//{MASK}@", text)
    found = {form for secret in (*_known, *_secrets(environment or os.environ)) for form in _forms(secret)}
    for form in sorted(found, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if _SECRET.fullmatch(name):
            yield value
        for user in _USER.findall(value):
            yield user
            yield from user.partition(":")[::2]


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text: whole, or a piece of it, as it is or with escapes of some kind."""
    for piece in (secret, *secret.split()):
        ways = (piece, unquote(piece), visible(piece), ascii(piece)[1:-1], repr(piece.encode(errors="replace"))[2:-1])
        yield from (way for way in ways if len(way) >= _SHORTEST)
