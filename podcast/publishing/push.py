"""Tell WebSub hubs that a feed has changed, once everybody can read it. Nothing here can undo a publish."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from episodes.problems import visible
from feed.answers import Answer
from podcast.fetching import Fetcher
from podcast.layout import is_archive, public_url
from podcast.publishing.artifacts import Stage
from podcast.publishing.plan import Plan

READABLE_TRIES = 5
"""How often the public address is asked for the new feed; an old copy in a cache is as good after that."""

_PAUSE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Who is to be told what: `topics` are the addresses of the feeds that changed, by the bytes they have now."""

    hubs: tuple[str, ...]
    topics: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a hub answered about one feed; `error` is empty where it took the news."""

    hub: str
    topic: str
    error: str = ""


def push_of(plan: Plan, hubs: Sequence[str], base_url: str) -> Push:
    """Return what the hubs of a show are to hear after a plan was applied; archive pages are nobody's topic."""
    topics = [
        (public_url(base_url, step.key), step.body)
        for step in plan.steps
        if step.stage is Stage.FEED and not is_archive(step.key)
    ]
    return Push(hubs=tuple(hubs), topics=tuple(topics) if hubs else ())


def tell_hubs(push: Push, fetcher: Fetcher, *, sleep: Callable[[float], None] = time.sleep) -> tuple[Told, ...]:
    """Tell every hub of every feed that changed (WEBSUB-2), each after the feed itself was seen at its address.

    Never raises for what a server does: a hub that cannot be told is told of in the answer, and subscribers find the
    episode when they next ask. Hubs that fail are asked again as often as the limits of `fetcher` say; a server that
    does not answer at all is asked once, whatever there is to say to it.
    """
    told: list[Told] = []
    silent: dict[str, str] = {}
    for topic, body in push.topics:
        error = _unreadable(topic, body, fetcher, sleep, silent)
        for hub in push.hubs:
            told.append(Told(hub=hub, topic=topic, error=error or _tell(hub, topic, fetcher, silent)))
    return tuple(told)


def _unreadable(
    topic: str, body: bytes, fetcher: Fetcher, sleep: Callable[[float], None], silent: dict[str, str]
) -> str:
    """Return why nobody can read a feed at its address yet, or nothing. A copy that a cache still holds counts."""
    error = ""
    for attempt in range(READABLE_TRIES):
        if attempt:
            sleep(_PAUSE * attempt)
        answer = _ask(topic, fetcher, silent, limit=len(body) + 1)
        if answer.status == HTTPStatus.OK and answer.body == body:
            return ""
        error = "" if answer.status == HTTPStatus.OK else answer.error or f"it answers with {answer.status}"
        if not answer.status:
            break
    return f"the feed cannot be read at {topic}: {error}" if error else ""


def _tell(hub: str, topic: str, fetcher: Fetcher, silent: dict[str, str]) -> str:
    """Return why a hub did not take the news, or nothing."""
    answer = _ask(hub, fetcher, silent, limit=1000, form={"hub.mode": "publish", "hub.url": topic})
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    said = " ".join(visible(answer.body.decode(errors="replace")).split())[:200]
    return answer.error or f"it answers with {answer.status}{f' ({said})' if said else ''}"


def _ask(
    url: str, fetcher: Fetcher, silent: dict[str, str], *, limit: int, form: Mapping[str, str] | None = None
) -> Answer:
    """Ask a server, unless it was silent before; `silent` keeps why, by host."""
    host = urlsplit(url).netloc
    if host in silent:
        return Answer(url=url, error=silent[host])
    headers = {"Cache-Control": "no-cache"} if form is None else None
    answer = fetcher.ask(url, method="POST" if form else "GET", headers=headers, form=form, limit=limit)
    if not answer.status:
        silent[host] = answer.error
    return answer
