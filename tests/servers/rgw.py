"""Ceph's RADOS Gateway on loopback: one monitor, one disk in memory, one gateway, http and https.

The packages are radosgw, ceph-mon and ceph-osd of Debian 12; without them NotStartedError is raised.
"""

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers.running import NotStartedError, S3Server, free_ports, make_certificate, running, wait_for

_ACCESS, _SECRET = "gatewayaccess", "gatewaysecret0123456789"
_PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")

_CONFIGURATION = """
[global]
fsid = {fsid}
mon initial members = a
mon host = {monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
# the gateway alone insists on "secure", which a cluster without authentication cannot give: it would hang
ms mon client mode = crc secure
run dir = {folder}/run
admin socket = {folder}/run/$name.sock
log file = {folder}/log/$name.log
log to stderr = false
pid file =
keyring = {folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon max pg per osd = 4000

[mon]
mon data = {folder}/mon
mon cluster log file = {folder}/log/cluster.log
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 2
auth allow insecure global id reclaim = true
paxos propose interval = 0.05
paxos min wait = 0.02

[osd]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd op num shards = 2
osd op num threads per shard = 2

[client]
rgw enable apis = s3, admin
rgw thread pool size = 64
rgw run sync thread = false
rgw override bucket index max shards = 1
rgw dynamic resharding = false
"""


@contextmanager
def rgw_server(folder: Path) -> Iterator[S3Server]:
    """Run a cluster of one with all its data in memory and its files in `folder`; raises NotStartedError."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        raise NotStartedError(f"there is no {missing[0]}; it comes with the packages radosgw, ceph-mon and ceph-osd")
    authority, chain, key = make_certificate(folder)
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + chain.read_bytes())
    plain, tls, *monitor = free_ports(4)
    address = f"[v2:127.0.0.1:{monitor[0]},v1:127.0.0.1:{monitor[1]}]"
    server = S3Server(
        name="Ceph",
        http=f"http://127.0.0.1:{plain}",
        https=f"https://127.0.0.1:{tls}",
        access_key=_ACCESS,
        secret_key=_SECRET,
        authority=authority,
    )
    cluster = _Cluster(folder, address)
    with ExitStack() as stack:
        cluster.start_monitor(stack)
        cluster.start_disk(stack)
        listen = f"beast endpoint=127.0.0.1:{plain} ssl_endpoint=127.0.0.1:{tls} ssl_certificate={both}"
        cluster.start_gateway(stack, f"{listen} ssl_private_key={both} tcp_nodelay=1", plain)
        client = server.client()
        client.create_bucket(Bucket=server.bucket)
        client.close()
        yield server


class _Cluster:
    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.fsid = str(uuid.uuid4())
        self.configuration = folder / "ceph.conf"
        self.environment = {**os.environ, "CEPH_CONF": str(self.configuration)}
        for name in ("log", "run", "osd"):
            (folder / name).mkdir()
        self.configuration.write_text(
            _CONFIGURATION.format(fsid=self.fsid, monitor=address, folder=folder), encoding="utf-8"
        )

    def call(self, *command: str) -> str:
        done = subprocess.run(
            [*command, "-c", str(self.configuration)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise NotStartedError(f"{command[0]} failed: {done.stderr[-600:]}")
        return done.stdout.strip()

    def says(self, *command: str) -> str:
        try:
            return self.call("ceph", "--connect-timeout", "4", *command)
        except NotStartedError:
            return ""

    def start(self, stack: ExitStack, name: str, *command: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = self.folder / f"{name}.out"
        full = [*command, "-c", str(self.configuration)]
        return stack.enter_context(running(full, log=log, environment=self.environment, cwd=self.folder)), log

    def start_monitor(self, stack: ExitStack) -> None:
        themap = str(self.folder / "monmap")
        self.call("monmaptool", "--create", "--fsid", self.fsid, "--addv", "a", self.address, themap)
        self.call("ceph-mon", "--mkfs", "-i", "a", "--monmap", themap)
        process, log = self.start(stack, "mon", "ceph-mon", "-f", "-i", "a")
        wait_for(lambda: bool(self.says("mon", "stat")), "the Ceph monitor", process, log)

    def start_disk(self, stack: ExitStack) -> None:
        unique = str(uuid.uuid4())
        number = self.call("ceph", "osd", "new", unique)
        self.call("ceph-osd", "-i", number, "--mkfs", "--osd-uuid", unique)
        process, log = self.start(stack, "osd", "ceph-osd", "-f", "-i", number)
        wait_for(lambda: " 1 up" in self.says("osd", "stat"), "the Ceph disk", process, log)

    def start_gateway(self, stack: ExitStack, listen: str, port: int) -> None:
        process, log = self.start(stack, "rgw", "radosgw", "-f", "-n", "client.rgw.a", f"--rgw-frontends={listen}")
        keys = (f"--access-key={_ACCESS}", f"--secret-key={_SECRET}")
        self.call("radosgw-admin", "user", "create", "--uid=tests", "--display-name=tests", *keys)
        wait_for(lambda: _listens(port), "the Ceph gateway", process, log)


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0
