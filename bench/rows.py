"""Rows of the report: what was measured against what, and whether the limit holds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Figures of runs in their order, those of the peer from the same rounds; without a peer, the limit is absolute.

    `limit` None: for information. `at_least`: the limit is a floor and not a ceiling. `places`: decimals shown.
    """

    what: str
    unit: str
    ours: Sequence[float]
    peer_name: str = ""
    peer: Sequence[float] = ()
    limit: float | None = None
    at_least: bool = False
    places: int = 0

    @property
    def ratio(self) -> float | None:
        """The median of the ratios of each round: what slows a whole round down is in both its figures."""
        if not self.peer:
            return None
        return statistics.median(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def held(self) -> bool | None:
        """Whether the limit holds; None where there is none."""
        if self.limit is None:
            return None
        figure = self.ratio if self.ratio is not None else max(self.ours)
        return figure >= self.limit if self.at_least else figure <= self.limit

    def cells(self) -> tuple[str, ...]:
        """Return the row as text, in the order of `HEADINGS`."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        limit = ""
        if self.limit is not None:
            limit = f"{'>=' if self.at_least else '<='} {self.limit:g}{'' if self.peer else f' {self.unit}'}"
        verdict = {None: "", True: "held", False: "NOT HELD"}[self.held]
        peer = f"{self.peer_name}: {self._spread(self.peer)}" if self.peer else ""
        return self.what, self._spread(self.ours), peer, ratio, limit, verdict

    def _spread(self, figures: Sequence[float]) -> str:
        median, low, high = (f"{f(figures):,.{self.places}f}" for f in (statistics.median, min, max))
        return f"{f'{median} {self.unit}'.rstrip()} ({low}–{high}, n={len(figures)})"


HEADINGS = ("measurement", "ours", "peer", "ratio", "limit", "")


def table(rows: Sequence[Row]) -> str:
    """Return rows as a Markdown table that lines up."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADINGS))]
    texts = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)
