"""The demo show at two addresses: a preview on this machine, and a bucket the public may read."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.clients.gpodder import Gpodder
from tests.clients.shows import FOLGE, Published, called, loopback_only, make_demo, written
from tests.servers.running import S3Server


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """The folder of the demo show, published to its folder store."""
    folder = tmp_path_factory.mktemp("demo") / "show"
    make_demo(folder, home)
    return folder


@pytest.fixture(scope="session")
def preview(demo: Path, home: Path) -> Iterator[Published]:
    """The demo show behind `folge serve`, which is ended as a producer ends it."""
    environment = loopback_only(home)
    with subprocess.Popen(
        [FOLGE, "-C", demo, "serve", "--published", "--port", "0"],
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().strip().removesuffix("feed.xml")
            assert address.startswith("http://127.0.0.1:")
            known = written(demo, environment)
            here = tuple(replace(it, link=it.link.replace("http://127.0.0.1:8000/", address)) for it in known)
            yield Published(address=address, title="Kommunen-Podcast", episodes=here)
            server.send_signal(signal.SIGINT)
            assert server.wait(10) == 0
        finally:
            server.kill()


@pytest.fixture(scope="session")
def bucket(seaweed: S3Server, demo: Path, tmp_path_factory: pytest.TempPathFactory, home: Path) -> Published:
    """The demo show in a bucket of SeaweedFS, published with credentials from the environment."""
    name = "kommunen-podcast"
    address = f"{seaweed.http}/{name}/show/"
    show = tmp_path_factory.mktemp("bucket") / "show"
    shutil.copytree(demo, show)
    shutil.rmtree(show / "public")
    settings = {"url": f"s3://{name}/show", "public_url": address, "endpoint_url": seaweed.http}
    lines = "".join(f'{setting} = "{value}"\n' for setting, value in settings.items())
    toml = show / "podcast.toml"
    told = toml.read_text(encoding="utf-8")
    toml.write_text(f"{told[: told.index('[store]')]}[store]\n{lines}directory_index = false\n", encoding="utf-8")
    _open_bucket(seaweed, name)
    environment = loopback_only(home, **seaweed.environment())
    called([str(FOLGE), "publish", "--yes"], environment, show)
    assert "nothing to do" in called([str(FOLGE), "publish", "--yes"], environment, show)
    return Published(address=address, title="Kommunen-Podcast", episodes=written(show, environment))


def _open_bucket(server: S3Server, name: str) -> None:
    """Make a bucket whose objects everybody may read, except those below the private prefix."""
    public = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "NotResource": f"arn:aws:s3:::{name}/show/.folge/*",
    }
    client = server.client()
    client.create_bucket(Bucket=name)
    client.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [public]}))
    client.close()


@pytest.fixture
def gpodder(tmp_path: Path) -> Gpodder:
    """A listener with gPodder, who has no subscription yet."""
    return Gpodder(tmp_path)
