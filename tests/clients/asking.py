"""Plain HTTP requests, one connection each; the path goes out as it stands."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers with lower case names, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for an address; `Range="bytes=0-"` becomes a header, and so does `If_None_Match`."""
    parts = urlsplit(url)
    return ask_server(parts.netloc, parts.path, method, **headers)


def ask_server(server: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask a server (`host:port`) for a path that need not be a good one."""
    connection = http.client.HTTPConnection(server, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(status=answer.status, headers=found, body=answer.read())
    finally:
        connection.close()
