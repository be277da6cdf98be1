from collections.abc import Iterator

import pytest

from episodes.problems import Severity
from feed.checks.rule import Finding, rule
from feed.checks.run import all_rules
from feed.document import FeedDocument


def rss_1(document: FeedDocument) -> Iterator[Finding]:
    """A second of the same name."""
    yield Finding(message="", at=document.root)


def test_a_rule_is_registered_once() -> None:
    with pytest.raises(ValueError, match="there is a rule RSS-1 already"):
        rule("RSS-1", severity=Severity.ERROR, source="https://a.example/")(rss_1)


def test_a_rule_is_called_like_its_id() -> None:
    with pytest.raises(ValueError, match="the function of RSS-99 is called rss_1"):
        rule("RSS-99", severity=Severity.ERROR, source="https://a.example/")(rss_1)


def test_every_rule_says_what_it_asks_for_and_who_asks() -> None:
    rules = all_rules()
    assert len(rules) > 40
    for found in rules:
        assert found.promise.endswith("."), found.id
        assert found.source.startswith("https://"), found.id
        assert found.severity in {Severity.ERROR, Severity.WARNING}, found.id
