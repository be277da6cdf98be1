"""Feeds nobody here wrote move without anybody noticing: imported, published, compared, and all of it a second time."""

import calendar
import io
import json
import os
import random
import shutil
import subprocess
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import podcastparser
import pytest

from feed.decoding import decoded
from feed.intake import take_in
from feed.text import ascii_url
from feed.times import parse_date
from tests.podcast.importing.exceptions import ITEM, SHOW
from tests.podcast.importing.moving import CORPUS, Moved, import_arguments, move, said
from tests.soaking import SOAK

_NO_FEED = frozenset({"manifest.json", "feedsmith__subscriptions.opml"})
_FEEDS = sorted(path.name for path in CORPUS.glob("*") if path.name not in _NO_FEED)
_ALWAYS = tuple(
    name
    for name in (
        "podlove-validator__d0bb3a50-3cb4-32a7-9582-72678aaffca4.xml.unwrapped.xml",
        "podcast-feed-parser__bc-sample-custom-tags.xml",
        "feedsmith__atom-10.xml",
        "feedsmith__rss-ns.xml",
        "radiofeed-app__rss_bad_urls.xml",
    )
    if name in _FEEDS
)
"""A Podlove feed, one of Libsyn, an Atom feed, one with every namespace, and a dirty one."""

_DATES = {
    "radiofeed-app__rss_bad_pub_date.xml": "a date has a second 352: feedparser gives it up, podcastparser adds them"
}

_OTHERS = [name for name in _FEEDS if name not in _ALWAYS]
_TRIED = _FEEDS if SOAK else sorted({*_ALWAYS, *random.Random(7).sample(_OTHERS, min(7, len(_OTHERS)))})

_INSTALLED = Path(__file__).parents[3] / "build" / "node"
_SCRIPT = """
import { readFileSync } from "node:fs";
import { parseFeed } from "feedsmith";
const say = (text) => { try { return parseFeed(text).feed } catch (error) { return null } };
const bodies = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(bodies.map(say)));
"""

Seen = Mapping[str, tuple[object, ...]]
"""What a parser sees of items, by guid: the addresses of audio, the date in seconds, the title."""


def _moved(name: str, folder: Path) -> Moved:
    if not take_in((CORPUS / name).read_bytes()).feed.items:
        pytest.skip("the feed has no item that could be an episode")
    return move(CORPUS / name, folder)


@pytest.mark.skipif(not _FEEDS, reason="the corpus is not on this machine (FOLGE_CORPUS)")
@pytest.mark.parametrize("name", _TRIED)
def test_a_real_feed_moves_and_nobody_notices(name: str, tmp_path: Path) -> None:
    moved = _moved(name, tmp_path / "show")

    assert [
        (noticed["effect"], noticed["title"]) for noticed in moved.diff["items"] if noticed["effect"] != "changed"
    ] == []
    assert [one for one in moved.diff["show"] if not _allowed(SHOW, one, moved)] == []
    differences = [one for noticed in moved.diff["items"] for one in noticed["differences"]]
    assert [one for one in differences if not _allowed(ITEM, one, moved)] == []
    _others_see_the_same(moved)
    _a_second_time_changes_nothing(CORPUS / name, moved)


def _allowed(exceptions: Mapping[str, Any], difference: Mapping[str, Any], moved: Moved) -> bool:
    found = exceptions.get(difference["field"])
    return found is not None and bool(found.allows(difference["before"], difference["after"], moved))


def _a_second_time_changes_nothing(path: Path, moved: Moved) -> None:
    before = _listing(moved.folder)
    said(*import_arguments(path, moved.intake, moved.folder))
    told = said("-C", str(moved.folder), "publish", "--yes", "--json")
    assert json.loads(told)["steps"] == []
    assert _listing(moved.folder) == before


def _listing(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def _others_see_the_same(moved: Moved) -> None:
    seen = [(_feedparser(moved.before), _feedparser(moved.after))]
    if (before := _podcastparser(moved.before)) is not None:
        after = _podcastparser(moved.after)
        assert after is not None
        seen.append((before, after))
    seen += _feedsmith(moved)
    ours = {item.guid for item in moved.intake.feed.items}
    for before, after in seen:
        assert {guid for guid in before if guid in ours} <= after.keys()
        pairs = {guid: (told, after[guid]) for guid, told in before.items() if guid in after}
        assert {guid: pair for guid, pair in pairs.items() if not _same(*pair, moved)} == {}


def _same(before: tuple[object, ...], after: tuple[object, ...], moved: Moved) -> bool:
    """Say whether a parser sees of an item what it saw; what it did not understand before, it may understand now."""
    return all(
        not old or old == new or (moved.name in _DATES and isinstance(old, float | int))
        for old, new in zip(before, after, strict=True)
    )


def _feedparser(body: bytes) -> Seen:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = feedparser.parse(body).entries
        dates = [entry.get("published_parsed") or entry.get("updated_parsed") for entry in parsed]
    seen: dict[str, tuple[object, ...]] = {}
    for entry, published in zip(parsed, dates, strict=True):
        files = [file.get("href", "") for file in entry.get("enclosures", [])]
        seen.setdefault(entry.get("id", ""), _told(files, published and calendar.timegm(published), entry.get("title")))
    return seen


def _podcastparser(body: bytes) -> Seen | None:
    """Return what podcastparser sees, None where it gives a feed up."""
    try:
        parsed = podcastparser.parse("https://a.example/", io.BytesIO(body))
    except podcastparser.FeedParseError:
        return None
    return {
        episode["guid"]: _told([file["url"] for file in episode["enclosures"]], episode["published"], episode["title"])
        for episode in parsed["episodes"]
    }


def _feedsmith(moved: Moved) -> list[tuple[Seen, Seen]]:
    """Return what feedsmith sees before and after, nothing where it gives the first up, or is not here."""
    node = shutil.which("node")
    if node is None or not (_INSTALLED / "node_modules" / "feedsmith").exists():
        assert os.environ.get("CI") != "true", "feedsmith is missing; .ci/run installs it"
        return []
    done = subprocess.run(
        [node, "--input-type=module", "--eval", _SCRIPT],
        cwd=_INSTALLED,
        env={"PATH": os.environ["PATH"], "TZ": "UTC"},
        input=json.dumps([decoded(moved.before, "")[0], moved.after.decode()]).encode(),
        capture_output=True,
        timeout=100,
        check=True,
    )
    before, after = json.loads(done.stdout)
    assert after is not None
    return [(_of_feedsmith(before), _of_feedsmith(after))] if before else []


def _of_feedsmith(feed: Mapping[str, Any]) -> Seen:
    seen: dict[str, tuple[object, ...]] = {}
    for item in feed.get("items") or feed.get("entries") or ():
        guid = item.get("id") or (item.get("guid") or {}).get("value") or ""
        links = [link["href"] for link in item.get("links") or () if link.get("rel") == "enclosure" and "href" in link]
        files = links or [file.get("url", "") for file in item.get("enclosures") or ()]
        date = item.get("pubDate") or item.get("published")
        title = item.get("title")
        seen.setdefault(guid, _told(files, date, title["value"] if isinstance(title, dict) else title))
    return seen


def _told(files: list[str], date: object, title: object) -> tuple[object, ...]:
    if isinstance(date, str):
        date = _seconds(date)
    return (ascii_url(files[0].strip()) if files else "", date, " ".join(str(title or "").split()))


def _seconds(date: str) -> float | None:
    try:
        found = parse_date(date) or datetime.fromisoformat(date)
    except ValueError:
        return None
    return found.timestamp()
