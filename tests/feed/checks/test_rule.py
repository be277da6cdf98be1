import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest

import feed.checks
import tests.feed.checks
from episodes.problems import Severity
from feed.checks import rss
from feed.checks.rule import Finding, rule
from feed.checks.run import MODULES, all_rules, check_feed
from feed.document import FeedDocument, read_document
from tests.feed.checks import (
    test_noise,
    test_noise_apple,
    test_noise_directories,
    test_noise_links,
    test_noise_podcasting20,
)
from tests.feed.checks.cases import edited, without


def noisy_feeds() -> list[str]:
    feeds = [edited(old, new) for _, old, new in (*test_noise.EDITS, *test_noise_apple.EDITS, *test_noise_links.EDITS)]
    feeds += [edited(old, new) for _, old, new in test_noise_directories.EDITS]
    feeds += [without(element) for _, element in test_noise.ABSENCES]
    return feeds + [feed for _, feed in test_noise_podcasting20.NOISE]


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
    assert len(rules) > 70
    for found in rules:
        assert found.promise.endswith("."), found.id
        assert found.source.startswith("https://"), found.id


def test_every_rule_says_how_to_mend_what_it_finds() -> None:
    for found in all_rules():
        assert found.mend, found.id
        assert not found.mend[0].isupper(), found.id
        assert not found.mend.endswith("."), found.id
        assert len(found.mend) < 250, found.id


def test_a_finding_without_a_hint_has_that_of_its_rule() -> None:
    found = replace(rss.rss_1, find=rss_1)
    (problem,) = found(read_document(b'<rss version="2.0"/>'))
    assert problem.hint == rss.rss_1.mend


@pytest.mark.parametrize("feed", noisy_feeds())
def test_every_finding_says_how_to_mend_it(feed: str) -> None:
    problems = check_feed(feed.encode())
    assert problems
    for problem in problems:
        assert problem.hint, problem
        assert "''" not in problem.hint, problem


def test_every_module_with_rules_is_known_to_a_check() -> None:
    known = {module.__name__ for module in MODULES}
    assert {module.__name__ for module in modules_of(feed.checks) if defines_rules(module)} == known


def test_every_rule_has_a_case_that_makes_it_speak() -> None:
    spoken: set[str] = set()
    for module in modules_of(tests.feed.checks):
        spoken |= getattr(module, "SPOKEN", frozenset())
    assert {found.id for found in all_rules()} == spoken


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def defines_rules(module: ModuleType) -> bool:
    return any(found.find.__module__ == module.__name__ for found in all_rules())
