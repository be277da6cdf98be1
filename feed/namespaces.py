"""The XML namespaces of a podcast feed and the prefixes this package calls them by."""

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"

# Readers must take the old address for the same namespace (podcast namespace, 1.0.md).
FORMER_PODCAST = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"

PREFIXES = {ITUNES: "itunes", PODCAST: "podcast", FORMER_PODCAST: "podcast", ATOM: "atom", CONTENT: "content"}
