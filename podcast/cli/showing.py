"""`folge show`: one episode with its facts and addresses."""

from datetime import UTC, datetime

import click

from episodes.catalogue import find_episode
from episodes.chapterfiles.marks import to_seconds
from episodes.model import Episode, Status
from episodes.problems import UserError
from episodes.timecode import show_length, show_moment
from podcast.cache import cache_folder
from podcast.cli.options import episode_argument, json_option
from podcast.cli.output import emit, episode_data, give, say, tell_problems, wants_json
from podcast.facts import Facts
from podcast.layout import LEDGER, page_url, short_path
from podcast.publishing.ledger import Entry, Ledger, State, decode_ledger
from podcast.publishing.teasing import Newsletter
from podcast.stores import StoreError
from podcast.workspace import Workspace, open_workspace


@click.command("show")
@episode_argument
@click.option("--offline", is_flag=True, help="Do not ask the store what is published.")
@json_option
@click.pass_context
def command(ctx: click.Context, episode: str, offline: bool, as_json: bool) -> None:
    """Show EPISODE: what was written, what was measured, and the addresses to link to."""
    workspace = open_workspace(ctx.obj.folder)
    found = find_episode(workspace.catalogue, episode)
    asked, ledger = (False, None) if offline else _published(workspace)
    entry = ledger.by_guid().get(found.guid) if ledger else None
    data = episode_data(found)
    data |= _measured(workspace, found)
    data |= _addresses(workspace, found, entry)
    data["enclosure"] = _enclosure(workspace, entry)
    data["issues"] = [issue.name for issue in Newsletter(workspace, ledger).all_issues.teasing(found.guid)]
    data["standing"] = _standing(found, entry) if asked else "unknown"
    if wants_json(as_json):
        emit(data)
    else:
        _print(found, data)
    tell_problems(p for p in workspace.problems if p.path == f"episodes/{found.source_name}")


def _published(workspace: Workspace) -> tuple[bool, Ledger | None]:
    """Return whether the store answered, and its ledger."""
    try:
        stored = workspace.store().get(LEDGER)
        return True, decode_ledger(stored.body) if stored else None
    except StoreError as error:
        say(f"the store was not asked what is published: {error}")
        return False, None


def _measured(workspace: Workspace, episode: Episode) -> dict[str, object]:
    if remote := episode.remote:
        told = {"duration": round(remote.duration.total_seconds(), 3), "bytes": remote.bytes}
        return {"audio_here": False, **told, "media_type": remote.media_type}
    path = workspace.there(episode.audio)
    if path is None:
        return {"audio_here": False}
    facts = Facts(cache_folder(workspace.folder))
    try:
        audio = facts.audio(path)
    except UserError as error:
        say(f"warning: {error}")
        return {"audio_here": False}
    facts.save()
    return {
        "audio_here": True,
        "duration": round(audio.duration.total_seconds(), 3),
        "bytes": audio.bytes,
        "media_type": audio.media_type,
        "sha256": audio.sha256,
        "bitrate": audio.bitrate,
        "chapters": [
            {
                "start": to_seconds(chapter.start),
                "end": to_seconds(chapter.end) if chapter.end else None,
                "title": chapter.title,
                "link": chapter.link,
            }
            for chapter in audio.chapters
        ],
        "doubts": list(audio.doubts),
        "repairs": list(audio.repairs),
    }


def _addresses(workspace: Workspace, episode: Episode, entry: Entry | None) -> dict[str, object]:
    """Return where the episode is to be found. `short_link` is for newsletters; it is given out at the publish."""
    store = workspace.settings.store
    slug = entry.release.episode.slug if entry else episode.slug
    short = entry.short if entry else ""
    base, index = store.public_url, store.directory_index
    link = page_url(base, short_path(short), directory_index=index) if short else ""
    return {"page": page_url(base, slug, directory_index=index), "short_link": link, "feed": f"{base}feed.xml"}


def _enclosure(workspace: Workspace, entry: Entry | None) -> dict[str, object] | None:
    """Return what listeners fetch, which has tags of its own and so other bytes than the producer's file."""
    if entry is None or entry.state is State.WITHDRAWN:
        return None
    audio = entry.release.audio
    return {
        "url": audio.address(workspace.settings.store.public_url),
        "media_type": audio.media_type,
        "bytes": audio.bytes,
        "sha256": audio.sha256,
        "duration": round(audio.duration.total_seconds(), 3),
    }


def _standing(episode: Episode, entry: Entry | None) -> str:
    if entry:
        return entry.state.value if entry.state is State.WITHDRAWN else "published"
    if episode.status is Status.READY and episode.published and episode.published > datetime.now(UTC):
        return "waiting"
    return "not published" if episode.status is Status.READY else episode.status.value


def _print(episode: Episode, data: dict[str, object]) -> None:
    people = [
        ", ".join(part for part in (person.name, person.function, person.organisation) if part)
        for person in episode.appearances
    ]
    recording = episode.recording
    recorded = [recording.occasion, recording.place, recording.on.isoformat() if recording.on else ""]
    length = data.get("duration")
    size = data.get("bytes")
    heard = data["enclosure"]
    issues = data["issues"]
    rows = [
        ("title", episode.title),
        ("file", str(data["file"])),
        ("guid", episode.guid),
        ("number", f"{episode.number or ''}" + (f" (season {episode.season})" if episode.season else "")),
        ("published", show_moment(episode.published) if episode.published else ""),
        ("state", str(data["standing"])),
        ("with", "; ".join(people)),
        ("recorded", ", ".join(part for part in recorded if part)),
        ("topics", ", ".join(episode.topics)),
        ("audio", episode.audio + _whereabouts(episode, here=data["audio_here"] is True)),
        ("length", f"{_length(length)}, {size:,} bytes" if isinstance(size, int) else ""),
        ("sha256", str(data.get("sha256", ""))),
        ("enclosure", str(heard["url"]) if isinstance(heard, dict) else ""),
        ("", _weight(heard) if isinstance(heard, dict) else ""),
        ("page", str(data["page"])),
        ("short link", str(data["short_link"]) or "given out when it is published"),
        ("feed", str(data["feed"])),
        ("issues", ", ".join(issues) if isinstance(issues, list) else ""),
    ]
    for name, value in rows:
        if value:
            give(f"{name:>10}  {value}")
    if episode.summary:
        give(f"\n{episode.summary}")
    if episode.notes:
        give(f"\n{episode.notes}")


def _weight(heard: dict[str, object]) -> str:
    """Return size and hash of what listeners fetch; nothing of what stays elsewhere and was said above already."""
    return f"{heard['bytes']:,} bytes, sha256 {heard['sha256']}" if heard["sha256"] else ""


def _whereabouts(episode: Episode, *, here: bool) -> str:
    if episode.remote:
        return " (stays there)"
    return "" if here else " (not on this machine)"


def _length(seconds: object) -> str:
    from datetime import timedelta

    return show_length(timedelta(seconds=seconds)) if isinstance(seconds, float | int) else ""
