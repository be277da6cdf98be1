"""The player in a real browser: real sound plays, every way leads to the right second, nothing leaves the origin."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest
from lxml import html
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, Route, expect

from podcast.cli import run
from podcast.workspace import open_workspace
from tests.podcast.builders import BASE
from tests.podcast.website_builders import LENGTH, site, speaking_show

__all__ = ["site"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'"
)
HEARD = "() => document.querySelector('audio').currentTime"
PAUSED = "() => document.querySelector('audio').paused"


def _under_policy(route: Route) -> None:
    """Answer with the strictest policy that lets our pages work."""
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})


@dataclass(kw_only=True)
class Visit:
    """Somebody looks at a site; `sounds` counts the requests for audio."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)
    sounds: int = 0

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.route(lambda address: address.endswith("/"), _under_policy)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.location["url"].endswith("/favicon.ico"):
            self.complaints.append(message.text)

    def _response(self, response: Response) -> None:
        self.sounds += "/audio/" in response.url
        if not response.url.startswith(self.site):
            self.complaints.append(f"asked for {response.url}")

    def open(self, path: str = "folge-1/") -> "Visit":
        """Go to a page, as whoever was not there before."""
        self.page.goto("about:blank")
        self.page.goto(self.site + path)
        return self

    @property
    def at(self) -> float:
        return float(self.page.evaluate(HEARD))

    @property
    def paused(self) -> bool:
        return bool(self.page.evaluate(PAUSED))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def play(self) -> None:
        self.button("Abspielen").click()
        self.hear(0.2)

    def hear(self, beyond: float) -> None:
        """Wait until more than these seconds were played."""
        self.page.wait_for_function(f"() => document.querySelector('audio').currentTime > {beyond}")

    def offered(self) -> str:
        """What the player offers to begin with."""
        return self.page.locator(".start button").first.inner_text()

    def search(self, text: str) -> str:
        """Search the transcript; returns what is told of it."""
        self.page.get_by_role("searchbox").fill(text)
        return self.page.locator(".reader .count").inner_text()

    def read(self) -> Locator:
        """Open the transcript; returns its cues."""
        self.page.locator("details.transcript summary").click()
        cues = self.page.locator("ol.cues p span")
        cues.first.wait_for()
        return cues

    def copied(self) -> str:
        expect(self.page.locator(".share .said")).to_have_text("Kopiert.")
        return str(self.page.evaluate("() => navigator.clipboard.readText()"))


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What the tests share, as it takes long to make: a browser that may copy, and keeps still."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, site: str) -> Iterator[Visit]:
    visit = Visit(page=context.new_page(), site=site)
    yield visit
    visit.page.goto(f"{site}folge-2/oembed.json")  # no player that would remember anything
    visit.page.evaluate("() => localStorage.clear()")
    visit.page.close()
    assert visit.complaints == []


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_play_plays_the_recording_and_nothing_of_it_is_loaded_before(visit: Visit) -> None:
    visit.open()
    expect(visit.page.locator(".wave path").first).to_have_attribute("d", re.compile("^M"))
    assert (visit.sounds, visit.paused) == (0, True)

    visit.play()
    first = visit.at
    visit.hear(first)
    visit.button("Anhalten").click()

    expect(visit.button("Abspielen")).to_be_visible()
    assert visit.sounds > 0
    assert visit.page.evaluate("() => navigator.mediaSession.metadata.title").startswith("Weg mit der Agilität")


def test_the_waveform_has_the_shape_of_the_sound(visit: Visit) -> None:
    visit.open()
    path = visit.page.locator(".wave path").first
    expect(path).to_have_attribute("d", re.compile("^M"))

    bars = [
        float(end) - float(start) for start, end in re.findall(r" ([\d.]+)V([\d.]+)", path.get_attribute("d") or "")
    ]
    assert len(bars) > 50
    assert min(bars) < max(bars) / 3  # it swells and fades


def test_a_chapter_is_played_from_its_beginning_and_marked_until_its_end(visit: Visit) -> None:
    current = visit.open().page.locator("ol.chapters li[aria-current]")
    expect(current).to_contain_text("Begrüßung")

    visit.page.get_by_role("link", name="Eid & Rückendeckung").click()
    visit.hear(60.5)
    assert visit.at < 65
    expect(current).to_contain_text("Eid & Rückendeckung")

    slider = visit.page.get_by_role("slider", name="Position")
    slider.fill("45")  # in a hidden chapter, and still in the one before
    expect(current).to_contain_text("Mut")
    slider.fill("55")
    expect(current).to_have_count(0)
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"0:5\d von 2:00"))


def test_a_link_to_a_moment_offers_to_begin_there_and_does_not_begin(visit: Visit) -> None:
    for link in ("#t=94", "#t=0:01:34", "#t=1:34"):
        visit.open(f"folge-1/{link}")
        assert visit.offered() == "Ab 1:34 hören"
    assert (visit.sounds, visit.paused) == (0, True)

    visit.button("Ab 1:34 hören").click()
    visit.hear(94)
    assert visit.at < 99
    assert visit.page.locator(".start").is_hidden()


def test_another_link_on_the_same_page_leads_there_too(visit: Visit) -> None:
    visit.open("folge-1/#t=94").page.evaluate("() => { location.hash = '#t=12'; }")
    expect(visit.page.locator(".start button").first).to_have_text("Ab 0:12 hören")
    visit.play()
    visit.page.evaluate("() => { location.hash = '#t=1:00'; }")
    visit.hear(60)


def test_a_link_that_names_no_moment_changes_nothing(visit: Visit) -> None:
    visit.open("folge-1/#t=eins")
    for link in ("#t=", "#t=1:2:3:4", "#teilen", "#t=-5", "#at=5"):
        visit.page.evaluate("link => { location.hash = link; }", link)
        assert visit.page.locator(".start").is_hidden()
        expect(visit.page.locator("[data-shown=at]")).to_have_text("0:00")
    visit.page.evaluate("() => { location.hash = '#t=5'; }")
    expect(visit.page.locator(".start")).to_be_visible()


def test_the_speed_is_kept_for_the_next_time(visit: Visit) -> None:
    visit.open().page.get_by_label("Tempo").select_option("1,5×")
    visit.page.reload()
    visit.play()
    assert visit.page.evaluate("() => document.querySelector('audio').playbackRate") == 1.5


def test_keys_work_on_the_page_unless_one_types(visit: Visit) -> None:
    keyboard = visit.open().page.keyboard
    keyboard.press("k")
    visit.hear(0)
    keyboard.press("l")
    visit.hear(30)
    keyboard.press("Space")
    assert visit.paused
    there = visit.at
    keyboard.press("j")
    keyboard.press("ArrowRight")
    assert visit.at == pytest.approx(there - 10)
    keyboard.press("ArrowLeft")
    assert visit.at == pytest.approx(there - 15)
    keyboard.press("m")
    assert visit.page.get_by_role("button", name="Stumm", pressed=True).is_visible()

    visit.read()
    visit.page.get_by_role("searchbox").press_sequentially("klj m")
    assert visit.page.get_by_role("searchbox").input_value() == "klj m"
    assert visit.paused
    assert visit.at == pytest.approx(there - 15)


def test_keys_can_be_kept_to_the_player(visit: Visit) -> None:
    visit.open().page.keyboard.press("?")
    visit.page.get_by_label("Tasten gelten auf der ganzen Seite").uncheck()
    visit.page.reload()
    visit.page.locator("h1").click()
    visit.page.keyboard.press("l")
    expect(visit.page.locator("[data-shown=at]")).to_have_text("0:00")
    visit.page.get_by_label("Tempo").focus()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("l")
    expect(visit.page.locator("[data-shown=at]")).to_have_text("0:30")


def test_who_stopped_goes_on_there_and_only_that_is_remembered(visit: Visit) -> None:
    visit.open("folge-1/#t=40").button("Ab 0:40 hören").click()
    visit.hear(40)
    visit.button("Anhalten").click()
    visit.open()
    assert visit.offered() == "Weiter ab 0:40"
    assert visit.page.evaluate("() => Object.keys(localStorage)") == ["folge:at:00000001-aaaa-4bbb-8ccc-000000000000"]
    assert visit.page.context.cookies() == []
    visit.button("Von vorn").click()
    visit.hear(0)
    assert visit.at < 10


def test_what_was_heard_to_its_end_is_forgotten(visit: Visit) -> None:
    visit.open(f"folge-1/#t={LENGTH - 20}").page.locator(".start button").first.click()
    visit.hear(LENGTH - 20)
    visit.button("30 Sekunden vor").click()
    visit.page.wait_for_function("() => document.querySelector('audio').ended")
    visit.open()
    assert visit.page.locator(".start").is_hidden()
    assert visit.page.evaluate("() => localStorage.length") == 0


def test_the_transcript_follows_along_without_moving_the_page(visit: Visit) -> None:
    cues = visit.open().read()
    assert cues.count() == LENGTH // 4
    visit.page.evaluate("() => scrollTo(0, 50)")

    visit.page.locator("ol.cues").evaluate("list => { list.scrollTop = 0; }")
    cues.nth(20).evaluate("cue => cue.click()")
    visit.hear(80.5)

    current = visit.page.locator("ol.cues [aria-current]")
    expect(current).to_contain_text("Nummer 20")
    assert visit.page.locator("ol.cues").evaluate("list => list.scrollTop") > 0
    assert visit.page.evaluate("() => scrollY") == 50

    visit.page.get_by_label("Mitlesen").uncheck()
    visit.page.locator("ol.cues").evaluate("list => { list.scrollTop = 0; }")
    visit.page.keyboard.press("l")
    expect(current).to_contain_text(re.compile("Nummer 2[78]"))
    assert visit.page.locator("ol.cues").evaluate("list => list.scrollTop") == 0
    assert set(visit.page.locator("ol.cues cite").all_inner_texts()) == {"Anna Beispiel", "Uwe Schneidewind"}


def test_the_transcript_is_searched_with_umlauts_typed_either_way(visit: Visit) -> None:
    visit.open().read()
    for typed in ("über", "ueber", "ÜBER"):
        assert visit.search(typed) == "1 von 15"  # eight times »über«, seven times »Überraschende«
    visit.button("Nächste Stelle").click()
    expect(visit.page.locator(".reader .count")).to_have_text("2 von 15")
    visit.page.get_by_role("searchbox").press("Shift+Enter")
    visit.page.get_by_role("searchbox").press("Shift+Enter")
    expect(visit.page.locator(".reader .count")).to_have_text("15 von 15")
    assert visit.search("nummer 5. wie") == "1 von 1"  # across two cues
    assert visit.page.locator("ol.cues li.hit").count() == 1
    found = "() => [...CSS.highlights.get('hit')].map(String)"
    assert visit.page.evaluate(found) == ["Nummer 5. Wie"]
    assert visit.search("Grösse") == visit.search("groesse") == "1 von 7"
    assert visit.search("grosse") == "nicht gefunden"
    expect(visit.button("Nächste Stelle")).to_be_disabled()


def test_the_link_of_a_teaser_opens_the_transcript_and_scrolls_there(
    visit: Visit, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    show = speaking_show(tmp_path / "show")
    show.publish(open_workspace(show.path, {}).store())
    assert run(["-C", str(show.path), "teaser", "1"]) == 0
    teaser = html.document_fromstring(capsys.readouterr().out)
    (link,) = (str(it.get("href")) for it in teaser.iter("a") if str(it.get("href")).endswith("#transcript"))

    visit.page.set_viewport_size({"width": 1280, "height": 400})
    visit.open(link.removeprefix(BASE))
    expect(visit.page.locator("ol.cues p span").first).to_be_in_viewport()

    visit.open().page.evaluate("() => { location.hash = '#transcript'; }")
    expect(visit.page.locator("ol.cues p span").first).to_be_in_viewport()


def test_without_scripts_a_link_to_the_transcript_leads_to_where_it_is_opened(plain: Page, site: str) -> None:
    plain.set_viewport_size({"width": 1280, "height": 400})
    plain.goto(f"{site}folge-1/#transcript")
    expect(plain.locator("details.transcript summary")).to_be_in_viewport()


def test_a_transcript_that_cannot_be_loaded_is_shown_in_its_frame(visit: Visit) -> None:
    visit.page.route("**/transcripts/*.json", lambda route: route.fulfill(status=404))
    visit.open().page.locator("details.transcript summary").click()
    expect(visit.page.locator(".reader .failed")).to_be_visible()
    expect(visit.page.frame_locator(".transcript iframe").locator("body")).to_contain_text("Mut in der Verwaltung")
    visit.complaints.clear()  # the browser tells of the 404


def test_links_and_code_are_copied(visit: Visit) -> None:
    visit.open("folge-1/#t=1:05")
    visit.button("Link kopieren").click()
    assert visit.copied() == f"{visit.site}folge-1/"
    visit.button("Link ab 1:05 kopieren").click()
    assert visit.copied() == f"{visit.site}folge-1/#t=1:05"
    visit.button("Code zum Einbetten kopieren").click()
    assert visit.copied().startswith(f'<iframe src="{visit.site}folge-1/embed/" title="Weg mit der Agilität')


def test_another_site_shows_the_player_that_oembed_tells_of(visit: Visit) -> None:
    discovered = visit.open().page.locator("link[type='application/json+oembed']").get_attribute("href") or ""
    with urlopen(discovered) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        told = json.load(answer)
    assert {told[name] for name in ("version", "type")} == {"1.0", "rich"}
    assert (told["title"], told["provider_url"]) == ("Weg mit der Agilität, her mit den Schildkröten!", visit.site)
    assert min(told[name] for name in ("width", "height", "thumbnail_width", "thumbnail_height")) > 0

    visit.page.goto("about:blank")
    visit.page.set_content(f"<h1>Ein Blog</h1>{told['html']}")
    inside = visit.page.frame_locator("iframe")
    inside.get_by_role("button", name="Abspielen", exact=True).click()
    expect(inside.locator("[data-shown=at]")).to_have_text(re.compile("0:0[1-9]"))
    document = visit.page.frames[1]
    assert document.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    assert document.locator("link[rel=canonical]").get_attribute("href") == f"{visit.site}folge-1/"
    assert document.locator("meta[name=robots]").get_attribute("content") == "noindex"
    assert inside.get_by_role("link", name="Weg mit der Agilität").get_attribute("target") == "_top"


def test_without_scripts_there_are_audio_chapters_and_transcript(plain: Page, site: str) -> None:
    plain.goto(f"{site}folge-1/")
    audio = plain.locator("audio")
    assert audio.is_visible()
    assert (audio.get_attribute("controls"), audio.get_attribute("preload")) == ("", "none")
    source = audio.get_attribute("src")
    chapters = plain.locator("ol.chapters a.at")
    assert [link.get_attribute("href") for link in chapters.all()] == [f"{source}#t={t}" for t in ("0", "30", "60.5")]
    assert plain.get_by_role("link", name="Audiodatei laden").get_attribute("href") == source
    assert (plain.get_by_role("link", name="Abschrift").get_attribute("href") or "").endswith(".html")
    plain.locator("summary").click()
    expect(plain.frame_locator(".transcript iframe").locator("body")).to_contain_text("Mut in der Verwaltung")
    assert plain.get_by_role("button").count() == 0
    assert plain.locator(".share code").inner_text() == f"{site}folge-1/"


def test_nothing_is_wider_than_the_smallest_screen(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 800})
    for path in ("folge-1/#t=20", "folge-1/embed/"):
        visit.open(path)
        assert visit.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


def test_where_the_browser_remembers_nothing_the_player_plays(visit: Visit) -> None:
    denied = "get() { throw new DOMException('no', 'SecurityError'); }"
    denied = f"Object.defineProperty(window, 'localStorage', {{ {denied} }})"
    visit.page.add_init_script(f"if (location.pathname === '/folge-1/') {denied}")
    visit.open().play()


def test_the_player_for_other_sites_leads_to_the_episode_where_its_sound_cannot_be_loaded(visit: Visit) -> None:
    visit.page.route("**/audio/**", lambda route: route.fulfill(status=404))
    visit.open("folge-1/embed/").button("Abspielen").click()
    told = visit.page.locator(".player .failed")
    expect(told).to_have_text("Die Aufnahme lässt sich gerade nicht laden. Der Titel darüber führt zur Folge.")
    expect(visit.page.locator("h1 a[target=_top]")).to_have_attribute("href", re.compile("/folge-1/$"))
    visit.complaints.clear()  # the browser tells of the 404


def test_sound_that_cannot_be_loaded_is_told(visit: Visit) -> None:
    visit.page.route("**/audio/*", lambda route: route.fulfill(status=404))
    visit.open().button("Abspielen").click()
    expect(visit.page.locator(".player .failed")).to_contain_text("lässt sich gerade nicht laden")
    visit.complaints.clear()  # the browser tells of the 404
