"""Audio whose downloads others count: which services do, and its addresses without them."""

from collections import Counter
from dataclasses import replace

from feed.item import Alternate, Item
from podcast.importing.findings import Findings
from podcast.importing.merging import Merged
from podcast.importing.prefixes import without_prefixes


def with_prefixes_named(merged: Merged, *, drop: bool) -> Merged:
    """Return a show with a finding about the services its audio is counted by; `drop` leaves them out of addresses."""
    services = Counter(name for item in merged.items for name in set(without_prefixes(item.enclosure.url).names))
    if not services:
        return merged
    findings = Findings(merged.show.title or merged.url or "the show")
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(services.items()))
    if drop:
        findings.note("prefix", f"audio is named without the services that count its downloads: {listed}")
    else:
        message = f"audio is downloaded through services that count it: {listed}"
        findings.note("prefix", message, hint="--drop-prefixes names it without them")
    items = tuple(map(_bare, merged.items)) if drop else merged.items
    return replace(merged, items=items, problems=(*merged.problems, *findings.problems))


def _bare(item: Item) -> Item:
    audio = replace(item.enclosure, url=without_prefixes(item.enclosure.url).url)
    return replace(item, enclosure=audio, alternates=tuple(map(_bare_alternate, item.alternates)))


def _bare_alternate(alternate: Alternate) -> Alternate:
    sources = (replace(source, url=without_prefixes(source.url).url) for source in alternate.sources)
    return replace(alternate, sources=tuple(sources))
