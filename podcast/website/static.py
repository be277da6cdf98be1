"""Style sheets and scripts of the pages, each under an address that names its content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from podcast.layout import static_key


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
        body = file.read_bytes()
        found[file.name] = StaticFile(key=static_key(file.name, hashlib.sha256(body).hexdigest()), body=body)
    return found
