"""`docs/rules.md` says what the rules say of themselves."""

import re
import subprocess
import sys
from pathlib import Path

from feed.checks.run import all_rules

REPOSITORY = Path(__file__).parents[1]
PAGE = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without the heads of the tables."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, heading
    cells = [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in section.splitlines() if line.startswith("| ")]
    return [row for row in cells if row[0] != "rule"]


def test_every_rule_is_in_the_table_as_it_is() -> None:
    expected = [
        [
            rule.id,
            f"{rule.severity.value}, online" if rule.online else rule.severity.value,
            f"{rule.promise} {rule.offline}".strip().replace("|", "\\|"),
            f"<{rule.source}>",
        ]
        for rule in all_rules()
    ]
    assert rows("What is checked") == expected, "run 'make docs'"


def test_what_cannot_be_checked_has_a_reason() -> None:
    unchecked = rows("What cannot be checked")
    assert len(unchecked) > 5
    for named, asks, why in unchecked:
        for rule_id in re.split(", | to ", named):
            assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+", rule_id)
        assert asks
        assert why


def test_the_table_is_written_by_the_documented_command(tmp_path: Path) -> None:
    script = tmp_path / "make_rules.py"
    script.write_text((REPOSITORY / "docs" / "make_rules.py").read_text(encoding="utf-8"), encoding="utf-8")
    begin, end = PAGE.index("| rule | severity |"), PAGE.index("<!-- rules: end -->")
    (tmp_path / "rules.md").write_text(PAGE[:begin] + "| old |\n" + PAGE[end:], encoding="utf-8")

    subprocess.run([sys.executable, str(script)], cwd=REPOSITORY, env={"PYTHONPATH": str(REPOSITORY)}, check=True)

    assert (tmp_path / "rules.md").read_text(encoding="utf-8") == PAGE
