"""Progress of a publish, through a file, or of an encoding, on a terminal; silence elsewhere."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from episodes.problems import visible
from podcast.publishing.apply import SILENT, Listener
from podcast.publishing.plan import Plan, Step


@contextmanager
def show_progress(plan: Plan) -> Iterator[Listener]:
    """Show how the uploads of a plan come along, with time left. Yields who is to be told."""
    if not sys.stderr.isatty() or not plan.steps:
        yield SILENT
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        total = progress.add_task("in total", total=max(plan.upload_bytes, 1), visible=plan.upload_bytes > 0)
        pages = progress.add_task("", total=1, visible=False)
        sizes = {step.key: step.size for step in plan.steps if step.path}
        files: dict[str, TaskID] = {}

        def sent(key: str, count: int) -> None:
            if key not in files:
                files[key] = progress.add_task(_short(key), total=max(sizes.get(key, 1), 1))
            progress.advance(files[key], count)
            progress.advance(total, count)
            if progress.tasks[progress.task_ids.index(files[key])].finished:
                progress.update(files[key], visible=False)

        def done(step: Step) -> None:
            if step.path is None:
                progress.update(pages, description=_short(step.key), visible=True)

        yield Listener(done=done, sent=sent)


@contextmanager
def show_fetching(expected: Mapping[str, int]) -> Iterator[Callable[[str, int, int], None]]:
    """Show how files come in, with bytes and time left. Yields who is to be told of a file, its bytes here and in all.

    `expected` are the bytes of each file as far as they are known before.
    """
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        totals, here = dict(expected), dict.fromkeys(expected, 0)
        whole = progress.add_task("in total", total=max(sum(totals.values()), 1))
        tasks: dict[str, TaskID] = {}

        def told(name: str, done: int, total: int) -> None:
            totals[name], here[name] = total or max(totals.get(name, 0), done), done
            if name not in tasks:
                tasks[name] = progress.add_task(escape(_short(visible(name))), total=max(totals[name], 1))
            finished = 0 < total <= done
            progress.update(tasks[name], completed=done, total=max(totals[name], 1), visible=not finished)
            progress.update(whole, completed=sum(here.values()), total=max(sum(totals.values()), 1))

        yield told


@contextmanager
def show_share(name: str) -> Iterator[Callable[[float], None]]:
    """Show how far a file has been read, with time left. Yields who is to be told the share, from 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(_short(visible(name))), total=1.0)
        yield lambda share: progress.update(task, completed=share)


@contextmanager
def show_encoding(whole: timedelta) -> Iterator[Callable[[str, timedelta], None]]:
    """Show how the encoding of a recording comes along, with time left. Yields who is to be told."""
    if not sys.stderr.isatty():
        yield lambda _what, _done: None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    with Progress(console=Console(stderr=True), transient=True) as progress:
        tasks: list[tuple[str, TaskID]] = []
        seen = timedelta()

        def told(what: str, done: timedelta) -> None:
            nonlocal seen
            if not tasks or tasks[-1][0] != what or done < seen:
                for _, before in tasks:
                    progress.update(before, visible=False)
                tasks.append((what, progress.add_task(what, total=max(whole.total_seconds(), 0.1))))
            seen = done
            progress.update(tasks[-1][1], completed=done.total_seconds())

        yield told


def show_work(text: str) -> None:
    """Say on a terminal what is being done, on one line that the next text takes; an empty one takes it away."""
    if sys.stderr.isatty():
        columns = shutil.get_terminal_size().columns
        sys.stderr.write(f"\r\x1b[K{visible(text)[: columns - 1]}")
        sys.stderr.flush()


def _short(key: str) -> str:
    """Return the last part of a key, short enough to stand beside a bar."""
    name = key.rsplit("/", 2)[-2] if key.endswith("index.html") and "/" in key else key.rsplit("/", 1)[-1]
    return name if len(name) <= 32 else f"{name[:20]}…{name[-11:]}"
