"""The kit in a real browser: what an author copies is what `folge teaser` writes; the catalogue keeps its schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from playwright.sync_api import Browser, Page

from podcast.cli import run
from tests.browsing import axe_findings, browser, served
from tests.podcast.builders import BASE, ShowFolder

__all__ = ["browser"]

Screen = pytest.CaptureFixture[str]


@pytest.fixture
def published(show: ShowFolder, capsys: Screen) -> ShowFolder:
    guest = "appearances:\n  - {name: Uwe Schneidewind, function: Oberbürgermeister}\n"
    show.episode(2, title="Mut & {FIRSTNAME} <b>", more=f"{guest}summary: Ein Gespräch, „zu“ *Mut*.\n")
    assert folge(show, "publish", "--yes") == 0
    capsys.readouterr()
    return show


def folge(show: ShowFolder, *arguments: str) -> int:
    return run(["-C", str(show.path), *arguments])


def data(show: ShowFolder, key: str) -> Any:
    return json.loads((show.path / "public" / key).read_text("utf-8"))


@pytest.fixture
def kit(published: ShowFolder, browser: Browser) -> Iterator[Page]:
    with served(published.path / "public", BASE) as address:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], locale="de")
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{address}kit/")
        page.locator("#kit-picks button").first.wait_for()
        yield page
        assert [line for line in said if "img-src 'none'" not in line] == []
        context.close()


def copied(page: Page, button: str) -> str:
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_text(f"Kopiert: {button}").wait_for()
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def of_folge(show: ShowFolder, capsys: Screen, form: str, *more: str, at: str) -> str:
    """What the command writes, with the addresses of the server that shows the pages."""
    capsys.readouterr()
    assert folge(show, "teaser", "2", "--as", form, *more) == 0
    return capsys.readouterr().out.replace(BASE, at)


@pytest.mark.parametrize("length", ["short", "medium", "long"])
@pytest.mark.parametrize("system", ["plain", "cleverreach"])
def test_what_is_copied_is_what_folge_teaser_writes(
    published: ShowFolder, kit: Page, capsys: Screen, length: str, system: str
) -> None:
    at = kit.url.removesuffix("kit/")
    assert folge(published, "issue", "new", "2024-12") == 0
    kit.get_by_role("button", name="Mut & {FIRSTNAME} <b>").click()
    kit.locator(f"input[name=length][value={length}]").check()
    kit.locator("#kit-system").select_option(system)
    buttons = {"html": "HTML-Code kopieren", "text": "Text kopieren", "markdown": "Markdown kopieren"}
    for campaign, more in (("", ()), ("2024-12", ("--issue", "2024-12"))):
        kit.get_by_label("Name der Ausgabe").fill(campaign)
        for form, button in buttons.items():
            wanted = of_folge(published, capsys, form, "--length", length, "--esp", system, *more, at=at)
            assert copied(kit, button) == wanted
            assert ("utm_campaign=2024-12" in wanted) is bool(campaign)


def test_a_campaign_cannot_leave_its_place_in_the_address(kit: Page) -> None:
    kit.get_by_role("button", name="Mut & {FIRSTNAME} <b>").click()
    kit.get_by_label("Name der Ausgabe").fill("a b&c=\"'<d>$&*(é)#")
    html = copied(kit, "HTML-Code kopieren")
    assert "utm_campaign=a+b%26c%3D%22%27%3Cd%3E%24%26%2A%28%C3%A9%29%23" in html


def test_a_formatted_copy_holds_html_and_text(kit: Page) -> None:
    kit.get_by_role("button", name="Mut & {FIRSTNAME} <b>").click()
    text = copied(kit, "Formatiert kopieren")
    assert "Jetzt\xa0anhören: http" in text
    assert "<table" not in text
    html = kit.evaluate(
        "navigator.clipboard.read().then(items => items[0].getType('text/html')).then(blob => blob.text())"
    )
    assert "<table" in html
    assert ">Jetzt&nbsp;anhören</a>" in html


def test_the_preview_shows_light_dark_phone_and_no_pictures_with_the_styles_of_the_mail(kit: Page) -> None:
    kit.get_by_role("button", name="Mut & {FIRSTNAME} <b>").click()
    frame = kit.frame_locator("#kit-frame")
    button = frame.get_by_text("Jetzt\xa0anhören")
    assert button.evaluate("it => getComputedStyle(it.parentElement).backgroundColor") == "rgb(163, 50, 11)"
    picture = frame.locator("img").first
    picture.evaluate("it => it.decode()")
    assert axe_findings(kit) == []
    kit.get_by_label("dunkel").check()
    frame.locator("html[lang=de]").wait_for()
    kit.wait_for_function(
        "() => getComputedStyle(document.querySelector('#kit-frame').contentDocument.documentElement).filter != 'none'"
    )
    kit.get_by_label("Telefon").check()
    box = kit.locator("#kit-frame").bounding_box()
    assert box is not None
    assert box["width"] == 375
    kit.get_by_label("ohne Bilder").check()
    kit.wait_for_function(
        "() => { const it = document.querySelector('#kit-frame').contentDocument.querySelector('img');"
        " return it && it.complete && !it.naturalWidth && it.alt.startsWith('Titelbild'); }"
    )


def test_episodes_are_filtered_and_the_kit_works_by_keyboard(kit: Page) -> None:
    assert kit.locator("#kit-picks button").all_inner_texts()[0].startswith("Mut & {FIRSTNAME} <b>")
    assert kit.locator("#kit-found").inner_text() == "2 Folgen"
    kit.get_by_label("Folgen filtern").fill("mut schneidewind")
    assert kit.locator("#kit-found").inner_text() == "1 Folge"
    kit.keyboard.press("Tab")
    kit.keyboard.press("Tab") if kit.evaluate("document.activeElement.tagName") != "BUTTON" else None
    kit.keyboard.press("Enter")
    kit.locator("#kit-title", has_text="Mut & {FIRSTNAME} <b>").wait_for()
    assert kit.locator("#kit-picks button[aria-pressed=true]").count() == 1


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_day_of_an_episode_is_that_of_the_show_wherever_it_is_read(
    show: ShowFolder, browser: Browser, zone: str
) -> None:
    show.episode(2, published="2024-12-06T00:19:00+01:00")
    show.episode(1, published="2024-12-05T23:41:00+01:00")
    assert folge(show, "publish", "--yes") == 0
    with served(show.path / "public", BASE) as address:
        context = browser.new_context(timezone_id=zone, locale="de")
        page = context.new_page()
        page.goto(f"{address}kit/")
        page.locator("#kit-picks button").first.wait_for()
        said = page.locator("#kit-picks button").all_inner_texts()
        context.close()
    assert ["6. Dezember 2024" in said[0], "5. Dezember 2024" in said[1]] == [True, True], said


def test_nothing_leads_to_the_kit_and_robots_are_told_to_leave(published: ShowFolder) -> None:
    root = published.path / "public"
    body = (root / "kit/index.html").read_bytes()
    assert b'<meta name="robots" content="noindex, nofollow">' in body
    assert len(body) + sum(len(path.read_bytes()) for path in (root / "static").glob("*")) < 60_000
    others = [path for path in root.rglob("*") if path.suffix in (".html", ".xml") and path.parent.name != "kit"]
    assert others
    assert [path for path in others if b"/kit/" in path.read_bytes()] == []


def test_the_catalogue_keeps_its_schema_and_links_no_audio(published: ShowFolder) -> None:
    catalogue, schema = data(published, "episodes.json"), data(published, "episodes.schema.json")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(catalogue)] == []
    assert list(validator.iter_errors({**catalogue, "version": 2}))
    assert [row["number"] for row in catalogue["episodes"]] == [2, 1]
    first = catalogue["episodes"][0]
    (guest,) = first["people"]
    assert (guest["name"], guest["function"]) == ("Uwe Schneidewind", "Oberbürgermeister")
    assert first["url"] == f"{BASE}folge-2/"
    assert catalogue["next"] is None
    assert "audio/" not in json.dumps(catalogue)
    root = Path(published.path / "public")
    assert all((root / row["teasers"].removeprefix(BASE)).is_file() for row in catalogue["episodes"])


def test_nothing_is_left_in_the_kit_of_an_episode_that_was_withdrawn_or_renamed(published: ShowFolder) -> None:
    assert "Mut" in data(published, "kit/folge-2.json")["title"]
    published.file(1).rename(published.file(1, "neuer-name"))
    assert folge(published, "withdraw", "2", "--yes") == 0
    assert folge(published, "publish", "--yes") == 0
    for gone in ("folge-2", "folge-1"):
        left = data(published, f"kit/{gone}.json")
        assert left["guid"] is None
        assert "texts" not in left
    assert data(published, "kit/neuer-name.json")["texts"]
