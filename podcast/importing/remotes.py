"""Files of episodes that stay elsewhere: what they are, where they lie, what is said of them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a file is to its episode; the value is the folder of the show it is kept in."""

    AUDIO = "audio"
    COVER = "covers"
    TRANSCRIPT = "transcripts"
    CHAPTERS = "chapters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One file at an address. `name` is the name of the episode file that names it, without its extension.

    `bytes` and `media_type` are what the feed said of it, 0 and empty where it said nothing.
    """

    name: str
    url: str
    kind: Kind
    bytes: int = 0
    media_type: str = ""
