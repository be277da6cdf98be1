"""Uploading episodes to an S3 server on this machine against plain HTTP PUTs of the same bytes."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

from bench.processes import FOLGE, HERE, PYTHON, Usage, measure
from bench.rows import Row
from bench.shows import add_episodes, make_show, set_endpoint
from tests.servers.running import S3Server
from tests.servers.seaweed import seaweed_server

LIMIT = 0.6
_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A server with nothing in it, and the files to put there."""

    server: S3Server
    endpoint_url: str
    show: Path
    files: Sequence[Path]
    digests: Sequence[str]
    folder: Path

    def store(self) -> Usage:
        lines = "".join(f"{path} {sha256}\n" for path, sha256 in zip(self.files, self.digests, strict=True))
        command = [PYTHON, "-m", "bench.put_store", self.server.bucket, "store", self.endpoint_url]
        return measure(command, cwd=HERE.parent, environment=self.server.environment(), stdin=lines)

    def publish(self) -> Usage:
        set_endpoint(self.show, self.endpoint_url)
        with tempfile.TemporaryDirectory(dir=self.folder) as cache:
            more = {"FOLGE_CACHE": cache, "FOLGE_STORE": f"s3://{self.server.bucket}/show"}
            surroundings = {**self.server.environment(), **more}
            # as after `folge add`: the files are measured already
            measure([FOLGE, "plan"], cwd=self.show, environment=surroundings)
            return measure([FOLGE, "publish", "--yes"], cwd=self.show, environment=surroundings)

    def plain(self, connections: int) -> Usage:
        client = boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.server.access_key,
            aws_secret_access_key=self.server.secret_key,
            region_name="us-east-1",
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
        lines = ""
        for path in self.files:
            wanted = {
                "Bucket": self.server.bucket,
                "Key": f"plain{connections}/{path.name}",
                "ContentType": "audio/mpeg",
            }
            lines += f"{path} {client.generate_presigned_url('put_object', Params=wanted)}\n"
        client.close()
        command = [PYTHON, str(HERE / "put_plain.py"), str(connections), str(self.server.authority)]
        return measure(command, cwd=self.folder, stdin=lines)


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the rows over http, then over https; megabytes (10^6) per second of whole processes."""
    show = make_show(folder / "show")
    files = add_episodes(show, 6 if quick else 20, note_bytes=500, audio_bytes=60 * _MB)
    digests = []
    for path in files:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    total = sum(path.stat().st_size for path in files) / _MB
    for scheme in ("http", "https"):
        found: dict[str, list[float]] = {}
        for _ in range(1 if quick else 3):
            for name, usage in _round(scheme, folder, show, files, digests):
                found.setdefault(name, []).append(total / usage.wall)
        for ours in ("store", "publish"):
            for peer in _PEERS:
                yield Row(
                    what=f"{ours}, {len(files)} x 60 MB, {scheme}",
                    unit="MB/s",
                    ours=found[ours],
                    peer_name=peer,
                    peer=found[peer],
                    limit=LIMIT,
                    at_least=True,
                )


_PEERS = {"plain PUTs, 1 connection": 1, "plain PUTs, 2 connections": 2}


def _round(
    scheme: str, folder: Path, show: Path, files: Sequence[Path], digests: Sequence[str]
) -> Iterator[tuple[str, Usage]]:
    """Measure each once, with a server of its own: what one leaves behind would slow the next one down."""
    one_connection, two_connections = _PEERS
    kinds: dict[str, Callable[[_Round], Usage]] = {
        "store": _Round.store,
        one_connection: lambda one: one.plain(1),
        "publish": _Round.publish,
        two_connections: lambda one: one.plain(2),
    }
    for name, kind in kinds.items():
        with tempfile.TemporaryDirectory(dir=folder) as data, seaweed_server(Path(data)) as server:
            endpoint_url = server.http if scheme == "http" else server.https
            one = _Round(
                server=server, endpoint_url=endpoint_url, show=show, files=files, digests=digests, folder=folder
            )
            yield name, kind(one)
