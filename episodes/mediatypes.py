"""Which Content-Type an object is served with, by its extension (rules.md §6.1; Apple's names where sources differ)."""

from pathlib import PurePosixPath

AUDIO_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/x-m4a",
    ".m4b": "audio/x-m4a",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".aiff": "audio/aiff",
}

TRANSCRIPT_TYPES = {
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".html": "text/html",
    ".txt": "text/plain",
    ".json": "application/json",
}

PICTURE_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}

_OTHER_TYPES = {
    ".xml": "application/rss+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".vtt": "text/vtt; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".gz": "application/gzip",
}

_BY_EXTENSION = {**TRANSCRIPT_TYPES, **AUDIO_TYPES, **PICTURE_TYPES, **_OTHER_TYPES}


def media_type(name: str) -> str:
    """Return the Content-Type for a key or file name; `application/octet-stream` where the extension is unknown."""
    return _BY_EXTENSION.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
