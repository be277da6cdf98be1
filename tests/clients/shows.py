"""The demo show, published by the `folge` command, and what its episodes are known to be."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.episodes.tagging.copies import id3_of

ROOT = Path(__file__).parents[2]
FOLGE = Path(sys.executable).with_name("folge")
MASTERS = tuple(ROOT / "docs" / "demo" / name for name in ("diensteid.mp3", "schildkroeten.mp3"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the producer's side knows of an episode: `duration` in seconds, `audio` the bytes of the tagged copy."""

    guid: str
    title: str
    link: str
    published: datetime
    duration: float
    media_type: str
    audio: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A show the public can reach: the address all its objects begin with, its feed, and what it was made from."""

    address: str
    title: str
    episodes: tuple[Written, ...]

    @property
    def feed(self) -> str:
        return f"{self.address}feed.xml"


def loopback_only(home: Path, **more: str) -> dict[str, str]:
    """An environment for a process of a test: a home of its own, and everything but loopback behind a dead proxy.

    pytest-socket watches this process alone; requests, urllib and boto3 obey these variables in the others.
    """
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
    dead = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "ftp_proxy"), "http://127.0.0.1:9")
    here = {"no_proxy": "127.0.0.1,localhost", "HOME": str(home), "FOLGE_CACHE": str(home / "cache")}
    return {"LC_ALL": "C.UTF-8", **kept, **dead, **here, **more}


def called(command: list[str], environment: Mapping[str, str], cwd: Path) -> str:
    """Run a command that must succeed and return its stdout."""
    done = subprocess.run(
        command,
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def make_demo(folder: Path, home: Path) -> None:
    """Make and publish the show of `make demo` in `folder`."""
    demo = [sys.executable, str(ROOT / "docs" / "demo" / "run.py"), str(folder)]
    called(demo, loopback_only(home), home)


def _copy(cache: Path, title: str, page: str, master: Path) -> bytes:
    """Return the tagged copy of a master that was made for a page, with all of its sound."""
    found = {path: id3_of(path) for path in cache.rglob("copies/*.mp3")}
    titled = [path for path, tags in found.items() if str(tags["TIT2"]) == title]
    linked = [path for path in titled if page in (link.url for link in found[path].getall("WOAF"))]
    (path, *_) = linked or [path for path in titled if not found[path].getall("WOAF")]
    body = path.read_bytes()
    assert master.read_bytes()[-100_000:] in body
    return body


def written(show: Path, environment: Mapping[str, str]) -> tuple[Written, ...]:
    """Ask the producer's side about the two episodes; links are those of the public address it has."""
    told = [json.loads(called([str(FOLGE), "show", n, "--json"], environment, show)) for n in ("1", "2")]
    return tuple(
        Written(
            guid=one["guid"],
            title=one["title"],
            link=one["page"],
            published=datetime.fromisoformat(one["published"]),
            duration=one["duration"],
            media_type=one["media_type"],
            audio=_copy(Path(environment["FOLGE_CACHE"]), one["title"], one["page"], master),
        )
        for one, master in zip(told, MASTERS, strict=True)
    )
