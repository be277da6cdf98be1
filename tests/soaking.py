"""How long the tests look: a sample in `make test`, everything in `make soak` (FOLGE_SOAK=1)."""

import os

SOAK = os.environ.get("FOLGE_SOAK") == "1"


def examples(whole: int) -> int:
    """Return how many of `whole` examples hypothesis tries: a fifth in `make test`, at least ten."""
    return whole if SOAK else max(whole // 5, min(whole, 10))
