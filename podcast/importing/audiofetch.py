"""Fetches files of episodes into the show folder: in parallel, politely, checked by their content, named safely.

Nothing that is there is overwritten. What broke off lies beside its place as a `.part`, and the next run goes on.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from threading import Event
from urllib.parse import unquote, urlsplit

from episodes.audio import extension_for, measure
from episodes.chapterfiles.reading import read_chapters
from episodes.covers import measure_picture
from episodes.mediatypes import PICTURE_TYPES, TRANSCRIPT_TYPES
from episodes.problems import Problem, Severity, UserError, errors, quoted, shown_path
from episodes.transcripts import read_transcript
from podcast.fetching import Fetcher, Limits
from podcast.files import make_folder, settle
from podcast.importing.download import Download, Patience, discard, download
from podcast.importing.remotes import Kind, Remote
from podcast.importing.sameness import media_kind
from podcast.stores import StoreError

LIMITS = Limits(connect=15.0, read=60.0, total=12 * 3600.0, attempts=1)
"""How long a file may take; a server that says nothing for a minute is asked again."""

_WORKERS = 6
_LARGEST_TEXT = 20_000_000
_LARGEST_PICTURE = 50_000_000
_TRANSCRIPTS = {
    **{media_type: extension for extension, media_type in TRANSCRIPT_TYPES.items()},
    "application/srt": ".srt",
    "text/srt": ".srt",
}
_AUDIO = ("audio/", "video/", "application/octet-stream", "binary/octet-stream", "application/ogg")

Told = Callable[[Remote, int, int], None]
"""Hears of a file how many of its bytes are there, and of how many; 0 where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of a file: its path in the show folder, or why there is none. `findings` are what is odd about it.

    `there` says that the very file was in the show folder before; `unreachable` that the network is to blame.
    """

    remote: Remote
    path: str = ""
    bytes: int = 0
    resumed: int = 0
    there: bool = False
    findings: tuple[str, ...] = ()
    error: str = ""
    unreachable: bool = False


def fetch_all(
    folder: Path,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    *,
    patience: Patience | None = None,
    told: Told = lambda remote, done, total: None,
) -> Generator[Fetched, None, None]:
    """Fetch files into a show folder, at most two at a time from one host, and yield each when it is done.

    What an interruption leaves half done is gone on with by the next call.
    """
    over = Event()

    def one(remote: Remote) -> Fetched:
        try:
            return _fetch(folder, remote, fetcher, patience=patience, told=told, over=over)
        except UserError as error:
            return Fetched(remote=remote, error=str(error), unreachable=isinstance(error, StoreError))

    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting: set[Future[Fetched]] = {pool.submit(one, remote) for remote in _by_host(remotes)}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BaseException:
            over.set()
            fetcher.end()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _by_host(remotes: Sequence[Remote]) -> list[Remote]:
    """Return files so that those of one host do not stand in a row: who waits for a busy host keeps others waiting."""
    seen: dict[str, int] = {}
    ranked = []
    for remote in remotes:
        host = urlsplit(remote.url).netloc.lower() if "[" not in remote.url else ""
        seen[host] = seen.get(host, -1) + 1
        ranked.append((seen[host], remote))
    return [remote for _, remote in sorted(ranked, key=lambda pair: pair[0])]


def _fetch(
    folder: Path, remote: Remote, fetcher: Fetcher, *, patience: Patience | None, told: Told, over: Event
) -> Fetched:
    """Fetch one file, look at its content, and give it its name. Raises UserError as `download` and the checks do."""
    place = folder / remote.kind.value
    make_folder(place)
    stem = f"{remote.name}-{remote.label}" if remote.label else remote.name
    part = place / f"{stem}.{hashlib.sha256(remote.url.encode()).hexdigest()[:8]}.part"
    come = download(
        fetcher,
        remote.url,
        part,
        stated=remote.bytes,
        patience=patience,
        told=lambda done, total: told(remote, done, total),
        over=over,
    )
    try:
        extension, findings = _LOOKS[remote.kind](part, remote)
    except UserError as error:
        discard(part)
        what = quoted(remote.url)
        raise UserError(str(error).replace(part.name, what), hint=f"look at {what} in a browser") from error
    path, there = _keep(part, place / f"{stem}{extension}")
    odd = (*_findings(remote, come), *findings)
    if path.stem != stem:
        odd = (*odd, f"{stem}{extension} is there and is another file; it stays, and this is {path.name}")
    shown = shown_path(path, folder)
    return Fetched(remote=remote, path=shown, bytes=come.bytes, resumed=come.resumed, there=there, findings=odd)


def _keep(part: Path, wanted: Path) -> tuple[Path, bool]:
    """Give a part its name, a new one where that is taken by another file, and say whether it was there before."""
    for number in count(1):
        path = wanted if number == 1 else wanted.with_stem(f"{wanted.stem}-{number}")
        try:
            settle(part, path, replace=False)
        except FileExistsError:
            if not _same(part, path):
                continue
            discard(part)
            return path, True
        discard(part)
        return path, False
    raise AssertionError("numbers do not end")


def _same(one: Path, other: Path) -> bool:
    try:
        if not other.is_file() or one.stat().st_size != other.stat().st_size:
            return False
        with one.open("rb") as first, other.open("rb") as second:
            return hashlib.file_digest(first, "sha256").digest() == hashlib.file_digest(second, "sha256").digest()
    except OSError:
        return False


def _findings(remote: Remote, come: Download) -> Iterator[str]:
    """Say in what the feed told something else of a whole file than it is."""
    if remote.bytes and remote.bytes != come.bytes:
        yield f"the feed says {remote.bytes:,} bytes, and it has {come.bytes:,}"
    if come.total is None and remote.bytes != come.bytes:
        yield "the server did not say how long it is: listen whether its end is there"
    if remote.kind is Kind.AUDIO and come.media_type and not come.media_type.startswith(_AUDIO):
        yield f"the server calls it {come.media_type}, and it is audio all the same"


def _audio(part: Path, remote: Remote) -> tuple[str, tuple[str, ...]]:
    audio = measure(part)
    extension = extension_for(audio, PurePosixPath(unquote(urlsplit(remote.url).path)).name)
    doubts = tuple(doubt for doubt in audio.doubts if not doubt.startswith("its name ends in"))
    if remote.media_type and media_kind(remote.media_type) != media_kind(audio.media_type):
        doubts = (f"the feed says {remote.media_type}, and it is {audio.media_type}", *doubts)
    return extension, doubts


def _cover(part: Path, _remote: Remote) -> tuple[str, tuple[str, ...]]:
    found = measure_picture(_read(part, _LARGEST_PICTURE))
    extensions = {media_type: extension for extension, media_type in reversed(PICTURE_TYPES.items())}
    if found is None or found.media_type not in extensions:
        what = f"a picture of type {found.media_type}" if found else "no picture"
        raise UserError(f"{part.name} is {what}; apps take JPEG and PNG")
    return extensions[found.media_type], ()


def _transcript(part: Path, remote: Remote) -> tuple[str, tuple[str, ...]]:
    named = PurePosixPath(urlsplit(remote.url).path).suffix.lower()
    extension = _TRANSCRIPTS.get(remote.media_type.partition(";")[0].strip().lower(), named)
    try:
        _, problems = read_transcript(f"{remote.name}{extension}", _read(part, _LARGEST_TEXT))
    except UserError as error:
        raise UserError(f"{part.name} {error.message}") from error
    return extension, _sentences(problems)


def _chapters(part: Path, _remote: Remote) -> tuple[str, tuple[str, ...]]:
    read = read_chapters(_read(part, _LARGEST_TEXT), part.name)
    problems = (read,) if isinstance(read, Problem) else read.problems
    if errors(problems):
        raise UserError(f"{part.name} {errors(problems)[0].message}")
    return ".json", _sentences(problems)


_LOOKS: dict[Kind, Callable[[Path, Remote], tuple[str, tuple[str, ...]]]] = {
    Kind.AUDIO: _audio,
    Kind.COVER: _cover,
    Kind.SHOW_COVER: _cover,
    Kind.TRANSCRIPT: _transcript,
    Kind.CHAPTERS: _chapters,
}
"""Looks at what has come: returns its true extension and what is odd about it. Raises UserError for what is no such."""


def _read(part: Path, largest: int) -> bytes:
    if part.stat().st_size > largest:
        raise UserError(f"{part.name} has more than {largest:,} bytes")
    return part.read_bytes()


def _sentences(problems: Sequence[Problem]) -> tuple[str, ...]:
    notable = [problem for problem in problems if problem.severity is not Severity.NOTE]
    return tuple(
        f"line {problem.line}: {problem.message}" if problem.line else problem.message for problem in notable[:3]
    )
