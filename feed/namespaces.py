"""The XML namespaces of a podcast feed and the prefixes this package calls them by."""

from episodes.markup import ATOM, CONTENT, FORMER_PODCAST, HISTORY, ITUNES, MEDIA, PODCAST, PREFIXES, PSC

__all__ = ["ATOM", "CONTENT", "FORMER_PODCAST", "HISTORY", "ITUNES", "MEDIA", "PODCAST", "PREFIXES", "PSC"]
