"""Connections to strangers: broken off when their time is over, and never to private addresses by a stranger's word."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:  # loaded when somebody really fetches: TLS alone takes longer than all the rest of a check
    import urllib3

ELSEWHERE = "it is on this machine or in a private network, and the feed comes from elsewhere"


class RefusedError(Exception):
    """Why nothing was asked or read, as a sentence without a subject."""


class Watch:
    """The connection a thread is using, to be shut from outside when the time is over."""

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self._shut: Callable[[], None] | None = None

    def hold(self, shut: Callable[[], None]) -> None:
        """Remember how to shut the connection in use."""
        self._shut = shut
        if time.monotonic() >= self.ends:
            shut()

    def expire(self) -> None:
        """Shut the connection, or the next one that is held; whoever reads from it sees it end."""
        self.ends = 0.0
        if self._shut:
            self._shut()


def proxy_for(scheme: str, host: str) -> str:
    """Return the proxy that this machine asks through, by `HTTPS_PROXY`, `NO_PROXY` and their like; empty for none.

    This machine itself is asked without.
    """
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if not proxies or host == "localhost" or host.startswith("127.") or host == "::1" or proxy_bypass(host):
        return ""
    return proxies.get(scheme) or proxies.get("all", "")


def is_private(host: str) -> bool:
    """Say whether a host that is a number, or the name of this machine, is one that only this machine can reach."""
    import ipaddress

    try:
        peer = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return not (mapped or peer).is_global


def make_pools(
    watched: threading.local, is_private_allowed: Callable[[], bool], proxy: str = ""
) -> "urllib3.PoolManager":
    """Return connections that hand themselves to `watched.watch`, and refuse private addresses unless they are allowed.

    Where a proxy leads nobody sees from here. Raises RefusedError from within a request.
    """
    import socket

    import urllib3
    from urllib3.connection import HTTPConnection, HTTPSConnection

    def shut(sock: socket.socket) -> None:
        try:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # the plain one: TLS would wait for a farewell
        except OSError:
            return  # it is closed already

    class Watched(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            if not proxy and not is_private_allowed() and is_private(str(self.sock.getpeername()[0])):
                self.close()
                raise RefusedError(ELSEWHERE)

        def getresponse(self) -> urllib3.response.HTTPResponse:  # type: ignore[override] # as urllib3 has it
            sock = self.sock
            if sock is not None:
                watched.watch.hold(lambda: shut(sock))
            return super().getresponse()

    class WatchedTLS(Watched, HTTPSConnection):
        pass

    class Pool(urllib3.HTTPConnectionPool):
        ConnectionCls = Watched

    class PoolTLS(urllib3.HTTPSConnectionPool):
        ConnectionCls = WatchedTLS

    if proxy:
        pools: urllib3.PoolManager = urllib3.ProxyManager(
            proxy, num_pools=20, maxsize=2, proxy_headers=_proxy_headers(proxy)
        )
    else:
        pools = urllib3.PoolManager(num_pools=20, maxsize=2)
    pools.pool_classes_by_scheme = {"http": Pool, "https": PoolTLS}
    return pools


def _proxy_headers(proxy: str) -> dict[str, str]:
    """Return what a proxy wants to see where its address holds a name and a password."""
    import urllib3

    parts = urlsplit(proxy)
    if not parts.username:
        return {}
    secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return dict(urllib3.make_headers(proxy_basic_auth=secret))
