"""What is written about the words of the podcast namespace, in an episode file or in `podcast.toml`, as values."""

import re
from collections.abc import Mapping

from yaml.nodes import ScalarNode

from episodes.fields import Fields
from episodes.markup import Markup, parse_markup
from episodes.namespace import (
    AlternateFile,
    Block,
    Chat,
    EpisodeTags,
    Funding,
    ImageFile,
    License,
    Location,
    Relation,
    RemoteItem,
    ShowTags,
    SocialInteract,
    Soundbite,
    Txt,
    UpdateFrequency,
)
from episodes.problems import UserError, quoted

_SHARED = ("itunes_title", "block", "license", "license_url", "locations", "funding", "txt", "chat", "social_interact")
EPISODE_TAGS = ("season_name", "number_display", "soundbites", *_SHARED, "value", "extra")
"""The fields of an episode file that become its tags."""

SHOW_WORDS = ("itunes_title", "new_feed_url", "complete", "block", "podping", "medium", "license", "license_url")
"""The settings below `[show]` that become its tags."""

SHOW_GROUPS = ("update_frequency", "publisher", "chat")
SHOW_LISTS = ("funding", "locations", "txt", "social_interact", "podroll", "blocks", "value", "extra")
SHOW_TABLES = (*SHOW_GROUPS, *SHOW_LISTS)
"""The tables of `podcast.toml` that become tags of the show."""

_BOTH = {
    "title": "title", "itunes:title": "itunes_title", "itunes:block": "block", "itunes:explicit": "explicit",
    "itunes:image": "cover", "podcast:license": "license", "podcast:chat": "chat", "podcast:funding": "funding[]",
    "podcast:txt": "txt[]", "podcast:socialInteract": "social_interact[]", "podcast:image": "images[]",
    "podcast:value": "value[]", "podcast:location": "locations[]",
}  # fmt: skip
_IN_SHOW = (
    "title", "description", "language", "link", "copyright", "itunes_title", "block", "explicit", "cover", "license",
)  # fmt: skip

SHOW_ELEMENTS = {
    **{element: f"show.{field}" if field in _IN_SHOW else field for element, field in _BOTH.items()},
    **{name: f"show.{name}" for name in ("description", "language", "link", "copyright")},
    "image": "show.cover", "itunes:author": "show.author", "itunes:category": "show.category",
    "itunes:owner": "show.email", "itunes:type": "show.type", "itunes:new-feed-url": "show.new_feed_url",
    "itunes:complete": "show.complete", "podcast:guid": "show.guid", "podcast:locked": "show.locked",
    "podcast:person": "show.hosts", "podcast:medium": "show.medium", "podcast:podping": "show.podping",
    "podcast:block": "blocks[]", "podcast:updateFrequency": "update_frequency", "podcast:publisher": "publisher",
    "podcast:podroll": "podroll[]",
}  # fmt: skip
"""The setting of `podcast.toml` each element of the channel comes from; `[]` stands for the number among several."""

EPISODE_ELEMENTS = {
    **_BOTH, "description": "summary", "link": "link", "guid": "guid", "enclosure": "audio", "pubDate": "published",
    "content:encoded": "notes", "itunes:duration": "audio", "itunes:episode": "number", "itunes:season": "season",
    "itunes:episodeType": "kind", "podcast:episode": "number", "podcast:season": "season",
    "podcast:person": "appearances[]", "podcast:transcript": "transcripts[]", "podcast:chapters": "chapters",
    "psc:chapters": "chapters[]", "podcast:soundbite": "soundbites[]", "podcast:alternateEnclosure": "alternates[]",
}  # fmt: skip
"""The field of an episode file each element of an item comes from; `[]` stands for the number among several."""

_RSS_CHANNEL = (
    "category", "cloud", "managingEditor", "pubDate", "rating", "skipDays", "skipHours", "textInput", "ttl",
    "webMaster",
)  # fmt: skip
_RSS_ITEM = ("author", "category", "comments", "source")

_DEEPEST = 5
_WRITTEN_ALONE = frozenset({"lastBuildDate", "generator", "docs", "item", "fh:archive"})

CHAT_FIELDS = ("server", "protocol", "account_id", "space")
_MEDIA = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course")
MEDIA = (*_MEDIA, *(f"{medium}L" for medium in _MEDIA), "mixed")
_CHATS = ("irc", "xmpp", "nostr", "matrix")
_SOCIAL = ("disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr")


def read_episode_tags(fields: Fields) -> EpisodeTags:
    """Return the tags of an episode."""
    return EpisodeTags(
        itunes_title=fields.text("itunes_title", longest=255),
        season_name=fields.text("season_name", longest=128),
        number_display=fields.text("number_display", longest=32),
        blocked=fields.truth("block"),
        soundbites=_soundbites(fields),
        locations=_locations(fields),
        license=_license(fields),
        funding=_funding(fields),
        txt=_txt(fields),
        chat=_chat(fields),
        social_interact=_social(fields),
        value=_value(fields),
        extra=_extra(fields, EPISODE_ELEMENTS, _RSS_ITEM),
    )


def read_show_tags(show: Fields, tables: Fields) -> ShowTags:
    """Return the tags of a show: `show` is the table `[show]`, `tables` the file as a whole."""
    return ShowTags(
        itunes_title=show.text("itunes_title", longest=255),
        new_feed_url=show.address("new_feed_url"),
        complete=show.truth("complete"),
        blocked=show.truth("block"),
        podping=show.truth("podping"),
        medium=show.choice("medium", MEDIA),
        license=_license(show),
        update_frequency=_update_frequency(tables),
        publisher=_publisher(tables),
        chat=_chat(tables),
        funding=_funding(tables),
        locations=_locations(tables),
        txt=_txt(tables),
        social_interact=_social(tables),
        podroll=tuple(_remote(group) for group in tables.groups("podroll", _REMOTE, "feed_guid")),
        blocks=_blocks(tables),
        value=_value(tables),
        extra=_extra(tables, SHOW_ELEMENTS, _RSS_CHANNEL),
    )


def read_images(fields: Fields) -> tuple[ImageFile, ...]:
    """Return the pictures besides the cover."""
    known = ("path", "url", "alt", "purpose", "aspect_ratio", "width", "height", "type")
    images = []
    for group in fields.groups("images", known, "path"):
        path, url = group.path("path"), group.address("url")
        one_place(group, path, url)
        images.append(
            ImageFile(
                path=path,
                url=url,
                alt=group.text("alt", longest=255),
                purpose=group.text("purpose", longest=128),
                aspect_ratio=group.text("aspect_ratio", longest=20),
                width=group.count("width"),
                height=group.count("height"),
                media_type=group.text("type"),
            )
        )
    return tuple(images)


def read_alternates(fields: Fields) -> tuple[AlternateFile, ...]:
    """Return the other forms of an episode's audio."""
    known = (
        "path", "urls", "type", "bytes", "bitrate", "height", "language", "title", "rel", "codecs", "integrity",
    )  # fmt: skip
    alternates = []
    for group in fields.groups("alternates", known, "path"):
        path, urls = group.path("path"), group.texts("urls")
        one_place(group, path, urls[0] if urls else "")
        if urls and not path:
            group.text("type", required=True)
        alternates.append(
            AlternateFile(
                path=path,
                urls=urls,
                media_type=group.text("type"),
                bytes=group.size("bytes"),
                bitrate=group.size("bitrate"),
                height=group.count("height"),
                language=group.text("language"),
                title=group.text("title", longest=32),
                rel=group.text("rel", longest=32),
                codecs=group.text("codecs"),
                integrity=group.text("integrity"),
            )
        )
    return tuple(alternates)


def one_place(group: Fields, path: str, url: str) -> None:
    """Note a problem where neither a file nor an address is written, or both are."""
    if not path and not url and group.sound("path") and group.sound("url") and group.sound("urls"):
        group.problem("path", "is missing", hint="name a file of the show folder, or an address")
    elif path and url:
        group.problem("path", "stands beside an address", hint="keep one of the two")


def _soundbites(fields: Fields) -> tuple[Soundbite, ...]:
    found = []
    for group in fields.groups("soundbites", ("start", "duration", "title"), "start"):
        start, duration = group.position("start", required=True), group.position("duration", required=True)
        title = group.text("title", longest=128)
        if duration is not None and not duration:
            group.problem("duration", f"{quoted(group.text('duration'))} is no length", hint="write 30, or 0:30")
        if start is not None and duration:
            found.append(Soundbite(start=start, duration=duration, title=title))
    return tuple(found)


def _locations(fields: Fields) -> tuple[Location, ...]:
    return tuple(
        Location(
            name=group.text("name", required=True, longest=128),
            relation=group.word("rel", Relation, Relation.SUBJECT),
            geo=group.geo("geo"),
            osm=group.text("osm"),
            country=group.text("country").upper(),
        )
        for group in fields.groups("locations", ("name", "rel", "geo", "osm", "country"), "name")
    )


def _license(fields: Fields) -> License | None:
    name, url = fields.text("license", longest=128), fields.address("license_url")
    if url and not name:
        fields.problem("license_url", "stands there without a license", hint="write the name of the licence as license")
    return License(name=name, url=url) if name else None


def _funding(fields: Fields) -> tuple[Funding, ...]:
    return tuple(
        Funding(url=group.address("url", required=True), message=group.text("message", required=True, longest=128))
        for group in fields.groups("funding", ("url", "message"), "url")
    )


def _txt(fields: Fields) -> tuple[Txt, ...]:
    return tuple(
        Txt(text=group.text("text", required=True, longest=4000), purpose=group.text("purpose", longest=128))
        for group in fields.groups("txt", ("text", "purpose"), "text")
    )


def _chat(fields: Fields) -> Chat | None:
    group = fields.group("chat", CHAT_FIELDS)
    if group is None:
        return None
    return Chat(
        server=group.text("server", required=True),
        protocol=group.choice("protocol", _CHATS, required=True),
        account_id=group.text("account_id"),
        space=group.text("space"),
    )


def _social(fields: Fields) -> tuple[SocialInteract, ...]:
    known = ("protocol", "uri", "account_id", "account_url", "priority")
    return tuple(
        SocialInteract(
            protocol=(protocol := group.choice("protocol", _SOCIAL, required=True)),
            uri=group.text("uri", required=protocol != "disabled"),
            account_id=group.text("account_id"),
            account_url=group.address("account_url"),
            priority=group.count("priority"),
        )
        for group in fields.groups("social_interact", known, "uri")
    )


_REMOTE = ("feed_guid", "feed_url", "item_guid", "medium", "title")


def _remote(group: Fields) -> RemoteItem:
    return RemoteItem(
        feed_guid=group.text("feed_guid", required=True),
        feed_url=group.address("feed_url"),
        item_guid=group.text("item_guid"),
        medium=group.choice("medium", MEDIA),
        title=group.text("title"),
    )


def _publisher(fields: Fields) -> RemoteItem | None:
    group = fields.group("publisher", ("feed_guid", "feed_url", "title"))
    if group is None:
        return None
    return RemoteItem(
        feed_guid=group.text("feed_guid", required=True),
        feed_url=group.address("feed_url"),
        medium="publisher",
        title=group.text("title"),
    )


def _update_frequency(fields: Fields) -> UpdateFrequency | None:
    group = fields.group("update_frequency", ("message", "rrule", "start", "complete"))
    if group is None:
        return None
    return UpdateFrequency(
        message=group.text("message", required=True, longest=128),
        rrule=group.text("rrule"),
        start=group.text("start"),
        complete=group.truth("complete"),
    )


def _blocks(fields: Fields) -> tuple[Block, ...]:
    return tuple(
        Block(blocked=group.truth("blocked", default=True), service=group.text("service"))
        for group in fields.groups("blocks", ("service", "blocked"), "service")
    )


def _value(fields: Fields) -> tuple[Markup, ...]:
    """Return value blocks as they are written: names with one value are attributes, lists of groups are children."""
    return tuple(_passed_on("value", group, 0) for group in fields.free_groups("value"))


def _passed_on(name: str, fields: Fields, depth: int) -> Markup:
    attributes, children, text = [], [], ""
    for key, node in fields.entries():
        if isinstance(node, ScalarNode) and key == "text":
            text = fields.plain(key)
        elif depth > _DEEPEST:
            fields.problem(key, "is nested too deeply", hint=f"at most {_DEEPEST} levels are carried")
        elif not re.fullmatch(r"(?i)(?!xml)[a-z_][\w.-]*", key, re.ASCII):
            fields.problem(key, "cannot be the name of an attribute or element", hint="use letters and digits")
        elif isinstance(node, ScalarNode):
            attributes.append((key, fields.plain(key)))
        else:
            children += [_passed_on(key, group, depth + 1) for group in fields.free_groups(key)]
    return Markup(name=f"podcast:{name}", attributes=tuple(attributes), text=text, children=tuple(children))


def _extra(fields: Fields, own: Mapping[str, str], plain: tuple[str, ...]) -> tuple[Markup, ...]:
    """Return the elements carried verbatim; those in `own` have a field, which says it better.

    Of elements without a namespace a feed may hold those of RSS only, here `plain` (RSS 2.0, Extending RSS).
    """
    found = []
    for group in fields.groups("extra", ("xml",), "xml"):
        xml = group.block("xml")
        try:
            markup = parse_markup(xml) if xml else None
        except UserError as error:
            group.problem("xml", error.message, hint=error.hint)
            continue
        if markup is None:
            if group.sound("xml"):
                group.problem("xml", "is missing", hint="write one XML element")
        elif markup.name in own:
            group.problem("xml", f"<{markup.name}> has a place of its own", hint=f"set {own[markup.name].strip('[]')}")
        elif markup.name in _WRITTEN_ALONE:
            group.problem("xml", f"<{markup.name}> is written by folge itself", hint="leave it out")
        elif not re.search("[{:]", markup.name) and markup.name not in plain:
            hint = f'write <x:{markup.name} xmlns:x="https://…">, or one of RSS\'s own here: {", ".join(plain)}'
            group.problem("xml", f"<{markup.name}> has no namespace and is no element of RSS here", hint=hint)
        else:
            found.append(markup)
    return tuple(found)
