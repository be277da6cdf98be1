"""Rules for what the addresses of a feed answer: status, headers, ranges, conditional requests, web players.

They judge what was asked before (`FeedDocument.probes`) and are silent where nobody asked.
"""

import ipaddress
import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from episodes.problems import Severity, quoted
from feed.answers import Answer, Probe
from feed.checks.rule import Finding, rule
from feed.checks.targets import Kind, Target, asked, media_type_of, shown, size_of
from feed.document import FeedDocument

_APPLE = "https://podcasters.apple.com/support/823-podcast-requirements"
_RANGES = "https://www.rfc-editor.org/rfc/rfc9110#name-range-requests"
_CONDITIONS = "https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests"
_COMPRESSION = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html"
_TRANSCRIPTS = (
    "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md"
)
_S3_TYPES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html"

_FILES = (Kind.AUDIO, Kind.PICTURE, Kind.TRANSCRIPT, Kind.CHAPTERS)
_GENERIC = frozenset({"application/octet-stream", "binary/octet-stream", "application/x-download", ""})

# Names for the same: what a feed says and what a server says may be any two of a group (rules.md 6.1).
_SAME = (
    frozenset({"audio/mpeg", "audio/mp3"}),
    frozenset({"audio/x-m4a", "audio/m4a", "audio/mp4"}),
    frozenset({"video/x-m4v", "video/m4v"}),
    frozenset({"audio/ogg", "audio/opus"}),
    frozenset({"application/x-mpegurl", "application/vnd.apple.mpegurl"}),
    frozenset({"application/x-subrip", "application/srt", "text/srt"}),
)
_EXPECTED = {
    Kind.FEED: ("application/rss+xml", "application/xml", "text/xml"),
    Kind.PICTURE: ("image/jpeg", "image/png"),
    Kind.CHAPTERS: ("application/json+chapters",),
}
_SEEK = "without ranges nobody can jump within an episode; switch them on, or use a server or CDN that has them"
_POLL = "let the server send ETag and Last-Modified and answer 304; every app fetches the whole feed otherwise"
_OPEN = "send Access-Control-Allow-Origin: * (in a bucket by its CORS rules, for GET and HEAD)"
_LOCKED = (401, 403, 407)
_UNFRIENDLY = (401, 403, 405, 429, 503)
"""What pages behind a guard against programs answer, although people can read them."""


@rule(
    "HTTP-2",
    severity=Severity.ERROR,
    source=_APPLE,
    online=True,
    mend="put the file there, correct the address, or mend the headers where it is stored",
)
def http_2(document: FeedDocument) -> Iterator[Finding]:
    """Feed, audio, pictures, transcripts and chapters answer HEAD with 200, the Content-Type of their kind,
    Content-Length (of audio the one in the feed), Accept-Ranges, ETag and Last-Modified; pages can be opened (Apple,
    podcast requirements).
    """
    for target, probe in asked(document, Kind.PAGE):
        yield from _page(target, probe)
    for target, probe in asked(document, Kind.FEED, *_FILES):
        if probe.head and (refused := list(not_opened(target, probe.head))):
            yield from refused
        elif probe.head:
            yield from _type(target, probe.head)
            yield from _headers(target, probe, probe.head)


def _page(target: Target, probe: Probe) -> Iterator[Finding]:
    answers = [answer for answer in (probe.head, probe.get) if answer]
    if not answers or any(answer.status == 200 for answer in answers):
        return
    severity = Severity.NOTE if answers[-1].status in _UNFRIENDLY else Severity.WARNING
    message = f"{target} {_said(answers[-1])}"
    hint = "open it in a browser; if it is gone, correct the link or put the page back"
    yield Finding(message=message, at=target.at, hint=hint, severity=severity)


def not_opened(target: Target, answer: Answer) -> Iterator[Finding]:
    """Yield a finding where an address does not answer with 200."""
    if answer.status == 200:
        return
    hint = "put the file there, or correct the address"
    if not answer.status:
        hint = "look at the address, and whether the server runs"
    elif answer.status in _LOCKED:
        hint = "let everybody read it: apps have no password"
    elif answer.status in (405, 501):
        hint = "apps ask with HEAD first; let the server answer it as GET, without the body"
    elif answer.status >= 500 or answer.status == 429:
        hint = "try again later; if it stays so, ask who runs the server"
    yield Finding(message=f"{target} {_said(answer)}", at=target.at, hint=hint)


def _said(answer: Answer) -> str:
    if not answer.status:
        return f"cannot be fetched: {answer.error}"
    try:
        phrase = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = str(answer.status)
    return f"leads to {shown(answer.url)}: {phrase}" if answer.hops else f"answers {phrase}"


def _type(target: Target, answer: Answer) -> Iterator[Finding]:
    """Judge a Content-Type that is not generic; S3-4 has those."""
    found = media_type_of(answer)
    expected = _EXPECTED.get(target.kind) or ((target.media_type.lower(),) if target.media_type else ())
    if found in _GENERIC or not expected or any(_same(found, one) for one in expected):
        return
    message = f"{target} is served as {quoted(found)}, not as {quoted(expected[0])}"
    hint = f"serve it with Content-Type: {expected[0]}"
    if found == "text/html":
        hint = "that is a web page, perhaps one to log in: put the file itself at this address"
    close = found.partition("/")[0] == expected[0].partition("/")[0] or found in ("application/json", "text/plain")
    severity = Severity.WARNING if close and found != "text/html" else None
    yield Finding(message=message, at=target.at, hint=hint, severity=severity)


def _same(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _SAME)


def _headers(target: Target, probe: Probe, answer: Answer) -> Iterator[Finding]:
    size = size_of(answer)
    if target.kind is Kind.AUDIO:
        yield from _length(target, size)
    if size is None and target.kind is not Kind.FEED and answer.headers.get("content-encoding", "") == "":
        hint = "let the server tell the size of the file; apps show it and cut ranges by it"
        yield Finding(message=f"{target} has no Content-Length", at=target.at, hint=hint)
    yield from missing_header(target, answer, "last-modified", Severity.WARNING)
    yield from missing_header(target, answer, "etag", Severity.WARNING)
    ranges = answer.headers.get("accept-ranges", "").strip().lower()
    if target.kind is Kind.AUDIO and ranges != "bytes" and (ranges or not _sent_part(probe)):
        message = f"{target} has {f'Accept-Ranges: {ranges[:20]}' if ranges else 'no Accept-Ranges'}"
        yield Finding(message=message, at=target.at, hint="let the server answer ranges, and say Accept-Ranges: bytes")


def missing_header(target: Target, answer: Answer, name: str, severity: Severity | None = None) -> Iterator[Finding]:
    """Yield a finding where an answer has not the header `name`, which is given in lower case."""
    if not answer.headers.get(name, "").strip():
        shown = {"etag": "ETag", "last-modified": "Last-Modified"}[name]
        hint = "apps ask by it whether something has changed; let the server send it"
        yield Finding(message=f"{target} has no {shown}", at=target.at, hint=hint, severity=severity)


def _length(target: Target, size: int | None) -> Iterator[Finding]:
    told = target.length
    if size is None or not re.fullmatch(r"\d{1,18}", told, re.ASCII) or int(told) == size:
        return
    if not int(told):
        message = f"{target} has {size} bytes, and the feed says 0"
        yield Finding(message=message, at=target.at, hint=f'write length="{size}"', severity=Severity.WARNING)
        return
    hint = f'write length="{size}", or put the right file there (apps stop or start over where the sizes differ)'
    yield Finding(message=f"{target} has {size} bytes, and the feed says {told}", at=target.at, hint=hint)


def _sent_part(probe: Probe) -> bool:
    return probe.part is None or probe.part.status == 206


@rule("HTTP-3", severity=Severity.ERROR, source=_RANGES, online=True, mend=_SEEK)
def http_3(document: FeedDocument) -> Iterator[Finding]:
    """Audio answers a request for some bytes from its middle with 206, exactly these bytes and a right Content-Range,
    and one for bytes behind its end with 416 (RFC 9110, range requests).
    """
    for target, probe in asked(document, Kind.AUDIO):
        if probe.head and probe.head.status != 200:
            continue  # HTTP-2 has said so
        ignored = list(no_ranges(target, probe))
        yield from ignored
        if not ignored and probe.part and probe.part.status == 206:
            yield from _wrong_part(target, probe, probe.part)
        if not ignored and probe.beyond and probe.beyond.status != 416:
            message = f"{target}, asked for bytes behind its end, {_said(probe.beyond)} instead of 416"
            hint = "some apps start over for ever there; ask who runs the server"
            severity = Severity.WARNING if not probe.beyond.status else None
            yield Finding(message=message, at=target.at, hint=hint, severity=severity)


def no_ranges(target: Target, probe: Probe) -> Iterator[Finding]:
    """Yield a finding where an address does not answer a range with 206."""
    if probe.part is None or probe.part.status == 206:
        return
    wanted = f"bytes {probe.part_start}-{probe.part_end}"
    if probe.part.status == 200:
        message = f"{target} ignores ranges: asked for {wanted} it sends the whole file (200)"
    else:
        message = f"{target}, asked for {wanted}, {_said(probe.part)} instead of 206"
    yield Finding(message=message, at=target.at, hint=_SEEK)


def _wrong_part(target: Target, probe: Probe, part: Answer) -> Iterator[Finding]:
    hint = "apps would play garbled sound; ask who runs the server or the CDN"
    told = part.headers.get("content-range", "").strip()
    found = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", told, re.ASCII)
    wanted = f"{probe.part_start}-{probe.part_end}"
    size = size_of(probe.head) if probe.head else None
    if found is None:
        said = f"Content-Range {quoted(told)}" if told else "no Content-Range"
        yield Finding(message=f"{target} answers a range with {said}", at=target.at, hint=hint)
    elif f"{found[1]}-{found[2]}" != wanted:
        message = f"{target}, asked for bytes {wanted}, says that it sends {found[1]}-{found[2]}"
        yield Finding(message=message, at=target.at, hint=hint)
    elif size is not None and found[3] not in ("*", str(size)):
        message = f"{target} has {size} bytes by HEAD and {found[3]} by Content-Range"
        yield Finding(message=message, at=target.at, hint=hint)
    elif len(part.body) != (count := probe.part_end - probe.part_start + 1) or not part.whole:
        sent = f"{len(part.body)}" if part.whole else f"more than {len(part.body) - 1}"
        message = f"{target}, asked for {count} bytes, sends {sent}"
        yield Finding(message=message, at=target.at, hint=hint)


@rule(
    "APPLE-HTTP-1",
    severity=Severity.ERROR,
    source=_APPLE,
    online=True,
    mend="let everybody read the file, and let the server answer HEAD and byte ranges, or put a CDN that does in front",
)
def apple_http_1(document: FeedDocument) -> Iterator[Finding]:
    """The server of audio and pictures answers HEAD and byte ranges (Apple, podcast requirements)."""
    for target, probe in asked(document, Kind.AUDIO, Kind.PICTURE):
        if probe.head and (refused := list(not_opened(target, probe.head))):
            yield from refused
        else:
            yield from no_ranges(target, probe)


@rule("HTTP-4", severity=Severity.WARNING, source=_CONDITIONS, online=True, mend=_POLL)
def http_4(document: FeedDocument) -> Iterator[Finding]:
    """The feed answers a request that names its ETag or Last-Modified with 304 while nothing has changed (RFC 9110,
    conditional requests): apps ask every hour.
    """
    for target, probe in asked(document, Kind.FEED):
        if probe.get is None or probe.get.status != 200:
            continue
        if probe.again is None:
            message = f"{target} has neither ETag nor Last-Modified, so nobody can ask whether it has changed"
            yield Finding(message=message, at=target.at)
        elif probe.again.status != 304:
            message = f"{target}, asked again with what names its state, {_said(probe.again)} instead of 304"
            yield Finding(message=message, at=target.at)


@rule(
    "HTTP-7",
    severity=Severity.WARNING,
    source=_COMPRESSION,
    online=True,
    mend="store the file uncompressed, and let the server compress texts for whoever asks",
)
def http_7(document: FeedDocument) -> Iterator[Finding]:
    """Whoever does not ask for compression gets none, and audio is never compressed (CloudFront, compressed files)."""
    for target, probe in asked(document, Kind.FEED, Kind.TRANSCRIPT, Kind.CHAPTERS):
        if probe.get and (coding := _coding(probe.get)):
            message = f"{target} is sent with Content-Encoding: {coding} to somebody who did not ask for it"
            yield Finding(message=message, at=target.at, hint="store it uncompressed, and let the server compress")
    for target, probe in asked(document, Kind.AUDIO, Kind.PICTURE):
        if probe.head and (coding := _coding(probe.head)):
            message = f"{target} is sent with Content-Encoding: {coding}, which breaks ranges and length"
            yield Finding(message=message, at=target.at, hint="switch compression off for audio and pictures")


def _coding(answer: Answer) -> str:
    coding = answer.headers.get("content-encoding", "").strip().lower()
    return "" if coding == "identity" else coding[:20]


@rule("CORS-1", severity=Severity.WARNING, source=_TRANSCRIPTS, online=True, mend=_OPEN)
def cors_1(document: FeedDocument) -> Iterator[Finding]:
    """Web players on other sites may read the feed, WebVTT transcripts and chapters: they are sent with
    `Access-Control-Allow-Origin: *` (podcast namespace, transcripts); a preview on this machine is left alone.
    """
    for target, probe in asked(document, Kind.FEED, Kind.CHAPTERS, Kind.TRANSCRIPT):
        if target.kind is not Kind.TRANSCRIPT or target.media_type.lower() == "text/vtt":
            yield from _closed_to_players(target, probe)


@rule("TR-CORS-1", severity=Severity.WARNING, source=_TRANSCRIPTS, online=True, mend=_OPEN)
def tr_cors_1(document: FeedDocument) -> Iterator[Finding]:
    """Transcripts are sent with `Access-Control-Allow-Origin`, for players in a browser (podcast namespace,
    transcripts); a preview on this machine is left alone.
    """
    for target, probe in asked(document, Kind.TRANSCRIPT):
        yield from _closed_to_players(target, probe)


def _closed_to_players(target: Target, probe: Probe) -> Iterator[Finding]:
    answer = probe.get or probe.head
    if answer is None or answer.status != 200 or _is_this_machine(target.url):
        return
    allowed = answer.headers.get("access-control-allow-origin", "").strip()
    if allowed == "*":
        return
    said = f"is open to {quoted(allowed)} only" if allowed else "has no Access-Control-Allow-Origin"
    yield Finding(message=f"{target} {said}: web players cannot read it", at=target.at)


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@rule(
    "S3-4",
    severity=Severity.ERROR,
    source=_S3_TYPES,
    online=True,
    mend="set the Content-Type of each object where it is stored",
)
def s3_4(document: FeedDocument) -> Iterator[Finding]:
    """Every file is served with a Content-Type of its own, not with the one of unknown bytes (Amazon S3, object
    metadata).
    """
    for target, probe in asked(document, Kind.FEED, *_FILES):
        if probe.head is None or probe.head.status != 200:
            continue
        found = media_type_of(probe.head)
        if found in _GENERIC:
            right = _EXPECTED.get(target.kind, (target.media_type or "the type of its kind",))[0]
            message = f"{target} is served as {quoted(found)}" if found else f"{target} is served without Content-Type"
            yield Finding(message=message, at=target.at, hint=f"set its Content-Type to {right} where it is stored")
