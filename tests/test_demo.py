"""The demo does the main job, and its feed has everything PSP-1 asks for."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from feed.checks.run import check_feed

pytestmark = pytest.mark.xdist_group("demo")  # one worker makes it

REPOSITORY = Path(__file__).parents[1]
NAMES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
}


def run_demo(target: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"FOLGE_CACHE": str(target.parent / "cache")}
    arguments: list[str | Path] = [sys.executable, REPOSITORY / "docs" / "demo" / "run.py", target]
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo") / "show"
    done = run_demo(target)
    assert done.returncode == 0, done.stderr
    assert "nothing to do; 2 episodes" in done.stdout
    for user in ("Producer:", "Podcast app:", "Newsletter author:"):
        assert user in done.stdout
    return target


def test_the_feed_has_what_psp_1_requires_and_recommends(demo: Path) -> None:
    channel = etree.parse(demo / "public" / "feed.xml").getroot()[0]
    required = ["atom:link[@rel='self']", "title", "description", "link", "language", "itunes:category"]
    required += ["itunes:explicit", "itunes:image/@href"]
    recommended = ["podcast:locked", "podcast:guid", "itunes:author"]
    item_required = ["title", "enclosure[@url][@length][@type]", "guid"]
    item_recommended = ["link", "pubDate", "description", "itunes:duration", "itunes:image/@href"]
    item_recommended += ["itunes:explicit", "podcast:transcript[@url][@type='text/vtt']"]

    for path in required + recommended:
        assert channel.xpath(path, namespaces=NAMES), path
    items = channel.findall("item")
    assert len(items) == 2
    for item in items:
        for path in item_required + item_recommended:
            assert item.xpath(path, namespaces=NAMES), path


def test_the_feed_has_no_finding(demo: Path) -> None:
    assert check_feed((demo / "public" / "feed.xml").read_bytes()) == ()


def test_the_guest_and_the_festival_are_on_the_pages(demo: Path) -> None:
    pages = {path.parent.name: path.read_text(encoding="utf-8") for path in demo.glob("public/*/index.html")}

    oath = next(text for name, text in pages.items() if "diensteid" in name)
    turtles = next(text for name, text in pages.items() if "schildkroeten" in name)
    assert re.search(r">Uwe Schneidewind</a><span>, Oberbürgermeister, Stadt Wuppertal<", oath)
    assert "Aufgenommen beim K360-Festival 2024, Berlin" in turtles


def test_the_demo_is_made_anew_but_only_over_a_demo(demo: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")

    assert run_demo(demo).returncode == 0
    assert run_demo(mine).returncode != 0
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
