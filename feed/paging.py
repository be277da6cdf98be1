"""Where a page of a long feed stands among the others (RFC 5005)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """The other pages a page names: `links` are pairs of relation and address. `archive` says it will not change."""

    links: tuple[tuple[str, str], ...] = ()
    archive: bool = False


WHOLE = Paging()
"""A feed on one page."""
