"""The page on which listeners subscribe: a way into each app, the address of each feed, and a code for a phone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import quote

from podcast.layout import page_key
from podcast.site_settings import APPS
from podcast.website.jsonld import series_of
from podcast.website.listpages import Step
from podcast.website.sources import Sheet, Website

SUBSCRIBE = "subscribe"

_SCHEMES: Mapping[str, str] = {
    "antennapod": "https://antennapod.org/deeplink/subscribe?url={quoted}&title={title}",
    "apple": "podcast://{bare}",
    "pocketcasts": "pktc://subscribe/{bare}",
    "overcast": "overcast://x-callback-url/add?url={quoted}",
    "castro": "castro://subscribe/{bare}",
    "podcastaddict": "https://podcastaddict.com/feed/{quoted}",
    "gpodder": "gpodder://{bare}",
}
"""How an app is told to subscribe to a feed; apps without such an address are offered where the show named its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A button: the name of an app, and the address that leads into it. `opens` says that it needs the app here."""

    name: str
    url: str
    opens: bool


def subscribe_sheets(website: Website) -> Iterator[Sheet]:
    """Yield the page on which listeners subscribe."""
    yield Sheet(
        key=page_key(SUBSCRIBE),
        template="subscribe.html",
        of=(website.feeds,),
        values=partial(_subscribe, website),
        index=True,
    )


def _subscribe(website: Website) -> Mapping[str, object]:
    title = website.words.say("subscribe")
    return {
        "title": title,
        "here": website.url(SUBSCRIBE),
        "steps": (Step(name=title),),
        "apps": apps_of(website),
        "code": _code(website.show.feed_url, website.words.say("feed_code")),
        "described": series_of(website.show),
        "cover": website.cover,
    }


def apps_of(website: Website) -> tuple[App, ...]:
    """Return a button for each app: where the show says it stands there, else how the app is told to subscribe."""
    feed, title = website.show.feed_url, website.show.title
    words = {"quoted": quote(feed, safe=""), "bare": feed.partition("://")[2], "title": quote(title, safe="")}
    named = dict(website.look.apps)
    # the show's own addresses first, in its order; then the ways into further apps
    urls = named | {name: scheme.format(**words) for name, scheme in _SCHEMES.items() if name not in named}
    return tuple(App(name=APPS[name], url=url, opens=not url.startswith("http")) for name, url in urls.items())


@cache
def _code(address: str, title: str) -> str:
    """Return an address as a QR code, an SVG drawing with a name."""
    import segno

    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(omitsize=True, border=3, light="#ffffff", dark="#000000", title=title, svgclass="code")
