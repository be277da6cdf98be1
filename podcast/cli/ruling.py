"""Which rules a check keeps to, and what they say of themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from episodes.problems import Problem, Severity, nearest
from feed.checks.rule import Rule
from feed.checks.run import all_rules, check_document
from feed.document import FeedDocument
from podcast.cli.output import emit


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The rules a call asks for; `everything` where it names none."""

    rules: tuple[Rule, ...]
    everything: bool

    def run(self, document: FeedDocument, *, name: str) -> tuple[Problem, ...]:
        """Return what these rules say to a feed."""
        if self.everything or document.root.name != "rss":
            return self.keep(check_document(document, name=name))
        return check_document(document, name=name, rules=self.rules)

    def keep(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return the problems of these rules, and the errors of no rule, which stop every publish."""
        if self.everything:
            return tuple(problems)
        ids = {rule.id for rule in self.rules}
        return tuple(
            problem
            for problem in problems
            if problem.rule in ids or (not problem.rule and problem.severity is Severity.ERROR)
        )


def select(only: Sequence[str], skip: Sequence[str]) -> Selection:
    """Return the rules that are in `only`, if it names any, and not in `skip`.

    Both hold ids or beginnings of ids, several with commas between. Raises UsageError for a word that means no rule.
    """
    rules = all_rules()
    wanted = {rule.id for word in _words(only) for rule in _meant(word, rules)} or {rule.id for rule in rules}
    unwanted = {rule.id for word in _words(skip) for rule in _meant(word, rules)}
    chosen = tuple(rule for rule in rules if rule.id in wanted - unwanted)
    return Selection(rules=chosen, everything=len(chosen) == len(rules))


def _words(values: Sequence[str]) -> list[str]:
    return [word.strip().upper() for value in values for word in value.split(",") if word.strip()]


def _meant(word: str, rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules a word means: the one of that id, else those of that family, else all that begin so."""
    same = [rule for rule in rules if rule.id == word]
    family = [rule for rule in rules if rule.id.startswith(f"{word}-")]
    alike = [rule for rule in rules if rule.id.startswith(word)]
    if found := same or family or alike:
        return found
    hint = nearest(word, tuple(rule.id for rule in rules))
    hint = "'folge check --list' shows them all" if hint.startswith("one of") else hint
    raise click.UsageError(f"there is no rule '{word}'; {hint}")


def explain(word: str, *, as_json: bool) -> None:
    """Print what a rule, or every rule of a family, asks for. Raises UsageError for a word that means no rule."""
    rules = _meant(word.strip().upper(), all_rules())
    if as_json:
        emit([_data(rule) for rule in rules])
        return
    for rule in rules:
        online = ", with --online" if rule.online else ""
        only = " only" if rule.online and not rule.offline else ""
        click.echo(f"{click.style(rule.id, bold=True)}  {rule.severity.value}{online}{only}")
        click.echo(f"  {rule.promise}")
        if rule.offline:
            click.echo(f"  {rule.offline}")
        click.echo(f"  how to mend it: {rule.mend}")
        click.echo(f"  {rule.source}")


def list_rules(rules: Sequence[Rule], *, as_json: bool) -> None:
    """Print rules, one a line."""
    if as_json:
        emit([_data(rule) for rule in rules])
        return
    width = max((len(rule.id) for rule in rules), default=0)
    for rule in rules:
        mark = "online" if rule.online else ""
        click.echo(f"{rule.id:{width}}  {rule.severity.value:7}  {mark:6}  {rule.promise}")


def _data(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.id,
        "severity": rule.severity.value,
        "online": rule.online,
        "offline": rule.offline,
        "asks": rule.promise,
        "source": rule.source,
        "mend": rule.mend,
    }
