"""`folge fetch`: what stays elsewhere comes into the show folder, and the episode file names it; all else stays."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podcast.cli import run
from podcast.importing.record import Imported, Record, read_record, record_text, sha256_of
from tests.episodes.audio_builders import frames
from tests.episodes.picture_builders import file_of, quarters
from tests.podcast.builders import ShowFolder
from tests.servers.hosting import Host, Hosted, hosting

FOLGE = Path(sys.executable).with_name("folge")
AUDIO = frames(2000)
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nGuten Tag.\n"
CHAPTERS = b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Mut"}, {"startTime": 9, "title": "Ende"}]}'

ELSEWHERE = """\
---
# von Hand
guid: "https://old.example/?p=3"  # für immer
title: Über Mut
published: 2024-12-03 06:00
audio: {address}3.mp3   # beim alten Hoster
audio_facts:
  type: audio/mpeg
  bytes: {size}
  duration: "00:52"
transcripts:
  - url: {address}3.vtt
    type: text/vtt
    language: de
  - path: transcripts/mine.vtt
cover: {address}3.jpg
chapters_url: {address}3.json
topics: [Mut]  # eins
---

Notizen.
"""
AT_HOME = """\
---
# von Hand
guid: "https://old.example/?p=3"  # für immer
title: Über Mut
published: 2024-12-03 06:00
audio: audio/003-mut.mp3   # beim alten Hoster
transcripts:
  - path: transcripts/003-mut.vtt
    language: de
  - path: transcripts/mine.vtt
cover: covers/003-mut.png
topics: [Mut]  # eins
chapters:
  - 00:00 Mut
  - 00:09 Ende
---

Notizen.
"""


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as host:
        host.put("3.mp3", Hosted(body=AUDIO))
        host.put("3.vtt", Hosted(body=VTT, media_type="text/vtt"))
        host.put("3.jpg", Hosted(body=file_of(quarters()), media_type="image/png"))
        host.put("3.json", Hosted(body=CHAPTERS, media_type="application/json"))
        yield host


@pytest.fixture
def episode(show: ShowFolder, host: Host) -> Path:
    return write(show, host)


def write(show: ShowFolder, host: Host, *, size: int = len(AUDIO)) -> Path:
    path = show.path / "episodes" / "003-mut.md"
    path.write_text(ELSEWHERE.format(address=host.address, size=size), encoding="utf-8")
    (show.path / "transcripts").mkdir(exist_ok=True)
    (show.path / "transcripts" / "mine.vtt").write_bytes(VTT)
    return path


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), "fetch", *arguments])


def fetched(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_every_file_comes_home_and_all_else_in_the_episode_file_stays(
    show: ShowFolder, episode: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folge(show, "mut", "--private") == 0
    assert episode.read_text(encoding="utf-8") == AT_HOME
    assert (show.path / "audio" / "003-mut.mp3").read_bytes() == AUDIO
    told = capsys.readouterr()
    assert f"audio/003-mut.mp3  {len(AUDIO):,} bytes" in told.out.splitlines()
    assert told.err == ""
    assert run(["-C", str(show.path), "check"]) == 0


def test_with_all_comes_the_cover_of_the_show(show: ShowFolder, host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('cover = "cover.png"', f'cover = "{host.address}3.jpg"  # alt'), encoding="utf-8")
    before = (show.path / "cover.png").read_bytes()
    assert folge(show, "--all", "--private") == 0
    assert settings.read_text(encoding="utf-8") == text.replace('"cover.png"', '"cover-2.png"  # alt')
    assert (show.path / "cover.png").read_bytes() == before
    assert "cover.png is there and is another file; it stays, and this is cover-2.png" in capsys.readouterr().err


def test_a_second_call_has_nothing_to_do(
    show: ShowFolder, episode: Path, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    folge(show, "--all", "--private")
    asked = len(host.asked)
    assert folge(show, "--all", "--private") == 0
    assert capsys.readouterr().err == "nothing to fetch: every file is named by a path\n"
    assert len(host.asked) == asked


def test_a_dry_run_names_what_would_be_fetched_and_fetches_nothing(
    show: ShowFolder, episode: Path, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = "https://op3.dev/e/cdn.example.org/3.mp3"
    episode.write_text(episode.read_text(encoding="utf-8").replace(f"{host.address}3.mp3", counted), encoding="utf-8")
    assert folge(show, "mut", "--dry-run", "--json") == 0
    found = fetched(capsys)
    assert [(one["kind"], one["counted_by"]) for one in found][:2] == [("audio", ["OP3"]), ("cover", [])]
    assert host.asked == []


def test_what_cannot_be_had_is_named_and_the_rest_comes(
    show: ShowFolder, episode: Path, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    del host.files["/3.mp3"]
    assert folge(show, "mut", "--private", "--json") == 6
    errors = {one["kind"]: one["error"] for one in fetched(capsys)}
    assert "is not there any more: it answers 404" in errors.pop("audio")
    assert set(errors.values()) == {""}
    assert f"audio: {host.address}3.mp3" in episode.read_text(encoding="utf-8")


def test_private_addresses_are_refused_by_default(show: ShowFolder, episode: Path, host: Host) -> None:
    before = episode.read_bytes()
    assert folge(show, "mut") == 6
    assert (host.asked, episode.read_bytes()) == ([], before)


def test_transcripts_of_several_languages_have_names_of_their_own(show: ShowFolder, host: Host) -> None:
    english = VTT.replace(b"Guten Tag", b"Good morning")
    host.put("3.en.vtt", Hosted(body=english, media_type="text/vtt"))
    episode = write(show, host)
    other = f"  - url: {host.address}3.en.vtt\n    type: text/vtt\n    language: en\n"
    text = episode.read_text(encoding="utf-8").replace("  - path: transcripts/mine.vtt\n", other)
    episode.write_text(text, encoding="utf-8")
    assert folge(show, "mut", "--private") == 0
    assert (show.path / "transcripts" / "003-mut-en.vtt").read_bytes() == english
    assert "path: transcripts/003-mut-de.vtt\n    language: de\n" in episode.read_text(encoding="utf-8")


def test_episodes_are_named_or_all_are_meant(show: ShowFolder, episode: Path) -> None:
    assert folge(show) == 2
    assert folge(show, "mut", "--all") == 2


def test_a_comment_where_it_would_be_written_stays_and_so_does_the_file(
    show: ShowFolder, episode: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = episode.read_text(encoding="utf-8").replace("    language: de", "    language: de  # von Anna")
    episode.write_text(text, encoding="utf-8")
    assert folge(show, "mut", "--private") == 3
    assert "language: de  # von Anna" in episode.read_text(encoding="utf-8")
    assert "transcripts/003-mut.vtt is here, but" in capsys.readouterr().err


def test_an_episode_that_was_edited_meanwhile_keeps_the_edit(show: ShowFolder, episode: Path, host: Host) -> None:
    def edit() -> None:
        text = episode.read_text(encoding="utf-8")
        episode.write_text(text.replace(f"{host.address}3.mp3", "audio/1.mp3"), encoding="utf-8")

    host.files["/3.mp3"].before = edit
    assert folge(show, "mut", "--private") == 3
    assert "audio: audio/1.mp3" in episode.read_text(encoding="utf-8")


def test_a_later_import_neither_undoes_it_nor_takes_it_for_an_edit(show: ShowFolder, episode: Path, host: Host) -> None:
    text = episode.read_text(encoding="utf-8").replace(f"chapters_url: {host.address}3.json\n", "")
    episode.write_text(text, encoding="utf-8")
    guid = "https://old.example/?p=3"
    record = Record(episodes={guid: Imported(file="episodes/003-mut.md", sha256=sha256_of(text))})
    (show.path / "imported.json").write_text(record_text(record), encoding="utf-8")
    assert folge(show, "mut", "--private") == 0
    after = read_record(show.path)
    assert after.episodes[guid].sha256 == sha256_of(episode.read_text(encoding="utf-8"))
    assert after.fetched[guid] == {
        f"{host.address}3.mp3": "audio/003-mut.mp3",
        f"{host.address}3.jpg": "covers/003-mut.png",
        f"{host.address}3.vtt": "transcripts/003-mut.vtt",
    }


def test_a_call_that_was_killed_is_gone_on_with_byte_by_byte(show: ShowFolder, host: Host) -> None:
    large = frames(20_000)
    half = threading.Event()
    sent = 0

    def between() -> None:
        nonlocal sent
        sent += 1
        if sent > len(large) // 16_384 // 2:
            half.set()
            half_over.wait(30)

    half_over = threading.Event()
    host.put("3.mp3", Hosted(body=large, between=between))
    episode = write(show, host, size=len(large))
    command = [str(FOLGE), "-C", str(show.path), "fetch", "mut", "--private"]
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        assert half.wait(60)
        (part,) = (show.path / "audio").glob("*.part")
        for _ in range(200):  # what is on the way comes to the disk
            if part.stat().st_size >= len(large) // 3:
                break
            threading.Event().wait(0.05)
        first.send_signal(signal.SIGKILL)
        first.wait(30)
    half_over.set()
    here = part.stat().st_size
    assert 0 < here < len(large)
    host.put("3.mp3", Hosted(body=large))
    assert folge(show, "mut", "--private") == 0
    assert host.ranges("3.mp3") == ["", f"bytes={here}-"]
    assert (show.path / "audio" / "003-mut.mp3").read_bytes() == large
    assert "audio: audio/003-mut.mp3" in episode.read_text(encoding="utf-8")
    assert not list((show.path / "audio").glob("*.part*"))


def test_an_interruption_ends_at_once_also_what_waits_for_its_turn(show: ShowFolder, host: Host) -> None:
    over, two = threading.Event(), threading.Event()
    text = "---\nguid: g{n}\ntitle: T{n}\npublished: 2024-12-03 06:00\naudio: {url}\n"
    text += "audio_facts: {{type: audio/mpeg, bytes: 0}}\n---\n"

    def between() -> None:
        if host.busy == 2:
            two.set()
        over.wait(0.5)

    for n in range(6):
        url = host.put(f"slow{n}.mp3", Hosted(body=frames(20_000), between=between))
        (show.path / "episodes" / f"10{n}-slow{n}.md").write_text(text.format(n=n, url=url), encoding="utf-8")
    command = [str(FOLGE), "-C", str(show.path), "fetch", "--all", "--private"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as called:
        assert two.wait(60)
        for _ in range(600):  # the host is asked before the parts are begun
            if len(list((show.path / "audio").glob("*.part"))) == 2:
                break
            threading.Event().wait(0.05)
        called.send_signal(signal.SIGINT)
        told = called.communicate(timeout=40)[1]
    over.set()
    assert called.returncode == 130
    assert told.strip() == "interrupted; run the same command again to go on"
    assert len(list((show.path / "audio").glob("*.part"))) == 2
