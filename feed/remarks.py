"""What is said of feeds of other hands: every repair and every doubt has a name that stays."""

from enum import StrEnum

from episodes.problems import Problem, Severity


class Remark(StrEnum):
    """The names; those of the document first, then those of the show and its items, then those of pages."""

    ENCODING = "encoding"
    CHARACTERS = "characters"
    BEFORE = "before-the-feed"
    AFTER = "after-the-feed"
    DOCTYPE = "doctype"
    ENTITIES = "entities"
    AMPERSANDS = "ampersands"
    CDATA = "cdata"
    TAGS = "tags"
    ATTRIBUTES = "attributes"
    MARKUP = "markup-in-text"
    PREFIXES = "prefixes"
    NAMESPACES = "namespaces"
    CUT = "cut-off"
    WRAPPED = "wrapped"
    CHANNELS = "channels"
    OUTSIDE = "items-outside"
    TWICE = "said-twice"
    ADDRESS = "address"
    LANGUAGE = "language"
    TITLE = "title"
    TITLE_ENTITIES = "title-entities"
    DESCRIPTION = "description"
    GUID = "guid-missing"
    GUID_TWICE = "guid-twice"
    GUID_LONG = "guid-long"
    NO_AUDIO = "no-audio"
    ENCLOSURES = "enclosures"
    MEDIA = "media-content"
    LENGTH = "length"
    TYPE = "type"
    NO_DATE = "no-date"
    DATE_ELSEWHERE = "date-elsewhere"
    DATE_ZONE = "date-zone"
    DATE_YEAR = "date-year"
    DATE_DAY = "date-weekday"
    DATE_TIME = "date-time"
    DURATION = "duration"
    NUMBER = "number"
    WORD = "word"
    IMAGE = "image"
    PERSON = "person"
    TRANSCRIPT = "transcript"
    CHAPTERS = "chapters"
    PAGE_MISSING = "page-missing"
    PAGE_REPEATED = "page-repeated"
    PAGE_OTHER = "page-of-another-show"
    PAGES_MANY = "pages-many"


def remark(
    name: Remark,
    message: str,
    *,
    line: int = 0,
    field: str = "",
    hint: str = "",
    severity: Severity = Severity.WARNING,
) -> Problem:
    """Return a finding about a feed of other hands; its name is the problem's `rule`."""
    return Problem(message=message, severity=severity, line=line, field=field, hint=hint, rule=name)
