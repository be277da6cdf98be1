"""What the test servers have in common: an address, processes of our own, waiting, a certificate."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import trustme
from botocore.config import Config
from mypy_boto3_s3 import S3Client


class NotStartedError(Exception):
    """A server could not be started; the reason is the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    """A server that is up: its two endpoints, its one user, the authority of its certificate, and a bucket to use."""

    name: str
    http: str
    https: str
    access_key: str
    secret_key: str
    authority: Path
    bucket: str = "folge-tests"

    def environment(self) -> dict[str, str]:
        """The environment in which boto3's own chain finds this server's user and authority, and nothing else."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_CA_BUNDLE": str(self.authority),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }

    def client(self) -> S3Client:
        """A plain client, to arrange and to look behind the store's back."""
        client: S3Client = boto3.session.Session().client(
            "s3",
            endpoint_url=self.http,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )
        return client


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, all different."""
    with ExitStack() as stack:
        listening = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in listening:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in listening]


@contextmanager
def running(
    command: list[str], *, log: Path, environment: dict[str, str], cwd: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process of our own, its output in `log`; end it, and only it, on leaving."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=cwd
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(2)  # the data is thrown away: no need to be patient
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once `ready` says so; raises NotStartedError when the process ends or a minute has passed."""
    limit = time.monotonic() + 60
    while not ready():
        if process.poll() is not None or time.monotonic() > limit:
            tail = log.read_text(encoding="utf-8", errors="replace")[-600:]
            raise NotStartedError(f"{what} did not come up: {tail}")
        time.sleep(0.05)


def make_certificate(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate for the loopback address: files of the authority, of the chain, of the key."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    ca, chain, key = folder / "authority.pem", folder / "chain.pem", folder / "key.pem"
    authority.cert_pem.write_to_path(str(ca))
    issued.private_key_pem.write_to_path(str(key))
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    return ca, chain, key
