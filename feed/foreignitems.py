"""Reads the items of other hands' feeds: each is whole, or left out with the reason; nothing is guessed in silence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from episodes.model import Kind
from episodes.problems import Problem, Severity, quoted
from episodes.timecode import parse_position
from feed.derived import xml_of
from feed.document import Element
from feed.enclosures import choose, with_alternates
from feed.foreignaddresses import joined, read_address
from feed.foreigntimes import read_date, read_length
from feed.item import Item
from feed.reader import read_item
from feed.remarks import Remark, remark
from feed.tagreader import whole_number
from feed.text import one_line

_NOTES = frozenset({Remark.DATE_DAY, Remark.TITLE_ENTITIES, Remark.LENGTH})
_DATES = ("pubDate", "pubdate", "dc:date", "atom:published", "atom:updated", "itunes:pubDate", "dcterms:created")
_ONCE = (
    "title", "link", "description", "guid", "pubDate", "content:encoded", "itunes:duration", "itunes:episode",
    "itunes:season", "itunes:image", "itunes:explicit", "itunes:episodeType", "itunes:title", "psc:chapters",
    "podcast:chapters", "podcast:episode", "podcast:season",
)  # fmt: skip
_EXPLICIT = frozenset({"", "true", "yes", "explicit", "false", "no", "clean", "notexplicit"})
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_MARKED = re.compile(r"<!\[CDATA\[|\]\]>")
_LONGEST_GUID = 255
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An item that cannot be an episode: why, and all of it as XML."""

    title: str
    guid: str
    line: int
    why: str
    xml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignItems:
    """The items of a feed in its order, those left out, and what there is to say about any of them."""

    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


def read_items(elements: Sequence[Element], *, base: str, zone: ZoneInfo | None) -> ForeignItems:
    """Read the items; relative addresses start at `base`, times without a zone are of `zone`."""
    items: list[Item] = []
    left_out: list[LeftOut] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for element in elements:
        reader = _Reader(element, joined(base, element.get("xml:base")), zone)
        read = reader.read()
        if isinstance(read, Item) and read.guid in lines:
            first = f"that of line {lines[read.guid]}"
            why = f"its guid {quoted(read.guid)} is {first}, and apps show one of them"
            read = reader.left_out(Remark.GUID_TWICE, why)
        if isinstance(read, Item):
            lines[read.guid] = element.line
            items.append(read)
        else:
            left_out.append(read)
        problems.extend(reader.problems)
    return ForeignItems(items=tuple(items), left_out=tuple(left_out), problems=tuple(problems))


class _Reader:
    """One item, and what is said about it."""

    def __init__(self, element: Element, base: str, zone: ZoneInfo | None) -> None:
        self.element = element
        self.base = base
        self.zone = zone
        self.problems: list[Problem] = []

    def say(self, name: Remark, message: str, *, field: str = "", hint: str = "") -> None:
        severity = Severity.NOTE if name in _NOTES else Severity.WARNING
        child = self.element.first(field) if field else None
        line = child.line if child else self.element.line
        title = self.element.value("title") or self.element.value("guid") or "without a title"
        whole = f"{quoted(title)}: {message}"
        self.problems.append(remark(name, whole, line=line, field=field or "item", hint=hint, severity=severity))

    def left_out(self, name: Remark, why: str) -> LeftOut:
        self.say(name, f"the item is left out: {why}")
        title, guid = self.element.value("title"), self.element.value("guid")
        return LeftOut(title=title, guid=guid, line=self.element.line, why=why, xml=xml_of(self.element))

    def read(self) -> Item | LeftOut:
        """Return the item with its values mended, or why it is left out."""
        chosen = choose(self.element, self.base)
        if chosen.enclosure is None:
            return self.left_out(Remark.NO_AUDIO, chosen.why)
        published = self._published()
        if isinstance(published, str):
            return self.left_out(Remark.NO_DATE, published)
        for name, words in chosen.remarks:
            self.say(name, words, field="enclosure")
        item = read_item(self.element, enclosure=chosen.enclosure, published=published)
        changes: dict[str, object] = {"alternates": with_alternates(item.alternates, chosen.alternates)}
        self._names(item, changes)
        self._texts(item, changes)
        self._numbers(item, changes)
        self._addresses(item, changes)
        self._parts(item, changes)
        self._twice()
        return replace(item, **changes)  # type: ignore[arg-type]  # names and values of fields of Item

    def _published(self) -> datetime | str:
        """Return when the item was published, or why nobody knows."""
        found = next((name for name in _DATES if self.element.value(name)), "")
        if not found:
            return "it has no date"
        written = self.element.value(found)
        reading = read_date(written, self.zone)
        if reading.when is None:
            why = next((words for _, words in reading.remarks), "is not a date")
            return f"its {found} {quoted(written)} {why}"
        if found != "pubDate":
            self.say(Remark.DATE_ELSEWHERE, f"there is no pubDate; the date of <{found}> is read", field=found)
        for name, words in reading.remarks:
            self.say(name, f"the date {quoted(written)} {words}", field=found)
        return reading.when

    def _names(self, item: Item, changes: dict[str, object]) -> None:
        """Mend the guid and the title."""
        if not self.element.value("guid"):
            words = f"there is no guid; apps take the address of the audio for it, {quoted(item.enclosure.url)}"
            self.say(Remark.GUID, words)
        elif len(item.guid) > _LONGEST_GUID:
            words = f"the guid has {len(item.guid)} characters, more than the {_LONGEST_GUID} of any app"
            self.say(Remark.GUID_LONG, words, field="guid")
        title = one_line(item.title)
        if not title:
            title = one_line(item.summary)[:60] or item.enclosure.url.rpartition("/")[2] or item.guid
            self.say(Remark.TITLE, f"there is no title; it is called {quoted(title)}")
        if _ENTITY.search(title):
            words = f"the title {quoted(title)} holds an entity of HTML, which some apps show as it is; it stays"
            self.say(Remark.TITLE_ENTITIES, words, field="title")
        changes["title"] = title

    def _texts(self, item: Item, changes: dict[str, object]) -> None:
        """Mend the texts: take marks of CDATA out that were escaped, and find a description elsewhere."""
        if not item.summary and not item.notes_html:
            for name in ("itunes:summary", "itunes:subtitle", "media:description"):
                if text := self.element.value(name):
                    changes["summary"] = text
                    self.say(Remark.DESCRIPTION, f"there is no description; that of <{name}> is read", field=name)
                    break
        for name in ("title", "summary", "notes_html"):
            text = str(changes.get(name, getattr(item, name)))
            if "<![CDATA[" in text:
                changes[name] = _MARKED.sub("", text).strip()
                self.say(Remark.CDATA, f"marks of CDATA stand in the text of the {name} and are taken out")

    def _numbers(self, item: Item, changes: dict[str, object]) -> None:
        """Read the length; name numbers and words that nobody understands."""
        written = self.element.value("itunes:duration")
        length = read_length(written) if written else timedelta()
        if length is None:
            self.say(
                Remark.DURATION, f"the duration {quoted(written)} is no length; it is unknown", field="itunes:duration"
            )
        elif length > _LONGEST:
            words = f"the duration {quoted(written)} is more than a day, and may be meant otherwise; it stays"
            self.say(Remark.DURATION, words, field="itunes:duration")
        changes["duration"] = length or timedelta()
        for name in ("itunes:episode", "itunes:season", "podcast:episode", "podcast:season"):
            text = self.element.value(name)
            if text and whole_number(text) is None:
                self.say(Remark.NUMBER, f"{quoted(text)} is no whole number and is left out", field=name)
        kind = self.element.value("itunes:episodeType")
        if kind and kind.lower() not in {known.value for known in Kind}:
            self.say(Remark.WORD, f"the kind {quoted(kind)} is none; it is read as full", field="itunes:episodeType")
        explicit = self.element.value("itunes:explicit")
        if explicit.lower() not in _EXPLICIT:
            self.say(Remark.WORD, f"explicit is {quoted(explicit)}; it is read as no", field="itunes:explicit")

    def _addresses(self, item: Item, changes: dict[str, object]) -> None:
        """Make every address of the item absolute."""
        for name, field in (("link", "link"), ("chapters_url", "podcast:chapters")):
            if written := str(getattr(item, name)):
                changes[name] = self._absolute(written, field)
        if image := item.image_url or self._image():
            changes["image_url"] = self._absolute(image, "itunes:image")
        guid = self.element.first("guid")
        permanent = guid is not None and guid.get("isPermaLink").lower() not in ("false", "no", "0")
        if not item.link and permanent and self.element.value("guid") and item.guid.startswith(("http://", "https://")):
            changes["link"] = item.guid  # which is what isPermaLink means

    def _image(self) -> str:
        """Return a picture that stands where it should not."""
        for name in ("itunes:image", "image"):
            found = self.element.first(name)
            text = (found.get("url") or found.value("url") or found.text.strip()) if found else ""
            if text:
                self.say(Remark.IMAGE, f"the picture is not in href; {quoted(text)} is read", field=name)
                return text
        return ""

    def _parts(self, item: Item, changes: dict[str, object]) -> None:
        """Leave out people without names, transcripts and chapters without what they need."""
        people = tuple(person for person in item.people if person.name)
        if len(people) < len(item.people):
            self.say(Remark.PERSON, "a person without a name is left out", field="podcast:person")
        changes["people"] = tuple(
            replace(
                person,
                link=self._absolute(person.link, "podcast:person"),
                picture=self._absolute(person.picture, "podcast:person"),
            )
            for person in people
        )
        transcripts = []
        for found in item.transcripts:
            url = self._absolute(found.url, "podcast:transcript")
            transcripts += [replace(found, url=url)] if url else []
            if not found.url:
                self.say(Remark.TRANSCRIPT, "a transcript without an address is left out", field="podcast:transcript")
        changes["transcripts"] = tuple(transcripts)
        for simple in self.element.all("psc:chapters")[:1]:
            wrong = [found.get("start") for found in simple.all("psc:chapter") if _no_position(found.get("start"))]
            if wrong:
                self.say(Remark.CHAPTERS, f"{quoted(wrong[0])} is no time; {len(wrong)} chapters are left out")
                changes["chapters"] = tuple(
                    chapter
                    for chapter, found in zip(item.chapters, simple.all("psc:chapter"), strict=True)
                    if not _no_position(found.get("start"))
                )

    def _absolute(self, written: str, field: str) -> str:
        if not written:
            return ""
        address = read_address(written, self.base)
        if address.said:
            outcome = "" if address.url else " and is left out"
            self.say(Remark.ADDRESS, f"the address {quoted(written)} {address.said}{outcome}", field=field)
        return address.url

    def _twice(self) -> None:
        for name in _ONCE:
            found = self.element.all(name)
            if len(found) > 1 and len({(one.text.strip(), *one.attributes.items()) for one in found}) > 1:
                words = f"<{name}> stands there {len(found)} times; the first counts"
                self.problems.append(
                    remark(
                        Remark.TWICE, f"{quoted(self.element.value('title'))}: {words}", line=found[1].line, field=name
                    )
                )


def _no_position(text: str) -> bool:
    try:
        parse_position(text)
    except ValueError:
        return True
    return False
