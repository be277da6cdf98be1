"""In what a release here differs from the published one, and which of it is older."""

from collections.abc import Sequence

from episodes.timecode import show_length, show_moment
from podcast.digests import fingerprints
from podcast.publishing.ledger import Version
from podcast.release import AudioBlob, Release, ShowRelease


def sound_words(audio: AudioBlob) -> str:
    """Write what tells one audio from another: length and size where they are known, address."""
    length = [show_length(audio.duration)] if audio.duration else []
    size = [f"{audio.bytes:,} bytes"] if audio.bytes else []
    return ", ".join([*length, *size, audio.url or audio.key])


def replaced_alternate(release: Release, old: Release) -> str:
    """Say of which other form of the episode the file is another than the published one, or nothing."""
    published = {alternate.path: alternate.blob for alternate in old.alternates}
    for alternate in release.alternates:
        before = published.get(alternate.path)
        if before and alternate.blob and before.sha256 != alternate.blob.sha256:
            files = f"{before.bytes:,} bytes, {before.key} → {alternate.blob.bytes:,} bytes, {alternate.blob.key}"
            return f"'{alternate.path}' is another file now: {files}"
    return ""


def stale_fields(release: Release | ShowRelease, history: Sequence[Version], changed: Sequence[str]) -> list[str]:
    """Return the changed fields whose value here is one that a published version replaced."""
    prints = fingerprints(release)
    return [name for name in changed if any(version.replaced.get(name) == prints[name] for version in history)]


def replaced_fields(old: Release | ShowRelease, changed: Sequence[str]) -> dict[str, str]:
    """Return the short hashes of the values that are replaced, by field."""
    prints = fingerprints(old)
    return {name: prints[name] for name in changed}


def who_published(version: Version) -> str:
    """Return who published a version and when, as the end of a sentence."""
    return f"{version.by} published on {show_moment(version.at)}"


def older_words(stale: Sequence[str], current: Version) -> str:
    """Say which fields here are older than the published ones, and who published those."""
    return f"{' and '.join(stale)} here {'is' if len(stale) == 1 else 'are'} older than what {who_published(current)}"
