"""The files in docs/schedule do what they say: each is read by its own program, and its command is run."""

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from podcast.cli import run
from tests.podcast.builders import ShowFolder, feed_in, make_show

DOCS = Path(__file__).parents[1] / "docs"
FILES = DOCS / "schedule"
FOLGE = Path(sys.executable).with_name("folge")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with folge and a published show, one episode of which is due since."""
    home = tmp_path / "home"
    programs = home / ".local" / "bin"
    programs.mkdir(parents=True)
    (programs / "folge").symlink_to(FOLGE)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("FOLGE_CACHE", str(tmp_path / "cache"))
    show = make_show(home / "kommunen-podcast")
    assert run(["-C", str(show.path), "publish", "--yes"]) == 0
    show.episode(3)
    return home


def numbers(home: Path) -> list[int | None]:
    """Return the numbers of the episodes in the published feed."""
    from podcast.workspace import open_workspace

    show = ShowFolder(path=home / "kommunen-podcast")
    return [item.number for item in feed_in(open_workspace(show.path, {}).store()).items]


def call(command: str, folder: Path) -> str:
    """Run a command as a shell does that knows nothing but HOME, and return what it said."""
    environment = {name: os.environ[name] for name in ("HOME", "FOLGE_CACHE")}
    environment["PATH"] = f"{FOLGE.parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def unit(name: str) -> dict[str, dict[str, str]]:
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd minds the case
    parser.read(FILES / name, encoding="utf-8")
    return {section: dict(parser[section]) for section in parser.sections()}


def workflow() -> dict[str, Any]:
    """Return the workflow with every value as text: to YAML 1.1 the key `on` would be true."""
    loaded = yaml.load((FILES / "publish.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert isinstance(loaded, dict)
    return loaded


class Cron:
    """The five fields of a line, as crontab(5) and GitHub read them."""

    LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))

    def __init__(self, fields: str) -> None:
        parts = fields.split()
        assert len(parts) == len(self.LIMITS)
        self.fields = [self._values(part, *limits) for part, limits in zip(parts, self.LIMITS, strict=True)]

    def _values(self, part: str, low: int, high: int) -> set[int]:
        match = re.fullmatch(r"(\*|\d+)(?:/(\d+))?", part)
        assert match is not None, part
        start = low if match[1] == "*" else int(match[1])
        assert low <= start <= high
        return set(range(start, high + 1, int(match[2] or 1))) if match[1] == "*" or match[2] else {start}

    def minutes_of_a_day(self) -> list[datetime]:
        day = datetime(2025, 3, 30, tzinfo=UTC)
        moments = (day + timedelta(minutes=minute) for minute in range(24 * 60))
        minute, hour, *_ = self.fields
        return [moment for moment in moments if moment.minute in minute and moment.hour in hour]


def crontab() -> tuple[str, str]:
    """Return the fields and the command of the one line of the crontab that is no comment."""
    text = (FILES / "crontab").read_text(encoding="utf-8")
    assert text.endswith("\n")  # cron ignores a last line without it
    (line,) = (line for line in text.splitlines() if not line.startswith("#"))
    parts = line.split(maxsplit=5)
    assert "%" not in parts[5]  # cron makes a new line of it
    return " ".join(parts[:5]), parts[5]


def test_cron_calls_every_five_minutes_and_publishes_what_is_due_once(home: Path) -> None:
    fields, command = crontab()
    assert len(Cron(fields).minutes_of_a_day()) == 24 * 12
    assert "published: 3 episodes" in call(command, home)
    assert numbers(home) == [3, 2, 1]
    assert call(command, home) == ""


def test_the_service_of_systemd_publishes_what_is_due_once(home: Path) -> None:
    service = unit("folge-publish.service")["Service"]
    folder = Path(service["WorkingDirectory"].replace("%h", str(home)))
    command = service["ExecStart"].replace("%h", str(home))
    assert service["Type"] == "oneshot"  # a timer starts none that is still running
    assert "published: 3 episodes" in call(command, folder)
    assert call(command, folder) == ""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_units(home: Path, tmp_path: Path) -> None:
    units = [shutil.copy(FILES / f"folge-publish.{kind}", tmp_path) for kind in ("service", "timer")]
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(runtime)}
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", *units],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "folge-publish" not in done.stderr, done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_what_systemd_reads_in_a_calendar_follows_summer_time() -> None:
    text = (DOCS / "schedule.md").read_text(encoding="utf-8")
    text += (FILES / "folge-publish.timer").read_text(encoding="utf-8")
    often, at_six = sorted(re.findall(r"OnCalendar=([^`\n]+)", text))
    assert elapses(often, 12) == {f"{minute:02}" for minute in range(0, 60, 5)}
    assert elapses(at_six, 365, field=1) == {"04", "05"}  # in UTC
    assert unit("folge-publish.timer")["Timer"]["Persistent"] == "true"


def elapses(calendar: str, count: int, field: int = 2) -> set[str]:
    """Return the hours (1) or minutes (2) in UTC at which a calendar elapses so many times."""
    told = subprocess.run(
        ["systemd-analyze", "calendar", f"--iterations={count}", calendar],
        env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"(?:elapse|#\d+): \w+ \S+ (\d\d):(\d\d):00 UTC", told.stdout)
    assert len(found) == count
    return {each[field - 1] for each in found}


def test_the_workflow_asks_in_utc_alone_and_keeps_its_cache(home: Path) -> None:
    flow = workflow()
    (schedule,) = flow["on"]["schedule"]
    assert len(Cron(schedule["cron"]).minutes_of_a_day()) == 24 * 4
    assert flow["concurrency"] == {"group": "publish", "cancel-in-progress": "false"}
    steps = flow["jobs"]["publish"]["steps"]
    cache = next(step for step in steps if step.get("uses", "").startswith("actions/cache"))
    publish = next(step for step in steps if step.get("name") == "Publish")
    assert cache["with"]["path"] == publish["env"]["FOLGE_CACHE"]
    assert next(step for step in steps if "checkout" in step.get("uses", ""))["with"]["lfs"] == "true"
    assert "published: 3 episodes" in call(publish["run"], home / "kommunen-podcast")
    assert call(publish["run"], home / "kommunen-podcast") == ""


def test_no_secret_stands_in_a_ready_file() -> None:
    for path in FILES.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"SECRET|ACCESS_KEY", line) and not line.startswith("#"):
                assert "${{ secrets." in line


def test_the_page_leads_to_every_ready_file() -> None:
    page = (DOCS / "schedule.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(schedule/([^)]+)\)", page)) == {path.name for path in FILES.iterdir()}
