"""What the rules say to the JSON chapters an item links to."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.problems import Problem, Severity
from feed.checks import json_chapters
from tests.feed.checks.fetched import a_document, found
from tests.soaking import examples

URL = "https://a.example/chapters.json"
LINK = f'<podcast:chapters url="{URL}" type="application/json+chapters"/>'
LENGTH = "<itunes:duration>6100</itunes:duration>"
GOOD = """{
  "version": "1.2.0", "author": "Anna Beispiel", "title": "7", "podcastName": "Kommunen-Podcast", "waypoints": true,
  "chapters": [
    {"startTime": 0, "title": "Anfang"},
    {"startTime": 168.5, "title": "Wege", "endTime": 170, "img": "https://a.example/i.jpg"},
    {"startTime": 4826, "toc": false, "location": {"name": "Eiffelturm", "geo": "geo:48.858093,2.294694", "osm": "W5"}},
    {"startTime": 6089, "title": "Ende", "url": "https://a.example/"}
  ]
}"""

SPOKEN = frozenset({"JCH-1", "JCH-2", "JCH-3", "JCH-4", "JCH-5"})
"""The rules that have a case here."""


def said(rule_id: str, body: str | bytes, *, item: str = LENGTH) -> tuple[Problem, ...]:
    return found(rule_id, a_document(LINK + item, files={URL: body}))


def chapters(*written: object, **top: object) -> str:
    return json.dumps({"version": "1.2.0", "chapters": written} | top)


@pytest.mark.parametrize("rule_id", sorted(SPOKEN))
def test_the_chapters_of_the_specification_are_met_with_silence(rule_id: str) -> None:
    assert said(rule_id, GOOD) == ()
    assert said(rule_id, GOOD, item="") == ()
    assert found(rule_id, a_document(LINK, files={})) == ()


@pytest.mark.parametrize(
    ("rule_id", "body", "message"),
    [
        ("JCH-1", "", "the chapters file is broken: line 1: not JSON"),
        ("JCH-1", "[" * 100_000, "the chapters file is broken: "),
        ("JCH-1", '{"version": "1.2.0", "chapters": [{"startTime": Infinity}]}', "the chapters file is broken:"),
        ("JCH-1", "[]", "the chapters file is not a JSON object"),
        ("JCH-1", '{"chapters": []}', "the version of the chapters file is missing, not '1.2.0'"),
        ("JCH-1", '{"version": 1.2, "chapters": []}', "the version of the chapters file is no text, not '1.2.0'"),
        ("JCH-1", '{"version": "1.2.0"}', "the chapters file has no list of chapters"),
        ("JCH-1", chapters("Anfang"), "the chapters file has chapters that are no objects"),
        ("JCH-2", chapters({"title": "a"}), "chapter 1 has no startTime in seconds"),
        ("JCH-2", chapters({"startTime": "0"}), "chapter 1 has no startTime in seconds"),
        ("JCH-2", chapters({"startTime": 0}, {"startTime": 9}, {"startTime": 8}), "chapter 3 begins at 8, before"),
        ("JCH-2", chapters({"startTime": 0, "title": 1}), "chapter 1 has a title that is not text"),
        ("JCH-2", chapters({"startTime": 0, "toc": "false"}), "chapter 1 has a toc that is not true or false"),
        ("JCH-2", chapters({"startTime": 0, "endTime": "9"}), "chapter 1 has an endTime that is no number"),
        ("JCH-2", chapters({"startTime": 9, "endTime": 8}), "chapter 1 ends at 8 and begins at 9"),
        ("JCH-3", chapters({"startTime": 0, "location": "Paris"}), "chapter 1 has a location that is not an object"),
        ("JCH-3", chapters({"startTime": 0, "location": {"geo": "geo:1,2"}}), "chapter 1 has a location without a na"),
        ("JCH-3", chapters({"startTime": 0, "location": {"name": "P"}}), "chapter 1 has a location without a geo"),
        ("JCH-3", chapters({"startTime": 0, "location": {"name": "P", "geo": "1,2"}}), "chapter 1 has a location"),
        ("JCH-3", chapters({"startTime": 0, "location": {"name": "P", "geo": "geo:1,2", "osm": "7"}}), "chapter 1 ha"),
        ("JCH-4", chapters(title=7), "title of the chapters file is not text"),
        ("JCH-4", chapters(waypoints="true"), "waypoints of the chapters file is not true or false"),
        ("JCH-5", chapters({"startTime": 3, "title": "a"}), "the first chapter begins at 3 and not at 0"),
        ("JCH-5", chapters({"startTime": 0, "toc": False}, {"startTime": 3}), "the first chapter begins at 3"),
        ("JCH-5", chapters({"startTime": 0}, {"startTime": 6100}), "chapter 2 begins at 6100, and the episode ends"),
        ("JCH-5", chapters({"startTime": 0, "img": "http://a.example/i.jpg"}), "img of chapter 1 is 'http://a.example"),
        ("JCH-5", chapters({"startTime": 0, "url": "seite.html"}), "url of chapter 1 is 'seite.html'"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_one_thing_wrong_is_one_finding(rule_id: str, body: str, message: str) -> None:
    (problem,) = said(rule_id, body)
    assert problem.message.startswith(message)


def test_what_the_file_says_of_the_episode_is_only_noted() -> None:
    assert [problem.severity for problem in said("JCH-4", chapters(author=[]))] == [Severity.NOTE]


def test_a_preview_on_this_machine_may_do_without_https() -> None:
    assert said("JCH-5", chapters({"startTime": 0, "url": "http://127.0.0.1:8000/a"})) == ()


def test_every_rule_on_chapters_has_a_case() -> None:
    assert {name.upper().replace("_", "-") for name in vars(json_chapters) if name.startswith("jch_")} == SPOKEN


_KEYS = st.sampled_from(
    ["version", "chapters", "startTime", "endTime", "title", "toc", "location", "name", "geo", "url"]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(200), deadline=None)
@given(top=ANY_JSON, inner=ANY_JSON, junk=st.binary(max_size=200))
def test_any_bytes_end_in_findings_or_silence(top: object, inner: object, junk: bytes) -> None:
    for body in (json.dumps(top).encode(), chapters(inner, {"startTime": inner, "location": inner}).encode(), junk):
        for rule_id in SPOKEN:
            said(rule_id, body)
