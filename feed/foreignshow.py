"""Reads the show of another hand's feed: its addresses absolute, its language as feeds write it, doubts said."""

import re
from collections.abc import Iterator
from dataclasses import replace

from episodes.problems import Problem, Severity, quoted
from feed.document import Element
from feed.foreignaddresses import read_address
from feed.reader import read_show
from feed.remarks import Remark, remark
from feed.show import Show
from feed.tagreader import read_markup
from feed.text import one_line

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LANGUAGES = {"german": "de", "deutsch": "de", "english": "en", "englisch": "en"}
_EXPLICIT = frozenset({"", "true", "yes", "explicit", "false", "no", "clean"})
_OWN_LINKS = frozenset(
    {"", "alternate", "self", "hub", "first", "last", "next", "previous", "prev", "prev-archive", "next-archive"}
    | {"current"}
)
"""Relations of links that every publish writes anew, for this feed and its pages."""
_ONCE = ("title", "description", "language", "copyright", "itunes:author", "itunes:explicit", "itunes:type")


def read_foreign_show(channel: Element, base: str) -> tuple[Show, tuple[Problem, ...]]:
    """Return the show and what there is to say about it; relative addresses start at `base`."""
    reader = _Reader(channel, base)
    return reader.read(), tuple(reader.problems)


class _Reader:
    def __init__(self, channel: Element, base: str) -> None:
        self.channel = channel
        self.base = base
        self.problems: list[Problem] = []

    def say(self, name: Remark, message: str, field: str) -> None:
        found = self.channel.first(field)
        line = found.line if found else self.channel.line
        self.problems.append(remark(name, message, line=line, field=field, severity=Severity.WARNING))

    def read(self) -> Show:
        """Return the show with its values mended."""
        show = read_show(self.channel)
        title = one_line(show.title) or show.tags.itunes_title
        if not title:
            self.say(Remark.TITLE, "the show has no title", "title")
        description = show.description
        if not description:
            description = self.channel.value("itunes:summary") or self.channel.value("itunes:subtitle")
            said = "that of itunes is read" if description else "there is none to take"
            self.say(Remark.DESCRIPTION, f"the show has no description; {said}", "description")
        if show.guid != " ".join(show.guid.split()):
            self.say(Remark.WORD, f"the podcast:guid {quoted(show.guid)} holds white space", "podcast:guid")
        explicit = self.channel.value("itunes:explicit")
        if explicit.lower() not in _EXPLICIT:
            self.say(Remark.WORD, f"explicit is {quoted(explicit)}; it is read as no", "itunes:explicit")
        self._twice()
        categories = tuple(category for category in show.categories if category.name)
        if len(categories) < len(show.categories):
            self.say(Remark.WORD, "a category without a name is left out", "itunes:category")
        if len(show.trailers) < len(self.channel.all("podcast:trailer")):
            self.say(Remark.WORD, "a trailer without an address or a date is left out", "podcast:trailer")
        return replace(
            show,
            title=title,
            description=description,
            language=self._language(show.language),
            categories=categories,
            link=self._absolute(show.link, "link"),
            feed_url=self._absolute(show.feed_url, "atom:link"),
            image_url=self._absolute(self._image(show.image_url), "itunes:image"),
            hosts=tuple(
                replace(
                    host,
                    link=self._absolute(host.link, "podcast:person"),
                    picture=self._absolute(host.picture, "podcast:person"),
                )
                for host in show.hosts
                if host.name
            ),
            images=tuple(replace(image, url=self._absolute(image.url, "podcast:image")) for image in show.images),
            trailers=tuple(replace(one, url=self._absolute(one.url, "podcast:trailer")) for one in show.trailers),
            tags=replace(
                show.tags,
                new_feed_url=self._absolute(show.tags.new_feed_url, "itunes:new-feed-url"),
                extra=(*show.tags.extra, *map(read_markup, self._links())),
            ),
        )

    def _links(self) -> Iterator[Element]:
        """Yield the links that a feed of ours has no place for, such as `payment`."""
        for link in self.channel.all("atom:link"):
            if link.get("rel").lower() not in _OWN_LINKS:
                yield link

    def _language(self, written: str) -> str:
        """Return the code of a language, `de` or `de-at`."""
        if not written:
            self.say(Remark.LANGUAGE, "the show tells no language", "language")
            return ""
        code = written.replace("_", "-").lower()
        if _LANGUAGE.fullmatch(code) and code not in _LANGUAGES:
            if code != written.lower():
                self.say(Remark.LANGUAGE, f"the language {quoted(written)} is read as {code}", "language")
            return code
        meant = _LANGUAGES.get(code, "")
        said = f"is read as {meant}" if meant else "is no code of a language and is left out"
        self.say(Remark.LANGUAGE, f"the language {quoted(written)} {said}", "language")
        return meant

    def _image(self, found: str) -> str:
        """Return the cover, wherever it stands."""
        if found:
            return found
        element = self.channel.first("itunes:image")
        text = (element.get("url") or element.value("url") or element.text.strip()) if element else ""
        if text:
            self.say(Remark.IMAGE, f"the cover is not in href; {quoted(text)} is read", "itunes:image")
            return text
        other = next((found for found in self.channel.all("googleplay:image", "media:thumbnail")), None)
        if other is None:
            return ""
        text = other.get("href") or other.get("url")
        self.say(Remark.IMAGE, f"there is no cover for apps; {quoted(text)} of <{other.name}> is read", other.name)
        return text

    def _absolute(self, written: str, field: str) -> str:
        if not written:
            return ""
        address = read_address(written, self.base)
        if address.said:
            outcome = "" if address.url else " and is left out"
            self.say(Remark.ADDRESS, f"the address {quoted(written)} {address.said}{outcome}", field)
        return address.url

    def _twice(self) -> None:
        for name in _ONCE:
            found = self.channel.all(name)
            if len({one.text.strip() for one in found}) > 1:
                self.problems.append(
                    remark(
                        Remark.TWICE,
                        f"<{name}> of the show stands there {len(found)} times; the first counts",
                        line=found[1].line,
                        field=name,
                    )
                )
