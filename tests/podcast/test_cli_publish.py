"""`folge plan`, `publish` and `check` with good and with bad input: the screen, the store, the exit code."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from podcast.cli import run
from tests.podcast.builders import BASE, REPOSITORY, ShowFolder, make_show

TALK = REPOSITORY / "docs" / "demo" / "diensteid.mp3"
FOLGE = Path(sys.executable).with_name("folge")


def folge(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), *arguments])


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class TestPublish:
    """`folge plan`, `folge publish` and `folge check`."""

    def test_plan_says_whether_there_is_something_to_do(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert folge(show.path, "plan", "--exit-code") == 4
        assert "+ add" in capsys.readouterr().out
        assert not (show.path / "public").exists()
        assert folge(show.path, "publish", "--yes") == 0
        assert folge(show.path, "plan", "--exit-code") == 0

    def test_without_a_terminal_and_without_yes_nothing_is_published(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert folge(show.path, "publish") == 2
        assert "--yes" in capsys.readouterr().err
        assert not (show.path / "public").exists()

    def test_show_tells_what_listeners_fetch_beside_the_file_of_the_producer(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert folge(show.path, "show", "1", "--json") == 0
        assert json.loads(capsys.readouterr().out)["enclosure"] is None

        assert folge(show.path, "publish", "--yes") == 0
        capsys.readouterr()
        assert folge(show.path, "show", "1", "--json") == 0
        told = json.loads(capsys.readouterr().out)

        master = (show.path / "audio/1.mp3").read_bytes()
        assert (told["bytes"], told["sha256"]) == (len(master), hashlib.sha256(master).hexdigest())
        fetched = (show.path / "public" / told["enclosure"]["url"].removeprefix(BASE)).read_bytes()
        assert told["enclosure"] | {"url": ""} == {
            "url": "",
            "media_type": "audio/mpeg",
            "bytes": len(fetched),
            "sha256": hashlib.sha256(fetched).hexdigest(),
            "duration": told["duration"],
        }
        assert fetched != master

    def test_five_mistakes_are_five_problems_and_nothing_is_written(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        show.file(1).write_text(
            "---\nguid: a b\ntitel: A\nnumber: x\npublished: 2024-02-30\nstatus: reddy\naudio: audio/1.mp3\n---\n",
            encoding="utf-8",
        )

        assert folge(show.path, "publish", "--yes") == 3

        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: episodes/001")]
        assert len(lines) >= 5
        assert any("001-folge-1.md:3: titel" in line for line in lines)
        assert not (show.path / "public").exists()

    def test_two_files_with_the_same_slug_are_named(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        show.file(2).rename(show.file(2, "folge-1"))

        assert folge(show.path, "check") == 3
        assert "slug: 'folge-1' is also that of episodes/001-folge-1.md" in capsys.readouterr().out

    def test_broken_toml_is_named_with_its_line(self, show: ShowFolder, capsys: pytest.CaptureFixture[str]) -> None:
        (show.path / "podcast.toml").write_text('[show]\ntitle = "A\n', encoding="utf-8")

        assert folge(show.path, "publish", "--yes") == 2
        assert "podcast.toml:2: not valid TOML" in capsys.readouterr().err

    def test_a_folder_without_a_show_says_what_to_do(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for command in (["list"], ["publish", "--yes"], ["plan"], ["check"], ["add", "x.mp3"], ["serve"]):
            assert folge(tmp_path, *command) == 2
            assert "folge init" in capsys.readouterr().err

    def test_a_store_that_cannot_be_reached_has_its_own_exit_code(
        self, show: ShowFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = show.path / "podcast.toml"
        text = path.read_text(encoding="utf-8").replace('url = "public"', 'url = "s3://nowhere"', 1)
        path.write_text(text + 'endpoint_url = "http://127.0.0.1:9"\n', encoding="utf-8")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "geheimes-wort")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

        assert folge(show.path, "publish", "--yes") == 6

        told = capsys.readouterr().err
        assert "s3://nowhere" in told
        assert "geheimes-wort" not in told

    def test_a_read_only_folder_is_a_sentence(
        self, show: ShowFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_show(tmp_path / "warm")
        show.publish_files_as_they_are()  # there is no place for copies
        assert folge(tmp_path / "warm", "publish", "--yes") == 0  # everything is imported: nobody may not read it
        before = listing(show.path)
        with _without_rights(show.path):
            assert folge(show.path, "publish", "--yes") == 6
            assert folge(show.path, "set", "1", "title=Neu") == 2
            assert folge(show.path, "add", str(show.path / "audio" / "2.mp3"), "--title", "Neu") == 3
        assert "public" in capsys.readouterr().err
        assert listing(show.path) == before

    def test_a_file_where_the_store_should_be_is_a_sentence(
        self, show: ShowFolder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (show.path / "public").write_bytes(b"")

        assert folge(show.path, "publish", "--yes") == 6
        assert "Traceback" not in capsys.readouterr().err


@contextmanager
def _without_rights(folder: Path) -> Iterator[None]:
    """Take the right to write below a folder from this process, from root too."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folder.parents:
        if not path.stat().st_mode & 0o001:
            path.chmod(0o755)
    for path in folders:
        path.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path in folders:
            path.chmod(0o755)


def _in_the_middle(temporary: Path) -> bool:
    """Say whether a large file is being written; small ones come and go while one looks."""
    with suppress(FileNotFoundError):
        return any(path.stat().st_size > 1_000_000 for path in temporary.iterdir())
    return False


def test_an_interrupted_publish_leaves_130_and_the_next_one_goes_on(show: ShowFolder) -> None:
    """Ctrl-C in the middle of copying a large file; the store's folder is a pipe-slow one: a file of 200 MB."""
    show.draw_no_waveforms()
    master = show.path / "audio" / "2.mp3"
    frame = master.read_bytes()
    with master.open("wb") as file:
        for _ in range(200_000_000 // len(frame)):
            file.write(frame)
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    arguments: list[str | Path] = [FOLGE, "-C", str(show.path), "publish", "--yes"]
    running = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    temporary = show.path / "public" / ".folge" / "tmp"
    deadline = time.monotonic() + 60
    while not _in_the_middle(temporary):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)

    assert running.returncode == 130
    assert b"Traceback" not in told
    assert b"run the same command again" in told
    assert not (show.path / "public" / "feed.xml").exists()
    assert list(temporary.iterdir()) == []

    assert folge(show.path, "publish", "--yes") == 0
    assert (show.path / "public" / "feed.xml").exists()
