"""The player in a real browser: audio of another host is heard, although the page may load nothing else from there."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from podcast.workspace import open_workspace
from tests.browsing import served
from tests.podcast.builders import BASE, ShowFolder
from tests.podcast.website_builders import speaking_show


@pytest.fixture
def speaking(tmp_path: Path) -> ShowFolder:
    return speaking_show(tmp_path / "show")


def test_audio_of_another_host_is_heard_and_no_third_one_may_be(
    speaking: ShowFolder, tmp_path: Path, browser: Browser
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.mp3").write_bytes((speaking.path / "audio" / f"{number}.mp3").read_bytes())
    with served(tmp_path, BASE) as host, served(tmp_path, BASE) as third:
        for number, used in ((1, host), (2, third)):
            size = (tmp_path / f"{number}.mp3").stat().st_size
            there = f"audio: {used}{number}.mp3\naudio_facts: {{type: audio/mpeg, bytes: {size}}}"
            text = speaking.file(number).read_text(encoding="utf-8").replace(f"audio: audio/{number}.mp3", there)
            speaking.file(number).write_text(text, encoding="utf-8")
        speaking.publish(open_workspace(speaking.path, {}).store())
        with served(speaking.path / "public", BASE) as site:
            page = browser.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            page.set_default_timeout(15_000)
            page.goto(f"{site}folge-1/")
            page.get_by_role("button", name="Abspielen", exact=True).click()
            page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")
            assert page.locator("[data-shown=length]").inner_text() == "2:00"
            assert complaints == []
            page.evaluate(f"() => {{ document.querySelector('audio').src = '{third}2.mp3'; }}")
            page.evaluate("() => document.querySelector('audio').play().catch(() => null)")
            assert any("Content Security Policy" in complaint for complaint in complaints)
            page.close()
