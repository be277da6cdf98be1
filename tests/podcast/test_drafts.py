"""Files that are being written: what a killed writer leaves is deleted, and nothing else."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from podcast.cli import run
from podcast.files import create_file, draft_of, sweep_drafts
from tests.podcast.builders import ShowFolder

WRITER = """\
import sys, time
from pathlib import Path
from podcast.files import draft_of
with draft_of(Path(sys.argv[1])) as draft:
    draft.write_bytes(b"halb")
    print(draft, flush=True)
    time.sleep(60)
"""


@contextmanager
def writer(path: Path) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    """Run a process that is writing a file; yields its draft."""
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            draft = Path(process.stdout.readline().strip())
            age(draft)
            yield draft, process
        finally:
            process.kill()


def age(path: Path, seconds: float = 60) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def killed(path: Path) -> Path:
    """Return the draft of a writer that was killed."""
    with writer(path) as (draft, process):
        process.kill()
        process.wait()
        assert draft.read_bytes() == b"halb"
    return draft


def test_the_next_pull_deletes_what_a_killed_one_left_wherever_that_is(show: ShowFolder) -> None:
    assert run(["-C", str(show.path), "publish", "--yes"]) == 0
    left = [killed(show.path / name) for name in ("podcast.toml", "episodes/001-folge-1.md", "audio/1.mp3")]
    assert run(["-C", str(show.path), "pull"]) == 0
    assert not any(path.exists() for path in left)


def test_a_dry_run_deletes_nothing(show: ShowFolder) -> None:
    assert run(["-C", str(show.path), "publish", "--yes"]) == 0
    draft = killed(show.path / "audio" / "1.mp3")
    assert run(["-C", str(show.path), "pull", "--dry-run"]) == 0
    assert draft.exists()


def test_a_draft_somebody_is_writing_stays(tmp_path: Path) -> None:
    with writer(tmp_path / "1.mp3") as (draft, _), draft_of(tmp_path / "2.mp3") as own:
        age(own)
        sweep_drafts(tmp_path)
        assert (draft.exists(), own.exists()) == (True, True)


def test_whatever_is_written_in_a_folder_takes_away_what_was_left_there(tmp_path: Path) -> None:
    draft = killed(tmp_path / "1.mp3")
    create_file(tmp_path / "2.md", "Hallo")
    assert [path.name for path in tmp_path.iterdir()] == ["2.md"]
    assert not draft.exists()


@pytest.mark.parametrize(
    "name",
    [
        ".folge-draft-notizen.md",
        ".folge-draft-0123456789abcdef.md.bak",
        ".folge-draft-0123456789ABCDEF.md",
        ".001-mut.md",
        "folge-draft-0123456789abcdef.md",
    ],
)
def test_what_is_not_surely_ours_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"meins")
    (tmp_path / ".folge-draft-0123456789abcdef").mkdir()
    (tmp_path / ".folge-draft-0123456789abcdee.md").symlink_to(tmp_path / name)
    age(tmp_path / name, 1_000_000)
    sweep_drafts(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
