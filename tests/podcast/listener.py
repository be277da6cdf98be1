"""A podcast app: it knows the address of a feed, has no credentials, and wants whatever the feed names."""

import http.client
import io
from urllib.parse import urlsplit

import podcastparser
from lxml import etree

_Answer = tuple[int, dict[str, str], bytes]


def heard(base: str) -> list[str]:
    """Return the titles of the episodes an app finds below `base`, the newest first; none where there is no feed.

    Raises AssertionError where the feed cannot be read, or where what it names is not there as it says.
    """
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    try:
        return _heard(base, connection)
    finally:
        connection.close()


def _heard(base: str, connection: http.client.HTTPConnection) -> list[str]:
    def ask(url: str, method: str = "GET", **headers: str) -> _Answer:
        connection.request(method, urlsplit(url).path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    feed = f"{base}feed.xml"
    status, headers, body = ask(feed)
    if status in (403, 404):
        return []
    assert (status, headers["content-length"]) == (200, str(len(body)))
    parsed = podcastparser.parse(feed, io.BytesIO(body))
    assert len({episode["guid"] for episode in parsed["episodes"]}) == len(parsed["episodes"])
    for episode in parsed["episodes"]:
        (enclosure,) = episode["enclosures"]
        size, start = enclosure["file_size"], enclosure["file_size"] // 2
        status, headers, part = ask(enclosure["url"], Range=f"bytes={start}-")
        assert (status, headers["content-type"], len(part)) == (206, enclosure["mime_type"], size - start)
        assert headers["content-range"] == f"bytes {start}-{size - 1}/{size}"
    for address in _addresses(body, base):
        assert ask(address, "HEAD")[0] == 200, f"the feed names {address}"
    assert ask(f"{base}.folge/ledger.json")[0] in (403, 404)
    return [str(episode["title"]) for episode in parsed["episodes"]]


def _addresses(feed: bytes, base: str) -> set[str]:
    found: set[str] = set()
    for element in etree.fromstring(feed).iter():
        found |= {str(text) for text in (*element.attrib.values(), element.text or "")}
    return {text for text in found if text.startswith(base)}
