"""nginx on loopback, before a folder, with the configuration that our page on it offers."""

import http.client
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.running import NotStartedError, free_ports, running, wait_for

PAGE = Path(__file__).parents[2] / "docs" / "providers" / "nginx.md"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def configuration(folder: Path, root: Path, port: int) -> Path:
    """Write the configuration of the page for a folder, with its files in `folder`."""
    found = re.search(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    block = found[1].replace("/var/log/nginx", str(folder)).replace("/srv/podcast/public", str(root))
    block = block.replace("listen 80;", f"listen 127.0.0.1:{port};")
    lines = [
        *(["user root;"] if os.getuid() == 0 else []),
        "daemon off;",
        "worker_processes 1;",
        f"pid {folder}/nginx.pid;",
        f"error_log {folder}/error.log;",
        "events { }",
        "http {",
        *(f"{name}_temp_path {folder}/{name};" for name in _TEMPORARY),
        block,
        "}",
    ]
    path = folder / "nginx.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def nginx_program() -> str:
    """Return the program; raises NotStartedError."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise NotStartedError("there is no nginx; it comes with the package nginx-light")
    return program


@contextmanager
def nginx_server(folder: Path, root: Path) -> Iterator[str]:
    """Serve `root` and yield the address; raises NotStartedError."""
    program = nginx_program()
    [port] = free_ports(1)
    path = configuration(folder, root, port)
    log = folder / "nginx.out"

    def answers() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        try:
            connection.request("GET", "/.folge/")
            return connection.getresponse().status == 404
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    command = [program, "-p", str(folder), "-c", str(path)]
    with running(command, log=log, environment=dict(os.environ), cwd=folder) as process:
        wait_for(answers, "nginx", process, log)
        yield f"http://127.0.0.1:{port}/"
