"""What the ledger says of an issue of the newsletter: what pages tell of it, and where the text of its file lies."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from episodes.addresses import is_address
from podcast.newsletter.issues import is_name


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueVersion:
    """One state of an issue that was published: the digest of what it says, when, by which producer.

    `replaced` holds the short hashes of the values this version took the place of, by field: whoever still has one of
    them has an older text.
    """

    digest: str
    at: datetime
    by: str
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """An issue as published. `guids` are the episodes it teases, in its order; `on` is None where it has no date.

    `public` says that a publish found its date come: only then do pages tell of it. `prints` are short hashes of what
    it says, by field; `source_sha256` is the hex sha256 of its file; `history` is oldest first and never empty.
    """

    title: str
    on: date | None
    url: str
    guids: tuple[str, ...]
    public: bool
    prints: Mapping[str, str]
    source_sha256: str
    history: tuple[IssueVersion, ...]

    @property
    def current(self) -> IssueVersion:
        """The version that is published now."""
        return self.history[-1]


def issue_faults(issues: Mapping[str, IssueRecord]) -> Iterator[str]:
    """Yield what cannot be said of issues: names that leave their folder, addresses a page may not lead to."""
    for name, record in issues.items():
        if not is_name(name):
            yield f"the issue {name}"
        if record.url and not is_address(record.url):
            yield f"the address {record.url}"
        if not re.fullmatch(r"[0-9a-f]{64}", record.source_sha256):
            yield f"the sha256 of the issue {name}"
        if not record.history or any(version.at.tzinfo is None for version in record.history):
            yield f"the history of the issue {name}"
        if record.public and record.on is None:
            yield f"the date of the issue {name}"
