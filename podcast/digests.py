"""What the public sees of a release, as one hash and as a hash for each field: what tells it from another."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import msgspec

from episodes.addresses import stays_elsewhere
from episodes.model import Chapter, Episode
from podcast.release import AlternateRelease, ImageRelease, Release, ShowRelease

_UNSEEN = frozenset(
    {"source_name", "source_sha256", "status", "audio", "cover", "transcripts", "chapters", "alternates", "images"}
    | {"remote"}
)
"""Fields of an episode file the public does not see, or sees as measured objects only."""

_LATER = frozenset(
    {"chapters", "alternates", "images", "tags", "feed", "captions", "forms", "end"}
    | {"place", "geo", "osm", "waypoints", "site", "logo", "mentions", "url", "cover_url", "chapters_url"}
)
"""Fields that ledgers written before them do not have: at their default they must not change a digest."""

_LATER_OF_EPISODES = frozenset({"link"})
"""The same of an episode alone: other parts of a release had a field of that name before."""


def digest(release: Release | ShowRelease) -> str:
    """Return the hex sha256 of what the public sees of a release; equal digests mean there is nothing to publish."""
    content = msgspec.to_builtins(release)
    _drop_unused(release, content)
    if isinstance(release, Release):
        _drop_unused(release.episode, content["episode"])
        for transcript, written in zip(release.transcripts, content["transcripts"], strict=True):
            _drop_unused(transcript, written)
        for chapter, written in zip(release.chapters, content.get("chapters", ()), strict=True):
            _drop_unused(chapter, written)
        _drop_unused(release.audio, content["audio"])
        for name in _UNSEEN:
            content["episode"].pop(name, None)
        if stays_elsewhere(release.episode.cover):
            content["episode"]["cover"] = release.episode.cover
        for unseen in ("minute_bytes", "master"):  # for counting, for knowing the file again: no listener sees them
            content["audio"].pop(unseen)
        for blob in _blobs(content):
            blob.pop("key")
    for part in (*content.get("images", ()), *content.get("alternates", ())):
        part.pop("path")
        part.pop("master", None)
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _drop_unused(part: object, content: dict[str, object]) -> None:
    """Take out of `content` the later fields of `part` that nobody has set."""
    for field in fields(part):  # type: ignore[arg-type]  # every part is a dataclass
        later = _LATER | (_LATER_OF_EPISODES if isinstance(part, Episode) else frozenset())
        if field.name in later and getattr(part, field.name) == field.default:
            content.pop(field.name, None)


def _blobs(content: dict[str, Any]) -> Iterator[dict[str, object]]:
    """Yield the objects in the content of a release, whose keys the public sees only as an address."""
    nested = (part["blob"] for name in ("alternates", "images") for part in content.get(name, ()))
    forms = (form for transcript in content["transcripts"] for form in transcript.get("forms", ()))
    yield from filter(None, (content["audio"], content["cover"], *content["transcripts"], *forms, *nested))


def fingerprints(release: Release | ShowRelease) -> dict[str, str]:
    """Return a short hash of every field the public sees, by the field's name in the producer's words."""
    if isinstance(release, ShowRelease):
        seen: dict[str, object] = {field.name: getattr(release, field.name) for field in fields(release)}
    else:
        episode = release.episode
        seen = {field.name: getattr(episode, field.name) for field in fields(episode) if field.name not in _UNSEEN}
        audio, elsewhere = release.audio, stays_elsewhere(episode.cover)
        seen["audio"] = audio.url or audio.sha256
        seen["audio_facts"] = (audio.url, audio.media_type, audio.bytes, audio.duration) if audio.url else ()
        seen["cover"] = release.cover.sha256 if release.cover else episode.cover if elsewhere else ""
        seen["transcripts"] = [
            (blob.url or blob.sha256, blob.language, blob.media_type, *(("captions",) if blob.captions else ()))
            for blob in release.transcripts
        ]
        seen |= {"chapters": _as_before(release.chapters), "alternates": _unplaced(release.alternates)}
        seen["images"] = _unplaced(release.images)
    return {
        name: hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:12]
        for name, value in seen.items()
    }


def differences(old: Release | ShowRelease, new: Release | ShowRelease) -> tuple[str, ...]:
    """Return the names of the fields in which two releases differ, in the producer's words."""
    before, after = fingerprints(old), fingerprints(new)
    return tuple(name for name in after if after[name] != before.get(name))


def _as_before(chapters: Sequence[Chapter]) -> list[Chapter]:
    """Return chapters for a fingerprint, which is that of earlier ledgers where no later field is set."""
    unset: Any = msgspec.UNSET  # left out when it is encoded
    later = [field for field in fields(Chapter) if field.name in _LATER]
    return [
        replace(chapter, **{field.name: unset for field in later if getattr(chapter, field.name) == field.default})
        for chapter in chapters
    ]


def _unplaced(parts: Sequence[ImageRelease | AlternateRelease]) -> list[object]:
    """Return parts without the places of their files, which the public does not see."""
    plain = [replace(part, path="", blob=replace(part.blob, key="") if part.blob else None) for part in parts]
    return [{name: value for name, value in msgspec.to_builtins(part).items() if name != "master"} for part in plain]
