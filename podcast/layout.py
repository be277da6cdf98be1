"""Which key every published object has, which of them never change, and how long they may be cached."""

import re
from urllib.parse import quote

from episodes.mediatypes import media_type

PRIVATE = ".folge/"
"""The prefix that no public policy may cover: ledger, inventory, sources."""

SOURCES = f"{PRIVATE}sources/"
"""The prefix of what producers wrote, every published state of it."""

ISSUES = "issues"
"""The folder of a show in which the issues of its newsletter stand."""

LEDGER = f"{PRIVATE}ledger.json"
INVENTORY = f"{PRIVATE}inventory.json"
LEDGERS = f"{PRIVATE}ledgers/"
"""The prefix of copies of the ledger, the newest few, for when it is damaged."""

_KEPT_LEDGERS = 8

PROBES = f"{PRIVATE}probe/"
"""The prefix of objects that are written to try a store, and deleted at once."""

FEED = "feed.xml"
INDEX = "index.html"

CHAPTERS = "chapters/"
"""The prefix of chapter files: small, and made by the publish itself, yet never changing."""

PEAKS = "peaks/"
"""The prefix of waveforms, drawn by the player of an episode's page."""

STATIC = "static/"
"""The prefix of style sheets and scripts of the pages: made by the publish itself, yet never changing."""

SEARCH = "search/"
"""The prefix of the page that searches, and of the files it searches in."""

SEARCH_ENTRY = f"{SEARCH}pagefind-entry.json"
SEARCH_PARTS = f"{SEARCH}parts.json"
SEARCH_STATE = f"{SEARCH}state.json"

FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"
A_DAY = "public, max-age=86400"
NEVER = "no-store"

IGNORED = """\
# audio is large and lives in the store; the text files are what git keeps
/audio/
/public/
"""
"""The .gitignore of a new show folder."""

RESERVED_SLUGS = frozenset(
    {"f", "audio", "covers", "transcripts", "chapters", "peaks", "feed", "embed", "static", "search", "index"}
    | {"people", "topics", "occasions", "archive", "subscribe", "kit"}
)
"""First parts of keys that mean something else and cannot be the slug of an episode."""

_OF_INDEX = re.compile(r"search/(\d+/)?((fragment|index|filter)/.*|[^/]*\.pf_meta)")

_HASH = 12
"""Hex digits of the content hash in a key: enough that two files of one show never meet."""


def audio_key(slug: str, sha256: str, extension: str) -> str:
    """Return the write-once key of an episode's audio."""
    return f"audio/{slug}-{sha256[:_HASH]}{extension}"


def cover_key(name: str, sha256: str, extension: str) -> str:
    """Return the write-once key of a cover; `name` is a slug."""
    return f"covers/{name}-{sha256[:_HASH]}{extension}"


def picture_key(cover: str, use: str, sha256: str) -> str:
    """Return the write-once key of a picture made of the cover with that key."""
    return f"{cover.rpartition('-')[0]}-{use}-{sha256[:_HASH]}.jpg"


def transcript_key(slug: str, sha256: str, extension: str) -> str:
    """Return the write-once key of a transcript."""
    return f"transcripts/{slug}-{sha256[:_HASH]}{extension}"


def chapters_key(slug: str, sha256: str) -> str:
    """Return the write-once key of an episode's chapters."""
    return f"{CHAPTERS}{slug}-{sha256[:_HASH]}.json"


def peaks_key(slug: str, sha256: str) -> str:
    """Return the write-once key of the waveform of an episode's audio."""
    return f"{PEAKS}{slug}-{sha256[:_HASH]}.json"


def feed_key(name: str = "", page: int = 0) -> str:
    """Return the key of the feed, or of the selection `name`; `page` counts archive pages from the oldest, 1."""
    base = f"feed/{name}" if name else "feed"
    return f"{base}/{page}.xml" if page else f"{base}.xml"


def is_archive(key: str) -> bool:
    """Say whether a key is that of an archive page of a feed."""
    return bool(re.fullmatch(r"feed/(?:[a-z0-9-]+/)?\d+\.xml", key))


def static_key(name: str, sha256: str) -> str:
    """Return the write-once key of a style sheet or script of the pages."""
    stem, dot, extension = name.rpartition(".")
    return f"{STATIC}{stem}-{sha256[:_HASH]}{dot}{extension}"


def source_key(guid_digest: str, sha256: str) -> str:
    """Return the private write-once key of the text of an episode file, one folder for each guid."""
    return f"{SOURCES}{guid_digest[:_HASH]}/{sha256[: 2 * _HASH]}.md"


def settings_key(sha256: str) -> str:
    """Return the private write-once key of the text of `podcast.toml`; no guid has a folder of that name."""
    return f"{SOURCES}show/{sha256[: 2 * _HASH]}.toml"


def issue_key(sha256: str) -> str:
    """Return the private write-once key of the text of an issue of the newsletter, beside those of episodes."""
    return f"{SOURCES}issues/{sha256[: 2 * _HASH]}.toml"


def edition_key(sha256: str) -> str:
    """Return the private write-once key of a page of a feed that was published once, compressed; by its content."""
    return f"{PRIVATE}feeds/{sha256[: 2 * _HASH]}.xml.gz"


def ledger_copy_key(edition: int) -> str:
    """Return the private key of the copy of the ledger whose newest edition has that number; a later one takes it over.

    What is written over is older by several editions, so that no copies pile up and the newest are there.
    """
    return f"{LEDGERS}{edition % _KEPT_LEDGERS}.json.gz"


def page_key(path: str) -> str:
    """Return the key of the page at `/path/`."""
    return f"{path}/{INDEX}"


def embed_path(path: str) -> str:
    """Return the path of the player that other sites show of the episode at `/path/`."""
    return f"{path}/embed"


def oembed_key(path: str) -> str:
    """Return the key of what other sites are told of that player (WEB-7)."""
    return f"{path}/oembed.json"


def keys_below(path: str) -> tuple[str, ...]:
    """Return the keys of everything mutable that is made at `/path/` for an episode."""
    return page_key(path), page_key(embed_path(path)), oembed_key(path)


def short_path(short: str) -> str:
    """Return the path of the short link that survives renames and moves."""
    return f"f/{short}"


def content_type(key: str) -> str:
    """Return the Content-Type an object is served with (rules.md §6.1)."""
    if key.startswith(CHAPTERS):
        return "application/json+chapters"
    return "application/xml" if key.startswith("sitemap") and key.endswith(".xml") else media_type(key)


def cache_control(key: str) -> str:
    """Return how long an object may be kept.

    Content-named ones for ever, archive pages of feeds and files of the search index a day, private ones never, the
    rest five minutes.
    """
    if key.startswith(PRIVATE):
        return NEVER
    if key.startswith(("audio/", "covers/", "transcripts/", CHAPTERS, PEAKS, STATIC)):
        return FOR_EVER
    # names of files of the index have few digits of their hash
    return A_DAY if is_archive(key) or _OF_INDEX.fullmatch(key) else SHORTLY


def public_url(base: str, key: str) -> str:
    """Return the address of an object; `base` ends with a slash."""
    return base + quote(key)


def page_url(base: str, path: str, *, directory_index: bool) -> str:
    """Return the address of the page at `/path/`, naming its file where the server finds none by itself."""
    return public_url(base, f"{path}/" if directory_index else page_key(path))
