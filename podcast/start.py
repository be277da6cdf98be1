"""Where the command `folge` starts. A publish with nothing to do ends here, before the command line is even loaded."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main() -> None:
    """Run the command line and leave with its exit code; a trace, with --debug, tells no secrets."""
    try:
        code = start(sys.argv[1:])
    except Exception:
        from traceback import format_exc

        from podcast.masking import masked

        sys.stderr.write(masked(format_exc()))
        code = 1
    sys.exit(code)


def start(arguments: Sequence[str]) -> int:
    """Run one call and return its exit code.

    `folge publish`, alone or with --yes or --due, is what cron asks all day; where nothing has changed since it last
    had nothing to do, it is answered from memory. Everything else, and every doubt, goes to the command line.
    """
    match list(arguments):
        case ["publish"] | ["publish", "--yes" | "-y"] if _answered(due=False):
            return 0
        case ["publish", "--due"] if _answered(due=True):
            return 0
    from podcast.cli import run

    return run(arguments)


def _answered(*, due: bool) -> bool:
    from datetime import UTC, datetime

    from podcast.publishing.memo import recall

    here = Path.cwd()
    folder = next((folder for folder in (here, *here.parents) if os.path.isfile(folder / "podcast.toml")), None)  # noqa: PTH113
    quiet = recall(folder, datetime.now(UTC), due=due) if folder else None
    if quiet is None:
        return False
    if quiet.told:
        sys.stderr.write(quiet.told)
    sys.stdout.write(quiet.result)
    return True
