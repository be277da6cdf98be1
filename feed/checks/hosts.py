"""Rules on hosts that are not meant for an audience: what an address alone gives away (S3-1, S3-2, R2-1)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from episodes.problems import Severity
from feed.checks.addresses import WEBSITE_ENDPOINT, addresses
from feed.checks.rule import Finding, rule
from feed.document import FeedDocument

_WEBSITES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html"
_NAMING = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_R2 = "https://developers.cloudflare.com/r2/platform/limits/"

_LONGEST_HOST = 253
_BUCKET_OF_S3 = re.compile(r"(?P<bucket>.+)\.s3(?:[.-][a-z0-9-]+){0,2}\.amazonaws\.com(?:\.cn)?")


@rule(
    "S3-1",
    severity=Severity.ERROR,
    source=_WEBSITES,
    mend="put a CDN with an address of your own in front of the bucket, and write that address",
)
def s3_1(document: FeedDocument) -> Iterator[Finding]:
    """No address is that of an S3 website endpoint, which has no https (Amazon S3 user guide)."""
    for address in addresses(document):
        if WEBSITE_ENDPOINT.search(_host(address.url)):
            message = f"{address.place} {address.url!r} is an S3 website endpoint, and those have no https"
            yield Finding(message=message, at=address.at, hint="put a CDN with an address of your own in front of it")


@rule(
    "S3-2",
    severity=Severity.ERROR,
    source=_NAMING,
    mend="use a bucket without dots, the path form `https://s3.REGION.amazonaws.com/BUCKET/…`, or a CDN with an "
    "address of your own",
)
def s3_2(document: FeedDocument) -> Iterator[Finding]:
    """No https address carries a bucket with a dot in front of Amazon's host, whose certificate does not cover it
    (Amazon S3 user guide).
    """
    for address in addresses(document):
        bucket = _BUCKET_OF_S3.fullmatch(_host(address.url))
        if bucket and "." in bucket["bucket"] and address.url.lower().startswith("https:"):
            message = f"{address.place} {address.url!r} has a bucket with a dot, and the certificate does not fit it"
            hint = "use a bucket without dots, the path form, or a CDN with an address of your own"
            yield Finding(message=message, at=address.at, hint=hint)


@rule(
    "R2-1",
    severity=Severity.ERROR,
    source=_R2,
    mend="connect a domain of your own to the bucket, and write its address; in podcast.toml it is public_url of "
    "[store]",
)
def r2_1(document: FeedDocument) -> Iterator[Finding]:
    """No address is one of `r2.dev`, which is for development and answers many listeners with 429 (Cloudflare)."""
    for address in addresses(document):
        if _host(address.url).endswith(".r2.dev"):
            message = f"{address.place} {address.url!r} is on r2.dev, which slows down and refuses many listeners"
            yield Finding(message=message, at=address.at, hint="connect a domain of your own to the bucket")


@lru_cache(maxsize=20_000)
def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")[-_LONGEST_HOST:]
    except ValueError:
        return ""
