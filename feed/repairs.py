"""What mending knows of feeds, and what it says of its repairs."""

import re

from feed.remarks import Remark

TEXTS = frozenset(
    {"title", "description", "summary", "content", "subtitle", "category", "copyright", "tagline", "rights"}
    | {"guid", "link", "pubDate", "content:encoded", "generator", "lastBuildDate", "itunes:title", "itunes:summary"}
    | {"itunes:subtitle", "itunes:author", "itunes:keywords", "itunes:duration", "atom:title", "atom:summary"}
    | {"atom:content", "atom:subtitle"}
)
"""Elements that hold text: a tag in one of them is part of the text."""

STRUCTURE = re.compile(
    r"</?(?:item|entry|channel|rss|feed|guid|pubDate|enclosure|(?:itunes|podcast|media|content|googleplay|psc):[\w-]+)"
    r"(?=[\s/>])"
)
"""Tags that are never part of a text: the text before them was not closed."""

_OF_HTML = """
a abbr b big blockquote body br center cite code dd del div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6
header hr html i iframe img ins kbd li mark nobr ol p pre q s section small span strike strong sub sup table tbody td
tfoot th thead time tr tt u ul video audio source script style
"""

OF_HTML = frozenset(_OF_HTML.split())
"""Elements of HTML that people write into texts."""


SENTENCES = {
    Remark.CHARACTERS: "characters that no text may hold are left out or, where Windows has them, replaced: {count}, "
    "the first is {shown}",
    Remark.BEFORE: "{shown} stands before the feed and is left out",
    Remark.AFTER: "{shown} stands behind the feed and is left out",
    Remark.DOCTYPE: "the feed names a DTD, which is not read",
    Remark.ENTITIES: "entities of HTML, which XML does not know, are read as in HTML: {count}, the first is {shown}",
    Remark.AMPERSANDS: "& and < that are not written &amp; and &lt; are read so: {count}, the first begins {shown}",
    Remark.CDATA: "CDATA sections stand in one another or are not closed: {count}, the first begins {shown}",
    Remark.TAGS: "tags are missing, or stand where they cannot, and are mended: {count}, the first is {shown}",
    Remark.ATTRIBUTES: "tags are written wrongly and read as they were meant: {count}, the first begins {shown}",
    Remark.MARKUP: "texts hold tags that are not escaped and are read as HTML: {count}, the first is {shown}",
    Remark.PREFIXES: "prefixes are used that no xmlns declares: {shown}; those that other feeds use mean the same here",
    Remark.CUT: "the feed ends in the middle; what is not whole is left out",
}
"""What is said of each kind of repair: `count` is how many there were, `shown` the first, in quotation marks."""
