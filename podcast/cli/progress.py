"""Progress of a publish on a terminal; silence elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from podcast.publishing.apply import SILENT, Listener
from podcast.publishing.plan import Plan, Step


@contextmanager
def show_progress(plan: Plan) -> Iterator[Listener]:
    """Show how the uploads of a plan come along, with time left. Yields who is to be told."""
    if not sys.stderr.isatty() or not plan.steps:
        yield SILENT
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        total = progress.add_task("upload", total=max(plan.upload_bytes, 1))

        def done(step: Step) -> None:
            if step.path is None:
                progress.update(total, description=step.key.split("/")[0][:24])

        yield Listener(done=done, sent=lambda count: progress.advance(total, count))
