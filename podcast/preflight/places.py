"""What an address in a mail leads to: something of the show, a mail system that counts clicks, or somewhere else."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from episodes.model import Episode
from podcast.connections import is_private
from podcast.layout import INDEX, short_path
from podcast.publishing.artifacts import addresses
from podcast.publishing.ledger import Entry, Ledger


class Place(StrEnum):
    """What an address leads to."""

    PAGE = "page"
    FORMER = "former page"
    SHORT = "short link"
    AUDIO = "audio"
    PICTURE = "picture"
    TRANSCRIPT = "transcript"
    SHOW = "page of the show"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an address leads to, and the episode it belongs to; None for what belongs to the show, or to nobody.

    `coming` is an episode that has no entry yet, because it waits to be published. `preview` says that only this
    machine or a test server has it, `other` that it is the show's under another name.
    """

    place: Place
    entry: Entry | None = None
    coming: Episode | None = None
    preview: bool = False
    other: bool = False

    @property
    def episode(self) -> Episode | None:
        """The episode it leads to, published or coming."""
        return self.entry.release.episode if self.entry else self.coming


NOWHERE = Target(place=Place.ELSEWHERE)

_TRIAL = re.compile(r"(?:^|[.-])(?:staging|stage|preview|dev|test|localtest|beta)(?=[.-]|\d|$)")
_SHARED = re.compile(r"\.(?:ngrok(?:-free)?\.app|ngrok\.io|trycloudflare\.com|vercel\.app|netlify\.app)$")
_UNSUBSCRIBING = re.compile(
    r"unsub|abmeld|abbestell|austrag|opt-?out|list-?manage|preferences|einstellungen|profil", re.IGNORECASE
)
_HASHED = re.compile(r"covers/(.+)-[0-9a-f]+\.\w+")
_SOUND = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|flac|wav|aiff?)$", re.IGNORECASE)


class Places:
    """Says what addresses lead to, by the ledger of the show; `coming` are episodes that are to be published yet."""

    def __init__(self, ledger: Ledger, coming: Iterable[Episode] = ()) -> None:
        self._base = ledger.show.release.base_url
        self._pages: dict[str, Target] = {}
        self._objects: dict[str, Target] = {}
        self._remote: dict[str, Target] = {}
        for entry in ledger.entries:
            if entry.successor:
                continue
            present, *others = addresses(entry)
            for path in others:
                place = Place.SHORT if path.startswith("f/") else Place.FORMER
                self._pages[path] = Target(place=place, entry=entry)
            self._pages[present] = Target(place=Place.PAGE, entry=entry)
            audio = entry.release.audio
            known = self._remote if audio.url else self._objects
            known[audio.url or audio.key] = Target(place=Place.AUDIO, entry=entry)
        for episode in coming:
            self._pages.setdefault(episode.slug, Target(place=Place.PAGE, coming=episode))
            if episode.number:
                self._pages.setdefault(short_path(str(episode.number)), Target(place=Place.SHORT, coming=episode))
        self._on_this_machine = is_private(urlsplit(self._base).hostname or "")
        self._at = {_host(self._base): urlsplit(self._base).path}

    def target(self, url: str) -> Target:
        """Return what an address leads to."""
        if url in self._remote:
            return self._remote[url]
        parts = parts_of(url)
        host = parts.hostname or ""
        if not host or parts.scheme not in ("http", "https"):
            return NOWHERE
        path = unquote(parts.path)
        root = self._at.get(_host(url))
        if root is not None:
            return self._inside(path.removeprefix(root)) if path.startswith(root) else NOWHERE
        found = self._elsewhere(path)
        if is_trial(host) and (found.episode or (is_private(host) and not self._on_this_machine)):
            return replace(found, preview=True)
        return replace(found, other=True) if found.episode else NOWHERE

    def _inside(self, key: str) -> Target:
        path = key.removesuffix(INDEX).rstrip("/")
        if path in self._pages:
            return self._pages[path]
        if key in self._objects or key.startswith("audio/") or _SOUND.search(key):
            return self._objects.get(key, Target(place=Place.AUDIO))
        if key.startswith("covers/"):
            return Target(place=Place.PICTURE, coming=self._coming(key))
        return Target(place=Place.TRANSCRIPT if key.startswith("transcripts/") else Place.SHOW)

    def _coming(self, key: str) -> Episode | None:
        """Return the coming episode whose cover, or a picture made of it, has a key; None for any other."""
        named = _HASHED.fullmatch(key)
        names = (named[1], named[1].rpartition("-")[0]) if named else ()
        owner = next((self._pages[name] for name in names if name in self._pages), NOWHERE)
        return owner.coming

    def _elsewhere(self, path: str) -> Target:
        """Return what the end of a path would be on the show's own host: only what nothing else is called."""
        parts = path.strip("/").removesuffix(INDEX).strip("/").split("/")
        page = self._pages.get(parts[-1])
        audio = self._objects.get("/".join(parts[-2:]))
        return audio or page or NOWHERE


def parts_of(url: str) -> SplitResult:
    """Return the parts of an address, all of them empty where it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:  # http://[::1
        return urlsplit("")


def _host(url: str) -> str:
    parts = parts_of(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    host = (parts.hostname or "").rstrip(".")
    return host if port in (None, 80, 443) else f"{host}:{port}"


def is_trial(host: str) -> bool:
    """Say whether a host is one that only this machine or those who try a page out can reach."""
    return is_private(host) or bool(_TRIAL.search(host) or _SHARED.search(host)) or host.endswith((".test", ".invalid"))


def is_unsubscribing(url: str, text: str) -> bool:
    """Say whether a link may change something for its reader, so that nothing but a person should follow it."""
    return bool(_UNSUBSCRIBING.search(url) or _UNSUBSCRIBING.search(text))


def unwrapped(url: str) -> str:
    """Return the address that a counting link of a mail system names in itself, in plain or in base64; else nothing."""
    for part in _parts(url):
        for text in (part, unquote(part), _from_base64(part)):
            found = re.match(r"https?://[^\s/]+\.?[^\s/]*/\S*", text)
            if found:
                return found[0]
    return ""


def _parts(url: str) -> Iterator[str]:
    parts = parts_of(url)
    yield from (value for _, value in parse_qsl(parts.query))
    yield from parts.path.split("/")
    inner = re.search(r"https?(?::|%3A)(?:/|%2F){2}.+", parts.path, re.IGNORECASE)
    if inner:
        yield inner[0]


def _from_base64(part: str) -> str:
    if len(part) < 16 or not re.fullmatch(r"[A-Za-z0-9_+/-]+={0,2}", part):
        return ""
    bare = part.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def campaign_of(url: str) -> Mapping[str, str]:
    """Return the `utm_*` values of an address."""
    return {name: value for name, value in parse_qsl(parts_of(url).query) if name.startswith("utm_")}
