"""Pages in a real browser and before a real checker: for everybody, from nobody else, in light, dark and on a phone."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import which
from typing import Literal
from xml.etree import ElementTree

import pytest
from lxml import html
from playwright.sync_api import Browser, ViewportSize

from episodes.model import Appearance, Chapter, Recording
from podcast.website.page import Page
from podcast.website.render import Site, render_site
from podcast.website.subscribing import apps_of
from tests.browsing import axe_findings, browser, missing, node_file, served
from tests.podcast.sites import BASE, a_website, an_episode, write_site

pytestmark = pytest.mark.xdist_group("browser")
__all__ = ["browser"]  # a fixture

TYPES = {
    "show": "",
    "episode": "folge-77/",
    "player for other sites": "folge-77/embed/",
    "person": "people/uwe-schneidewind/",
    "part of a person": "people/anna-beispiel/1/",
    "people": "people/",
    "topic": "topics/mut/",
    "topics": "topics/",
    "occasion": "occasions/k360-festival-2024/",
    "occasions": "occasions/",
    "year": "archive/2023/",
    "archive": "archive/",
    "subscribe": "subscribe/",
    "search": "search/",
    "not found": "404.html",
    "gone": "zurueckgezogen/",
    "gone player": "zurueckgezogen/embed/",
}
"""A page of each type, by its address below the show's."""

SCREENS: dict[str, tuple[Literal["light", "dark"], int, Literal["active", "none"]]] = {
    "by day": ("light", 1280, "none"),
    "in the dark on a phone": ("dark", 360, "none"),
    "in colours of one's own": ("dark", 1280, "active"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Site]:
    """The pages of a made-up show in a folder, and as they were rendered."""
    root = tmp_path_factory.mktemp("site")
    return root, write_site(root, a_website(78))


@pytest.fixture(scope="module")
def home(site: tuple[Path, Site]) -> Iterator[str]:
    with served(site[0], BASE) as address:
        yield address


def pages_of(site: Site) -> dict[str, bytes]:
    return {key: body for key, body in {**site.pages, **site.indexes}.items() if key.endswith(".html")}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_on_any_page_and_nothing_has_to_be_scrolled_sideways(
    browser: Browser, home: str, screen: str
) -> None:
    scheme, width, colours = SCREENS[screen]
    size: ViewportSize = {"width": width, "height": 800}
    with closing(browser.new_context(viewport=size, color_scheme=scheme, forced_colors=colours)) as context:
        page = context.new_page()
        found = {}
        for name, path in TYPES.items():
            page.goto(home + path)
            findings = axe_findings(page)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found[name] = [*findings, *([f"{wide} pixels too wide"] if wide > 0 else [])]
        assert found == {name: [] for name in TYPES}


@pytest.mark.parametrize(("width", "text"), [(320, "100%"), (640, "200%")])
def test_a_page_enlarged_is_read_without_scrolling_sideways(browser: Browser, home: str, width: int, text: str) -> None:
    with closing(browser.new_context(viewport={"width": width, "height": 400})) as context:
        page = context.new_page()
        for path in TYPES.values():
            page.goto(home + path)
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", text)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzesfolgenabschätzungsverfahren"


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_a_long_german_word_makes_no_page_wider_than_its_screen(browser: Browser, width: int, tmp_path: Path) -> None:
    pages = [with_long_words(an_episode(number)) for number in range(1, 6)]
    website = a_website(pages=pages, show=replace(a_website(0).show, title=LONG, description=LONG))
    site = write_site(tmp_path, website)
    with (
        served(tmp_path, BASE) as address,
        closing(browser.new_context(viewport={"width": width, "height": 800})) as it,
    ):
        page = it.new_page()
        wide = {}
        for key in pages_of(site):
            if key.startswith("f/"):  # leads on at once
                continue
            page.goto(address + key.removesuffix("index.html"))
            wide[key] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert {key: pixels for key, pixels in wide.items() if pixels > 0} == {}
        assert len(wide) > 15


@pytest.mark.parametrize("width", [1280, 360])
def test_titles_stand_above_their_teasers_where_episodes_have_no_cover_of_their_own(
    browser: Browser, width: int, tmp_path: Path
) -> None:
    shared = f"{BASE}covers/cover-0.png"
    pages = [replace(it, item=replace(it.item, image_url=shared)) for it in map(an_episode, range(1, 4))]
    write_site(tmp_path, a_website(pages=pages))
    with (
        served(tmp_path, BASE) as address,
        closing(browser.new_context(viewport={"width": width, "height": 800})) as it,
    ):
        page = it.new_page()
        page.goto(address)
        left = "it => [...it.querySelectorAll('h3, .teaser')].map(text => text.getBoundingClientRect().left)"
        rows = [row.evaluate(left) for row in page.locator(".episodes > li").all()]
    assert len(rows) == 3
    assert all(title == teaser for title, teaser in rows)


def test_a_small_player_fills_the_line_of_a_title_with_a_long_word(browser: Browser, tmp_path: Path) -> None:
    page = an_episode(1)
    write_site(tmp_path, a_website(pages=[replace(page, item=replace(page.item, title=f"Die {LONG}"))]))
    with (
        served(tmp_path, BASE) as address,
        closing(browser.new_context(viewport={"width": 360, "height": 200})) as it,
    ):
        shown = it.new_page()
        shown.goto(f"{address}{page.path}/embed/")
        letters = shown.locator("h1").evaluate(_LETTERS_SEEN)
    assert letters > 20


_LETTERS_SEEN = """heading => {
  const box = heading.getBoundingClientRect(), text = heading.querySelector('a').firstChild, range = new Range();
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    range.setStart(text, at), range.setEnd(text, at + 1);
    const letter = range.getBoundingClientRect();
    seen += letter.right <= box.right && letter.bottom <= box.bottom + 2;
  }
  return seen;
}"""
"""How many letters of a heading stand inside it."""


def with_long_words(page: Page) -> Page:
    item = page.item
    people = (*item.people, Appearance(name=f"Anna {LONG}", function=LONG, organisation=LONG))
    chapters = (*item.chapters, Chapter(start=timedelta(seconds=30), title=LONG))
    recording = Recording(occasion=LONG, place=LONG)
    changed = replace(item, title=f"{LONG} {item.number}", summary=LONG, people=people, chapters=chapters)
    topics, notes = (*page.topics, LONG), f"## {LONG}\n\n{LONG}\n\n- {LONG}\n\n| {LONG} | B |\n|---|---|\n| a | b |\n"
    return replace(page, item=replace(changed, recording=recording), topics=topics, notes=notes)


def test_a_page_asks_nobody_but_its_own_server_and_keeps_no_cookie(browser: Browser, home: str) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in TYPES.values():
            page.goto(home + path, wait_until="networkidle")
        assert [address for address in asked if not address.startswith(home)] == []
        assert f"{home}" in asked
        assert said == []
        assert context.cookies() == []


def test_the_policy_keeps_out_what_is_not_the_shows_own(browser: Browser, home: str) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(home)
        refused = page.evaluate(
            """() => new Promise(done => {
                const seen = [];
                document.addEventListener("securitypolicyviolation", event => seen.push(event.effectiveDirective));
                const add = (name, values) => document.body.append(Object.assign(document.createElement(name), values));
                add("img", {src: "https://elsewhere.example/pixel.gif"});
                add("script", {textContent: "window.inline = true"});
                add("style", {textContent: "body { color: red }"});
                add("iframe", {src: "https://elsewhere.example/"});
                fetch("https://elsewhere.example/").catch(() => setTimeout(() => done(seen.sort()), 200));
            })"""
        )
        assert refused == ["connect-src", "frame-src", "img-src", "script-src-elem", "style-src-elem"]
        assert page.evaluate("window.inline") is None


def test_a_keyboard_reaches_the_content_first_and_sees_where_it_is(browser: Browser, home: str) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(home + TYPES["episode"])
        page.keyboard.press("Tab")
        first = page.evaluate(
            "[document.activeElement.getAttribute('href'), getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert first == ["#content", "solid"]
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_every_target_is_large_enough_to_be_hit(browser: Browser, home: str) -> None:
    with closing(browser.new_context(viewport={"width": 360, "height": 800})) as context:
        page = context.new_page()
        small = {}
        for name, path in TYPES.items():
            page.goto(home + path)
            small[name] = page.evaluate(
                """() => [...document.querySelectorAll("a, button, summary")]
                    .filter(it => !it.closest("p, .prose, .skip") && it.checkVisibility())
                    .filter(it => !it.classList.contains("skip"))
                    .filter(it => it.getBoundingClientRect().height < 24)
                    .map(it => it.outerHTML.slice(0, 80))"""
            )
        assert small == {name: [] for name in TYPES}


def test_the_feeds_address_is_copied_with_one_press(browser: Browser, home: str) -> None:
    with closing(browser.new_context(permissions=["clipboard-read", "clipboard-write"])) as context:
        page = context.new_page()
        page.goto(home + "subscribe/")
        page.get_by_role("button", name="Adresse kopieren").click()
        page.get_by_role("button", name="Kopiert").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"{home}feed.xml"


def test_without_javascript_a_page_says_everything_and_offers_nothing_that_does_not_work(
    browser: Browser, home: str
) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(home + "subscribe/")
        assert page.locator("button:visible").count() == 0
        assert page.locator("code").first.inner_text() == f"{home}feed.xml"
        page.goto(home)
        assert page.locator("ol.episodes > li").count() == 20


def test_a_printed_episode_has_its_text_and_neither_player_nor_menus(browser: Browser, home: str) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(home + TYPES["episode"])
        page.emulate_media(media="print")
        shown = {part: page.locator(part).is_visible() for part in ("h1", ".prose", ".top nav", "audio", ".steps")}
        assert shown == {"h1": True, ".prose": True, ".top nav": False, "audio": False, ".steps": False}


def test_the_nu_html_checker_finds_nothing(site: tuple[Path, Site], tmp_path: Path) -> None:
    java = which("java")
    if java is None:
        missing("java")
    checker = node_file("vnu-jar", "build/dist/vnu.jar")
    kinds = [*TYPES.values(), "f/77/"]
    files = [site[0] / (f"{path}index.html" if path.endswith("/") or not path else path) for path in kinds]
    command = [str(java), "-Xss4m", "-jar", str(checker), "--errors-only", "--format", "json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    messages: list[Mapping[str, object]] = json.loads(done.stderr)["messages"]
    assert [f"{it.get('url')}: {it.get('message')}" for it in messages] == []


def test_no_page_weighs_more_than_60_kilobytes(site: tuple[Path, Site]) -> None:
    weights = {key: len(body) + loaded_by(body, site[1]) for key, body in pages_of(site[1]).items()}
    assert {key: weight for key, weight in weights.items() if weight > 60_000} == {}


def loaded_by(body: bytes, site: Site) -> int:
    """The bytes of the style sheets and scripts a page names."""
    return sum(len(file) for key, file in site.statics.items() if key.encode() in body)


def test_every_link_between_pages_leads_somewhere(site: tuple[Path, Site]) -> None:
    there = {f"{BASE}{key.removesuffix('index.html')}" for key in pages_of(site[1])}
    there |= {BASE + key for key in site[1].statics}
    files = {f"{BASE}feed.xml", f"{BASE}audio/1.mp3", f"{BASE}transcripts/1.html"}
    lost: dict[str, list[str]] = {}
    for key, body in pages_of(site[1]).items():
        tree = html.document_fromstring(body)
        named = [str(it.get(name)) for name in ("href", "src") for it in tree.iterfind(f".//*[@{name}]")]
        links = [link for link in named if link.startswith(BASE)]
        pictures = [link for link in links if link.startswith(f"{BASE}covers/")]
        known = there | files | {BASE + oembed for oembed in site[1].pages if oembed.endswith(".json")}
        if wrong := [link for link in links if link.split("#")[0] not in known and link not in pictures]:
            lost[key] = wrong
    assert lost == {}


def test_every_page_can_be_reached_from_the_shows_page_in_a_few_steps(site: tuple[Path, Site]) -> None:
    bodies = {f"{BASE}{key.removesuffix('index.html')}": body for key, body in pages_of(site[1]).items()}
    seen, edge = {BASE}, {BASE}
    for _ in range(5):
        found = {
            str(link.get("href"))
            for url in edge
            for link in html.document_fromstring(bodies[url]).iterfind(".//a[@href]")
        }
        edge = {url for url in found if url in bodies} - seen
        seen |= edge
    apart = (f"{BASE}f/", f"{BASE}404", f"{BASE}zurueckgezogen")
    assert {
        url for url in bodies if url not in seen and not url.startswith(apart) and not url.endswith("/embed/")
    } == set()


def test_the_sitemap_has_every_page_that_search_engines_should_show_and_no_other(site: tuple[Path, Site]) -> None:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    tree = ElementTree.fromstring(site[1].indexes["sitemap.xml"])
    told = [place.text for place in tree.iter(f"{space}loc")]
    canonical = set()
    for key, body in pages_of(site[1]).items():
        page = html.document_fromstring(body)
        own = f"{BASE}{key.removesuffix('index.html')}"
        if page.find(".//meta[@name='robots']") is None and page.xpath(f"//link[@rel='canonical'][@href='{own}']"):
            canonical.add(own)
    parts = {url for url in canonical if url.rstrip("/").rpartition("/")[2].isdecimal() and "/archive/" not in url}
    assert set(told) == canonical - parts - {url for url in canonical if url.count("/") > 5}
    assert len(told) == len(set(told))
    days = {place.findtext(f"{space}loc"): place.findtext(f"{space}lastmod") for place in tree.iter(f"{space}url")}
    assert days[f"{BASE}folge-77/"] == "2023-05-04"


def test_a_long_sitemap_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podcast.website.sitemap.LARGEST", 10)
    indexes = render_site(a_website(12)).indexes
    parts = [key for key in indexes if key.startswith("sitemap-")]
    whole = indexes["sitemap.xml"].decode()
    assert len(parts) > 2
    assert all(f"<loc>{BASE}{part}</loc>" in whole for part in parts)


def test_robots_are_led_to_the_sitemap_where_they_look_for_it(site: tuple[Path, Site]) -> None:
    assert site[1].indexes["robots.txt"].decode().endswith(f"\n\nSitemap: {BASE}sitemap.xml\n")


def test_each_app_is_told_of_the_feed_in_its_own_way_and_the_shows_own_addresses_win() -> None:
    urls = {app.name: app.url for app in apps_of(a_website(1))}
    assert urls["Spotify"] == "https://open.spotify.example/show/1"
    assert urls["Apple Podcasts"] == "podcast://podcast.example.org/feed.xml"
    assert urls["Overcast"] == "overcast://x-callback-url/add?url=https%3A%2F%2Fpodcast.example.org%2Ffeed.xml"
    assert urls["Pocket Casts"] == "pktc://subscribe/podcast.example.org/feed.xml"
    assert urls["AntennaPod"].startswith("https://antennapod.org/deeplink/subscribe?url=https%3A%2F%2Fpodcast.example")
    assert "YouTube" not in urls


def test_the_page_of_a_long_name_stays_where_it_is() -> None:
    compound = "Die Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung"
    pages = [replace(an_episode(1), topics=(compound,))]
    assert "topics/die/index.html" in render_site(a_website(pages=pages)).indexes


def test_a_show_without_an_episode_has_pages_too() -> None:
    website = a_website(pages=[an_episode(1)])
    empty = render_site(a_website(0))
    assert "subscribe/index.html" in empty.indexes
    assert not any(key.startswith(("topics/", "archive/")) for key in empty.indexes)
    assert "archive/2021/index.html" in render_site(website).indexes
