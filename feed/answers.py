"""What the addresses in a feed answered, for the rules that look further than the feed itself. Values, no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. `url` is the address that answered after redirects, `hops` the addresses on the way there.

    Names of `headers` are in lower case. `body` holds the first bytes of what was sent, `whole` says whether that was
    all. Where nothing answered, `status` is 0 and `error` a sentence.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False
    hops: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was asked of one address; None was not asked.

    `head` is a HEAD, `get` a plain GET without compression, `part` a GET of the bytes from `part_start` to `part_end`
    (inclusive, `part_start` above 0), `beyond` a GET of a range behind the end, `again` a GET with the validators of
    `get`. Every question carries an `Origin`, so that the answers show what a web player would be allowed.
    """

    head: Answer | None = None
    get: Answer | None = None
    part: Answer | None = None
    part_start: int = 0
    part_end: int = 0
    beyond: Answer | None = None
    again: Answer | None = None

    @property
    def body(self) -> bytes | None:
        """The whole object, where it was fetched."""
        return self.get.body if self.get and self.get.status == 200 and self.get.whole else None
