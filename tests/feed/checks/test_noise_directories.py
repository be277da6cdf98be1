"""Rules of other directories and of PSP-1's advice: what they pass over, then what they speak up about."""

import pytest

from episodes.problems import Severity
from feed.checks.run import check_feed
from tests.feed.checks.cases import SOUND, Edit, edited, said, spoken, the_one_finding, without

BLOCKED = "<itunes:block>Yes</itunes:block>"
SPOTIFY = '<{0}:countryOfOrigin xmlns:{0}="http://www.spotify.com/ns/rss">{1}</{0}:countryOfOrigin><itunes:type>'
LIMIT = '<a:limit xmlns:a="http://www.spotify.com/ns/rss" recentCount="{}"/><itunes:type>'
EMAIL = "<itunes:email>post@kommunen-podcast.example<"

QUIET: list[Edit] = [
    ("SPOT-4", "<itunes:type>", SPOTIFY.format("spotify", "de at CH")),
    ("SPOT-4", "<itunes:type>", LIMIT.format("20")),
    ("PC-1", "<itunes:type>", "<itunes:block>No</itunes:block><itunes:type>"),
    ("PC-1", "<itunes:type>", f"{BLOCKED}<podcast:block>yes</podcast:block><itunes:type>"),
    ("PC-1", "<item>", f"<item>{BLOCKED}"),
    ("DIR-1", "<itunes:name>", "<itunes:other>a</itunes:other><itunes:name>"),
    ("PSP-CH-3", "<copyright>Anna", "<copyright>Studio 1984 und Anna"),
    ("PSP-IT-4", "audio/mpeg", "audio/x-m4a"),
    ("PSP-IT-4", "audio/mpeg", "audio/ogg"),
]

EDITS: list[Edit] = [
    ("SPOT-4", "<itunes:type>", SPOTIFY.format("s", "de-de")),
    ("SPOT-4", "<itunes:type>", SPOTIFY.format("s", "german")),
    ("SPOT-4", "<itunes:type>", LIMIT.format("all")),
    ("PC-1", "<itunes:type>", f"{BLOCKED}<itunes:type>"),
    ("DIR-1", EMAIL, "<itunes:email>kommunen-podcast.example<"),
    ("DIR-1", EMAIL, "<itunes:email><"),
    ("DIR-1", "itunes:owner>", "itunes:other>"),
    ("PSP-CH-3", "<copyright>", "<copyright>© "),
    ("PSP-CH-3", "<copyright>", "<copyright>2024 "),
    ("PSP-CH-3", "Anna Beispiel</copyright>", "Anna Beispiel, 2024 </copyright>"),
    ("PSP-CH-3", "<copyright>", "<copyright>Copyright "),
    ("PSP-IT-4", "audio/mpeg", "video/quicktime"),
]

SPOKEN = spoken(*EDITS) | {"SPOT-1", "DIR-3"}


@pytest.mark.parametrize(("rule_id", "old", "new"), QUIET)
def test_what_is_right_is_met_with_silence(rule_id: str, old: str, new: str) -> None:
    assert said(rule_id, edited(old, new)) == ()


@pytest.mark.parametrize(("rule_id", "old", "new"), EDITS)
def test_one_thing_wrong_is_one_finding(rule_id: str, old: str, new: str) -> None:
    feed = edited(old, new)
    the_one_finding(rule_id, feed.replace("</itunes:owner>", "</itunes:other>") if "<itunes:other>" in feed else feed)


@pytest.mark.parametrize("element", ["itunes:author", "itunes:image", "pubDate", "guid"])
def test_what_spotify_wants_is_missing_in_the_words_of_all_rules(element: str) -> None:
    problem = the_one_finding("SPOT-1", without(element))
    assert problem.message.startswith(f"<{element}> is missing")
    assert problem.severity is Severity.ERROR
    assert [found.field for found in check_feed(without(element).encode())].count(problem.field) == 1


@pytest.mark.parametrize(("items", "notes"), [(500, 0), (501, 1)])
def test_five_hundred_items_are_not_too_many(items: int, notes: int) -> None:
    feed = edited("</channel>", "<item/>" * (items - 2) + "</channel>")
    assert len(said("DIR-3", feed)) == notes


def test_a_large_feed_says_how_large_it_is() -> None:
    feed = edited("<description>Über", f"<description>{'a' * 2_000_000}")
    assert "2.0 MB" in the_one_finding("DIR-3", feed).message
    assert said("DIR-3", SOUND) == ()
