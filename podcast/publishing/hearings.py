"""What is heard in audio: findings for the producer about what is new, and waveforms; never a change of the sound."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import msgspec

from episodes.listening.hearing import RECIPE, Hearing, loudness_problems
from episodes.problems import Problem, Severity, UserError
from podcast.cache import write_cache
from podcast.code import code_digest

MOST = 10
"""Files that are listened to at a publish: an hour of talk takes a quarter of a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """An audio file that would be published for the first time: `written` in `name`, with this hex sha256."""

    path: Path
    written: str
    name: str
    sha256: str


class Hearings:
    """Listens to files once, where `folge[audio]` is installed; what was heard is kept in `folder`.

    `target` is the loudness wanted in LUFS, None where it is nobody's concern. `working` is told what is being done.
    """

    def __init__(self, folder: Path, target: float | None, working: Callable[[str], None]) -> None:
        self._folder = folder
        self._target = target
        self._working = working
        self._now: dict[str, Hearing | UserError] = {}

    def problems(self, fresh: Sequence[Fresh]) -> Iterator[Problem]:
        """Yield what a listener would mind of each file; of very many at once only that nobody has listened to them."""
        if self._target is None or find_spec("av") is None:
            return
        unheard = [file for file in fresh if self.kept(file.sha256) is None]
        if len(unheard) > MOST:
            message = f"{len(unheard)} new audio files were not listened to"
            yield Problem(severity=Severity.NOTE, message=message, hint="how loud they are, 'folge measure FILE…' says")
        for file in fresh if len(unheard) <= MOST else ():
            try:
                hearing = self.heard(file.path, file.sha256)
            except UserError as error:
                found: Sequence[Problem] = (Problem(severity=Severity.WARNING, message=error.message, hint=error.hint),)
            else:
                found = loudness_problems(hearing, self._target)
            for problem in found:
                message = f"'{file.written}': {problem.message}"
                yield replace(problem, path=file.name, field="audio", message=message)

    def kept(self, sha256: str) -> Hearing | None:
        """Return what was heard in the file with that hex sha256, None where nobody has listened to it here."""
        now = self._now.get(sha256)
        if isinstance(now, Hearing):
            return now
        try:
            code, hearing = msgspec.json.decode(self._file(sha256).read_bytes(), type=tuple[str, Hearing])
        except (OSError, msgspec.DecodeError):
            return None
        return hearing if code == code_digest() else None

    def heard(self, path: Path, sha256: str) -> Hearing:
        """Return what is heard in a file. Raises UserError where nothing can be, each time without listening anew."""
        known = self._now.get(sha256) or self.kept(sha256)
        if known is None:
            known = self._now[sha256] = self._listened(path, sha256)
        if isinstance(known, UserError):
            raise known
        return known

    def _listened(self, path: Path, sha256: str) -> Hearing | UserError:
        from episodes.listening.listener import listen

        self._working(f"listening to {path.name}")
        try:
            hearing = listen(path, lambda share: self._working(f"listening to {path.name}, {share:.0%}"))
        except UserError as error:
            return error
        write_cache(self._file(sha256), msgspec.json.encode((code_digest(), hearing)))
        return hearing

    def _file(self, sha256: str) -> Path:
        return self._folder / f"{sha256}-{RECIPE}.json"
