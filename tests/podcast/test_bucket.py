"""The main job against a real S3 server: publish, publish again, be interrupted, go on, be refused."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from feed.reader import read_feed
from tests.podcast.builders import ShowFolder, make_show
from tests.servers.running import S3Server

FOLGE = Path(sys.executable).with_name("folge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A show that publishes below a prefix of its own, and a client that looks behind its back."""

    show: ShowFolder
    server: S3Server
    client: S3Client
    prefix: str
    environment: dict[str, str]

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [FOLGE, "-C", str(self.show.path), *arguments],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def folge(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        """Run a command to its end: exit code, stdout, stderr."""
        running = self.start(*arguments, **more)
        out, err = running.communicate(timeout=120)
        return running.returncode, out, err

    def stored(self) -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.server.bucket, Prefix=self.prefix)
        return {item["Key"].removeprefix(f"{self.prefix}/") for page in pages for item in page.get("Contents", ())}

    def head(self, key: str) -> tuple[str, str, str]:
        """Content-Type, Cache-Control and Content-Encoding of an object."""
        found = self.client.head_object(Bucket=self.server.bucket, Key=f"{self.prefix}/{key}")
        return found["ContentType"], found.get("CacheControl", ""), found.get("ContentEncoding", "")


@pytest.fixture(params=["http", "https"])
def bucket(seaweed: S3Server, tmp_path: Path, request: pytest.FixtureRequest) -> Bucket:
    prefix = f"shows/{uuid.uuid4().hex}"
    endpoint = seaweed.https if request.param == "https" else seaweed.http
    show = make_show(tmp_path / "show")
    path = show.path / "podcast.toml"
    text = path.read_text(encoding="utf-8").replace('url = "public"', f'url = "s3://{seaweed.bucket}/{prefix}"', 1)
    path.write_text(f'{text}endpoint_url = "{endpoint}"\n', encoding="utf-8")
    environment = os.environ | seaweed.environment() | {"FOLGE_CACHE": str(tmp_path / "cache")}
    return Bucket(show=show, server=seaweed, client=seaweed.client(), prefix=prefix, environment=environment)


def test_a_publish_to_a_bucket_is_whole_and_a_second_one_does_nothing(bucket: Bucket) -> None:
    code, out, err = bucket.folge("publish", "--yes")

    assert (code, out.startswith("published: 2 episodes")) == (0, True), err
    audio = next(key for key in bucket.stored() if key.startswith("audio/"))
    assert bucket.head(audio) == ("audio/mpeg", "public, max-age=31536000, immutable", "")
    assert bucket.head("feed.xml") == ("application/rss+xml; charset=utf-8", "public, max-age=300", "")
    assert bucket.head("index.html") == ("text/html; charset=utf-8", "public, max-age=300", "")
    body = bucket.client.get_object(Bucket=bucket.server.bucket, Key=f"{bucket.prefix}/feed.xml")["Body"].read()
    links = [item.link for item in read_feed(body).items]
    assert links == ["https://cdn.example.org/folge-2/index.html", "https://cdn.example.org/folge-1/index.html"]

    for _ in range(2):
        code, out, _ = bucket.folge("publish", "--yes")
        assert (code, out.startswith("nothing to do; 2 episodes")) == (0, True)


def test_two_laptops_publish_to_the_same_bucket_and_lose_nothing(bucket: Bucket, tmp_path: Path) -> None:
    other = Bucket(
        show=bucket.show.copy(tmp_path / "other"),
        server=bucket.server,
        client=bucket.client,
        prefix=bucket.prefix,
        environment=bucket.environment | {"FOLGE_PRODUCER": "ben"},
    )
    bucket.show.episode(3)
    other.show.episode(4)

    both = [bucket.start("publish", "--yes"), other.start("publish", "--yes")]
    codes = []
    for running in both:
        running.communicate(timeout=120)
        codes.append(running.returncode)

    assert codes == [0, 0]
    body = bucket.client.get_object(Bucket=bucket.server.bucket, Key=f"{bucket.prefix}/feed.xml")["Body"].read()
    assert sorted(item.number or 0 for item in read_feed(body).items) == [1, 2, 3, 4]


def test_an_interrupted_upload_leaves_130_and_the_next_publish_goes_on_where_it_stopped(bucket: Bucket) -> None:
    bucket.show.draw_no_waveforms()
    master = bucket.show.path / "audio" / "2.mp3"
    frames = master.read_bytes()
    with master.open("wb") as file:
        for _ in range(160_000_000 // len(frames)):
            file.write(frames)
    running = bucket.start("publish", "--yes")
    deadline = time.monotonic() + 60
    while not any(_parts(bucket).values()):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)

    assert running.returncode == 130, err
    assert "Traceback" not in err
    assert "run the same command again to go on" in err
    ((upload, arrived),) = _parts(bucket).items()
    assert arrived
    assert "feed.xml" not in bucket.stored()

    going_on = bucket.start("publish", "--yes")
    while not (parts := _parts(bucket).get(upload, set())) - arrived:
        assert going_on.poll() is None
        time.sleep(0.01)
    assert arrived < parts  # the same upload, and what was there is not sent again
    out, err = going_on.communicate(timeout=120)
    assert (going_on.returncode, out.startswith("published: 2 episodes")) == (0, True), err
    assert _parts(bucket) == {}


def _parts(bucket: Bucket) -> dict[str, set[tuple[int, datetime]]]:
    """The uploads that are unfinished, and number and time of each part of them that arrived."""
    name = bucket.server.bucket
    found = bucket.client.list_multipart_uploads(Bucket=name, Prefix=bucket.prefix)
    arrived: dict[str, set[tuple[int, datetime]]] = {}
    for upload in found.get("Uploads", ()):
        with suppress(bucket.client.exceptions.ClientError):  # done by now
            listed = bucket.client.list_parts(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
            parts = {(part["PartNumber"], part["LastModified"]) for part in listed.get("Parts", ())}
            arrived[upload["UploadId"]] = parts
    return arrived


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "falsch-und-geheim"}, "secret"),
        ({"AWS_ACCESS_KEY_ID": "niemand"}, "key"),
        ({"FOLGE_STORE": "s3://es-gibt-ihn-nicht"}, "es-gibt-ihn-nicht"),
    ],
)
def test_a_refusal_is_a_sentence_with_exit_code_6_and_tells_no_secret(
    bucket: Bucket, more: dict[str, str], message: str
) -> None:
    code, _, err = bucket.folge("publish", "--yes", **more)

    assert code == 6
    assert message in err
    assert "falsch-und-geheim" not in err
    assert "Traceback" not in err
    assert bucket.stored() == set()


def test_a_lost_laptop_gets_the_show_back_from_the_bucket(bucket: Bucket, tmp_path: Path) -> None:
    assert bucket.folge("publish", "--yes")[0] == 0
    url, ben = f"s3://{bucket.server.bucket}/{bucket.prefix}", tmp_path / "ben"
    endpoint = re.findall(r'endpoint_url = "(.*)"', (bucket.show.path / "podcast.toml").read_text(encoding="utf-8"))[0]

    code, out, err = bucket.folge(
        "pull", url, "--into", str(ben), "--audio", "all", "--yes", "--endpoint-url", endpoint
    )

    assert (code, out) == (0, f"pulled: 6 files into {ben}\n"), err
    assert (ben / "podcast.toml").read_bytes() == (bucket.show.path / "podcast.toml").read_bytes()
    again = replace(bucket, show=ShowFolder(path=ben))
    code, out, err = again.folge("publish", "--yes")
    assert (code, out.startswith("nothing to do; 2 episodes")) == (0, True), err


def test_a_copy_of_the_bucket_in_a_folder_brings_the_show_back_too(bucket: Bucket, tmp_path: Path) -> None:
    assert bucket.folge("publish", "--yes")[0] == 0
    for key in bucket.stored():
        path = tmp_path / "copy" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        bucket.client.download_file(bucket.server.bucket, f"{bucket.prefix}/{key}", str(path))

    code, _, err = bucket.folge("pull", str(tmp_path / "copy"), "--into", str(tmp_path / "ben"), "--yes")

    assert code == 0, err
    again = replace(bucket, show=ShowFolder(path=tmp_path / "ben"))
    code, out, err = again.folge("plan", "--exit-code")
    assert "add" not in out
    assert "update" not in out


def test_a_rollback_in_a_bucket_gives_the_public_the_old_bytes_and_its_end_the_new_ones(bucket: Bucket) -> None:
    def feed() -> bytes:
        return bucket.client.get_object(Bucket=bucket.server.bucket, Key=f"{bucket.prefix}/feed.xml")["Body"].read()

    bucket.folge("publish", "--yes")
    first = feed()
    bucket.show.episode(1, title="Vertan")
    bucket.folge("publish", "--yes")
    second = feed()

    code, out, err = bucket.folge("feed", "rollback", "1", "--yes")
    assert (code, out) == (0, "the feed is that of edition 1 until you say: folge feed rollback --end\n"), err
    assert feed() == first != second
    bucket.show.episode(3)
    code, _, err = bucket.folge("publish", "--due")
    assert (code, "is held at edition 1" in err) == (0, True)
    assert feed() == first
    assert bucket.folge("feed", "rollback", "--end", "--yes")[0] == 0
    assert [item.title for item in read_feed(feed()).items] == ["Mut 3", "Mut 2", "Vertan"]

    kept = {key for key in bucket.stored() if key.startswith(".folge/feeds/")}
    assert len(kept) == 3
    assert bucket.head(min(kept)) == ("application/gzip", "no-store", "")
    code, out, _ = bucket.folge("publish", "--yes")
    assert (code, out.startswith("nothing to do; 3 episodes")) == (0, True)


def test_audio_that_was_replaced_is_tidied_away_and_nothing_else(bucket: Bucket) -> None:
    assert bucket.folge("publish", "--yes")[0] == 0
    before = {key for key in bucket.stored() if not key.startswith(".folge/")}
    (bucket.show.path / "audio" / "neu.mp3").write_bytes((bucket.show.path / "audio" / "1.mp3").read_bytes() * 2)
    assert bucket.folge("replace", "1", str(bucket.show.path / "audio" / "neu.mp3"), "--as", "fix", "--yes")[0] == 0
    now = {key for key in bucket.stored() if not key.startswith(".folge/")}

    code, out, err = bucket.folge("tidy", "--grace", "0h", "--yes")

    assert (code, out[:17]) == (0, "deleted: 1 object"), err
    after = {key for key in bucket.stored() if not key.startswith(".folge/")}
    assert now - after == before - after
    assert len(now - after) == 1
    assert bucket.folge("publish", "--yes")[1].startswith("nothing to do")
