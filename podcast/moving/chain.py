"""What an address answers, redirect by redirect: whether apps are sent on for ever, and to the right place."""

from dataclasses import dataclass
from urllib.parse import urljoin

from episodes.problems import quoted
from podcast.connections import ELSEWHERE
from podcast.fetching import LARGEST_FEED, Fetcher

PERMANENT = (301, 308)
TEMPORARY = (302, 303, 307)
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One answer on the way: the address that was asked, and the status it gave; 0 where nothing answered."""

    url: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The whole way from an address, and the body at its end. `error` says in a sentence why it ended in nothing."""

    hops: tuple[Hop, ...]
    body: bytes = b""
    error: str = ""

    @property
    def end(self) -> str:
        """The address at which the way ends."""
        return self.hops[-1].url

    @property
    def redirects(self) -> tuple[Hop, ...]:
        """The answers that sent on."""
        return tuple(hop for hop in self.hops if hop.status in (*PERMANENT, *TEMPORARY))

    @property
    def permanent(self) -> bool:
        """Whether it leads on, and every redirect on the way is for ever."""
        return bool(self.redirects) and all(hop.status in PERMANENT for hop in self.redirects)

    def __str__(self) -> str:
        return " → ".join(f"{hop.url} ({hop.status or 'no answer'})" for hop in self.hops)


def follow(fetcher: Fetcher, address: str) -> Chain:
    """Ask an address and those it leads to, one after the other, at most ten. Nothing is raised.

    Who names an address of this machine means it; an address elsewhere may not lead to one.
    """
    hops: list[Hop] = []
    url = address
    while True:
        answer = fetcher.ask(url, limit=LARGEST_FEED, compressed=True, follow=False)
        if answer.error == ELSEWHERE and not hops:
            fetcher.private = True
            answer = fetcher.ask(url, limit=LARGEST_FEED, compressed=True, follow=False)
        hops.append(Hop(url=url, status=answer.status))
        onward = answer.headers.get("location", "") if answer.status in (*PERMANENT, *TEMPORARY) else ""
        if not onward:
            error = answer.error if answer.status == 200 or not answer.status else f"it answers {answer.status}"
            return Chain(hops=tuple(hops), body=answer.body if answer.status == 200 else b"", error=error)
        try:
            url = urljoin(url, onward)
        except ValueError:  # http://[::1
            return Chain(hops=tuple(hops), error=f"it redirects to {quoted(onward)}, which is no address")
        if url in [hop.url for hop in hops]:
            return Chain(hops=tuple(hops), error="it redirects in a circle")
        if len(hops) >= _MOST:
            return Chain(hops=tuple(hops), error=f"it redirects more than {_MOST} times")
