"""Many producers on one store: folders of their own, processes of their own, all beginning at the same moment."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from podcast.cli import run
from tests.episodes.audio_builders import frames
from tests.podcast.builders import ShowFolder, make_show

AGAIN = 30
"""How often a producer who is told that somebody else publishes too runs the command again."""

_MOVED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One producer: a folder, and episodes that are put into it round by round."""

    show: ShowFolder
    rounds: int = 1
    name: str = "alone"

    def start(self, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Start the process; it says that it is ready and waits for a line."""
        with (self.show.path / f"{self.name}.txt").open("w", encoding="utf-8") as told:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.podcast.rivals", str(self.show.path), str(self.rounds), self.name],
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
            )

    def codes(self) -> list[int]:
        """Return the exit code of every command the producer ran."""
        codes: list[int] = json.loads((self.show.path / f"{self.name}.json").read_text(encoding="utf-8"))
        return codes

    def told(self) -> str:
        return (self.show.path / f"{self.name}.txt").read_text(encoding="utf-8")


def make_rivals(folder: Path, store: str, count: int, episodes: int, rounds: int, more: str = "") -> list[Rival]:
    """Make folders of one show that publish to `store`, each with episodes of its own."""
    template = make_show(folder / "template", episodes=0)
    template.publish_files_as_they_are()
    path = template.path / "podcast.toml"
    text = path.read_text(encoding="utf-8").replace('url = "public"', f'url = "{store}"\n{more}', 1)
    path.write_text(text, encoding="utf-8")
    rivals = []
    for index in range(count):
        show = template.copy(folder / f"rival-{index}")
        for number in range(index * episodes + 1, (index + 1) * episodes + 1):
            (show.path / "audio" / f"{number}.mp3").write_bytes(frames(20 + number))
            guid = f"{number:08}-aaaa-4bbb-8ccc-000000000000"
            written = show.episode(
                number, guid=guid, published=f"2024-{number // 28 + 1:02}-{number % 28 + 1:02} 06:00"
            )
            written.rename(written.with_suffix(f".round{number % rounds}"))
        rivals.append(Rival(show=show, rounds=rounds))
    return rivals


def race(rivals: list[Rival], environment: Mapping[str, str]) -> None:
    """Let all begin at once, and wait until all are done."""
    repository = Path(__file__).parents[2]
    running = []
    for index, rival in enumerate(rivals):
        mine = os.environ | environment | {"FOLGE_PRODUCER": f"rival-{index}", "PYTHONPATH": str(repository)}
        running.append(rival.start(mine))
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=600)


def _publish(folder: Path, rounds: int) -> list[int]:
    """Publish round by round; where somebody else was in the way, run the command again."""
    codes = []
    for number in range(rounds):
        for path in (folder / "episodes").glob(f"*.round{number}"):
            path.rename(path.with_suffix(".md"))
        for _ in range(AGAIN):
            codes.append(run(["-C", str(folder), "publish", "--yes"]))
            if codes[-1] != _MOVED:
                break
    return codes


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    where, rounds, name = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    (where / f"{name}.json").write_text(json.dumps(_publish(where, rounds)), encoding="utf-8")
