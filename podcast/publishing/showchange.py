"""What a publish would change of the show itself. Pure: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from podcast.digests import differences
from podcast.layout import settings_key
from podcast.publishing.changes import Asked, Change, Kind
from podcast.publishing.differing import older_words, replaced_fields, stale_fields, who_published
from podcast.publishing.ledger import ShowEntry, Version
from podcast.publishing.tombstones import KEPT_VERSIONS
from podcast.release import ShowRelease
from podcast.settings import FILE


def decide_show(
    release: ShowRelease,
    old: ShowEntry | None,
    version: Version,
    *,
    asked: Asked,
    seen: Mapping[str, str],
    settings_sha256: str,
) -> tuple[ShowEntry, Change | None]:
    """Return the show as the next ledger has it, and what changes, None where nothing does.

    `version` is the one a publish would add; the other arguments are those of `decide`.
    """
    if old is None:
        return _with_settings(ShowEntry(release=release, history=(version,)), settings_sha256), None
    if wrong := another_show(release.guid, old.release):
        return old, Change(kind=Kind.REFUSE, guid="", title=release.title, reason=wrong)
    if asked.only_due or asked.alone:
        return old, None
    if version.digest == old.current.digest:
        return (old if old.settings_key else _with_settings(old, settings_sha256)), None
    changed = differences(old.release, release)

    def change(kind: Kind, reason: str) -> Change:
        return Change(kind=kind, guid="", title=release.title, reason=reason, fields=changed)

    if not asked.show_mine:
        stale = stale_fields(release, old.history, changed)
        is_older = any(version.digest == earlier.digest for earlier in old.history) or {*stale} == {*changed}
        if not is_older and seen.get("", old.current.digest) != old.current.digest:
            meanwhile = f"the show was changed by {old.current.by} meanwhile"
            return old, change(Kind.REFUSE, f"{meanwhile}; look at both, or ask with --mine {FILE}")
        if is_older or stale:
            own = () if is_older else tuple(name for name in changed if name not in stale)
            return old, change(Kind.BEHIND, _behind(stale, own, old.current))
    if release.base_url != old.release.base_url and not asked.new_address:
        move = f"from {old.release.base_url} to {release.base_url}"
        return old, change(Kind.REFUSE, f"every address would change {move}; ask with --new-address")
    version = replace(version, replaced=replaced_fields(old.release, changed))
    entry = replace(old, release=release, history=(*old.history, version)[-KEPT_VERSIONS:])
    return _with_settings(entry, settings_sha256), change(Kind.UPDATE, "the show's settings changed")


def another_show(guid: str, published: ShowRelease) -> str:
    """Say that a store holds another show than the one with a podcast guid, or nothing."""
    if guid == published.guid:
        return ""
    held = f"'{published.title}' (podcast guid {published.guid})"
    return f"this store holds another show, {held}; say another store in {FILE}, or correct its guid"


def _behind(stale: Sequence[str], own: Sequence[str], current: Version) -> str:
    """Say that the published settings are kept as a whole, and which fields that were changed here wait therefore."""
    mine = f"to publish yours: folge publish --mine {FILE}"
    if not own:
        return f"{FILE} here is older than what {who_published(current)}, which is kept; to get it: folge pull; {mine}"
    waits = f"{' and '.join(own)} from here {'waits' if len(own) == 1 else 'wait'}"
    return f"{older_words(stale, current)}, which is kept; {waits}; to see both: folge pull; {mine}"


def _with_settings(entry: ShowEntry, sha256: str) -> ShowEntry:
    """Return the show with the text of `podcast.toml` here, from which a folder can be made again."""
    return replace(entry, settings_key=settings_key(sha256), settings_sha256=sha256) if sha256 else entry
