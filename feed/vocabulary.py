"""Closed lists of the podcast namespace, and the slugs it keeps for services and licences.

Source: https://github.com/Podcastindex-org/podcast-namespace at commit c0ff5ca (2026-05-13).
"""

LICENCES = ("ARR", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0", "POD-V4V-1.0")
"""Licences that need no address of their text; letter case does not count (P20-LIC-1)."""

SOCIAL_PROTOCOLS = ("disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr")
"""Protocols of `podcast:socialInteract` (P20-SOCIAL)."""

FORMER_SOCIAL_PROTOCOLS = ("bluesky",)
"""What the list called `atproto` before; apps still take it."""

CHAT_PROTOCOLS = ("irc", "xmpp", "nostr", "matrix")
"""Protocols of `podcast:chat` (P20-CHAT)."""

_SINGLE = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course")

LIST_MEDIA = (*(f"{medium}L" for medium in _SINGLE), "mixed")
"""Media whose feeds hold nothing but `podcast:remoteItem` (P20-MEDIUM)."""

MEDIA = (*_SINGLE, *LIST_MEDIA)
"""Values of `podcast:medium`."""

_SERVICES = """
acast amazon anchor apple audioboom backtracks bitcoin blubrry buzzsprout captivate castos fireside google
hypercatcher libsyn mastodon megafono megaphone omnystudio overcast paypal pinecast podbean podcastaddict
podcastindex podcasts.com podchaser podfriend podiant podigee podnews podomatic podserve podverse redcircle
relayfm resonate rss.com shoutengine simplecast slack soundcloud spotify spreaker transistor twitter whooshkaa
zencast
"""

SERVICES = tuple(_SERVICES.split())
"""Services a `podcast:block` can name. The list grows: a slug that is not here may still be one (P20-BLOCK)."""
