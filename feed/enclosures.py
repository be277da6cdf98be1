"""Chooses the audio of an item among everything it offers, as apps do: the first enclosure that can be heard."""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from episodes.mediatypes import AUDIO_TYPES
from episodes.problems import quoted
from feed.document import Element
from feed.foreignaddresses import joined, read_address
from feed.item import Alternate, Enclosure, Source
from feed.remarks import Remark
from feed.tagreader import whole_number


class Heard(Enum):
    """Whether a file can be heard, the surest first."""

    AUDIO = 0
    FILM = 1
    PERHAPS = 2
    NO = 3


_TYPES = {**AUDIO_TYPES, ".aac": "audio/aac", ".m4v": "video/x-m4v", ".mov": "video/quicktime", ".webm": "video/webm"}
_NOT_SAYING = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
_GUESSED = "audio/mpeg"
_LARGEST = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The audio of an item, or why it has none; what else can be heard; and what there is to say."""

    enclosure: Enclosure | None = None
    alternates: tuple[Alternate, ...] = ()
    why: str = ""
    remarks: tuple[tuple[Remark, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A file that an item offers; `said` is what was done to its address."""

    url: str
    said: str
    written: str
    media_type: str
    length: str
    element: Element

    @property
    def by_name(self) -> str:
        """The media type by the extension of the address, or nothing."""
        try:
            return _TYPES.get(PurePosixPath(urlsplit(self.url).path).suffix.lower(), "")
        except ValueError:
            return ""

    @property
    def heard(self) -> Heard:
        """Whether this is audio: by its type, where that tells, else by its name."""
        kind = self.media_type.lower().partition("/")[0]
        for told in (kind, self.by_name.partition("/")[0]):
            if told in ("audio", "video"):
                return Heard.AUDIO if told == "audio" else Heard.FILM
        if self.media_type.lower().startswith("application/ogg"):
            return Heard.AUDIO
        return Heard.PERHAPS if self.media_type.lower() in _NOT_SAYING else Heard.NO


def choose(item: Element, base: str) -> Chosen:
    """Choose the audio of an item; relative addresses start at `base`."""
    offers = [_offer(found, base) for found in item.all("enclosure")]
    more = [_offer(found, base) for found in (*_media(item), *_links(item))]
    found = _best([offer for offer in offers if offer.url]) or _best([offer for offer in more if offer.url])
    if found is None:
        return Chosen(why=_why([*offers, *more]))
    remarks = [] if not found.said else [(Remark.ADDRESS, f"the address {quoted(found.written)} {found.said}")]
    if found in offers:
        remarks += _unlike(found, more)
    else:
        words = f"there is no enclosure that can be heard; {quoted(found.url)} of <{found.element.name}> is the audio"
        remarks.append((Remark.MEDIA, words))
    media_type, told = _type(found)
    length, counted = _length(found, more)
    alternates, others = _others(found, offers)
    enclosure = Enclosure(url=found.url, bytes=length, media_type=media_type)
    return Chosen(enclosure=enclosure, alternates=alternates, remarks=(*remarks, *told, *counted, *others))


def _offer(element: Element, base: str) -> _Offer:
    # an address in href or as text is no enclosure by the book, and clear enough
    written = element.attributes.get("url") or element.get("href") or element.text.strip()
    address = read_address(written, joined(base, element.get("xml:base")))
    length = element.get("length") or element.get("fileSize")
    return _Offer(
        url=address.url,
        said=address.said,
        written=written,
        media_type=_media_type(element),
        length=length,
        element=element,
    )


def _media_type(element: Element) -> str:
    told = element.get("type")
    if told or element.name != "media:content":
        return told
    medium = element.get("medium").lower()
    return f"{medium}/*" if medium in ("audio", "video", "image") else ""


def _media(item: Element) -> tuple[Element, ...]:
    grouped = (found for group in item.all("media:group") for found in group.all("media:content"))
    return (*item.all("media:content"), *grouped)


def _links(item: Element) -> tuple[Element, ...]:
    return tuple(link for link in item.all("atom:link") if link.get("rel").lower() == "enclosure")


def _best(offers: list[_Offer]) -> _Offer | None:
    heard = [offer for offer in offers if offer.heard is not Heard.NO]
    return min(heard, key=lambda offer: offer.heard.value, default=None)


def _why(offers: list[_Offer]) -> str:
    """Return why nothing of what an item offers can be heard."""
    if not offers:
        return "it has no enclosure"
    first = next((offer for offer in offers if offer.url or offer.written.strip()), offers[0])
    if not first.written.strip():
        return "its enclosure has no address"
    if not first.url:
        return f"the address of its enclosure, {quoted(first.written)}, {first.said}"
    return f"its enclosure {quoted(first.url)} is {quoted(first.media_type)}, neither audio nor video"


def _unlike(chosen: _Offer, more: list[_Offer]) -> list[tuple[Remark, str]]:
    """Say where `media:content` names another file to hear than the enclosure; it stays as it is."""
    heard = [offer.url for offer in more if offer.url and offer.heard in (Heard.AUDIO, Heard.FILM)]
    if not heard or chosen.url in heard:
        return []
    return [
        (Remark.MEDIA, f"media:content names {quoted(heard[0])}, and the enclosure {quoted(chosen.url)}, which counts")
    ]


def _type(offer: _Offer) -> tuple[str, list[tuple[Remark, str]]]:
    """Return the media type: as it is told where it is one to hear, else by the name of the file."""
    told = offer.media_type
    if told.lower().startswith(("audio/", "video/", "application/ogg")) and not told.endswith("/*"):
        return told, []
    meant = offer.by_name or (_GUESSED if offer.heard is not Heard.FILM else "video/mp4")
    said = f"is {quoted(told)}" if told and not told.endswith("/*") else "is missing"
    sure = "by its name" if offer.by_name else "for want of anything better"
    return meant, [(Remark.TYPE, f"the type of the enclosure {said} and read as {meant!r}, {sure}")]


def _length(offer: _Offer, more: list[_Offer]) -> tuple[int, list[tuple[Remark, str]]]:
    """Return the bytes, 0 for none that are told."""
    number = whole_number(offer.length)
    if number and number < _LARGEST:
        return number, []
    told = next((whole_number(other.length) for other in more if other.url == offer.url), None)
    said = f"is {quoted(offer.length)}" if offer.length else "is missing"
    if told and told < _LARGEST:
        return told, [(Remark.LENGTH, f"the length of the enclosure {said}; media:content says {told:,} bytes")]
    return 0, [(Remark.LENGTH, f"the length of the enclosure {said}; nobody knows it until the file is asked for")]


def _others(chosen: _Offer, offers: list[_Offer]) -> tuple[tuple[Alternate, ...], list[tuple[Remark, str]]]:
    """Return further enclosures as other forms of the episode; what cannot be heard is only named."""
    alternates: list[Alternate] = []
    remarks: list[tuple[Remark, str]] = []
    for offer in offers:
        if offer is chosen or offer.url == chosen.url:
            continue
        if offer.url and offer.heard in (Heard.AUDIO, Heard.FILM):
            media_type, _ = _type(offer)
            length = whole_number(offer.length) or None
            alternates.append(Alternate(media_type=media_type, sources=(Source(url=offer.url),), bytes=length))
            remarks.append(
                (Remark.ENCLOSURES, f"the enclosure {quoted(offer.url)} becomes another form of the episode")
            )
        else:
            shown = quoted(offer.url or offer.written)
            remarks.append((Remark.ENCLOSURES, f"the enclosure {shown} is not heard and has no place here"))
    return tuple(alternates), remarks


def with_alternates(own: tuple[Alternate, ...], more: tuple[Alternate, ...]) -> tuple[Alternate, ...]:
    """Return the other forms an item names, and of `more` those that are not among them."""
    known = {source.url for alternate in own for source in alternate.sources}
    return (*own, *(replace(new) for new in more if new.sources[0].url not in known))
