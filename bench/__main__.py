"""`python -m bench [NAME…] [--quick]`: measure, and print one row a figure; without a name everything."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from bench import (
    compiling,
    encoding,
    facts,
    importing,
    intake,
    loudness,
    memory,
    nothing,
    requests,
    site,
    start,
    upload,
)
from bench.processes import NotMeasuredError
from bench.rows import Row, table
from tests.servers.running import NotStartedError


class _Measurement(Protocol):
    def __call__(self, folder: Path, *, quick: bool) -> Iterator[Row]: ...


MEASUREMENTS: dict[str, _Measurement] = {
    "start": start.run,
    "nothing": nothing.run,
    "upload": upload.run,
    "memory": memory.run,
    "requests": requests.run,
    "compile": compiling.run,
    "intake": intake.run,
    "import": importing.run,
    "facts": facts.run,
    "loudness": loudness.run,
    "encode": encoding.run,
    "site": site.run,
}


def main(arguments: list[str]) -> int:
    """Measure what was named, or everything; return 1 where something could not be measured, else 0."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASUREMENTS)}; all without")
    parser.add_argument("--quick", action="store_true", help="fewer runs and smaller files: a look, no measurement")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"there is no measurement {', '.join(unknown)}")
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    if load > cores / 4:
        print(
            f"others are at work here: a load of {load:.1f} on {cores} cores; wall times will be wrong", file=sys.stderr
        )
    rows: list[Row] = []
    failed = False
    for name in asked.names or MEASUREMENTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            with tempfile.TemporaryDirectory(prefix="folge-bench-") as folder:
                rows.extend(MEASUREMENTS[name](Path(folder), quick=asked.quick))
        except (NotMeasuredError, NotStartedError) as error:
            print(f"{name} was not measured: {error}", file=sys.stderr)
            failed = True
    if rows:
        print(table(rows))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
