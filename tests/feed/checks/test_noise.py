"""What each rule speaks up about: the sound feed with one thing wrong. Silence is tested in `test_run`."""

from datetime import datetime

import pytest

from tests.feed.builders import CHANGED, SUMMER
from tests.feed.checks.cases import SOUND, edited, said, the_one_finding, without

AUDIO = "https://kommunen-podcast.example/audio/diensteid-2-a1b2c3d4"
OWN = '<atom:link href="https://kommunen-podcast.example/feed.xml" rel="self" type="application/rss+xml"/>'

# rule, what stands in the sound feed, what stands there instead
EDITS = [
    ("RSS-1", 'version="2.0"', 'version="0.92"'),
    ("RSS-1", "</channel>", "</channel><channel><title>a</title><link>b</link><description>c</description></channel>"),
    ("RSS-2", ' isPermaLink="false"', ""),
    ("RSS-2", 'isPermaLink="false"', 'isPermaLink="true"'),
    ("RSS-3", "<enclosure", '<enclosure url="https://a.example/b.mp3" length="1" type="audio/mpeg"/><enclosure'),
    ("RSS-4", 'length="29548432"', 'length="28 MB"'),
    ("RSS-5", "<description>Über", "<content:encoded>a</content:encoded><description>Über"),
    ("RSS-6", "</item>", "</item><ttl>60</ttl>"),
    ("RSS-7", "<title>Kommunen-Podcast</title>\n      <link>", "<title>Logo</title>\n      <link>"),
    ("RSS-9", "Mon, 03 Jun 2024", "Mon, 03 Jun 1974"),
    ("RSS-11", "Diensteid", "Dienst\x85eid"),
    ("ATOM-1", OWN, ""),
    ("ATOM-1", OWN, OWN + OWN),
    ("ATOM-1", 'href="https://kommunen-podcast.example/feed.xml" ', ""),
    ("HTTP-1", 'url="https:', 'url="http:'),
    ("HTTP-1", 'url="https://kommunen', 'url="https://anna:geheim@kommunen'),
    ("HTTP-1", f"{AUDIO}.mp3", f"{AUDIO}.mp3?X-Amz-Signature=1"),
    ("HTTP-1", "<link>https://kommunen-podcast.example/<", "<link>/start<"),
    ("HTTP-1", 'url="https://', 'url="http://127.0.0.1.example/'),
    ("APPLE-FEED-1", "UTF-8", "ISO-8859-1"),
    ("APPLE-FEED-1", "podcast-1.0.dtd", "PODCAST-1.0.dtd"),
    ("APPLE-FEED-3", f"{AUDIO}.mp3", f"{AUDIO} ü.mp3"),
    ("APPLE-FEED-4", "<title>Diensteid", "<title>" + "ä" * 256),
    ("APPLE-CH-4", "<description>Über", "<description>" + "ü" * 2001),
    ("APPLE-CH-4", "<description>Gespräche", "<description>" + "ü" * 2001),
    ("APPLE-CH-5", ">de-de<", ">xx<"),
    ("APPLE-CH-5", ">de-de<", ">de-uk<"),
    ("APPLE-CH-6", "<itunes:explicit>false", "<itunes:explicit>yes"),
    ("APPLE-CH-7", 'text="Government"', 'text="government"'),
    ("APPLE-CH-7", 'text="Documentary"', 'text="Management"'),
    ("APPLE-CH-9", ">episodic<", ">weekly<"),
    ("APPLE-CH-10", "<itunes:type>", "<itunes:block>No</itunes:block><itunes:type>"),
    ("APPLE-CH-10", "<itunes:type>", "<itunes:complete>true</itunes:complete><itunes:type>"),
    ("APPLE-IT-1", 'type="audio/mpeg"', 'type=""'),
    ("APPLE-IT-2", "diensteid-2-a1b2c3d4.mp3", "diensteid-1-a1b2c3d4.mp3"),
    ("APPLE-IT-3", f"{AUDIO}.mp3", f"{AUDIO}.ogg"),
    ("APPLE-IT-3", f"{AUDIO}.mp3", f"{AUDIO}?file=a.mp3"),
    ("APPLE-IT-4", 'type="audio/mpeg"', 'type="audio/ogg"'),
    ("APPLE-IT-4", 'type="audio/mpeg"', 'type="audio/x-m4a"'),
    ("APPLE-IT-5", 'length="29548432"', 'length="28 MB"'),
    ("APPLE-IT-6", "000000000002</guid>", "000000000001</guid>"),
    ("APPLE-IT-8", "Mon, 03 Jun 2024", "Tue, 03 Jun 2024"),
    ("APPLE-IT-8", "Mon, 03 Jun 2024", "Mo, 03 Juni 2024"),
    ("APPLE-IT-8", "Mon, 03 Jun 2024", "31 Feb 2024"),
    ("APPLE-IT-9", ">1231<", ">20:31<"),
    ("APPLE-IT-10", "<itunes:season>2<", "<itunes:season>0<"),
    ("APPLE-IT-10", "<itunes:episode>2<", "<itunes:episode>2.5<"),
    ("APPLE-IT-10", "<title>Diensteid", "<title>Folge 2: Diensteid"),
    ("APPLE-IT-11", ">full<", ">Full<"),
    ("PSP-NS-1", "https://podcastindex.org/namespace/1.0", "https://podcastindex.org/namespace/1.1"),
    ("PSP-CH-1", 'rel="self" type="application/rss+xml"', 'rel="self" type="text/xml"'),
    ("PSP-CH-1", OWN, ""),
    ("PSP-TXT-1", "<title>Diensteid", "<title> Diensteid"),
    ("P20-GUID", "<podcast:guid>bab2", "<podcast:guid>b2"),
    ("P20-PERSON-2", 'role="guest"', 'role="gast"'),
    ("P20-PERSON-2", 'group="cast"', 'group="ensemble"'),
    ("P20-PERSON-3", 'role="guest" group="cast"', 'role="cover art designer"'),
    ("P20-PERSON-3", 'role="guest" group="cast"', 'role="guest" group="writing"'),
    ("P20-LOC-1", "geo:52.52,13.40", "52.52,13.40"),
    ("P20-LOC-1", "geo:52.52,13.40", "geo:92.52,13.40"),
    ("P20-LOC-1", "geo:52.52,13.40", "geo:52.52,213.40"),
    ("P20-LOC-2", "R62422", "62422"),
    ("P20-LOC-3", 'country="DE"', 'country="UK"'),
    ("P20-SEASON-1", "<podcast:season>2<", "<podcast:season>3<"),
    ("P20-SEASON-1", "<podcast:episode>2<", "<podcast:episode>2.5<"),
    ("P20-MISC-1", "<podcast:locked", "<podcast:locked>no</podcast:locked><podcast:locked"),
    ("P20-MISC-1", "<podcast:season>", "<podcast:season>2</podcast:season><podcast:season>"),
]

# rule, the element that is not there
ABSENCES = [
    *(("RSS-1", name) for name in ("title", "link", "description")),
    *(("APPLE-CH-1", name) for name in ("title", "description", "language", "itunes:explicit", "itunes:image")),
    *(("APPLE-CH-2", name) for name in ("link", "itunes:author")),
    *(("PSP-CH-1", name) for name in ("title", "link", "language", "itunes:image")),
    *(("PSP-CH-2", name) for name in ("podcast:locked", "podcast:guid", "itunes:author")),
    *(("APPLE-IT-1", name) for name in ("enclosure",)),
    *(("PSP-IT-1", name) for name in ("enclosure", "guid")),
    *(("APPLE-IT-7", name) for name in ("guid", "pubDate", "itunes:duration")),
    *(("PSP-IT-2", name) for name in ("pubDate", "itunes:duration")),
]


SPOKEN = frozenset(rule_id for rule_id, *_ in (*EDITS, *ABSENCES)) | {"P20-PERSON-1"}


@pytest.mark.parametrize(("rule_id", "old", "new"), EDITS)
def test_one_thing_wrong_is_one_finding(rule_id: str, old: str, new: str) -> None:
    the_one_finding(rule_id, edited(old, new))


@pytest.mark.parametrize(("rule_id", "element"), ABSENCES)
def test_what_is_missing_is_named(rule_id: str, element: str) -> None:
    (problem,) = said(rule_id, without(element))
    assert problem.message.startswith(f"<{element}> is missing")
    assert problem.field.endswith(f"/{element}")


def test_an_item_of_nothing_is_no_item() -> None:
    assert [problem.field for problem in said("RSS-1", edited("</channel>", "<item/></channel>"))] == [
        "/rss/channel/item[3]"
    ]


def test_the_image_of_a_channel_without_a_title_is_not_to_be_emptied() -> None:
    (problem,) = said("RSS-7", without("title"))
    assert problem.hint == "give the channel a <title>, and the image the same"


def test_nobody_is_asked_to_write_nothing() -> None:
    (problem,) = said("PSP-TXT-1", edited("<itunes:type>", "<itunes:author> </itunes:author><itunes:type>"))
    assert problem.hint == "write something into it, or take it out"


def test_a_serial_show_numbers_its_episodes() -> None:
    feed = edited("<itunes:episode>2</itunes:episode>", "", feed=edited(">episodic<", ">serial<"))
    (problem,) = said("APPLE-CH-9", feed)
    assert problem.field == "/rss/channel/item[1]/itunes:episode"


def test_a_guest_alone_hides_the_hosts() -> None:
    item = SOUND.index("<item>")
    host = next(line for line in SOUND[item:].splitlines() if 'role="host"' in line)
    feed = SOUND[:item] + SOUND[item:].replace(host, "", 1)
    (problem,) = said("P20-PERSON-1", feed)
    assert problem.field == "/rss/channel/item[1]/podcast:person"


def test_the_future_is_seen_only_by_who_knows_the_time() -> None:
    now = datetime(2024, 6, 2, 12, tzinfo=SUMMER)
    assert said("RSS-9", SOUND) == ()
    assert said("RSS-9", SOUND, now=CHANGED) == ()
    assert [problem.field for problem in said("RSS-9", SOUND, now=now)] == [
        "/rss/channel/lastBuildDate",
        "/rss/channel/item[1]/pubDate",
    ]
