"""Feeds as careless programs write them: one item that is right in every respect, and what is done to it."""

from typing import TypedDict, Unpack

NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:psc="http://podlove.org/simple-chapters"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
AUDIO = '<enclosure url="https://a.example/1.mp3" length="1000" type="audio/mpeg"/>'


class Parts(TypedDict, total=False):
    title: str
    guid: str
    audio: str
    date: str
    notes: str
    more: str


def an_item(**parts: Unpack[Parts]) -> str:
    """An item of RSS; each part is markup."""
    whole: Parts = {
        "title": "<title>Eins</title>",
        "guid": '<guid isPermaLink="false">g-1</guid>',
        "audio": AUDIO,
        "date": "<pubDate>Sun, 02 Jun 2024 06:00:00 +0200</pubDate>",
        "notes": "<description>Mut</description>",
        "more": "",
    }
    whole.update(parts)
    return "<item>\n" + "\n".join(str(part) for part in whole.values()) + "\n</item>\n"


def a_dirty_feed(
    *items: str, declaration: str = DECLARATION, namespaces: str = NAMESPACES, channel: str = "", link: str = ""
) -> str:
    """A feed around items."""
    return (
        f'{declaration}<rss version="2.0" {namespaces}>\n<channel>\n<title>Anderswo</title>\n'
        f"<link>{link or 'https://a.example/'}</link>\n<description>Mut</description>\n<language>de</language>\n"
        f"{channel}{''.join(items or (an_item(),))}</channel>\n</rss>\n"
    )
