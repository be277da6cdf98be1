"""Apple's rules for names, text, numbers and chapters: what they pass over, then what they speak up about."""

import pytest

from episodes.problems import Severity
from feed.checks.run import check_feed
from tests.feed.checks.cases import SOUND, Edit, edited, said, spoken, the_one_finding

TITLE = "<title>Diensteid"
SUMMARY = "<description>Über"
SHOW = "<title>Kommunen-Podcast"
MOVED = "<itunes:new-feed-url>{}</itunes:new-feed-url><itunes:type>"
CODE = '<podcast:txt purpose="{}">c0ffee</podcast:txt><itunes:type>'
TRANSCRIPT = '<podcast:transcript url="https://kommunen-podcast.example/transcripts/a.vtt" type="text/vtt"'
DOCUMENTARY = '<itunes:category text="Society &amp; Culture">'


def listed(*lines: str) -> str:
    """A description that begins with these lines."""
    return "<description>" + "\n".join(lines) + "\nÜber"


QUIET: list[Edit] = [
    ("APPLE-FEED-2", "<itunes:type>", "<itunes:Vendor>a</itunes:Vendor><itunes:type>"),
    ("APPLE-FEED-2", "<itunes:type>", "<itunes:Type>serial</itunes:Type><itunes:type>"),
    ("APPLE-FEED-5", TITLE, "<title>Q&amp;A &#x26;amp; R&amp;c;"),
    ("APPLE-FEED-5", TITLE, "<title><!-- &amp;amp; --><![CDATA[Q & A]]>"),
    ("APPLE-FEED-5", "<item>", "<item><!-- <title>Q &amp;amp; A</title> -->"),
    ("APPLE-FEED-5", SUMMARY, "<description>R &amp;amp; D, &amp;nbsp;"),
    ("RSS-8", TITLE, "<title>a &lt; b, &lt;3, R &amp; D, &#x3C;live&#x3E;"),
    ("RSS-8", TITLE, "<title><![CDATA[1 < 2 & 3]]>"),
    ("APPLE-CH-8", DOCUMENTARY, '<itunes:category text="Arts"/>' + DOCUMENTARY),
    ("APPLE-CH-9", "<itunes:type>episodic</itunes:type>", ""),
    ("APPLE-CH-11", "<itunes:type>", MOVED.format("http://KOMMUNEN-podcast.example:80/%66eed.xml")),
    ("APPLE-CH-12", SHOW, "<title>Kommunen, Kreise und Länder | Folge um Folge, Season Finale 2030"),
    ("APPLE-CH-13", "<itunes:type>", CODE.format("verify")),
    ("APPLE-IT-12", ">full<", ">trailer<"),
    ("APPLE-IT-13", SUMMARY, "<description><![CDATA[<p>a<br/><A href='b'>c</A> 1 < 2 <3 </p>]]>"),
    ("APPLE-CHAP-1", SUMMARY, listed("00:00 Anfang", "(1:30) Mitte", "- [19:59] Ende")),
    ("APPLE-CHAP-1", SUMMARY, "<description><![CDATA[<p>0:00 a<br>1:30 b</p><ul><li>2:30 c</li></ul>]]>"),
    ("APPLE-CHAP-1", SUMMARY, listed("Es beginnt um 12:30", "und 1:30 später ist Schluss", "12:34 kommt nur einmal")),
    ("APPLE-CHAP-1", SUMMARY, listed("9:30 Begrüßung", "10:15 Vortrag", "12:00 Ende")),
    ("APPLE-CHAP-1", SUMMARY, listed("9:31 Uhr Begrüßung", "10:12 Uhr Vortrag")),
    ("APPLE-CHAP-1", SUMMARY, listed("00:17 Anfang", "5:51:12 Ende, wenn es den Tag über ginge")),
    (
        "APPLE-CHAP-1",
        SUMMARY,
        '<podcast:chapters url="https://a.example/c.json" type="application/json+chapters"/>'
        + listed("1:31 a", "1:32 b"),
    ),
    ("APPLE-TR-1", TRANSCRIPT, TRANSCRIPT.replace("text/vtt", "application/srt")),
    ("APPLE-TR-1", TRANSCRIPT, TRANSCRIPT.replace("text/vtt", "Text/VTT; charset=utf-8")),
    ("APPLE-TR-1", TRANSCRIPT, TRANSCRIPT.replace("text/vtt", "text/html") + "/>" + TRANSCRIPT),
]

EDITS: list[Edit] = [
    ("APPLE-FEED-2", "<itunes:type>", "<itunes:Block>Yes</itunes:Block><itunes:type>"),
    ("APPLE-FEED-5", TITLE, "<title>Q &amp;amp; A"),
    ("APPLE-FEED-5", TITLE, "<title>Anna&amp;#8217;s"),
    ("APPLE-FEED-5", TITLE, "<title><![CDATA[Q &amp; A]]>"),
    ("APPLE-FEED-5", "<itunes:author>", "<itunes:author>Q &amp;amp; A"),
    ("APPLE-FEED-5", SUMMARY, "<description><![CDATA[Q &amp;amp; A]]>"),
    ("RSS-8", TITLE, "<title>&lt;live&gt; Diensteid"),
    ("RSS-8", TITLE, "<title><![CDATA[<b>Diensteid</b>]]>"),
    ("APPLE-CH-8", DOCUMENTARY, DOCUMENTARY.replace("Society &amp; Culture", "Government")),
    ("APPLE-CH-11", "<itunes:type>", MOVED.format("https://elsewhere.example/feed.xml")),
    ("APPLE-CH-12", SHOW, "<title>Politik | Verwaltung | Kommunen | Wandel"),
    ("APPLE-CH-12", SHOW, "<title>Politik, Verwaltung, Kommunen, Wandel, Mut, Recht"),
    ("APPLE-CH-12", SHOW, "<title>Kommunen-Podcast Staffel 2"),
    ("APPLE-CH-13", "<itunes:type>", CODE.format("applepodcastsverify")),
    ("APPLE-CH-13", "<itunes:type>", "<itunes:applepodcastsverify>c0ffee</itunes:applepodcastsverify><itunes:type>"),
    ("APPLE-CH-14", "<item>", "<item><itunes:subtitle>Mut</itunes:subtitle><itunes:keywords>Mut</itunes:keywords>"),
    ("APPLE-IT-12", ">full<", ">bonus<"),
    ("APPLE-IT-13", SUMMARY, "<description><![CDATA[<h2>Mut</h2><p>und <img src='a'></p>]]>"),
    ("APPLE-IT-13", SUMMARY, "<description>Post an &lt;anna@a.example&gt;"),
    ("APPLE-CHAP-1", SUMMARY, listed("00:17 Anfang", "1:30 Mitte", "2:30 Ende")),
    ("APPLE-CHAP-1", SUMMARY, listed("00:00 Anfang", "1:30 Ende")),
    ("APPLE-CHAP-1", SUMMARY, listed("00:00 Anfang", "2:30 Mitte", "1:30 Ende")),
    ("APPLE-TR-1", TRANSCRIPT, TRANSCRIPT.replace("text/vtt", "text/html")),
]  # fmt: skip

SPOKEN = spoken(*EDITS) | {"APPLE-IT-14"}


@pytest.mark.parametrize(("rule_id", "old", "new"), QUIET)
def test_what_is_right_is_met_with_silence(rule_id: str, old: str, new: str) -> None:
    assert said(rule_id, edited(old, new)) == ()


@pytest.mark.parametrize(("rule_id", "old", "new"), EDITS)
def test_one_thing_wrong_is_one_finding(rule_id: str, old: str, new: str) -> None:
    the_one_finding(rule_id, edited(old, new))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("pubDate", "pubdate"),
        ("itunes:image", "itunes:Image"),
        ("itunes:category", "itunes:Category"),
        ("enclosure", "Enclosure"),
        ("language", "Language"),
        ("item", "Item"),
    ],
)
def test_what_is_missing_only_by_its_letter_case_is_told_once(right: str, wrong: str) -> None:
    feed = SOUND.replace(f"<{right}", f"<{wrong}").replace(f"</{right}>", f"</{wrong}>")
    problems = check_feed(feed.encode())
    assert {problem.rule for problem in problems if wrong in problem.field} == {"APPLE-FEED-2"}
    assert not [problem for problem in problems if problem.field.endswith(f"/{right}")]


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("Government", "government", "write 'Government' as a category"),
        ("Government", "documentary", "write 'Documentary' within the category 'Society & Culture'"),
        ("Government", "Documentation", "take one from Apple's list"),
    ],
)
def test_a_category_of_apple_is_recognised_in_any_letter_case(old: str, new: str, hint: str) -> None:
    assert the_one_finding("APPLE-CH-7", edited(f'text="{old}"', f'text="{new}"')).hint == hint


def test_a_type_nobody_takes_is_told_whatever_the_file_is_called() -> None:
    feed = edited("diensteid-2-a1b2c3d4.mp3", "diensteid-2-a1b2c3d4.ogg", feed=edited("audio/mpeg", "audio/ogg"))
    assert "'audio/ogg' is not one Apple takes" in the_one_finding("APPLE-IT-4", feed).message


def test_a_description_may_mean_what_it_escapes_twice() -> None:
    problem = the_one_finding("APPLE-FEED-5", edited(SUMMARY, "<description>&amp;amp;amp;"))
    assert problem.severity is Severity.WARNING


def test_titles_are_left_alone_where_their_bytes_cannot_be_found() -> None:
    feed = edited(TITLE, "<title>Q &amp;amp; A &lt;live&gt;").replace("encoding='UTF-8'", "encoding='UTF-16'")
    rules = {problem.rule for problem in check_feed(feed.encode("utf-16"))}
    assert "APPLE-FEED-1" in rules
    assert not rules & {"APPLE-FEED-5", "RSS-8"}


def test_a_title_of_a_thousand_pieces_is_read_in_one_go() -> None:
    pieces = "<![CDATA[a]]><!-- b -->" * 1000
    assert said("RSS-8", edited(TITLE, f"<title>{pieces}<b/>")) == ()


def test_a_feed_without_an_item_is_told_so() -> None:
    feed = SOUND[: SOUND.index("<item>")] + "</channel></rss>"
    problem = the_one_finding("APPLE-IT-14", feed)
    assert problem.severity is Severity.NOTE


@pytest.mark.parametrize(
    "instead",
    [
        "<podcast:medium>publisher</podcast:medium>",
        "<podcast:medium>musicL</podcast:medium>",
        '<podcast:remoteItem feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810"/>',
        "<podcast:liveItem/>",
    ],
)
def test_a_feed_of_other_things_needs_no_item(instead: str) -> None:
    assert said("APPLE-IT-14", SOUND[: SOUND.index("<item>")] + instead + "</channel></rss>") == ()


def test_a_bonus_belongs_to_an_episode_here_or_on_another_page() -> None:
    item = SOUND[SOUND.index("<item>") : SOUND.index("</item>")] + "</item>"
    bonus = item.replace(">full<", ">bonus<").replace("000000000002</guid>", "000000000003</guid>")
    assert said("APPLE-IT-12", edited("<item>", f"{bonus}<item>")) == ()

    next_page = '<atom:link rel="next" href="https://kommunen-podcast.example/2.xml"/><itunes:type>'
    assert said("APPLE-IT-12", edited("<itunes:type>", next_page, feed=edited(">full<", ">bonus<"))) == ()


def test_a_feed_that_moved_may_be_known_by_where_it_was_fetched() -> None:
    feed = edited("<itunes:type>", MOVED.format("https://new.example/feed.xml"))
    assert said("APPLE-CH-11", feed, served_from="https://new.example/feed.xml") == ()
