"""The player of each episode on a page of its own, for other sites to show, and what they are told of it."""

from collections.abc import Iterator, Mapping
from functools import partial

from podcast.layout import embed_path, oembed_key, page_key
from podcast.website.episodepages import GONE_EMBED, view_of
from podcast.website.page import Page
from podcast.website.playing import oembed_of, oembed_of_nothing, player_of
from podcast.website.sources import Sheet, Website


def player_sheets(website: Website) -> Iterator[Sheet]:
    """Yield both at every address an episode ever had: other sites do not change what they once pasted."""
    taken: set[str] = set()
    for page in website.pages:
        embed, oembed = partial(_embed, page, website), partial(_oembed, page, website)
        for path in (page.path, *page.aliases):
            if path not in taken and _is_slug(path):
                taken.add(path)
                yield Sheet(key=page_key(embed_path(path)), template="embed.html", of=(page,), values=embed)
                yield Sheet(key=oembed_key(path), template="oembed.json", of=(page,), values=oembed)
    nothing = partial(_nothing, website)
    for path in website.gone:
        if path not in taken and _is_slug(path):
            yield Sheet(key=page_key(embed_path(path)), template=GONE_EMBED, of=(), values=dict)
            yield Sheet(key=oembed_key(path), template="oembed.json", of=(), values=nothing)


def _is_slug(path: str) -> bool:
    """Say whether a path is that of a page and no short link, below which nobody looks for a player."""
    return "/" not in path


def _embed(page: Page, website: Website) -> Mapping[str, object]:
    player = player_of(page, website)
    return {"page": view_of(page, website), "player": player, "policy": player.policy}


def _oembed(page: Page, website: Website) -> Mapping[str, object]:
    return {"said": oembed_of(page, website)}


def _nothing(website: Website) -> Mapping[str, object]:
    return {"said": oembed_of_nothing(website)}
