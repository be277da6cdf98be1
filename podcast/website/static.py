"""Style sheets and scripts of the pages, each under an address that names its content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from podcast.layout import static_key
from podcast.site_settings import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file every page may refer to: its key, which names its content, and its body."""

    key: str
    body: bytes


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return the files that come with this program, by name such as `site.css`."""
    found = {}
    for file in sorted(files("podcast.website").joinpath("static").iterdir(), key=lambda file: file.name):
        body = _light(file.name, file.read_text(encoding="utf-8")).encode()
        found[file.name] = StaticFile(key=static_key(file.name, hashlib.sha256(body).hexdigest()), body=body)
    return found


def _light(name: str, text: str) -> str:
    """Return a style sheet or script without its comments and blanks: who is on the road pays for every byte."""
    import rcssmin
    import rjsmin

    return str(rcssmin.cssmin(text) if name.endswith(".css") else rjsmin.jsmin(text))


def look_file(look: Look) -> StaticFile | None:
    """Return the style sheet with what a show wants otherwise, its colours first; None where it wants nothing."""
    text = _colours(look) + look.css
    if not text:
        return None
    body = text.encode()
    return StaticFile(key=static_key("look.css", hashlib.sha256(body).hexdigest()), body=body)


def _colours(look: Look) -> str:
    """Return the rules that set the colours of a show, where it has any."""
    light = f":root {{ --accent: {look.accent}; }}\n" if look.accent else ""
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {look.accent_dark}; }} }}\n"
    return light + (dark if look.accent_dark else "")
