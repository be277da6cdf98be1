"""Write the table of rules in `docs/rules.md` anew: `python docs/make_rules.py`, or `make docs`."""

from pathlib import Path

from feed.checks.run import all_rules

PAGE = Path(__file__).parent / "rules.md"
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"


def rows() -> str:
    """Return the table of all rules, as the registry has them."""
    lines = ["| rule | severity | asks | source |", "|---|---|---|---|"]
    for rule in all_rules():
        severity = f"{rule.severity.value}, online" if rule.online else rule.severity.value
        promise = f"{rule.promise} {rule.offline}".strip().replace("|", "\\|")
        lines.append(f"| {rule.id} | {severity} | {promise} | <{rule.source}> |")
    return "\n".join(lines) + "\n"


def renewed(page: str) -> str:
    """Return the page with the table as it should be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{rows()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
