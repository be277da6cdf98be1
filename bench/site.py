"""The pages of a site: against plain Jinja2 and against Hugo, how heavy they are, how soon one is seen, the search."""

import itertools
import json
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bench.hugo import write_hugo
from bench.processes import HERE, PYTHON, NotMeasuredError, measure
from bench.rows import Row
from podcast.publishing.pagefind import is_program, make_index
from podcast.publishing.searchfiles import PART_SIZE
from podcast.website.static import static_files
from tests.browsing import served
from tests.podcast.sites import BASE, a_website, an_episode, write_site

WEIGHT = 60
"""kB of an episode's page with its style sheet and scripts, without media."""

SEEN = 1800
"""Milliseconds until something is seen that Lighthouse calls good."""

_SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
"""A slow network of mobile phones, as Lighthouse has it."""

_WORDS_SAID = 3000
_PARTS = ("schild", "krö", "ten", "bür", "ger", "mei", "ster", "fes", "ti", "val", "ge", "haus", "rat", "keit")


def run(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Yield the rows of all pages, of one page, and of the search."""
    count, rounds = (1000, 2) if quick else (10_000, 3)
    yield from _all_pages(folder, count, rounds)
    yield from _seen(folder / "seen", 3 if quick else 7)
    yield from _search(folder / "search", count if quick else 10_000)


def _all_pages(folder: Path, count: int, rounds: int) -> Iterator[Row]:
    hugo = shutil.which("hugo")
    if hugo is None:
        raise NotMeasuredError("there is no hugo; Debian has a package of that name")
    site, pages, report = folder / "hugo", folder / "pages", folder / "report.json"
    write_hugo(site, [an_episode(number) for number in range(count)])
    taken = []
    for _ in range(rounds):
        shutil.rmtree(site / "public", ignore_errors=True)
        taken.append(measure([hugo, "--quiet"], cwd=site))
    usage = measure(
        [PYTHON, "-m", "bench.render_once", str(count), str(rounds), str(pages), str(report)], cwd=HERE.parent
    )
    figures = json.loads(report.read_text(encoding="ascii"))
    theirs = sum(1 for path in (site / "public").rglob("*.html"))
    what = f"rendering the site of {count:,} episodes ({figures['pages'][0]:,} pages)"
    plain, ours = figures["plain"], figures["ours"]
    yield Row(what=f"{what}, CPU", unit="s", ours=ours, peer_name="Jinja2 alone", peer=plain, places=1)
    peer = f"hugo ({theirs:,} pages), written"
    written = [seconds + figures["writing"][0] for seconds in ours]
    yield Row(what=f"{what}, written", unit="s", ours=written, peer_name=peer, peer=[it.wall for it in taken], places=1)
    yield Row(what=f"{what}, CPU", unit="s", ours=ours, peer_name="hugo, CPU", peer=[it.cpu for it in taken], places=1)
    peaks = [usage.peak / 1e6]
    hugos = [max(it.peak for it in taken) / 1e6]
    yield Row(what=f"{what}, memory", unit="MB", ours=peaks, peer_name="hugo", peer=hugos)
    yield Row(what=f"pages that change with the title of one of {count:,}", unit="", ours=figures["changed"])
    files = sum(len(file.body) for name, file in static_files().items() if name != "search.js")
    episode, any_page, _ = figures["weights"]
    yield Row(
        what="heaviest page of an episode, its files included", unit="kB", ours=[(episode + files) / 1000], limit=WEIGHT
    )
    yield Row(what="heaviest page of all, its files included", unit="kB", ours=[(any_page + files) / 1000])


def _seen(folder: Path, rounds: int) -> Iterator[Row]:
    """Yield how long after the click the first words stand there, in Chromium on a slow network, nothing cached."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        raise NotMeasuredError("there is no chromium")
    write_site(folder, a_website(130))
    with served(folder, BASE) as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, path in (("the show's page", ""), ("an episode's page", "folge-77/"), ("the search", "search/")):
            taken = []
            for _ in range(rounds):
                context = browser.new_context()
                page = context.new_page()
                network = context.new_cdp_session(page)
                network.send("Network.enable")
                network.send("Network.emulateNetworkConditions", _SLOW)
                page.goto(home + path, wait_until="load")
                painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
                deadline = time.monotonic() + 10
                while not (seen := page.evaluate(painted)) and time.monotonic() < deadline:
                    page.wait_for_timeout(50)
                taken.append(float(seen) or float("nan"))
                context.close()
            yield Row(what=f"first contentful paint of {name}, 1.6 Mbit/s", unit="ms", ours=taken, limit=SEEN)
        browser.close()


def _search(folder: Path, count: int) -> Iterator[Row]:
    """Yield time and size of the index of episodes with a transcript of twenty minutes, and what one more changes."""
    folder.mkdir()
    chosen = random.Random(7)
    words = ["".join(chosen.choices(_PARTS, k=chosen.randint(1, 4))) for _ in range(30_000)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    documents = [
        (f"{number:06}", _document(" ".join(chosen.choices(words, cum_weights=weights, k=_WORDS_SAID))))
        for number in range(count)
    ]
    parts = [documents[start : start + PART_SIZE] for start in range(0, count, PART_SIZE)]
    make_index(parts[-1][:-1], "de", folder / "before")
    before = _sizes(folder / "before")
    taken = []
    for number, part in enumerate(parts):
        started = time.perf_counter()
        make_index(part, "de", folder / f"{number}")
        taken.append(time.perf_counter() - started)
    made = [_sizes(folder / f"{number}", program=not number) for number in range(len(parts))]
    sizes = [size for files in made for size in files.values()]
    what = f"search index of {count:,} episodes of {_WORDS_SAID:,} words"
    yield Row(what=f"{what}, {len(parts)} parts, made", unit="s", ours=[sum(taken)])
    yield Row(what=f"{what}, all {len(sizes):,} files", unit="MB", ours=[sum(sizes) / 1e6], places=1)
    fresh = [size for name, size in made[-1].items() if name not in before or name == "pagefind-entry.json"]
    yield Row(what="the newest part made again, with its last episode", unit="s", ours=[taken[-1]], places=1)
    yield Row(what=f"{len(fresh)} files of it that are other ones", unit="MB", ours=[sum(fresh) / 1e6], places=1)
    start = sum(size for files in made for name, size in files.items() if "/" not in name and ".unknown." not in name)
    part = [size / 1000 for files in made for name, size in files.items() if "/" in name]
    yield Row(what="what a browser loads before it searches", unit="kB", ours=[start / 1000])
    yield Row(what="and for each word of each part and each result", unit="kB", ours=part)


def _sizes(folder: Path, *, program: bool = False) -> dict[str, int]:
    """Return the bytes of each file of an index by name."""
    paths = [path for path in folder.rglob("*") if path.is_file() and (program or not is_program(path))]
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}


def _document(text: str) -> str:
    return f'<html lang="de"><body data-pagefind-body><h1>{text[:40]}</h1><p>{text}</p></body></html>'
