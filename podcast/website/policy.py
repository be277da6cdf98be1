"""What a page may load: from the show's own address, and from nowhere else but audio that stays there."""

import re
from urllib.parse import urlsplit


def content_policy(base_url: str, *, searches: bool = False, audio: str = "") -> str:
    """Return the Content-Security-Policy of pages below `base_url`, which ends with a slash.

    The page that `searches` may run a worker and WebAssembly of its own. A page that plays `audio` of another address
    may load it from that host, and nothing but audio.

    The address stands there as a path, beside `'self'`: pages and audio may be read through two names of one store.
    """
    own = f"'self' {base_url.replace(';', '%3B').replace(',', '%2C')}" if base_url.isascii() else "'self'"
    loads = ("script-src", "style-src", "img-src", "media-src", "connect-src", "frame-src")
    sources = "; ".join(f"{what} {own}" for what in loads)
    host = _host(audio)
    if host and not audio.startswith(base_url):
        sources = sources.replace("media-src", f"media-src {host}", 1)
    if searches:
        sources = sources.replace("script-src", "script-src 'wasm-unsafe-eval'", 1) + f"; worker-src {own}"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def _host(url: str) -> str:
    """Return scheme, host and port of an address; empty where no policy can name them."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?|https?://\[[0-9A-Fa-f:.]+\](:\d+)?", origin) else ""
