"""Take the pictures in `docs/screenshots` anew: `python docs/screenshots.py FOLDER`, with the folder of `make demo`.

Needs Chromium, as the tests do.
"""

import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from podcast.preview import make_preview_server, published_root
from podcast.workspace import open_workspace

PICTURES = Path(__file__).parent / "screenshots"
PAGES = {
    "show": "",
    "episode": "weg-mit-der-agilitaet-her-mit-den-schildkroeten/",
    "subscribe": "subscribe/",
    "search": "search/?q=Mut",
    "kit": "kit/",
}
SCREENS = {"light": ("light", 1100, 800), "dark": ("dark", 1100, 800), "phone": ("light", 390, 780)}
QUALITY = 72


def main(folder: Path) -> None:
    """Serve the published show and take a picture of every page on every screen."""
    workspace = open_workspace(folder)
    server = make_preview_server(published_root(workspace), workspace.settings.store.public_url, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for screen in SCREENS:
            take(browser, f"http://127.0.0.1:{server.port}/", screen)
        browser.close()
    server.shutdown()


def take(browser: Browser, address: str, screen: str) -> None:
    """Take the pictures of one screen."""
    scheme, width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(address + path, wait_until="networkidle")
        settle(page, name)
        page.screenshot(path=PICTURES / f"{name}-{screen}.jpg", type="jpeg", quality=QUALITY)
    context.close()


def settle(page: Page, name: str) -> None:
    """Bring a page to what is worth looking at: results found, a kit opened."""
    if name == "search":
        page.locator("#results li").first.wait_for()
    if name == "kit":
        page.locator("#kit-picks button").first.click()
        page.frame_locator("#kit-frame").locator("img").first.evaluate("it => it.decode()")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
