"""The hosts that shows move away from: recognised by their feeds, each with what has to be done there."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

import msgspec

from episodes.problems import UserError, nearest, quoted
from feed.text import ascii_url

OWN = "own"
"""The id of the host that nobody runs but the producer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host, and what to do there: `{new}` stands for the address of the new feed.

    `feeds` and `audio` are ends of host names, `generators` beginnings of what its feeds say made them, in lower case.
    `about` says whether `source` is its page about redirects, or only where its help begins.
    """

    id: str
    name: str
    feeds: tuple[str, ...]
    audio: tuple[str, ...]
    generators: tuple[str, ...]
    redirect: str
    tell: str
    unlock: str
    source: str
    about: str


@cache
def all_hosts() -> tuple[Host, ...]:
    """Return every host that is known, the producer's own server last."""
    text = files("podcast.moving").joinpath("hosts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["host"], tuple[Host, ...])


def host_called(name: str) -> Host:
    """Return the host a producer named. Raises UserError with the nearest one."""
    wanted = re.sub(r"[^a-z]", "", name.lower())
    for host in all_hosts():
        known = (host.id, *(re.sub(r"[^a-z]", "", word.lower()) for word in _words(host)))
        if wanted in known:
            return host
    names = tuple(host.id for host in all_hosts())
    hint = f"{nearest(name, names)}; or say the address of the old feed, which begins with https://"
    raise UserError(f"{quoted(name)} is no host folge knows", hint=hint)


def _words(host: Host) -> tuple[str, ...]:
    """Return the names a host goes by: `Spotify for Creators (Anchor)` is Anchor too."""
    first, _, second = host.name.partition("(")
    return (host.name, first, second, *host.feeds, *(name.partition(".")[0] for name in host.feeds))


def host_of(address: str, generator: str = "") -> Host:
    """Return the host a feed lies at, by what it says made it, else by its address; the producer's own for any other.

    Whoever made it is asked first: a host's feed may lie under the producer's own name.
    """
    made = generator.strip().lower()
    for host in all_hosts():
        if any(made.startswith(word) for word in host.generators):
            return host
    return next((host for host in all_hosts() if lies_at(address, host.feeds)), all_hosts()[-1])


def lies_at(address: str, ends: tuple[str, ...]) -> bool:
    """Say whether the server of an address is one of these, or below one."""
    name = _server(address)
    return any(name == end or name.endswith(f".{end}") for end in ends)


def same_server(one: str, other: str) -> bool:
    """Say whether two addresses are on one server."""
    return _server(one) == _server(other) != ""


def _server(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:  # http://[::1
        return ""


def server_lines(old: str, new: str) -> dict[str, str]:
    """Return what redirects the address `old` for ever on a server of one's own: nginx's lines, and Apache's.

    Both match the whole address and no other; with a query they match only that query. Servers compare a path without
    percent signs, and a query with them.
    """
    parts = urlsplit(ascii_url(old))
    path, target = unquote(parts.path) or "/", ascii_url(new).replace("$", "%24")
    path = path if path.isprintable() else parts.path
    if parts.query:
        asked = f"{parts.path or '/'}?{parts.query}"
        condition = f"RewriteCond %{{QUERY_STRING}} ^{re.escape(parts.query)}$"
        rule = f'RewriteRule "^/?{re.escape(path.lstrip("/"))}$" "{target}" [R=301,L,QSD,NE]'
        return {
            "nginx": f'if ($request_uri = "{asked}") {{ return 301 "{target}"; }}',
            "apache": f"RewriteEngine On\n{condition}\n{rule}",
        }
    return {
        "nginx": f'location = "{_escaped(path)}" {{ return 301 "{target}"; }}',
        "apache": f'RedirectMatch 301 "^{_escaped(re.escape(path))}$" "{target}"',
    }


def _escaped(path: str) -> str:
    return path.replace('"', '\\"')
