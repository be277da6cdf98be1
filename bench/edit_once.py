"""A change of one episode in a long show, in a process of its own: CPU seconds with a warm cache and without, as JSON.

Arguments: how many episodes, how many rounds, a folder for the cache, the file to write.
"""

import json
import random
import sys
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.shows import notes
from episodes.model import Appearance, Chapter, Episode, Recording
from feed.show import Category
from podcast.publishing.feeds import compile_pages
from podcast.publishing.ledger import Entry, Ledger, ShowEntry, State, Version
from podcast.publishing.rendered import Rendered
from podcast.release import AudioBlob, Blob, Release, ShowRelease, TranscriptBlob

_FIRST = datetime(2000, 1, 1, 12, tzinfo=UTC)
_NOTE_BYTES = 2000


def main(count: int, rounds: int, folder: Path, report: Path) -> None:
    """Change another episode each round, and prove that both ways give the same feed."""
    ledger = _ledger(count)
    rendered = Rendered(folder / "items.sqlite")
    compile_pages(ledger, rendered)
    figures: dict[str, list[float]] = {"edited": [], "full": []}
    for number in range(rounds):
        ledger = _edited(ledger, number * 7 % count)
        spliced, seconds = _timed(ledger, rendered)
        figures["edited"].append(seconds)
        whole, seconds = _timed(ledger, Rendered())
        figures["full"].append(seconds)
        if spliced != whole:
            sys.exit("a feed from the cache is not the feed compiled anew")
    report.write_text(json.dumps(figures), encoding="ascii")


def _timed(ledger: Ledger, rendered: Rendered) -> tuple[dict[str, bytes], float]:
    started = time.process_time()
    _, pages = compile_pages(ledger, rendered)
    return pages, time.process_time() - started


def _edited(ledger: Ledger, index: int) -> Ledger:
    entry = ledger.entries[index]
    release = replace(entry.release, episode=replace(entry.release.episode, title=f"{entry.release.episode.title}!"))
    version = replace(entry.current, at=entry.current.at + timedelta(minutes=1))
    changed = replace(entry, release=release, history=(*entry.history, version))
    return replace(ledger, entries=(*ledger.entries[:index], changed, *ledger.entries[index + 1 :]))


def _ledger(count: int) -> Ledger:
    chosen = random.Random(7)
    show = ShowRelease(
        title="Gemessen",
        description="Eine Sendung, an der gemessen wird.",
        language="de",
        guid="5f7a1046-f398-56b7-bd12-43942b6e83b7",
        base_url="https://podcast.example.org/",
        categories=(Category(name="Government"),),
        hosts=(Appearance(name="Anna Beispiel", role="host"),),
        cover=_blob("covers/cover", "png", "image/png"),
    )
    entries = sorted((_entry(number, chosen) for number in range(1, count + 1)), key=lambda entry: entry.guid)
    return Ledger(show=ShowEntry(release=show, history=(_version(0),)), entries=tuple(entries))


def _entry(number: int, chosen: random.Random) -> Entry:
    guid = str(uuid.UUID(int=chosen.getrandbits(128), version=4))
    episode = Episode(
        guid=guid,
        slug=f"folge-{number}",
        title=f"Mut & Wandel, Teil {number}",
        number=number,
        season=1,
        audio=f"audio/{number}.mp3",
        source_name=f"{number}-folge-{number}.md",
        source_sha256="",
        published=_FIRST + timedelta(days=number),
        notes=notes(chosen, _NOTE_BYTES),
        appearances=(Appearance(name="Uwe Schneidewind", role="guest", function="Oberbürgermeister"),),
        recording=Recording(place="Berlin", occasion="K360-Festival"),
    )
    audio = _blob(f"audio/folge-{number}", "mp3", "audio/mpeg")
    release = Release(
        episode=episode,
        audio=AudioBlob(
            key=audio.key,
            media_type="audio/mpeg",
            bytes=30_000_000,
            sha256=audio.sha256,
            duration=timedelta(minutes=20),
        ),
        transcripts=(
            TranscriptBlob(
                key=f"transcripts/folge-{number}.vtt", media_type="text/vtt", bytes=20_000, sha256=audio.sha256
            ),
        ),
        chapters=tuple(Chapter(start=timedelta(minutes=3 * n), title=f"Kapitel {n}") for n in range(6)),
    )
    return Entry(
        guid=guid,
        state=State.PUBLISHED,
        release=release,
        history=(_version(number),),
        short=str(number),
        position=number,
    )


def _version(number: int) -> Version:
    return Version(digest=f"{number:064x}", at=_FIRST + timedelta(days=number), by="anna@laptop")


def _blob(name: str, extension: str, media_type: str) -> Blob:
    return Blob(key=f"{name}-0123456789ab.{extension}", media_type=media_type, bytes=100_000, sha256="0" * 64)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
