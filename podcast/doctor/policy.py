"""The bucket policy and the CORS rule that a show needs, and how they go together with those of others. Pure."""

import hashlib
from collections.abc import Mapping, Sequence

Json = dict[str, object]

_SID = "FolgePublicRead"

CORS_ID = "folge"
"""The name of our CORS rule."""

PUBLIC = (
    "feed.xml",
    "feed/*",
    "index.html",
    "*/index.html",
    "404.html",
    "robots.txt",
    "sitemap.xml",
    "sitemap-*.xml",
    "episodes.json",
    "episodes.schema.json",
    "episodes/*",
    "*/embed/index.html",
    "*/oembed.json",
    "f/*",  # Ceph 16 lets * reach up to the first slash only where more follows it
    "audio/*",
    "covers/*",
    "transcripts/*",
    "chapters/*",
    "peaks/*",
    "static/*",
    "search/*",
    "kit/*",
    "archive/*",
    "people/*",
    "topics/*",
    "occasions/*",
)
"""The keys everybody may read: what is named, and nothing else. A Deny for the rest would hit the producer as well."""


def public_policy(bucket: str, prefix: str = "") -> Json:
    """Return a policy by which everybody reads what is public of a show, and lists nothing; `prefix` is bare."""
    start = f"arn:aws:s3:::{bucket}/{f'{prefix}/' if prefix else ''}"
    statement = {
        "Sid": _sid(prefix),
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": [start + key for key in PUBLIC],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def public_cors() -> Json:
    """Return the CORS rule that lets web players read feed, chapters and transcripts, and jump within audio."""
    return {
        "ID": CORS_ID,
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range", "If-None-Match", "If-Modified-Since"],
        "ExposeHeaders": ["Content-Length", "Content-Range", "Accept-Ranges", "ETag"],
        "MaxAgeSeconds": 86400,
    }


def merged_policy(there: Mapping[str, object], bucket: str, prefix: str = "") -> Json:
    """Return a policy with the statements of others as they are, and ours in place of an older one of this show."""
    ours = public_policy(bucket, prefix)
    kept = [statement for statement in _statements(there) if statement.get("Sid") != _sid(prefix)]
    return {**ours, **there, "Statement": [*kept, *_statements(ours)]}


def merged_cors(there: Sequence[Mapping[str, object]]) -> list[Json]:
    """Return CORS rules with those of others as they are, and ours in place of an older one."""
    return [*(dict(rule) for rule in there if rule.get("ID") != CORS_ID), public_cors()]


def _statements(policy: Mapping[str, object]) -> list[Json]:
    found = policy.get("Statement", [])
    parts = found if isinstance(found, list) else [found]
    return [part for part in parts if isinstance(part, dict)]


def _sid(prefix: str) -> str:
    """Return the name of our statement in a policy, by which it is found again: another show has another prefix."""
    return f"{_SID}{hashlib.sha256(prefix.encode()).hexdigest()[:8]}" if prefix else _SID
