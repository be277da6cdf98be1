"""What `folge diff` may tell of a feed that moved: each exception by the field, with its reason and what it allows.

All that is not allowed here is a fault. Values are those of `folge diff --json`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from feed.categories import CATEGORIES
from feed.wording import words
from tests.podcast.importing.moving import Moved

NEW = "https://neu.example.org/"

Allowed = Callable[[Any, Any, Moved], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A difference that is right, and why; `allows` looks at the value before, the one after, and the move."""

    why: str
    allows: Allowed


def _said_by_nobody(before: Any, after: Any, moved: Moved) -> bool:
    return not before and bool(after)


def _fewer(before: Any, after: Any, moved: Moved) -> bool:
    return all(value in before for value in after)


def _of_apple(before: Any, after: Any, moved: Moved) -> bool:
    """Every category that Apple has is there, of one with another subcategory the category, and nothing else."""
    kept = [
        (one["name"], one["subcategory"] if one["subcategory"] in CATEGORIES[one["name"]] else "")
        for one in before
        if one["name"] in CATEGORIES
    ]
    return list(dict.fromkeys(kept)) == [(one["name"], one["subcategory"]) for one in after]


def _new_trailers(before: Any, after: Any, moved: Moved) -> bool:
    trailers = {item.enclosure.url for item in moved.intake.feed.items if item.kind == "trailer"}
    added = [one for one in after if one not in before]
    return _fewer(after, before, moved) and all(one["url"] in trailers for one in added)


def _carried(before: Any, after: Any, moved: Moved) -> bool:
    """What is not carried is `cloud`, elements RSS does not know, and a summary that another text repeats."""
    lost = [one["name"] for one in before if one not in after]
    ours = {one["name"] for one in after}
    return all(name in ("cloud", "itunes:summary") or not set(":{") & set(name) or name in ours for name in lost)


def _no_form(before: Any, after: Any, moved: Moved) -> bool:
    def bare(forms: Any) -> Any:
        places = [[source["url"] for source in form["sources"]] for form in forms]
        whole = [{**form, "sources": urls, "default": False} for form, urls in zip(forms, places, strict=True)]
        return [
            {**form, "integrity": None} if (form["integrity"] or {}).get("kind") != "sri" else form for form in whole
        ]

    return bool(bare(before) == bare(after))


def _with_hosts(before: Any, after: Any, moved: Moved) -> bool:
    hosts = {host.name for host in moved.intake.feed.show.hosts}
    names = {one["name"] for one in before}
    return _fewer(after, before, moved) and {one["name"] for one in after} - names <= hosts


def _own_chapters(before: Any, after: Any, moved: Moved) -> bool:
    return str(after).startswith(f"{NEW}chapters/")


def _same_reading(before: Any, after: Any, moved: Moved) -> bool:
    """Nearly all words stay, and all that come stand in other texts or in chapters of the old feed."""
    old, new = set(words(before).split()), set(words(after).split())
    come = {word for word in new - old - _vocabulary(moved) if not re.fullmatch(r"[\d:]+", word)}
    return max(len(old - new), len(come)) <= len(old) // 20 + 2


def _vocabulary(moved: Moved) -> set[str]:
    texts: list[str] = []
    for item in moved.intake.feed.items:
        texts += [item.summary, item.notes_html, *(chapter.title for chapter in item.chapters)]
    return {word for text in texts for word in words(text).split()}


SHOW = {
    "feed_url": Reason(why="the move itself", allows=lambda before, after, moved: after == f"{NEW}feed.xml"),
    "guid": Reason(why="a show without a podcast:guid has the one others derive (P20-GUID-2)", allows=_said_by_nobody),
    "title": Reason(why="the feed tells none, the producer does", allows=_said_by_nobody),
    "description": Reason(why="the feed tells none, the producer does", allows=_said_by_nobody),
    "language": Reason(why="the feed tells none, the producer does", allows=_said_by_nobody),
    "link": Reason(why="the feed tells none, the producer does", allows=_said_by_nobody),
    "owner_name": Reason(
        why="the owner is published by the author's name (import-owner), and not at all without an address",
        allows=lambda before, after, moved: after in (moved.intake.feed.show.author.strip(), ""),
    ),
    "owner_email": Reason(
        why="what is no e-mail address is none", allows=lambda before, after, moved: "@" not in before and after == ""
    ),
    "categories": Reason(why="categories Apple has no longer (import-category)", allows=_of_apple),
    "tags.new_feed_url": Reason(
        why="the new feed names no other address, or apps would leave it again (APPLE-CH-11, import-new-feed-url)",
        allows=lambda before, after, moved: after == "",
    ),
    "tags.podping": Reason(
        why="whoever publishes has to send podpings (import-podping)", allows=lambda before, after, moved: not after
    ),
    "hubs": Reason(why="a hub of the old host takes no other feed (import-hub)", allows=lambda *all_: True),
    "trailers": Reason(why="an episode of the kind trailer is told as one (P20-TRAILER)", allows=_new_trailers),
    "tags.extra": Reason(why="cloud belongs to the old server (import-left-out)", allows=_carried),
}

ITEM = {
    "link": Reason(
        why="an item without a page has ours", allows=lambda before, after, moved: not before and after.startswith(NEW)
    ),
    "chapters_url": Reason(why="chapters in the feed are a file of ours, too", allows=_own_chapters),
    "summary": Reason(why="a description in HTML, or none, is plain text of the notes", allows=_same_reading),
    "notes_html": Reason(why="notes hold no players (import-notes-lost), and chapters", allows=_same_reading),
    "people": Reason(why="hosts of the channel are told with the guests (P20-PERSON-1)", allows=_with_hosts),
    "alternates": Reason(why="marks, types and signatures of other forms go (import-alternate)", allows=_no_form),
    "tags.extra": Reason(why="elements that RSS does not know go (import-left-out)", allows=_carried),
    "tags.social_interact": Reason(why="a protocol that nobody registered goes (import-left-out)", allows=_fewer),
}
