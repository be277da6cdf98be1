"""What is heard in audio that nobody has published yet: a finding for the producer, never a change of the sound."""

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
"""New files that are listened to at a publish: an hour of talk takes a quarter of a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """An audio file that would be published for the first time: `written` in `name`, with this hex sha256."""

    path: Path
    written: str
    name: str
    sha256: str


class Hearings:
    """Listens to files once, where `folge[audio]` is installed; what was heard is kept in `folder`.

    `target` is the loudness wanted in LUFS, None where nobody is to listen. `working` is told what is being done.
    """

    def __init__(self, folder: Path, target: float | None, working: Callable[[str], None]) -> None:
        self._folder = folder
        self._target = target
        self._working = working

    def problems(self, fresh: Sequence[Fresh]) -> Iterator[Problem]:
        """Yield what a listener would mind of each file; of very many at once only that nobody has listened to them."""
        if self._target is None or find_spec("av") is None:
            return
        unheard = [file for file in fresh if self._kept(file) is None]
        if len(unheard) > MOST:
            message = f"{len(unheard)} new audio files were not listened to"
            yield Problem(severity=Severity.NOTE, message=message, hint="how loud they are, 'folge measure FILE…' says")
        for file in fresh if len(unheard) <= MOST else ():
            try:
                hearing = self._kept(file) or self._heard(file)
            except UserError as error:
                found: Sequence[Problem] = (Problem(severity=Severity.WARNING, message=error.message, hint=error.hint),)
            else:
                found = loudness_problems(hearing, self._target)
            for problem in found:
                message = f"'{file.written}': {problem.message}"
                yield replace(problem, path=file.name, field="audio", message=message)

    def _file(self, file: Fresh) -> Path:
        return self._folder / f"{file.sha256}-{RECIPE}.json"

    def _kept(self, file: Fresh) -> Hearing | None:
        try:
            code, hearing = msgspec.json.decode(self._file(file).read_bytes(), type=tuple[str, Hearing])
        except (OSError, msgspec.DecodeError):
            return None
        return hearing if code == code_digest() else None

    def _heard(self, file: Fresh) -> Hearing:
        from episodes.listening.listener import listen

        self._working(f"listening to {file.path.name}")
        hearing = listen(file.path, lambda share: self._working(f"listening to {file.path.name}, {share:.0%}"))
        write_cache(self._file(file), msgspec.json.encode((code_digest(), hearing)))
        return hearing
