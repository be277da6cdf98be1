"""The pages of a made-up show, rendered in a process of its own: by folge, or by plain Jinja2; figures as JSON.

Arguments: how many episodes, how many rounds, the folder to write pages to, the file to write.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from podcast.website import render
from podcast.website.sources import Website
from tests.podcast.sites import a_website, an_episode


def main(count: int, rounds: int, folder: Path, report: Path) -> None:
    """Render everything in turns, folge and Jinja2 alone, and prove that both make the same pages."""
    website = a_website(count)
    figures: dict[str, list[float]] = {"ours": [], "plain": []}
    pages: dict[str, bytes] = {}
    for _ in range(rounds):
        started = time.process_time()
        site = render.render_site(website)
        figures["ours"].append(time.process_time() - started)
        pages = {**site.pages, **site.indexes}
        figures["plain"].append(_plain(website, pages))
    edited = an_episode(count // 2)
    edited = replace(edited, item=replace(edited.item, title=f"{edited.item.title} (neu)"))
    after = render.render_site(a_website(pages=[edited if n == count // 2 else an_episode(n) for n in range(count)]))
    changed = [key for key, body in {**after.pages, **after.indexes}.items() if pages.get(key) != body]
    figures |= {"pages": [len(pages)], "changed": [len(changed)]}
    figures["weights"] = [_heaviest(pages, "folge-"), _heaviest(pages, ""), sum(map(len, site.statics.values()))]
    started = time.perf_counter()
    for key, body in {**pages, **site.statics}.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    figures["writing"] = [time.perf_counter() - started]
    report.write_text(json.dumps(figures), encoding="ascii")


def _plain(website: Website, pages: dict[str, bytes]) -> float:
    """Return the CPU seconds Jinja2 takes for the same templates, once everything that fills them is there."""
    environment = Environment(
        loader=PackageLoader("podcast.website"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    common = render._common(website, render._files(website))
    total = 0.0
    for key, sheet in render.sheets_of(website).items():
        values = {**common, "changed": render._stamp(sheet.changed), **sheet.values()}
        started = time.process_time()
        body = environment.get_template(sheet.template).render(values).encode()
        total += time.process_time() - started
        if body != pages[key]:
            sys.exit(f"{key} is another page when Jinja2 renders it alone")
    return total


def _heaviest(pages: dict[str, bytes], start: str) -> int:
    return max(len(body) for key, body in pages.items() if key.startswith(start) and key.endswith(".html"))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
