"""A show that publishes to a bucket of its own at a real server, by the installed command."""

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mypy_boto3_s3 import S3Client

from tests.podcast.builders import ShowFolder, make_show
from tests.servers.running import S3Server

FOLGE = Path(sys.executable).with_name("folge")
PREFIX = "podcast"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBucket:
    """A show folder, the bucket it is published to, and a client that looks behind its back."""

    show: ShowFolder
    server: S3Server
    client: S3Client
    name: str
    environment: dict[str, str]

    def settings(self, *, endpoint: str = "", public: str = "", more: str = "", url: str = "") -> None:
        """Write podcast.toml for an endpoint, and lines below [store]."""
        self.show.settings(base=public or f"{self.server.http}/{self.name}/{PREFIX}/")
        path = self.show.path / "podcast.toml"
        text = path.read_text(encoding="utf-8")
        text = text.replace('url = "public"', f'url = "{url or f"s3://{self.name}/{PREFIX}"}"', 1)
        path.write_text(f'{text}endpoint_url = "{endpoint or self.server.http}"\n{more}', encoding="utf-8")

    def folge(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        """Run a command to its end: exit code, stdout, stderr. An empty variable is one that is not set."""
        done = self.run(*arguments, **more)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    def run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, with whatever it says."""
        return subprocess.run(
            [FOLGE, "-C", str(self.show.path), *arguments],
            env={name: value for name, value in (self.environment | more).items() if value},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def doctor(self, *arguments: str, **more: str) -> tuple[int, Any]:
        """Run `folge doctor --json`: exit code and what it says."""
        code, out, err = self.folge("doctor", "--json", *arguments, **more)
        return code, json.loads(out) if out else err

    def stored(self) -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return {item["Key"] for page in pages for item in page.get("Contents", ())}


def own_bucket(server: S3Server, folder: Path) -> OwnBucket:
    client = server.client()
    name = f"doctor-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    bucket = OwnBucket(
        show=make_show(folder / "show"),
        server=server,
        client=client,
        name=name,
        environment=os.environ | server.environment() | {"FOLGE_CACHE": str(folder / "cache")},
    )
    bucket.settings()
    return bucket
