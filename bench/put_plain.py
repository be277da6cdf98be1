"""The peer of an upload: plain HTTP PUTs of files to addresses that are signed already, nothing hashed.

Arguments: number of connections, file of a certificate authority or `-`. Standard input: `path address` lines.
"""

import http.client
import ssl
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

_BLOCK_BYTES = 1 << 20


def _connect(address: str, authority: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.netloc, timeout=60, blocksize=_BLOCK_BYTES)
    context = ssl.create_default_context(cafile=authority)
    return http.client.HTTPSConnection(parts.netloc, timeout=60, blocksize=_BLOCK_BYTES, context=context)


def _put(jobs: list[list[str]], authority: str, failures: list[str]) -> None:
    try:
        connection = _connect(jobs[0][1], authority)
        for path, address in jobs:
            parts = urlsplit(address)
            size = Path(path).stat().st_size
            with Path(path).open("rb") as file:
                headers = {"Content-Length": str(size), "Content-Type": "audio/mpeg"}
                connection.request("PUT", f"{parts.path}?{parts.query}", body=file, headers=headers)
                answer = connection.getresponse()
                text = answer.read()
            if answer.status != 200:
                failures.append(f"{answer.status} {text[:300]!r}")
                return
    except (OSError, http.client.HTTPException) as error:
        failures.append(repr(error))


def main(connections: int, authority: str) -> int:
    jobs = [line.split() for line in sys.stdin]
    failures: list[str] = []
    threads = [
        threading.Thread(target=_put, args=(jobs[n::connections], authority, failures)) for n in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(*failures, sep="\n", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
