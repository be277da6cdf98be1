"""What the rules of the podcast namespace speak up about, and what of its documentation they are silent on."""

import re
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.problems import Problem, Severity
from feed.checks import (
    alternates,
    conversations,
    episode_tags,
    locations,
    people,
    pictures,
    podcasting20,
    remotes,
    values,
)
from feed.checks.rule import registered_rules
from feed.document import read_document
from feed.vocabulary import LICENCES, LIST_MEDIA, MEDIA
from tests.soaking import examples

MODULES = (alternates, conversations, episode_tags, locations, people, pictures, podcasting20, remotes, values)

GUID = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
LONG = "ä" * 129
REMOTE = f'<podcast:remoteItem feedGuid="{GUID}"/>'
NODE = '<podcast:valueRecipient name="Anna" type="node" address="02d5" split="95"/>'
SOURCE = '<podcast:source uri="https://a.example/b.opus"/>'
SHA256 = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
DIGEST = f'<podcast:integrity type="sri" value="{SHA256}"/>'
MAIN = '<enclosure url="https://a.example/b.mp3" length="1" type="audio/mpeg"/>'
PAGE = '<podcast:contentLink href="https://a.example/live">Hier</podcast:contentLink>'


def alternate(attributes: str = "", inner: str = SOURCE) -> str:
    return f"<podcast:alternateEnclosure {attributes}>{inner}</podcast:alternateEnclosure>"


def update(rrule: str) -> str:
    return f'<podcast:updateFrequency rrule="{rrule}">Bald</podcast:updateFrequency>'


OPUS = 'type="audio/opus"'

# What belongs to a channel, as the documentation of the namespace writes it.
SHOWS = [
    "<podcast:locked>no</podcast:locked>",
    '<podcast:locked owner="post@a.example">Yes</podcast:locked>',
    '<podcast:trailer pubdate="Thu, 01 Apr 2021 08:00:00 EST" url="https://a.example/t.mp3">Bald</podcast:trailer>',
    '<podcast:trailer pubdate="Thu, 01 Apr 2021 08:00:00 EST" url="https://a.example/t.mp4" length="12345678" '
    'type="video/mp4" season="4">Staffel 4</podcast:trailer>',
    *(f"<podcast:medium>{medium}</podcast:medium>" for medium in MEDIA if medium not in LIST_MEDIA),
    '<podcast:block>yes</podcast:block><podcast:block id="google">no</podcast:block>',
    '<podcast:block id="a-new-service">no</podcast:block>',
    f"<podcast:podroll>{REMOTE}{REMOTE}</podcast:podroll>",
    f'<podcast:remoteItem feedGuid="{GUID}" feedUrl="https://a.example/f.xml" itemGuid="x" medium="music" title="T"/>',
    f'<podcast:publisher><podcast:remoteItem medium="publisher" feedGuid="{GUID}"/></podcast:publisher>',
    '<podcast:podping usesPodping="true"/>',
    '<podcast:updateFrequency complete="true">Das war es.</podcast:updateFrequency>',
    '<podcast:updateFrequency rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10" dtstart="2023-08-28T00:00:00.000Z">'
    "Zehnmal</podcast:updateFrequency>",
    f'<podcast:liveItem status="live" start="2021-09-26T07:30:00.000-0600">{MAIN}{PAGE}</podcast:liveItem>',
    '<podcast:liveItem status="pending" start="2021-09-26T07:30:00Z" end="2021-09-26T24:00:00Z">'
    f'<podcast:alternateEnclosure type="application/x-mpegURL">{SOURCE}</podcast:alternateEnclosure>{MAIN}{PAGE}'
    "<podcast:person>Anna</podcast:person></podcast:liveItem>",
]

# What belongs to an item; the first part may stand in a channel too.
BOTH = [
    '<podcast:funding url="https://a.example/geben">Danke!</podcast:funding>',
    '<podcast:person href="https://a.example/anna">Anna</podcast:person>',
    '<podcast:person group="Writing" role="Author">Anna</podcast:person>',
    '<podcast:location rel="subject">Hogwarts</podcast:location>',
    '<podcast:location geo="geo:30.2672,97.7431" osm="R113314">Austin, TX</podcast:location>',
    '<podcast:location rel="creator" geo="geo:51.5718706,-0.7769654" osm="R3727240" country="gb">M</podcast:location>',
    '<podcast:location rel="creator" geo="geo:39.7837304,-100.445882;u=3900000">Gitmo Nation</podcast:location>',
    '<podcast:location rel="creator" geo="geo:52.52,13.4054954">Berlin</podcast:location>',
    *(f"<podcast:license>{licence.lower()}</podcast:license>" for licence in LICENCES),
    '<podcast:license url="https://a.example/l">CC-BY-SA-4.0</podcast:license>',
    f'<podcast:value type="lightning" method="keysend" suggested="0.00000005000">{NODE}</podcast:value>',
    '<podcast:value type="lightning" method="lnaddress"><podcast:valueRecipient type="lnaddress" address="a@b.example"'
    ' split="1" fee="true"/></podcast:value>',
    '<podcast:txt purpose="release">2022-10-26T04:45:30.742Z</podcast:txt>',
    '<podcast:txt purpose="ai-content">false</podcast:txt>',
    '<podcast:chat server="irc.zeronode.net:6697" protocol="irc" accountId="@jsmith" space="#a"/>',
    '<podcast:image href="https://a.example/i.jpg"/>',
    '<podcast:image href="https://a.example/i.jpg" alt="Bild" aspect-ratio="16/9" width="1200" height="675" '
    'type="image/jpeg" purpose="artwork apple/showcase-hero"/>',
    '<podcast:socialInteract protocol="disabled"/>',
    '<podcast:socialInteract priority="1" protocol="activitypub" uri="https://a.example/@dave/1" accountId="@dave"/>'
    '<podcast:socialInteract priority="2" protocol="bluesky" uri="at://did:plc:1/app.bsky.feed.post/1"/>',
]
EPISODES = [
    *BOTH,
    '<podcast:transcript url="https://a.example/t.vtt" type="text/vtt" language="de-AT" rel="captions"/>',
    '<podcast:transcript url="https://a.example/t.html" type="text/html; charset=utf-8"/>',
    '<podcast:chapters url="https://a.example/c.json" type="application/json+chapters"/>',
    '<podcast:chapters url="https://a.example/c.json" type="application/json"/>',
    '<podcast:soundbite startTime="73.0" duration="60.0"/>',
    '<podcast:soundbite startTime="1.4519000000059605" duration="15">Titel</podcast:soundbite>',
    '<podcast:season name="Wandel">3</podcast:season>',
    '<podcast:episode display="Folge 100½">100.5</podcast:episode>',
    f'{MAIN}<podcast:alternateEnclosure type="audio/opus" length="32400000" bitrate="681483.55" height="1080" lang="de"'
    f' title="Klein" rel="default" codecs="opus">{SOURCE}<podcast:source uri="ipfs://Qmdw"/>'
    f'<podcast:integrity type="sri" value="{SHA256}"/></podcast:alternateEnclosure>',
    f'{MAIN}<podcast:alternateEnclosure type="audio/mpeg" default="true"><podcast:source uri="https://a.example/b.mp3"/>'
    "</podcast:alternateEnclosure>",
    f'<podcast:value type="lightning" method="keysend">{NODE}<podcast:valueTimeSplit startTime="60" duration="237" '
    f'remotePercentage="95">{REMOTE}</podcast:valueTimeSplit><podcast:valueTimeSplit startTime="330.5" duration="53">'
    f"{NODE}{NODE}</podcast:valueTimeSplit></podcast:value>",
    PAGE,
]


def a_feed(channel: str = "", item: str = "") -> str:
    return (
        '<rss xmlns:podcast="https://podcastindex.org/namespace/1.0"\n version="2.0">\n<channel>\n'
        f"{channel}\n<item>\n{item}\n</item>\n</channel></rss>"
    )


def spoken(feed: str, rule_id: str = "P20") -> list[Problem]:
    document = read_document(feed.encode())
    rules = [rule for rule in registered_rules() if re.match(rf"{rule_id}(?:-|$)", rule.id)]
    return [problem for rule in rules for problem in rule(document) if problem.rule == rule_id or rule_id == "P20"]


@pytest.mark.parametrize("channel", [*SHOWS, *BOTH])
def test_what_the_namespace_says_of_shows_is_met_with_silence(channel: str) -> None:
    assert spoken(a_feed(channel=channel)) == []


@pytest.mark.parametrize("item", EPISODES)
def test_what_the_namespace_says_of_episodes_is_met_with_silence(item: str) -> None:
    assert spoken(a_feed(item=item)) == []


def test_a_list_feed_has_remote_items_only() -> None:
    feed = a_feed(channel=f"<podcast:medium>musicL</podcast:medium>{REMOTE}")
    (problem,) = spoken(feed)
    assert (problem.rule, problem.field) == ("P20-MEDIUM", "/rss/channel/item")
    assert spoken(re.sub("(?s)<item>.*</item>", "", feed)) == []


# rule, what stands in the channel
SHOW_NOISE = [
    ("P20-LOCKED", "<podcast:locked>true</podcast:locked>"),
    ("P20-LOCKED", '<podcast:locked owner="Anna">yes</podcast:locked>'),
    ("P20-FUNDING", "<podcast:funding>Danke!</podcast:funding>"),
    ("P20-CHAPTERS", '<podcast:chapters url="https://a.example/c" type="application/json+chapters"/>'),
    ("P20-TRANSCRIPT", '<podcast:transcript url="https://a.example/t" type="text/vtt"/>'),
    ("P20-SOUNDBITE", '<podcast:soundbite startTime="1" duration="20"/>'),
    ("P20-SEASON", "<podcast:season>1</podcast:season>"),
    ("P20-EPISODE", "<podcast:episode>1</podcast:episode>"),
    ("P20-ALTENC", alternate(OPUS)),
    ("P20-SOURCE", SOURCE),
    ("P20-INTEGRITY", DIGEST),
    ("P20-CLINK", PAGE),
    ("P20-VRECIP", NODE),
    ("P20-VTS", f'<podcast:valueTimeSplit startTime="1" duration="2">{REMOTE}</podcast:valueTimeSplit>'),
    ("P20-TRAILER", '<podcast:trailer pubdate="Thu, 01 Apr 2021 08:00:00 EST" url="https://a.example/t"/>'),
    (
        "P20-TRAILER",
        '<podcast:trailer pubdate="Fri, 01 Apr 2021 08:00:00 EST" url="https://a.example/t">T</podcast:trailer>',
    ),
    ("P20-TRAILER", '<podcast:trailer pubdate="Thu, 01 Apr 2021 08:00:00 EST">T</podcast:trailer>'),
    ("P20-TRAILER", '<podcast:trailer url="https://a.example/t">T</podcast:trailer>'),
    ("P20-MEDIUM", "<podcast:medium>radio</podcast:medium>"),
    ("P20-BLOCK", "<podcast:block>true</podcast:block>"),
    ("P20-BLOCK", '<podcast:block id="spotfy">yes</podcast:block>'),
    ("P20-PODROLL", "<podcast:podroll/>"),
    ("P20-REMOTE", '<podcast:remoteItem feedUrl="https://a.example/f"/>'),
    ("P20-REMOTE", '<podcast:remoteItem feedGuid="917393e3"/>'),
    ("P20-REMOTE", f'<podcast:remoteItem feedGuid="{GUID}" feedUrl="a.example"/>'),
    ("P20-REMOTE", f'<podcast:remoteItem feedGuid="{GUID}" medium="radio"/>'),
    ("P20-PUBLISHER", "<podcast:publisher/>"),
    ("P20-PUBLISHER", f"<podcast:publisher>{REMOTE}</podcast:publisher>"),
    ("P20-PODPING", '<podcast:podping usesPodping="yes"/>'),
    ("P20-PODPING", "<podcast:podping/>"),
    ("P20-UPDFREQ", '<podcast:updateFrequency dtstart="28.08.2023">Bald</podcast:updateFrequency>'),
    ("P20-UPDFREQ", '<podcast:updateFrequency complete="yes">Bald</podcast:updateFrequency>'),
    ("P20-UPD-1", update("weekly")),
    ("P20-UPD-1", update("FREQ=WEEKLY;COUNT=3")),
    (
        "P20-UPD-1",
        update("FREQ=WEEKLY;UNTIL=2023-12-31T00:00:00.000Z"),
    ),
    ("P20-LIVE", f'<podcast:liveItem start="2021-09-26T07:30:00Z">{MAIN}{PAGE}</podcast:liveItem>'),
    ("P20-LIVE", f'<podcast:liveItem status="live">{MAIN}{PAGE}</podcast:liveItem>'),
    ("P20-LIVE", f'<podcast:liveItem status="on" start="2021-09-26T07:30:00Z">{MAIN}{PAGE}</podcast:liveItem>'),
    ("P20-LIVE", f'<podcast:liveItem status="live" start="26.09.2021">{MAIN}{PAGE}</podcast:liveItem>'),
    ("P20-LIVE", f'<podcast:liveItem status="live" start="2021-09-26T07:30:00Z">{PAGE}</podcast:liveItem>'),
    ("P20-LIVE", f'<podcast:liveItem status="live" start="2021-09-26T07:30:00Z">{MAIN}</podcast:liveItem>'),
]

# rule, what stands in the item
ITEM_NOISE = [
    ("P20-LOCKED", "<podcast:locked>yes</podcast:locked>"),
    ("P20-MEDIUM", "<podcast:medium>podcast</podcast:medium>"),
    ("P20-BLOCK", "<podcast:block>yes</podcast:block>"),
    ("P20-PODPING", '<podcast:podping usesPodping="true"/>'),
    ("P20-PODROLL", f"<podcast:podroll>{REMOTE}</podcast:podroll>"),
    ("P20-REMOTE", REMOTE),
    ("P20-TRANSCRIPT", '<podcast:transcript url="https://a.example/t"/>'),
    ("P20-TRANSCRIPT", '<podcast:transcript type="text/vtt"/>'),
    ("P20-TRANSCRIPT", '<podcast:transcript url="https://a.example/t" type="vtt"/>'),
    ("P20-TRANSCRIPT", '<podcast:transcript url="https://a.example/t" type="text/vtt" language="deutsch (AT)"/>'),
    ("P20-CHAPTERS", '<podcast:chapters url="https://a.example/c"/>'),
    ("P20-CHAPTERS", '<podcast:chapters url="https://a.example/c" type="text/plain"/>'),
    ("P20-SOUNDBITE", '<podcast:soundbite startTime="1:10" duration="20"/>'),
    ("P20-SOUNDBITE", '<podcast:soundbite startTime="70"/>'),
    ("P20-PERSON", '<podcast:person role="guest"> </podcast:person>'),
    ("P20-PERSON-2", '<podcast:person role="Moderatorin">Anna</podcast:person>'),
    ("P20-PERSON-3", '<podcast:person role="Cover Art Designer">Anna</podcast:person>'),
    ("P20-LOCATION", '<podcast:location geo="geo:52.52,13.4"/>'),
    ("P20-LOCATION", '<podcast:location rel="about">Berlin</podcast:location>'),
    ("P20-LOC-1", '<podcast:location geo="52.52,13.4">Berlin</podcast:location>'),
    ("P20-LOC-2", '<podcast:location osm="62422">Berlin</podcast:location>'),
    ("P20-LOC-3", '<podcast:location country="UK">London</podcast:location>'),
    ("P20-LOC-4", '<podcast:location rel="creator" geo="geo:52.52437,13.41053">Berlin</podcast:location>'),
    ("P20-SEASON", "<podcast:season>1.5</podcast:season>"),
    ("P20-EPISODE", "<podcast:episode>drei</podcast:episode>"),
    ("P20-LICENSE", "<podcast:license/>"),
    ("P20-LIC-1", "<podcast:license>CC-BY-SA-4.0</podcast:license>"),
    ("P20-ALTENC", MAIN + alternate()),
    ("P20-ALTENC", MAIN + alternate(OPUS, "")),
    ("P20-ALTENC", MAIN + alternate(f'{OPUS} length="1 MB"')),
    ("P20-ALTENC", MAIN + alternate(f'{OPUS} default="1"')),
    ("P20-ALT-1", alternate(OPUS)),
    ("P20-ALT-1", MAIN.replace("b.mp3", "b.opus") + alternate(OPUS)),
    ("P20-VALUE", f'<podcast:value type="lightning">{NODE}</podcast:value>'),
    ("P20-VALUE", f'<podcast:value method="keysend">{NODE}</podcast:value>'),
    ("P20-VALUE", '<podcast:value type="lightning" method="keysend"/>'),
    ("P20-VALUE", f'<podcast:value type="lightning" method="keysend" suggested="0,05">{NODE}</podcast:value>'),
    ("P20-SOCIAL", '<podcast:socialInteract uri="https://a.example/1"/>'),
    ("P20-SOCIAL", '<podcast:socialInteract protocol="activitypub"/>'),
    ("P20-SOCIAL", '<podcast:socialInteract protocol="mastodon" uri="https://a.example/1"/>'),
    ("P20-SOCIAL", '<podcast:socialInteract protocol="disabled" uri="https://a.example/1"/>'),
    ("P20-SOCIAL", '<podcast:socialInteract protocol="disabled"/><podcast:socialInteract protocol="hive" uri="x:1"/>'),
    ("P20-CHAT", '<podcast:chat server="irc.example.org"/>'),
    ("P20-CHAT", '<podcast:chat protocol="irc"/>'),
    ("P20-CHAT", '<podcast:chat server="wss://relay.example" protocol="nostr"/>'),
    ("P20-CHAT", '<podcast:chat server="relay.example" protocol="discord"/>'),
    ("P20-CLINK", "<podcast:contentLink>Hier</podcast:contentLink>"),
    ("P20-TXT", '<podcast:txt purpose="ai-content">nein</podcast:txt>'),
    ("P20-IMAGE", '<podcast:image alt="Bild"/>'),
    ("P20-IMAGE", '<podcast:image href="https://a.example/i" aspect-ratio="16:9"/>'),
    ("P20-IMAGE", '<podcast:image href="https://a.example/i" width="1200px"/>'),
    ("P20-IMAGES", '<podcast:images srcset="https://a.example/i.jpg 1500w"/>'),
    ("P20-MISC-1", "<podcast:season>1</podcast:season><podcast:season>1</podcast:season>"),
    (
        "P20-SEASON-1",
        '<i:season xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">2</i:season><podcast:season>1</podcast:season>',
    ),
]

# rule, what stands in an alternate enclosure
ALTERNATE_NOISE = [
    ("P20-SOURCE", "<podcast:source/>"),
    ("P20-SOURCE", '<podcast:source uri="/b.opus"/>'),
    ("P20-INTEGRITY", f'{SOURCE}<podcast:integrity value="{SHA256}"/>'),
    ("P20-INTEGRITY", f'{SOURCE}<podcast:integrity type="sri"/>'),
    ("P20-INTEGRITY", f'{SOURCE}<podcast:integrity type="md5" value="1"/>'),
    ("P20-INTEGRITY", f'{SOURCE}<podcast:integrity type="sri" value="{SHA256[:-4]}"/>'),
    ("P20-INTEGRITY", f'{SOURCE}<podcast:integrity type="sri" value="{SHA256.replace("sha256", "sha384")}"/>'),
    ("P20-ALTENC", SOURCE + 2 * DIGEST),
]

# rule, what stands in a value
VALUE_NOISE = [
    ("P20-VRECIP", '<podcast:valueRecipient address="a" split="1"/>'),
    ("P20-VRECIP", '<podcast:valueRecipient type="node" split="1"/>'),
    ("P20-VRECIP", '<podcast:valueRecipient type="node" address="a"/>'),
    ("P20-VRECIP", '<podcast:valueRecipient type="node" address="a" split="95%"/>'),
    ("P20-VRECIP", '<podcast:valueRecipient type="node" address="a" split="1" fee="no"/>'),
    ("P20-VRECIP", '<podcast:valueRecipient type="lnaddress" address="anna" split="1"/>'),
    ("P20-VTS", f'{NODE}<podcast:valueTimeSplit duration="2">{REMOTE}</podcast:valueTimeSplit>'),
    ("P20-VTS", f'{NODE}<podcast:valueTimeSplit startTime="1">{REMOTE}</podcast:valueTimeSplit>'),
    ("P20-VTS", f'{NODE}<podcast:valueTimeSplit startTime="1:00" duration="2">{REMOTE}</podcast:valueTimeSplit>'),
    ("P20-VTS", f'{NODE}<podcast:valueTimeSplit startTime="1" duration="2"/>'),
    ("P20-VTS", f'{NODE}<podcast:valueTimeSplit startTime="1" duration="2">{REMOTE}{REMOTE}</podcast:valueTimeSplit>'),
    ("P20-VTS", f'{NODE}<podcast:valueTimeSplit startTime="1" duration="2">{REMOTE}{NODE}</podcast:valueTimeSplit>'),
]

LONG_NOISE = [
    ("P20-FUNDING", f'<podcast:funding url="https://a.example/">{LONG}</podcast:funding>'),
    ("P20-SOUNDBITE", f'<podcast:soundbite startTime="1" duration="20">{LONG}</podcast:soundbite>'),
    ("P20-SOUNDBITE", '<podcast:soundbite startTime="1" duration="14.9"/>'),
    ("P20-SOUNDBITE", '<podcast:soundbite startTime="1" duration="120.5"/>'),
    ("P20-PERSON", f"<podcast:person>{LONG}</podcast:person>"),
    ("P20-LOCATION", f"<podcast:location>{LONG}</podcast:location>"),
    ("P20-SEASON", f'<podcast:season name="{LONG}">1</podcast:season>'),
    ("P20-EPISODE", f'<podcast:episode display="{LONG[:33]}">1</podcast:episode>'),
    ("P20-LICENSE", f'<podcast:license url="https://a.example/">{LONG}</podcast:license>'),
    ("P20-ALTENC", MAIN + alternate(f'{OPUS} title="{LONG[:33]}"')),
    ("P20-TXT", f"<podcast:txt>{'a' * 4001}</podcast:txt>"),
    ("P20-TXT", f'<podcast:txt purpose="{LONG}">a</podcast:txt>'),
    ("P20-IMAGE", f'<podcast:image href="https://a.example/i" purpose="{LONG}"/>'),
]

NOISE = [
    *((rule_id, a_feed(channel=channel)) for rule_id, channel in SHOW_NOISE),
    *((rule_id, a_feed(item=item)) for rule_id, item in ITEM_NOISE),
    *((rule_id, a_feed(item=MAIN + alternate(OPUS, inner))) for rule_id, inner in ALTERNATE_NOISE),
    *(
        (rule_id, a_feed(item=f'<podcast:value type="lightning" method="keysend">{inner}</podcast:value>'))
        for rule_id, inner in VALUE_NOISE
    ),
]

SPOKEN = frozenset({rule_id for rule_id, _ in NOISE})
"""The rules that have a case here; P20-GUID and P20-PERSON-1 have theirs in `test_noise`."""


@pytest.mark.parametrize(("rule_id", "feed"), NOISE, ids=[rule_id for rule_id, _ in NOISE])
def test_one_thing_wrong_is_one_finding(rule_id: str, feed: str) -> None:
    (problem,) = spoken(feed, rule_id)
    assert problem.field.startswith("/rss/channel")
    assert problem.line > 1
    assert problem.message
    assert problem.hint


@pytest.mark.parametrize(("rule_id", "item"), LONG_NOISE, ids=[rule_id for rule_id, _ in LONG_NOISE])
def test_what_is_too_long_is_a_warning(rule_id: str, item: str) -> None:
    (problem,) = spoken(a_feed(item=item), rule_id)
    assert problem.severity is Severity.WARNING


def test_a_trailer_with_a_long_title_is_a_warning() -> None:
    trailer = (
        f'<podcast:trailer pubdate="Thu, 01 Apr 2021 08:00:00 EST" url="https://a.example/t">{LONG}</podcast:trailer>'
    )
    (problem,) = spoken(a_feed(channel=trailer), "P20-TRAILER")
    assert problem.severity is Severity.WARNING


def test_every_rule_of_the_namespace_has_a_case() -> None:
    elsewhere = {"P20-GUID", "P20-PERSON-1", "P20-INT-1"}
    ours = {rule.id for rule in registered_rules() if rule.id.startswith("P20")}
    assert ours - SPOKEN == elsewhere


def test_a_live_item_is_looked_at_like_an_item() -> None:
    inner = '<podcast:person role="gast">Anna</podcast:person><podcast:chat server="a.example"/>'
    live = f'<podcast:liveItem status="live" start="2021-09-26T07:30:00Z">{MAIN}{PAGE}{inner}</podcast:liveItem>'
    assert [problem.rule for problem in spoken(a_feed(channel=live))] == ["P20-CHAT", "P20-PERSON-2"]


def test_the_former_address_of_the_namespace_is_the_namespace() -> None:
    former = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
    feed = a_feed(channel="<podcast:locked>true</podcast:locked>")
    (problem,) = spoken(feed.replace("https://podcastindex.org/namespace/1.0", former))
    assert problem.rule == "P20-LOCKED"


def test_other_namespaces_may_call_their_elements_alike() -> None:
    feed = a_feed(channel='<x:locked xmlns:x="urn:x">true</x:locked><x:y xmlns:x="urn:x"><podcast:season/></x:y>')
    assert spoken(feed) == []


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF), max_size=12) | st.sampled_from(
    ["geo:1,2", "FREQ=", "FREQ=DAILY;BYDAY=", "1", "-1", "yes", "sri", "sha256-", "https://[", "9" * 400, "disabled"]
)
_NAMES = st.sampled_from(sorted(set(re.findall(r"podcast:\w+", "".join([*SHOWS, *EPISODES])))))
_ATTRIBUTES = st.sampled_from(sorted(set(re.findall(r" ([A-Za-z][\w-]*)=\"", "".join([*SHOWS, *EPISODES])))))


@st.composite
def _anything(draw: st.DrawFn, depth: int = 2) -> str:
    name, attributes = draw(_NAMES), draw(st.dictionaries(_ATTRIBUTES, _TEXT, max_size=5))
    written = "".join(f" {attribute}={quoteattr(value)}" for attribute, value in attributes.items())
    inner = "".join(draw(st.lists(_anything(depth - 1), max_size=2))) if depth else ""
    return f"<{name}{written}>{escape(draw(_TEXT))}{inner}</{name}>"


@settings(max_examples=examples(150), deadline=None)
@given(channel=_anything(), item=_anything())
def test_whatever_stands_there_ends_in_findings_or_silence(channel: str, item: str) -> None:
    assert all(problem.message and problem.hint for problem in spoken(a_feed(channel=channel, item=item)))
