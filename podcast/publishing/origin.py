"""From a finding about the feed to the file and field it comes from, in the producer's words."""

import re
from collections.abc import Sequence
from dataclasses import replace

from episodes.problems import Problem
from feed.item import Item
from podcast.publishing.ledger import Ledger
from podcast.settings import FILE

_SHOW = {
    "title": "show.title",
    "description": "show.description",
    "language": "show.language",
    "link": "show.link",
    "copyright": "show.copyright",
    "itunes:author": "show.author",
    "itunes:category": "show.category",
    "itunes:image": "show.cover",
    "itunes:owner": "show.email",
    "itunes:type": "show.type",
    "podcast:guid": "show.guid",
    "podcast:person": "show.hosts",
    "atom:link": "store.public_url",
}
_EPISODE = {
    "title": "title",
    "description": "summary",
    "guid": "guid",
    "enclosure": "audio",
    "pubDate": "published",
    "itunes:duration": "audio",
    "itunes:episode": "number",
    "itunes:season": "season",
    "itunes:image": "cover",
    "podcast:person": "appearances",
    "podcast:location": "recording",
    "podcast:transcript": "transcripts",
}
_FORMS = {
    "show.category": ', as category = ["Government"]',
    "show.cover": " to a square JPEG or PNG of 1400 to 3000 pixels",
    "show.language": ', as language = "de"',
}


def name_origin(problem: Problem, ledger: Ledger, newest_first: Sequence[Item]) -> Problem:
    """Return a finding about the feed as one about `podcast.toml` or an episode file, where it comes from one.

    `newest_first` are the items in the order of the feed. Other findings stay as they are.
    """
    match = re.match(r"/rss/channel/(?:item(?:\[(\d+)\])?/)?([a-zA-Z]+(?::[a-zA-Z]+)?)", problem.field)
    if match is None:
        return problem
    in_item = "/item" in problem.field
    field = (_EPISODE if in_item else _SHOW).get(match[2])
    if field is None:
        return problem
    path = FILE
    if in_item:
        index = int(match[1] or 1) - 1
        entry = ledger.by_guid().get(newest_first[index].guid) if index < len(newest_first) else None
        if entry is None:
            return problem
        path = f"episodes/{entry.release.episode.source_name}"
    hint = f"set {field} in {path}{_FORMS.get(field, '')}" if problem.hint.startswith("add <") else problem.hint
    return replace(problem, path=path, line=0, field=field, hint=hint)
