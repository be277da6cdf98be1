"""Files of episodes that stay elsewhere: what they are, where they lie, what is said of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from episodes.addresses import stays_elsewhere
from episodes.model import Episode, TranscriptFile
from episodes.slugs import slugify


class Kind(StrEnum):
    """What a file is to its episode, or to the show; the value is the folder of the show it is kept in."""

    AUDIO = "audio"
    COVER = "covers"
    TRANSCRIPT = "transcripts"
    CHAPTERS = "chapters"
    SHOW_COVER = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One file at an address. `name` is the name of the episode file that names it, without its extension; `cover` is
    that of the show's cover, which `podcast.toml` names.

    `label` tells it from others of its kind in that episode, as the language of a transcript. `bytes` and `media_type`
    are what the feed said of it, 0 and empty where it said nothing.
    """

    name: str
    url: str
    kind: Kind
    bytes: int = 0
    media_type: str = ""
    label: str = ""


def remotes_of(episode: Episode) -> tuple[Remote, ...]:
    """Return the files of an episode that stay elsewhere, each once, the audio first."""
    name = episode.source_name.removesuffix(".md")
    found = []
    if stays_elsewhere(episode.audio):
        said = episode.remote
        size, media_type = (said.bytes, said.media_type) if said else (0, "")
        found.append(Remote(name=name, url=episode.audio, kind=Kind.AUDIO, bytes=size, media_type=media_type))
    if stays_elsewhere(episode.cover):
        found.append(Remote(name=name, url=episode.cover, kind=Kind.COVER))
    several = len({one.language for one in episode.transcripts if one.language}) > 1
    for url, one in {one.url: one for one in episode.transcripts if one.url}.items():
        label = slugify(one.language) if several else ""
        found.append(Remote(name=name, url=url, kind=Kind.TRANSCRIPT, media_type=one.media_type, label=label))
    if episode.chapters_url:
        found.append(Remote(name=name, url=episode.chapters_url, kind=Kind.CHAPTERS))
    return tuple(found)


def show_remotes(cover: str) -> tuple[Remote, ...]:
    """Return the cover of a show where it stays elsewhere."""
    return (Remote(name="cover", url=cover, kind=Kind.SHOW_COVER),) if stays_elsewhere(cover) else ()


def at_home(episode: Episode, fetched: Mapping[str, str]) -> Episode:
    """Return an episode that names files of the show folder in place of the addresses they were fetched from.

    `fetched` are paths by address; chapters, which are taken into the episode file, are not among them.
    """
    if episode.audio in fetched:
        episode = replace(episode, audio=fetched[episode.audio], remote=None)
    return replace(
        episode,
        cover=fetched.get(episode.cover, episode.cover),
        transcripts=tuple(_transcript(transcript, fetched) for transcript in episode.transcripts),
    )


def _transcript(transcript: TranscriptFile, fetched: Mapping[str, str]) -> TranscriptFile:
    if transcript.url not in fetched:
        return transcript
    return replace(transcript, path=fetched[transcript.url], url="", media_type="")
