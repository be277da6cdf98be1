import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import feed.checks
import tests.feed.checks
from episodes.problems import Severity
from feed.checks.rule import Finding, rule
from feed.checks.run import MODULES, all_rules
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
    assert len(rules) > 70
    for found in rules:
        assert found.promise.endswith("."), found.id
        assert found.source.startswith("https://"), found.id


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
